"""How the CNN-LSTM of the bitcoin lab should be trained: chosen on the validation part.

Trained on the first three fifths, scored on the fourth. The test part is not used.
"""

from __future__ import annotations

import itertools

import pandas as pd

from course_utils import runtime
from experiments import _bitcoin as bitcoin

DATA = ("bitcoin",)
SEEDS = bitcoin.SEEDS[:2]
GRID = {
    "levels": {"rate": (5e-3, 1e-2), "epochs": (30, 60)},
    "returns": {"rate": (1e-3, 5e-3), "epochs": (20, 60)},
}


def one(kind: str, loss: str, rate: float, epochs: int, seed: int) -> dict:
    runtime.start()
    settings = {"loss": loss, "rate": rate, "epochs": epochs}
    count = len(bitcoin.make_task(kind, None))
    first = count - 2 * bitcoin.PART  # of the validation part
    task = bitcoin.make_task(kind, first)
    model = bitcoin.train(task[:first], "CNN-LSTM", seed, **settings)
    valid = task[first : first + bitcoin.PART]
    found = bitcoin.scores(valid, bitcoin.predict(model, valid))
    row = {"input": kind} | settings | {"seed": seed}
    return row | {f"valid_{name}": value for name, value in found.items()}


def run() -> pd.DataFrame:
    jobs = [
        {"kind": kind, "loss": loss, "rate": rate, "epochs": epochs, "seed": seed}
        for kind, grid in GRID.items()
        for loss, rate, epochs in itertools.product(("mse", "mae"), *grid.values())
        for seed in SEEDS
    ]
    return bitcoin.run_all(one, jobs)


def results(table: pd.DataFrame) -> dict[str, float]:
    return {}
