"""What the experiments on the plays of Shakespeare share: parts, windows, and scores.

The text is split by position: the last tenth is the test part, the twentieth before it
the validation part, the rest is for training. Networks give logits, (batch, steps,
symbols), one guess at every step.
"""

from __future__ import annotations

import numpy as np

from course_utils import datasets, runtime, sequences, training

STEPS = 100  # characters of a window
LONG = 1_000  # characters of a window of the second way to score
SEEDS = (0, 1, 2)


def parts() -> tuple[dict[str, np.ndarray], sequences.Vocabulary]:
    """Cut the coded text by position.

    Returns
    -------
    dict
        ``"train"``, ``"valid"``, ``"test"``: codes, int32 of shape (characters,).
    sequences.Vocabulary
        Of the characters of the training part; later parts have no others.
    """
    text = datasets.load_shakespeare()
    first_valid, first_test = int(0.85 * len(text)), int(0.9 * len(text))
    vocabulary = sequences.Vocabulary.of(text[:first_valid])
    cut = np.split(vocabulary.encode(text), [first_valid, first_test])
    return dict(zip(("train", "valid", "test"), cut, strict=True)), vocabulary


def opened(parts: dict[str, np.ndarray], name: str) -> np.ndarray:
    """Codes of a part behind the one character before it, so that all are guessed."""
    before = {"valid": "train", "test": "valid"}[name]
    return np.concatenate([parts[before][-1:], parts[name]])


def windows(
    codes: np.ndarray, steps: int = STEPS, stride: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Cut codes into windows and the same windows one character on.

    Parameters
    ----------
    codes
        Shape (characters,).
    steps, stride
        Length of a window, and the distance of their starts; by default they lie
        end to end.

    Returns
    -------
    tuple of ndarray
        x and y, both int32 of shape (windows, steps).
    """
    cut = sequences.make_windows(codes, steps, horizon=1, stride=stride or steps)
    inputs = cut.x[:, :, 0]  # (windows, steps)
    return np.ascontiguousarray(inputs), np.concatenate(
        [inputs[:, 1:], cut.y[:, 0]], axis=1
    )


def surprise(model, codes: np.ndarray, steps: int = STEPS) -> np.ndarray:
    """Surprise in nats at every character of a part but the first.

    Windows lie end to end, each starts with a state of zeros, and every character of
    every window counts, those after little context too. The last characters, less
    than a window, are read as a window of their own.

    Parameters
    ----------
    model
        From codes (batch, steps) to logits (batch, steps, symbols).
    codes
        Shape (characters,); from `opened` for the surprise at each one of a part.
    steps
        Length of a window.

    Returns
    -------
    ndarray
        Shape (characters - 1,).
    """
    x, y = windows(codes, steps)
    found = _of_windows(model, x, y).ravel()
    rest = codes[len(found) :]
    if len(rest) < 2:
        return found
    last = _of_windows(model, rest[None, :-1], rest[None, 1:]).ravel()
    return np.concatenate([found, last])


def _of_windows(model, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    batch = max(1, 12_800 // x.shape[1])
    rows = [
        nats(model.predict_on_batch(inputs), targets)
        for inputs, targets in sequences.batches(x, y, batch_size=batch)
    ]
    return np.concatenate(rows)


def nats(logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Surprise at each target: from (..., symbols) and (...) to (...), in nats."""
    logits = np.asarray(logits, dtype=float)
    logits = logits - logits.max(axis=-1, keepdims=True)
    total = np.log(np.exp(logits).sum(axis=-1))
    chosen = np.take_along_axis(logits, targets[..., None].astype(int), axis=-1)
    return total - chosen[..., 0]


def build(
    symbols: int,
    units: int = 256,
    embedding: int = 64,
    normalize: bool = True,
    dropout: float = 0.0,
):
    """Embedding, GRU, layer normalization, dropout, and a logit for each character."""
    import keras
    from keras import layers

    middle = [layers.LayerNormalization()] if normalize else []
    middle += [layers.Dropout(dropout)] if dropout else []
    return keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),  # (batch, steps)
            layers.Embedding(symbols, embedding),
            layers.GRU(units, return_sequences=True),
            *middle,
            layers.Dense(symbols),  # (batch, steps, symbols)
        ]
    )


def train(
    codes: np.ndarray,
    model,
    seed: int,
    *,
    passes: int,
    batch: int,
    rate: float,
    schedule: str = "one_cycle",
    steps: int = STEPS,
    validation: tuple[np.ndarray, np.ndarray] | None = None,
) -> dict[str, list[float]]:
    """Train a network on windows of a text, end to end, some passes over it.

    Windows half as long, in batches of twice as many, hold the same characters an
    update in half as many steps that wait for each other.
    """
    import keras

    x, y = windows(codes, steps)
    return training.fit(
        model,
        x,
        y,
        epochs=passes,
        batch_size=batch,
        learning_rate=rate,
        schedule=schedule,
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        validation=validation,
        seed=seed,
    )


def fresh(seed: int, symbols: int, **options):
    """Build a network from a seed of its own."""
    import keras

    keras.utils.clear_session()
    runtime.set_seed(seed)
    return build(symbols, **options)
