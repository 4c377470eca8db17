"""The networks in the browser compute what course_utils.scratch computes."""

import json
import shutil

import numpy as np
import pytest

from course_utils import scratch
from tests.pages import tour
from tools import pack_weights

VOCABULARY = list("\n !,.:EMORabcdehilnorstuwy")
PLACE = """<section class="course-widget" id="alive-{name}" aria-label="Try it"
  data-model="{name}" data-size="1 MB" data-weights="{name}_weights.js">
  <p class="cw-static">It needs scripts.</p></section>"""


def keras_like(generator, *shapes):
    """Draw weights that move the states, as trained ones do."""
    return [generator.normal(0, 0.6 / np.sqrt(shape[0]), shape) for shape in shapes]


def text_weights(units=24, table=0):
    generator, count = np.random.default_rng(5), len(VOCABULARY)
    first = [(count, table)] if table else []
    shapes = [*first, (table or count, 3 * units), (units, 3 * units), (2, 3 * units)]
    shapes += [(units,), (units,), (units, count), (count,)]
    return pack_weights.named([3 * w for w in keras_like(generator, *shapes)])


def digit_weights(units=16):
    generator = np.random.default_rng(6)
    shapes = [(28, 4 * units), (units, 4 * units), (4 * units,), (units, 10), (10,)]
    return pack_weights.named([3 * w for w in keras_like(generator, *shapes)])


@pytest.fixture
def alive(visit, tmp_path):
    """Open a page with one widget, whose weights lie beside it."""

    def open_page(name, weights, width=900):
        for path in pack_weights.FOLDER.glob("*s"):
            if "weights" not in path.name:
                shutil.copy(path, tmp_path)
        about = {"epsilon": 1e-3, "vocabulary": VOCABULARY}
        text = pack_weights.script(name, weights, **about)
        (tmp_path / f"{name}_weights.js").write_text(text, encoding="utf-8")
        part = {"shakespeare": "text_writer", "mnist": "digit_reader"}[name]
        page = tmp_path / "page.html"
        page.write_text(
            "<!doctype html><html lang=en><title>x</title>"
            "<link rel=stylesheet href=alive.css><main><h1>x</h1>"
            + PLACE.format(name=name)
            + f"<script src=models.js></script><script src={part}.js></script>",
            encoding="utf-8",
        )
        found = visit(page, width=width)
        found.page.get_by_role("button", name="Load the network").click()
        found.page.wait_for_selector(".cw-controls")
        return found

    return open_page


def in_double(weights):
    small = pack_weights.rounded(weights)
    return {name: array.astype(np.float64) for name, array in small.items()}


@pytest.mark.parametrize("table", [0, 7])
def test_the_writer_is_that_of_the_package(alive, table):
    weights = text_weights(table=table)
    page = alive("shakespeare", weights).page
    w = in_double(weights)
    layers = [scratch.Embedding(table)] if table else []
    if table:
        layers[0].set_weights([w["embeddings"]])
    gru = scratch.GRU(24).set_weights([w["kernel"], w["recurrent_kernel"], w["bias"]])
    norm = scratch.LayerNormalization().set_weights([w["gamma"], w["beta"]])
    out = scratch.Dense(len(VOCABULARY)).set_weights(
        [w["dense_kernel"], w["dense_bias"]]
    )
    sampler = scratch.CharacterSampler(VOCABULARY, [*layers, gru, norm, out])
    text = "ROMEO: the sun\nis here, o!"
    found = page.evaluate(
        """codes => {
            const model = courseModels.textModel(courseModels.packed.shakespeare);
            let state = { h: model.start() };
            return codes.map(code => {
                state = model.step(state.h, code);
                return [[...state.h], [...state.logits]];
            });
        }""",
        [VOCABULARY.index(c) for c in text],
    )
    for character, (h, logits) in zip(text, found, strict=True):
        sampler.read(character)
        assert np.abs(sampler.states[0][0][0] - h).max() < 1e-5
        assert np.abs(sampler.logits - logits).max() < 1e-5
    assert np.abs(sampler.states[0][0]).max() > 0.5  # not all asleep


