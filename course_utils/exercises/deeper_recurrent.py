"""Exercises of the chapter "Deeper and longer": answers and slips."""

from __future__ import annotations

import numpy as np

from course_utils import scratch

from .checking import Exercise, Mistake

Generator = np.random.Generator


def _padded(generator: Generator) -> tuple:
    x, lengths = (
        generator.normal(size=(5, 7, 2)),
        generator.permutation([2, 3, 4, 5, 6]),
    )
    weights = [generator.normal(size=size) for size in [(2, 3), (3, 3), (3,)]]
    for row, length in zip(x, lengths, strict=True):
        row[length:] = 0.0
    return x, lengths, *weights


def _last_states(x, lengths, W, U, b, shift=0, masked=True):
    layer = scratch.SimpleRNN(len(b)).set_weights([W, U, b])
    if not masked:
        return layer.forward(x)
    rows = [
        layer.forward(row[None, : length + shift])[0]
        for row, length in zip(x, lengths, strict=True)
    ]
    return np.stack(rows)


def _both_ways(generator: Generator) -> tuple:
    return tuple(generator.normal(size=(4, 6, 3)) for _ in range(2))


def _joined(forwards, backwards):
    steps = range(forwards.shape[1])
    rows = [np.hstack([forwards[:, t], backwards[:, -1 - t]]) for t in steps]
    return np.stack(rows, axis=1)


def _rows(generator: Generator) -> tuple:
    x = generator.normal(size=(6, 4)) * 3 + 1
    return x, generator.normal(size=4), generator.normal(size=4), 1e-3


def _normalized(x, gamma, beta, epsilon):
    layer = scratch.LayerNormalization(epsilon=epsilon).set_weights([gamma, beta])
    return layer.forward(x)


def _other_normalized(x, gamma, beta, epsilon, axis=1, kind="variance"):
    mean, variance = x.mean(axis, keepdims=True), x.var(axis, keepdims=True)
    below = {
        "variance": np.sqrt(variance + epsilon),
        "spread": np.sqrt(variance) + epsilon,
        "no root": variance + epsilon,
    }[kind]
    return (x - mean) / below * gamma + beta


EXERCISES = (
    Exercise(
        id="deeper.masking",
        task="the last real state of padded sequences",
        ability="keep padding out of a state",
        minutes=15,
        hint="Where a sequence has ended, its state stays what it was: at step t only "
        "the rows with t < length change.",
        inputs=_padded,
        outputs=("h",),
        solution=_last_states,
        mistakes=(
            Mistake(
                "The padding was read like input: the state after it is not the state "
                "after the sequence.",
                lambda *given: _last_states(*given, masked=False),
            ),
            Mistake(
                "One step of padding was read as well: the steps count from 0, so a "
                "sequence of length n ends at step n - 1.",
                lambda *given: _last_states(*given, shift=1),
            ),
            Mistake(
                "The last real step of each sequence was left out.",
                lambda *given: _last_states(*given, shift=-1),
            ),
        ),
    ),
    Exercise(
        id="deeper.bidirectional",
        task="the outputs of two readers, side by side at each time step",
        ability="join two directions",
        minutes=5,
        hint="What the backward reader says first belongs to the last time step.",
        inputs=_both_ways,
        outputs=("output",),
        solution=_joined,
        mistakes=(
            Mistake(
                "The backward reader's outputs are still in the order of its reading. "
                "Turn them around, so that both speak of the same step.",
                lambda forwards, backwards: np.concatenate(
                    [forwards, backwards], axis=2
                ),
            ),
            Mistake(
                "You turned the units around, not the steps.",
                lambda forwards, backwards: np.concatenate(
                    [forwards, backwards[:, :, ::-1]], axis=2
                ),
            ),
            Mistake(
                "The two stand side by side; you added them.",
                lambda forwards, backwards: forwards + backwards[:, ::-1],
            ),
        ),
    ),
    Exercise(
        id="deeper.layer_normalization",
        task="layer normalization of a batch",
        ability="say over which axis a layer is normalized",
        minutes=10,
        hint="Mean and variance of each row by itself; epsilon under the root; then "
        "gamma and beta.",
        inputs=_rows,
        outputs=("output",),
        solution=_normalized,
        mistakes=(
            Mistake(
                "That is normalized over the batch. A row must not depend on the other "
                "rows.",
                lambda *given: _other_normalized(*given, axis=0),
            ),
            Mistake(
                "Epsilon belongs under the root, to the variance.",
                lambda *given: _other_normalized(*given, kind="spread"),
            ),
            Mistake(
                "You divided by the variance. Its root has the unit of x.",
                lambda *given: _other_normalized(*given, kind="no root"),
            ),
        ),
        tolerance=1e-7,
    ),
)
