"""A recurrent layer, a window and a sum, on two questions about the weather.

Chapter 9: which dish does the canteen cook (order matters), and were there more cold
days than warm ones (order does not)? Trained on 11 days, asked about 11, 101 and 1001.
"""

from __future__ import annotations

import itertools

import joblib
import keras
import numpy as np
import pandas as pd

from course_utils import runtime, training

DATA = ()
DAYS = 11
SEEDS = (0, 1, 2, 3, 4)
TASKS = {"dish": 3, "majority": 2}  # classes
HIDDEN = {  # neurons that give all models of a task about as many parameters
    ("dish", "window"): 4,
    ("dish", "sum"): 19,
    ("majority", "window"): 4,
    ("majority", "sum"): 21,
}
TRAINED_ON = 200  # of the 2,048 possible weathers of 11 days


def dishes(cold: np.ndarray) -> np.ndarray:
    """Cook by the rule: 0 soup, 1 pasta, 2 salad; (n, days) to (n, days)."""
    served = np.empty(cold.shape, int)
    yesterday = np.ones(len(cold), int)
    for day in range(cold.shape[1]):
        on_cold, on_warm = (
            np.where(yesterday == 0, 1, 0),
            np.where(yesterday == 2, 1, 2),
        )
        yesterday = served[:, day] = np.where(cold[:, day], on_cold, on_warm)
    return served


def label(task: str, cold: np.ndarray) -> np.ndarray:
    """Answer for the last day, shape (n,)."""
    if task == "dish":
        return dishes(cold)[:, -1]
    return (cold.mean(axis=1) > 0.5).astype(int)


def one_hot(cold: np.ndarray) -> np.ndarray:
    return np.stack([cold, ~cold], axis=-1).astype("float32")  # (n, days, 2)


def build(task: str, model: str) -> keras.Sequential:
    output = keras.layers.Dense(TASKS[task])
    if model == "rnn":
        layers = [keras.Input((None, 2)), keras.layers.SimpleRNN(8), output]
    elif model == "window":
        hidden = keras.layers.Dense(HIDDEN[task, model], activation="tanh")
        layers = [keras.Input((DAYS, 2)), keras.layers.Flatten(), hidden, output]
    else:
        hidden = keras.layers.Dense(HIDDEN[task, model], activation="tanh")
        layers = [keras.Input((2,)), hidden, output]
    return keras.Sequential(layers)


def view(model: str, cold: np.ndarray) -> np.ndarray:
    """Give a model what it can read: all days, the last 11, or the two counts."""
    x = one_hot(cold)
    return {"rnn": x, "window": x[:, -DAYS:], "sum": x.sum(axis=1)}[model]


def accuracy(network: keras.Model, task: str, model: str, cold: np.ndarray) -> float:
    answer = network.predict(view(model, cold), batch_size=1024, verbose=0)
    return 100 * float(np.mean(answer.argmax(axis=1) == label(task, cold)))


def one(task: str, model: str, seed: int) -> dict:
    every = np.array(list(itertools.product([False, True], repeat=DAYS)))  # (2048, 11)
    order = np.random.default_rng(seed).permutation(len(every))
    known, new = every[order[:TRAINED_ON]], every[order[TRAINED_ON:]]
    rng = np.random.default_rng(100)
    longer = {days: rng.random((500, days)) < 0.5 for days in (101, 1001)}
    wave = np.hstack([longer[101][:, :DAYS], np.zeros((500, 90), bool)])

    runtime.set_seed(seed)
    network = build(task, model)
    copies = np.tile(known, (8, 1))  # 32 batches an epoch instead of 4: less overhead
    training.fit(
        network,
        view(model, copies),
        label(task, copies),
        epochs=25,
        batch_size=50,
        learning_rate=1e-2,
        schedule="cosine",
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        seed=seed,
        steps_per_execution=16,
    )
    row = {"task": task, "model": model, "seed": seed}
    row["parameters"] = network.count_params()
    row["known"] = accuracy(network, task, model, known)
    row["new"] = accuracy(network, task, model, new)
    for days, cold in longer.items():
        row[f"days_{days}"] = accuracy(network, task, model, cold)
    if task == "dish":  # the last two days, so that guessing one phase gives a half
        both = [accuracy(network, task, model, wave[:, :end]) for end in (100, 101)]
        row["heat_wave"] = float(np.mean(both))
    return row


def run() -> pd.DataFrame:
    jobs = [
        (task, model, seed)
        for task in TASKS
        for model in ("rnn", "window", "sum")
        for seed in SEEDS
    ]
    return pd.DataFrame(
        joblib.Parallel(n_jobs=2)(joblib.delayed(one)(*j) for j in jobs)
    )


def results(table: pd.DataFrame) -> dict[str, float]:
    mean = table.groupby(["task", "model"]).mean()
    return {
        "simple_rnn.dish.rnn_heat_wave": mean.loc[("dish", "rnn"), "heat_wave"],
        "simple_rnn.dish.window_new": mean.loc[("dish", "window"), "new"],
        "simple_rnn.dish.window_heat_wave": mean.loc[("dish", "window"), "heat_wave"],
        "simple_rnn.majority.rnn_new": mean.loc[("majority", "rnn"), "new"],
        "simple_rnn.majority.rnn_1001": mean.loc[("majority", "rnn"), "days_1001"],
        "simple_rnn.majority.sum_1001": mean.loc[("majority", "sum"), "days_1001"],
    }
