"""What learners get: tasks without solutions, which fail kindly until solved."""

import importlib
import re
import shutil
import socket
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient

from course_utils import exercises
from tools import notebooks, students, workshop
from tools.provenance import ROOT
from tools.room import wheels

DOORS = ("colab", "binderhub", "jupyterhub")
PATHS = list(filter(notebooks.is_exercise, notebooks.all_notebooks()))


def codes(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


@pytest.mark.parametrize("path", PATHS, ids=notebooks.short_name)
def test_every_solution_is_followed_by_its_check(path):
    sources = codes(notebooks.read(path))
    checks = [source for source in sources if source.startswith("exercises.check(")]
    solved = [n for n, source in enumerate(sources) if students.SOLUTION in source]
    assert len(solved) == len(checks) >= 2
    assert all(sources[n + 1].startswith("exercises.check(") for n in solved)
    assert all(sources[n].rstrip().endswith("### END SOLUTION") for n in solved)


def test_every_exercise_is_asked_in_exactly_one_notebook():
    texts = [source for path in PATHS for source in codes(notebooks.read(path))]
    asked = [text.split('"')[1] for text in texts if text.startswith("exercises.check")]
    assert sorted(asked) == exercises.names()


@pytest.mark.parametrize("path", PATHS, ids=notebooks.short_name)
def test_the_student_version_holds_no_solution_and_no_output(path):
    notebook = notebooks.read(path)
    solutions = [source for source in codes(notebook) if students.SOLUTION in source]
    student = students.student_version(notebook)
    assert not any("SOLUTION" in source for source in codes(student))
    for solution in solutions:
        region = solution.split(students.SOLUTION)[1].split("### END")[0]
        kept = [line.strip() for line in region.splitlines() if len(line.strip()) > 20]
        left = "\n".join(codes(student))
        assert not [line for line in kept if line in left]
    assert not any(cell.get("outputs") for cell in student.cells)


@pytest.mark.parametrize("path", PATHS, ids=notebooks.short_name)
def test_the_chapter_links_to_its_exercises(path):
    label = re.search(r"\((exercises-[\w-]+)\)=", notebooks.read(path).cells[0].source)
    (chapter,) = (
        other
        for other in notebooks.all_notebooks()
        if other.name == path.name and not notebooks.is_exercise(other)
    )
    cells = notebooks.read(chapter).cells
    prose = "".join(cell.source for cell in cells if cell.cell_type == "markdown")
    assert re.search(rf"\{{ref\}}`([^`]+<)?{label[1]}>?`", prose)


@pytest.mark.parametrize("path", PATHS, ids=notebooks.short_name)
def test_what_the_launch_buttons_open_is_the_student_version(path):
    committed = students.TARGET / path.name
    assert committed.read_text(encoding="utf-8") == students.text(path), (
        "exercises/ is out of date: make notebooks writes it"
    )


def test_no_student_notebook_is_left_without_its_exercise():
    names = {path.name for path in students.TARGET.glob("*.ipynb")}
    assert names == {path.name for path in PATHS}


def test_a_page_shows_each_place_to_write_before_its_solution():
    path = next(path for path in PATHS if path.stem == "lstm")
    stubs = students.stubs(path)
    assert "def lstm_step(x, h, c, W, U, b):" in stubs[0]
    assert not any("SOLUTION" in stub or "np.split" in stub for stub in stubs)
    cell = f"{students.CELL}{students.PROMPT} code</div>"
    figure = f"{students.CELL}Show how this is drawn</div>"
    page = students.with_stubs(f"a{figure}b{cell}c{cell}d", ["first()", "second()"])
    first_stub = page.index("exercise-stub")
    assert page.count(students.NOTE) == 1 and page.index(students.NOTE) < first_stub
    parts = re.sub(r"<[^>]+>", " ", page.replace(students.NOTE, "")).split()
    order = (
        "a Show how this is drawn b first () Show a solution code c second ()".split()
    )
    assert parts[: len(order)] == order and parts[-1] == "d"
    with pytest.raises(ValueError, match="2 solutions, 1 places"):
        students.with_stubs(f"{cell}{cell}", ["first()"])


def test_an_unsolved_notebook_runs_and_says_what_is_missing(monkeypatch):
    monkeypatch.delenv("COURSE_TEST", raising=False)
    path = next(path for path in PATHS if path.stem == "multilayer_perceptron")
    student = students.student_version(notebooks.read(path))
    NotebookClient(student, timeout=300, kernel_name="python3").execute()
    outputs = [output for cell in student.cells for output in cell.get("outputs", [])]
    assert {output.output_type for output in outputs} == {"stream"}
    text = "".join(output.text for output in outputs)
    assert text.count("Not yet: perceptrons.") == 3
    assert "0 of 3" in text


def test_the_folder_has_everything_that_its_pages_name(tmp_path):
    room = tmp_path / "room"
    written = workshop.write(room)
    assert len(written) == len(PATHS)
    for path in written:
        nbformat.validate(nbformat.read(path, as_version=4))
    (room / "wheels").mkdir()
    (room / "wheels" / "complete.txt").write_text("yes")
    workshop.add_texts(room, ["3.11"])
    start = (room / "START-HERE.md").read_text()
    teach = (room / "FOR-THE-INSTRUCTOR.md").read_text()
    assert "You need Python 3.11" in start and "every package" in teach
    assert "{" not in start + teach
    assert "`data/`" not in teach.split("**A week")[0]
    assert (room / "start.py").is_file() and (room / "notebooks" / "labs").is_dir()


@pytest.mark.parametrize("system", wheels.SYSTEMS)
def test_a_room_needs_pinned_packages_and_none_of_the_books_tools(system):
    found = wheels.needed(system, "3.12")
    pins = (ROOT / "requirements.txt").read_text()
    assert all(f"{name}=={version}" in pins.lower() for name, version in found.items())
    assert {"jupyterlab", "keras", "holidays", "ipykernel"} <= set(found)
    assert not {"sphinx", "pytest", "ruff", "nbgrader", "distributed"} & set(found)


def test_each_system_gets_its_own_tensorflow_and_terminal():
    linux, windows, mac = (set(wheels.needed(s, "3.11")) for s in wheels.SYSTEMS)
    assert "tensorflow-cpu" in linux and "tensorflow" not in linux
    assert {"tensorflow", "pywinpty", "colorama"} <= windows
    assert {"tensorflow", "appnope"} <= mac and "pywinpty" not in mac


def test_a_package_without_a_pin_stops_the_list(monkeypatch):
    monkeypatch.setattr(wheels, "WANTED", ("jupyterlab", "no-such-package"))
    with pytest.raises(SystemExit, match="no-such-package is needed on linux"):
        wheels.needed("linux", "3.11")


def test_another_python_is_told_which_ones_the_room_is_for(tmp_path):
    shutil.copy(workshop.TEXTS / "start.py", tmp_path)
    (tmp_path / "wheels-linux-3.9.txt").touch()
    code = "import start; print(start.package_list())"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode and "This folder is for linux-3.9" in done.stderr


@pytest.mark.skipif(not hasattr(socket, "AF_NETLINK"), reason="Linux only")
def test_a_network_that_is_not_blocked_stops_the_trial(monkeypatch):
    room = importlib.import_module("tools.room.__main__")
    assert "lo" in room.interfaces()
    monkeypatch.setenv(room.INSIDE, "1")
    monkeypatch.setattr(room, "raise_loopback", lambda: None)
    monkeypatch.setattr(room, "interfaces", lambda: ["eth0", "lo"])
    with pytest.raises(SystemExit, match="not blocked"):
        room.main()


def test_buttons_and_first_cell_name_the_same_tag():
    tag = f"v{notebooks.project()['version']}"
    config = (ROOT / "_config.yml").read_text(encoding="utf-8")
    assert f"  branch: {tag}\n" in config
    assert notebooks.address().endswith(f"@{tag}")
    assert all(f"{door}_url: https://" in config for door in DOORS)
