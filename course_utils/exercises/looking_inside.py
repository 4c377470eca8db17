"""Exercises of the chapter "Looking inside": answers and slips."""

from __future__ import annotations

import numpy as np

from course_utils import scratch

from .checking import Exercise, Mistake

Generator = np.random.Generator


def _pencil() -> float:
    return float(np.corrcoef([1, 1, 1, -1], [1, 0, 0, 0])[0, 1])


def _yes_and_no(generator: Generator) -> list[tuple]:
    """Draw a neuron that is higher where the fact holds, and one that is lower."""
    cases = []
    for places, lift in ((14, 2), (19, -2)):
        # Whole numbers, so that there are ties; not as many yes as no.
        fact = generator.permutation(np.arange(places) < generator.integers(3, 7))
        cases.append((np.round(generator.normal(size=places) + lift * fact, 0), fact))
    return cases


def _auc(states, fact):
    """From ranks, with the mean rank for ties: Mann and Whitney's way."""
    ranks = np.array(
        [np.sum(states < s) + (np.sum(states == s) + 1) / 2 for s in states]
    )
    yes = int(fact.sum())
    wins = ranks[fact].sum() - yes * (yes + 1) / 2
    return float(wins / (yes * (len(fact) - yes)))


def _pairs(states, fact, tie):
    yes, no = states[fact][:, None], states[~fact][None]
    return (yes > no) + tie * (yes == no)


def _one_text(generator: Generator) -> list[tuple]:
    states = generator.normal(size=(60, 5)).cumsum(axis=0)
    states = states - generator.normal(size=5)
    fact = (generator.normal(size=60).cumsum() > 0).astype(float)
    fact[:3], fact[-3:] = 1, 0  # never constant
    usual = states, fact, generator.integers(5, 55, int(generator.integers(10, 20)))
    # Shifts that give the fact back, and numbers of mean 0 and spread 1 that float64
    # holds exactly: a tie stays one, in whatever way the correlations are computed.
    fact = generator.permutation(np.repeat([0.0, 1.0], 32))
    follows = 2 * fact - 1
    for value in (0, 1):
        follows[np.flatnonzero(fact == value)[:4]] *= -1
    others = [generator.permutation(follows) for _ in range(3)]
    states = np.stack([*others, follows * generator.choice([-1, 1])], axis=1)
    shifts = generator.integers(5, 60, int(generator.integers(4, 9)))
    return [usual, (states, fact, np.concatenate([[0], shifts, [64]]))]


def _scores(states, fact):
    table = np.corrcoef(states.T, fact)
    return table[-1, :-1]


def _luck(states, fact, shifts):
    best = [np.abs(_scores(states, np.roll(fact, shift))).max() for shift in shifts]
    reached = 1 + sum(value >= np.abs(_scores(states, fact)).max() for value in best)
    return np.array(best), float(reached / (1 + len(shifts)))


def _faulty_luck(states, fact, shifts, slip):
    size = np.array if slip == "signed" else np.abs
    own = size(_scores(states, fact))
    chosen = np.abs(own).argmax()
    scores = np.array([size(_scores(states, np.roll(fact, s))) for s in shifts])
    if slip == "both rolled":
        scores = np.array([own for _ in shifts])
    best = {"chosen only": scores[:, chosen], "mean": scores.mean(axis=1)}.get(
        slip, scores.max(axis=1)
    )
    reached = ((best > own.max()) if slip == "strict" else (best >= own.max())).sum()
    if slip == "not itself":
        return best, float(reached / len(shifts))
    if slip == "turned":
        return best, float(1 - (1 + reached) / (1 + len(shifts)))
    return best, float((1 + reached) / (1 + len(shifts)))


def _held_inputs(generator: Generator) -> list[tuple]:
    cases = []
    for n, sign in ((3, 1), (4, -1)):  # n units
        batch, d = generator.integers([5, 1], [8, 4])
        sizes = [(batch, d), (batch, n), (batch, n), (d, 4 * n), (n, 4 * n), (4 * n,)]
        arrays = tuple(generator.normal(size=size) for size in sizes)
        value = sign * float(generator.uniform(0.5, 2))
        cases.append((*arrays, int(generator.integers(0, n)), value))
    return cases


