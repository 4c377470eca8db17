"""Sphinx extension of this book: what of the theme we do not want."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

# Beside this file, in a folder that Jupyter Book puts on the path.
import course_map
import finish_pages
import students

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def without_thebe(
    app: Sphinx, pagename: str, templatename: str, context: dict, doctree: object
) -> None:
    """Drop Thebe, which Jupyter Book loads on every page.

    It would fetch its code from another host, and it declares its constant twice,
    which browsers report as an error.
    """
    for kind in ("script_files", "css_files"):
        context[kind] = [
            file for file in context.get(kind, []) if "thebe" not in _text(file).lower()
        ]


def _text(file: object) -> str:
    return f"{getattr(file, 'filename', file)} {getattr(file, 'attributes', '')}"


# Markup that other packages write and accessibility rules refuse, and what we make of
# it: an empty heading of a table is no heading; roles that ARIA gave up or that ask for
# children of another kind go; a table that may scroll can be reached by keyboard.
REPAIRS = [
    (re.compile(r"<th[^>]*>\s*(?:<p>\s*</p>)?\s*</th>"), "<td></td>"),
    (re.compile(r' role="doc-biblioentry"'), ""),
    (
        re.compile(r'<div role="list" class="citation-list">'),
        '<div class="citation-list">',
    ),
    (re.compile(r"<table(?=[ >])"), '<table tabindex="0"'),
]


def repair_markup(
    app: Sphinx, pagename: str, templatename: str, context: dict, doctree: object
) -> None:
    """Mend a page's body for readers who use a keyboard or a screen reader."""
    body = context.get("body", "")
    for pattern, better in REPAIRS:
        body = pattern.sub(better, body)
    if body:
        context["body"] = body


def part_above_title(
    app: Sphinx, pagename: str, templatename: str, context: dict, doctree: object
) -> None:
    """Write above a page's title which part it belongs to, in the part's colour."""
    part = course_map.part_of(pagename)
    if part and context.get("body"):
        kind = "part-" + part.lower().replace(" ", "-")
        line = f'<p class="page-part">{part}</p>'
        context["body"] = f'<div class="{kind}">{line}{context["body"]}</div>'


def exercises_to_write(
    app: Sphinx, pagename: str, templatename: str, context: dict, doctree: object
) -> None:
    """Show the places to write on an exercise's page, and open a copy with those."""
    path = Path(app.env.doc2path(pagename)) if context.get("body") else None
    if path is None or path.parent != students.SOURCE or path.suffix != ".ipynb":
        return
    context["body"] = students.with_stubs(context["body"], students.stubs(path))
    for group in context.get("header_buttons", []):
        if group.get("label") == "launch-buttons":
            for button in group["buttons"]:
                button["url"] = students.launched(button["url"])


def without_aliases(
    app: Sphinx, what: str, name: str, member: object, skip: bool, options: object
) -> bool | None:
    """Leave out the fields of a named tuple, which its docstring explains.

    Python documents each as "Alias for field number 0".
    """
    words = getattr(member, "__doc__", None) or ""
    return True if words.startswith("Alias for field number") else None


def finish(app: Sphinx, error: Exception | None) -> None:
    """Finish the written pages, where a build for the browser went well."""
    if error is None and app.builder.format == "html":
        finish_pages.finish(Path(app.outdir))


def setup(app: Sphinx) -> dict:
    """Register with Sphinx."""
    # After the extensions that add to the list.
    app.connect("html-page-context", without_thebe, priority=900)
    app.connect("html-page-context", repair_markup, priority=900)
    app.connect("html-page-context", part_above_title, priority=901)
    app.connect("html-page-context", exercises_to_write, priority=902)
    app.connect("autodoc-skip-member", without_aliases)
    # After the pages and the search index are written.
    app.connect("build-finished", finish, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
