"""Exercises of the chapter "Which cell?": answers and slips."""

from __future__ import annotations

import itertools

import numpy as np

from course_utils import evaluation, scratch

from .checking import Exercise, Mistake

Generator = np.random.Generator


def _sizes(generator: Generator) -> list[tuple]:
    draws = [(1, 4)]
    draws += [tuple(map(int, generator.integers(2, 40, 2))) for _ in range(3)]
    return [
        (features, units, int(generator.integers(3, 7))) for features, units in draws
    ]


def _built(layer, features: int) -> int:
    layer.build(features)
    return sum(array.size for array in layer.parameters.values())


def _counts(features, units, size):
    """Build the layers, and count what is in them."""
    layers = (
        scratch.SimpleRNN(units),
        scratch.LSTM(units),
        scratch.GRU(units),
        scratch.Conv1D(units, size),
    )
    return tuple(_built(layer, features) for layer in layers)


def _faulty_counts(features, units, size, slip):
    d, n = features, units
    block = n * (d + n + 1)
    simple, lstm = block, 4 * block
    gru, conv = 3 * n * (d + n + 2), n * (size * d + 1)
    if slip == "no bias":
        simple, lstm, gru, conv = n * (d + n), 4 * n * (d + n), 3 * n * (d + n), 0
        conv = n * size * d
    if slip == "one row":
        gru = 3 * block
    if slip == "no state":
        simple, lstm, gru = n * (d + 1), 4 * n * (d + 1), 3 * n * (d + 2)
    if slip == "swapped":
        lstm, gru = gru, lstm
    if slip == "three":
        lstm = 3 * block
    if slip == "one feature":
        conv = n * (size + 1)
    if slip == "recurrent":
        conv = n * (size * d + n + 1)
    return simple, lstm, gru, conv


def _budgets(generator: Generator) -> list[tuple]:
    # Budgets that four units of a cell use up, and one too small for two of the cells.
    cases = [(1, 24), (1, 96), (1, 84), (1, 5)]
    features, budgets = generator.integers(1, 12, 4), generator.integers(900, 5000, 4)
    return cases + list(zip(features.tolist(), budgets.tolist(), strict=True))


def _largest(blocks: int, rows: int, features: int, budget: int) -> int:
    """Try one number of units after the other."""
    for units in itertools.count(1):
        if blocks * units * (features + units + rows) > budget:
            return units - 1
    raise AssertionError


def _fit(features, budget, gru_rows=2, lstm=4, gru=3):
    return (
        _largest(1, 1, features, budget),
        _largest(lstm, 1, features, budget),
        _largest(gru, gru_rows, features, budget),
    )


def _above(features, budget):
    return tuple(units + 1 for units in _fit(features, budget))


def _shared(features, budget):
    """Divide the units of a SimpleRNN by the number of blocks."""
    units = _fit(features, budget)[0]
    return units, units // 4, units // 3


def _squares(features, budget):
    return tuple(int(np.sqrt(budget / blocks)) for blocks in (1, 4, 3))


def _scores(generator: Generator) -> list[tuple]:
    """Draw errors of two models over the same seeds, sure and unsure differences."""
    differences = [
        shift + generator.normal(0, 0.15, 5) for shift in (-1.0, 1.0, 0.02)
    ]  # b minus a: a loss, a gain, and nothing sure
    # All of one sign, their mean larger than their spread, and yet not decided.
    for sign in (-1, 1):
        unsure = generator.permutation([1, 1, 1, 1, 4.3]) * generator.uniform(1, 3)
        differences.append(sign * unsure)
        differences.append(sign * 0.1 + generator.normal(0, 0.01, 5))  # small, but sure
    found = []
    for difference in differences:
        luck = generator.normal(50, 3, 5)  # hard and easy seeds, for both
        found.append((luck, luck + difference))
    found.append((luck, luck.copy()))  # no difference at all
    return found


def _verdict(errors_a, errors_b):
    span = evaluation.interval(np.asarray(errors_a) - np.asarray(errors_b))
    sign = 0 if span.low <= 0 <= span.high else int(np.sign(-span.mean))
    return span.low, span.high, sign


