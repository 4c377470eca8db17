// Turns a list of questions into buttons with verdicts and a score. All it says is read
// from the page, so that it needs no data of its own.
window.courseQuiz = window.courseQuiz || (() => {
  function element(tag, attributes = {}, text = "") {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.textContent = text;
    return made;
  }

  // Chance that somebody who only guesses has `right` answers or more.
  function byLuck(right, chances) {
    let exactly = [1];
    for (const chance of chances) {
      const next = new Array(exactly.length + 1).fill(0);
      exactly.forEach((value, n) => {
        next[n] += value * (1 - chance);
        next[n + 1] += value * chance;
      });
      exactly = next;
    }
    return exactly.slice(right).reduce((sum, value) => sum + value, 0);
  }

  function percent(share) {
    if (share > 0.995) return "practically all";
    return share < 0.001 ? "fewer than 0.1 %" : `${(100 * share).toPrecision(2)} %`;
  }

  function summary(right, chances) {
    const share = byLuck(right, chances);
    const meaning = share < 0.05 ? "That is hard to explain by luck." :
      "So luck alone may have done it.";
    return `${right} of ${chances.length} right. Of those who only guess, ${percent(share)} ` +
      `do as well or better. ${meaning}`;
  }

  function build(root) {
    const items = [...root.querySelectorAll(".cq-question")];
    const answers = root.querySelector(".cq-answers");
    const reasons = [...answers.querySelectorAll("li")].map((one) => one.textContent);
    const score = element("p", { class: "cq-score", role: "status" });
    const again = element("button", { type: "button", class: "cq-again" }, "Start again");
    let given = new Map(); // question -> whether the answer was right

    const chances = items.map(
      (item) => 1 / item.querySelectorAll(".cq-options li").length);

    function tell() {
      const right = [...given.values()].filter(Boolean).length;
      again.hidden = given.size === 0;
      score.textContent = given.size < items.length
        ? `Answered: ${given.size} of ${items.length}. Right so far: ${right}.`
        : summary(right, chances);
    }

    const resets = items.map((item, n) => {
      const text = item.querySelector(".cq-text");
      const list = item.querySelector(".cq-options");
      const labels = [...list.children].map((one) => one.textContent);
      const group = element("div",
        { class: "cq-buttons", role: "group", "aria-labelledby": text.id });
      const verdict = element("p", { class: "cq-verdict", role: "status" });
      const buttons = labels.map((label) =>
        element("button", { type: "button", "aria-pressed": "false" }, label));
      buttons.forEach((button, choice) => button.addEventListener("click", () => {
        if (given.has(n)) return; // a second thought does not count
        const right = choice === Number(item.dataset.answer);
        given.set(n, right);
        item.dataset.state = right ? "right" : "wrong";
        button.setAttribute("aria-pressed", "true");
        // Not `disabled`: that would throw the keyboard's focus away.
        for (const one of buttons) one.setAttribute("aria-disabled", "true");
        verdict.textContent = `${right ? "Right" : "No"}: ${reasons[n]}`;
        tell();
      }));
      group.append(...buttons);
      list.replaceWith(group);
      item.append(verdict);
      return () => {
        delete item.dataset.state;
        verdict.textContent = "";
        for (const one of buttons) {
          one.setAttribute("aria-pressed", "false");
          one.removeAttribute("aria-disabled");
        }
      };
    });

    again.addEventListener("click", () => {
      given = new Map();
      resets.forEach((reset) => reset());
      tell();
      root.querySelector(".cq-buttons button").focus();
    });
    answers.hidden = true; // each is told when it is due
    root.append(score, again);
    tell();
  }

  function start(id) {
    const root = document.getElementById(id);
    if (!root || root.dataset.started) return;
    root.dataset.started = "yes";
    build(root);
  }

  return { start, byLuck };
})();
