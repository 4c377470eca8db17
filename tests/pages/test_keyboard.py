"""The book without a mouse: what is reached, in which order, and whether it shows."""

import pytest

from tests.pages.conftest import HTML

# A page with everything that a frame has, and little else.
PAGE = "book/exercises/gru.html"

FOCUSED = """() => {
    const e = document.activeElement, look = getComputedStyle(e);
    return { text: (e.innerText || e.ariaLabel || e.title || e.value || "").trim(),
             shown: look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2,
             tag: e.tagName, inMain: Boolean(e.closest("main")) };
}"""


def tab(page, times=1):
    for _ in range(times):
        page.keyboard.press("Tab")
    return page.evaluate(FOCUSED)


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", ["book/index.html", PAGE])
def test_the_focus_is_seen_wherever_it_goes(visit, name, width):
    page = visit(HTML / name, width=width).page
    stops = [tab(page) for _ in range(120)]
    assert [stop for stop in stops if stop["tag"] != "BODY" and not stop["shown"]] == []
    assert sum(stop["inMain"] for stop in stops) > 10


def test_an_element_whose_focus_does_not_show_is_noticed(visit, tmp_path):
    path = tmp_path / "page.html"
    path.write_text("<style>a { outline: none }</style><a href='#'>x</a>")
    assert not tab(visit(path).page)["shown"]


def test_the_first_stop_skips_to_the_text(visit):
    page = visit(HTML / PAGE).page
    assert tab(page)["text"] == "Skip to main content"
    page.keyboard.press("Enter")
    assert tab(page)["inMain"]


def test_colours_and_the_ways_to_run_a_page_are_chosen_by_keyboard(visit):
    page = visit(HTML / PAGE).page
    page.locator(".theme-switch-button").focus()
    seen = set()
    for _ in range(3):
        page.keyboard.press("Enter")
        seen.add(page.evaluate("document.documentElement.dataset.mode"))
    assert seen == {"light", "dark", "auto"}
    page.locator(".dropdown-launch-buttons > button").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    assert "Binder" in page.evaluate(FOCUSED)["text"]
    page.keyboard.press("Escape")
    assert page.locator(".dropdown-launch-buttons .dropdown-menu").is_hidden()


def test_the_contents_open_and_close_by_keyboard_on_a_phone(visit):
    page = visit(HTML / PAGE, width=390).page
    contents = page.locator("#pst-primary-sidebar-modal")
    assert contents.is_hidden()
    page.locator(".primary-toggle").focus()
    page.keyboard.press("Enter")
    contents.wait_for(state="visible")
    assert "Learning as optimization" in contents.inner_text()
    page.keyboard.press("Escape")
    contents.wait_for(state="hidden")


@pytest.mark.parametrize("word", ["persistence", "saliency", "forget gate"])
def test_a_word_is_found_from_disk_without_a_network(visit, word):
    found = visit(HTML / "book/index.html")
    found.page.keyboard.press("Control+k")
    found.page.keyboard.type(word)
    found.page.keyboard.press("Enter")
    found.page.wait_for_selector("#search-results li a")
    assert found.page.locator("#search-results li").count() > 1
    assert found.outside == [] and found.errors == []


def test_a_word_that_the_book_does_not_have_is_not_found(visit):
    page = visit((HTML / "search.html").as_uri() + "?q=zwieback").page
    page.wait_for_selector("#search-results p:has-text('did not match')")
    assert page.locator("#search-results li").count() == 0


def test_the_map_lights_up_what_a_chapter_builds_on(visit):
    page = visit(HTML / "book/index.html").page
    page.locator(".course-map a", has_text="The LSTM").focus()
    assert page.locator(".course-map .needed").count() == 2
    page.locator(".course-map a", has_text="GRU").focus()
    assert "LSTM" in page.locator(".course-map .needed").inner_text()