def _held(x, h, c, W, U, b, neuron, value):
    """Let the layer take the step, read off its output gate, and hold."""
    layer = scratch.LSTM(len(b) // 4).set_weights([W, U, b])
    layer.forward(x[:, None], initial_state=(h, c))
    new_h, new_c = (part.copy() for part in layer.final_state)
    output_gate = new_h[:, neuron] / np.tanh(new_c[:, neuron])
    new_c[:, neuron] = value
    new_h[:, neuron] = output_gate * np.tanh(value)
    return new_h, new_c


def _faulty_held(x, h, c, W, U, b, neuron, value, slip):
    c = c.copy()
    if slip == "before":
        c[:, neuron] = value
    i, f, g, o = np.split(x @ W + h @ U + b, 4, axis=1)
    i, f, o = (scratch.sigmoid(gate) for gate in (i, f, o))
    new = f * c + i * np.tanh(g)
    shown = o * np.tanh(new)
    if slip == "too late":
        new[:, neuron] = value
    elif slip == "output":
        shown[:, neuron] = value
    elif slip == "all":
        new[:] = value
        shown = o * np.tanh(new)
    elif slip == "both":
        new[:, neuron] = shown[:, neuron] = value
    elif slip == "example":
        new[neuron] = value
        shown = o * np.tanh(new)
    return shown, new


def _short_text(generator: Generator) -> tuple:
    codes = generator.integers(0, 4, 6)
    W, U = generator.normal(size=(4, 3)), generator.normal(size=(3, 3)) / 2
    return codes, W, U, generator.normal(size=3) / 2, generator.normal(size=3)


def _saliency(codes, W, U, b, v):
    """Central differences of the answer in every entry of the one-hot rows."""

    def answer(x):
        h = np.zeros(len(b))
        for row in x:
            h = np.tanh(row @ W + h @ U + b)
        return h @ v

    x, step = np.eye(len(W))[codes], 1e-5
    found = np.empty_like(x)
    for place in np.ndindex(x.shape):
        moved = np.zeros_like(x)
        moved[place] = step
        found[place] = (answer(x + moved) - answer(x - moved)) / (2 * step)
    return found


def _faulty_saliency(codes, W, U, b, v, slip):
    states = [np.zeros(len(b))]
    for code in codes:
        states.append(np.tanh(W[code] + states[-1] @ U + b))
    h_gradient, rows = v, []
    for t in reversed(range(len(codes))):
        state = states[t] if slip == "state before" else states[t + 1]
        slope = 1.0 if slip == "no slope" else 1 - state**2
        delta = h_gradient * slope
        rows.append(h_gradient @ W.T if slip == "gradient of h" else delta @ W.T)
        h_gradient = delta @ (U if slip == "not transposed" else U.T)
        if slip == "last only":
            h_gradient = 0 * v
    found = np.array(rows if slip == "order" else rows[::-1])
    if slip == "times input":
        found = found * np.eye(len(W))[codes]
    return np.abs(found) if slip == "size" else found


EXERCISES = (
    Exercise(
        id="looking.pencil",
        task="the correlation of a neuron with a fact, on paper",
        ability="compute a score by hand",
        minutes=5,
        hint="Take both means off first; then the products; then divide by the two "
        "lengths.",
        solution=_pencil,
        mistakes=(
            Mistake("Take the means off first, of both.", lambda: 0.5),
            Mistake("That is the square of it.", lambda: 1 / 9),
            Mistake(
                "That is the covariance. Divide by both standard deviations.",
                lambda: 0.125,
            ),
            Mistake(
                "The sign: where the fact is true, the neuron is high.", lambda: -1 / 3
            ),
            Mistake(
                "Close, but rounded too far. Write a division, or three digits.",
                lambda: 0.33,
            ),
        ),
        tolerance=5e-4,  # three digits are enough
    ),
    Exercise(
        id="looking.auc",
        task="the share of pairs that a neuron puts in the right order",
        ability="score a neuron without assuming a straight line",
        minutes=10,
        hint="Compare each place where the fact holds with each where it does not. A "
        "tie counts one half.",
        inputs=_yes_and_no,
        outputs=("share",),
        solution=_auc,
        mistakes=(
            Mistake(
                "Ties count as lost in yours; they count one half.",
                lambda *given: float(_pairs(*given, tie=0).mean()),
            ),
            Mistake(
                "Ties count as won in yours; they count one half.",
                lambda *given: float(_pairs(*given, tie=1).mean()),
            ),
            Mistake(
                "The order is turned: a pair is right where the neuron is higher at "
                "the place with the fact.",
                lambda *given: float(1 - _pairs(*given, tie=0.5).mean()),
            ),
            Mistake(
                "Divide by the number of pairs of one place with and one without the "
                "fact, not by all pairs.",
                lambda states, fact: float(
                    _pairs(states, fact, tie=0.5).sum()
                    / (len(fact) * (len(fact) - 1) / 2)
                ),
            ),
        ),
    ),
    Exercise(
        id="looking.luck",
        task="what the best of all neurons reaches by luck",
        ability="correct a search for its size",
        minutes=15,
        hint="For each shift: roll the fact, score all neurons, keep the largest "
        "absolute value. Then count how many reach the best score of the fact itself, "
        "and count the fact itself as one of them.",
        inputs=_one_text,
        outputs=("best", "share"),
        solution=_luck,
        mistakes=(
            Mistake(
                "You shifted the fact for the chosen neuron only. The search looked "
                "at all of them, so luck may, too.",
                lambda *given: _faulty_luck(*given, slip="chosen only"),
            ),
            Mistake(
                "A neuron that is low where the fact holds follows it as well: the "
                "absolute value.",
                lambda *given: _faulty_luck(*given, slip="signed"),
            ),
            Mistake(
                "You averaged over the neurons; the search takes the best.",
                lambda *given: _faulty_luck(*given, slip="mean"),
            ),
            Mistake(
                "The fact as it is belongs to the cases: one more above and one more "
                "below the fraction line. A share of 0 would claim too much.",
                lambda *given: _faulty_luck(*given, slip="not itself"),
            ),
            Mistake(
                "That is the share of shifts that do *not* reach the score.",
                lambda *given: _faulty_luck(*given, slip="turned"),
            ),
            Mistake(
                "You rolled the states along with the fact, so they still belong "
                "together. Roll the fact only.",
                lambda *given: _faulty_luck(*given, slip="both rolled"),
            ),
            Mistake(
                "To reach the score is to be as good: equal counts.",
                lambda *given: _faulty_luck(*given, slip="strict"),
            ),
        ),
    ),
    Exercise(
        id="looking.hold",
        task="one step of an LSTM with one cell state held",
        ability="intervene in a network, and not only watch it",
        minutes=15,
        hint="An ordinary step up to the new cell state. Replace one column of it. "
        "Then the output, from what is there now.",
        inputs=_held_inputs,
        outputs=("h", "c"),
        solution=_held,
        mistakes=(
            Mistake(
                "You held the *old* cell state; the step then moves it. Hold the new "
                "one.",
                lambda *given: _faulty_held(*given, slip="before"),
            ),
            Mistake(
                "The cell state is held, but the output was computed before. Hold "
                "first, then show.",
                lambda *given: _faulty_held(*given, slip="too late"),
            ),
            Mistake(
                "You held the output. The memory behind it runs on.",
                lambda *given: _faulty_held(*given, slip="output"),
            ),
            Mistake(
                "The output is not the cell state: it is the output gate times its "
                "tanh, also for the held neuron.",
                lambda *given: _faulty_held(*given, slip="both"),
            ),
            Mistake(
                "All neurons are held in yours. Only one is.",
                lambda *given: _faulty_held(*given, slip="all"),
            ),
            Mistake(
                "You held one example of the batch. The neurons are the columns.",
                lambda *given: _faulty_held(*given, slip="example"),
            ),
        ),
    ),
    Exercise(
        id="looking.saliency",
        task="the gradient of an answer by every one-hot row",
        ability="compute a saliency by hand",
        minutes=30,
        hint="Forward, keeping each state. Back from v: times the slope 1 - h**2 is "
        "delta; delta times W transposed is the row of this step; delta times U "
        "transposed goes to the step before.",
        inputs=_short_text,
        outputs=("gradient",),
        solution=_saliency,
        mistakes=(
            Mistake(
                "The slope of tanh is missing.",
                lambda *given: _faulty_saliency(*given, slip="no slope"),
            ),
            Mistake(
                "The slope at a step belongs to the state *after* it.",
                lambda *given: _faulty_saliency(*given, slip="state before"),
            ),
            Mistake(
                "On the way back U is transposed.",
                lambda *given: _faulty_saliency(*given, slip="not transposed"),
            ),
            Mistake(
                "You took the gradient of the state; that of the weighted sum has the "
                "slope in it.",
                lambda *given: _faulty_saliency(*given, slip="gradient of h"),
            ),
            Mistake(
                "Only the last step has a gradient in yours. Hand delta on to the "
                "steps before.",
                lambda *given: _faulty_saliency(*given, slip="last only"),
            ),
            Mistake(
                "The rows are in the order in which you went back. Turn them round.",
                lambda *given: _faulty_saliency(*given, slip="order"),
            ),
            Mistake(
                "That is gradient times input. Here all entries are asked for.",
                lambda *given: _faulty_saliency(*given, slip="times input"),
            ),
            Mistake(
                "The gradient with its sign is asked for, not its size.",
                lambda *given: _faulty_saliency(*given, slip="size"),
            ),
        ),
        tolerance=1e-7,
    ),
)
