"""`python -m course_utils.runtime check`: what it finds, says and exits with."""

import os
import subprocess
import sys

import pytest

from course_utils import datasets, room_check, runtime
from course_utils.room_check import READY, RESTRICTED, UNUSABLE, Finding


def command(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "course_utils.runtime", "check", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_names_everything_trains_and_ends_in_a_verdict(tmp_path):
    done = command(
        "--seconds", "0.5", COURSE_DATA_DIR="", COURSE_CACHE_DIR=str(tmp_path)
    )
    lines = done.stdout.splitlines()
    names = [line.split()[1] for line in lines[:-1]]
    wanted = "Python packages Jupyter backend memory disk data training"
    assert names == wanted.split(), done.stdout + done.stderr
    assert "updates a second" in lines[-2]
    assert "not here: energy" in done.stdout
    assert done.returncode == 1 and lines[-1].startswith("Usable, but read the notes")
    assert not done.stderr


@pytest.mark.parametrize("found", [(3, 10, 13), (3, 14, 0)])
def test_another_python_stops_the_check_before_anything_is_loaded(monkeypatch, found):
    finding = room_check.python_version(found)
    assert finding.level == UNUSABLE and "3.11, 3.12 or 3.13" in finding.text
    monkeypatch.setattr(room_check, "python_version", lambda: finding)
    assert room_check.examine() == [finding]


def test_a_missing_package_is_named_with_what_to_type(monkeypatch):
    known = runtime.versions

    def versions(*names):
        return {**known(*names), **dict.fromkeys({"keras"} & set(names), "absent")}

    monkeypatch.setattr(runtime, "versions", versions)
    finding = room_check.packages()
    assert finding.level == UNUSABLE and "pip install keras" in finding.text


def test_a_backend_that_does_not_load_is_said_in_a_sentence(monkeypatch):
    def broken():
        raise ImportError("DLL load failed")

    monkeypatch.setattr(runtime, "device", broken)
    finding = room_check.backend()
    assert finding.level == UNUSABLE and "DLL load failed" in finding.text


def test_little_memory_and_little_disk_are_restrictions():
    assert room_check.memory(1.5e9).level == RESTRICTED
    assert room_check.memory(2.5e9).level == READY
    assert room_check.disk(0.1e9).level == RESTRICTED
    assert room_check.disk(9e9).level == READY
    assert room_check.free_memory() > 1e8


def test_a_damaged_data_file_stops_the_check(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COURSE_CACHE_DIR", str(tmp_path / "cache"))
    assert "not here: gdp" in room_check.data(["gdp"]).text
    file = tmp_path / "gdp" / datasets.info("gdp").files[0]
    file.parent.mkdir()
    file.write_text("DATE,GDP\n")
    finding = room_check.data(["gdp"])
    assert finding.level == UNUSABLE and file.name in finding.text


def test_a_slow_computer_is_a_note_and_a_loss_that_rises_is_a_stop():
    reference = room_check.REFERENCE_STEPS
    slow = room_check.judge_training(reference / 5, 1.0, 0.1)
    assert slow.level == RESTRICTED and "about 5 times as long" in slow.text
    for after in (1.5, float("nan")):
        assert room_check.judge_training(reference, 1.0, after).level == UNUSABLE
    assert room_check.judge_training(reference, 1.0, 0.1).level == READY


def test_the_verdict_names_the_worst_first():
    fine, note = Finding("disk", READY, ""), Finding("data", RESTRICTED, "")
    stop = Finding("backend", UNUSABLE, "")
    assert room_check.verdict([fine]) == "Ready for the course."
    assert "notes on: data." in room_check.verdict([fine, note])
    assert "NOT READY" in room_check.verdict([fine, note, stop])
    assert "data" not in room_check.verdict([fine, note, stop])