def _apart(a, b):
    """Treat the seeds of the two models as if they had nothing in common."""
    spread = np.sqrt((np.var(a, ddof=1) + np.var(b, ddof=1)) / len(a))
    half = 2.776445105197793 * spread  # t of 4 degrees of freedom
    mean = np.mean(a) - np.mean(b)
    return mean - half, mean + half, 0 if abs(mean) <= half else int(np.sign(-mean))


def _with_half(a, b, factor):
    change = np.asarray(a) - np.asarray(b)
    half, mean = factor(change), change.mean()
    return mean - half, mean + half, 0 if abs(mean) <= half else int(np.sign(-mean))


def _stack_inputs(generator: Generator) -> list[tuple]:
    second = (3, 2) if generator.random() < 0.5 else (2, 3)
    return [
        _stack(generator, 9, (3, 3, 3), (1, 2, 4)),
        _stack(generator, 12, (4, 2), second),
    ]


def _stack(generator, steps, sizes, dilations) -> tuple:
    first = features = int(generator.integers(1, 4))
    weights = []
    for size in sizes:
        filters = int(generator.integers(3, 6))
        kernel = generator.normal(size=(size, features, filters))
        weights.append((kernel, generator.normal(size=filters)))
        features = filters
    batch = int(generator.integers(2, 5))
    return generator.normal(size=(batch, steps, first)), weights, dilations


def _live(x, weights, dilations, activation="relu", turned=False, order=None):
    for (kernel, bias), dilation in zip(weights, order or dilations, strict=True):
        layer = scratch.Conv1D(
            len(bias),
            len(kernel),
            padding="causal",
            dilation_rate=dilation,
            activation=activation,
            dtype="float64",
        )
        kernel = kernel[::-1] if turned else kernel
        x = layer.set_weights([kernel, bias]).forward(x)
    return x


def _undilated(x, weights, dilations):
    return _live(x, weights, dilations, order=[1] * len(dilations))


def _no_queue(x, weights, dilations):
    """Each step with nothing but zeros before it."""
    steps = [_live(x[:, [t]], weights, dilations) for t in range(x.shape[1])]
    return np.concatenate(steps, axis=1)


def _late(x, weights, dilations):
    """Put the newest value into the queue only after the step."""
    for (kernel, bias), dilation in zip(weights, dilations, strict=True):
        late = np.concatenate([np.zeros_like(x[:, :1]), x[:, :-1]], axis=1)
        x = _live(late, [(kernel, bias)], [dilation])
    return x


def _short_queue(x, weights, dilations):
    """Queues of one dilation, as if the kernel had two taps."""
    cut = []
    for kernel, bias in weights:
        kernel = kernel.copy()
        kernel[:-2] = 0
        cut.append((kernel, bias))
    return _live(x, cut, dilations)


