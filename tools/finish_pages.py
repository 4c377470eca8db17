"""Finish the built pages: lighter, valid, and usable without a mouse or a network.

Sphinx and its theme write most of a page's frame. What they load and the page does
not need is taken out here, and what their markup lacks is added. Every repair is a
small function from text to text, so that each can be tested without a build; running
them twice changes nothing.
"""

from __future__ import annotations

import re
import shutil
import struct
from html import unescape
from pathlib import Path
from urllib.parse import unquote

# Icons are drawn by book/_static/icons.css: sixteen shapes of ours instead of the
# theme's 1.5 MB of script and 270 kB of fonts.
UNUSED = ("scripts/fontawesome.js", "vendor/fontawesome")
ICON_FONT = re.compile(r"@font-face\{[^}]*Font Awesome[^}]*\}")
ICON_RULES = re.compile(r'(?:\.fa-[\w-]+:before,?)+\{content:"[^"]*"\}')

# What a page does not need: code that would start a kernel somewhere else, a place for
# advertisements, a banner for versions that there are not.
DROPPED = (
    re.compile(r"\s*<!-- So that users can add custom icons -->"),
    re.compile(r"\s*<script src=\"[^\"]*fontawesome\.js[^\"]*\"></script>"),
    re.compile(r"(?s)\s*<script type=\"text/x-thebe-config\">.*?</script>"),
    re.compile(r"\s*<script>kernelName = '[^']*'</script>"),
    re.compile(r"\s*<script>DOCUMENTATION_OPTIONS\.pagename = '[^']*';</script>"),
    re.compile(r"\s*<link rel=\"preload\" as=\"script\"[^>]*>"),
    re.compile(
        r"(?s)\s*<div class=\"sidebar-primary-items__end[^>]*>\s*"
        r"<div class=\"sidebar-primary-item\">\s*<div id=\"ethical-ad-placement\""
        r".*?</div>\s*</div>\s*</div>"
    ),
    re.compile(
        r"(?s)\s*<div class=\"pst-async-banner-revealer d-none\">.*?</aside>\s*</div>"
    ),
)
# Markup that a validator refuses, and what is meant by it.
MENDED = (
    # A summary holds words, not paragraphs.
    (
        re.compile(
            r"(<summary\b[^>]*>\s*)<p\b([^>]*)>(.*?)</p>(\s*)<p\b([^>]*)>(.*?)</p>"
        ),
        r"\1<span\2>\3</span>\4<span\5>\6</span>",
    ),
    # The style of a data frame stands in book.css, once.
    (re.compile(r"(?s)<style scoped>.*?</style>\s*"), ""),
    (re.compile(r'(<table\b[^>]*?) border="\d+"'), r"\1"),
    (re.compile(r'(<t[hdr]\b[^>]*?) valign="\w+"'), r"\1"),
    (re.compile(r'(<main\b[^>]*?) role="main"'), r"\1"),
    # A list in a paragraph, where a docstring says what is returned.
    (
        re.compile(
            r"(?s)<p>(<p>(?:(?!</?p\b).)*</p>\s*<ol\b(?:(?!</?p\b).)*</ol>\s*)</p>"
        ),
        r"<div>\1</div>",
    ),
    (re.compile(r"(\?title=[^\"]*?)&body="), r"\1&amp;body="),
    # The link to a JupyterHub, in which the ampersands of an address stand bare.
    (re.compile(r"&(?=(?:urlpath|branch)=)"), "&amp;"),
    # A formula and the comma behind it: browsers break the line between them.
    (
        re.compile(
            r'(?s)(?<!<span class="kept">)(?<!<span class="kept">[(\[“‘])'
            r'([(\[“‘]?<span class="math [^"]*">'
            r"\\\((?:(?!</span>).)*</span>[,.;:!?)\]’”]+)"
        ),
        r'<span class="kept">\1</span>',
    ),
    (re.compile(r"<((?:meta|link|img|br|hr|input|col)\b[^<>]*?)\s*/>"), r"<\1>"),
    # The theme prints a title and contents of its own in front of each page.
    (
        re.compile(r'(?s)<div id="jb-print-docs-body".*?(?=<div id="searchbox")'),
        "",
    ),
)
# Scripts wait until the page can be seen, in the same order; that of the equations,
# three times as large as all others together, comes last.
WAITING = re.compile(r'<script (?!defer)(?=[^>]*\bsrc=")')
EQUATIONS = re.compile(r'\s*<script[^>]*src="[^"]*/mathjax/[^"]*"></script>')
VIEWPORT = re.compile(r"\s*<meta name=\"viewport\"[^>]*>")
ICON = re.compile(r"<(i|span) class=\"([^\"]*\bfa-[^\"]*)\"(?! aria-hidden)")
IMAGE = re.compile(r"<img\b[^>]*?\s*/?>")
# What a cell printed; an error's red lines, of class stderr, are left to wrap.
PRINTED = re.compile(
    r'(?s)(<div class="output stream (?![^"]*stderr)[^"]*"><div class="highlight">'
    r"<pre)>(.*?)</pre>"
)