def test_the_reader_is_that_of_the_package(alive):
    weights = digit_weights()
    page = alive("mnist", weights).page
    w = in_double(weights)
    lstm = scratch.LSTM(16, return_sequences=True)
    lstm.set_weights([w["kernel"], w["recurrent_kernel"], w["bias"]])
    image = np.random.default_rng(7).uniform(0, 1, (28, 28))
    logits = lstm.forward(image[None])[0] @ w["dense_kernel"] + w["dense_bias"]
    want = np.exp(logits - logits.max(1, keepdims=True))
    want /= want.sum(1, keepdims=True)
    code = """pixels => courseModels.digitModel(courseModels.packed.mnist)
        .guesses(pixels).map(row => [...row])"""
    found = np.array(page.evaluate(code, image.ravel().tolist()))
    assert found.shape == (28, 10)
    assert np.abs(found - want).max() < 1e-5


def test_sixteen_bits_are_read_as_they_were_written(alive):
    page = alive("mnist", digit_weights()).page
    bits = [0, 1, 0x3FF, 0x400, 0x3C00, 0xBC01, 0x7BFF, 0x8000, 0xFC00, 0x7C00, 0x3555]
    found = page.evaluate("bits => bits.map(courseModels.half)", bits)
    want = np.array(bits, np.uint16).view(np.float16).astype(float)
    assert np.array_equal(np.array(found, dtype=float), want)


def test_the_writer_writes_the_same_for_the_same_seed_and_colours_it(alive):
    found = alive("shakespeare", text_weights())
    page, texts = found.page, []
    for _ in range(2):
        page.get_by_role("button", name="Write").click()
        page.wait_for_selector("text=characters. Neuron")
        texts.append(page.locator(".cw-text").inner_text())
    assert texts[0] == texts[1] and len(texts[0]) > 300
    coloured = page.locator(".cw-below").count() + page.locator(".cw-above").count()
    assert coloured == len(texts[0])
    before = page.locator(".cw-text").inner_html()
    page.locator("#alive-shakespeare-neuron").press("ArrowRight")
    assert page.locator(".cw-text").inner_html() != before
    page.locator("#alive-shakespeare-start").fill("¿")
    page.get_by_role("button", name="Write").click()
    assert "never seen: ¿" in page.locator("[role=status]").inner_text()
    assert tour.violations(page) == [] and found.errors == [] == found.outside


def test_the_reader_is_used_by_mouse_and_by_keyboard(alive):
    found = alive("mnist", digit_weights())
    page, says = found.page, found.page.locator("[role=status]")
    assert says.inner_text().startswith("After 28 of 28 rows:")
    page.locator("#alive-mnist-rows").press("Home")
    assert says.inner_text().startswith("After 1 of 28 rows:")
    page.locator("#alive-mnist-rows").press("End")
    page.get_by_role("button", name="Clear").click()
    empty = page.locator(".cw-bars").inner_text()
    canvas = page.locator("canvas")
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 80, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 180, box["y"] + 200, steps=5)
    page.mouse.up()
    drawn = page.locator(".cw-bars").inner_text()
    assert drawn != empty
    canvas.focus()
    for key in ["Space", *["ArrowDown"] * 8, "Space", "ArrowLeft"]:
        page.keyboard.press(key)
    assert page.locator(".cw-bars").inner_text() != drawn
    assert tour.violations(page) == [] and found.errors == [] == found.outside


def test_weights_that_cannot_be_read_are_named_and_asked_for_again(visit, tmp_path):
    shutil.copy(pack_weights.FOLDER / "models.js", tmp_path)
    shutil.copy(pack_weights.FOLDER / "digit_reader.js", tmp_path)
    path = tmp_path / "page.html"
    path.write_text(
        PLACE.format(name="mnist")
        + "<script src=models.js></script><script src=digit_reader.js></script>"
    )
    page = visit(path).page
    page.get_by_role("button").click()
    page.wait_for_selector("text=could not be loaded: mnist_weights.js")
    assert page.get_by_role("button").is_enabled()


def test_each_script_is_small_and_fetches_nothing_but_weights():
    for path in pack_weights.FOLDER.glob("*.js"):
        if "weights" not in path.name:
            text = path.read_text(encoding="utf-8")
            assert len(text.encode()) < 20_000
            assert "://" not in text and "fetch(" not in text


def test_weights_that_are_not_understood_are_refused():
    with pytest.raises(ValueError, match="4 arrays"):
        pack_weights.named([np.zeros(1)] * 4)
    with pytest.raises(ValueError, match="16 bits"):
        pack_weights.rounded({"kernel": np.array([1e6])})


def test_the_script_of_weights_is_of_the_size_that_was_planned():
    weights = text_weights(units=256)
    size = len(pack_weights.script("shakespeare", weights, vocabulary=VOCABULARY))
    assert size < 750_000
    assert json.loads(pack_weights.script("x", weights).split(" = ", 1)[1][:-2])
