"""Exercises of the chapter "Convolutions": answers and slips."""

from __future__ import annotations

import numpy as np

from course_utils import scratch

from .checking import Exercise, Mistake

Generator = np.random.Generator


def _sequences(generator: Generator) -> tuple:
    sizes = [(4, 9, 2), (3, 2, 5), (5,)]
    return tuple(generator.normal(size=size) for size in sizes)


def _slid(x, kernel, bias, padding="valid"):
    layer = scratch.Conv1D(kernel.shape[2], kernel.shape[0], padding=padding)
    return layer.set_weights([kernel, bias]).forward(x)


def _padded_behind(x, kernel, bias):
    more = np.zeros((len(x), len(kernel) - 1, x.shape[2]))
    return _slid(np.concatenate([x, more], axis=1), kernel, bias)


def _stack(generator: Generator) -> tuple:
    sizes = generator.integers(2, 6, 3).tolist()
    return sizes, generator.choice([2, 3, 4, 8], 3).tolist()


def _field(sizes, dilations):
    """Send a one back through the layers and count where it arrives."""
    reached = {0}
    for size, dilation in zip(sizes, dilations, strict=True):
        reached = {start + tap * dilation for start in reached for tap in range(size)}
    return max(reached) + 1


EXERCISES = (
    Exercise(
        id="convolutions.valid",
        task="a convolution over time, without padding",
        ability="write Conv1D from memory",
        minutes=15,
        hint="For each place: the window (size, features) times the kernel (size, "
        "features, filters), summed over size and features, plus the bias.",
        inputs=_sequences,
        outputs=("output",),
        solution=_slid,
        mistakes=(
            Mistake(
                "The kernel is turned round. In networks it is laid on as it is.",
                lambda x, kernel, bias: _slid(x, kernel[::-1].copy(), bias),
            ),
            Mistake(
                "The bias is missing.",
                lambda x, kernel, bias: _slid(x, kernel, 0 * bias),
            ),
            Mistake(
                "The last window is missing: there are steps - size + 1 of them.",
                lambda *given: _slid(*given)[:, :-1],
            ),
            Mistake(
                "You padded with zeros; here a window must lie inside the sequence.",
                lambda *given: _slid(*given, padding="same"),
            ),
        ),
    ),
    Exercise(
        id="convolutions.causal",
        task="a convolution that never looks ahead",
        ability="keep the future out of a convolution",
        minutes=10,
        hint="The output at step t ends its window at t. What is missing before the "
        "first step is filled with zeros.",
        inputs=_sequences,
        outputs=("output",),
        solution=lambda *given: _slid(*given, padding="causal"),
        mistakes=(
            Mistake(
                'That is "same": half of the window lies in the future.',
                lambda *given: _slid(*given, padding="same"),
            ),
            Mistake(
                "The zeros stand behind the sequence, so each output sees only the "
                "future.",
                _padded_behind,
            ),
            Mistake(
                "As many outputs as steps, please: fill up before the first step.",
                _slid,
            ),
        ),
    ),
    Exercise(
        id="convolutions.field",
        task="how many steps one output of a stack can see",
        ability="compute a receptive field",
        minutes=5,
        hint="One layer of size k and dilation d adds (k - 1) d steps to what its "
        "input already sees; a single step sees itself.",
        inputs=_stack,
        outputs=("steps",),
        solution=_field,
        mistakes=(
            Mistake(
                "The dilations are left out: taps stand d steps apart.",
                lambda sizes, dilations: _field(sizes, [1] * len(sizes)),
            ),
            Mistake(
                "One too few: the step itself counts, too.",
                lambda sizes, dilations: _field(sizes, dilations) - 1,
            ),
            Mistake(
                "A kernel of k taps spans k - 1 gaps, not k.",
                lambda sizes, dilations: 1 + int(np.dot(sizes, dilations)),
            ),
        ),
    ),
)
