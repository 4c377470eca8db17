"""Convolutions and recurrent layers on three tasks, one for each question.

*Distance*: a marked symbol stands at any place of 40 steps; after the last step it is
asked for. How far back does each network reach? *Motif*: does a short pattern occur
anywhere in noise? Only local structure. *Order*: two patterns occur; did A come before
B? Patterns and their order. One learning rate for all; nothing was tuned on the test
part, which is drawn once a seed and scored once. "ideal" knows the patterns and the
noise, and answers with the larger likelihood: no network can beat it, but by luck.
"""

from __future__ import annotations

import time

import joblib
import numpy as np
import pandas as pd

from course_utils import runtime

DATA = ()
SEEDS = (0, 1, 2, 3, 4)
BATCH, RATE, TEST = 32, 0.005, 4000
FEW = "motif, 1,000 examples"
UPDATES = {"distance": 1200, "motif": 400, FEW: 400, "order": 1000}
STEPS = {"distance": 40, "motif": 60, FEW: 60, "order": 100}
FAR = 60  # steps between the two motifs that the dilated CNN cannot span
NOISE = {"motif": 1.0, "order": 0.8}
A = np.array([1.0, 2.0, -1.0, -2.0, 1.0]) * 1.2  # the motifs, 5 steps long
B = np.array([-1.0, 1.0, 2.0, 1.0, -1.0]) * 1.4
MODELS = {
    "distance": ("CNN, field 8", "CNN, field 16", "CNN, field 32", "GRU"),
    "motif": ("CNN", "GRU", "GRU, small", "dense"),
    FEW: ("CNN", "GRU", "GRU, small", "dense"),
    "order": (
        "CNN, max over time",
        "CNN, dilated",
        "LSTM",
        "LSTM, 22 units",
        "CNN-LSTM",
        "CNN-LSTM, no pooling",
    ),
}


def distance(count: int, generator: np.random.Generator):
    """Draw x (count, 40, 5), symbols and mark; y (count,); distance to the end."""
    steps = STEPS["distance"]
    symbols = generator.integers(0, 4, (count, steps))
    back = generator.integers(0, steps, count)
    place = steps - 1 - back
    marks = np.arange(steps) == place[:, None]
    x = np.concatenate([np.eye(4)[symbols], marks[:, :, None]], axis=2)
    return x.astype("float32"), symbols[np.arange(count), place], back


def add(x: np.ndarray, motif: np.ndarray, places: np.ndarray) -> None:
    """Add a motif to each row of x (count, steps), at its own place."""
    rows = np.arange(len(x))[:, None]
    x[rows, places[:, None] + np.arange(len(motif))] += motif


def motif(count: int, generator: np.random.Generator):
    """Draw x (count, 60, 1), noise, with motif A in every second; y (count,)."""
    x = NOISE["motif"] * generator.normal(size=(count, STEPS["motif"]))
    y = generator.integers(0, 2, count)
    places = generator.integers(0, STEPS["motif"] - 4, count)
    with_it = x[y == 1]
    add(with_it, A, places[y == 1])
    x[y == 1] = with_it
    return x[:, :, None].astype("float32"), y, places


def order(count: int, generator: np.random.Generator):
    """Draw x (count, 60, 1) with A and B; y (count,): 1 where A comes first."""
    x = NOISE["order"] * generator.normal(size=(count, STEPS["order"]))
    y = generator.integers(0, 2, count)
    # Two places at least 5 steps apart, every such pair with the same chance.
    pair = np.argsort(generator.random((count, STEPS["order"] - 8)), axis=1)[:, :2]
    pair.sort(axis=1)
    first, second = pair[:, 0], pair[:, 1] + 4
    add(x, A, np.where(y == 1, first, second))
    add(x, B, np.where(y == 1, second, first))
    return x[:, :, None].astype("float32"), y, second - first


DRAW = {"distance": distance, "motif": motif, FEW: motif, "order": order}


