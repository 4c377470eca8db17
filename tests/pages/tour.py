"""One visit to a page that looks at everything: wide and narrow, light and dark.

A page is opened once, wide and light, and then turned: loading it again for each
question took most of the time.
"""

from __future__ import annotations

import importlib.resources
import time
from dataclasses import dataclass, field

WIDTHS = {"wide": 1280, "phone": 390}
VIEWS = ("wide light", "wide dark", "phone light", "phone dark")
# After a change of width the theme waits 300 ms, then marks what scrolls.
SETTLE = 400
# The rules of axe-core whose answer depends on colours: on the second visit of a width
# only these can answer differently.
OF_COLOUR = ["color-contrast", "link-in-text-block"]


@dataclass
class Findings:
    """What one tour of a page found."""

    requests: set[str]
    outside: list[str]
    failed: list[str]
    errors: list[str]
    images: list[str] = field(default_factory=list)
    undrawn: int = 0
    too_wide: list[str] = field(default_factory=list)
    width_on_phone: int = 0
    violations: dict[str, list[str]] = field(default_factory=dict)
    took: dict[str, float] = field(default_factory=dict)


def of(visit) -> Findings:
    """Look at everything on a page that is open, wide and light."""
    page = visit.page
    found = Findings(visit.requests, visit.outside, visit.failed, visit.errors)
    clock = time.monotonic()

    def lap(name):
        nonlocal clock
        found.took[name] = time.monotonic() - clock
        clock = time.monotonic()

    wait_for_equations(page)
    found.images = page.evaluate("[...document.images].map(image => image.src)")
    found.undrawn = undrawn(page)
    found.too_wide = too_wide(page)
    lap("equations")
    still(page)
    found.violations["wide light"] = violations(page, without=OF_COLOUR)
    lap("wide light")
    simplify(page)
    found.violations["wide light"] += violations(page, only=OF_COLOUR)
    page.emulate_media(color_scheme="dark")
    found.violations["wide dark"] = violations(page, only=OF_COLOUR)
    lap("wide dark")
    page.set_viewport_size({"width": WIDTHS["phone"], "height": 900})
    page.wait_for_timeout(SETTLE)
    found.width_on_phone = page.evaluate("document.documentElement.scrollWidth")
    found.violations["phone dark"] = violations(page)
    lap("phone dark")
    page.emulate_media(color_scheme="light")
    found.violations["phone light"] = violations(page, only=OF_COLOUR)
    lap("phone light")
    return found


def wait_for_equations(page) -> None:
    """Wait until MathJax has drawn what the page holds, where it is loaded."""
    page.evaluate("window.MathJax?.startup?.promise")


def still(page) -> None:
    """Switch off transitions: a colour on its way to another has no contrast."""
    page.add_style_tag(content="*, ::before, ::after { transition: none !important }")


def undrawn(page) -> int:
    """Count formulas that MathJax did not turn into glyphs."""
    return page.evaluate(
        """() => {
            const sources = document.querySelectorAll(".math");
            const left = [...sources].filter(e => !e.querySelector("mjx-container"));
            return left.length + document.querySelectorAll("mjx-merror").length;
        }"""
    )


def too_wide(page) -> list[str]:
    """List the displayed formulas that do not fit into their column."""
    return page.evaluate(
        """() => [...document.querySelectorAll("mjx-container[display]")]
            .filter(e => e.firstElementChild.getBoundingClientRect().width
                         > e.parentElement.getBoundingClientRect().width + 1)
            .map(e => e.parentElement.id || e.textContent.slice(0, 60))"""
    )


PRINTED = ".output.stream:not(.stderr) pre"


def columns(page) -> list[int]:
    """List how many columns each printed text of a page has."""
    return page.eval_on_selector_all(
        PRINTED, "all => all.map(e => Number(e.style.getPropertyValue('--columns')))"
    )


def cut_tables(page, most: int) -> list[str]:
    """List the printed texts of at most so many columns that have to be scrolled."""
    return page.eval_on_selector_all(
        PRINTED,
        """(all, most) => all
            .filter(e => Number(e.style.getPropertyValue("--columns")) <= most)
            .filter(e => e.scrollWidth > e.clientWidth)
            .map(e => e.textContent.slice(0, 80))""",
        most,
    )


def violations(page, only=(), without=()) -> list[str]:
    """Run axe-core; return each rule that is broken, with the markup that breaks it."""
    if not page.evaluate("Boolean(window.axe)"):
        axe = importlib.resources.files("axe_playwright_python").joinpath("axe.min.js")
        page.evaluate(axe.read_text(encoding="utf-8"))
    # Without preloading: it would ask for the style sheets again, which a browser does
    # not allow for files.
    options = {"preload": False, "resultTypes": ["violations"]}
    if only:
        options["runOnly"] = {"type": "rule", "values": list(only)}
    options["rules"] = {rule: {"enabled": False} for rule in without}
    result = page.evaluate("options => axe.run(options)", options)
    return [
        f"{violation['id']}: {node['html'][:160]}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


def simplify(page) -> None:
    """Take what looks alike out of a page, so that contrast is judged in time.

    A page has ten thousand pieces of code in a few dozen looks, and as many glyphs in
    its equations: of each look (colour, size, weight, what lies behind) three pieces
    stay as they are, and equations keep their place and their size.
    """
    page.evaluate(SIMPLIFY)


SIMPLIFY = """() => {
    const ground = (element) => {
        let all = "";
        for (; element; element = element.parentElement) {
            const look = getComputedStyle(element);
            all += `${look.backgroundColor} ${look.backgroundImage} ${look.opacity};`;
        }
        return all;
    };
    // First look, then change: a change between two looks would have the browser lay
    // out the page anew each time.
    const seen = new Map();
    const plain = [], drawn = [];
    for (const block of document.querySelectorAll("pre, dt.sig")) {
        const behind = ground(block);
        for (const piece of block.querySelectorAll("span")) {
            if (piece.children.length || !piece.textContent.trim()) continue;
            const look = getComputedStyle(piece);
            const name = [look.color, look.fontSize, look.fontWeight, look.textShadow,
                          look.backgroundColor, look.opacity, behind].join("|");
            const before = seen.get(name) ?? 0;
            seen.set(name, before + 1);
            if (before >= 3) plain.push(piece);
        }
    }
    for (const equation of [...document.querySelectorAll("mjx-container")].slice(3)) {
        drawn.push([equation, equation.getBoundingClientRect()]);
    }
    for (const piece of plain) piece.replaceWith(piece.textContent);
    for (const block of document.querySelectorAll("pre, dt.sig")) block.normalize();
    for (const [equation, { width, height }] of drawn) {
        const place = document.createElement("span");
        place.style = `display: inline-block; width: ${width}px; height: ${height}px`;
        equation.replaceChildren(place);
    }
}"""
