"""Execute the book's notebooks in place, all alike.

    python tools/notebooks.py execute [--all] [NOTEBOOK ...]

Writes the common first cell, executes what changed since its last execution (its
code, what it imports from course_utils, its data), and records in the notebook's
metadata how long that took, the most memory its kernel held, and with which versions.
"""

from __future__ import annotations

import argparse
import datetime
import os
import re
import sys
import time
import tomllib
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell

from tools import environment, provenance, reference_pages, students
from tools.provenance import ROOT

SETUP_TAG = "setup"
# A cell that only draws is folded in the book: its figure is what the reader needs.
DRAWING_STARTS = re.compile(r"^.*(plt\.subplots|plt\.figure|plots\.canvas)\(")
# What a public Binder gives.
MEMORY_MB = 2000
# A last cell that does not stay. Linux keeps the peak of this very program, in KiB;
# elsewhere there is only that of the process, which begins at what its parent used
# (macOS: in bytes).
ASK_FOR_MEMORY = """\
import re, resource, sys
if sys.platform == "linux":
    found = re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())
    print(int(found[1]) * 1024 / 1e6)
else:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6)"""


def project() -> dict:
    """Read the ``[project]`` table, where the book's version and address stand."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)["project"]


def address() -> str:
    """Say where pip finds the package at the book's own tag."""
    about = project()
    return f"git+{about['urls']['Repository']}@v{about['version']}"


def first_cell() -> str:
    """Write the first code cell: the same in every notebook."""
    return f"""\
import importlib.util

if importlib.util.find_spec("course_utils") is None:  # on Colab, for instance
    address = "{address()}"
    %pip install --quiet "course-utils @ {{address}}"

from course_utils import plots, runtime

runtime.start()
plots.use_style()"""


def all_notebooks() -> list[Path]:
    """List the book's notebooks, in a fixed order."""
    found = (ROOT / "book").rglob("*.ipynb")
    return sorted(path for path in found if not _hidden(path))


