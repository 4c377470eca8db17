"""The built book, opened from disk in a browser without a network."""

import json
import re
from html.parser import HTMLParser

import pytest

from tests.pages import tour
from tests.pages.conftest import HTML, PAGES, each_page
from tools import page_weight


class Loaded(HTMLParser):
    """Collect what a page loads, as opposed to what it links to."""

    def __init__(self):
        super().__init__()
        self.urls, self.images, self.images_without_alt = [], [], []

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag in {"script", "img", "iframe", "source", "video", "audio", "embed"}:
            self.urls.append(values.get("src") or "")
        if tag == "link" and values.get("rel") not in {"canonical", "next", "prev"}:
            self.urls.append(values.get("href") or "")
        if tag == "img":
            self.images.append(values)
        if tag == "img" and not (values.get("alt") or "").strip():
            self.images_without_alt.append(values.get("src"))


def read(text):
    parser = Loaded()
    parser.feed(text)
    return parser


def foreign(urls):
    return [url for url in urls if re.match(r"(https?:)?//", url)]


def without_headers(text):
    """Count the tables that have no header cell."""
    tables = re.findall(r"(?s)<table\b.*?</table>", text)
    return sum("<th" not in table for table in tables)


def page_text(page):
    return (HTML / page).read_text(encoding="utf-8")


@each_page
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


@each_page
def test_every_image_has_a_text_alternative(page):
    assert read(page_text(page)).images_without_alt == []


@each_page
def test_a_page_opens_without_a_request_or_an_error(page, findings):
    assert findings.outside == []
    assert findings.failed == []
    assert findings.errors == []


def test_a_request_to_another_host_would_be_seen(visit, tmp_path):
    path = tmp_path / "page.html"
    path.write_text('<img src="http://192.0.2.1/x.png" alt="x"><script>x.y()</script>')
    found = visit(path)
    assert found.outside and found.failed and found.errors


@each_page
def test_every_equation_is_drawn_and_fits_its_column(page, findings):
    assert findings.undrawn == 0
    assert findings.too_wide == []


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
    tour.wait_for_equations(page)
    assert page.locator("mjx-container").count() > 20


def test_an_equation_that_is_not_drawn_is_noticed(visit, tmp_path):
    path = tmp_path / "page.html"
    path.write_text('<span class="math">\\(x\\)</span>')
    assert tour.undrawn(visit(path).page) == 1


def test_an_equation_that_is_too_wide_is_noticed(visit):
    page = visit(HTML / "book/reference/notation.html").page
    tour.wait_for_equations(page)
    formula = page.locator("mjx-container[display]").first
    formula.evaluate("e => { e.parentElement.style.width = '3rem'; }")
    assert len(tour.too_wide(page)) == 1


@each_page
def test_a_page_fits_a_phone(page, findings):
    assert findings.width_on_phone <= tour.WIDTHS["phone"]


@pytest.mark.parametrize(
    "name",
    [
        "foundations/optimizers",
        "recurrent/choosing_a_cell",
        "recurrent/convolutions",
        "recurrent/text",
        "labs/shakespeare_gru",
    ],
)
def test_a_printed_table_of_62_columns_is_seen_whole_on_a_phone(visit, name):
    page = visit(HTML / f"book/{name}.html", width=tour.WIDTHS["phone"]).page
    assert len(tour.columns(page)) > 20
    assert tour.cut_tables(page, 62) == []


def test_a_table_that_is_cut_is_noticed(visit):
    path = HTML / "book/recurrent/text.html"
    page = visit(path, width=tour.WIDTHS["phone"]).page
    page.add_style_tag(content="pre { font-size: 12px !important }")
    assert len(tour.cut_tables(page, 62)) > 3


@each_page
@pytest.mark.parametrize("view", tour.VIEWS)
def test_a_page_is_accessible(page, view, findings):
    assert findings.violations[view] == []


def test_an_inaccessible_page_is_found(visit, tmp_path):
    path = tmp_path / "page.html"
    path.write_text("<title>x</title><img src='data:,'><button></button>")
    found = tour.violations(visit(path).page)
    assert {text.split(":")[0] for text in found} >= {"image-alt", "button-name"}


def test_faint_text_is_found_among_much_that_looks_alike(visit, tmp_path):
    path = tmp_path / "page.html"
    faint = "<span style='color: #aaa'>faint</span>"
    words = "<span>black</span>" * 50 + faint + "<span>black</span>" * 50
    body = f"<main><h1>x</h1><pre>{words}</pre></main>"
    path.write_text(f"<html lang=en><title>x</title>{body}")
    page = visit(path).page
    tour.simplify(page)
    found = tour.violations(page, only=tour.OF_COLOUR)
    assert len(found) == 1 and "#aaa" in found[0]


@each_page
def test_a_page_is_light(page, findings):
    weights = page_weight.weigh(findings.requests | set(findings.images))
    assert page_weight.without_equations(weights) < page_weight.LIMIT, weights


def test_a_heavy_page_is_found(tmp_path):
    path = tmp_path / "noise.png"
    path.write_bytes(bytes(700_000))
    weights = page_weight.weigh({path.as_uri(), "data:,x"})
    assert page_weight.without_equations(weights) > page_weight.LIMIT


@each_page
def test_an_image_has_its_size_and_waits_until_it_is_near(page):
    for values in read(page_text(page)).images:
        if "/images/logo_" not in values["src"]:
            assert values["loading"] == "lazy"
            assert int(values["width"]) and int(values["height"])


@each_page
def test_a_table_has_headers(page):
    assert without_headers(page_text(page)) == 0


def test_a_table_without_headers_is_found():
    assert without_headers("<table><tr><td>1</td></tr></table>") == 1
    assert without_headers("<table><tr><th>a</th></tr></table>") == 0


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
