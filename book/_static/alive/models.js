// Two trained networks in the reader's browser: plain loops over 32-bit numbers, the same
// equations as course_utils.scratch. Weights come as 16-bit numbers in a script of their
// own, which is fetched when the reader asks for it.
const courseModels = (() => {
  const sigmoid = (z) => 1 / (1 + Math.exp(-z));

  // A 16-bit number: sign, five bits of exponent, ten of fraction.
  function half(bits) {
    const sign = bits & 0x8000 ? -1 : 1, power = (bits >> 10) & 31, part = bits & 1023;
    if (power === 0) return sign * part * 2 ** -24;
    if (power === 31) return part ? NaN : sign * Infinity;
    return sign * (1 + part / 1024) * 2 ** (power - 15);
  }

  // packed: { arrays: [[name, shape], ...], data: base64, ... } -> name to { shape, values }
  function unpack(packed) {
    const bytes = atob(packed.data), found = {};
    let at = 0;
    for (const [name, shape] of packed.arrays) {
      const values = new Float64Array(shape.reduce((a, b) => a * b, 1));
      for (let n = 0; n < values.length; n += 1, at += 2)
        values[n] = half(bytes.charCodeAt(at) | (bytes.charCodeAt(at + 1) << 8));
      found[name] = { shape, values };
    }
    return found;
  }

  // sums += x W, for W of shape (inputs, outputs)
  function addProduct(sums, x, { shape: [inputs, outputs], values }) {
    for (let i = 0; i < inputs; i += 1)
      if (x[i] !== 0)
        for (let j = 0; j < outputs; j += 1) sums[j] += x[i] * values[i * outputs + j];
    return sums;
  }

  const oneHot = (code, count) => {
    const x = new Float64Array(count);
    x[code] = 1;
    return x;
  };

  // Gates z (keeps), r, candidate; the reset gate acts after the product, as in Keras.
  function gruStep(x, h, { kernel, recurrent_kernel, bias }) {
    const units = h.length, all = 3 * units;
    const fromX = addProduct(bias.values.slice(0, all), x, kernel);
    const fromH = addProduct(bias.values.slice(all), h, recurrent_kernel);
    return h.map((before, n) => {
      const z = sigmoid(fromX[n] + fromH[n]);
      const r = sigmoid(fromX[units + n] + fromH[units + n]);
      const g = Math.tanh(fromX[2 * units + n] + r * fromH[2 * units + n]);
      return z * before + (1 - z) * g;
    });
  }

  // Gates i, f, candidate g, o.
  function lstmStep(x, [h, c], { kernel, recurrent_kernel, bias }) {
    const units = h.length;
    const sums = addProduct(addProduct(bias.values.slice(), x, kernel), h, recurrent_kernel);
    const memory = c.map((before, n) =>
      sigmoid(sums[units + n]) * before +
      sigmoid(sums[n]) * Math.tanh(sums[2 * units + n]));
    return [memory.map((value, n) => sigmoid(sums[3 * units + n]) * Math.tanh(value)), memory];
  }

  function normalize(h, { gamma, beta }, epsilon) {
    const mean = h.reduce((a, b) => a + b, 0) / h.length;
    const spread = h.reduce((a, b) => a + (b - mean) ** 2, 0) / h.length;
    const scale = 1 / Math.sqrt(spread + epsilon);
    return h.map((value, n) => (value - mean) * scale * gamma.values[n] + beta.values[n]);
  }

  const dense = (x, kernel, bias) => addProduct(bias.values.slice(), x, kernel);

  function softmax(logits, temperature = 1) {
    const top = Math.max(...logits);
    const powers = Array.from(logits, (z) => Math.exp((z - top) / temperature));
    const total = powers.reduce((a, b) => a + b, 0);
    return powers.map((p) => p / total);
  }

  // The character model of the Shakespeare lab: GRU, layer normalization, dense.
  function textModel(packed) {
    const found = unpack(packed), { vocabulary } = packed;
    const inputs = found.embeddings;
    const units = found.recurrent_kernel.shape[0];
    return {
      vocabulary, units,
      start: () => new Float64Array(units),
      step(h, code) {
        const width = inputs ? inputs.shape[1] : vocabulary.length;
        const x = inputs
          ? inputs.values.slice(code * width, (code + 1) * width) : oneHot(code, width);
        const next = gruStep(x, h, found);
        const shown = found.gamma ? normalize(next, found, packed.epsilon) : next;
        return { h: next, logits: dense(shown, found.dense_kernel, found.dense_bias) };
      },
    };
  }

  // The model of the MNIST lab: 28 rows of 28 pixels, LSTM, dense; a guess after each row.
  function digitModel(packed) {
    const found = unpack(packed), units = found.recurrent_kernel.shape[0];
    return {
      guesses(pixels) {
        let state = [new Float64Array(units), new Float64Array(units)];
        return Array.from({ length: 28 }, (_, row) => {
          state = lstmStep(pixels.slice(28 * row, 28 * row + 28), state, found);
          return softmax(dense(state[0], found.dense_kernel, found.dense_bias));
        });
      },
    };
  }

  // A small generator that gives the same numbers everywhere (mulberry32).
  function random(seed) {
    let a = seed >>> 0;
    return () => {
      a = (a + 0x6d2b79f5) >>> 0;
      let t = Math.imul(a ^ (a >>> 15), 1 | a);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
  }

  function draw(probabilities, u) {
    let sum = 0;
    for (let n = 0; n < probabilities.length; n += 1) {
      sum += probabilities[n];
      if (u < sum) return n;
    }
    return probabilities.length - 1;
  }

  // Fetch a script of weights, once; a script, since a page opened from disk may not fetch.
  const packed = {};
  function load(name, address) {
    return new Promise((done, failed) => {
      if (packed[name]) return done(packed[name]);
      const script = document.createElement("script");
      script.src = address;
      script.onload = () => done(packed[name]);
      script.onerror = () => failed(new Error(`${address} cannot be read`));
      document.head.append(script);
      return undefined;
    });
  }

  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  function slider(root, key, label, [min, max, step], value, changed, show = String) {
    const id = `${root.id}-${key}`;
    const input = element("input", { type: "range", id, min, max, step, value });
    const shown = element("output", { for: id }, show(value));
    input.addEventListener("input", () => {
      shown.textContent = show(Number(input.value));
      input.setAttribute("aria-valuetext", shown.textContent);
      changed();
    });
    const row = element("div", { class: "cw-row" },
      element("label", { for: id }, label), input, shown);
    return { row, input, get value() { return Number(input.value); } };
  }

  function button(text, pressed) {
    const made = element("button", { type: "button" }, text);
    made.addEventListener("click", pressed);
    return made;
  }

  // Each widget begins as one button, which says how much it will load.
  function begin(root, build, make) {
    const says = element("p", { class: "cw-says", role: "status" });
    const go = button(`Load the network (${root.dataset.size})`, async () => {
      go.disabled = true;
      says.textContent = "Loading ...";
      try {
        const model = make(await load(root.dataset.model, root.dataset.weights));
        go.remove();
        says.textContent = "";
        build(root, model, says);
      } catch (error) {
        go.disabled = false;
        says.textContent = `The network could not be loaded: ${error.message}.`;
      }
    });
    root.querySelector(".cw-static").hidden = true;
    root.append(go, says);
  }

  return { packed, half, unpack, gruStep, lstmStep, softmax, textModel, digitModel, random,
    draw, element, slider, button, begin };
})();
