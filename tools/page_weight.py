"""What a page weighs, and how soon it is seen.

    python -m tools.page_weight [PAGE ...]

Prints for each built page the bytes that a server would send (text compressed, images
and the equations' script apart) and the time to the first paint in a browser slowed
down fourfold. Times depend on the machine, so no test judges them; weights are judged
by `make check-pages`.
"""

from __future__ import annotations

import gzip
import os
import statistics
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tools.build_book import HTML
from tools.check_pages import find_chromium

# Bytes for a page, all its images included; the script that draws equations, the same
# on every page and kept by the browser, is counted apart.
LIMIT = 600_000
PACKED = {".png", ".jpg", ".woff", ".woff2"}
SLOWDOWN = 4


@cache
def sent(path: Path) -> int:
    """Return the bytes that a server sends for a file."""
    content = path.read_bytes()
    return len(content if path.suffix in PACKED else gzip.compress(content, 6))


def weigh(urls: set[str]) -> Counter[str]:
    """Add up what files weigh, by kind: page, script, style, image, equations."""
    found: Counter[str] = Counter()
    for path in {Path(unquote(urlsplit(url).path)) for url in urls if _local(url)}:
        kind = {".js": "scripts", ".css": "styles", ".html": "page"}
        name = kind.get(path.suffix, "images")
        found["equations" if "mathjax" in path.parts else name] += sent(path)
    return found


def _local(url: str) -> bool:
    return url.startswith("file:")


def without_equations(weights: Counter[str]) -> int:
    """Return what counts against the limit."""
    return sum(size for kind, size in weights.items() if kind != "equations")


def first_paint(browser: object, url: str) -> tuple[float, set[str]]:
    """Open a page in a fresh profile, slowed down; return milliseconds and requests."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page, requests = context.new_page(), set()
    page.on("request", lambda request: requests.add(request.url))
    session = context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    page.goto(url, wait_until="commit")
    paint = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
    page.wait_for_function(paint, polling=50)
    milliseconds = page.evaluate(paint)
    page.wait_for_load_state("load")
    images = page.evaluate("[...document.images].map(image => image.src)")
    context.close()
    return milliseconds, requests | set(images)


def main() -> int:
    from playwright.sync_api import sync_playwright

    pages = sys.argv[1:] or [
        path.relative_to(HTML).as_posix() for path in sorted(HTML.glob("book/*/*.html"))
    ]
    path = os.environ.get("CHROMIUM") or find_chromium()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        for page in pages:
            url = (HTML / page).as_uri()
            tries = [first_paint(browser, url) for _ in range(3)]
            weights = weigh(tries[0][1])
            middle = statistics.median(time for time, _ in tries)
            parts = ", ".join(f"{k} {v / 1000:.0f}" for k, v in sorted(weights.items()))
            print(
                f"{page}: {without_equations(weights) / 1000:.0f} kB, first paint "
                f"{middle:.0f} ms ({parts})",
                flush=True,
            )
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
