"""Exercises of the chapter "Backpropagation through time": answers and slips."""

from __future__ import annotations

import numpy as np

from course_utils import scratch

from .checking import Exercise, Mistake

Generator = np.random.Generator


def _run(generator: Generator) -> tuple:
    """States of a network, the gradients that its outputs get, its weights."""
    x, own = generator.normal(size=(4, 6, 2)), generator.normal(size=(4, 6, 3))
    W, U, b = (generator.normal(size=size) for size in [(2, 3), (3, 3), (3,)])
    h0 = np.tanh(generator.normal(size=(4, 3)))
    layer = scratch.SimpleRNN(3, return_sequences=True).set_weights([W, U, b])
    return x, h0, layer.forward(x, initial_state=h0), own, W, U, b


def _deltas(states, own, U, slope=True, later=True, turned=True):
    deltas, carried = np.zeros_like(own), 0.0
    for t in reversed(range(own.shape[1])):
        total = own[:, t] + carried * later
        deltas[:, t] = total * (1 - states[:, t] ** 2) if slope else total
        carried = deltas[:, t] @ (U.T if turned else U)
    return deltas


def _delta_inputs(generator: Generator) -> tuple:
    _, _, states, own, _, U, _ = _run(generator)
    return states, own, U


def _true_deltas(states, own, U):
    """Through `scratch`: with the identity for inputs, their gradient is delta."""
    layer = scratch.SimpleRNN(3, return_sequences=True)
    before = np.concatenate([np.zeros_like(states[:, :1]), states[:, :-1]], axis=1)
    x = np.arctanh(states) - before @ U
    layer.set_weights([np.eye(3), U, np.zeros(3)]).forward(x)
    return layer.backward(own)


def _gradient_inputs(generator: Generator) -> tuple:
    x, h0, states, own, _, U, _ = _run(generator)
    return x, h0, states, _deltas(states, own, U)


def _gradients(x, h0, states, deltas, which="before", scale=1.0, last=False):
    before = np.concatenate([h0[:, None], states[:, :-1]], axis=1)
    other = {"before": before, "after": states}[which]
    steps = slice(-1, None) if last else slice(None)
    x, other, deltas = x[:, steps], other[:, steps], deltas[:, steps] * scale
    W = np.einsum("btf,btu->fu", x, deltas)
    U = np.einsum("bth,btu->hu", other, deltas)
    return W, U, deltas.sum(axis=(0, 1))


def _too_long_and_not(generator: Generator) -> list:
    """Two cases: gradients that are short enough, and gradients that are not."""
    shapes, limit = [(3, 4), (4, 4), (4,)], generator.uniform(1.5, 3)
    return [
        ([generator.normal(size=shape) * scale for shape in shapes], limit)
        for scale in (0.05, 3.0)
    ]


def _clipped(gradients, limit, rule="global"):
    named = {str(n): array for n, array in enumerate(gradients)}
    size = scratch.global_norm(named)
    if rule == "always":
        return [array * limit / size for array in gradients]
    if rule == "to one":
        return [array / max(1.0, size) for array in gradients]
    clips = {
        "global": scratch.clip_by_global_norm,
        "each": scratch.clip_by_norm,
        "value": scratch.clip_by_value,
    }
    return list(clips[rule](named, limit).values())


def _matrix(generator: Generator) -> tuple:
    """Draw a kernel that turns as it grows: its largest eigenvalues are complex."""
    angle, size = generator.uniform(1.2, 1.5), generator.uniform(1.5, 2)
    inside = np.diag(generator.uniform(-1, 1, 5))
    turn = [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]
    inside[:2, :2] = size * np.array(turn)
    basis = generator.normal(size=(5, 5)) + 3 * np.eye(5)
    return (basis @ inside @ np.linalg.inv(basis),)


def _radius(U):
    """By the growth of a high power, which needs no eigenvalue."""
    power, logarithm = U.copy(), 0.0
    for _ in range(40):
        size = np.linalg.norm(power)
        power = power / size
        logarithm = 2 * (logarithm + np.log(size))
        power = power @ power
    # `power` is now U to the 2^40, up to its size, whose logarithm we kept.
    return float(np.exp((logarithm + np.log(np.linalg.norm(power))) / 2.0**40))