EXERCISES = (
    Exercise(
        id="choosing.weights",
        task="the weights of a SimpleRNN, an LSTM, a GRU and a Conv1D",
        ability="count what each layer costs",
        minutes=5,
        hint="Each block of a cell reads the input and the state and has a bias. How "
        "many blocks has each cell? A convolution has one kernel for each filter.",
        inputs=_sizes,
        outputs=("simple_rnn", "lstm", "gru", "conv1d"),
        solution=_counts,
        mistakes=(
            Mistake(
                "The biases are missing.",
                lambda *given: _faulty_counts(*given, slip="no bias"),
            ),
            Mistake(
                "Keras' GRU resets after the product, and has two rows of biases.",
                lambda *given: _faulty_counts(*given, slip="one row"),
            ),
            Mistake(
                "The cells read their own state, too: the recurrent kernel is missing.",
                lambda *given: _faulty_counts(*given, slip="no state"),
            ),
            Mistake(
                "An LSTM has three gates *and* a candidate.",
                lambda *given: _faulty_counts(*given, slip="three"),
            ),
            Mistake(
                "A window of the convolution covers all features.",
                lambda *given: _faulty_counts(*given, slip="one feature"),
            ),
            Mistake(
                "A convolution has no recurrent kernel.",
                lambda *given: _faulty_counts(*given, slip="recurrent"),
            ),
            Mistake(
                "LSTM and GRU are swapped.",
                lambda *given: _faulty_counts(*given, slip="swapped"),
            ),
        ),
    ),
    Exercise(
        id="choosing.budget",
        task="the most units that stay within a budget of weights",
        ability="set up a comparison at equal weights",
        minutes=10,
        hint="Write the weights as a function of the units, and go up until the next "
        "one is too many.",
        inputs=_budgets,
        outputs=("simple_rnn", "lstm", "gru"),
        solution=_fit,
        mistakes=(
            Mistake(
                "One more unit than the budget allows: stop before it is passed.",
                _above,
            ),
            Mistake(
                "The weights grow with the square of the units, so a quarter of the "
                "units is a sixteenth of the weights.",
                _shared,
            ),
            Mistake(
                "You counted the recurrent kernels only: the input and the biases take "
                "a part of the budget.",
                _squares,
            ),
            Mistake(
                "Keras' GRU has two rows of biases.",
                lambda features, budget: _fit(features, budget, gru_rows=1),
            ),
            Mistake(
                "LSTM and GRU are swapped: four blocks, and three.",
                lambda features, budget: (
                    _fit(features, budget)[0],
                    *_fit(features, budget)[:0:-1],
                ),
            ),
            Mistake(
                "A budget may be used up to its last weight: equal is within.",
                lambda features, budget: _fit(features, budget - 1),
            ),
        ),
    ),
    Exercise(
        id="choosing.verdict",
        task="interval of a difference over the same seeds, and the verdict",
        ability="decide from intervals what five seeds show",
        minutes=15,
        hint="Subtract first, seed by seed; then take the interval of the differences. "
        "If 0 is in it, nothing is decided.",
        inputs=_scores,
        outputs=("low", "high", "verdict"),
        solution=_verdict,
        mistakes=(
            Mistake(
                "You compared the two means as if the seeds had nothing in common. "
                "The same seed gives both models the same data: subtract first.",
                _apart,
            ),
            Mistake(
                "The verdict has the wrong sign: these are errors, lower is better.",
                lambda a, b: (*_verdict(a, b)[:2], -_verdict(a, b)[2]),
            ),
            Mistake(
                "It is a minus b, not b minus a.",
                lambda a, b: (*_verdict(b, a)[:2], _verdict(a, b)[2]),
            ),
            Mistake(
                "A mean below 0 is no verdict: if the interval holds 0, answer 0.",
                lambda a, b: (
                    *_verdict(a, b)[:2],
                    int(np.sign(np.mean(b) - np.mean(a))),
                ),
            ),
            Mistake(
                "With five seeds, 1.96 is too small: use Student's t.",
                lambda a, b: _with_half(
                    a, b, lambda v: 1.959963984540054 * v.std(ddof=1) / len(v) ** 0.5
                ),
            ),
            Mistake(
                "That is where single runs lie, not where the mean lies: divide by the "
                "root of the number of seeds.",
                lambda a, b: _with_half(
                    a, b, lambda v: 2.776445105197793 * v.std(ddof=1)
                ),
            ),
            Mistake(
                "The spread of a sample is divided by n - 1, not by n.",
                lambda a, b: _with_half(
                    a, b, lambda v: 2.776445105197793 * v.std() / len(v) ** 0.5
                ),
            ),
        ),
    ),
    Exercise(
        id="choosing.live",
        task="a stack of causal convolutions, one step at a time",
        ability="say what a network without a state has to carry",
        minutes=30,
        hint="Keep for each layer its last (size - 1) * dilation inputs, zeros at "
        "first. At a step put the new input behind them, take every dilation-th, and "
        "pass the result on as the input of the next layer.",
        inputs=_stack_inputs,
        outputs=("outputs",),
        solution=_live,
        mistakes=(
            Mistake(
                "Nothing is remembered: the queues start from zeros at each step.",
                _no_queue,
            ),
            Mistake(
                "Dilation skips inputs: the taps are not neighbours.",
                _undilated,
            ),
            Mistake(
                "The last tap belongs to the newest input; yours is turned round.",
                lambda *given: _live(*given, turned=True),
            ),
            Mistake(
                "The newest input has to be in the window of its own step.",
                _late,
            ),
            Mistake(
                "Each layer ends in a ReLU.",
                lambda *given: _live(*given, activation="linear"),
            ),
            Mistake(
                "Your queues are too short: the first tap reaches back "
                "(size - 1) * dilation inputs.",
                _short_queue,
            ),
        ),
    ),
)
