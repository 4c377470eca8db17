"""Exercises of the chapter "LSTM": answers and slips."""

from __future__ import annotations

import numpy as np

from course_utils import scratch

from .checking import Exercise, Mistake

Generator = np.random.Generator


def _one_step(generator: Generator) -> tuple:
    sizes = [(5, 2), (5, 3), (5, 3), (2, 12), (3, 12), (12,)]
    return tuple(generator.normal(size=size) for size in sizes)


def _step(x, h, c, W, U, b):
    layer = scratch.LSTM(len(b) // 4).set_weights([W, U, b])
    layer.forward(x[:, None], initial_state=(h, c))
    return layer.final_state


def _reordered(x, h, c, W, U, b, order):
    """Read the four blocks of the weights in another order."""
    moved = [np.split(array, 4, axis=-1) for array in (W, U, b)]
    W, U, b = (np.concatenate([part[k] for k in order], axis=-1) for part in moved)
    return _step(x, h, c, W, U, b)


def _faulty_step(x, h, c, W, U, b, slip):
    i, f, g, o = np.split(x @ W + h @ U + b, 4, axis=1)
    i, f, o = (scratch.sigmoid(gate) for gate in (i, f, o))
    if slip != "candidate bare":
        g = scratch.sigmoid(g) if slip == "candidate" else np.tanh(g)
    if slip == "swapped":
        i, f = f, i
    f = {"no forget gate": 1.0, "turned": 1 - f, "coupled": 1 - i}.get(slip, f)
    kept = f * h if slip == "output kept" else f * c
    written = {"no input gate": g, "input of h": i * h}.get(slip, i * g)
    if slip == "input before":  # "how much of the previous output gets in"
        W_g, U_g, b_g = (np.split(array, 4, axis=-1)[2] for array in (W, U, b))
        written = np.tanh(x @ W_g + (i * h) @ U_g + b_g)
    c = kept + written
    if slip == "track bent":
        c = np.tanh(c)
    shown = c if slip == "bare" else np.tanh(c)
    return shown if slip == "no output gate" else o * shown, c


def _back_inputs(generator: Generator) -> tuple:
    h_gradient, c_later, c_old = generator.normal(size=(3, 4, 3))
    i, f, o = scratch.sigmoid(generator.normal(size=(3, 4, 3)))
    g = np.tanh(generator.normal(size=(4, 3)))
    return h_gradient, c_later, c_old, i, f, g, o


def _back(h_gradient, c_later, c_old, i, f, g, o):
    """Differentiate the step by central differences in its weighted sums and c."""
    z = [np.log(gate / (1 - gate)) for gate in (i, f, o)]
    z = [z[0], z[1], np.arctanh(g), z[2]]

    def loss(parts, c):
        i, f, o = (scratch.sigmoid(parts[k]) for k in (0, 1, 3))
        new = f * c + i * np.tanh(parts[2])
        return h_gradient * o * np.tanh(new) + c_later * new

    step, found = 1e-5, []
    for place in range(4):
        ends = []
        for side in (step, -step):
            moved = [part + side * (k == place) for k, part in enumerate(z)]
            ends.append(loss(moved, c_old))
        found.append((ends[0] - ends[1]) / (2 * step))
    c_found = (loss(z, c_old + step) - loss(z, c_old - step)) / (2 * step)
    return np.concatenate(found, axis=1), c_found


def _faulty_back(h_gradient, c_later, c_old, i, f, g, o, slip):
    shown = np.tanh(f * c_old + i * g)
    total = c_later + h_gradient * o * (1 - shown**2)
    if slip == "no later cell":
        total = h_gradient * o * (1 - shown**2)
    if slip == "no slope":
        total = c_later + h_gradient * o
    slope = g * (1 - g) if slip == "candidate" else 1 - g**2
    slopes = [i * (1 - i), f * (1 - f), slope, o * (1 - o)]
    if slip == "old slope":
        total = c_later + h_gradient * o * (1 - np.tanh(c_old) ** 2)
    if slip == "slope of c":
        total = c_later + h_gradient * o * (1 - (f * c_old + i * g) ** 2)
    if slip == "no output gate":
        total = c_later + h_gradient * (1 - shown**2)
    if slip == "no gate slopes":
        slopes = [1.0] * 4
    if slip == "sigmoid twice":
        again = [scratch.sigmoid(gate) for gate in (i, f, o)]
        slopes = [gate * (1 - gate) for gate in again]
        slopes.insert(2, 1 - np.tanh(g) ** 2)
    to_output = total if slip == "cell for output" else h_gradient
    multiplied = [total * g, total * c_old, total * i, to_output * shown]
    deltas = [part * slope for part, slope in zip(multiplied, slopes, strict=True)]
    carried = {"not kept": total, "only later": c_later * f}.get(slip, total * f)
    if slip == "order":
        deltas = [deltas[k] for k in (1, 0, 2, 3)]
    return np.concatenate(deltas, axis=1), carried


def _keeper(answer: object) -> str | None:
    """Judge biases (i, f, g, o) by the worst that any input can do in 100 steps."""
    if np.size(answer) != 4:
        return "The answer is four numbers: the biases of i, f, g and o, one unit."
    bias = np.asarray(answer, dtype=float).reshape(4)
    if not np.isfinite(bias).all():
        return "Finite numbers, please. Large is enough."
    # Input and state are between -1 and 1, and so are their weights: the weighted sum
    # of a gate is at most 2 away from its bias.
    kept = scratch.sigmoid(bias[1] - 2) ** 100
    written = 100 * scratch.sigmoid(bias[0] + 2)
    shown = scratch.sigmoid(bias[3] - 2)
    note = " The weights of x and h can take up to 2 off a bias."
    if np.isin(bias, (0, 1)).all():
        note = " These are biases, not gates: sigmoid(1) is 0.73."
    if kept < 0.95:
        return (
            f"After 100 steps only {kept:.3g} of the cell state may be left: the "
            f"forget gate (the second number) lets go of it.{note}"
        )
    if written > 0.05:
        return (
            f"In 100 steps up to {written:.3g} may have been added: the input gate "
            "(the first number) writes into the cell state. The weights of x and h "
            "can add up to 2 to a bias."
        )
    if shown < 0.95:
        return (
            f"The memory is kept, but only {shown:.3g} of it may show: look at the "
            "output gate. (The order is i, f, g, o.)"
        )
    return None


EXERCISES = (
    Exercise(
        id="lstm.step",
        task="one step of an LSTM",
        ability="write the cell from memory",
        minutes=15,
        hint="Four weighted sums in the order i, f, g, o; sigmoids for the gates, tanh "
        "for the candidate; then the cell state, then the output.",
        inputs=_one_step,
        outputs=("h", "c"),
        solution=_step,
        mistakes=(
            Mistake(
                "The order of the four blocks is i, f, g, o; you read i, f, o, g.",
                lambda *given: _reordered(*given, order=(0, 1, 3, 2)),
            ),
            Mistake(
                "Input and forget gate are swapped: one writes the candidate, the "
                "other keeps the old cell state.",
                lambda *given: _faulty_step(*given, slip="swapped"),
            ),
            Mistake(
                "The forget gate keeps a share of the old *cell state* c. You gave it "
                "the old output h.",
                lambda *given: _faulty_step(*given, slip="output kept"),
            ),
            Mistake(
                "The candidate goes through tanh, not through a sigmoid: what is "
                "written may be negative.",
                lambda *given: _faulty_step(*given, slip="candidate"),
            ),
            Mistake(
                "The output shows tanh(c), not c itself.",
                lambda *given: _faulty_step(*given, slip="bare"),
            ),
            Mistake(
                "The candidate is written whole; the input gate should say how much.",
                lambda *given: _faulty_step(*given, slip="no input gate"),
            ),
            Mistake(
                "The order of the four blocks is i, f, g, o; you read i, g, f, o.",
                lambda *given: _reordered(*given, order=(0, 2, 1, 3)),
            ),
            Mistake(
                "The input gate says how much of the *candidate* is written. You gave "
                "it the old output h.",
                lambda *given: _faulty_step(*given, slip="input of h"),
            ),
            Mistake(
                "The input gate does not filter the old output on its way to the "
                "candidate. It says how much of the candidate is written.",
                lambda *given: _faulty_step(*given, slip="input before"),
            ),
            Mistake(
                "The candidate has no activation; it needs its tanh.",
                lambda *given: _faulty_step(*given, slip="candidate bare"),
            ),
            Mistake(
                "The cell state itself gets no tanh: nothing bends on the track. Only "
                "what is shown of it does.",
                lambda *given: _faulty_step(*given, slip="track bent"),
            ),
            Mistake(
                "The old output is not read: each weighted sum has a part h @ U.",
                lambda x, h, c, W, U, b: _step(x, h, c, W, 0 * U, b),
            ),
            Mistake(
                "The old cell state is kept whole; the forget gate should say how "
                "much.",
                lambda *given: _faulty_step(*given, slip="no forget gate"),
            ),
            Mistake(
                "The forget gate is the wrong way round: at 1 it keeps.",
                lambda *given: _faulty_step(*given, slip="turned"),
            ),
            Mistake(
                "You tied the forget gate to the input gate. An LSTM computes both.",
                lambda *given: _faulty_step(*given, slip="coupled"),
            ),
            Mistake(
                "The output is shown whole; the output gate should say how much.",
                lambda *given: _faulty_step(*given, slip="no output gate"),
            ),
            Mistake(
                "h and c are swapped: the output first, then the cell state.",
                lambda *given: _step(*given)[::-1],
            ),
            Mistake(
                "The bias is missing.",
                lambda x, h, c, W, U, b: _step(x, h, c, W, U, 0 * b),
            ),
        ),
    ),
    Exercise(
        id="lstm.keeper",
        task="biases that keep a cell state for 100 steps, whatever comes in",
        ability="say what each gate does",
        minutes=10,
        hint="Which gate must be open, which must be closed, and who must see it?",
        judge=_keeper,
    ),
    Exercise(
        id="lstm.half_life",
        task="the number of steps after which half of a memory is left",
        ability="say how long a forget gate remembers",
        minutes=5,
        hint="After n steps a share f**n is left. For which n is that one half?",
        inputs=lambda generator: (float(generator.uniform(0.75, 0.99)),),
        outputs=("steps",),
        # By counting how often f fits into one half, between whole steps too.
        solution=lambda f: float(np.log2(0.5) / np.log2(f)),
        mistakes=(
            Mistake(
                "That is the number of steps after which 1/e is left, nearly.",
                lambda f: 1 / (1 - f),
            ),
            Mistake(
                "That is the number of steps after which 1/e is left.",
                lambda f: float(-1 / np.log(f)),
            ),
            Mistake(
                "The sign is lost: a number of steps is positive.",
                lambda f: float(np.log(2) / np.log(f)),
            ),
            Mistake(
                "Do not round: the answer need not be a whole number.",
                lambda f: float(np.ceil(np.log(0.5) / np.log(f))),
            ),
            Mistake(
                "Do not round: between two steps there are answers, too.",
                lambda f: float(np.round(np.log(0.5) / np.log(f))),
            ),
            Mistake(
                "Do not cut off what is behind the point.",
                lambda f: float(np.floor(np.log(0.5) / np.log(f))),
            ),
            Mistake(
                "f is the gate itself, after its sigmoid.",
                lambda f: float(np.log(0.5) / np.log(scratch.sigmoid(np.array(f)))),
            ),
            Mistake(
                "The fraction is upside down.",
                lambda f: float(np.log(f) / np.log(0.5)),
            ),
            Mistake(
                "The share does not fall by the same amount at each step, but by the "
                "same factor.",
                lambda f: 0.5 / (1 - f),
            ),
        ),
    ),
    Exercise(
        id="lstm.backward",
        task="one step back through the cell",
        ability="derive why the gradient survives",
        minutes=30,
        hint="Compute the new cell state from the gates again. Then its whole "
        "gradient: what comes from later, plus what comes through the output. Then "
        "each gate: what it multiplied, times its own slope.",
        inputs=_back_inputs,
        outputs=("deltas", "c_old_gradient"),
        solution=_back,
        mistakes=(
            Mistake(
                "The cell state also lives on: add the gradient that comes from the "
                "next step.",
                lambda *given: _faulty_back(*given, slip="no later cell"),
            ),
            Mistake(
                "The output shows tanh(c): its slope is missing on the way to c.",
                lambda *given: _faulty_back(*given, slip="no slope"),
            ),
            Mistake(
                "tanh is taken of the *new* cell state; you took its slope at c_old.",
                lambda *given: _faulty_back(*given, slip="old slope"),
            ),
            Mistake(
                "The slope of tanh at c is 1 - tanh(c)**2, not 1 - c**2.",
                lambda *given: _faulty_back(*given, slip="slope of c"),
            ),
            Mistake(
                "The output gate is missing on the way from h to the cell state.",
                lambda *given: _faulty_back(*given, slip="no output gate"),
            ),
            Mistake(
                "The four deltas stand in the order i, f, g, o; yours begin with f.",
                lambda *given: _faulty_back(*given, slip="order"),
            ),
            Mistake(
                "The candidate is a tanh, with the slope 1 - g**2.",
                lambda *given: _faulty_back(*given, slip="candidate"),
            ),
            Mistake(
                "The slopes of the gates are missing: you went back to the gates, not "
                "to their weighted sums.",
                lambda *given: _faulty_back(*given, slip="no gate slopes"),
            ),
            Mistake(
                "The gates that you are given have been through their activation. You "
                "applied it again.",
                lambda *given: _faulty_back(*given, slip="sigmoid twice"),
            ),
            Mistake(
                "The output gate belongs to h, so its delta starts from the gradient "
                "of h alone.",
                lambda *given: _faulty_back(*given, slip="cell for output"),
            ),
            Mistake(
                "The gradient of the old cell state starts from all that reaches the "
                "new one, also through the output.",
                lambda *given: _faulty_back(*given, slip="only later"),
            ),
            Mistake(
                "The old cell state was multiplied by f, so its gradient is, too. This "
                "is the line that lets the gradient survive.",
                lambda *given: _faulty_back(*given, slip="not kept"),
            ),
        ),
        tolerance=1e-7,
    ),
)
