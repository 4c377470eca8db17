"""Exercises of the chapter "Multi-layer perceptrons": answers and slips."""

from __future__ import annotations

import numpy as np

from course_utils import scratch

from .checking import Exercise, Mistake

Generator = np.random.Generator


def _chain(generator: Generator) -> tuple:
    sizes = [4, 5, 3, 2]
    pairs = zip(sizes, sizes[1:], strict=False)
    layers = [(generator.normal(size=p), generator.normal(size=p[1])) for p in pairs]
    return generator.normal(size=(6, 4)), layers


def _network(x, layers, hidden="relu", last="linear", with_bias=True):
    kinds = [hidden] * (len(layers) - 1) + [last]
    chain = [
        scratch.Dense(len(b), kind).set_weights([W, b * with_bias])
        for (W, b), kind in zip(layers, kinds, strict=True)
    ]
    return scratch.Network(chain).forward(x)


def _count(sizes):
    network = scratch.Network([scratch.Dense(units) for units in sizes[1:]])
    network.forward(np.zeros((1, sizes[0])))
    return sum(array.size for array in network.parameters.values())


def _parity(answer: object) -> str | None:
    """Judge weights (W1, b1, W2, b2) of a ReLU network for three-bit parity."""
    if not isinstance(answer, tuple) or len(answer) != 4:
        return "The answer is a tuple of four arrays: (W1, b1, W2, b2)."
    W1, b1, W2, b2 = (np.asarray(part, dtype=float) for part in answer)
    shapes = [W1.shape, b1.shape, W2.shape, b2.shape]
    units = W1.shape[1] if W1.ndim == 2 else 0
    if shapes != [(3, units), (units,), (units, 1), (1,)]:
        wanted = "(3, units), (units,), (units, 1), (1,)"
        return f"Your shapes are {shapes}, expected {wanted}."
    bits = np.array(np.meshgrid([0, 1], [0, 1], [0, 1])).reshape(3, 8).T.astype(float)
    wanted = bits.sum(axis=1) % 2
    says = (np.maximum(bits @ W1 + b1, 0) @ W2 + b2)[:, 0]
    wrong = np.flatnonzero(np.abs(says - wanted) > 1e-6)
    if len(wrong):
        first = tuple(bits[wrong[0]].astype(int).tolist())
        return (
            f"{len(wrong)} of 8 inputs come out wrong, the first at {first}: "
            f"{says[wrong[0]]:.3g} where parity is {wanted[wrong[0]]:.0f}.\n"
            "Hint: the network needs to know only how many inputs are on. Draw the "
            "answer against that number: a zigzag. Each ReLU adds one bend."
        )
    if units > 3:
        return f"It works, with {units} hidden units. Three are enough: one a bend."
    return None


EXERCISES = (
    Exercise(
        id="perceptrons.parameters",
        task="how many numbers 784-50-10 has to learn",
        ability="count the parameters of a network",
        minutes=5,
        hint="Each layer has inputs times units weights, and one bias a unit.",
        outputs=("parameters",),
        solution=lambda: _count([784, 50, 10]),
        mistakes=(
            Mistake(
                "These are the weights alone. Each unit of both layers has a bias, "
                "too.",
                lambda: 784 * 50 + 50 * 10,
            ),
            Mistake("That is the first layer alone.", lambda: 784 * 50 + 50),
            Mistake(
                "There is one bias a unit, not one a layer.",
                lambda: 784 * 50 + 1 + 50 * 10 + 1,
            ),
        ),
    ),
    Exercise(
        id="perceptrons.forward",
        task="forward propagation through any number of layers",
        ability="write forward propagation",
        minutes=10,
        hint="A loop over the layers: `a = activation(a @ kernel + bias)`, ReLU in all "
        "layers but the last.",
        inputs=_chain,
        outputs=("output",),
        solution=_network,
        mistakes=(
            Mistake(
                "The last layer is linear here; you bent its sums as well.",
                lambda x, layers: _network(x, layers, last="relu"),
            ),
            Mistake(
                "Without the ReLU between the products the network is one matrix.",
                lambda x, layers: _network(x, layers, hidden="linear"),
            ),
            Mistake(
                "The biases are missing.",
                lambda x, layers: _network(x, layers, with_bias=False),
            ),
        ),
    ),
    Exercise(
        id="perceptrons.parity",
        task="weights of a network for three-bit parity, found on paper",
        ability="build a network by hand",
        minutes=20,
        hint="The network needs to know only how many inputs are on.",
        judge=_parity,
    ),
)
