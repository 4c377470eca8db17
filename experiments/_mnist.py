"""What the MNIST experiments share: images as sequences, networks, training, scores.

The last 5,000 training images are the validation part, for every choice; networks are
trained on the 55,000 before it. The test part is scored in `mnist_models`, `mnist_cnn`
and `mnist_longer` only.
"""

from __future__ import annotations

from collections.abc import Callable

import joblib
import numpy as np
import pandas as pd

from course_utils import datasets, runtime, training

SIDE, CLASSES = 28, 10
VALID = 5_000
SEEDS = (0, 1, 2, 3, 4)
# One order of the 784 pixels for all images, training and test.
ORDER = np.random.default_rng(784).permutation(SIDE * SIDE)


def parts() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return training, validation and test part: images (n, 28, 28), labels (n,)."""
    (x, y), test = datasets.load_mnist()
    return {
        "train": (x[:-VALID], y[:-VALID]),
        "valid": (x[-VALID:], y[-VALID:]),
        "test": test,
    }


def view(images: np.ndarray, how: str) -> np.ndarray:
    """Lay images out as 28 steps of 28 features, from 0 to 1.

    Parameters
    ----------
    images
        uint8, shape (n, 28, 28).
    how
        ``"rows"``, from the top; ``"columns"``, from the left; or ``"shuffled"``, all
        784 pixels in one random order, 28 of them a step.
    """
    if how == "columns":
        images = images.transpose(0, 2, 1)
    elif how == "shuffled":
        flat = images.reshape(len(images), SIDE * SIDE)
        images = flat[:, ORDER].reshape(-1, SIDE, SIDE)
    elif how != "rows":
        raise ValueError(f"rows, columns or shuffled; got {how!r}.")
    return images.astype("float32") / 255


def shifted(
    images: np.ndarray, labels: np.ndarray, how: str, reach: int, batch: int, seed: int
):
    """Batches in which each image is moved anew in each epoch.

    Up to ``reach`` pixels up or down, left or right; zeros move in. A rest that does
    not fill a batch is left out, another one in each epoch.
    """
    import keras

    class Shifted(keras.utils.PyDataset):
        def __init__(self) -> None:
            super().__init__()
            margin = (reach, reach)
            padded = np.pad(images, ((0, 0), margin, margin))
            # (n, places, places, 28, 28): all places of all images, without a copy
            self.places = np.lib.stride_tricks.sliding_window_view(
                padded, (SIDE, SIDE), axis=(1, 2)
            )
            self.generator = np.random.default_rng(seed)
            self.on_epoch_end()

        def on_epoch_end(self) -> None:
            count = len(labels)
            self.order = self.generator.permutation(count)
            self.moves = self.generator.integers(0, 2 * reach + 1, (2, count))

        def __len__(self) -> int:
            return len(labels) // batch

        def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
            chosen = self.order[index * batch : (index + 1) * batch]
            down, right = self.moves[:, chosen]
            return view(self.places[chosen, down, right], how), labels[chosen]

    return Shifted()


def build(name: str, units: int = 128, dropout: float = 0.0):
    """Put a network together: ``"LSTM"``, ``"CNN"`` or ``"logistic"``, with logits."""
    import keras
    from keras import layers

    body = {
        "LSTM": lambda: [layers.LSTM(units)],
        "logistic": lambda: [layers.Flatten()],
        "CNN": lambda: [
            layers.Reshape((SIDE, SIDE, 1)),
            layers.Conv2D(16, 3, strides=2, activation="relu"),
            layers.Conv2D(32, 3, strides=2, activation="relu"),
            layers.Flatten(),
        ],
    }[name]()
    body += [layers.Dropout(dropout)] if dropout else []
    head = layers.Dense(CLASSES)
    return keras.Sequential([keras.Input((SIDE, SIDE)), *body, head])


def train(
    name: str,
    part: tuple[np.ndarray, np.ndarray],
    seed: int,
    *,
    how: str = "rows",
    rate: float,
    schedule: str = "one_cycle",
    reach: int,
    batch: int,
    epochs: int,
    units: int = 128,
    dropout: float = 0.0,
):
    """Train one network from one seed."""
    import keras

    keras.utils.clear_session()
    runtime.set_seed(seed)
    model = build(name, units, dropout)
    data = shifted(*part, how, reach, batch, seed)
    plan = training.learning_rate_schedule(schedule, rate, epochs * len(data))
    model.compile(
        keras.optimizers.Adam(plan, global_clipnorm=1.0),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    model.fit(data, epochs=epochs, shuffle=False, verbose=0)
    return model


def logits(model, images: np.ndarray, how: str = "rows") -> np.ndarray:
    """What a network says of images, (n, 10)."""
    return model.predict(view(images, how), batch_size=1000, verbose=0)


def scores(answer: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Share of right answers in percent, and the mean cross-entropy in nats."""
    shift = answer - answer.max(axis=1, keepdims=True)
    logs = shift - np.log(np.exp(shift).sum(axis=1, keepdims=True))
    right = (answer.argmax(axis=1) == labels).mean()
    loss = -logs[np.arange(len(labels)), labels].mean()
    return {"accuracy": 100 * float(right), "loss": float(loss)}


def run_all(function: Callable[..., dict], jobs: list[dict]) -> pd.DataFrame:
    """Run a function once a row, two at a time: each network keeps one core busy."""
    calls = (joblib.delayed(function)(**job) for job in jobs)
    return pd.DataFrame(joblib.Parallel(n_jobs=2, verbose=1)(calls))
