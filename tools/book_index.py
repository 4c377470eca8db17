"""The index: where each term is explained and used, with chapter numbers as in print.

The glossary's terms are in Sphinx' own index already. Here the first mention of a term
on each page joins them, so that a reader finds the chapters that use it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import course_map
from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform

if TYPE_CHECKING:
    from sphinx.application import Sphinx

GLOSSARY = "book/reference/glossary"


def glossary_terms(root: Path = course_map.ROOT) -> dict[str, str]:
    """Read the terms as the glossary spells them, by their lower-case form."""
    text = (root / f"{GLOSSARY}.md").read_text(encoding="utf-8")
    (inside,) = re.findall(r"(?s)```\{glossary\}\n(.*?)\n```", text)
    lines = [line for line in inside.splitlines() if re.match(r"[^\s:]", line)]
    return {line.strip().lower(): line.strip() for line in lines}


class IndexTerms(SphinxTransform):
    """Enter the first mention of each term of a page into the index."""

    # Before the transform that collects a page's index entries.
    default_priority = 840

    def apply(self, **kwargs: object) -> None:
        """Put an index entry and its target before each first mention."""
        terms, seen = glossary_terms(), set()
        if self.env.docname == GLOSSARY:
            return
        for mention in list(self.document.findall(addnodes.pending_xref)):
            name = mention.get("reftarget", "").lower()
            is_term = mention.get("reftype") == "term"
            if is_term and name in terms and name not in seen:
                seen.add(name)
                place = f"term-{nodes.make_id(name)}"
                entry = ("single", terms[name], place, "", None)
                before = [
                    addnodes.index(entries=[entry]),
                    nodes.target("", "", ids=[place]),
                ]
                parent = mention.parent
                at = parent.index(mention)
                parent[at:at] = before


def label(uri: str) -> str:
    """Name the place that an index entry leads to: a chapter's number, say."""
    document = uri.split("#")[0].removesuffix(".html")
    numbers = {c.document: c.number for c in course_map.chapters()}
    stems = {c.stem: c.number for c in course_map.chapters()}
    folder, _, stem = document.removeprefix("book/").rpartition("/")
    if document in numbers:
        return str(numbers[document])
    if folder == "exercises" and stem in stems:
        return f"{stems[stem]} (exercises)"
    return {"api": "package"}.get(stem, stem.replace("_", " "))


def index_context(
    app: Sphinx, pagename: str, templatename: str, context: dict, doctree: object
) -> None:
    """Hand labels to the template of the index, and set the package's names apart."""
    if pagename == "genindex":
        context["index_label"] = label
        letters = context["genindexentries"]
        context["index_of_terms"] = _letters(letters, package=False)
        context["index_of_package"] = _letters(letters, package=True)


def _letters(letters: list, package: bool) -> list:
    """Keep of each letter the entries that lead into the package, or all others."""
    kept = []
    for letter, entries in letters:
        mine = []
        for name, (links, children, key) in entries:
            links = sorted(
                (link for link in links if _in_package(link) == package), key=_place
            )
            children = [
                (child, found)
                for child, child_links in children
                if (found := [x for x in child_links if _in_package(x) == package])
            ]
            if links or children:
                mine.append((name, (links, children, key)))
        if mine:
            kept.append((letter, mine))
    return kept


def _place(link: tuple[str, str]) -> tuple[bool, float, str]:
    """Sort the definition first, then chapters by number, then their exercises."""
    main, uri = link
    found = re.match(r"(\d+)( \(exercises\))?$", label(uri))
    number = int(found[1]) + 0.5 * bool(found[2]) if found else float("inf")
    return not main, number, uri


def _in_package(link: tuple[str, str]) -> bool:
    return "reference/api.html" in link[1]


def setup(app: Sphinx) -> dict:
    """Register with Sphinx."""
    app.add_transform(IndexTerms)
    app.connect("html-page-context", index_context)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
