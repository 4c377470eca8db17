"""A browser that cannot reach the network, and the built pages."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tools.build_book import HTML

playwright = pytest.importorskip("playwright.sync_api")

PAGES = sorted(
    path.relative_to(HTML).as_posix()
    for path in HTML.rglob("*.html")
    if "_static" not in path.parts and path.name != "index.html"
) + ["book/index.html"]


@dataclass
class Visit:
    """What happened while a page was open."""

    page: object
    outside: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


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


@pytest.fixture
def visit(chromium):
    """Open a file in the browser, wide or narrow, light or dark; nothing else loads."""
    contexts = []

    def open_file(path, width=1280, dark=False):
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
        )
        contexts.append(context)
        page = context.new_page()
        found = Visit(page)

        def decide(route):
            local = route.request.url.startswith(("file:", "data:", "blob:"))
            if local:
                route.continue_()
            else:
                found.outside.append(route.request.url)
                route.abort()

        page.route("**/*", decide)
        page.on("requestfailed", lambda request: found.failed.append(request.url))
        page.on("pageerror", lambda error: found.errors.append(str(error)))
        page.on(
            "console",
            lambda m: found.errors.append(m.text) if m.type == "error" else None,
        )
        page.goto(Path(path).as_uri() if "://" not in str(path) else path)
        page.wait_for_load_state("load")
        return found

    yield open_file
    for context in contexts:
        context.close()