def log_ratio(x: np.ndarray, motif: np.ndarray, noise: float) -> np.ndarray:
    """Log likelihood at each place: the motif and noise, against noise alone."""
    windows = np.lib.stride_tricks.sliding_window_view(x[:, :, 0], 5, axis=1)
    return (windows @ motif - motif @ motif / 2) / noise**2  # (count, steps - 4)


def ideal(task: str, x: np.ndarray) -> np.ndarray:
    """Answer as somebody who knows how the sequences were made."""
    if task != "order":
        return np.exp(log_ratio(x, A, NOISE["motif"])).mean(axis=1) > 1
    a, b = (np.exp(log_ratio(x, motif, NOISE["order"])) for motif in (A, B))
    a_first = (np.cumsum(a, axis=1)[:, :-5] * b[:, 5:]).sum(axis=1)
    b_first = (np.cumsum(b, axis=1)[:, :-5] * a[:, 5:]).sum(axis=1)
    return a_first > b_first


def stack(dilations: tuple[int, ...], size: int) -> list:
    """Causal convolutions of 16 filters, one for each dilation."""
    from keras import layers

    look = {"padding": "causal", "activation": "relu"}
    return [layers.Conv1D(16, size, dilation_rate=d, **look) for d in dilations]


def build(task: str, name: str):
    """Put a network together."""
    import keras
    from keras import layers

    features, outputs = (5, 4) if task == "distance" else (1, 1)
    look = {"padding": "same", "activation": "relu"}
    middle = {
        "CNN, field 8": lambda: [*stack((1, 2, 4), 2), layers.Cropping1D((39, 0))],
        "CNN, field 16": lambda: [*stack((1, 2, 4, 8), 2), layers.Cropping1D((39, 0))],
        "CNN, field 32": lambda: [
            *stack((1, 2, 4, 8, 16), 2),
            layers.Cropping1D((39, 0)),
        ],
        "GRU": lambda: [layers.GRU(16)],
        "GRU, small": lambda: [layers.GRU(5)],
        "dense": lambda: [layers.Flatten(), layers.Dense(16, "relu")],
        "CNN": lambda: [layers.Conv1D(16, 5, **look), layers.GlobalMaxPooling1D()],
        "CNN, max over time": lambda: [
            layers.Conv1D(16, 5, **look),
            layers.GlobalMaxPooling1D(),
            layers.Dense(16, "relu"),
        ],
        "CNN, dilated": lambda: [
            *stack((1, 2, 4, 8), 5),
            layers.GlobalMaxPooling1D(),
        ],
        "LSTM": lambda: [layers.LSTM(16)],
        "LSTM, 22 units": lambda: [layers.LSTM(22)],
        "CNN-LSTM": lambda: [
            layers.Conv1D(16, 5, **look),
            layers.MaxPooling1D(2),
            layers.LSTM(16),
        ],
        "CNN-LSTM, no pooling": lambda: [
            layers.Conv1D(16, 5, **look),
            layers.LSTM(16),
        ],
    }[name]()
    ends = [layers.Flatten()] if task == "distance" and name != "GRU" else []
    inputs = keras.Input((STEPS[task], features))
    return keras.Sequential([inputs, *middle, *ends, layers.Dense(outputs)])


