"""The built book, opened from disk in a browser without a network."""

import importlib.resources
import json
import re
from html.parser import HTMLParser

import pytest

from tests.pages.conftest import HTML, PAGES


class Loaded(HTMLParser):
    """Collect what a page loads, as opposed to what it links to."""

    def __init__(self):
        super().__init__()
        self.urls, self.images_without_alt = [], []

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag in {"script", "img", "iframe", "source", "video", "audio", "embed"}:
            self.urls.append(values.get("src") or "")
        if tag == "link" and values.get("rel") not in {"canonical", "next", "prev"}:
            self.urls.append(values.get("href") or "")
        if tag == "img" and not (values.get("alt") or "").strip():
            self.images_without_alt.append(values.get("src"))


def read(text):
    parser = Loaded()
    parser.feed(text)
    return parser


def foreign(urls):
    return [url for url in urls if re.match(r"(https?:)?//", url)]


def page_text(page):
    return (HTML / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_loads_nothing_from_another_host(page):
    assert foreign(read(page_text(page)).urls) == []


def test_no_style_sheet_loads_anything_from_another_host():
    pattern = re.compile(r"(?:@import|url\()\s*[\"']?((?:https?:)?//[^\"')]+)")
    for path in (HTML / "_static").rglob("*.css"):
        hits = pattern.findall(path.read_text(encoding="utf-8", errors="replace"))
        assert hits == [], path


def test_a_page_that_loads_something_is_found():
    text = '<script src="https://cdn.example/x.js"></script><img src="//x/y.png">'
    assert len(foreign(read(text).urls)) == 2
    assert foreign(read('<a href="https://example.org">out</a>').urls) == []


@pytest.mark.parametrize("page", PAGES)
def test_every_image_has_a_text_alternative(page):
    assert read(page_text(page)).images_without_alt == []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_without_a_request_or_an_error(visit, page):
    found = visit(HTML / page)
    found.page.wait_for_timeout(300)
    assert found.outside == []
    assert found.failed == []
    assert found.errors == []


def test_a_request_to_another_host_would_be_seen(visit, tmp_path):
    path = tmp_path / "page.html"
    path.write_text('<img src="http://192.0.2.1/x.png" alt="x"><script>x.y()</script>')
    found = visit(path)
    assert found.outside and found.errors


def undrawn(page):
    """Count formulas that MathJax did not turn into glyphs."""
    page.wait_for_timeout(500)
    return page.evaluate(
        """() => {
            const sources = document.querySelectorAll(".math");
            const left = [...sources].filter(e => !e.querySelector("mjx-container"));
            return left.length + document.querySelectorAll("mjx-merror").length;
        }"""
    )


def too_wide(page):
    """List the displayed formulas that do not fit into their column."""
    return page.evaluate(
        """() => [...document.querySelectorAll("mjx-container[display]")]
            .filter(e => e.firstElementChild.getBoundingClientRect().width
                         > e.parentElement.getBoundingClientRect().width + 1)
            .map(e => e.parentElement.id || e.textContent.slice(0, 60))"""
    )


@pytest.mark.parametrize("page", PAGES)
def test_every_equation_is_drawn_and_fits_its_column(visit, page):
    found = visit(HTML / page).page
    assert undrawn(found) == 0
    assert too_wide(found) == []


def stray_dollars(text):
    """List what was meant as a formula and is read as text, outside of code."""
    body = re.sub(r"(?s)<(script|style|pre|code)\b.*?</\1>", "", text)
    return re.findall(r".{0,40}\$.{0,40}", re.sub(r"<[^>]+>", "\n", body))


@pytest.mark.parametrize("page", [p for p in PAGES if p.startswith("book/")])
def test_no_dollar_sign_is_left_of_a_broken_formula(page):
    assert stray_dollars(page_text(page)) == []


def test_a_broken_formula_is_found():
    text = "<p>like any other, $z = x W</p><ul><li>b$:</li></ul><code>$HOME</code>"
    assert len(stray_dollars(text)) == 2


def test_there_are_equations_to_draw(visit):
    page = visit(HTML / "book/reference/notation.html").page
    page.wait_for_timeout(500)
    assert page.locator("mjx-container").count() > 20


def test_an_equation_that_is_not_drawn_is_noticed(visit, tmp_path):
    path = tmp_path / "page.html"
    path.write_text('<span class="math">\\(x\\)</span>')
    assert undrawn(visit(path).page) == 1


def test_an_equation_that_is_too_wide_is_noticed(visit):
    page = visit(HTML / "book/reference/notation.html").page
    undrawn(page)
    formula = page.locator("mjx-container[display]").first
    formula.evaluate("e => { e.parentElement.style.width = '3rem'; }")
    assert len(too_wide(page)) == 1


@pytest.mark.parametrize("page", PAGES)
def test_a_page_fits_a_phone(visit, page):
    found = visit(HTML / page, width=390).page
    found.wait_for_timeout(300)
    assert found.evaluate("document.documentElement.scrollWidth") <= 390


def violations(page):
    """Run axe-core; return each rule that is broken, with the markup that breaks it."""
    axe = importlib.resources.files("axe_playwright_python").joinpath("axe.min.js")
    page.evaluate(axe.read_text(encoding="utf-8"))
    # Without preloading: it would ask for the style sheets again, which a browser does
    # not allow for files.
    result = page.evaluate("axe.run({preload: false})")
    return [
        f"{violation['id']}: {node['html'][:160]}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_accessible(visit, page, dark):
    found = visit(HTML / page, dark=dark).page
    found.wait_for_timeout(500)
    assert violations(found) == []


def test_an_inaccessible_page_is_found(visit, tmp_path):
    path = tmp_path / "page.html"
    path.write_text("<title>x</title><img src='data:,'><button></button>")
    found = violations(visit(path).page)
    assert {text.split(":")[0] for text in found} >= {"image-alt", "button-name"}


def test_search_works_from_disk(visit):
    address = (HTML / "search.html").as_uri() + "?q=persistence"
    page = visit(address).page
    page.wait_for_selector("#search-results li", timeout=10_000)
    assert "Energy" in page.inner_text("#search-results")


@pytest.mark.parametrize("page", [p for p in PAGES if p.startswith("book/labs/")])
def test_a_notebook_opens_on_colab_and_binder(page):
    text = page_text(page)
    notebook = page.replace(".html", ".ipynb")
    assert re.search(rf"colab\.research\.google\.com/github/[^\"]+/{notebook}", text)
    assert re.search(rf"mybinder\.org/v2/gh/[^\"]+{notebook}", text)


def test_numbers_in_the_text_come_from_the_stored_outputs():
    for page in PAGES:
        source = (HTML / "_sources" / page).with_suffix(".ipynb")
        if not source.exists():
            continue
        notebook = json.loads(source.read_text(encoding="utf-8"))
        markdown = "".join(
            "".join(cell["source"])
            for cell in notebook["cells"]
            if cell["cell_type"] == "markdown"
        )
        records = {
            output["metadata"]["scrapbook"]["name"]: output["data"]
            for cell in notebook["cells"]
            for output in cell.get("outputs", [])
            if "scrapbook" in output.get("metadata", {})
        }
        for name in re.findall(r"\{glue:text\}`([^`]+)`", markdown):
            (value,) = records[name].values()
            assert "".join(value) in page_text(page), name
