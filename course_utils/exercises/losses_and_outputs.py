"""Exercises of the chapter "Losses and output layers": answers and slips."""

from __future__ import annotations

import numpy as np

from course_utils import scratch

from .checking import Exercise, Mistake

Generator = np.random.Generator


def _logits(generator: Generator) -> tuple:
    z = generator.normal(size=(6, 3)) * 3
    return z, np.eye(3)[generator.integers(0, 3, 6)]


def _cross_entropy_gradient(z, y):
    return scratch.softmax(z) - y


def _squared_error_gradient(z, y):
    a = scratch.softmax(z)
    return scratch.softmax_backward(a, 2 * (a - y) / y.size)


def _binary(generator: Generator) -> tuple:
    z = generator.normal(size=6) * generator.choice([1.0, 300.0], 6)
    return z, generator.integers(0, 2, 6).astype(float)


def _binary_loss(z, y):
    return float(np.mean(np.logaddexp(0, z) - y * z))


EXERCISES = (
    Exercise(
        id="losses.gradient",
        task="the gradient of softmax with cross-entropy by the scores",
        ability="derive the gradient of a matched loss",
        minutes=10,
        hint="For one row it is a - y, with a = softmax(z). The loss is a mean over "
        "the rows.",
        inputs=_logits,
        outputs=("dz",),
        solution=lambda z, y: _cross_entropy_gradient(z, y) / len(y),
        mistakes=(
            Mistake(
                "Right for one row. The loss is the mean over the batch, so each row "
                "counts one n-th.",
                _cross_entropy_gradient,
            ),
            Mistake(
                "The sign is turned: raising the score of the right class must lower "
                "the loss.",
                lambda z, y: -_cross_entropy_gradient(z, y) / len(y),
            ),
            Mistake(
                "That is the gradient of the squared error on a softmax. With "
                "cross-entropy the awkward factors cancel.",
                _squared_error_gradient,
            ),
            Mistake(
                "You divided by the number of all elements. Categorical cross-entropy "
                "is one number a row.",
                lambda z, y: _cross_entropy_gradient(z, y) / y.size,
            ),
        ),
    ),
    Exercise(
        id="losses.from_logits",
        task="binary cross-entropy from logits, without overflow",
        ability="compute a loss safely from logits",
        minutes=15,
        hint="Write -log(sigmoid(z)) as log(1 + exp(-z)), and look for a form in which "
        "no exponential of a large positive number occurs (np.logaddexp helps).",
        inputs=_binary,
        outputs=("loss",),
        solution=_binary_loss,
        mistakes=(
            Mistake(
                "That is the sum; the loss is the mean over the examples.",
                lambda z, y: _binary_loss(z, y) * len(y),
            ),
            Mistake(
                "The targets are swapped: yours rewards a large z where y is 0.",
                lambda z, y: _binary_loss(z, 1 - y),
            ),
            Mistake(
                "Only the examples with y = 1 count in yours; those with y = 0 have "
                "their own term.",
                lambda z, y: float(np.mean(y * np.logaddexp(0, -z))),
            ),
            Mistake(
                "That is in bits: use the natural logarithm.",
                lambda z, y: _binary_loss(z, y) / np.log(2),
            ),
        ),
    ),
)
