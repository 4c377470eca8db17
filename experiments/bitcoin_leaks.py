"""Three leaks of the bitcoin lab: what an author believes, and what is true.

*Scaler*: minimum and maximum of all prices, of the future too. *Random split*: a fifth
of all overlapping windows, drawn at random, is the test part. *Checkpoint*: the epoch
with the lowest error on the test part is kept; the truth is the epoch with the lowest
error on the validation part, of the same run. All numbers are mean absolute errors over
those of persistence on the same days, and USD.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from course_utils import runtime
from experiments import _bitcoin as bitcoin
from experiments._bitcoin_chosen import CHOSEN

DATA = ("bitcoin",)


def scored(
    task: bitcoin.Task, kind: str, seed: int, rows: np.ndarray, test: np.ndarray
) -> dict[str, float]:
    model = bitcoin.train(task[rows], "CNN-LSTM", seed, **CHOSEN[kind])
    return bitcoin.scores(task[test], bitcoin.predict(model, task[test]))


def honest(kind: str, seed: int) -> dict[str, float]:
    count = len(bitcoin.make_task(kind, None))
    rows, test = np.split(np.arange(count), [count - bitcoin.PART])
    return scored(bitcoin.make_task(kind, len(rows)), kind, seed, rows, test)


def scaler(kind: str, seed: int) -> dict[str, float]:
    count = len(bitcoin.make_task(kind, None))
    rows, test = np.split(np.arange(count), [count - bitcoin.PART])
    return scored(bitcoin.make_task(kind, None), kind, seed, rows, test)


def shuffled(kind: str, seed: int) -> dict[str, float]:
    count = len(bitcoin.make_task(kind, None))
    order = np.random.default_rng(seed).permutation(count)
    rows, test = (np.sort(part) for part in np.split(order, [count - bitcoin.PART]))
    return scored(bitcoin.make_task(kind, rows), kind, seed, rows, test)


def checkpoint(kind: str, seed: int) -> dict[str, float]:
    """Score both parts after each epoch of one training, at a constant rate."""
    import keras

    first = len(bitcoin.make_task(kind, None)) - 2 * bitcoin.PART
    task = bitcoin.make_task(kind, first)
    known, later = task[:first], task[first:]
    keras.utils.clear_session()
    runtime.set_seed(seed)
    model, epochs = bitcoin.build("CNN-LSTM"), []

    def score(_epoch: int, _logs: dict) -> None:
        scaled = keras.ops.convert_to_numpy(model.predict_on_batch(later.x))
        forecast = later.usd(scaled[:, 0].astype(float), later.last)
        parts = slice(None, bitcoin.PART), slice(bitcoin.PART, None)
        epochs.append([bitcoin.scores(later[part], forecast[part]) for part in parts])

    settings = CHOSEN[kind]
    rate = settings["rate"] / 2  # about the mean of one cycle
    model.compile(keras.optimizers.Adam(rate, global_clipnorm=1.0), settings["loss"])
    watch = keras.callbacks.LambdaCallback(on_epoch_end=score)
    options = {"batch_size": bitcoin.BATCH, "callbacks": [watch], "verbose": 0}
    model.fit(known.x, known.y, epochs=settings["epochs"], **options)
    valid, test = (pd.DataFrame(part) for part in zip(*epochs, strict=True))
    best, lucky = valid["mae"].idxmin(), test["mae"].idxmin()
    return {
        "believed": test["relative"][lucky],
        "believed_mae": test["mae"][lucky],
        "true": test["relative"][best],
        "true_mae": test["mae"][best],
    }


LEAKS = {"none": honest, "scaler": scaler, "split": shuffled, "checkpoint": checkpoint}


def one(leak: str, kind: str, seed: int) -> dict:
    runtime.start()
    found = LEAKS[leak](kind, seed)
    if leak != "checkpoint":
        found = {"believed": found["relative"], "believed_mae": found["mae"]}
    return {"leak": leak, "input": kind, "seed": seed} | found


def run() -> pd.DataFrame:
    jobs = [
        {"leak": leak, "kind": kind, "seed": seed}
        for leak in LEAKS
        for kind in ("levels", "returns")
        for seed in bitcoin.SEEDS
    ]
    table = bitcoin.run_all(one, jobs)
    without = table.loc[table["leak"] == "none", ["believed", "believed_mae"]]
    for leak in ("none", "scaler", "split"):  # the same jobs, in the same order
        rows = table["leak"] == leak
        table.loc[rows, ["true", "true_mae"]] = without.to_numpy()
    return table


def results(table: pd.DataFrame) -> dict[str, float]:
    means = table.groupby(["leak", "input"])[["believed", "true"]].mean()
    return {
        "bitcoin.leak.scaler": means.loc[("scaler", "levels"), "believed"],
        "bitcoin.leak.split": means.loc[("split", "levels"), "believed"],
        "bitcoin.leak.split_returns": means.loc[("split", "returns"), "believed"],
        "bitcoin.leak.checkpoint": means.loc[("checkpoint", "levels"), "believed"],
        "bitcoin.leak.checkpoint_true": means.loc[("checkpoint", "levels"), "true"],
        "bitcoin.leak.checkpoint_returns": means.loc[
            ("checkpoint", "returns"), "believed"
        ],
    }
