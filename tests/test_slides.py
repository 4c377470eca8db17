"""How a page is cut into slides; the browser's tests look at the decks themselves."""

import json

import pytest
from bs4 import BeautifulSoup

from tools.slides import write
from tools.slides.cut import cut, glance

LONG = "This sentence has exactly seven words here. " * 9


def page(body):
    return (
        "<article class='bd-article'><section><h1>GRU<a class='headerlink'>#</a></h1>"
        f"{body}</section></article>"
    )


def cell(code, output="", tags=""):
    return (
        f"<div class='cell {tags}'><div class='cell_input'><pre>{code}</pre></div>"
        f"<div class='cell_output'>{output}</div></div>"
    )


def section(title, body):
    return f"<section><h2>{title}</h2>{body}</section>"


def kinds(deck):
    return [
        (slide.kind, [below.kind for below in slide.below]) for slide in deck.slides
    ]


FIGURE = "<img src='../x.png' alt='A curve'>"


def test_a_figure_gets_a_slide_led_in_by_the_sentence_before_it():
    body = (
        f"<p>First.</p><p>Look at the curve.</p>{cell('plot()', FIGURE)}<p>It fell.</p>"
    )
    deck = cut(page(section("Seen", body)))
    assert kinds(deck) == [("title", []), ("figure", [])]
    figure = deck.slides[1]
    assert (figure.title, figure.lead) == ("Seen", "Look at the curve.")
    assert "".join(figure.notes).count("<p>") == 3


def test_code_stands_below_and_plumbing_is_left_out():
    body = "<p>A formula.</p><div class='math'>x</div>"
    body += cell("x = step(h)", "<pre>1</pre>")
    body += cell("import numpy as np\nfrom a import b")
    assert kinds(cut(page(section("Step", body))))[1:] == [("formula", ["code"])]
    assert kinds(cut(page(section("Only code", cell("x = 1")))))[1:] == [("code", [])]


def test_a_long_result_is_a_slide_and_its_code_stands_below_without_it():
    rows = "\n".join(f"row {n}" for n in range(9))
    deck = cut(page(section("Table", cell("print(table)", f"<pre>{rows}</pre>"))))
    assert kinds(deck)[1:] == [("result", ["code"])]
    assert "row 8" in deck.slides[1].body
    assert "row" not in deck.slides[1].below[0].body


def test_folded_code_and_a_cell_with_the_tag_are_not_shown():
    folded = cell("def draw(): pass", FIGURE, "tag_hide-input")
    hidden = cell("def f(): pass", "<pre>1</pre>", "tag_no-slide")
    deck = cut(page(section("Seen", folded + hidden)))
    assert kinds(deck)[1:] == [("figure", [])]


def test_a_section_of_sentences_alone_becomes_points():
    deck = cut(page(section("History", "<p>In 1997.</p><p>In 2000. And more.</p>")))
    assert kinds(deck)[1:] == [("text", [])]
    assert deck.slides[1].body.count("<li>") == 2


def test_a_long_list_is_divided():
    items = "".join(f"<li>{LONG}</li>" for _ in range(3))
    deck = cut(page(section("Remember", f"<ul>{items}</ul>")))
    assert kinds(deck)[1:] == [("list", [])] * 3


def test_a_deck_leaves_out_the_setup_cell_links_within_the_book_and_later_tasks():
    body = cell("%pip install", tags="tag_setup") + section(
        "Seen", "<p>See <a href='lstm.html'>LSTM</a>.</p>"
    )
    text = "".join(slide.body for slide in cut(page(body)).slides)
    assert "pip" not in text and "href" not in text and "LSTM" in text
    assert kinds(cut(page(section("Try it yourself", "<p>Do.</p>")))) == [("title", [])]


@pytest.mark.parametrize(
    ("html", "wanted"),
    [
        ("<p>One. Two.</p>", "One. Two."),
        (
            f"<p>{LONG}</p>",
            ("This sentence has exactly seven words here. " * 6).strip(),
        ),
        (f"<p>Bold <b>here. Then</b> {LONG}</p>", None),
        ("<p>As Gers et al. wrote it. Yes.</p>", "As Gers et al. wrote it. Yes."),
    ],
)
def test_a_lead_is_cut_between_sentences(html, wanted):
    found = glance(BeautifulSoup(html, "html.parser").p)
    text = BeautifulSoup(found, "html.parser").get_text().strip()
    assert len(text.split()) <= 44 and text.endswith(".")
    assert wanted is None or text == wanted


def test_the_last_slide_lists_the_chapters_exercises():
    slide = write.tasks("gru")
    assert slide.body.count("<tr>") == 5 and "15 min" in slide.body
    assert write.tasks("no_such_chapter") is None


def test_the_core_decks_are_chapters_of_the_book():
    listed = (write.ROOT / "_toc.yml").read_text()
    assert all(f"/{name}\n" in listed for name in write.CORE)


def test_reveal_comes_from_a_pinned_package():
    pins = (write.ROOT / "requirements-slides.txt").read_text()
    assert "sphinx-revealjs==" in pins and "://" not in pins
    shell = (write.HERE / "deck.html").read_text()
    assert "http" not in shell, json.dumps(shell)
