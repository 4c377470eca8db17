"""The scripts of the widgets compute what course_utils.scratch computes."""

import numpy as np
import pytest

from course_utils import scratch, widgets


@pytest.fixture
def opened(visit, tmp_path):
    """Open a page that holds nothing but one widget."""

    def open_widget(name, width=760, change=("", "")):
        html = widgets._html(name).replace(*change)
        path = tmp_path / f"{name}.html"
        path.write_text(f'<!doctype html><html lang="en">{html}</html>', "utf-8")
        found = visit(path, width=width)
        assert found.errors == []
        return found.page

    return open_widget


def by_hand(slope, start, rate, momentum, steps):
    """Descend with the optimizer of the package."""
    optimizer = scratch.Momentum(learning_rate=rate, momentum=momentum)
    weights = {"w": np.array(start, dtype=float)}
    places = [weights["w"].copy()]
    for _ in range(steps):
        optimizer.step(weights, {"w": slope(weights["w"])})
        places.append(weights["w"].copy())
    return np.array(places)


def numeric_slope(page, name, place, step=1e-6):
    code = "([name, place]) => courseWidgets.gradientDescent.losses[name].height(place)"
    slope = []
    for n in range(len(place)):
        moved = np.array([place, place], dtype=float)
        moved[0, n] += step
        moved[1, n] -= step
        up, down = (page.evaluate(code, [name, list(p)]) for p in moved)
        slope.append((up - down) / (2 * step))
    return np.array(slope)


STARTS = {"hill": [0.73], "land": [-0.31, 2.2], "ravine": [-2.1, 1.3]}


@pytest.mark.parametrize("name", STARTS)
@pytest.mark.parametrize("momentum", [0.0, 0.85])
def test_the_walk_is_that_of_the_optimizer(opened, name, momentum):
    page = opened("gradient-descent")
    code = "a => courseWidgets.gradientDescent.path(...a)"
    walk = np.array(page.evaluate(code, [name, STARTS[name], 0.07, momentum, 6]))
    want = by_hand(
        lambda w: numeric_slope(page, name, w), STARTS[name], 0.07, momentum, 6
    )
    assert walk.shape == want.shape
    assert np.abs(walk - want).max() < 1e-7


def test_the_hill_is_that_of_the_chapter(opened):
    page = opened("gradient-descent")
    code = "w => courseWidgets.gradientDescent.losses.hill.height([w])"
    for w in (-2.3, 0.4, 1.7):
        assert np.isclose(page.evaluate(code, w), (w**2 - 4) ** 2 / 8 + 0.35 * w + 1)


def network(page, radius, strength, activation, **options):
    """Build the widget's network from the numbers that the widget shows."""
    made = page.evaluate(
        """() => {
            const { kernel, kernelRadius, inputKernel, inputs } =
                courseWidgets.fadingGradient;
            return { kernel, kernelRadius, inputKernel, inputs };
        }"""
    )
    kernel = np.array(made["kernel"])
    assert np.isclose(np.abs(np.linalg.eigvals(kernel)).max(), made["kernelRadius"])
    W = strength * np.array([made["inputKernel"]])
    layer = scratch.SimpleRNN(8, activation=activation, **options)
    layer.set_weights([W, kernel * radius / made["kernelRadius"], np.zeros(8)])
    return layer, np.array(made["inputs"]).reshape(1, -1, 1)


@pytest.mark.parametrize("activation", ["tanh", "linear"])
@pytest.mark.parametrize("radius", [0.5, 1.0, 1.7])
def test_the_gradient_fades_as_in_scratch(opened, activation, radius):
    page = opened("fading-gradient")
    setting = [radius, 0.6, activation]
    found = page.evaluate("a => courseWidgets.fadingGradient.lengths(...a)", setting)
    states = page.evaluate("a => courseWidgets.fadingGradient.states(...a)", setting)
    layer, x = network(page, *setting, return_sequences=True)
    h = layer.forward(x)
    assert np.allclose(states, h[0], rtol=1e-7)
    for back in (1, 7, 20, x.shape[1] - 1):
        layer.forward(x[:, -back:], initial_state=h[:, -back - 1])
        gradient = np.zeros((1, back, 8))
        gradient[:, -1] = 1 / np.sqrt(8)
        layer.backward(gradient)
        length = np.linalg.norm(layer.initial_state_gradient)
        assert np.isclose(found[back], length, rtol=1e-7)


INPUTS = [0.31, -1.2, 0.77, 1.9, -0.4, 0.0, -1.75, 0.6]


def gates(names, generator):
    keys = ("kernel", "recurrent", "bias")
    return {
        name: dict(zip(keys, generator.normal(size=3).tolist(), strict=True))
        for name in names
    }


