"""What `make doors` rests on; the doors themselves take minutes."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tools import doors, notebooks
from tools.provenance import ROOT

LOG = """\
Building conda environment for python=3.11
FROM docker.io/library/buildpack-deps:24.04
RUN apt-get -qq update
RUN ${KERNEL_PYTHON_PREFIX}/bin/pip install --no-cache-dir -r "binder/requirements.txt"
RUN chmod +x binder/postBuild
RUN ./binder/postBuild
"""


def test_binders_commands_are_read_from_what_repo2docker_says():
    version, commands = doors.binder_commands(LOG)
    assert version == "3.11" and len(commands) == 3
    assert commands[0].startswith("${KERNEL_PYTHON_PREFIX}/bin/pip install")
    for fault in ("binder/", "python=3.11"):
        with pytest.raises(SystemExit, match="nothing that we know"):
            doors.binder_commands(LOG.replace(fault, ""))


def host(folder):
    """Lay out an environment with two packages of the host."""
    for name in ("numpy-2.0.2", "keras-3.10.0", "holidays-0.50"):
        place = folder / "lib" / "python3.12" / "site-packages" / f"{name}.dist-info"
        place.mkdir(parents=True)
        (place / "RECORD").write_text("numpy/__init__.py,sha256=abc,1\n")
    return folder / "bin" / "python"


def test_a_package_of_the_host_that_changes_is_noticed(tmp_path):
    python = host(tmp_path)
    before = doors.fingerprints(python)
    assert set(before) == {"numpy-2.0.2", "keras-3.10.0"}
    assert doors.fingerprints(python) == before
    record = next(tmp_path.rglob("numpy-2.0.2.dist-info")) / "RECORD"
    record.write_text("numpy/__init__.py,sha256=def,1\n")
    assert doors.fingerprints(python)["numpy-2.0.2"] != before["numpy-2.0.2"]


def test_the_books_address_is_redirected_and_nothing_of_ours_is_seen(monkeypatch):
    for name in doors.OURS:
        monkeypatch.setenv(name, "ours")
    seen = doors.clean_environment(ROOT / "x" / "bin" / "python", A="1")
    assert seen["A"] == "1" and seen["PATH"].startswith(str(ROOT / "x" / "bin"))
    assert "ours" not in seen.values()
    repository = notebooks.project()["urls"]["Repository"]
    variables = doors.redirect(repository, ROOT)
    assert variables["GIT_CONFIG_VALUE_0"] == repository
    assert f"git+{repository}@" in notebooks.first_cell()


def test_errors_and_warnings_of_a_notebook_are_complaints_and_a_debuggers_are_not():
    fine = new_output("stream", name="stdout", text="1")
    frozen = new_output("stream", name="stderr", text="0.00s - Debugger warning: It\n")
    warned = new_output("stream", name="stderr", text="UserWarning: sample\n")
    failed = new_output("error", ename="KeyError", evalue="x")
    for outputs, wanted in (([fine, frozen], 0), ([warned], 1), ([failed, fine], 1)):
        cell = new_code_cell("x", outputs=outputs)
        assert len(doors.complaints(new_notebook(cells=[cell]))) == wanted


def test_colabs_packages_are_pinned_and_fit_the_packages_ranges():
    from packaging.requirements import Requirement

    lines = doors.COLAB.read_text(encoding="utf-8").splitlines()
    pins = {
        (r := Requirement(line)).name: next(iter(r.specifier)).version
        for line in lines
        if line and line[0] != "#"
    }
    assert {"numpy", "keras", "tensorflow-cpu"} <= set(pins)
    for text in notebooks.project()["dependencies"]:
        wish = Requirement(text)
        if wish.name in pins:
            assert wish.specifier.contains(pins[wish.name]), text
