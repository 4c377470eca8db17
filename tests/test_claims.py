import json
import re

import pytest

from course_utils import claims, datasets
from tools import experiments, notebooks
from tools.provenance import ROOT

ENTRY = """
{name}:
  note: a number
  value: {value}
  unit: GWh
  band: [{low}, {high}]
  data: [{data}]
  scope: notebook
"""


@pytest.fixture
def book_of(tmp_path):
    """Write a file of claims."""

    def write(*entries, more=""):
        path = tmp_path / "claims.yml"
        path.write_text("".join(entries) + more)
        return path

    return write


def entry(name="a.b", value=10, low=9, high=11, data=""):
    return ENTRY.format(name=name, value=value, low=low, high=high, data=data)


def test_a_number_in_its_band_is_shown(book_of, capsys):
    claims.check("a.b", 10.5, path=book_of(entry()))
    assert capsys.readouterr().out == (
        "a number: 10.50 GWh (as published, 10.00 GWh)\n"
    )


@pytest.mark.parametrize("value", [8.99, 11.01, float("nan"), float("inf")])
def test_a_planted_wrong_number_fails_under_test(book_of, monkeypatch, value):
    monkeypatch.setenv("COURSE_TEST", "1")
    with pytest.raises(claims.ClaimError, match=r"a\.b = .*publishes 10\.00 GWh"):
        claims.check("a.b", value, path=book_of(entry()))


def test_a_reader_is_warned_and_not_stopped(book_of, monkeypatch):
    monkeypatch.delenv("COURSE_TEST", raising=False)
    with pytest.warns(claims.ClaimWarning, match="this is your result"):
        claims.check("a.b", 12, path=book_of(entry()))


def test_a_claim_must_beat_its_rival(book_of, monkeypatch):
    monkeypatch.setenv("COURSE_TEST", "1")
    rival = entry("rival", 9.5, 9, 10)
    path = book_of(rival, entry(), more="  beats: [rival]\n")
    claims.check("a.b", 9.4, path=path)
    with pytest.raises(claims.ClaimError, match="does not beat rival"):
        claims.check("a.b", 9.6, path=path)
    path = book_of(rival, entry(), more="  beats: [rival]\n  better: higher\n")
    claims.check("a.b", 9.6, path=path)
    with pytest.raises(claims.ClaimError, match="does not beat rival"):
        claims.check("a.b", 9.4, path=path)


def test_nothing_is_checked_on_a_sample(book_of, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_TEST", "1")
    monkeypatch.setattr(datasets, "provenance", lambda name: "sample")
    claims.check("a.b", 99, path=book_of(entry(data="energy")))
    assert "not checked: energy is sample data" in capsys.readouterr().out


def test_the_outcome_is_logged(book_of, monkeypatch, tmp_path):
    log = tmp_path / "log.jsonl"
    monkeypatch.setenv("COURSE_CLAIMS_LOG", str(log))
    monkeypatch.delenv("COURSE_TEST", raising=False)
    path = book_of(entry())
    claims.check("a.b", 10, path=path)
    with pytest.warns(claims.ClaimWarning):
        claims.check("a.b", 12, path=path)
    records = [json.loads(line) for line in log.read_text().splitlines()]
    assert [record["status"] for record in records] == ["passed", "failed"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (entry(value=12), "outside its own band"),
        (entry() + "  beats: [nobody]\n", "no such claim"),
        (entry() + "  scope: moon\n", "scope is one of"),
        ("a.b:\n  value: 1\n", "not complete"),
    ],
)
def test_an_entry_that_contradicts_itself_is_refused(book_of, text, complaint):
    with pytest.raises(ValueError, match=complaint):
        claims.load(book_of(text))


def test_an_unknown_claim_is_named():
    with pytest.raises(KeyError, match="no.such"):
        claims.check("no.such", 1.0)


def places():
    """List where each claim is checked: notebooks and experiments."""
    found = []
    for path in notebooks.all_notebooks():
        code = notebooks.code_of(notebooks.read(path))
        names = re.findall(r'claims\.check\(\s*"([^"]+)"', code)
        found += [(name, "notebook", path.name) for name in names]
    for name in experiments.names():
        table = claims.table(name)
        found += [
            (claim, "experiment", name)
            for claim in experiments.load(name).results(table)
        ]
    return found


def test_each_claim_is_checked_in_exactly_one_place_of_its_scope():
    published, checked = claims.load(), places()
    assert sorted(name for name, _, _ in checked) == sorted(published)
    for name, kind, place in checked:
        scope = published[name].scope
        assert scope == kind or scope == "gpu", f"{name} in {place}"


def test_each_claim_names_data_sets_that_exist():
    for claim in claims.load().values():
        assert set(claim.data) <= set(datasets.names())


@pytest.mark.parametrize("name", experiments.names())
def test_an_experiments_table_was_made_by_the_present_code(name):
    assert experiments.is_current(name), f"run: make experiments ONLY={name}"


@pytest.mark.parametrize("name", experiments.names())
def test_an_experiments_table_gives_what_is_published(name, monkeypatch):
    monkeypatch.setenv("COURSE_TEST", "1")
    # The committed tables come from real data, whatever this machine has.
    monkeypatch.setattr(datasets, "provenance", lambda name: "real")
    for claim, value in experiments.load(name).results(claims.table(name)).items():
        claims.check(claim, value)


def test_a_stale_table_is_noticed(tmp_path):
    name = experiments.names()[0]
    text = (ROOT / "experiments" / f"{name}.csv").read_text()
    (tmp_path / f"{name}.csv").write_text(text)
    assert experiments.is_current(name, tmp_path)
    stale = text.replace(experiments.digest(name), "0" * 16)
    (tmp_path / f"{name}.csv").write_text(stale)
    assert not experiments.is_current(name, tmp_path)
    (tmp_path / f"{name}.csv").unlink()
    assert not experiments.is_current(name, tmp_path)


def test_a_table_carries_what_it_was_made_with():
    table = claims.table(experiments.names()[0])
    assert "numpy" in table.attrs["versions"] and len(table.attrs["digest"]) == 16
    assert {"seed"} <= set(table.columns)


def test_a_table_that_is_not_there_is_named():
    with pytest.raises(FileNotFoundError, match=r"no_such\.csv"):
        claims.table("no_such")
