"""The run on other backends or on a GPU, and the page that is written from it."""

import json
import sys
from pathlib import Path

import pytest

from tools import backends, backends_page, health, notebooks
from tools.provenance import ROOT

BOOK = "book/labs/energy_rnn.ipynb"
FAST = ['"GRU, 64","PyTorch by hand",2.0,1,30']


def test_tensorflow_is_left_out_of_the_pins_and_nothing_else():
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    kept = backends.pinned_without_tensorflow()
    lines = {line for line in text.splitlines() if "==" in line}
    assert {line.split("==")[0] for line in lines - set(kept.splitlines())} == {
        "tensorflow",
        "tensorflow-cpu",
    }


def test_what_is_left_out_exists_and_has_a_reason():
    short = {notebooks.short_name(path) for path in notebooks.all_notebooks()}
    for left_out in backends.LEFT_OUT.values():
        assert set(left_out) <= short and all(left_out.values())


def test_a_run_of_some_notebooks_goes_over_the_record_of_all():
    old = {"failed": ["a", "b"], "notebooks": {"a": 1, "b": 2}, "claims": {"x": [1]}}
    new = {"failed": [], "notebooks": {"a": 3}, "claims": {"x": [2]}, "date": "today"}
    found = backends.merged(old, new)
    assert found["failed"] == ["b"] and found["date"] == "today"
    assert found["notebooks"] == {"a": 3, "b": 2} and found["claims"] == {"x": [2]}


@pytest.fixture
def records(tmp_path, monkeypatch):
    """Records of TensorFlow and of JAX, where one result left its band."""

    def run(seconds, value, status, **more):
        return {
            "date": "2026-01-02",
            "failed": [],
            "notebooks": {BOOK: {"seconds": seconds}},
            "claims": {"energy.live.rnn": [value, status]},
        } | more

    first, second = tmp_path / "health.json", tmp_path / "backends.json"
    first.write_text(json.dumps(run(70, 13.7, "passed")))
    jax = run(30, 99.0, "failed", failed=[BOOK], versions={"jax": "0.10.2"})
    second.write_text(json.dumps({"jax": jax}))
    speed = tmp_path / "speed.csv"
    rows = ["network,way,ms,ratio,share", '"GRU, 64","JAX",3.0,1.5,20', *FAST]
    speed.write_text("\n".join(rows))
    monkeypatch.setattr(backends_page, "SPEED", speed)
    monkeypatch.setattr(health, "RECORD", first)
    monkeypatch.setattr(backends, "RECORD", second)
    monkeypatch.setattr(backends, "GPU_RECORD", tmp_path / "gpu.json")
    claim = health.claims.load()
    name = next(iter(claim))
    monkeypatch.setattr(
        backends_page.claims, "load", lambda: {"energy.live.rnn": claim[name]}
    )
    return second


def test_the_page_tells_times_and_what_left_its_band(records):
    page = backends_page.page()
    assert "| [labs/energy_rnn](../labs/energy_rnn) | 70 s | 30 s (failed) |" in page
    assert "70 s (failed)" not in page
    assert "leave their band" in page and "**99" in page
    assert "| [labs/mnist_lstm](../labs/mnist_lstm) | not run | not run |" in page
    assert "| JAX | 3 (1.5) |" in page and "reaches 20 to 20 %" in page
    assert "failed: energy_rnn. Versions: jax 0.10.2" in page


def test_the_page_says_so_where_all_agree(records):
    record = json.loads(records.read_text())
    record["jax"]["claims"]["energy.live.rnn"] = [13.7, "passed"]
    record["jax"]["failed"] = []
    records.write_text(json.dumps(record))
    assert "All 1 results" in backends_page.page()


def test_the_page_is_what_the_records_say():
    assert backends_page.PAGE.read_text(encoding="utf-8") == backends_page.page()


def test_the_page_says_that_no_gpu_was_at_hand_and_else_what_it_reached(
    records, monkeypatch
):
    held = {"energy.live.rnn": ""}
    monkeypatch.setattr(health, "stored_results", lambda notebook: held)
    assert "No run with a GPU has been recorded" in backends_page.page()
    run = json.loads(records.read_text())["jax"]
    run |= {"card": "A card", "at_once": 3}
    run["claims"]["energy.live.rnn"] = [13.9, "passed"]
    (records.parent / "gpu.json").write_text(json.dumps({"torch": run}))
    page = backends_page.page()
    assert "PyTorch on one A card" in page and "No run with a GPU" not in page
    assert "| [labs/energy_rnn](../labs/energy_rnn) | 70 s | 30 s (failed) |" in page
    assert "70 s (failed)" not in page


def test_a_record_of_all_takes_the_place_of_the_old_one(tmp_path):
    place = tmp_path / "record.json"
    backends.keep({"notebooks": {"a": 1}, "failed": [], "claims": {}}, place, "x", True)
    new = {"notebooks": {"b": 1}, "failed": [], "claims": {}}
    backends.keep(new, place, "x", some=True)
    assert set(backends.read(place)["x"]["notebooks"]) == {"a", "b"}
    backends.keep(new, place, "x", some=False)
    assert backends.read(place) == {"x": new}


def test_the_gpu_is_taken_with_the_backend_that_sees_it(monkeypatch):
    torch = Path("torch-python")
    places = {"jax": None, "torch": torch}
    monkeypatch.setattr(backends, "installed", places.get)
    seen = {"torch"}
    monkeypatch.setattr(backends, "computes_on_gpu", lambda python, name: name in seen)
    assert backends.find_gpu() == ("torch", torch)
    seen.add("tensorflow")
    assert backends.find_gpu() == ("tensorflow", Path(sys.executable))


def test_no_gpu_is_a_failure_and_says_how_to_get_one(monkeypatch, capsys):
    monkeypatch.setattr(backends, "find_gpu", lambda: None)
    monkeypatch.setattr("sys.argv", ["backends", "--gpu"])
    assert backends.main() == 1
    assert "No GPU" in capsys.readouterr().out


def test_a_backend_is_asked_in_its_own_process(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert not backends.computes_on_gpu(Path(sys.executable), "tensorflow")
    assert not backends.computes_on_gpu(Path(sys.executable), "no-such-backend")
