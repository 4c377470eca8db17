// One LSTM or GRU unit over eight time steps, with gates that the reader sets.
courseWidgets.recurrentCell = (() => {
  const sigmoid = (z) => 1 / (1 + Math.exp(-z));
  const dot = (x, h, gate) => x * gate.kernel + h * gate.recurrent + gate.bias;

  // f, i, o gates; g candidate. c = f c + i g, h = o tanh(c)
  function lstm(inputs, gates) {
    let h = 0, c = 0;
    return inputs.map((x) => {
      const before = c;
      const f = sigmoid(dot(x, h, gates.f)), i = sigmoid(dot(x, h, gates.i));
      const o = sigmoid(dot(x, h, gates.o)), g = Math.tanh(dot(x, h, gates.g));
      c = f * before + i * g;
      h = o * Math.tanh(c);
      return { x, f, i, o, g, before, c, h };
    });
  }

  // z keeps the old state, r resets after the matrix product, as Keras does.
  function gru(inputs, gates) {
    let h = 0;
    return inputs.map((x) => {
      const before = h;
      const z = sigmoid(dot(x, before, gates.z)), r = sigmoid(dot(x, before, gates.r));
      const g = Math.tanh(x * gates.g.kernel + gates.g.bias + r * before * gates.g.recurrent);
      h = z * before + (1 - z) * g;
      return { x, z, r, g, before, h };
    });
  }

  const series = {
    pulse: [1.5, 0, 0, 0, 0, 0, 0, 0],
    step: [0, 0, 1, 1, 1, 1, 1, 1],
    turns: [1, -1, 1, -1, 1, -1, 1, -1],
    noise: [0.3, -0.5, 1.2, 0.1, -1.4, 0.6, -0.2, 0.9],
  };
  const gateNames = {
    lstm: { f: "Forget gate: keeps c", i: "Input gate: writes", o: "Output gate: shows c" },
    gru: { z: "Update gate: keeps h", r: "Reset gate: lets h into the candidate" },
  };
  // The pulse opens the way in; between pulses it is nearly shut.
  const startBias = { f: 3, i: -3, o: 0, z: 3, r: 0 }, startHeed = { lstm: 3, gru: -3 };

  function build(root) {
    const { element, slider, choice, plot, short } = courseWidgets.core;
    const signed = (v) => (v > 0 ? "+" : "") + v.toFixed(1);
    const name = root.dataset.cell;
    const names = gateNames[name];
    const inputs = [...series.pulse];
    const preset = choice(root, "series", "Input series",
      { pulse: "one pulse", step: "a step", turns: "up and down", noise: "noise" }, refill);
    const step = slider(root, "step", "Time step to look at", [1, 8, 1], 3, follow);
    const value = slider(root, "input", "Its input x", [-2, 2, 0.1], 0, () => {
      inputs[step.value - 1] = value.value;
      draw();
    }, signed);
    const listen = slider(root, "listen", "How much the gates heed x", [-4, 4, 0.5], startHeed[name], draw, signed);
    const openness = (v) => `bias ${signed(v)}`;
    const biases = Object.fromEntries(Object.entries(names).map(([key, text]) =>
      [key, slider(root, `bias-${key}`, text, [-6, 6, 0.5], startBias[key], draw, openness)]));
    const says = element("p", { class: "cw-says", "aria-live": "polite" });
    const ticks = { x: [1, 2, 3, 4, 5, 6, 7, 8], y: [-2, -1, 0, 1, 2] };
    const states = plot(560, 220, [0.5, 8.5], [-2, 2], ["time step", "input and state"], ticks);
    const gatePlot = plot(560, 150, [0.5, 8.5], [0, 1], ["time step", "gates"],
      { x: ticks.x, y: [0, 0.5, 1] });
    root.append(
      element("div", { class: "cw-controls" }, preset.row, step.row, value.row, listen.row,
        ...Object.values(biases).map((bias) => bias.row)),
      element("div", { class: "cw-stage" }, states.picture, gatePlot.picture), says);

    function weights() {
      const gates = { g: { kernel: 1.5, recurrent: 0.5, bias: 0 } };
      for (const [key, bias] of Object.entries(biases))
        gates[key] = { kernel: listen.value, recurrent: 0, bias: bias.value };
      return gates;
    }

    function refill() {
      inputs.splice(0, 8, ...series[preset.value]);
      follow();
    }

    function follow() {
      value.value = inputs[step.value - 1];
      draw();
    }

    function sentence({ x, f, i, o, z, r, g, before, c, h }) {
      const n = (v) => String(Number(v.toFixed(2))).replace("-", "\u2212");
      if (name === "lstm")
        return `Step ${step.value}, x = ${n(x)}: new c = f \u00d7 old c + i \u00d7 g = ${n(f)} \u00d7 ${n(before)} + ` +
          `${n(i)} \u00d7 ${n(g)} = ${n(c)}; h = o \u00d7 tanh(c) = ${n(o)} \u00d7 ${n(Math.tanh(c))} = ${n(h)}.`;
      return `Step ${step.value}, x = ${n(x)}, r = ${n(r)}: new h = z \u00d7 old h + (1 \u2212 z) \u00d7 g = ` +
        `${n(z)} \u00d7 ${n(before)} + ${n(1 - z)} \u00d7 ${n(g)} = ${n(h)}.`;
    }

    // Lines of different dashes with a letter at their end: colour is never alone.
    function curve(graph, points, look, letter, lift = 0) {
      graph.line(points, { class: `cw-line ${look}` });
      for (const [a, b] of points) graph.dot(a, b, { r: 2.5, class: `cw-mark ${look}` });
      const [a, b] = points[points.length - 1];
      graph.note(a, b, letter, { dx: 9, dy: 4 + lift, class: "cw-letter" });
    }

    function draw() {
      const found = name === "lstm" ? lstm(inputs, weights()) : gru(inputs, weights());
      const line = (key) => found.map((at, n) => [n + 1, at[key]]);
      states.clear();
      states.line([[step.value, -2], [step.value, 2]], { class: "cw-now" });
      for (const [a, b] of line("x")) states.line([[a, 0], [a, b]], { class: "cw-bar" });
      if (name === "lstm") curve(states, line("c"), "cw-c", "c", -4);
      curve(states, line("h"), "cw-h", "h", 4);
      gatePlot.clear();
      gatePlot.line([[step.value, 0], [step.value, 1]], { class: "cw-now" });
      Object.keys(names).forEach((key, n) =>
        curve(gatePlot, line(key), `cw-${key}`, key, 10 * n - 8));
      says.textContent = sentence(found[step.value - 1]);
      const all = (key) => found.map((at) => short(at[key])).join(", ");
      states.picture.setAttribute("aria-label",
        `Inputs ${all("x")}; ` + (name === "lstm" ? `memory c ${all("c")}; ` : "") + `state h ${all("h")}.`);
      gatePlot.picture.setAttribute("aria-label",
        Object.entries(names).map(([key, text]) => `${text}: ${all(key)}`).join(". "));
    }

    draw();
  }

  return { series, lstm, gru, build };
})();
for (const cell of ["lstm", "gru"])
  courseWidgets.core.start(`${cell}-cell`, courseWidgets.recurrentCell.build);
