"""Write the decks with everything they need beside them."""

from __future__ import annotations

import argparse
import html
import importlib.util
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from course_utils import exercises
from tools.build_book import HTML
from tools.provenance import ROOT
from tools.slides.cut import Deck, Slide, cut

TARGET = ROOT / "_build" / "slides"
HERE = Path(__file__).parent
FOLDERS = ("foundations", "recurrent", "labs", "beyond")
# The six that an instructor cannot do without; tests look at each of their slides.
CORE = ("sequences", "simple_rnn", "backprop_through_time", "lstm", "gru", "energy_rnn")


def pages() -> dict[str, Path]:
    """Map each chapter's name to its built page, in the book's order."""
    listed = re.findall(r"file: (\S+)", (ROOT / "_toc.yml").read_text(encoding="utf-8"))
    found = [HTML / f"{name}.html" for name in listed]
    return {p.stem: p for p in found if p.parent.name in FOLDERS and p.is_file()}


def reveal() -> Path:
    """Return the folder of reveal.js, which a package brings along."""
    found = importlib.util.find_spec("sphinx_revealjs")
    if found is None:
        raise SystemExit("`make slides` installs what this needs.")
    return Path(found.origin).parent / "_static" / "revealjs"


def assets(target: Path) -> None:
    """Copy reveal.js, MathJax, the colours of code, and our own two files."""
    source, static = reveal(), HTML / "_static"
    for name in ("dist/reveal.js", "dist/reveal.css", "dist/reset.css", "LICENSE"):
        place = target / "reveal" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, place)
    shutil.copytree(source / "plugin" / "notes", target / "reveal" / "notes")
    shutil.copytree(static / "mathjax", target / "mathjax")
    for path in (static / "pygments.css", HERE / "slides.css", HERE / "slides.js"):
        shutil.copyfile(path, target / path.name)


def images(text: str, page: Path, target: Path) -> str:
    """Copy the pictures that a deck shows, and name them where they lie now."""

    def copied(match: re.Match) -> str:
        source = (page.parent / match.group(1)).resolve()
        place = target / "images" / source.name
        place.parent.mkdir(exist_ok=True)
        if source.is_file():
            shutil.copyfile(source, place)
        return f'src="images/{source.name}"'

    return re.sub(r'src="((?:\.\./)+[^"]+)"', copied, text)


def section(slide: Slide) -> str:
    """Write one slide."""
    lead = f'<p class="lead">{slide.lead}</p>' if slide.lead else ""
    notes = "".join(slide.notes)
    aside = f'<aside class="notes">{notes}</aside>' if notes else ""
    level = "h1" if slide.kind == "title" else "h2"
    return (
        f'<section class="{slide.kind}"><div class="sheet">'
        f"<{level}>{slide.title}</{level}>{lead}"
        f'<div class="body">{slide.body}</div></div>{aside}</section>'
    )


def tasks(name: str) -> Slide | None:
    """Write the last slide: the chapter's exercises, from where they are defined."""
    notebook = ROOT / "book" / "exercises" / f"{name}.ipynb"
    if not notebook.is_file():
        return None
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    text = "".join("".join(cell["source"]) for cell in cells)
    found = re.findall(r'exercises\.check\("([^"]+)"', text)
    rows = [
        f"<tr><td>{html.escape(exercise.task)}</td><td>{html.escape(exercise.ability)}"
        f"</td><td>{exercise.minutes} min</td></tr>"
        for exercise in map(exercises.get, dict.fromkeys(found))
    ]
    head = "<tr><th>Task</th><th>You learn to</th><th>Time</th></tr>"
    place = f"<p class='lead'>Notebook: <code>exercises/{name}.ipynb</code></p>"
    return Slide("table", "Now you", "", f"<table>{head}{''.join(rows)}</table>{place}")


def deck_html(deck: Deck) -> str:
    """Write a deck as a page."""
    parts = []
    for slide in deck.slides:
        stack = "".join(map(section, (slide, *slide.below)))
        parts.append(f"<section>{stack}</section>" if slide.below else section(slide))
    title = re.sub(r"<[^>]+>", "", deck.title)
    shell = (HERE / "deck.html").read_text(encoding="utf-8")
    return shell.replace("{title}", title).replace("{slides}", "\n".join(parts))


def index_html(decks: dict[str, Deck]) -> str:
    """Write the page that lists the decks."""
    rows = "".join(
        f'<li><a href="{name}.html">{deck.title}</a>: {len(deck.slides)} slides'
        f"{f' and {below} of code below them' if (below := _below(deck)) else ''}</li>"
        for name, deck in decks.items()
    )
    shell = (HERE / "index.html").read_text(encoding="utf-8")
    return shell.replace("{decks}", rows)


def _below(deck: Deck) -> int:
    return len(deck.all()) - len(deck.slides)


def write(names: list[str], target: Path = TARGET) -> dict[str, Deck]:
    """Write the decks anew; return them."""
    known = pages()
    unknown = sorted(set(names) - set(known))
    if unknown or not known:
        listed = ", ".join(known) or "none: run `make book` first"
        raise SystemExit(f"No built chapter {', '.join(unknown)}; there are {listed}.")
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    assets(target)
    decks = {}
    for name in names or known:
        page = known[name]
        deck = cut(page.read_text(encoding="utf-8"))
        last = tasks(name)
        deck.slides += [last] if last else []
        decks[name] = deck
        text = images(deck_html(deck), page, target)
        (target / f"{name}.html").write_text(text, encoding="utf-8")
    (target / "index.html").write_text(index_html(decks), encoding="utf-8")
    return decks


def link_from_book(target: Path = TARGET) -> None:
    """Let the instructors' page, which links to ``slides/``, find the decks."""
    place = HTML / "slides"
    if place.is_symlink():
        place.unlink()
    shutil.rmtree(place, ignore_errors=True)
    try:
        place.symlink_to(Path("..") / target.name, target_is_directory=True)
    except OSError:  # Windows allows links to some users only
        shutil.copytree(target, place)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="CHAPTER")
    options = parser.parse_args()
    if not HTML.is_dir():
        subprocess.run([sys.executable, "-m", "tools.build_book"], check=True)
    decks = write(options.names)
    link_from_book()
    total = sum(len(deck.all()) for deck in decks.values())
    print(f"{len(decks)} decks, {total} slides. Open {TARGET / 'index.html'}")
    return 0