def column(gates, names, key):
    return np.array([gates[name][key] for name in names])


@pytest.mark.parametrize("seed", range(3))
def test_the_lstm_unit_is_that_of_scratch(opened, seed):
    page = opened("lstm-cell")
    set_to = gates("fiog", np.random.default_rng(seed))
    code = "a => courseWidgets.recurrentCell.lstm(...a)"
    found = page.evaluate(code, [INPUTS, set_to])
    layer = scratch.LSTM(1, return_sequences=True)
    rows = [column(set_to, "ifgo", key) for key in ("kernel", "recurrent", "bias")]
    layer.set_weights([rows[0][None], rows[1][None], rows[2]])
    h = layer.forward(np.array(INPUTS).reshape(1, -1, 1))
    assert np.allclose([step["h"] for step in found], h[0, :, 0], atol=1e-9)
    assert np.isclose(found[-1]["c"], layer.final_state[1][0, 0], atol=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_the_gru_unit_is_that_of_scratch(opened, seed):
    page = opened("gru-cell")
    set_to = gates("zrg", np.random.default_rng(seed))
    code = "a => courseWidgets.recurrentCell.gru(...a)"
    found = page.evaluate(code, [INPUTS, set_to])
    layer = scratch.GRU(1, return_sequences=True, reset_after=True)
    rows = [column(set_to, "zrg", key) for key in ("kernel", "recurrent", "bias")]
    bias = np.stack([rows[2], np.zeros(3)])
    layer.set_weights([rows[0][None], rows[1][None], bias])
    h = layer.forward(np.array(INPUTS).reshape(1, -1, 1))
    assert np.allclose([step["h"] for step in found], h[0, :, 0], atol=1e-9)


PLANTED = {
    "gradient-descent": ("momentum * v - rate", "momentum * v + rate"),
    "fading-gradient": ("1 - h[t][j] ** 2", "1 - h[t][j]"),
    "lstm-cell": ("f * before + i * g", "i * before + f * g"),
    "gru-cell": ("z * before + (1 - z) * g", "(1 - z) * before + z * g"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_would_be_seen(opened, name):
    assert PLANTED[name][0] in widgets._html(name)
    checks = {
        "gradient-descent": lambda page: test_the_walk_is_that_of_the_optimizer(
            page, "land", 0.85
        ),
        "fading-gradient": lambda page: test_the_gradient_fades_as_in_scratch(
            page, "tanh", 1.0
        ),
        "lstm-cell": lambda page: test_the_lstm_unit_is_that_of_scratch(page, 0),
        "gru-cell": lambda page: test_the_gru_unit_is_that_of_scratch(page, 0),
    }
    with pytest.raises(AssertionError):
        checks[name](lambda widget: opened(widget, change=PLANTED[name]))


@pytest.mark.parametrize("width", [360, 760])
@pytest.mark.parametrize("name", widgets.names())
def test_a_widget_fits_and_names_all_it_has(opened, name, width):
    page = opened(name, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(
        """() => [...document.querySelectorAll("input, select")].every(
            (control) => control.labels.length === 1)"""
    )
    labels = page.eval_on_selector_all(
        "svg[role=img]", "all => all.map(one => one.getAttribute('aria-label'))"
    )
    assert labels and all(len(label) > 40 for label in labels)
    assert not page.is_visible(".cw-static")


def test_the_keyboard_alone_moves_the_skier(opened):
    page = opened("gradient-descent")
    page.focus("#widget-gradient-descent-steps")
    before = page.inner_text(".cw-says")
    page.keyboard.press("ArrowRight")
    assert before.startswith("After 8 steps")
    assert page.inner_text(".cw-says").startswith("After 9 steps")
    page.focus("text=One step")
    page.keyboard.press("Enter")
    assert page.inner_text(".cw-says").startswith("After 10 steps")


def test_each_choice_of_a_widget_draws_without_an_error(opened):
    for name in widgets.names():
        page = opened(name)
        errors = []
        page.on("pageerror", lambda error, errors=errors: errors.append(str(error)))
        for option in page.eval_on_selector_all(
            "option", "all => all.map(one => one.value)"
        ):
            page.select_option("select", option)
            for control in page.query_selector_all("input"):
                for end in ("max", "min"):
                    control.evaluate(
                        """(input, end) => {
                            input.value = input[end];
                            input.dispatchEvent(new Event("input"));
                        }""",
                        end,
                    )
            assert len(page.inner_text(".cw-says")) > 20
            assert "NaN" not in page.inner_html("body")
        assert errors == []
