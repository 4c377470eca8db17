// Start the deck, and let what is too large for a slide shrink; what does not even then
// fit scrolls, and can be reached by keyboard.
"use strict";

const SMALLEST = 0.55;

window.MathJax = {
  // Slides that are not shown cannot be measured, so formulas take the size as given.
  chtml: { matchFontHeight: false },
  options: { processHtmlClass: "math", ignoreHtmlClass: "reveal" },
  startup: { pageReady: () => MathJax.startup.defaultPageReady().then(start) },
};

function overflows(sheet) {
  const body = sheet.querySelector(".body");
  return sheet.scrollHeight > sheet.clientHeight + 1 ||
    body.scrollHeight > body.clientHeight + 1 || body.scrollWidth > body.clientWidth + 1;
}

function fit(slide) {
  const sheet = slide?.querySelector(":scope > .sheet");
  if (!sheet || sheet.dataset.fitted) return;
  sheet.dataset.fitted = "yes";
  const usual = slide.classList.contains("formula") ? 40 : 27;
  const widget = sheet.querySelector(".course-widget")?.closest(".text_html");
  for (let share = 0.95; overflows(sheet) && share >= SMALLEST; share -= 0.05) {
    sheet.style.setProperty("--size", `${usual * share}px`);
    if (widget) widget.style.zoom = share;
    sheet.classList.toggle("tight", share < 0.8);
    for (const block of sheet.querySelectorAll(".code, pre.printed")) {
      block.dataset.size ||= parseFloat(block.style.fontSize);
      block.style.fontSize = `${Math.max(block.dataset.size * share, 12.5)}px`;
    }
  }
  if (overflows(sheet)) {
    const body = sheet.querySelector(".body");
    body.classList.add("scrolls");
    body.tabIndex = 0;
    body.setAttribute("role", "region");
    body.setAttribute("aria-label", "more below: scroll");
  }
}

function start() {
  Reveal.initialize({
    width: 1280, height: 720, margin: 0, center: false, hash: true, slideNumber: "c/t",
    transition: "none", backgroundTransition: "none", plugins: [RevealNotes],
    // A widget keeps its own keys.
    keyboardCondition: () => !document.activeElement?.closest(".course-widget, .scrolls"),
  }).then(() => {
    fit(Reveal.getCurrentSlide());
    document.documentElement.dataset.ready = "yes";
  });
  Reveal.on("slidechanged", (event) => {
    if (document.activeElement?.closest(".course-widget, .scrolls")) document.activeElement.blur();
    fit(event.currentSlide);
  });
}
