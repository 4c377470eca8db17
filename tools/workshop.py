"""Write what a room of learners needs: the exercises without their solutions.

    python -m tools.workshop [--data] [--wheels] [--systems NAME ...]
                             [--pythons VERSION ...]

Into ``_build/workshop``: each exercise notebook with its solutions replaced by a place
to write and without outputs, each chapter and lab as the book shows it, the HTML book
and the slides where they are built, lists of the packages that a laptop needs, one page
to start with and one for the instructor; and all of it as a zip. ``--data`` adds the
data sets, ``--wheels`` the packages themselves, for a room without a network.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat

from tools import notebooks, students
from tools.provenance import ROOT
from tools.room import wheels

TARGET = ROOT / "_build" / "workshop"
TEXTS = Path(__file__).parent / "room"
# The book's page for instructors links to the slides inside it.
BUILT = {"html": ROOT / "_build" / "html", "html/slides": ROOT / "_build" / "slides"}


def write(target: Path = TARGET) -> list[Path]:
    """Write the notebooks anew; return those for learners."""
    shutil.rmtree(target, ignore_errors=True)
    written = []
    for path in notebooks.all_notebooks():
        place = target / "notebooks" / path.relative_to(ROOT / "book")
        place.parent.mkdir(parents=True, exist_ok=True)
        if notebooks.is_exercise(path):
            student = students.student_version(notebooks.read(path))
            nbformat.write(student, place)
            written.append(place)
        else:
            shutil.copyfile(path, place)
    return written


def add_pages(target: Path) -> None:
    """Copy the HTML book and the slides, where they are built."""
    for name, source in BUILT.items():
        if (source / "index.html").is_file():
            skip = shutil.ignore_patterns("_sources", ".buildinfo", "slides")
            shutil.copytree(source, target / name, ignore=skip)
        else:
            print(f"Without {name}/: it is not built (make slides).")


def add_data(target: Path) -> None:
    """Put the data sets into the bundle, verified."""
    command = [sys.executable, "-m", "course_utils.datasets", "fetch", "--to"]
    subprocess.run([*command, target / "data"], cwd=ROOT, check=True)


def add_packages(
    target: Path, systems: list[str], pythons: list[str], whole: bool
) -> None:
    """Write the lists of packages, and the packages themselves where asked to."""
    folder = target / "wheels"
    folder.mkdir(parents=True)
    wheels.build_package(folder)
    for system in systems:
        for python in pythons:
            wheels.write_list(target, system, python)
            if whole:
                wheels.download(folder, system, python)
    if whole:
        # Says to start.py that it must not ask the network.
        (folder / "complete.txt").write_text("Every wheel of the lists is here.\n")


def add_texts(target: Path, pythons: list[str]) -> None:
    """Write the two pages to start with, and the program that sets up."""
    shutil.copyfile(TEXTS / "start.py", target / "start.py")
    parts = {
        "notebooks": "`notebooks/` (exercises without their solutions)",
        "html": "`html/` (the book)",
        "html/slides": "`html/slides/`",
        "data": "`data/` (the data sets, verified by hash, each under its own licence)",
        "wheels/complete.txt": "`wheels/` (every package)",
    }
    here = [text for name, text in parts.items() if (target / name).exists()]
    if not (target / "wheels" / "complete.txt").exists():
        here.append("lists of packages (`wheels-*.txt`), to be had with a network")
    python = " or ".join(pythons)
    for name in ("START-HERE.md", "FOR-THE-INSTRUCTOR.md"):
        text = (TEXTS / name).read_text(encoding="utf-8")
        text = text.replace("{contents}", f"{', '.join(here)}. For Python {python}.")
        text = text.replace("{python}", pythons[0])
        (target / name).write_text(text, encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", action="store_true")
    parser.add_argument("--wheels", action="store_true")
    here = {"win32": "windows", "darwin": "macos"}.get(sys.platform, "linux")
    parser.add_argument("--systems", nargs="+", choices=wheels.SYSTEMS, default=[here])
    parser.add_argument("--pythons", nargs="+", default=[wheels.this_python()])
    options = parser.parse_args()
    written = write()
    add_pages(TARGET)
    add_packages(TARGET, options.systems, options.pythons, options.wheels)
    if options.data:
        add_data(TARGET)
    add_texts(TARGET, options.pythons)
    archive = Path(shutil.make_archive(str(TARGET), "zip", TARGET))
    print(f"{len(written)} notebooks of exercises without solutions, in {TARGET}")
    print(f"All of it as one file: {archive} ({archive.stat().st_size / 1e6:.0f} MB)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
