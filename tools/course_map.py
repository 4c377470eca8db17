"""The map of the course: a directive that lists each part's chapters as stations.

    ```{course-map}
    recurrent/lstm: simple_rnn, backprop_through_time
    ```

Order, parts and numbers come from ``_toc.yml``, titles from the pages, times from the
notebooks; the directive's own lines say which chapters each one needs. Pages that do
not exist are left out, so a line may be there before its chapter.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from docutils import nodes
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Chapter:
    """A page of a numbered part.

    Attributes
    ----------
    document
        Path without its ending, from the root: ``"book/recurrent/lstm"``.
    part
        The part's caption.
    number
        The chapter's number, through all parts.
    """

    document: str
    part: str
    number: int

    @property
    def stem(self) -> str:
        """Return the last part of the path, which names the chapter in the map."""
        return self.document.rsplit("/", 1)[-1]


def chapters(root: Path = ROOT) -> list[Chapter]:
    """List the chapters of the parts that ``_toc.yml`` numbers, in order."""
    contents = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    found: list[Chapter] = []
    for part in contents["parts"]:
        if part.get("numbered"):
            for entry in part["chapters"]:
                number = len(found) + 1
                found.append(Chapter(entry["file"], part["caption"], number))
    return found


def needs(lines: list[str]) -> dict[str, list[str]]:
    """Read the directive's lines: chapter to the chapters that it needs."""
    found = {}
    for line in lines:
        if line.strip():
            name, _, before = line.partition(":")
            found[name.strip()] = [n.strip() for n in before.split(",") if n.strip()]
    return found


def minutes(document: str, root: Path = ROOT) -> int | None:
    """Say how long a notebook takes its reader, by its metadata."""
    path = root / f"{document}.ipynb"
    if not path.exists():
        return None
    metadata = json.loads(path.read_text(encoding="utf-8"))["metadata"]
    return metadata.get("course", {}).get("minutes")


class CourseMap(SphinxDirective):
    """Draw the map as nested lists; a style sheet turns them into lines of stations."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return one navigation landmark with a list for each part."""
        before = needs(list(self.content))
        known = {chapter.stem: chapter for chapter in chapters()}
        box = nodes.container(classes=["course-map"])
        for part in dict.fromkeys(chapter.part for chapter in known.values()):
            stations = nodes.bullet_list(classes=["course-line"])
            for chapter in known.values():
                if chapter.part == part:
                    names = before.get(chapter.stem, [])
                    earlier = [known[name] for name in names if name in known]
                    stations += self._station(chapter, earlier)
            line = nodes.container(classes=["course-part", _slug(part)])
            line += nodes.rubric("", part)
            line += stations
            box += line
        return [box]

    def _station(self, chapter: Chapter, earlier: list[Chapter]) -> nodes.list_item:
        classes = [f"station-{chapter.number}"]
        classes += [f"needs-{other.number}" for other in earlier]
        item = nodes.list_item(classes=classes)
        title = nodes.paragraph(classes=["course-title"])
        title += nodes.inline("", f"{chapter.number}", classes=["course-number"])
        title += nodes.Text(" ")
        title += self._link(chapter.document)
        item += title
        about = nodes.paragraph(classes=["course-about"])
        pieces = []
        if time := minutes(chapter.document):
            pieces.append([nodes.Text(f"{time} min")])
        if earlier:
            numbers = ", ".join(str(n) for n in sorted(c.number for c in earlier))
            pieces.append([nodes.Text(f"after {numbers}")])
        exercises = f"book/exercises/{chapter.stem}"
        if (ROOT / f"{exercises}.ipynb").exists():
            pieces.append([self._link(exercises, "exercises")])
        for n, piece in enumerate(pieces):
            about += nodes.Text(" · ") if n else nodes.Text("")
            about += piece
        item += about
        return item

    def _link(self, document: str, text: str = "") -> addnodes.pending_xref:
        link = addnodes.pending_xref(
            "",
            nodes.inline("", text or document, classes=["doc"]),
            refdomain="std",
            reftype="doc",
            reftarget=f"/{document}",
            refdoc=self.env.docname,
            refexplicit=bool(text),
            refwarn=True,
        )
        link.source, link.line = self.get_source_info()
        return link


def _slug(part: str) -> str:
    return "part-" + part.lower().replace(" ", "-")


def part_of(pagename: str, root: Path = ROOT) -> str:
    """Return the caption of the part that a page stands in; empty for others."""
    contents = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    for part in contents["parts"]:
        if any(entry["file"] == pagename for entry in part["chapters"]):
            return part["caption"]
    return ""


def setup(app: Sphinx) -> dict:
    """Register with Sphinx."""
    app.add_directive("course-map", CourseMap)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
