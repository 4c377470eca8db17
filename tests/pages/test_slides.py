"""The decks in a browser without a network: all fits, keys work, formulas are drawn."""

import pytest

from tools.slides.write import CORE, TARGET

# Decks are opened from disk. What one slide is like, as the browser sees it:
LOOK = """() => {
  const slide = Reveal.getCurrentSlide();
  const sheet = slide.querySelector(":scope > .sheet");
  const body = sheet.querySelector(".body");
  const box = (e) => e.getBoundingClientRect();
  const over = sheet.scrollHeight > sheet.clientHeight + 1
    || body.scrollHeight > body.clientHeight + 1
    || body.scrollWidth > body.clientWidth + 1;
  return {
    kind: slide.className.split(" ")[0],
    title: sheet.querySelector("h1, h2").textContent,
    outside: over && !(body.classList.contains("scrolls") && body.tabIndex === 0),
    scrolls: body.classList.contains("scrolls"),
    empty: !body.textContent.trim() && !body.querySelector("img, svg"),
    tiny: [...body.querySelectorAll("pre")].some(
      (e) => parseFloat(getComputedStyle(e).fontSize) < 12),
    broken: [...body.querySelectorAll("img")].some((e) => !e.naturalWidth),
    low: Math.max(0, ...[...body.querySelectorAll("img, table, pre")]
      .map((e) => box(e).bottom)) > innerHeight && !body.classList.contains("scrolls"),
    raw: /\\\\\\(|\\$\\$|\\{ref\\}|\\{term\\}|\\{glue/.test(body.innerText),
  };
}"""

# A picture is loaded when its slide comes near; one that is missing ends the wait, too.
LOADED = """() => Promise.allSettled(
  [...Reveal.getCurrentSlide().querySelectorAll("img")].map((e) => e.decode()))"""


def open_deck(visit, name):
    found = visit(TARGET / f"{name}.html", width=1280)
    found.page.set_viewport_size({"width": 1280, "height": 720})
    found.page.wait_for_selector("html[data-ready]", timeout=20_000)
    return found


def walk(page):
    """Go through a deck with the space bar; return what each slide is like."""
    found = []
    for _ in range(page.evaluate("Reveal.getTotalSlides()")):
        page.evaluate(LOADED)
        found.append(page.evaluate(LOOK))
        page.keyboard.press("Space")
    assert page.evaluate("Reveal.isLastSlide()")
    return found


def faults(slides):
    bad = ("outside", "tiny", "broken", "low", "raw")
    found = [(s["title"], f) for s in slides for f in bad if s[f]]
    return found + [
        (s["title"], "empty") for s in slides if s["empty"] and s["kind"] != "title"
    ]


@pytest.mark.parametrize("name", CORE)
def test_every_slide_fits_and_nothing_is_missing(visit, name):
    found = open_deck(visit, name)
    slides = walk(found.page)
    assert faults(slides) == []
    assert sum(slide["scrolls"] for slide in slides) <= 1
    assert len(slides) >= 40 and slides[0]["kind"] == "title"
    assert sum(slide["kind"] == "figure" for slide in slides) >= 4
    assert not found.outside and not found.failed and not found.errors
    drawn = found.page.evaluate(
        "[...document.querySelectorAll('.math')]"
        ".every((e) => e.querySelector('mjx-container')"
        " && !e.querySelector('mjx-merror'))"
    )
    assert drawn


def test_a_slide_with_a_fault_is_found(visit):
    page = open_deck(visit, "gru").page
    page.evaluate(
        """() => {
          const body = Reveal.getCurrentSlide().querySelector(".body");
          body.innerHTML = "<img src='missing.png'><pre style='font-size: 9px'>x</pre>"
            + "<div style='flex: none; height: 900px'>\\\\(x\\\\)</div>";
        }"""
    )
    page.wait_for_timeout(100)
    found = {fault for _, fault in faults([page.evaluate(LOOK)])}
    assert found >= {"outside", "tiny", "broken", "raw"}


def test_the_right_arrow_tells_the_story_and_the_down_arrow_shows_code(visit):
    page = open_deck(visit, "lstm").page
    kinds, total = [], page.evaluate("Reveal.getHorizontalSlides().length")
    for _ in range(total):
        kinds.append(page.evaluate(LOOK)["kind"])
        page.keyboard.press("ArrowRight")
    assert total < page.evaluate("Reveal.getTotalSlides()")
    assert (
        kinds.count("code") < total / 4 < kinds.count("figure") + kinds.count("formula")
    )
    below = page.evaluate(
        "Reveal.getHorizontalSlides().findIndex((e) => e.matches('.stack'))"
    )
    page.evaluate(f"Reveal.slide({below}, 0)")
    page.keyboard.press("ArrowDown")
    assert page.evaluate(LOOK)["kind"] == "code"
    page.keyboard.press("Escape")
    assert page.evaluate("Reveal.isOverview()")


def test_the_notes_hold_what_the_chapter_says(visit):
    page = open_deck(visit, "lstm").page
    notes = page.evaluate(
        "[...document.querySelectorAll('aside.notes')].map((e) => e.textContent).join()"
    )
    words = notes.split()
    assert len(words) > 1500 and "constant error carousel" in " ".join(words)


def test_the_list_of_decks_leads_to_each_and_the_instructors_page_leads_to_it(visit):
    page = visit(TARGET / "index.html").page
    links = page.evaluate("[...document.querySelectorAll('main a')].map((e) => e.href)")
    assert {link.rsplit("/", 1)[1][:-5] for link in links} >= set(CORE)
    text = (TARGET.parent / "html/book/reference/instructors.html").read_text()
    assert 'href="../../slides/index.html"' in text
    assert (TARGET.parent / "html" / "slides" / "index.html").is_file()
