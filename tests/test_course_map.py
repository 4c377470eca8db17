"""The map of the course and the index know every chapter and every term."""

import re
import sys

import pytest

from tools.provenance import ROOT

# Sphinx finds these beside its other extensions, without a package's name.
sys.path.insert(0, str(ROOT / "tools"))
import book_index
import course_map


def lines_of_the_map():
    text = (ROOT / "book" / "index.md").read_text(encoding="utf-8")
    return re.search(r"(?s)```\{course-map\}\n(.*?)```", text)[1].splitlines()


def test_every_chapter_is_numbered_once_and_has_its_line_in_the_map():
    chapters = course_map.chapters()
    assert [c.number for c in chapters] == list(range(1, len(chapters) + 1))
    before = course_map.needs(lines_of_the_map())
    assert {c.stem for c in chapters} <= set(before)


def test_a_chapter_needs_only_what_the_book_has_and_never_itself():
    before = course_map.needs(lines_of_the_map())
    assert set().union(*before.values()) <= set(before)

    def all_before(name, seen=()):
        assert name not in seen, f"{name} needs itself"
        return [all_before(n, (*seen, name)) for n in before[name]]

    for name in before:
        all_before(name)


def test_a_notebook_says_its_minutes_and_a_page_without_one_none():
    assert course_map.minutes("book/recurrent/lstm") == 75
    assert course_map.minutes("book/reference/notation") is None


@pytest.mark.parametrize(
    ("uri", "label"),
    [
        ("book/recurrent/lstm.html#term-gate", "11"),
        ("book/exercises/lstm.html", "11 (exercises)"),
        ("book/reference/glossary.html#term-gate", "glossary"),
        ("book/reference/api.html#x", "package"),
    ],
)
def test_a_place_in_the_index_is_named_as_a_reader_would(uri, label):
    assert book_index.label(uri) == label


def test_the_index_sorts_the_definition_first_and_chapters_by_number():
    places = ["text", "lstm", "gru"]
    links = [("", f"book/recurrent/{name}.html#term-x") for name in places]
    links = [*links, ("main", "book/reference/glossary.html#term-x")]
    found = [book_index.label(uri) for _, uri in sorted(links, key=book_index._place)]
    assert found == ["glossary", "11", "12", "16"]


def test_the_terms_are_those_of_the_glossary():
    terms = book_index.glossary_terms()
    assert terms["lstm"] == "LSTM" and "forget gate" in terms and len(terms) > 60
