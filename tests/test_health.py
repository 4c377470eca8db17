"""The page about the book's health says what the notebooks' records say."""

import json

from course_utils import claims
from tools import health, notebooks


def test_the_page_is_that_of_the_notebooks_records():
    assert health.PAGE.read_text(encoding="utf-8") == health.page(), (
        "book/reference/health.md is out of date: `make health` after `make test`, or "
        "`python -m tools.health` to keep the recorded test run"
    )


def test_prose_does_not_change_the_page_and_a_new_execution_does(monkeypatch):
    before, read = health.page(), notebooks.read

    def changed(path):
        notebook = read(path)
        changes[0](notebook)
        return notebook

    monkeypatch.setattr(notebooks, "read", changed)

    changes = [lambda n: n.cells[0].update(source=n.cells[0].source + "\nMore.")]
    assert health.page() == before
    changes = [lambda n: n.metadata.course.executed.update(date="1999-12-31")]
    assert health.page() != before


def test_a_result_outside_its_band_is_marked():
    claim = claims.load()["energy.gru.live_test_mae"]
    assert health._mark("13.7 GWh", claim) == ""
    assert "outside" in health._mark("15.1 GWh", claim)
    assert health._mark(f"{claim.band[1]} GWh", claim) == ""


def test_a_run_of_all_tests_is_shown_where_the_notebook_is_the_same(
    tmp_path, monkeypatch
):
    log = tmp_path / "claims.jsonl"
    name = "energy.gru.live_test_mae"
    log.write_text(json.dumps({"id": name, "value": 19.0, "status": "failed"}) + "\n")
    book = "book/labs/energy_rnn.ipynb"
    run = health.last_run(log, {book: 81.4}, "strict", ["tests"])
    assert run["claims"] == {name: [19.0, "failed"]}
    record = tmp_path / "health.json"
    record.write_text(json.dumps(run))
    monkeypatch.setattr(health, "RECORD", record)
    page = health.page()
    assert "| 19.0 GWh, **outside** |" in page and "Failed: tests." in page
    (row,) = [line for line in page.splitlines() if "[labs/energy_rnn]" in line]
    assert "| 81 s |" in row
    run["notebooks"][book]["digest"] = "another"
    record.write_text(json.dumps(run))
    (row,) = [x for x in health.page().splitlines() if "[labs/energy_rnn]" in x]
    assert row.split("|")[6].strip() == "-"
