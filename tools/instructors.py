"""The tables of the instructors' page, from the notebooks and the exercises themselves.

Run times and memory are those that each notebook's executions recorded, exercise times
and slips those that `course_utils.exercises` holds. A new notebook appears by itself.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from course_utils import exercises
from tools import notebooks
from tools.provenance import ROOT

BOOK = ROOT / "book"
PARTS = {
    "foundations": "Foundations",
    "recurrent": "Recurrent networks",
    "labs": "Labs",
    "beyond": "Where next",
}


def chapters() -> list[Path]:
    """List chapters, labs and pages of Part IV, in the order of the contents."""
    listed = re.findall(r"file: (\S+)", (ROOT / "_toc.yml").read_text(encoding="utf-8"))
    found = [ROOT / f"{name}.ipynb" for name in listed]
    return [path for path in found if path.parent.name in PARTS and path.is_file()]


def course(path: Path) -> dict:
    """Read what a notebook's metadata say of it."""
    return notebooks.read(path).metadata.get("course", {})


def seconds(path: Path) -> float:
    """Say how long a notebook took when it was last executed."""
    return course(path).get("executed", {}).get("seconds", 0.0)


def asked_in(path: Path) -> list[exercises.Exercise]:
    """List the exercises of a notebook, in its order."""
    code = notebooks.code_of(notebooks.read(path))
    found = re.findall(r'exercises\.check\(\s*"([^"]+)"', code)
    return [exercises.get(name) for name in dict.fromkeys(found)]


def tasks_of(stem: str) -> list[exercises.Exercise]:
    """List the exercises that belong to a chapter."""
    path = BOOK / "exercises" / f"{stem}.ipynb"
    return asked_in(path) if path.is_file() else []


def link(path: Path) -> str:
    """Link to a page under its own title."""
    return f"{{doc}}`/{path.relative_to(ROOT).with_suffix('').as_posix()}`"


def timings() -> str:
    """Write the table of times and memory."""
    rows = [
        "| Page | To read and try | Runs in | Exercises | Memory [MB] |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for path in chapters():
        about, tasks = course(path), tasks_of(path.stem)
        done = sum(task.minutes for task in tasks)
        peak = about["executed"]["peak_mb"]
        rows.append(
            f"| {link(path)} | {about.get('minutes', '?')} min | {seconds(path):.0f} s "
            f"| {f'{len(tasks)}, {done} min' if tasks else 'none'} "
            f"| {peak:,} |"
        )
    total = sum(map(seconds, chapters())) / 60
    rows.append(f"| all | | {total:.0f} min | | |")
    return "\n".join(rows)


def slips() -> str:
    """Write, chapter by chapter, what learners get wrong: the hints of the checks."""
    parts = []
    for path in chapters():
        tasks = [task for task in tasks_of(path.stem) if task.mistakes]
        if not tasks:
            continue
        count = sum(len(task.mistakes) for task in tasks)
        lines = [f":::{{dropdown}} {title(path)}: {count} slips", ""]
        for task in tasks:
            lines += [f"`{task.id}`, {task.task} ({task.minutes} min)", ""]
            lines += [f"- {plain(mistake.hint)}" for mistake in task.mistakes]
            lines.append("")
        parts.append("\n".join([*lines, ":::"]))
    return "\n\n".join(parts)


def title(path: Path) -> str:
    """Read a notebook's title."""
    for cell in notebooks.read(path).cells:
        if found := re.search(r"^# (.+)$", cell.source, re.MULTILINE):
            return found.group(1).strip()
    return path.stem


def plain(text: str) -> str:
    """Keep a hint's words from being read as markup."""
    return re.sub(r"([\\`*_{}\[\]<>$|#])", r"\\\1", text)


@dataclass(frozen=True)
class Step:
    """One line of a plan.

    Attributes
    ----------
    minutes
        How long, altogether.
    what
        What happens, as markup.
    how
        Of what the minutes are made.
    """

    minutes: int
    what: str
    how: str


def read_step(line: str) -> Step | None:
    """Read a line of a plan.

    ``talk PAGE MINUTES: words``, ``run PAGE MINUTES: words`` (talking time, to which
    the measured run time is added), ``exercise ID ...``, ``break MINUTES`` and
    ``other MINUTES: words``. A line that begins with ``?`` counts only where its page
    is there.
    """
    optional, text = line.startswith("?"), line.lstrip("? ").strip()
    head, _, words = text.partition(":")
    kind, *rest = head.split()
    words = words.strip()
    if kind == "exercise":
        return _exercise(rest, words)
    if kind in {"break", "other"}:
        minutes = int(rest[0])
        pause = "Lunch" if minutes >= 45 else "Break"
        return Step(minutes, pause if kind == "break" else words, "")
    path = BOOK / f"{rest[0]}.ipynb"
    if not path.is_file():
        if optional:
            return None
        raise ValueError(f"The plan names {rest[0]}, which is not in the book: {line}")
    talk = int(rest[1])
    if kind == "talk":
        return Step(talk, _sentence(path, words), f"{talk} talk")
    if kind != "run":
        raise ValueError(f"A plan has talk, run, exercise, break, other; not: {line}")
    runs = math.ceil(seconds(path) / 60)
    return Step(talk + runs, _sentence(path, words), f"{talk} talk + {runs} run")


def _sentence(path: Path, words: str) -> str:
    """Put a page's title before the words, with one mark between them."""
    return f"{link(path)}{'' if title(path).endswith('?') else '.'} {words}"


def _exercise(names: list[str], words: str) -> Step:
    tasks = [exercises.get(name) for name in names]
    minutes = sum(task.minutes for task in tasks)
    listed = ", ".join(f"`{task.id}`" for task in tasks)
    return Step(minutes, f"Exercise: {listed}. {words}".strip(), f"{minutes} work")


def read_plan(text: str) -> list[Step]:
    """Read the lines of a plan."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [step for step in map(read_step, lines) if step is not None]


def plan(text: str, begins: str) -> str:
    """Write a plan as a table with the time of day."""
    rows = ["| Begins | Minutes | What | Made of |", "| --- | ---: | --- | --- |"]
    steps = read_plan(text)
    for clock, step in zip(_clock(steps, begins), steps, strict=True):
        rows.append(f"| {clock} | {step.minutes} | {step.what} | {step.how} |")
    work = sum(step.minutes for step in steps)
    talk = sum(int(n) for s in steps for n in re.findall(r"(\d+) talk", s.how))
    hands = sum(int(n) for s in steps for n in re.findall(r"(\d+) work", s.how))
    rows.append(
        f"| {_clock([*steps, steps[-1]], begins)[-1]} | | End, after {work} minutes "
        f"| {talk} talk, {hands} exercises |"
    )
    return "\n".join(rows)


def _clock(steps: list[Step], begins: str) -> list[str]:
    now, found = datetime.datetime.strptime(begins, "%H:%M"), []
    for step in steps:
        found.append(now.strftime("%H:%M"))
        now += datetime.timedelta(minutes=step.minutes)
    return found


def plans_of(page: str) -> Iterator[tuple[str, str]]:
    """Find the plans of a page: when each begins, and its lines."""
    pattern = r"```\{course-plan\} (\d\d:\d\d)\n(.*?)```"
    yield from re.findall(pattern, page, re.DOTALL)


TABLES = {"timings": timings, "slips": slips}
