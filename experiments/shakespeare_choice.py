"""Which training fits into the minutes of the Shakespeare lab, on the validation part.

GRU(192) with layer normalization and a one-cycle rate. Small batches make five passes
over the text in the time in which batches twice as large make eight. Each row is one
network of seed 0; the test part is not used.
"""

from __future__ import annotations

import time

import joblib
import pandas as pd

from course_utils import runtime
from experiments import _shakespeare as shakespeare

DATA = ("shakespeare",)
UNITS = 192
# batch, passes, rate, dropout
GRID = (
    (32, 5, 1e-2, 0.0),
    (32, 5, 2e-2, 0.0),
    (32, 5, 2e-2, 0.1),
    (32, 5, 4e-2, 0.0),
    (64, 8, 2e-2, 0.0),
    (64, 8, 2e-2, 0.1),
    (64, 8, 4e-2, 0.0),
)


def one(batch: int, passes: int, rate: float, dropout: float) -> dict:
    """Train one network and score it on the validation part, in both ways."""
    runtime.start()
    parts, vocabulary = shakespeare.parts()
    started = time.process_time()
    model = shakespeare.fresh(0, len(vocabulary), units=UNITS, dropout=dropout)
    plan = {"passes": passes, "batch": batch, "rate": rate, "stride": shakespeare.STEPS}
    history = shakespeare.train(parts["train"], model, 0, **plan)
    row = {"batch": batch, "passes": passes, "rate": rate, "dropout": dropout}
    row |= {"seed": 0, "seconds": round(time.process_time() - started)}
    row |= {"train": history["loss"][-1]}
    codes = shakespeare.opened(parts, "valid")
    for steps in (shakespeare.STEPS, shakespeare.LONG):
        row[f"valid_{steps}"] = shakespeare.surprise(model, codes, steps).mean()
    print(row, flush=True)
    return row


def run() -> pd.DataFrame:
    parallel = joblib.Parallel(n_jobs=2, verbose=1)
    return pd.DataFrame(parallel(joblib.delayed(one)(*setting) for setting in GRID))


def results(table: pd.DataFrame) -> dict[str, float]:
    best = table.loc[table["valid_100"].idxmin()]
    return {
        "shakespeare.choice.best": best["valid_100"],
        "shakespeare.choice.rate": best["rate"],
    }
