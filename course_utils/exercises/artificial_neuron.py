"""Exercises of the chapter "The artificial neuron": answers and slips."""

from __future__ import annotations

import numpy as np

from course_utils import scratch

from .checking import Exercise, Mistake

Generator = np.random.Generator


def _layer_inputs(generator: Generator) -> tuple:
    sizes = [(5, 3), (3, 4), (4,)]
    return tuple(generator.normal(size=size) for size in sizes)


def _dense(x, kernel, bias, activation="sigmoid"):
    return scratch.Dense(len(bias), activation).set_weights([kernel, bias]).forward(x)


def _examples(generator: Generator) -> tuple:
    x, w = generator.normal(size=(12, 3)), generator.normal(size=3)
    y = generator.permutation([0.0, 1.0] * 6)
    return x, y, w, float(generator.normal())


def _perceptron(x, y, w, b, sign=1, with_bias=True, always=False, late=False):
    """Correct by the sign form of the rule: targets -1 and 1, no answer computed."""
    start = w, b
    for row, side in zip(x, 2 * y - 1, strict=True):
        judge_w, judge_b = start if late else (w, b)
        if always or side * (row @ judge_w + judge_b) < 0:
            w, b = w + sign * side * row, b + sign * side * with_bias
    return w, float(b)


EXERCISES = (
    Exercise(
        id="neuron.layer",
        task="a layer of sigmoid neurons, for a batch",
        ability="compute a layer of neurons",
        minutes=5,
        hint="Weighted sums first, `x @ kernel + bias`, then the sigmoid of each.",
        inputs=_layer_inputs,
        outputs=("a",),
        solution=_dense,
        mistakes=(
            Mistake(
                "The bias is missing.", lambda x, W, b: _dense(x, W, np.zeros_like(b))
            ),
            Mistake(
                "These are the weighted sums z. The activation is missing.",
                lambda x, W, b: _dense(x, W, b, "linear"),
            ),
            Mistake(
                "That is tanh; the sigmoid ends at 0 and 1.",
                lambda x, W, b: _dense(x, W, b, "tanh"),
            ),
            Mistake(
                "The sign in the exponent is the wrong way round: your sigmoid falls.",
                lambda x, W, b: _dense(x, -W, -b),
            ),
        ),
    ),
    Exercise(
        id="neuron.perceptron",
        task="one epoch of the perceptron's learning rule",
        ability="teach a neuron by the perceptron rule",
        minutes=10,
        hint="The answer is 1 if z > 0 and 0 otherwise; the error is target minus "
        "answer. The weights move by the error times the input, the bias by the error.",
        inputs=_examples,
        outputs=("w", "b"),
        solution=_perceptron,
        mistakes=(
            Mistake(
                "It learns the opposite: the error is target minus answer.",
                lambda *given: _perceptron(*given, sign=-1),
            ),
            Mistake(
                "The bias never moves. It is a weight whose input is always 1.",
                lambda *given: _perceptron(*given, with_bias=False),
            ),
            Mistake(
                "The weights move even when the answer is right. No error, no change.",
                lambda *given: _perceptron(*given, always=True),
            ),
            Mistake(
                "All examples are judged with the weights from before the epoch. Each "
                "one meets the weights that the last one left.",
                lambda *given: _perceptron(*given, late=True),
            ),
        ),
    ),
    Exercise(
        id="neuron.softmax",
        task="softmax of each row, for large scores too",
        ability="turn scores into probabilities safely",
        minutes=10,
        hint="Each row must add up to 1. Subtract each row's largest score before the "
        "exponential: it changes nothing but the overflow.",
        inputs=lambda generator: (
            generator.normal(size=(4, 3)) + generator.choice([-900.0, 0, 900], (4, 1)),
        ),
        outputs=("p",),
        solution=lambda z: np.exp(z - np.logaddexp.reduce(z, axis=1, keepdims=True)),
        mistakes=(
            Mistake(
                "The columns add up to 1, but the rows should: one row is one example.",
                lambda z: np.exp(z - np.logaddexp.reduce(z, axis=0, keepdims=True)),
            ),
            Mistake(
                "The whole array adds up to 1. Each row should, by itself.",
                lambda z: np.exp(z - np.logaddexp.reduce(z, axis=None)),
            ),
            Mistake(
                "Those are sigmoids: each score is looked at alone, and the rows do "
                "not add up to 1.",
                lambda z: np.exp(-np.logaddexp(0, -z)),
            ),
        ),
    ),
)
