// The MNIST model reads a drawn digit row by row; its guess changes on the way down.
(() => {
  const { element, slider, begin, button, digitModel } = courseModels;
  const SIDE = 28;

  function build(root, model, says) {
    const pixels = new Float64Array(SIDE * SIDE);
    const canvas = element("canvas", { width: 10 * SIDE, height: 10 * SIDE, tabindex: "0",
      role: "application", "aria-describedby": `${root.id}-help`,
      "aria-label": "Drawing field, 28 by 28 pixels" });
    const rows = slider(root, "rows", "Rows read", [1, SIDE, 1], SIDE, show);
    const bars = element("table", { class: "cw-bars" });
    const help = element("p", { id: `${root.id}-help`, class: "cw-key" },
      "Draw with the mouse, a pen or a finger; or with the keyboard: the arrow keys move a " +
      "cursor, Space draws a line wherever it goes until Space is pressed again.");
    root.append(
      element("div", { class: "cw-controls" }, rows.row,
        button("Clear", clear), " ", button("Show a seven", seven)),
      element("div", { class: "cw-pair" }, canvas, bars), help, says);
    const pen = canvas.getContext("2d");
    let cursor = [13, 13], drawing = false, last = null, guesses = [];

    // A soft dot, as wide as the strokes of the training images.
    function dot(x, y) {
      for (let row = 0; row < SIDE; row += 1)
        for (let column = 0; column < SIDE; column += 1) {
          const far = Math.hypot(column + 0.5 - x, row + 0.5 - y);
          const ink = Math.min(1, Math.max(0, 1.9 - far));
          const at = SIDE * row + column;
          pixels[at] = Math.max(pixels[at], ink);
        }
    }

    function stroke(from, to) {
      const steps = Math.max(1, Math.ceil(4 * Math.hypot(to[0] - from[0], to[1] - from[1])));
      for (let n = 0; n <= steps; n += 1)
        dot(from[0] + ((to[0] - from[0]) * n) / steps, from[1] + ((to[1] - from[1]) * n) / steps);
      read();
    }

    function place(event) {
      const box = canvas.getBoundingClientRect();
      return [((event.clientX - box.left) / box.width) * SIDE,
        ((event.clientY - box.top) / box.height) * SIDE];
    }

    function read() {
      guesses = model.guesses(pixels);
      show();
    }

    function show() {
      pen.fillStyle = "#000";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pixels.forEach((ink, at) => {
        if (!ink) return;
        pen.fillStyle = `rgb(${[1, 1, 1].map(() => Math.round(255 * ink)).join(" ")})`;
        pen.fillRect(10 * (at % SIDE), 10 * Math.floor(at / SIDE), 10, 10);
      });
      pen.fillStyle = "rgb(0 114 178 / 55%)";
      pen.fillRect(0, 10 * rows.value, canvas.width, canvas.height);
      if (document.activeElement === canvas) {
        pen.strokeStyle = "#f2a56f";
        pen.lineWidth = 2;
        pen.strokeRect(10 * cursor[0], 10 * cursor[1], 10, 10);
      }
      const now = guesses[rows.value - 1], best = now.indexOf(Math.max(...now));
      bars.replaceChildren(element("caption", {}, `After ${rows.value} rows`),
        ...now.map((p, digit) => element("tr", digit === best ? { class: "cw-best" } : {},
          element("th", { scope: "row" }, String(digit)),
          element("td", {}, element("span", { style: `width: ${(100 * p).toFixed(1)}%` })),
          element("td", {}, `${(100 * p).toFixed(0)} %`))));
      const changes = guesses.map((g) => g.indexOf(Math.max(...g)));
      const first = changes.findIndex((_, n) => changes.slice(n).every((d) => d === changes[27]));
      says.textContent = `After ${rows.value} of 28 rows: ${best}, ` +
        `${(100 * now[best]).toFixed(0)} % sure. From row ${first + 1} on the guess is ${changes[27]}.`;
    }

    function clear() {
      pixels.fill(0);
      read();
    }

    function seven() {
      pixels.fill(0);
      stroke([8, 8], [20, 8]);
      stroke([20, 8], [13, 22]);
    }

    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      last = place(event);
      stroke(last, last);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!last) return;
      const next = place(event);
      stroke(last, next);
      last = next;
    });
    canvas.addEventListener("pointerup", () => { last = null; });
    for (const kind of ["focus", "blur"]) canvas.addEventListener(kind, show);
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    canvas.addEventListener("keydown", (event) => {
      const middle = ([x, y]) => [x + 0.5, y + 0.5];
      if (event.key === " ") {
        drawing = !drawing;
        if (drawing) stroke(middle(cursor), middle(cursor));
      } else if (moves[event.key]) {
        const [dx, dy] = moves[event.key], inside = (v) => Math.min(SIDE - 1, Math.max(0, v));
        const next = [inside(cursor[0] + dx), inside(cursor[1] + dy)];
        if (drawing) stroke(middle(cursor), middle(next));
        cursor = next;
      } else return;
      event.preventDefault();
      show();
    });
    seven();
  }

  for (const root of document.querySelectorAll('[data-model="mnist"]'))
    begin(root, build, digitModel);
})();
