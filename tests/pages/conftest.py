"""A browser that cannot reach the network, the built pages, and one tour of each."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.pages import tour
from tools.build_book import HTML

playwright = pytest.importorskip("playwright.sync_api")

PAGES = sorted(
    path.relative_to(HTML).as_posix()
    for path in HTML.rglob("*.html")
    if "_static" not in path.parts and path.name != "index.html"
) + ["book/index.html"]

# For tests of one page: all on one worker, so that the page is visited once.
each_page = pytest.mark.parametrize(
    "page", [pytest.param(p, marks=pytest.mark.xdist_group(p)) for p in PAGES]
)


@dataclass
class Visit:
    """What happened while a page was open."""

    page: object
    requests: set[str] = field(default_factory=set)
    outside: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def listen(self) -> None:
        """Note what the page asks for, and what it complains about."""
        self.page.on("request", self._note)
        self.page.on("requestfailed", lambda request: self.failed.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._complaint)

    def _note(self, request) -> None:
        self.requests.add(request.url)
        if not request.url.startswith(("file:", "data:", "blob:")):
            self.outside.append(request.url)

    def _complaint(self, message) -> None:
        if message.type == "error":
            self.errors.append(message.text)


@pytest.fixture(scope="session")
def chromium():
    """One headless browser for all tests."""
    options = [
        "--no-sandbox",  # a container's root has no sandbox
        "--disable-gpu",
        "--disable-background-networking",
    ]
    with playwright.sync_playwright() as driver:
        path = os.environ.get("CHROMIUM") or None
        browser = driver.chromium.launch(executable_path=path, args=options)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def unplugged(chromium):
    """One profile without a network; its pages share what they have loaded."""
    context = chromium.new_context()
    context.set_offline(True)
    # A busy machine is slow, not wrong.
    context.set_default_timeout(180_000)
    yield context
    context.close()


@pytest.fixture
def visit(unplugged):
    """Open a file in the browser, wide or narrow, light or dark; nothing else loads."""
    pages = []

    def open_file(path, width=1280, dark=False):
        page = unplugged.new_page()
        pages.append(page)
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if dark else "light")
        found = Visit(page)
        found.listen()
        page.goto(Path(path).as_uri() if "://" not in str(path) else path)
        page.wait_for_load_state("load")
        return found

    yield open_file
    for page in pages:
        page.close()


@pytest.fixture(scope="session")
def tours():
    """Hold what was found on each page."""
    return {}


@pytest.fixture
def findings(page, tours, visit):
    """Tell what a tour of one page found; each page is toured once."""
    if page not in tours:
        tours[page] = tour.of(visit(HTML / page))
    return tours[page]
