// Gradient descent with momentum on the landscapes of the first chapter.
courseWidgets.gradientDescent = (() => {
  const hill = (w) => (w * w - 4) ** 2 / 8 + 0.35 * w + 1;
  const hillSlope = (w) => (w * (w * w - 4)) / 2 + 0.35;

  const losses = {
    hill: {
      name: "one weight: two valleys",
      height: ([w]) => hill(w),
      slope: ([w]) => [hillSlope(w)],
      start: [0.6], x: [-3, 3], y: [0, 5],
    },
    land: {
      name: "two weights: two valleys and a pass",
      height: ([w, v]) => hill(w) + 0.6 * (v - 0.5 * w) ** 2,
      slope: ([w, v]) => {
        const off = 1.2 * (v - 0.5 * w);
        return [hillSlope(w) - 0.5 * off, off];
      },
      start: [-0.3, 2.5], x: [-3, 3], y: [-3, 3],
      levels: [0.5, 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10],
    },
    ravine: {
      name: "two weights: a ravine, 12 times as steep across as along",
      height: ([w, v]) => 0.5 * (w * w + 12 * v * v),
      slope: ([w, v]) => [w, 12 * v],
      start: [-2.7, 1.5], x: [-3, 3], y: [-2, 2],
      levels: [0.1, 0.4, 1, 2, 4, 7, 11, 16, 22],
    },
  };

  // velocity <- momentum velocity - rate slope; weights <- weights + velocity
  function path(name, from, rate, momentum, steps) {
    const { slope } = losses[name];
    const places = [from];
    let velocity = from.map(() => 0);
    for (let step = 0; step < steps; step++) {
      const place = places[step], downhill = slope(place);
      velocity = velocity.map((v, n) => momentum * v - rate * downhill[n]);
      places.push(place.map((w, n) => w + velocity[n]));
    }
    return places;
  }

  // Where a grid's cells cross a level, as short lines (marching squares).
  function contour(height, [x0, x1], [y0, y1], level, cells = 48) {
    const at = (n, low, high) => low + ((high - low) * n) / cells;
    const lines = [];
    for (let i = 0; i < cells; i++) {
      for (let j = 0; j < cells; j++) {
        const corners = [[i, j], [i + 1, j], [i + 1, j + 1], [i, j + 1]]
          .map(([a, b]) => [at(a, x0, x1), at(b, y0, y1)]);
        const above = corners.map((corner) => height(corner) - level);
        const cuts = [];
        for (let side = 0; side < 4; side++) {
          const next = (side + 1) % 4;
          if (above[side] < 0 === above[next] < 0) continue;
          const part = above[side] / (above[side] - above[next]);
          cuts.push([0, 1].map((k) => corners[side][k] + part * (corners[next][k] - corners[side][k])));
        }
        for (let n = 0; n + 1 < cuts.length; n += 2) lines.push([cuts[n], cuts[n + 1]]);
      }
    }
    return lines;
  }

  function build(root) {
    const { element, slider, choice, button, plot, short } = courseWidgets.core;
    const two = (v) => v.toFixed(2);
    const where = choice(root, "loss", "Landscape",
      Object.fromEntries(Object.entries(losses).map(([key, loss]) => [key, loss.name])), change);
    const first = slider(root, "start-1", "Start, first weight", [-3, 3, 0.05], 0.6, draw, two);
    const second = slider(root, "start-2", "Start, second weight", [-3, 3, 0.05], 0, draw, two);
    const rate = slider(root, "rate", "Learning rate", [0.01, 0.8, 0.01], 0.2, draw, two);
    const momentum = slider(root, "momentum", "Momentum", [0, 0.95, 0.05], 0, draw, two);
    const steps = slider(root, "steps", "Steps taken", [0, 100, 1], 8, draw);
    const play = button("Play", toggle);
    const one = button("One step", () => { steps.value += 1; draw(); });
    const says = element("p", { class: "cw-says", "aria-live": "polite" });
    const stage = element("div", { class: "cw-stage" });
    root.append(
      element("div", { class: "cw-controls" }, where.row, first.row, second.row, rate.row,
        momentum.row, steps.row, element("div", { class: "cw-row" }, one, play)),
      stage, says);
    let picture, background, timer = null;

    function change() {
      const loss = losses[where.value];
      const flat = loss.start.length === 1;
      second.row.hidden = flat;
      first.value = loss.start[0];
      if (!flat) second.value = loss.start[1];
      const labels = flat ? ["weight w", "loss J"] : ["first weight", "second weight"];
      const high = loss.y[1];
      const ticks = { x: [-3, -2, -1, 0, 1, 2, 3], y: flat ? [0, 1, 2, 3, 4, 5] : [-high, 0, high] };
      picture = plot(560, 300, loss.x, loss.y, labels, ticks);
      background = () => {
        if (flat) {
          const curve = [...Array(121).keys()].map((n) => [-3 + n / 20, hill(-3 + n / 20)]);
          picture.line(curve.filter(([, b]) => b <= 5), { class: "cw-land" });
          return;
        }
        for (const level of loss.levels)
          for (const piece of contour(loss.height, loss.x, loss.y, level))
            picture.line(piece, { class: "cw-land" });
      };
      stage.replaceChildren(picture.picture);
      draw();
    }

    function draw() {
      const loss = losses[where.value];
      const from = loss.start.length === 1 ? [first.value] : [first.value, second.value];
      const places = path(where.value, from, rate.value, momentum.value, steps.value);
      const last = places[places.length - 1];
      const inPicture = ([a, b]) => a >= loss.x[0] && a <= loss.x[1] && b >= loss.y[0] && b <= loss.y[1];
      const points = places.map((place) => [place[0], place.length === 1 ? hill(place[0]) : place[1]]);
      const left = points.findIndex((point) => !inPicture(point));
      const seen = left < 0 ? points : points.slice(0, left);
      picture.clear();
      background();
      picture.line(seen, { class: "cw-walk" });
      for (const [a, b] of seen) picture.dot(a, b, { r: 2.5, class: "cw-step" });
      if (seen.length === points.length) picture.dot(...seen[seen.length - 1], { r: 6, class: "cw-here" });
      const height = loss.height(last);
      const lost = !Number.isFinite(height) || height > 1e6;
      says.textContent = `After ${steps.value} steps: ` + (lost
        ? "the weights have flown away; the learning rate is too large."
        : `weights ${last.map(short).join(", ")}; loss ${short(height)}` +
          (left < 0 ? "." : "; the walk left the picture."));
      picture.picture.setAttribute("aria-label",
        `${loss.name}, and the places of the walk. ${says.textContent}`);
    }

    function toggle() {
      if (timer) return stop();
      if (steps.value >= 100) steps.value = 0;
      if (matchMedia("(prefers-reduced-motion: reduce)").matches) { steps.value = 100; return draw(); }
      play.textContent = "Pause";
      says.setAttribute("aria-live", "off");
      timer = setInterval(() => {
        steps.value += 1;
        draw();
        if (steps.value >= 100) stop();
      }, 150);
    }

    function stop() {
      clearInterval(timer);
      timer = null;
      play.textContent = "Play";
      says.setAttribute("aria-live", "polite");
      draw();
    }

    change();
  }

  return { losses, path, contour, build };
})();
courseWidgets.core.start("gradient-descent", courseWidgets.gradientDescent.build);
