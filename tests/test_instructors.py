"""The instructors' page: plans that add up, tables that come from their source."""

import re

import pytest

from course_utils import exercises
from tools import instructors, notebooks
from tools.provenance import ROOT

PAGE = (ROOT / "book" / "reference" / "instructors.md").read_text(encoding="utf-8")
PLANS = list(instructors.plans_of(PAGE))


def length(plan):
    return sum(step.minutes for step in instructors.read_plan(plan))


def test_the_plans_are_half_a_day_one_day_and_two():
    assert [begins for begins, _ in PLANS] == ["09:00"] * 4
    minutes = [length(plan) for _, plan in PLANS]
    assert 200 <= minutes[0] <= 240
    assert all(330 <= total <= 480 for total in minutes[1:])


@pytest.mark.parametrize("number", range(4))
def test_nobody_sits_longer_than_two_hours_without_a_break(number):
    since = 0
    for step in instructors.read_plan(PLANS[number][1]):
        since = 0 if step.what in {"Break", "Lunch"} else since + step.minutes
        assert since <= 125, step


def test_a_run_adds_the_measured_time_to_the_talk():
    step = instructors.read_step("run labs/energy_rnn 30: Real data")
    seconds = instructors.seconds(ROOT / "book" / "labs" / "energy_rnn.ipynb")
    assert 0 <= step.minutes - 30 - seconds / 60 < 1 and step.how.endswith("run")


def test_exercises_take_what_they_say():
    step = instructors.read_step("exercise gru.step gru.which: Now")
    known = [exercises.get(name).minutes for name in ("gru.step", "gru.which")]
    assert step.minutes == sum(known)


def test_a_page_that_is_not_there_is_an_error_unless_it_may_be_missing():
    with pytest.raises(ValueError, match="labs/no_such"):
        instructors.read_step("run labs/no_such 10: x")
    assert instructors.read_step("?run labs/no_such 10: x") is None
    with pytest.raises(ValueError, match="no.such"):
        instructors.read_step("exercise no.such")


def test_a_plan_shows_the_time_of_day_and_ends_when_it_ends():
    lines = instructors.plan("other 50: A\nbreak 15\nother 5: B", "09:30").splitlines()
    assert [line.split("|")[1].strip() for line in lines[2:]] == [
        *("09:30", "10:20", "10:35", "10:40")
    ]
    assert lines[-1].split("|")[2:4] == [" ", " End, after 70 minutes "]


def test_every_chapter_and_lab_is_in_the_table_of_times():
    table = instructors.timings()
    for path in instructors.chapters():
        assert instructors.link(path) in table
    assert len(instructors.chapters()) == len(
        [p for p in notebooks.all_notebooks() if not notebooks.is_exercise(p)]
    )


def test_every_hint_of_the_checks_is_on_the_page():
    text = instructors.slips()
    for name in exercises.names():
        for mistake in exercises.get(name).mistakes:
            assert instructors.plain(mistake.hint) in text


def test_a_hints_signs_are_not_read_as_markup():
    assert instructors.plain("r * h, not x_t | [0]") == r"r \* h, not x\_t \| \[0\]"


def test_the_page_names_commands_that_there_are():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    named = set(re.findall(r"make\s+([a-z-]+)", PAGE))
    assert named <= targets and {"slides", "room", "room-check", "doors"} <= named