def finish(html: Path) -> None:
    """Finish every page and style sheet below a folder of built HTML."""
    static = html / "_static"
    for path in html.rglob("*.html"):
        if static not in path.parents:
            text = path.read_text(encoding="utf-8")
            path.write_text(finish_page(text, path), encoding="utf-8")
    for path in (static / "styles").glob("*.css"):
        text = path.read_text(encoding="utf-8")
        path.write_text(without_icon_font(text), encoding="utf-8")
    # The theme takes the focus from a button that was pressed, and with it the place of
    # a reader without a mouse.
    script = static / "scripts" / "sphinx-book-theme.js"
    script.write_text(script.read_text("utf-8").replace("t.blur()", "t"), "utf-8")
    for name in UNUSED:
        target = static / name
        if target.is_dir():
            shutil.rmtree(target)
        target.unlink(missing_ok=True)


def finish_page(text: str, path: Path) -> str:
    """Apply every repair to one page; `path` is where it lies, to find its images."""
    for pattern in DROPPED:
        text = pattern.sub("", text)
    for pattern, better in MENDED:
        text = pattern.sub(better, text)
    text = one_viewport(equations_last(WAITING.sub("<script defer ", text)))
    text = ICON.sub(r'<\1 class="\2" aria-hidden="true"', text)
    text = PRINTED.sub(say_columns, text)
    return IMAGE.sub(lambda found: lazy_image(found[0], path), text)


def say_columns(printed: re.Match) -> str:
    """Tell book.css how wide a printed table is, for its size on a phone."""
    words = unescape(re.sub(r"<[^>]*>", "", printed[2]))
    columns = max((len(line.rstrip()) for line in words.split("\n")), default=0)
    return f'{printed[1]} style="--columns: {columns}">{printed[2]}</pre>'


def equations_last(text: str) -> str:
    """Move the script that draws equations behind all others."""
    found = EQUATIONS.search(text)
    if found is None:
        return text
    text = text[: found.start()] + text[found.end() :]
    return text.replace("</body>", f"{found[0].strip()}\n  </body>")


def without_icon_font(text: str) -> str:
    """Drop the icon font and its two thousand icons from a style sheet."""
    return ICON_RULES.sub("", ICON_FONT.sub("", text))


def one_viewport(text: str) -> str:
    """Keep the first of several equal lines about the screen."""
    first = VIEWPORT.search(text)
    if first is None:
        return text
    return text[: first.end()] + VIEWPORT.sub("", text[first.end() :])


def lazy_image(tag: str, page: Path) -> str:
    """Give an image its size, so that nothing jumps, and load it when it is near."""
    source = re.search(r'\bsrc="([^"]+)"', tag)
    if source is None or "loading=" in tag or source[1].startswith("data:"):
        return tag
    added = ' loading="lazy"'
    size = image_size(page.parent / unquote(source[1]))
    without_words = re.sub(r'\balt="[^"]*"', "", tag)
    if size and not re.search(r"\b(width|height)\s*[=:]", without_words):
        added += ' width="{}" height="{}"'.format(*size)
    return re.sub(r"\s*/?>$", f"{added}>", tag)


def image_size(path: Path) -> tuple[int, int] | None:
    """Read width and height from a PNG's header or an SVG's view box."""
    if not path.is_file():
        return None
    if path.suffix == ".png":
        return struct.unpack(">II", path.read_bytes()[16:24])
    box = re.search(r'viewBox="\S+ \S+ (\S+) (\S+)"', path.read_text(encoding="utf-8"))
    return (round(float(box[1])), round(float(box[2]))) if box else None
