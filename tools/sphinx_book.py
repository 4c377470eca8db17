"""Sphinx extension of this book: what of the theme we do not want."""

from __future__ import annotations

from typing import TYPE_CHECKING

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


def setup(app: Sphinx) -> dict:
    """Register with Sphinx."""
    # After the extensions that add to the list.
    app.connect("html-page-context", without_thebe, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
