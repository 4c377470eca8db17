// How long the gradient of the last state is, k steps back, in a recurrent network of 8 units.
courseWidgets.fadingGradient = (() => {
  // Normal numbers, rounded; their spectral radius, by which they are divided.
  const kernel = [
    [0.19, -0.52, -0.41, -2.44, 1.8, 1.14, -0.33, 0.77],
    [0.28, -0.55, 0.98, -0.31, -0.33, -0.79, 0.45, -0.1],
    [0.55, -0.61, 0.13, -0.89, 0.84, 0.19, 0.33, 0.41],
    [-1.01, 0.78, 2.06, -1.64, -1.73, -1.5, 0.84, 0.13],
    [1.08, 0.72, 0.21, 0.28, -0.17, 0.87, -1.13, -0.42],
    [0.24, 1.8, -0.76, -1.08, -0.56, 0.97, -0.24, 1.32],
    [-1.87, 1.13, 1.03, -1.42, 0.15, 1.22, 0.09, 1.0],
    [2.37, 0.27, -0.28, -0.77, 0.65, -0.2, -0.18, -0.11],
  ];
  const kernelRadius = 2.361615579234575;
  const inputKernel = [1, -1, 0.5, -0.5, 1, -1, 0.5, -0.5];
  const inputs = [0.65, -1.07, -1.53, -2.43, 1.2, 0.07, 1.51, -0.01, -0.74, 0.48, -0.08, -1.25,
    -0.89, 1.77, 0.35, 0.42, -0.28, -0.69, 0.89, -0.1, -0.76, -0.13, -0.91, 0.19, 1.13, -0.84,
    1.43, -0.67, 0.15, -0.84, -0.22, 0.05, -0.43, -0.7, -0.68, -0.82, -1.57, -0.26, 0.4, 0.91];

  const recurrent = (radius) => kernel.map((row) => row.map((u) => (u * radius) / kernelRadius));

  // h_t = tanh(x_t W + h_{t-1} U), or without the tanh; returns all states.
  function states(radius, strength, activation) {
    const U = recurrent(radius);
    const found = [];
    let h = inputKernel.map(() => 0);
    for (const x of inputs) {
      const before = h;
      h = inputKernel.map((w, j) => {
        const z = strength * x * w + before.reduce((sum, value, i) => sum + value * U[i][j], 0);
        return activation === "tanh" ? Math.tanh(z) : z;
      });
      found.push(h);
    }
    return found;
  }

  // Lengths of the gradient of the sum of the last state, carried 0, 1, 2, ... steps back.
  function lengths(radius, strength, activation) {
    const U = recurrent(radius);
    const h = states(radius, strength, activation);
    let gradient = inputKernel.map(() => 1 / Math.sqrt(inputKernel.length));
    const found = [1];
    for (let t = inputs.length - 1; t > 0; t--) {
      const delta = gradient.map((g, j) => (activation === "tanh" ? g * (1 - h[t][j] ** 2) : g));
      gradient = U.map((row) => row.reduce((sum, u, j) => sum + u * delta[j], 0));
      found.push(Math.hypot(...gradient));
    }
    return found;
  }

  function build(root) {
    const { element, shape, slider, choice, plot, short } = courseWidgets.core;
    const two = (v) => v.toFixed(2);
    const activation = choice(root, "activation", "Activation",
      { tanh: "tanh, as in a SimpleRNN", linear: "none: a linear network" }, draw);
    const radius = slider(root, "radius", "Spectral radius of U", [0.3, 3, 0.05], 1, draw, two);
    const strength = slider(root, "strength", "Strength of the inputs", [0, 2, 0.05], 0.5, draw, two);
    const distance = slider(root, "distance", "Steps back", [1, 39, 1], 10, draw);
    const says = element("p", { class: "cw-says", "aria-live": "polite" });
    const chain = shape("svg", { viewBox: "0 0 560 74", "aria-hidden": "true" });
    const power = (v) => (v === 0 ? "1" : `1e${v}`);
    const ticks = { x: [0, 10, 20, 30, 39], y: [-12, -9, -6, -3, 0, 3, 6], name: power };
    const graph = plot(560, 260, [0, 39], [-12, 6],
      ["steps back from the last state", "length of the gradient"], ticks);
    root.append(
      element("div", { class: "cw-controls" }, activation.row, radius.row, strength.row, distance.row),
      element("div", { class: "cw-stage" }, chain, graph.picture), says);

    const exponent = (length) => Math.max(-12, Math.min(6, Math.log10(length)));

    function drawChain(found) {
      chain.replaceChildren();
      for (let k = 0; k <= 12; k++) {
        const x = 534 - k * 42;
        if (k < 12) {
          const wide = 1 + Math.max(0, 7 + exponent(found[k + 1])) * 0.9;
          chain.append(shape("line", { x1: x - 13, x2: x - 29, y1: 30, y2: 30, class: "cw-walk",
            "stroke-width": wide.toFixed(1) }));
        }
        chain.append(shape("circle", { cx: x, cy: 30, r: 12,
          class: k === distance.value ? "cw-node cw-chosen" : "cw-node" }));
        chain.append(shape("text", { x, y: 34, "text-anchor": "middle" }, k ? `-${k}` : "T"));
        if (k % 4 === 0)
          chain.append(shape("text", { x, y: 64, "text-anchor": "middle" }, short(found[k])));
      }
    }

    function draw() {
      const found = lengths(radius.value, strength.value, activation.value);
      const k = distance.value;
      drawChain(found);
      graph.clear();
      graph.line([[0, 0], [39, 0]], { class: "cw-land" });
      graph.line(found.map((length, n) => [n, exponent(length)]), { class: "cw-walk" });
      graph.dot(k, exponent(found[k]), { r: 6, class: "cw-here" });
      const word = found[k] < 0.01 ? "it has all but vanished" : found[k] > 100 ? "it has exploded"
        : "it is still of use";
      says.textContent = `At radius ${two(radius.value)}, ${k} step${k > 1 ? "s" : ""} back, the ` +
        `gradient is ${short(found[k])} times as long as at the end: ${word}. ` +
        `On average each of them multiplied it by ${short(found[k] ** (1 / k))}.`;
      graph.picture.setAttribute("aria-label",
        `Length of the gradient against the number of steps back. ${says.textContent}`);
    }

    draw();
  }

  return { kernel, kernelRadius, inputKernel, inputs, states, lengths, build };
})();
courseWidgets.core.start("fading-gradient", courseWidgets.fadingGradient.build);
