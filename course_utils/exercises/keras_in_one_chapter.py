"""Exercises of the chapter "Keras in one chapter": answers and slips."""

from __future__ import annotations

import numpy as np

from course_utils import scratch

from .checking import Exercise, Mistake

Generator = np.random.Generator


def _counts(features, units, reset_after=True, bias=1):
    """Count by building the layers and looking."""
    x = np.zeros((1, 2, features))
    found = []
    for layer in (
        scratch.Dense(units),
        scratch.SimpleRNN(units),
        scratch.LSTM(units),
        scratch.GRU(units, reset_after=reset_after),
    ):
        layer.forward(x[:, 0] if isinstance(layer, scratch.Dense) else x)
        sizes = {name: array.size for name, array in layer.parameters.items()}
        sizes["bias"] *= bias
        found.append(sum(sizes.values()))
    return tuple(found)


def _three_for_an_lstm(features, units):
    dense, simple, _, gru = _counts(features, units)
    return dense, simple, 3 * simple, gru


def _mask(generator: Generator) -> tuple:
    a = generator.normal(size=(3, 8))
    return a, generator.random((3, 8)) >= 0.3, 0.3


def _autoencoder(model: object) -> str | None:
    """Judge a Keras model for the autoencoder 784-128-64-128-784."""
    if not hasattr(model, "layers"):
        return f"The answer is a Keras model, not a {type(model).__name__}."
    dense = [layer for layer in model.layers if hasattr(layer, "units")]
    units = [layer.units for layer in dense]
    if model.input_shape != (None, 784):
        return (
            f"It reads {model.input_shape}; a flattened image is (None, 784). "
            "Hint: keras.Input takes the shape of one example, without the batch."
        )
    if units[-1:] != [784]:
        return f"It writes {units[-1:]} numbers; an image has 784 pixels."
    if units != [128, 64, 128, 784]:
        return f"Its layers have {units} units, expected [128, 64, 128, 784]."
    names = [layer.activation.__name__ for layer in dense]
    if "linear" in names[:-1]:
        return "Hint: a hidden layer without an activation is no layer of its own."
    if names[-1] == "softmax":
        return (
            "Hint: softmax makes all pixels together add up to 1. Each pixel is a "
            "number from 0 to 1 by itself."
        )
    if names[-1] != "sigmoid":
        return f"Hint: pixels lie between 0 and 1; does {names[-1]} stay there?"
    return None


EXERCISES = (
    Exercise(
        id="keras.dropout",
        task="dropout in training, with the mask given",
        ability="say what dropout computes",
        minutes=5,
        hint="What is dropped is 0; what is left is scaled so that the mean stays.",
        inputs=_mask,
        outputs=("a",),
        solution=lambda a, kept, rate: np.where(kept, a / (1 - rate), 0.0),
        mistakes=(
            Mistake(
                "The survivors are not scaled: the next layer would see smaller sums "
                "in training than later.",
                lambda a, kept, rate: a * kept,
            ),
            Mistake(
                "You divided by the share that is dropped; the share that is kept is "
                "1 - rate.",
                lambda a, kept, rate: a * kept / rate,
            ),
            Mistake(
                "You multiplied. What is left must grow, to stand in for the dropped.",
                lambda a, kept, rate: a * kept * (1 - rate),
            ),
            Mistake(
                "The mask is the wrong way round: `kept` is True for what stays.",
                lambda a, kept, rate: a * ~kept / (1 - rate),
            ),
        ),
    ),
    Exercise(
        id="keras.parameters",
        task="parameters of Dense, SimpleRNN, LSTM and GRU",
        ability="predict what summary() will say",
        minutes=10,
        hint="A kernel (features x units), for recurrent layers a recurrent kernel "
        "(units x units), and biases; then how often each.",
        inputs=lambda generator: (
            int(generator.integers(2, 30)),
            int(generator.integers(2, 30)),
        ),
        outputs=("dense", "simple_rnn", "lstm", "gru"),
        solution=_counts,
        mistakes=(
            Mistake(
                "Three are right. Keras' GRU has a second bias: one for the input's "
                "product, one for the state's.",
                lambda features, units: _counts(features, units, reset_after=False),
            ),
            Mistake(
                "The biases are missing.",
                lambda features, units: _counts(features, units, bias=0),
            ),
            Mistake(
                "An LSTM does it four times: three gates and the candidate.",
                _three_for_an_lstm,
            ),
        ),
    ),
    Exercise(
        id="keras.autoencoder",
        task="the autoencoder 784-128-64-128-784 in Keras",
        ability="build a model in today's Keras",
        minutes=10,
        hint="keras.Input, then four Dense layers.",
        judge=_autoencoder,
    ),
)
