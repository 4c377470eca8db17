"""Which training fits into the minutes of the Shakespeare lab, on the validation part.

GRU(192) with layer normalization and a one-cycle rate. Windows of 50 characters, twice
as many in a batch, give the same number of characters an update in half the steps, so
that eight passes over the text take about as long as five in windows of 100. Each row
is one network of seed 0; the test part is not used.
"""

from __future__ import annotations

import time

import joblib
import pandas as pd

from course_utils import runtime
from experiments import _shakespeare as shakespeare

DATA = ("shakespeare",)
UNITS = 192
LONG = {"steps": 100, "batch": 32, "passes": 5}
SHORT = {"steps": 50, "batch": 64, "passes": 8}
GRID = (
    LONG | {"rate": 2e-2, "dropout": 0.0},
    LONG | {"rate": 2e-2, "dropout": 0.1},
    SHORT | {"rate": 1e-2, "dropout": 0.1},
    SHORT | {"rate": 2e-2, "dropout": 0.0},
    SHORT | {"rate": 2e-2, "dropout": 0.1},
    SHORT | {"rate": 2e-2, "dropout": 0.2},
    SHORT | {"rate": 4e-2, "dropout": 0.1},
)


def one(dropout: float, **plan: object) -> dict:
    """Train one network and score it on the validation part, in both ways."""
    runtime.start()
    parts, vocabulary = shakespeare.parts()
    started = time.process_time()
    model = shakespeare.fresh(0, len(vocabulary), units=UNITS, dropout=dropout)
    history = shakespeare.train(parts["train"], model, 0, **plan)
    row = plan | {"dropout": dropout, "seed": 0}
    row |= {"seconds": round(time.process_time() - started)}
    row |= {"train": history["loss"][-1]}
    codes = shakespeare.opened(parts, "valid")
    for steps in (shakespeare.STEPS, shakespeare.LONG):
        row[f"valid_{steps}"] = shakespeare.surprise(model, codes, steps).mean()
    print(row, flush=True)
    return row


def run() -> pd.DataFrame:
    parallel = joblib.Parallel(n_jobs=2, verbose=1)
    return pd.DataFrame(parallel(joblib.delayed(one)(**setting) for setting in GRID))


def results(table: pd.DataFrame) -> dict[str, float]:
    best = table.loc[table["valid_100"].idxmin()]
    return {
        "shakespeare.choice.best": best["valid_100"],
        "shakespeare.choice.rate": best["rate"],
    }
