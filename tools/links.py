"""Follow every link of the built pages; list those that lead out of the book.

    python -m tools.links

Links within the book must reach a page and, where they name one, an anchor on it.
Links out of it cannot be followed without a network: they are listed, with the pages
that use them, in ``_build/external-links.txt``, for a person to try.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tools.build_book import HTML

REPORT = HTML.parent / "external-links.txt"
# What the theme writes on every page, to run it or to report a fault of it.
EVERYWHERE = ("colab.research.google.com", "mybinder.org", "github.com/recurrent-book")


@dataclass
class Page(HTMLParser):
    """The anchors of a page, and where its links lead."""

    anchors: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Start a parser."""
        super().__init__()

    def handle_starttag(self, tag: str, attributes: list) -> None:
        """Note what can be reached, and what a reader can follow."""
        values = dict(attributes)
        if values.get("id"):
            self.anchors.append(values["id"])
        if tag == "a" and values.get("name"):
            self.anchors.append(values["name"])
        if tag in {"a", "area"} and values.get("href") is not None:
            self.links.append(values["href"])


def read(text: str) -> Page:
    """Parse a page."""
    page = Page()
    page.feed(text)
    return page


def read_all(folder: Path = HTML) -> dict[Path, Page]:
    """Parse every page below a folder."""
    return {
        path: read(path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*.html"))
        if "_static" not in path.parts
    }


def broken(pages: dict[Path, Page]) -> list[str]:
    """List the links within the book that lead nowhere."""
    found = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = path
            if parts.path:
                target = (path.parent / unquote(parts.path)).resolve()
            anchor = unquote(parts.fragment)
            if not target.is_file():
                found.append(f"{path.name}: {link}: no such file")
            elif anchor and target in pages and anchor not in pages[target].anchors:
                found.append(f"{path.name}: {link}: no such anchor")
    return found


def external(pages: dict[Path, Page]) -> dict[str, list[str]]:
    """List the links that lead out of the book, with the pages that use them."""
    found = defaultdict(set)
    for path, page in pages.items():
        for link in page.links:
            out = urlsplit(link).scheme in {"http", "https"}
            if out and not any(place in link for place in EVERYWHERE):
                found[link].add(path.stem)
    return {link: sorted(found[link]) for link in sorted(found)}


def main() -> int:
    pages = read_all()
    faults, out = broken(pages), external(pages)
    lines = [f"{link}\n    {', '.join(names)}" for link, names in out.items()]
    REPORT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(*faults, sep="\n")
    count = sum(len(page.links) for page in pages.values())
    print(f"{count} links, {len(faults)} broken; {len(out)} lead out: {REPORT}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
