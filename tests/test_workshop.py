"""What learners get: tasks without solutions, which fail kindly until solved."""

import nbformat
import pytest
from nbclient import NotebookClient

from course_utils import exercises
from tools import notebooks, workshop

PATHS = list(filter(notebooks.is_exercise, notebooks.all_notebooks()))


def codes(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


@pytest.mark.parametrize("path", PATHS, ids=notebooks.short_name)
def test_every_solution_is_followed_by_its_check(path):
    sources = codes(notebooks.read(path))
    checks = [source for source in sources if source.startswith("exercises.check(")]
    solved = [n for n, source in enumerate(sources) if notebooks.SOLUTION in source]
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
    solutions = [source for source in codes(notebook) if notebooks.SOLUTION in source]
    student = workshop.student_version(notebook)
    assert not any("SOLUTION" in source for source in codes(student))
    for solution in solutions:
        region = solution.split(notebooks.SOLUTION)[1].split("### END")[0]
        kept = [line.strip() for line in region.splitlines() if len(line.strip()) > 20]
        left = "\n".join(codes(student))
        assert not [line for line in kept if line in left]
    assert not any(cell.get("outputs") for cell in student.cells)


def test_an_unsolved_notebook_runs_and_says_what_is_missing(monkeypatch):
    monkeypatch.delenv("COURSE_TEST", raising=False)
    path = next(path for path in PATHS if path.stem == "multilayer_perceptron")
    student = workshop.student_version(notebooks.read(path))
    NotebookClient(student, timeout=300, kernel_name="python3").execute()
    outputs = [output for cell in student.cells for output in cell.get("outputs", [])]
    assert {output.output_type for output in outputs} == {"stream"}
    text = "".join(output.text for output in outputs)
    assert text.count("Not yet: perceptrons.") == 3
    assert "0 of 3" in text


def test_the_folder_has_everything_that_the_first_page_names(tmp_path):
    students = workshop.write(tmp_path / "room")
    assert len(students) == len(PATHS)
    for path in students:
        nbformat.validate(nbformat.read(path, as_version=4))
    start = (tmp_path / "room" / "START-HERE.md").read_text()
    assert notebooks.project()["urls"]["Repository"] in start
    assert (tmp_path / "room" / "labs").is_dir()
