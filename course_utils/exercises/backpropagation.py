"""Exercises of the chapter "Backpropagation": answers and slips."""

from __future__ import annotations

import numpy as np

from course_utils import scratch

from .checking import Exercise, Mistake

Generator = np.random.Generator


def _two_layers(generator: Generator) -> tuple:
    x = generator.normal(size=(6, 4))
    y = generator.integers(0, 2, (6, 2)).astype(float)
    sizes = [(4, 3), (3,), (3, 2), (2,)]
    return (x, y, *(generator.normal(size=size) for size in sizes))


def _gradients(x, y, W1, b1, W2, b2, slope="output", sign=1.0, scale=1.0):
    """Differentiate by central differences, or with a planted slip in the slope."""

    def loss(W1, b1, W2, b2):
        logits = scratch.sigmoid(x @ W1 + b1) @ W2 + b2
        return np.mean(np.logaddexp(0, logits) - y * logits)

    weights = [W1, b1, W2, b2]
    if slope == "output":
        found = [_difference(loss, weights, place) for place in range(4)]
    else:
        a1 = scratch.sigmoid(x @ W1 + b1)
        delta2 = (scratch.sigmoid(a1 @ W2 + b2) - y) / y.size
        factor = {"none": 1.0, "of the output": scratch.sigmoid(a1) * (1 - a1)}[slope]
        delta1 = delta2 @ W2.T * factor
        found = [x.T @ delta1, delta1.sum(axis=0), a1.T @ delta2, delta2.sum(axis=0)]
    return tuple(sign * scale * array for array in found)


def _difference(loss, weights, place, step=1e-5):
    """Central differences of a loss by one of its arguments."""
    found = np.zeros_like(weights[place])
    for index in np.ndindex(found.shape):
        moved = [[array.copy() for array in weights] for _ in range(2)]
        moved[0][place][index] += step
        moved[1][place][index] -= step
        found[index] = (loss(*moved[0]) - loss(*moved[1])) / (2 * step)
    return found


def _cubic_sum(x):
    return float(np.sum(x**3))


def _cubic(generator: Generator) -> tuple:
    return _cubic_sum, generator.normal(size=4), 0.1


EXERCISES = (
    Exercise(
        id="backpropagation.gradients",
        task="all gradients of a network with one hidden layer",
        ability="write backpropagation from memory",
        minutes=20,
        hint="Forward with both activations kept; delta of the output, a - y over the "
        "number of outputs; delta of the hidden layer; then one product and one sum "
        "for each layer.",
        inputs=_two_layers,
        outputs=("W1_gradient", "b1_gradient", "W2_gradient", "b2_gradient"),
        solution=_gradients,
        mistakes=(
            Mistake(
                "The last layer is right. In the hidden layer the slope of the "
                "activation is missing: blame passes through the sigmoid, too.",
                lambda *given: _gradients(*given, slope="none"),
            ),
            Mistake(
                "The slope of a sigmoid is a (1 - a), with a the activation itself; "
                "you put a through the sigmoid once more.",
                lambda *given: _gradients(*given, slope="of the output"),
            ),
            Mistake(
                "Every gradient has the wrong sign: the delta of the output is "
                "answer minus target.",
                lambda *given: _gradients(*given, sign=-1),
            ),
            Mistake(
                "You forgot to divide: the loss is a mean over all outputs of the "
                "batch.",
                lambda *given: _gradients(*given, scale=given[1].size),
            ),
            Mistake(
                "You divided by the number of examples. The binary cross-entropy is a "
                "mean over every output of every example.",
                lambda *given: _gradients(*given, scale=given[1].shape[1]),
            ),
        ),
        tolerance=1e-7,
    ),
    Exercise(
        id="backpropagation.difference",
        task="a gradient by central differences",
        ability="check a gradient without believing it",
        minutes=10,
        hint="One coordinate at a time: a little forward, a little back, the "
        "difference over the distance between the two.",
        inputs=_cubic,
        outputs=("gradient",),
        # For a sum of cubes a central difference is off by exactly the step squared.
        solution=lambda function, point, step: 3 * point**2 + step**2,
        mistakes=(
            Mistake(
                "You looked only forward. Looking both ways makes the error "
                "quadratically smaller.",
                lambda function, point, step: 3 * point**2 + 3 * point * step + step**2,
            ),
            Mistake(
                "Twice too large: from one step back to one step forward it is two "
                "steps.",
                lambda function, point, step: 2 * (3 * point**2 + step**2),
            ),
            Mistake(
                "You moved all coordinates at once. Each has a slope of its own.",
                lambda function, point, step: np.full(
                    len(point), np.sum(3 * point**2 + step**2)
                ),
            ),
        ),
    ),
)
