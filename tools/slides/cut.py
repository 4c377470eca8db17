"""Cut a built page into slides, by a few rules.

- A heading begins a slide. Figures, formulas, tables, lists, quotations and results
  each get one; a section without any shows its first sentences.
- The paragraph before it leads it in, cut to what can be read at a glance; all
  paragraphs are whole in the speaker's notes.
- Code stands below the slide it belongs to (the down arrow), so that the way to the
  right is the story. Code that only imports or draws is left out, and so is a cell with
  the tag ``no-slide``.
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, field

from bs4 import BeautifulSoup, NavigableString, Tag

GLANCE = 42
"""Words that an audience reads beside a figure."""
LINES = 29
"""Lines of code that fit a slide at its smallest size."""
RESULT = 4
"""An output of more lines is a result of its own; a shorter one stays with its code."""
ENDS = re.compile(r"[.!?]['\"”’)]*(?=\s|$)")
NO_END = re.compile(r"(\bal|\be\.g|\bi\.e|\bvs|\bcf|\bFig)\.$")
PLUMBING = re.compile(r"^(import|from|def (draw|label|show|plot)_?\w*\()", re.MULTILINE)
TAUGHT = re.compile(r"^def |keras\.|training\.", re.MULTILINE)
"""What makes the code of a figure worth a slide."""
SKIPPED = ("try it yourself", "what to try next", "exercises")


@dataclass
class Slide:
    """One slide: what is shown, and what is said."""

    kind: str
    title: str
    lead: str = ""
    body: str = ""
    notes: list[str] = field(default_factory=list)
    below: list[Slide] = field(default_factory=list)


@dataclass
class Deck:
    """The slides of one chapter."""

    title: str
    slides: list[Slide]

    def all(self) -> list[Slide]:
        """List the slides in the order in which the space bar visits them."""
        return [s for slide in self.slides for s in (slide, *slide.below)]


def cut(html: str) -> Deck:
    """Cut a page of the built book into a deck."""
    article = BeautifulSoup(html, "html.parser").select_one("article.bd-article")
    clean(article)
    top = article.find("section")
    cutter = _Cutter(_heading(top))
    cutter.section(top)
    return Deck(cutter.chapter, cutter.slides)


def clean(article: Tag) -> None:
    """Take out what only a page needs: anchors, buttons, links within the book."""
    for waste in article.select("a.headerlink, .cell.tag_setup"):
        waste.decompose()
    for region in article.select(".text_html section"):
        # To reveal.js every section is a slide.
        region.name, region["role"] = "div", "region"
    for link in article.select("a[href]"):
        if link["href"].startswith("http"):
            link["target"], link["rel"] = "_blank", "noopener"
        else:
            link.unwrap()
    for tag in article.select("[id]"):
        if tag.find_parent(class_="text_html") is None:
            del tag["id"]
    for table in article.select("table"):
        table.attrs.pop("tabindex", None)


def _heading(section: Tag) -> str:
    return section.find(re.compile("^h[1-6]$")).decode_contents().strip()


class _Cutter:
    """Walks through a page, and keeps what was said since the last slide."""

    def __init__(self, chapter: str) -> None:
        self.chapter = chapter
        self.slides = [Slide("title", chapter)]
        self.title = chapter
        self.said: list[Tag] = []

    def section(self, section: Tag, above: str = "") -> None:
        name = _heading(section)
        if _words(name).lower().startswith(SKIPPED):
            return
        own = section.find_parent("section") is not None
        self.title = f"<small>{above}</small>{name}" if above else name
        before = len(self.slides)
        for block in section.find_all(recursive=False):
            if block.name == "section":
                self._finish(before)
                self.section(block, name if own else "")
                before = len(self.slides)
            else:
                self._block(block)
        self._finish(before)

    def _block(self, block: Tag) -> None:
        classes = block.get("class", [])
        if block.name == "p":
            self.said.append(block)
        elif "cell" in classes:
            self._cell(block)
        elif "page-banner" in classes:
            self._banner(block)
        elif block.name == "blockquote":
            self._show("quote", str(block))
        elif "math" in classes:
            self._show("formula", str(block))
        elif block.name in {"ul", "ol", "dl"}:
            self._list(block)
        elif block.name == "table" or block.find("table"):
            self._show("table", str(block.find("table") or block))
        elif block.name == "figure" or block.name == "img" or block.find("img"):
            self._show("figure", str(block.find("img") or block))
        elif "admonition" in classes:
            self._show("box", str(block))

    def _banner(self, banner: Tag) -> None:
        promises = banner.find(["ul", "ol"])
        rest = banner.find_all("p", recursive=False)[1:]
        self._show("list", str(promises or banner))
        self.slides[-1].title = "What you will be able to do"
        self.slides[-1].notes += [str(part) for part in rest]

    def _list(self, items: Tag) -> None:
        """Show a list, over several slides where it is long."""
        points = items.find_all(["li", "dt"], recursive=False)
        for part in _parts(points, most=85):
            piece = copy.copy(items)
            piece.clear()
            piece["start"] = points.index(part[0]) + 1
            for point in part:
                piece.append(copy.copy(point))
                follows = point.find_next_sibling()
                if point.name == "dt" and follows is not None:
                    piece.append(copy.copy(follows))
            self._show("list", str(piece))

    def _cell(self, cell: Tag) -> None:
        if "tag_no-slide" in cell.get("class", []):
            return
        source, output = cell.select_one(".cell_input"), cell.select_one(".cell_output")
        pictures = output.find_all("img") if output else []
        drawing = output.select_one(".text_html") if output else None
        printed = _printed(output)
        for picture in pictures:
            self._show("figure", str(picture))
        if drawing is not None:
            self._show("widget" if drawing.find("script") else "table", str(drawing))
        if len(printed) > RESULT and not pictures and drawing is None:
            self._show("result", _pre(printed))
            printed = []
        if "tag_hide-input" not in cell.get("class", []) and source is not None:
            if pictures and not TAUGHT.search(source.get_text()):
                return
            self._code(source, [] if pictures or drawing else printed)

    def _code(self, source: Tag, printed: list[str]) -> None:
        text = source.get_text().strip("\n")
        own = [line for line in text.splitlines() if line and not line.startswith(" ")]
        if not printed and all(PLUMBING.match(line) for line in own):
            return
        lines = len(text.splitlines())
        pieces = [Slide("code", self.title, self._lead(), _code(source, lines, []))]
        if printed and lines + len(printed) <= LINES:
            pieces[0].body = _code(source, lines, printed)
        elif printed:
            pieces.append(Slide("result", self.title, "", _pre(printed)))
        self._below(pieces)

    def _below(self, pieces: list[Slide]) -> None:
        """Put code under the last slide of this section; where it begins one, first."""
        if self.slides[-1].title != self.title:
            self.slides.append(pieces.pop(0))
        self.slides[-1].below += pieces
        self.slides[-1].notes += self._take_said()

    def _show(self, kind: str, body: str) -> None:
        lead = self._lead()
        self.slides.append(Slide(kind, self.title, lead, body, self._take_said()))

    def _lead(self) -> str:
        return glance(self.said[-1]) if self.said else ""

    def _take_said(self) -> list[str]:
        taken, self.said = [str(paragraph) for paragraph in self.said], []
        return taken

    def _finish(self, before: int) -> None:
        """Give what was said last to the last slide, or, as points, a slide."""
        if not self.said:
            return
        if len(self.slides) > before:
            self.slides[-1].notes += self._take_said()
            return
        for part in _parts(self.said, most=110, words=lambda p: _count(glance(p, 26))):
            points = "".join(f"<li>{glance(p, 26)}</li>" for p in part)
            said = [str(paragraph) for paragraph in part]
            body = f"<ul class='points'>{points}</ul>"
            self.slides.append(Slide("text", self.title, "", body, said))
        self.said = []


def glance(paragraph: Tag, most: int = GLANCE) -> str:
    """Return the sentences of a paragraph that fit; its first one in any case."""
    piece = copy.copy(paragraph)
    texts = [
        text
        for text in piece.find_all(string=True)
        if text.find_parent(class_="math") is None and text.find_parent("code") is None
    ]
    words, last = 0, None
    for text in piece.find_all(string=True):
        if any(text is one for one in texts):
            for end in ENDS.finditer(text):
                if NO_END.search(text[: end.end()]):
                    continue
                seen = words + len(text[: end.end()].split())
                if last is None or seen <= most:
                    last = (text, end.end())
        words += len(text.split())
    if words > most and last is not None:
        _cut_after(piece, *last)
    return piece.decode_contents().strip()


def _cut_after(piece: Tag, text: NavigableString, end: int) -> None:
    for later in list(text.next_elements):
        inside = any(parent is piece for parent in later.parents)
        if inside and text not in getattr(later, "descendants", ()):
            later.extract()
    text.replace_with(text[:end])


def _parts(items: list, most: int, words=None) -> list[list]:
    """Divide items so that no part has more words than an audience reads."""
    words = words or (lambda item: _count(str(item)))
    parts, total = [[]], 0
    for item in items:
        size = words(item)
        if parts[-1] and total + size > most:
            parts.append([])
            total = 0
        parts[-1].append(item)
        total += size
    return [part for part in parts if part]


def _count(html: str) -> int:
    return len(_words(html).split())


def _words(html: str) -> str:
    return BeautifulSoup(html, "html.parser").get_text()


def _printed(output: Tag | None) -> list[str]:
    blocks = output.select("pre") if output else []
    lines = [line for block in blocks for line in block.get_text().splitlines()]
    while lines and not lines[0].strip():
        lines = lines[1:]
    return [line.rstrip() for line in lines if line.strip()]


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _size(lines: int, columns: int) -> str:
    """Choose the size at which so many lines of so many columns fit."""
    pixels = min(23.0, 560 / (1.32 * max(lines, 1)), 1105 / (0.605 * max(columns, 1)))
    return f"font-size: {max(pixels, 13):.1f}px"


def _pre(lines: list[str]) -> str:
    columns = max((len(line) for line in lines), default=1)
    text = _escape("\n".join(lines))
    return f"<pre class='printed' style='{_size(len(lines), columns)}'>{text}</pre>"


def _code(source: Tag, lines: int, printed: list[str]) -> str:
    columns = max((len(line) for line in source.get_text().splitlines()), default=1)
    size = _size(lines + len(printed) + (2 if printed else 0), columns)
    shown = f"<div class='code' style='{size}'>{source.find('pre')}</div>"
    inner = f"<div class='highlight'>{shown}</div>"
    if not printed:
        return inner
    text = _escape("\n".join(printed))
    return f"{inner}<pre class='printed' style='{size}'>{text}</pre>"
