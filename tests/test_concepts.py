"""The questions at the end of the core chapters' exercises."""

import re

import pytest

from course_utils import concepts, scratch
from tools import notebooks

ASKED = {
    "sequences": "sequences",
    "simple_rnn": "simple-rnn",
    "backprop_through_time": "bptt",
    "lstm": "lstm",
    "gru": "gru",
    "energy_rnn": "energy",
}


@pytest.mark.parametrize("stem", ASKED)
def test_each_core_exercise_notebook_asks_its_chapters_questions(stem):
    path = notebooks.ROOT / "book" / "exercises" / f"{stem}.ipynb"
    code = notebooks.code_of(notebooks.read(path))
    assert re.findall(r'concepts\.ask\("(.+?)"\)', code) == [ASKED[stem]]


@pytest.mark.parametrize("chapter", concepts.QUESTIONS)
def test_every_answer_is_explained_and_no_place_is_always_right(chapter):
    questions = concepts.QUESTIONS[chapter]
    assert 3 <= len(questions) <= 5
    assert all(len(question.why.split()) >= 6 for question in questions)
    assert len({question.answer for question in questions}) >= 3


def right(chapter, words):
    question = next(q for q in concepts.QUESTIONS[chapter] if words in q.text)
    return question.options[question.answer]


def test_the_numbers_in_answers_are_computed_ones():
    layer = scratch.LSTM(4)
    layer.forward(__import__("numpy").zeros((1, 1, 1)))
    count = sum(array.size for array in layer.parameters.values())
    assert right("lstm", "How many weights") == str(count)
    assert right("sequences", "how many examples") == str(100 - 10)
    assert "0.5 %" in right("bptt", "by 0.9") and abs(0.9**50 - 0.005) < 0.0005


def test_unknown_questions_are_refused_with_those_that_there_are():
    with pytest.raises(ValueError, match="lstm, gru"):
        concepts.ask("lsmt")
