"""Exercises of the chapter "Learning as optimization": answers and slips."""

from __future__ import annotations

import numpy as np

from .checking import Exercise, Mistake

Generator = np.random.Generator


def _receipts(generator: Generator) -> tuple:
    x = generator.uniform(1, 5, (8, 1))
    y = 2 * x + generator.normal(size=(8, 1))
    W, b = generator.normal(size=(1, 1)), generator.normal(size=1)
    return x, y, W, b, 0.05


def _line_loss(x, y, W, b):
    return np.mean((x @ W + b - y) ** 2)


def _step_by_difference(x, y, W, b, learning_rate, scale=1.0):
    # The loss is quadratic, so the difference over a whole unit is exact.
    by_W = (_line_loss(x, y, W + 1, b) - _line_loss(x, y, W - 1, b)) / 2
    by_b = (_line_loss(x, y, W, b + 1) - _line_loss(x, y, W, b - 1)) / 2
    return W - scale * learning_rate * by_W, b - scale * learning_rate * by_b


def _one_after_the_other(x, y, W, b, learning_rate):
    W_new = _step_by_difference(x, y, W, b, learning_rate)[0]
    return W_new, _step_by_difference(x, y, W_new, b, learning_rate)[1]


def _curvatures(x, bias=True, mean=True):
    design = np.hstack([x, np.ones_like(x)]) if bias else x
    scale = len(x) if mean else 1
    return np.linalg.svd(design, compute_uv=False) ** 2 * 2 / scale


EXERCISES = (
    Exercise(
        id="learning.step",
        task="one step of gradient descent for a line",
        ability="write the update of gradient descent",
        minutes=10,
        hint="Write the error of each receipt first, then the two mean slopes, then "
        "both updates from these slopes.",
        inputs=_receipts,
        outputs=("W", "b"),
        solution=_step_by_difference,
        mistakes=(
            Mistake(
                "You go uphill: the step is against the gradient.",
                lambda *given: _step_by_difference(*given, scale=-1),
            ),
            Mistake(
                "The slopes are n times too long. The loss is a mean over the n "
                "receipts, not a sum.",
                lambda *given: _step_by_difference(*given, scale=len(given[0])),
            ),
            Mistake(
                "The slopes are half as long as they should be. What does the square "
                "leave in front when you differentiate it?",
                lambda *given: _step_by_difference(*given, scale=0.5),
            ),
            Mistake(
                "b's slope was computed with the new W. Compute both slopes at the old "
                "place, then move.",
                _one_after_the_other,
            ),
        ),
    ),
    Exercise(
        id="learning.limit",
        task="the step size beyond which descent on a line's loss explodes",
        ability="compute the largest stable step size",
        minutes=15,
        hint="The Hessian of the mean squared error in (w, b) is 2/n times a 2 by 2 "
        "matrix of sums. Its largest eigenvalue sets the limit.",
        inputs=lambda generator: (generator.uniform(1, 5, (12, 1)),),
        outputs=("limit",),
        solution=lambda x: 2 / _curvatures(x).max(),
        mistakes=(
            Mistake(
                "At 1 over the curvature the walker lands at the bottom in one step. "
                "She may step farther than that before it explodes.",
                lambda x: 1 / _curvatures(x).max(),
            ),
            Mistake(
                "That is the limit of the flattest direction. The steepest one breaks "
                "first.",
                lambda x: 2 / _curvatures(x).min(),
            ),
            Mistake(
                "The intercept is missing: b has a curvature too, and it goes together "
                "with that of w.",
                lambda x: 2 / _curvatures(x, bias=False).max(),
            ),
            Mistake(
                "The loss is a mean: divide the sums in the Hessian by n.",
                lambda x: 2 / _curvatures(x, mean=False).max(),
            ),
        ),
    ),
)
