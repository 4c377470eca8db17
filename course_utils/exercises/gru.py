"""Exercises of the chapter "GRU": answers and slips."""

from __future__ import annotations

import numpy as np

from course_utils import scratch

from .checking import Exercise, Mistake

Generator = np.random.Generator


def _one_step(generator: Generator) -> tuple:
    sizes = [(5, 2), (5, 3), (2, 9), (3, 9), (9,)]
    return tuple(generator.normal(size=size) for size in sizes)


def _step(x, h, W, U, b, update="keeps"):
    layer = scratch.GRU(h.shape[1], reset_after=False, update=update)
    return layer.set_weights([W, U, b]).forward(x[:, None], initial_state=h)


def _reordered(x, h, W, U, b):
    moved = [np.split(array, 3, axis=-1) for array in (W, U, b)]
    W, U, b = (np.concatenate([p[1], p[0], p[2]], axis=-1) for p in moved)
    return _step(x, h, W, U, b)


def _faulty_step(x, h, W, U, b, slip):
    W, U, b = (np.split(array, 3, axis=-1) for array in (W, U, b))
    z = scratch.sigmoid(x @ W[0] + h @ U[0] + b[0])
    r = scratch.sigmoid(x @ W[1] + h @ U[1] + b[1])
    if slip == "after":
        candidate = np.tanh(x @ W[2] + r * (h @ U[2]) + b[2])
    elif slip == "no reset":
        candidate = np.tanh(x @ W[2] + h @ U[2] + b[2])
    elif slip == "around":
        candidate = np.tanh(r * (x @ W[2] + h @ U[2] + b[2]))
    elif slip == "z for r":
        candidate = np.tanh(x @ W[2] + (z * h) @ U[2] + b[2])
    elif slip == "untied":
        return z * h + np.tanh(x @ W[2] + (r * h) @ U[2] + b[2])
    elif slip in {"bare", "sigmoid", "turned"}:
        candidate = x @ W[2] + ((1 - r if slip == "turned" else r) * h) @ U[2] + b[2]
        bend = {"bare": scratch.linear, "sigmoid": scratch.sigmoid}
        candidate = bend.get(slip, np.tanh)(candidate)
    else:  # the reset gate on the kept state as well
        candidate = np.tanh(x @ W[2] + (r * h) @ U[2] + b[2])
        h = r * h
    return z * h + (1 - z) * candidate


def _weights(generator: Generator) -> tuple:
    sizes = [(2, 9), (3, 9), (9,)]
    return tuple(generator.normal(size=size) for size in sizes)


def _negated(W, U, b, columns=slice(0, 3), arrays=(True, True, True)):
    found = []
    for array, turned in zip((W, U, b), arrays, strict=True):
        array = array.copy()
        if turned:
            array[..., columns] *= -1
        found.append(array)
    return tuple(found)


def _make_step(writes: bool):
    def step(gate, h, candidate):
        share = gate if writes else 1 - gate
        return (1 - share) * h + share * candidate

    return step


def _steps(generator: Generator) -> tuple:
    writes = generator.permutation([True, True, True, False, False, False])
    return ([_make_step(bool(kind)) for kind in writes],)


def _called(steps, keeps, writes):
    return [{"keeps": keeps, "writes": writes}[name] for name in _conventions(steps)]


def _conventions(steps):
    return ["writes" if step(1.0, 0.0, 1.0) == 1.0 else "keeps" for step in steps]


def _counts(features, units, reset_after):
    layer = scratch.GRU(units, reset_after=reset_after)
    layer.forward(np.zeros((1, 1, features)))
    return sum(array.size for array in layer.parameters.values())


