"""The markup of every page is valid, as far as can be judged without a network."""

import pytest

from tests.pages.conftest import HTML, each_page
from tools import markup


@each_page
def test_the_markup_of_a_page_is_valid(page):
    assert markup.faults((HTML / page).read_text(encoding="utf-8")) == []


FRAME = "<!doctype html><html lang='en'><title>x</title><body>{}</body></html>"


@pytest.mark.parametrize(
    "text",
    [
        "<summary><p>a paragraph in a summary</p></summary>",
        "<a href='#'>a link <button>in a link</button></a>",
        "<table border='1'><tr><th>a</th></tr></table>",
        "<h2> </h2>",
        "<a href='?a=1&body=x'>an ampersand</a>",
        "<p>an end too many</p></p>",
        "<div>an end that is missing",
    ],
)
def test_a_fault_is_found(text):
    assert markup.faults(FRAME.format(text))


def test_what_is_valid_is_left_alone():
    text = "<h1>a</h1><p>b <a href='#'>c</a><ul><li><p>d<li>e</ul><hr><p>f"
    assert markup.faults(FRAME.format(text)) == []


def test_no_field_of_a_tuple_is_explained_by_its_number():
    text = (HTML / "book/reference/api.html").read_text(encoding="utf-8")
    assert "Alias for field" not in text and 'activations.Activation"' in text
