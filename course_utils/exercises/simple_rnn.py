"""Exercises of the chapter "The simple recurrent network": answers and slips."""

from __future__ import annotations

import numpy as np

from course_utils import scratch

from .checking import Exercise, Mistake

Generator = np.random.Generator


def _one_step(generator: Generator) -> tuple:
    sizes = [(5, 3), (5, 3), (3, 3), (3, 3), (3,)]  # as many features as units
    return tuple(generator.normal(size=size) for size in sizes)


def _states(x, h, W, U, b, activation="tanh"):
    layer = scratch.SimpleRNN(len(b), activation, return_sequences=True)
    return layer.set_weights([W, U, b]).forward(x, initial_state=h)


def _step(x, h, W, U, b, activation="tanh"):
    return _states(x[:, None], h, W, U, b, activation)[:, 0]


def _sequences(generator: Generator) -> tuple:
    sizes = [(4, 6, 2), (4, 3), (2, 3), (3, 3), (3,)]
    return tuple(generator.normal(size=size) for size in sizes)


def _no_memory(x, h, W, U, b):
    steps = [_step(x[:, t], h, W, U, b) for t in range(x.shape[1])]
    return np.stack(steps, axis=1)


def _sine(answer: object) -> str | None:
    """Judge weights (U, V, h0) of a linear network that swings like a sine."""
    if not callable(answer):
        return "The answer is a function of omega; give its name."
    for omega in (0.3, 0.9, 2.0):
        parts = answer(omega)
        if not isinstance(parts, tuple) or len(parts) != 3:
            return "Your function returns three arrays: (U, V, h0)."
        U, V, h = (np.asarray(part, dtype=float) for part in parts)
        if (U.shape, V.shape, h.shape) != ((2, 2), (2, 1), (1, 2)):
            return (
                f"Your shapes are {U.shape}, {V.shape}, {h.shape}; expected (2, 2), "
                "(2, 1), (1, 2)."
            )
        found = []
        for _ in range(40):
            h = h @ U
            found.append(float((h @ V)[0, 0]))
        if not np.isfinite(found).all() or np.abs(found).max() > 10:
            return "Hint: your state grows. A rotation keeps its length."
        if not np.any(found):
            return "Hint: nothing ever starts. The first state must not be zero."
        if np.abs(found).max() < 0.5:
            return "Hint: your state fades. A rotation keeps its length."
        wanted = np.sin(omega * np.arange(1, 41))
        if np.allclose(found, wanted, atol=1e-8):
            continue
        if np.allclose(found, -wanted, atol=1e-8):
            return "Hint: it turns the other way round: check the two signs of U."
        if np.allclose(found, np.sin(omega * np.arange(40)), atol=1e-8):
            return "Hint: one step late. The first output comes after the first step."
        return (
            f"At omega = {omega} the first outputs are {found[0]:.3f}, {found[1]:.3f}; "
            f"expected {wanted[0]:.3f}, {wanted[1]:.3f}.\n"
            "Hint: let the state be (cos, sin) of an angle, and U turn it by omega."
        )
    return None


EXERCISES = (
    Exercise(
        id="simple_rnn.step",
        task="one step of a simple recurrent network",
        ability="write the recurrent step from memory",
        minutes=5,
        hint="tanh of three things added: the input's product, the state's product, "
        "the bias.",
        inputs=_one_step,
        outputs=("h",),
        solution=_step,
        mistakes=(
            Mistake(
                "W and U are swapped. W multiplies the input, U the state; here both "
                "are square, so nothing complains.",
                lambda x, h, W, U, b: _step(x, h, U, W, b),
            ),
            Mistake(
                "The bias is missing.", lambda x, h, W, U, b: _step(x, h, W, U, 0 * b)
            ),
            Mistake(
                "The activation is missing.",
                lambda *given: _step(*given, activation="linear"),
            ),
            Mistake(
                "U is transposed: with rows it is h @ U.",
                lambda x, h, W, U, b: _step(x, h, W, U.T.copy(), b),
            ),
            Mistake(
                "The state plays no part: that is a dense layer.",
                lambda x, h, W, U, b: _step(x, 0 * h, W, U, b),
            ),
        ),
    ),
    Exercise(
        id="simple_rnn.forward",
        task="all states of a network that reads sequences",
        ability="turn the step into a layer",
        minutes=10,
        hint="A loop over the steps; each hands its state to the next; collect them "
        "along axis 1.",
        inputs=_sequences,
        outputs=("states",),
        solution=_states,
        mistakes=(
            Mistake(
                "Every step starts from the initial state: what a step computes is not "
                "handed on.",
                _no_memory,
            ),
            Mistake(
                "The initial state h is ignored.",
                lambda x, h, W, U, b: _states(x, 0 * h, W, U, b),
            ),
            Mistake(
                "The sequence was read from its end.",
                lambda x, h, W, U, b: _states(x[:, ::-1].copy(), h, W, U, b),
            ),
            Mistake(
                "Your axes are (steps, batch, units); the batch comes first.",
                lambda *given: _states(*given).swapaxes(0, 1),
            ),
            Mistake(
                "That is the last state alone. Keep all of them.",
                lambda *given: _states(*given)[:, -1],
            ),
        ),
    ),
    Exercise(
        id="simple_rnn.smoothing",
        task="weights that make one unit an exponential smoother",
        ability="see a known method in a recurrent network",
        minutes=10,
        hint="Put the two formulas side by side. Which number multiplies the new "
        "value, and which one the old state?",
        inputs=lambda generator: (float(generator.uniform(0.1, 0.45)),),
        outputs=("W", "U"),
        solution=lambda alpha: (alpha, 1 - alpha),
        mistakes=(
            Mistake(
                "The two are swapped: alpha is the share of the *new* value.",
                lambda alpha: (1 - alpha, alpha),
            ),
            Mistake(
                "The old state must fade: what the new value gets, it loses.",
                lambda alpha: (alpha, 1.0),
            ),
            Mistake(
                "The new value gets only its share: with W = 1 the state would grow to "
                "a sum.",
                lambda alpha: (1.0, 1 - alpha),
            ),
        ),
    ),
    Exercise(
        id="simple_rnn.sine",
        task="a linear network of two units that swings like a sine for ever",
        ability="build a recurrent network by hand",
        minutes=25,
        hint="Let the state be a point on a circle.",
        judge=_sine,
    ),
)