EXERCISES = (
    Exercise(
        id="bptt.deltas",
        task="the deltas of all steps, from the last to the first",
        ability="send a gradient back through time",
        minutes=15,
        hint="At each step, from the end: the gradient of its own output, plus what "
        "comes back from the step after it through U, both through the slope of tanh.",
        inputs=_delta_inputs,
        outputs=("deltas",),
        solution=_true_deltas,
        mistakes=(
            Mistake(
                "The future is forgotten: each step counts only its own output, as if "
                "the state went nowhere.",
                lambda *given: _deltas(*given, later=False),
            ),
            Mistake(
                "The slope of tanh is missing. It is 1 - h**2, from the state itself.",
                lambda *given: _deltas(*given, slope=False),
            ),
            Mistake(
                "U must be transposed on the way back: forward is h @ U, backward is "
                "delta @ U.T.",
                lambda *given: _deltas(*given, turned=False),
            ),
        ),
    ),
    Exercise(
        id="bptt.gradients",
        task="the gradients of W, U and b from the deltas",
        ability="add up what shared weights did at every step",
        minutes=15,
        hint="The weights act at every step, so their gradients are sums over all "
        "steps (and the batch). U was multiplied by the state *before* the step.",
        inputs=_gradient_inputs,
        outputs=("W_gradient", "U_gradient", "b_gradient"),
        solution=_gradients,
        mistakes=(
            Mistake(
                "Only the last step is counted. The same weights acted at every step.",
                lambda *given: _gradients(*given, last=True),
            ),
            Mistake(
                "U's gradient uses the state after the step. The product was with the "
                "one before it.",
                lambda *given: _gradients(*given, which="after"),
            ),
            Mistake(
                "That is the mean over the steps. The losses add, so the gradients do.",
                lambda *given: _gradients(*given, scale=1 / given[0].shape[1]),
            ),
        ),
    ),
    Exercise(
        id="bptt.clip",
        task="clipping by the global norm",
        ability="shorten a gradient without turning it",
        minutes=10,
        hint="One length for all arrays together. If it is above the limit, all are "
        "multiplied by the same factor; otherwise they stay.",
        inputs=_too_long_and_not,
        outputs=("W_gradient", "U_gradient", "b_gradient"),
        solution=_clipped,
        mistakes=(
            Mistake(
                "Each array is clipped by itself, which turns the direction of the "
                "step.",
                lambda *given: _clipped(*given, rule="each"),
            ),
            Mistake(
                "A gradient that is short enough must stay as it is; yours is "
                "stretched to the limit.",
                lambda *given: _clipped(*given, rule="always"),
            ),
            Mistake(
                "What is too long is shortened to the limit, not to 1.",
                lambda *given: _clipped(*given, rule="to one"),
            ),
            Mistake(
                "You cut each number at the limit, which turns the direction.",
                lambda *given: _clipped(*given, rule="value"),
            ),
        ),
    ),
    Exercise(
        id="bptt.radius",
        task="the spectral radius of a recurrent kernel",
        ability="read the dial of vanishing and exploding",
        minutes=5,
        hint="The largest absolute value among the eigenvalues, complex ones included.",
        inputs=_matrix,
        outputs=("radius",),
        solution=_radius,
        mistakes=(
            Mistake(
                "That is the largest singular value: the most that *one* step can "
                "stretch. The radius says what many steps do.",
                lambda U: float(np.linalg.norm(U, 2)),
            ),
            Mistake(
                "That is the length of the whole matrix (its Frobenius norm).",
                lambda U: float(np.linalg.norm(U)),
            ),
            Mistake(
                "You took the absolute value of the real parts. A complex eigenvalue "
                "has an imaginary part as well.",
                lambda U: float(np.abs(np.linalg.eigvals(U).real).max()),
            ),
            Mistake(
                "That is the largest real part. An eigenvalue may be complex, or "
                "negative: take its absolute value.",
                lambda U: float(np.linalg.eigvals(U).real.max()),
            ),
        ),
        tolerance=1e-5,
    ),
)
