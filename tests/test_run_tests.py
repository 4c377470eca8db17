"""What `make test` makes of the notebooks it runs."""

import os

import nbformat
import pytest

from tools import run_tests


def notebook(path, printed, seconds=0.0):
    """Write a notebook of one cell that prints 2, and is said to have printed this."""
    cell = nbformat.v4.new_code_cell("print(1 + 1)", execution_count=1)
    cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=printed)]
    course = {"data": [], "executed": {"seconds": seconds}}
    nbformat.write(
        nbformat.v4.new_notebook(cells=[cell], metadata={"course": course}), path
    )
    return path


@pytest.fixture
def environment():
    return dict(os.environ)


def test_only_the_notebook_with_another_output_fails(tmp_path, environment):
    right = notebook(tmp_path / "right.ipynb", "2\n")
    wrong = notebook(tmp_path / "wrong.ipynb", "3\n")
    (failed,) = run_tests.run_notebooks([right, wrong], [], environment)
    assert failed.endswith("wrong.ipynb")
    assert run_tests.run_notebooks([wrong], ["another backend"], environment) == []


def test_a_run_that_ends_without_a_report_fails(tmp_path, environment, monkeypatch):
    monkeypatch.setattr(run_tests, "pytest", lambda *_, **__: 3)
    path = notebook(tmp_path / "right.ipynb", "2\n")
    assert run_tests.run_in_mode("--nbval", [path], environment) == ["notebooks"]


def test_the_longest_notebook_starts_first(tmp_path):
    paths = [notebook(tmp_path / f"{n}.ipynb", "2\n", n) for n in (3, 40, 5)]
    order = [path.stem for path in run_tests.longest_first(paths)]
    assert order == ["40", "5", "3"]


def test_a_report_names_its_time_and_its_failures(tmp_path, capsys):
    report = tmp_path / "report.xml"
    report.write_text(
        """<testsuites><testsuite>
        <testcase classname="book.labs.a.ipynb" name="Cell 0" time="1.5"/>
        <testcase classname="book.labs.a.ipynb" name="Cell 1" time="2.0"/>
        <testcase classname="book.labs.b.ipynb" time="4"><failure/></testcase>
        </testsuite></testsuites>"""
    )
    assert run_tests.read_report(report, "--nbval") == ["book/labs/b.ipynb"]
    assert "book/labs/a.ipynb: --nbval, 4 s" in capsys.readouterr().out


@pytest.mark.parametrize("option", ["--package", "--labs"])
def test_other_packages_are_not_asked_for_the_books_own_tools(monkeypatch, option):
    asked = []
    monkeypatch.setattr(run_tests, "pytest", lambda *given, **_: asked.append(given))
    monkeypatch.setattr("sys.argv", ["run_tests", option])
    run_tests.run_package_tests({})
    left_out = {f"--ignore={path}" for path in run_tests.OF_THE_PINS}
    assert (left_out <= set(asked[0])) == (option == "--package")
    assert all((run_tests.ROOT / path).is_file() for path in run_tests.OF_THE_PINS)