def _hidden(path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    return any(part.startswith((".", "_")) for part in parts)


def is_exercise(path: Path) -> bool:
    return path.parent.name == "exercises"


def short_name(path: Path) -> str:
    """Name a notebook as its folder and its stem, which tells exercises apart."""
    return f"{path.parent.name}/{path.stem}"


def read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def code_of(notebook: nbformat.NotebookNode) -> str:
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return "\n".join(cells)


def data_of(notebook: nbformat.NotebookNode) -> tuple[str, ...]:
    return tuple(notebook.metadata.get("course", {}).get("data", ()))


def digest_of(notebook: nbformat.NotebookNode) -> str:
    return provenance.digest(
        code_of(notebook), data_of(notebook), provenance.FETCHING - {"runtime.py"}
    )


def is_current(notebook: nbformat.NotebookNode) -> bool:
    record = notebook.metadata.get("course", {}).get("executed", {})
    return record.get("digest") == digest_of(notebook)


def prepare(notebook: nbformat.NotebookNode) -> None:
    """Write the common first cell and the plain metadata."""
    cell = next((c for c in notebook.cells if c.cell_type == "code"), None)
    if cell is None or SETUP_TAG not in cell.metadata.get("tags", []):
        raise SystemExit(f"The first code cell has no tag {SETUP_TAG!r}.")
    cell.source = first_cell()
    cell.metadata.tags = [SETUP_TAG, "hide-cell"]
    fold_cells(notebook)
    notebook.metadata.kernelspec = {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    }
    notebook.metadata.language_info = {"name": "python", "file_extension": ".py"}
    notebook.nbformat_minor = 5


def fold_cells(notebook: nbformat.NotebookNode) -> None:
    """Fold long cells that only draw, and solutions; `show-input` keeps one open."""
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        solves = students.SOLUTION in cell.source
        draws = "image" in cell.metadata.get("mystnb", {}) and only_draws(cell.source)
        if not (solves or draws) or "show-input" in cell.metadata.get("tags", []):
            continue
        tags = [tag for tag in cell.metadata.get("tags", []) if tag != "hide-input"]
        cell.metadata.tags = [*tags, "hide-input"]
        prompt = "Show a solution" if solves else "Show how this is drawn"
        cell.metadata.setdefault("mystnb", {})["code_prompt_show"] = prompt


def only_draws(source: str) -> bool:
    """Tell whether a cell is long, defines and asserts nothing, and mostly draws."""
    lines = [line for line in source.splitlines() if line.strip()]
    if len(lines) < 9 or re.search(r"^\s*(def|assert)\b", source, re.MULTILINE):
        return False
    starts = [n for n, line in enumerate(lines) if DRAWING_STARTS.match(line)]
    return bool(starts) and starts[0] <= len(lines) / 2


def execute(path: Path) -> bool:
    """Execute one notebook in place; tell whether it ran without a complaint."""
    notebook = read(path)
    prepare(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    notebook.cells.append(new_code_cell(ASK_FOR_MEMORY))
    client = NotebookClient(
        notebook,
        timeout=900,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        record_timing=False,
        # What a cell prints is one block, however the kernel happened to send it.
        coalesce_streams=True,
    )
    started = time.monotonic()
    try:
        client.execute()
    except CellExecutionError as error:
        print(f"{path.relative_to(ROOT)}: {error}", file=sys.stderr)
        return False
    took = time.monotonic() - started
    peak = float(notebook.cells.pop().outputs[-1].text)
    _record(notebook, took, peak)
    nbformat.write(notebook, path)
    return _report(path, notebook)


def _record(notebook: nbformat.NotebookNode, seconds: float, peak_mb: float) -> None:
    """Note an execution; of several of the same code the shortest and the largest.

    A busy machine only adds seconds, so the shortest is the closest to an idle one.
    """
    from course_utils import runtime

    course = notebook.metadata.setdefault("course", {})
    before, digest = course.get("executed", {}), digest_of(notebook)
    if before.get("digest") == digest:
        seconds = min(seconds, before["seconds"])
        peak_mb = max(peak_mb, before.get("peak_mb", 0))
    course["executed"] = {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "digest": digest,
        "peak_mb": round(peak_mb),
        "seconds": round(seconds, 1),
        "versions": runtime.versions(),
    }
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)


def _report(path: Path, notebook: nbformat.NotebookNode) -> bool:
    record = notebook.metadata.course
    took, budget = record["executed"]["seconds"], record.get("budget_s")
    size = path.stat().st_size / 1e6
    peak = record["executed"]["peak_mb"]
    about = f"{took} s of {budget} s, {peak} MB of memory, {size:.2f} MB"
    print(f"{path.relative_to(ROOT)}: {about}")
    complaints = [
        output.text
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.get("name") == "stderr"
    ]
    print("".join(complaints), end="", file=sys.stderr)
    return not complaints


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("command", choices=["execute"])
    parser.add_argument("--all", action="store_true")
    parser.add_argument("notebooks", nargs="*", type=Path)
    options = parser.parse_args()
    environment.settle()
    # As under test: with these small networks, two threads wait for each other.
    os.environ.update(environment.ONE_THREAD)
    reference_pages.write()
    chosen = [path.resolve() for path in options.notebooks] or all_notebooks()
    if not options.all and not options.notebooks:
        chosen = [path for path in chosen if not _up_to_date(path)]
        if not chosen:
            print("Every notebook is current; ALL=1 executes them all the same.")
    outcome = 0 if all([execute(path) for path in chosen]) else 1
    from tools import health  # which reads what was just executed

    health.write()
    students.write()
    return outcome


def _up_to_date(path: Path) -> bool:
    notebook = read(path)
    cell = next(c for c in notebook.cells if c.cell_type == "code")
    return cell.source == first_cell() and is_current(notebook)


if __name__ == "__main__":
    sys.exit(main())
