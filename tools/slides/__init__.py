"""Slides from the chapters: the built pages, cut into decks for reveal.js.

    python -m tools.slides [CHAPTER ...]

A deck is made from a chapter's built page, not from its notebook, so that numbers,
references, admonitions and formulas look as they do in the book. What a reader sees on
a slide is what cannot be said aloud (figures, formulas, tables, code); the paragraphs
around it go into the speaker's notes (key S). The decks need no network.
"""
