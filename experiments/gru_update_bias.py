"""The gates of a GRU: where the update gate should start, and which gate is needed.

Two tasks. *Recall*: one of four symbols comes first, marked, then others of the same
four; after the last step the marked one is asked for. *Sum since the mark*: a -1 or 1
each step; asked for is their sum since the last mark, which comes at random. The first
needs keeping, the second adding up and a fresh start.

A gate is taken out by its bias: at 30 a sigmoid is 1 in float32 and its derivative 0.
"""

from __future__ import annotations

import joblib
import numpy as np
import pandas as pd

from course_utils import runtime

DATA = ()
SYMBOLS, UNITS, BATCH = 4, 16, 32
SEEDS = (0, 1, 2, 3, 4)
BIASES, DISTANCES = (0.0, 1.0, 2.0, 3.0, 5.0, 8.0), (20, 100)
RATE, BUDGET, CHUNK = 0.01, 400, 50  # updates; a look at the validation part each 50
SOLVED = 0.99
OUT = 30.0
GATES = {  # name: bias of the update gate, of the reset gate
    "both gates, bias 0": (0.0, 0.0),
    "both gates": (2.0, 0.0),
    "no reset gate": (2.0, OUT),
    "no update gate": (-OUT, 0.0),
}


def recall(count: int, distance: int, generator: np.random.Generator):
    """Draw x (count, distance + 1, 5), four symbols and the mark, and y (count,)."""
    symbols = generator.integers(0, SYMBOLS, (count, distance + 1))
    marks = np.zeros((count, distance + 1, 1))
    marks[:, 0] = 1
    x = np.concatenate([np.eye(SYMBOLS)[symbols], marks], axis=2)
    return x.astype("float32"), symbols[:, 0]


def sum_since(count: int, distance: int, generator: np.random.Generator):
    """Draw x (count, distance, 2), values and marks, and y (count, 1), a third."""
    values = generator.choice([-1.0, 1.0], (count, distance))
    marks = generator.random((count, distance)) < 0.1
    marks[:, 0] = True
    total = np.zeros(count)
    for t in range(distance):
        total = np.where(marks[:, t], 0.0, total) + values[:, t]
    x = np.stack([values, marks], axis=2)
    return x.astype("float32"), (total[:, None] / 3).astype("float32")


TASKS = {"recall": recall, "sum since mark": sum_since}


def build(task: str, update_bias: float, reset_bias: float = 0.0):
    """One GRU with these biases at its start, and one dense layer."""
    import keras

    features, outputs = (SYMBOLS + 1, SYMBOLS) if task == "recall" else (2, 1)
    layer = keras.layers.GRU(UNITS)
    model = keras.Sequential(
        [keras.Input((None, features)), layer, keras.layers.Dense(outputs)]
    )
    kernel, recurrent_kernel, bias = layer.get_weights()
    bias[0, :UNITS], bias[0, UNITS : 2 * UNITS] = update_bias, reset_bias
    layer.set_weights([kernel, recurrent_kernel, bias])
    return model


def score(model, x: np.ndarray, y: np.ndarray) -> float:
    """Share of right answers, or of the variance explained."""
    answer = model.predict_on_batch(x)
    if y.ndim == 1:
        return float((answer.argmax(axis=1) == y).mean())
    return float(1 - np.mean((answer - y) ** 2) / y.var())


def one(
    task: str, name: str, distance: int, seed: int, update: float, reset: float = 0.0
) -> dict:
    """Train one network until it has solved recall, or its budget is spent."""
    import keras

    runtime.start()
    keras.utils.clear_session()
    generator = np.random.default_rng([seed, distance])
    draw = TASKS[task]
    valid, test = (draw(1000, distance, generator) for _ in range(2))
    runtime.set_seed(seed)
    model = build(task, update, reset)
    loss = "mse"
    if task == "recall":
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    adam = keras.optimizers.Adam(RATE, global_clipnorm=1.0)
    model.compile(adam, loss, steps_per_execution=25)
    updates, solved = 0, False
    while updates < BUDGET and not solved:
        model.fit(
            *draw(CHUNK * BATCH, distance, generator), batch_size=BATCH, verbose=0
        )
        updates += CHUNK
        solved = task == "recall" and score(model, *valid) >= SOLVED
    row = {"task": task, "model": name, "distance": distance, "update_bias": update}
    row |= {"seed": seed, "updates": updates, "solved": int(solved)}
    return row | {"test_score": score(model, *test)}


def run() -> pd.DataFrame:
    jobs = [
        {"task": "recall", "name": "bias", "distance": d, "seed": s, "update": bias}
        for d in DISTANCES
        for bias in BIASES
        for s in SEEDS
    ]
    jobs += [
        {"task": task, "name": name, "distance": 20, "seed": s}
        | {"update": update, "reset": reset}
        for task in TASKS
        for name, (update, reset) in GATES.items()
        for s in SEEDS
        if (task, name[:4]) != ("recall", "both")  # these are among the biases
    ]
    jobs += [
        {"task": "sum since mark", "name": "bias", "distance": 20, "seed": s}
        | {"update": bias}
        for bias in (5.0, 8.0)
        for s in SEEDS
    ]
    jobs = sorted(jobs, key=lambda job: -job["distance"])
    calls = (joblib.delayed(one)(**job) for job in jobs)
    table = pd.DataFrame(joblib.Parallel(n_jobs=2, verbose=1)(calls))
    order = ["task", "model", "distance", "update_bias", "seed"]
    return table.sort_values(order, ignore_index=True)


def results(table: pd.DataFrame) -> dict[str, float]:
    recalled = table[(table["task"] == "recall") & (table["model"] == "bias")]
    solved = recalled.groupby(["distance", "update_bias"])["solved"].sum()
    since = table[table["task"] == "sum since mark"]
    means = 100 * since.groupby(["model", "update_bias"])["test_score"].mean()
    return {
        "gru.recall.bias_0_20": solved[20, 0.0],
        "gru.recall.bias_0_100": solved[100, 0.0],
        "gru.recall.bias_5_100": solved[100, 5.0],
        "gru.sum.both": means["both gates", 2.0],
        "gru.sum.no_reset": means["no reset gate", 2.0],
        "gru.sum.no_update": means["no update gate", -OUT],
        "gru.sum.bias_8": means["bias", 8.0],
    }
