"""Recall the first of many symbols: which cell, over how many steps, how often.

A sequence shows one of four symbols, marked, and then others of the same four that do
not matter; after the last step the marked one is asked for. Chance is one in four.
Every cell gets the learning rate that does best on seeds that are not used again, and
the same budget of updates on sequences that never repeat.
"""

from __future__ import annotations

import joblib
import numpy as np
import pandas as pd

from course_utils import runtime

DATA = ()
SYMBOLS = 4
DISTANCES = (5, 10, 20, 50, 100)
FARTHEST = 200  # only for cells that solved 100 at least once: the rest would fail
SEEDS = (0, 1, 2, 3, 4)
RATES = (0.001, 0.003, 0.01)
CHOICE_SEEDS, CHOICE_DISTANCES = (100, 101), (20, 50)
LONG_MODELS, LONG_SEEDS = ("SimpleRNN", "LSTM"), (0, 1, 2)
LONG_DISTANCES, LONG_BUDGET = (20, 50), 4000
BATCH, BUDGET, CHUNK = 32, 1000, 100  # updates; a look at the validation part each 100
SOLVED = 0.99

# Name: cell, units, bias of the gate that keeps. SimpleRNN with 35 units has about as
# many parameters as the LSTM with 16.
MODELS = {
    "SimpleRNN": ("SimpleRNN", 16, None),
    "SimpleRNN, 35 units": ("SimpleRNN", 35, None),
    "LSTM": ("LSTM", 16, 1.0),
    "LSTM, forget bias 5": ("LSTM", 16, 5.0),
    "GRU": ("GRU", 16, 0.0),
    "GRU, update bias 5": ("GRU", 16, 5.0),
}


def sequences_of(count: int, distance: int, generator: np.random.Generator):
    """Draw x (count, distance + 1, 5), four symbols and the mark, and y (count,)."""
    symbols = generator.integers(0, SYMBOLS, (count, distance + 1))
    marks = np.zeros((count, distance + 1, 1))
    marks[:, 0] = 1
    x = np.concatenate([np.eye(SYMBOLS)[symbols], marks], axis=2)
    return x.astype("float32"), symbols[:, 0]


def build(name: str):
    """One recurrent layer and one dense layer, with the bias that the name says."""
    import keras

    cell, units, keep = MODELS[name]
    layer = getattr(keras.layers, cell)(units)
    model = keras.Sequential(
        [keras.Input((None, SYMBOLS + 1)), layer, keras.layers.Dense(SYMBOLS)]
    )
    if keep is not None:
        kernel, recurrent_kernel, bias = layer.get_weights()
        if cell == "LSTM":
            bias[units : 2 * units] = keep  # i, f, g, o
        else:
            bias[0, :units] = keep  # z, r, candidate; Keras' z keeps
        layer.set_weights([kernel, recurrent_kernel, bias])
    return model


def score(model, x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Cross-entropy and share of right answers."""
    z = model.predict_on_batch(x).astype("float64")
    z -= z.max(axis=1, keepdims=True)
    log_probability = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    loss = -log_probability[np.arange(len(y)), y].mean()
    return float(loss), float((z.argmax(axis=1) == y).mean())


def several(
    part: str,
    name: str,
    distance: int,
    trials: list[tuple[int, float]],
    budget: int = BUDGET,
) -> list[dict]:
    """Train one model again and again, for pairs of a seed and a learning rate."""
    import keras

    runtime.start()
    model = build(name)
    model.compile(
        keras.optimizers.Adam(global_clipnorm=1.0),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        steps_per_execution=20,
    )
    model.optimizer.build(model.trainable_variables)
    # Compiling takes as long as hundreds of updates: compile once, then start afresh.
    fresh = [keras.ops.convert_to_numpy(v) for v in model.optimizer.variables]
    rows = []
    for seed, rate in trials:
        runtime.set_seed(seed)
        model.set_weights(build(name).get_weights())
        for variable, value in zip(model.optimizer.variables, fresh, strict=True):
            variable.assign(value)
        model.optimizer.learning_rate = rate
        row = {"part": part, "model": name, "distance": distance, "seed": seed}
        row |= {"learning_rate": rate, "parameters": model.count_params()}
        rows.append(row | train(model, distance, seed, budget))
    return rows


def train(model, distance: int, seed: int, budget: int) -> dict:
    """Train until the task is solved or the budget is spent, then test."""
    generator = np.random.default_rng([seed, distance])
    valid, test = (sequences_of(1024, distance, generator) for _ in range(2))
    updates, solved = 0, False
    while updates < budget and not solved:
        x, y = sequences_of(CHUNK * BATCH, distance, generator)
        model.fit(x, y, batch_size=BATCH, shuffle=False, verbose=0)
        updates += CHUNK
        loss, accuracy = score(model, *valid)
        solved = accuracy >= SOLVED
    row = {"updates": updates, "solved": int(solved), "valid_loss": loss}
    return row | {"test_accuracy": score(model, *test)[1]}


def run_all(jobs: list[dict]) -> pd.DataFrame:
    """Two models at a time, the longest sequences first."""
    jobs = sorted(jobs, key=lambda job: -job["distance"] * job.get("budget", BUDGET))
    calls = (joblib.delayed(several)(**job) for job in jobs)
    found = joblib.Parallel(n_jobs=2, verbose=50)(calls)
    return pd.DataFrame([row for rows in found for row in rows])


def chosen_rates(table: pd.DataFrame) -> dict[str, float]:
    """The rate of the lowest mean validation loss; early success counts as well."""
    choice = table[table["part"] == "choice"]
    means = choice.groupby(["model", "learning_rate"])[["valid_loss", "updates"]].mean()
    best = means.sort_values(["valid_loss", "updates"]).reset_index()
    return best.groupby("model")["learning_rate"].first().to_dict()


def run() -> pd.DataFrame:
    tried = [(seed, rate) for seed in CHOICE_SEEDS for rate in RATES]
    choice = run_all(
        [
            {"part": "choice", "name": name, "distance": distance, "trials": tried}
            for name in MODELS
            for distance in CHOICE_DISTANCES
        ]
    )
    rates = chosen_rates(choice)

    def jobs(part, names, distances, seeds, **more):
        return [
            {"part": part, "name": name, "distance": distance}
            | {"trials": [(seed, rates[name]) for seed in seeds], **more}
            for name in names
            for distance in distances
        ]

    main = run_all(jobs("main", MODELS, DISTANCES, SEEDS))
    at_the_end = main[main["distance"] == DISTANCES[-1]].groupby("model")["solved"]
    able = [name for name, times in at_the_end.sum().items() if times > 0]
    last = run_all(
        jobs("main", able, [FARTHEST], SEEDS)
        + jobs("long", LONG_MODELS, LONG_DISTANCES, LONG_SEEDS, budget=LONG_BUDGET)
    )
    table = pd.concat([choice, main, last], ignore_index=True)
    order = ["part", "model", "distance", "learning_rate", "seed"]
    return table.sort_values(order, ignore_index=True)


def results(table: pd.DataFrame) -> dict[str, float]:
    main = table[table["part"] == "main"]
    solved = main.groupby(["model", "distance"])["solved"].sum()
    return {
        "lstm.memory.simple_rnn_100": solved["SimpleRNN", 100],
        "lstm.memory.lstm_100": solved["LSTM", 100],
        "lstm.memory.lstm_bias_5_100": solved["LSTM, forget bias 5", 100],
        "lstm.memory.lstm_bias_5_200": solved["LSTM, forget bias 5", 200],
    }
