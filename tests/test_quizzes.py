"""The quizzes, as far as no browser is needed."""

import re

import pytest
from scipy import stats

from course_utils import quizzes
from course_utils.quizzes import Question

TWO = ("real", "generated")


def some(count=12, text="A title"):
    return [Question(f"{text} {n}", TWO, n % 2, f"Reason {n}.") for n in range(count)]


def shown(monkeypatch, name="titles", heading="A quiz", questions=None):
    made = []
    monkeypatch.setattr("IPython.display.display", lambda one: made.append(one.data))
    quizzes.show(name, heading, questions or some())
    return made[0]


def test_a_quiz_of_twelve_is_whole_small_and_fetches_nothing(monkeypatch):
    html = shown(monkeypatch, questions=some(text="x" * 120))
    assert len(html.encode()) < 20_000
    assert html.count("<script>") == html.count("</script>") == 1
    assert not re.search(r"\w+://", html)
    assert not re.search(r"\b(fetch|XMLHttpRequest|import)\s*\(|\ssrc=|@import", html)


def test_ids_are_said_by_name_and_number_and_nothing_is_drawn_by_lot(monkeypatch):
    once = shown(monkeypatch)
    assert once == shown(monkeypatch)
    found = re.findall(r'\bid="([^"]+)"', once)
    numbers = [f"quiz-titles-{n}" for n in range(1, 13)]
    assert found == ["quiz-titles", "quiz-titles-heading", *numbers]


def test_what_looks_like_markup_is_shown_as_text(monkeypatch):
    nasty = Question(
        "</script><b>T<sub>c</sub> & more</b>", ("<i>", '"'), 0, "a < b & c > d"
    )
    html = shown(monkeypatch, heading="<em>&", questions=[nasty])
    for raw in ("<b>", "<sub>", "<i>", "<em>", "& more", "a < b"):
        assert raw not in html
    assert html.count("</script>") == 1
    assert "&lt;sub&gt;c&lt;/sub&gt; &amp; more" in html
    assert "a &lt; b &amp; c &gt; d" in html


def test_without_scripts_the_questions_and_the_answers_are_there(monkeypatch):
    html = re.sub(r"(?s)<script>.*</script>", "", shown(monkeypatch))
    asked, answers = html.split("<details")
    assert all(f"A title {n}" in asked for n in range(12))
    found = re.findall(r"<li><strong>(\w+)</strong>. (Reason \d+\.)</li>", answers)
    assert found == [(TWO[n % 2], f"Reason {n}.") for n in range(12)]
    assert "<summary>The answers</summary>" in answers


@pytest.mark.parametrize("right", [0, 1, 6, 10, 12])
def test_luck_is_the_tail_of_the_binomial_distribution(right):
    want = stats.binom.sf(right - 1, 12, 0.5)
    assert quizzes.by_luck(right, [0.5] * 12) == pytest.approx(want, abs=1e-12)


def test_luck_where_the_chances_differ_by_hand():
    # Both right: 1/2 * 1/4; at least one: 1 - 1/2 * 3/4.
    assert quizzes.by_luck(2, [0.5, 0.25]) == pytest.approx(0.125)
    assert quizzes.by_luck(1, [0.5, 0.25]) == pytest.approx(0.625)


@pytest.mark.parametrize("options, answer", [(("a",), 0), (("a", "a"), 0), (TWO, 2)])
def test_a_question_that_nobody_can_answer_is_refused(options, answer):
    with pytest.raises(ValueError, match="option"):
        Question("Which?", options, answer)


def test_a_bad_name_and_an_empty_quiz_are_refused():
    with pytest.raises(ValueError, match="hyphens"):
        quizzes.show('a" onclick="', "A quiz", some())
    with pytest.raises(ValueError, match="at least one"):
        quizzes.show("titles", "A quiz", [])
