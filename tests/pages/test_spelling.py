"""The prose is spelt right, and in one way."""

import pytest

from tests.pages.conftest import HTML, PAGES
from tools import spelling

# The page of the package is written from its docstrings, names of functions and all.
PROSE = [p for p in PAGES if p.startswith("book/") and p != "book/reference/api.html"]


@pytest.mark.parametrize("page", PROSE)
def test_the_prose_of_a_page_is_spelt_right(page):
    found = spelling.misspelt((HTML / page).read_text(encoding="utf-8"))
    assert found == [], "mend, or `python -m tools.spelling --accept`"


@pytest.mark.parametrize("word", ["recieve", "coloured nieghbour", "gradeint's"])
def test_a_slip_is_found(word):
    assert len(spelling.misspelt(f"<article><p>A {word} here</p></article>")) == 1


@pytest.mark.parametrize(
    "word", ["color", "labeled", "recognise", "metering optimised"]
)
def test_one_spelling_of_several_is_used(word):
    (found,) = spelling.misspelt(f"<article><p>We {word} it.</p></article>")
    assert "in this book" in found


def test_code_formulas_and_references_are_no_prose():
    text = (
        "<article><p>The <code>colr</code> of <span class='math'>xyzzy</span>, see "
        "tools/spellign.py and LSTM’s <a href='x'>colour</a></p></article>"
    )
    assert spelling.misspelt(text) == []


def test_a_picture_s_alternative_is_prose():
    assert spelling.misspelt("<article><img alt='a bleu line'></article>") == ["bleu"]
