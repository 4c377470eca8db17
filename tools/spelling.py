"""Spell the prose of the built pages: Oxford spelling, colour and optimization.

    python -m tools.spelling [--accept]

A word is known if it is in the word list of pyspellchecker or in
``tests/pages/words.txt``, which holds this book's own: terms, names, abbreviations.
With ``--accept`` the unknown words join that list: read them first. American spellings
and endings in -ise for -ize are refused, by codespell's list of what differs. Code,
formulas and names of files are no prose.
"""

from __future__ import annotations

import re
import sys
from functools import cache
from html.parser import HTMLParser
from importlib import resources

from tools.build_book import HTML
from tools.provenance import ROOT

WORDS = ROOT / "tests" / "pages" / "words.txt"
# Where no prose stands.
SILENT = {"script", "style", "pre", "code", "kbd", "svg", "nav", "dt", "table"}
SILENT_CLASSES = {"math", "citation", "cw-says", "output", "bibtex"}
VOID = {"br", "hr", "img", "input", "link", "meta", "col", "wbr"}
WORD = re.compile(r"[A-Za-zÀ-ÿ]+(?:['’][A-Za-zÀ-ÿ]+)*")
# American in one sense and British in another, or right in both.
BOTH = {"program", "programs", "license", "practice", "practices", "meter", "check"}
BOTH |= {"draft", "story", "stories", "disk", "disks", "biased", "tire", "checks"}


class Prose(HTMLParser):
    """Collect the words of a page's article, and of its images' alternatives."""

    def __init__(self) -> None:
        """Start outside of the article."""
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.pieces: list[str] = []

    def handle_starttag(self, tag: str, attributes: list) -> None:
        """Note whether what follows is prose."""
        values = dict(attributes)
        if tag == "img":
            self.pieces.append(values.get("alt") or "")
        if tag in VOID:
            return
        classes = set((values.get("class") or "").split())
        silent = tag in SILENT or bool(classes & SILENT_CLASSES)
        self.open.append((tag, silent))

    def handle_endtag(self, tag: str) -> None:
        """Close an element, and what was left open in it."""
        if any(tag == name for name, _ in self.open):
            while self.open.pop()[0] != tag:
                pass
        self.pieces.append(" " if tag in {"p", "li", "td", "th", "h1", "h2"} else "")

    def handle_data(self, data: str) -> None:
        """Keep words that stand in the article and are prose."""
        names = [name for name, _ in self.open]
        if "article" in names and not any(silent for _, silent in self.open):
            self.pieces.append(data)


def prose(text: str) -> str:
    """Return what a page says, without code, formulas and quoted references."""
    parser = Prose()
    parser.feed(text)
    joined = "".join(parser.pieces)
    return re.sub(r"\S*(?:://|@|/\S*\.\w|_)\S*", " ", joined)


@cache
def known() -> frozenset[str]:
    """Return the words that are spelt right."""
    from spellchecker import SpellChecker

    own = WORDS.read_text(encoding="utf-8").lower().split("\n")
    words = {line.strip() for line in own if line and not line.startswith("#")}
    words |= set(SpellChecker().word_frequency.words())
    return frozenset(words | {british for british, _ in pairs()})


@cache
def pairs() -> tuple[tuple[str, str], ...]:
    """Return the words that differ: British, American."""
    name = "dictionary_en-GB_to_en-US.txt"
    text = resources.files("codespell_lib").joinpath("data", name).read_text("utf-8")
    lines = (line.split("->") for line in text.splitlines() if "->" in line)
    return tuple(
        (british, other.strip())
        for british, others in lines
        for other in others.split(",")
        if other.strip()
    )


@cache
def refused() -> dict[str, str]:
    """Return the spellings that this book does not use, with those that it does."""
    found = {}
    for british, american in pairs():
        if re.sub("is(?=e|i|a)", "iz", british) == american:
            found[british] = american
        elif american not in BOTH:
            found[american] = british
    return found


def misspelt(text: str) -> list[str]:
    """List words that nobody knows, and American ones with what is meant."""
    found = set()
    for word in WORD.findall(prose(text)):
        plain = word.replace("’", "'").lower().removesuffix("'s").removesuffix("s'")
        if plain in refused():
            found.add(f"{word}: {refused()[plain]} in this book")
        elif len(plain) > 2 and not _is_known(plain):
            found.add(word)
    return sorted(found)


def _is_known(word: str) -> bool:
    """Know a word itself, its singular, and a name in the plural."""
    forms = {word, word.removesuffix("s"), word.removesuffix("es")}
    return bool(forms & known())


def accept(words: set[str]) -> None:
    """Add words to the book's own list, which stays sorted."""
    lines = WORDS.read_text(encoding="utf-8").splitlines()
    heads = [line for line in lines if line.startswith("#")]
    kept = sorted({line for line in lines if line and line not in heads} | words)
    WORDS.write_text("\n".join([*heads, *kept]) + "\n", encoding="utf-8")


def main() -> int:
    pages = sorted((HTML / "book").rglob("*.html"))
    faults = {
        path: found
        for path in pages
        if (found := misspelt(path.read_text(encoding="utf-8")))
    }
    if "--accept" in sys.argv:
        new = {word for found in faults.values() for word in found if ":" not in word}
        accept({word.replace("’", "'").lower().removesuffix("'s") for word in new})
    for path, found in faults.items():
        print(f"{path.relative_to(HTML)}: {', '.join(found)}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
