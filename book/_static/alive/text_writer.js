// The Shakespeare model writes, character by character, coloured by one of its neurons.
(() => {
  const { element, slider, button, softmax, random, draw, begin, textModel } = courseModels;
  const LENGTH = 400;

  function build(root, model, says) {
    const start = element("input", { type: "text", id: `${root.id}-start`, value: "ROMEO:\n" });
    start.value = "ROMEO: ";
    const temperature = slider(root, "temperature", "Temperature", [0.2, 1.5, 0.1], 0.7,
      () => {}, (v) => v.toFixed(1));
    const neuron = slider(root, "neuron", "Colour by neuron", [1, model.units, 1], 1, paint);
    const seed = slider(root, "seed", "Seed", [0, 20, 1], 0, () => {});
    const page = element("div", { class: "cw-text", tabindex: "0", role: "region",
      "aria-label": "What the network has written" });
    let letters = [], timer = 0;
    const toggle = button("Write", () => (timer ? stop() : write()));
    root.append(
      element("div", { class: "cw-controls" },
        element("div", { class: "cw-row" },
          element("label", { for: start.id }, "Begin with"), start),
        temperature.row, seed.row, neuron.row, toggle),
      page,
      element("p", { class: "cw-key" }, "Blue: the neuron is above 0. Orange and underlined: " +
        "below 0. The stronger the colour, the further from 0."),
      says);

    function look(letter) {
      const value = letter.h[neuron.value - 1];
      letter.span.style.setProperty("--strength", Math.abs(value).toFixed(2));
      letter.span.className = value < 0 ? "cw-below" : "cw-above";
    }

    function paint() {
      for (const letter of letters) look(letter);
    }

    function add(character, h) {
      const letter = { h, span: element("span", {}, character) };
      look(letter);
      letters.push(letter);
      page.append(letter.span);
    }

    function stop() {
      clearInterval(timer);
      timer = 0;
      toggle.textContent = "Write";
      says.textContent = `${letters.length} characters. Neuron ${neuron.value} ends at ` +
        `${letters.length ? letters.at(-1).h[neuron.value - 1].toFixed(2) : "0"}.`;
    }

    function write() {
      const unknown = [...start.value].filter((c) => !model.vocabulary.includes(c));
      if (unknown.length || !start.value) {
        says.textContent = unknown.length
          ? `The network has never seen: ${[...new Set(unknown)].join(" ")}`
          : "Give it at least one character to begin with.";
        return;
      }
      letters = [];
      page.replaceChildren();
      let state = { h: model.start() };
      for (const character of start.value) {
        state = model.step(state.h, model.vocabulary.indexOf(character));
        add(character, state.h);
      }
      const chance = random(seed.value);
      says.textContent = "Writing ...";
      toggle.textContent = "Stop";
      timer = setInterval(() => {
        const code = draw(softmax(state.logits, temperature.value), chance());
        state = model.step(state.h, code);
        add(model.vocabulary[code], state.h);
        page.scrollTop = page.scrollHeight;
        if (letters.length >= LENGTH + start.value.length) stop();
      }, 20);
    }
  }

  for (const root of document.querySelectorAll('[data-model="shakespeare"]'))
    begin(root, build, textModel);
})();
