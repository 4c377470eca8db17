"""Write what a room of learners needs: the exercises without their solutions.

    python -m tools.workshop

Into ``_build/workshop``: each exercise notebook with its solutions replaced by a place
to write and without outputs, each chapter and lab as the book shows it, one page to
start with; and all of it as a zip.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import nbformat
from nbconvert.preprocessors import ClearOutputPreprocessor
from nbgrader.preprocessors import ClearSolutions

from tools import notebooks
from tools.provenance import ROOT

TARGET = ROOT / "_build" / "workshop"
START = """\
# Start here

The exercises are in `exercises/`, one notebook a chapter; the chapters and labs that
they belong to stand beside that folder, executed.

1. With Python 3.11, 3.12 or 3.13: `python -m venv room`, activate it, and
   `pip install "course-utils[tensorflow] @ {address}" jupyterlab`.
2. `jupyter lab`, and open a notebook of `exercises/`.
3. Write your answer where the notebook says so, and run the cell below it. It says
   "Right", or what looks wrong, and a hint. Nothing is sent anywhere.

Data are downloaded when a notebook first needs them; without a network a notebook runs
on a small sample and says so. To fetch them beforehand:
`python -m course_utils.datasets fetch`.
"""


def student_version(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Leave out solutions, outputs and what was recorded at the execution."""
    clear = ClearSolutions(
        enforce_metadata=False,
        code_stub={"python": "# Write your answer here."},
    )
    notebook, resources = clear.preprocess(notebook, {})
    notebook, _ = ClearOutputPreprocessor().preprocess(notebook, resources)
    for cell in notebook.cells:
        tags = [tag for tag in cell.metadata.get("tags", []) if tag != "hide-input"]
        cell.metadata = {"tags": tags} if tags else {}
    notebook.metadata.get("course", {}).pop("executed", None)
    return notebook


def write(target: Path = TARGET) -> list[Path]:
    """Write the folder anew; return the student notebooks."""
    shutil.rmtree(target, ignore_errors=True)
    students = []
    for path in notebooks.all_notebooks():
        place = target / path.relative_to(ROOT / "book")
        place.parent.mkdir(parents=True, exist_ok=True)
        if notebooks.is_exercise(path):
            nbformat.write(student_version(notebooks.read(path)), place)
            students.append(place)
        else:
            shutil.copyfile(path, place)
    text = START.format(address=notebooks.address())
    (target / "START-HERE.md").write_text(text, encoding="utf-8")
    return students


def main() -> int:
    students = write()
    archive = shutil.make_archive(str(TARGET), "zip", TARGET)
    print(f"{len(students)} notebooks of exercises without solutions, in {TARGET}")
    print(f"All of it as one file: {archive}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
