"""Say what is wrong with a page's HTML, as far as that can be said offline.

Syntax is judged by html5lib, which follows the standard's own parser; on top of it
stand the rules of content that packages broke here before.
"""

from __future__ import annotations

from html.parser import HTMLParser

# What may stand in a paragraph's place but not inside one of these.
PHRASES = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "summary", "label", "button"}
BLOCKS = {"p", "div", "ul", "ol", "table", "pre", "section", "details", "figure", "h2"}
ACTIVE = {"a", "button", "select", "textarea"}
OBSOLETE = {"align", "bgcolor", "border", "cellpadding", "scoped", "valign"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta"}
VOID |= {"source", "track", "wbr"}
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


class Content(HTMLParser):
    """Walk through a page with the open elements at hand."""

    def __init__(self) -> None:
        """Start outside of all elements."""
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.heading: str | None = None

    def handle_starttag(self, tag: str, attributes: list) -> None:
        """Judge an element by what it stands in."""
        inside = set(self.open)
        if tag in BLOCKS and self.open and self.open[-1] in PHRASES:
            # A new block closes a paragraph; in anything else it is a fault.
            if self.open[-1] == "p":
                self.open.pop()
            else:
                self.faults.append(f"<{tag}> in <{self.open[-1]}>")
        if tag in ACTIVE and inside & ACTIVE:
            self.faults.append(f"<{tag}> in something that can be pressed")
        wrong = OBSOLETE & {name for name, _ in attributes}
        self.faults += [f"obsolete attribute {name} of <{tag}>" for name in wrong]
        if tag in HEADINGS:
            self.heading = ""
        if tag not in VOID:
            self.open.append(tag)

    def handle_data(self, data: str) -> None:
        """Collect what a heading says."""
        if self.heading is not None:
            self.heading += data

    def handle_endtag(self, tag: str) -> None:
        """Close an element, and what was left open in it."""
        if tag in HEADINGS and self.heading is not None:
            if not self.heading.strip():
                self.faults.append(f"empty <{tag}>")
            self.heading = None
        if tag in self.open:
            while self.open.pop() != tag:
                pass


def faults(text: str) -> list[str]:
    """List the faults of a page's markup."""
    import html5lib

    parser = html5lib.HTMLParser()
    parser.parse(text)
    found = [f"{code} at {place}" for place, code, _ in parser.errors]
    content = Content()
    content.feed(text)
    return found + content.faults