def right(model, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Tell for each sequence whether the answer is right."""
    logits = model.predict(x, batch_size=500, verbose=0)
    if logits.shape[1] == 1:
        return (logits[:, 0] > 0) == y
    return logits.argmax(axis=1) == y


def one(task: str, name: str, seeds: tuple[int, ...] = SEEDS) -> list[dict]:
    """Train one network from several seeds; it is compiled once for all."""
    import keras

    runtime.start()
    model = build(task, name)
    losses = keras.losses
    loss = losses.BinaryCrossentropy(from_logits=True)
    if task == "distance":
        loss = losses.SparseCategoricalCrossentropy(from_logits=True)
    adam = keras.optimizers.Adam(RATE, global_clipnorm=1.0)
    adam.build(model.trainable_variables)
    start = [keras.ops.convert_to_numpy(v) for v in adam.variables]
    model.compile(adam, loss, steps_per_execution=20)
    rows = []
    for seed in seeds:
        generator = np.random.default_rng([seed, list(DRAW).index(task)])
        test = DRAW[task](TEST, generator)
        x, y, _ = DRAW[task](UPDATES[task] * BATCH, generator)
        if task == FEW:
            again = np.concatenate([generator.permutation(1000) for _ in range(13)])
            x, y = x[again[: len(x)]], y[again[: len(x)]]
        runtime.set_seed(seed)
        model.set_weights(build(task, name).get_weights())
        for variable, value in zip(adam.variables, start, strict=True):
            variable.assign(value)
        began = time.perf_counter()
        model.fit(x, y, batch_size=BATCH, shuffle=False, verbose=0)
        seconds = time.perf_counter() - began
        row = {"task": task, "model": name, "seed": seed}
        row |= {"parameters": model.count_params()}
        row |= {"ms_per_update": 1000 * seconds / UPDATES[task]}
        good = right(model, *test[:2])
        row["far_accuracy"] = np.nan
        if task == "order":
            row["far_accuracy"] = good[test[2] > FAR].mean()
        rows.append(row | {"steps_back": -1, "accuracy": good.mean()})
        if task == "distance":
            for back in range(STEPS[task]):
                share = good[test[2] == back].mean()
                rows.append(row | {"steps_back": back, "accuracy": share})
    return rows


def run() -> pd.DataFrame:
    pairs = [(task, name) for task, names in MODELS.items() for name in names]
    calls = (joblib.delayed(one)(*pair) for pair in pairs)
    found = joblib.Parallel(n_jobs=2, verbose=1)(calls)
    rows = [row for rows in found for row in rows]
    for task in ("motif", FEW, "order"):
        for seed in SEEDS:
            generator = np.random.default_rng([seed, list(DRAW).index(task)])
            x, y, _ = DRAW[task](TEST, generator)
            row = {"task": task, "model": "ideal", "seed": seed, "steps_back": -1}
            rows.append(row | {"accuracy": (ideal(task, x) == y).mean()})
    return pd.DataFrame(rows)


def results(table: pd.DataFrame) -> dict[str, float]:
    whole = table[table["steps_back"] < 0]
    means = 100 * whole.groupby(["task", "model"])["accuracy"].mean()
    far = table[(table["task"] == "distance") & (table["steps_back"] >= 0)]
    name = "CNN, field 16"
    inside = far[(far["model"] == name) & (far["steps_back"] < 16)]
    outside = far[(far["model"] == name) & (far["steps_back"] >= 16)]
    times = whole[whole["task"] == "motif"].groupby("model")["ms_per_update"].median()
    return {
        "conv.distance.inside": 100 * inside["accuracy"].mean(),
        "conv.distance.outside": 100 * outside["accuracy"].mean(),
        "conv.distance.gru": means["distance", "GRU"],
        "conv.motif.ideal": means["motif", "ideal"],
        "conv.motif.cnn": means["motif", "CNN"],
        "conv.motif.gru": means["motif", "GRU"],
        "conv.motif.dense": means["motif", "dense"],
        "conv.few.cnn": means[FEW, "CNN"],
        "conv.few.gru": means[FEW, "GRU"],
        "conv.motif.time_ratio": times["GRU"] / times["CNN"],
        "conv.order.ideal": means["order", "ideal"],
        "conv.order.pooled": means["order", "CNN, max over time"],
        "conv.order.dilated": means["order", "CNN, dilated"],
        "conv.order.lstm": means["order", "LSTM, 22 units"],
        "conv.order.cnn_lstm": means["order", "CNN-LSTM"],
    }
