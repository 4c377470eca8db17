"""Exercises as learners get them: without solutions, outputs and records.

``exercises/`` holds one notebook for each in ``book/exercises``, written from it by
`tools.notebooks` whenever notebooks are executed; a test compares. The launch buttons
of an exercise's page open that one, and its page shows the same places to write before
the folded solutions, so that nobody has to look at an answer to know the question.
"""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbconvert.preprocessors import ClearOutputPreprocessor
from nbgrader.preprocessors import ClearSolutions
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

ROOT = Path(__file__).resolve().parents[1]
SOURCE, TARGET = ROOT / "book" / "exercises", ROOT / "exercises"
SOLUTION = "### BEGIN SOLUTION"
STUB = "# Write your answer here."
# What Sphinx writes before a folded solution, and what opens it.
CELL = '<div class="cell tag_hide-input docutils container">'
PROMPT = "Show a solution"
# A page is built from the notebook with the answers: its checks are all right.
NOTE = (
    '<p class="exercise-note">You write in a copy of this page. The launch button '
    "opens it, and it lies in <code>exercises/</code>. What is printed here below the "
    "checks is what the solutions got.</p>\n"
)


def student_version(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Leave out solutions, outputs and what was recorded at the execution."""
    clear = ClearSolutions(enforce_metadata=False, code_stub={"python": STUB})
    notebook, resources = clear.preprocess(notebook, {})
    notebook, _ = ClearOutputPreprocessor().preprocess(notebook, resources)
    for cell in notebook.cells:
        tags = [tag for tag in cell.metadata.get("tags", []) if tag != "hide-input"]
        cell.metadata = {"tags": tags} if tags else {}
    notebook.metadata.get("course", {}).pop("executed", None)
    return notebook


def text(path: Path) -> str:
    """Return the learner's version of an exercise notebook, as it is written."""
    notebook = student_version(nbformat.read(path, as_version=4))
    for cell in notebook.cells:
        if cell.cell_type == "code":
            # There is nothing to compare where nothing is solved.
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), "nbval-skip"]
    return nbformat.writes(notebook) + "\n"


def write() -> None:
    """Write the folder anew."""
    TARGET.mkdir(exist_ok=True)
    for old in TARGET.glob("*.ipynb"):
        old.unlink()
    for path in sorted(SOURCE.glob("*.ipynb")):
        (TARGET / path.name).write_text(text(path), encoding="utf-8")


def stubs(path: Path) -> list[str]:
    """List the cells to be completed of an exercise notebook, without the answers."""
    notebook = nbformat.read(path, as_version=4)
    solves = [SOLUTION in cell.source for cell in notebook.cells]
    cells = student_version(notebook).cells
    return [cell.source for cell, yes in zip(cells, solves, strict=True) if yes]


def with_stubs(body: str, sources: list[str]) -> str:
    """Show each place to write before its folded solution, in a page's HTML."""
    first, *rest = body.split(CELL)
    solutions = [n for n, part in enumerate(rest) if PROMPT in part]
    if len(solutions) != len(sources):
        raise ValueError(f"{len(solutions)} solutions, {len(sources)} places to write.")
    shown = dict(zip(solutions, map(_shown, sources), strict=True))
    if solutions:
        shown[solutions[0]] = NOTE + shown[solutions[0]]
    return first + "".join(
        shown.get(n, "") + CELL + part for n, part in enumerate(rest)
    )


def _shown(source: str) -> str:
    code = highlight(source, PythonLexer(), HtmlFormatter(nowrap=True))
    return (
        '<div class="cell docutils container exercise-stub">'
        '<div class="cell_input docutils container">'
        '<div class="highlight-python notranslate"><div class="highlight">'
        f"<pre>{code}</pre></div></div></div></div>\n"
    )


def launched(url: str) -> str:
    """Let a launch button open the learner's version."""
    return url.replace("/book/exercises/", "/exercises/")
