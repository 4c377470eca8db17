"""A quiz answers in the browser, by keyboard alone, and counts right."""

import pytest

from course_utils import quizzes
from course_utils.quizzes import Question

TWO = ("real", "generated")
QUESTIONS = [
    Question(f"Spectra of H<sub>{n}</sub> & ions", TWO, n % 2, f"Reason {n}.")
    for n in range(12)
]


@pytest.fixture
def opened(visit, tmp_path):
    """Open a page that holds nothing but a quiz."""

    def open_quiz(questions=QUESTIONS, width=760, change=("", ""), dark=False):
        html = quizzes._html("titles", "Real or generated?", questions)
        page = '<!doctype html><html lang="en"><title>Quiz</title>'
        path = tmp_path / "quiz.html"
        path.write_text(page + html.replace(*change) + "</html>", "utf-8")
        found = visit(path, width=width, dark=dark)
        assert found.errors == found.outside == found.failed == []
        return found.page

    return open_quiz


def press(page, choices):
    """Walk through the page by Tab and answer with Space or Enter."""
    for choice in choices:
        for place in (0, 1):
            page.keyboard.press("Tab")
            if place == choice:
                page.keyboard.press("Space" if choice else "Enter")


def test_the_keyboard_alone_answers_all_and_the_score_is_right(opened):
    page = opened()
    right = [question.answer for question in QUESTIONS]
    press(page, right[:10] + [1 - answer for answer in right[10:]])
    assert page.inner_text(".cq-score").startswith("10 of 12 right.")
    assert "1.9 % do as well or better" in page.inner_text(".cq-score")
    assert "hard to explain by luck" in page.inner_text(".cq-score")
    verdicts = page.locator(".cq-verdict").all_inner_texts()
    assert verdicts[0] == "Right: real. Reason 0."
    assert verdicts[11] == "No: generated. Reason 11."
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.inner_text(".cq-score") == "Answered: 0 of 12. Right so far: 0."
    assert not any(page.locator(".cq-verdict").all_inner_texts())
    focused = page.evaluate(
        "document.activeElement.parentElement.getAttribute('aria-labelledby')"
    )
    assert focused == "quiz-titles-1"


def test_all_wrong_is_no_sign_of_skill(opened):
    page = opened()
    press(page, [1 - question.answer for question in QUESTIONS])
    text = page.inner_text(".cq-score")
    assert text.startswith("0 of 12 right.") and "luck alone" in text


def test_a_second_thought_does_not_count(opened):
    page = opened()
    buttons = page.locator(".cq-buttons button")
    buttons.nth(1).click()
    buttons.nth(0).click(force=True)
    assert page.inner_text(".cq-score") == "Answered: 1 of 12. Right so far: 0."
    pressed = [buttons.nth(n).get_attribute("aria-pressed") for n in (0, 1)]
    assert pressed == ["false", "true"]


def test_markup_in_a_title_is_text(opened):
    page = opened()
    assert page.inner_text("#quiz-titles-2") == "Spectra of H<sub>1</sub> & ions"
    assert page.locator(".course-quiz sub").count() == 0


@pytest.mark.parametrize("right", [0, 5, 9, 12])
def test_luck_is_that_of_the_package(opened, right):
    page = opened()
    for chances in ([0.5] * 12, [0.5, 0.25, 1 / 3] * 4):
        found = page.evaluate("a => courseQuiz.byLuck(...a)", [right, chances])
        assert found == pytest.approx(quizzes.by_luck(right, chances), abs=1e-12)


@pytest.mark.parametrize("width", [360, 760])
def test_a_quiz_fits_and_names_each_group_of_buttons(opened, width):
    page = opened(width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(
        """() => [...document.querySelectorAll("[role=group]")].every(
            (one) => document.getElementById(one.getAttribute("aria-labelledby")))"""
    )
    assert not page.is_visible(".cq-answers")


def test_without_scripts_the_answers_can_be_opened(opened):
    page = opened(change=("courseQuiz.start(", "void ("))
    assert not page.get_by_text("Reason 3.").is_visible()
    page.focus("summary")
    page.keyboard.press("Enter")
    assert page.get_by_text("Reason 3.").is_visible()
    assert page.locator("button").count() == 0


def test_the_same_cell_twice_starts_one_quiz_once(opened):
    page = opened()
    page.evaluate('courseQuiz.start("quiz-titles")')
    assert page.locator(".cq-buttons").count() == 12


PLANTED = {
    "the score": ("given.set(n, right)", "given.set(n, true)"),
    "the answer": ("choice === Number", "choice !== Number"),
    "the luck": ("exactly.slice(right)", "exactly.slice(right + 1)"),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_would_be_seen(opened, fault):
    assert PLANTED[fault][0] in quizzes._html("titles", "", QUESTIONS)
    with pytest.raises(AssertionError):
        test_the_keyboard_alone_answers_all_and_the_score_is_right(
            lambda: opened(change=PLANTED[fault])
        )