EXERCISES = (
    Exercise(
        id="gru.step",
        task="one step of a GRU, where z keeps and the reset comes before the product",
        ability="write the cell from memory",
        minutes=15,
        hint="Two gates, both from x and h; a candidate that sees the old state only "
        "as far as the reset gate lets it; then a mixture of two things, in which z "
        "says how much is kept. Blocks in the order z, r, candidate.",
        inputs=_one_step,
        outputs=("h",),
        solution=_step,
        mistakes=(
            Mistake(
                "z is the other way round: here, as in Keras and PyTorch, z = 1 keeps "
                "the old state.",
                lambda *given: _step(*given, update="writes"),
            ),
            Mistake(
                "The blocks come in the order z, r, candidate; you read r first.",
                _reordered,
            ),
            Mistake(
                "The reset gate acts on the state before the product with U here; you "
                "put it behind.",
                lambda *given: _faulty_step(*given, slip="after"),
            ),
            Mistake(
                "The reset gate does nothing in yours.",
                lambda *given: _faulty_step(*given, slip="no reset"),
            ),
            Mistake(
                "The reset gate acts on the old state alone; you put it around the "
                "input's part as well.",
                lambda *given: _faulty_step(*given, slip="around"),
            ),
            Mistake(
                "The reset gate is the wrong way round: r = 1 lets the old state in.",
                lambda *given: _faulty_step(*given, slip="turned"),
            ),
            Mistake(
                "The candidate sees the old state through the reset gate r. You used "
                "the update gate.",
                lambda *given: _faulty_step(*given, slip="z for r"),
            ),
            Mistake(
                "The candidate is added whole. The shares of the mixture add up to 1: "
                "z of the old state, 1 - z of the candidate.",
                lambda *given: _faulty_step(*given, slip="untied"),
            ),
            Mistake(
                "The candidate has no activation.",
                lambda *given: _faulty_step(*given, slip="bare"),
            ),
            Mistake(
                "The candidate goes through tanh, not through a sigmoid.",
                lambda *given: _faulty_step(*given, slip="sigmoid"),
            ),
            Mistake(
                "The reset gate is for the candidate alone. What is kept is h, not "
                "r * h.",
                lambda *given: _faulty_step(*given, slip="both"),
            ),
            Mistake(
                "The bias is missing.",
                lambda x, h, W, U, b: _step(x, h, W, U, 0 * b),
            ),
        ),
    ),
    Exercise(
        id="gru.convert",
        task="weights of a GRU where z writes, turned into one where z keeps",
        ability="move between the two conventions",
        minutes=10,
        hint="1 - sigmoid(s) = sigmoid(-s). Whose weighted sum must change its sign?",
        inputs=_weights,
        outputs=("W", "U", "b"),
        solution=_negated,
        mistakes=(
            Mistake(
                "Nothing was changed; the same weights mean opposite things in the two "
                "conventions.",
                lambda *given: _negated(*given, arrays=(False, False, False)),
            ),
            Mistake(
                "Only the update gate changes its sign, not reset gate and candidate.",
                lambda *given: _negated(*given, columns=slice(None)),
            ),
            Mistake(
                "The bias of the update gate must change its sign, too.",
                lambda *given: _negated(*given, arrays=(True, True, False)),
            ),
            Mistake(
                "The recurrent kernel U belongs to the weighted sum as well.",
                lambda *given: _negated(*given, arrays=(True, False, True)),
            ),
            Mistake(
                "The kernel W belongs to the weighted sum as well.",
                lambda *given: _negated(*given, arrays=(False, True, True)),
            ),
            Mistake(
                "1 - sigmoid(s) is sigmoid(-s): the weights change their sign; they "
                "are not taken from 1.",
                lambda W, U, b: tuple(
                    np.concatenate([1 - a[..., :3], a[..., 3:]], axis=-1)
                    for a in (W, U, b)
                ),
            ),
            Mistake(
                "That is the reset gate's block. The update gate's comes first.",
                lambda *given: _negated(*given, columns=slice(3, 6)),
            ),
        ),
    ),
    Exercise(
        id="gru.which",
        task="a test that tells which convention a step follows",
        ability="find out which convention a library uses",
        minutes=10,
        hint="Open the gate fully and look whether the old state or the candidate "
        "comes out.",
        inputs=_steps,
        outputs=("answers",),
        solution=_conventions,
        mistakes=(
            Mistake(
                "Every answer is the wrong way round: with z = 1, a step that writes "
                "gives the candidate.",
                lambda steps: _called(steps, "writes", "keeps"),
            ),
            Mistake(
                "Every step is called keeps. Call each with a gate of 1, and with an "
                "old state and a candidate that differ.",
                lambda steps: ["keeps"] * len(steps),
            ),
            Mistake(
                "Every step is called writes. Call each with a gate of 1, and with an "
                "old state and a candidate that differ.",
                lambda steps: ["writes"] * len(steps),
            ),
            Mistake(
                'Answer with the words "keeps" and "writes", in small letters.',
                lambda steps: _called(steps, "Keeps", "Writes"),
            ),
            Mistake(
                'The two words are "keeps" and "writes", with an s.',
                lambda steps: _called(steps, "keep", "write"),
            ),
            Mistake(
                'Answer with the words "keeps" and "writes"; yours are True and False. '
                "And which of the two is True?",
                lambda steps: _called(steps, True, False),
            ),
            Mistake(
                'Answer with the words "keeps" and "writes"; yours are True and False.',
                lambda steps: _called(steps, False, True),
            ),
        ),
    ),
    Exercise(
        id="gru.parameters",
        task="parameters of a GRU, with and without reset_after",
        ability="predict what summary() will say",
        minutes=5,
        hint="Three blocks, each with a kernel, a recurrent kernel and a bias; "
        "reset_after has a second bias in each.",
        inputs=lambda generator: (
            int(generator.integers(2, 20)),
            int(generator.integers(2, 20)),
        ),
        outputs=("before", "after"),
        solution=lambda features, units: (
            _counts(features, units, False),
            _counts(features, units, True),
        ),
        mistakes=(
            Mistake(
                "The two are swapped: reset_after has more.",
                lambda features, units: (
                    _counts(features, units, True),
                    _counts(features, units, False),
                ),
            ),
            Mistake(
                "You counted four blocks: that is an LSTM.",
                lambda features, units: (
                    _counts(features, units, False) // 3 * 4,
                    _counts(features, units, True) // 3 * 4,
                ),
            ),
            Mistake(
                "There are three blocks: two gates and the candidate. You counted two.",
                lambda features, units: (
                    _counts(features, units, False) // 3 * 2,
                    _counts(features, units, True) // 3 * 2,
                ),
            ),
            Mistake(
                "The biases are missing.",
                lambda features, units: (
                    _counts(features, units, False) - 3 * units,
                    _counts(features, units, True) - 6 * units,
                ),
            ),
            Mistake(
                "Features and units are swapped.",
                lambda features, units: (
                    _counts(units, features, False),
                    _counts(units, features, True),
                ),
            ),
            Mistake(
                "reset_after has a second bias in *each* of the three blocks.",
                lambda features, units: (
                    _counts(features, units, False),
                    _counts(features, units, False) + units,
                ),
            ),
            Mistake(
                "The second bias of reset_after is missing.",
                lambda features, units: (_counts(features, units, False),) * 2,
            ),
        ),
    ),
)
