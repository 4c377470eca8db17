// What the widgets share: controls with labels, an SVG plot, a line that says the state.
// Equations live in the widget's own file; nothing here knows what is drawn.
window.courseWidgets = window.courseWidgets || {};
courseWidgets.core = (() => {
  const SVG = "http://www.w3.org/2000/svg";

  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  function shape(tag, attributes = {}, text = "") {
    const made = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.textContent = text;
    return made;
  }

  // A range input with its label and its value in words; returns a handle.
  function slider(root, key, label, [min, max, step], value, changed, show = String) {
    const id = `${root.id}-${key}`;
    const input = element("input", { type: "range", id, min, max, step });
    const shown = element("output", { for: id });
    const row = element("div", { class: "cw-row" },
      element("label", { for: id }, label), input, shown);
    const handle = {
      row, input,
      get value() { return Number(input.value); },
      set value(next) { input.value = next; say(); },
    };
    function say() {
      shown.textContent = show(Number(input.value));
      input.setAttribute("aria-valuetext", shown.textContent);
    }
    handle.value = value;
    input.addEventListener("input", () => { say(); changed(); });
    return handle;
  }

  function choice(root, key, label, options, changed) {
    const id = `${root.id}-${key}`;
    const input = element("select", { id });
    for (const [value, text] of Object.entries(options))
      input.append(element("option", { value }, text));
    input.addEventListener("change", changed);
    const row = element("div", { class: "cw-row" },
      element("label", { for: id }, label), input);
    return { row, input, get value() { return input.value; } };
  }

  function button(text, pressed) {
    const made = element("button", { type: "button" }, text);
    made.addEventListener("click", pressed);
    return made;
  }

  // A plot with axes: x and y map data to pixels; clear() starts a new drawing.
  function plot(width, height, [x0, x1], [y0, y1], labels, ticks) {
    const left = 52, right = width - 8, top = 10, bottom = height - 38;
    const x = (v) => left + ((v - x0) / (x1 - x0)) * (right - left);
    const y = (v) => bottom - ((v - y0) / (y1 - y0)) * (bottom - top);
    const picture = shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img" });
    const inside = shape("g");
    function line(points, attributes) {
      const d = points.map(([a, b], n) => `${n ? "L" : "M"}${x(a).toFixed(1)} ${y(b).toFixed(1)}`);
      inside.append(shape("path", { d: d.join(""), fill: "none", ...attributes }));
    }
    function dot(a, b, attributes) {
      inside.append(shape("circle", { cx: x(a), cy: y(b), r: 4, ...attributes }));
    }
    function note(a, b, text, attributes = {}) {
      inside.append(shape("text", { x: x(a), y: y(b), ...attributes }, text));
    }
    for (const v of ticks.x) {
      picture.append(shape("line", { x1: x(v), x2: x(v), y1: top, y2: bottom, class: "cw-grid" }));
      picture.append(shape("text", { x: x(v), y: bottom + 16, "text-anchor": "middle" }, v));
    }
    for (const v of ticks.y) {
      picture.append(shape("line", { x1: left, x2: right, y1: y(v), y2: y(v), class: "cw-grid" }));
      const text = ticks.name ? ticks.name(v) : v;
      picture.append(shape("text", { x: left - 5, y: y(v) + 4, "text-anchor": "end" }, text));
    }
    const middle = (left + right) / 2, half = (top + bottom) / 2;
    picture.append(inside,
      shape("text", { x: middle, y: height - 4, "text-anchor": "middle" }, labels[0]),
      shape("text", { x: 12, y: half, "text-anchor": "middle", transform: `rotate(-90 12 ${half})` },
        labels[1]));
    return { picture, inside, x, y, line, dot, note, clear: () => inside.replaceChildren() };
  }

  // Builds a widget in its place once the page has it: heading, controls, pictures, words.
  function start(name, build) {
    const root = document.getElementById(`widget-${name}`);
    if (!root || root.dataset.started) return;
    root.dataset.started = "yes";
    root.querySelector(".cw-static").hidden = true;
    build(root);
  }

  const short = (v) => (Math.abs(v) < 0.0005 && v !== 0) || Math.abs(v) >= 1e4
    ? v.toExponential(1) : String(Number(v.toFixed(3)));

  return { element, shape, slider, choice, button, plot, start, short };
})();
