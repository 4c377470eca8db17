"""The GRU of the Shakespeare lab with more units, more passes and more dropout.

Not chosen among others: `shakespeare_choice` says what a smaller network gains from
dropout, and a larger one that reads the text more often should need more of it. Four
networks learn from all before the test part and are scored once on it.
"""

from __future__ import annotations

import time

import joblib
import numpy as np
import pandas as pd

from course_utils import evaluation, runtime
from experiments import _shakespeare as shakespeare
from experiments._shakespeare_chosen import TRAIN

DATA = ("shakespeare",)
BUILD = {"units": 256, "dropout": 0.2}
PLAN = TRAIN | {"passes": 10}
SEEDS = (0, 1, 2, 3)


def one(seed: int) -> dict:
    """Train one network and score it, in both ways."""
    runtime.start()
    parts, vocabulary = shakespeare.parts()
    codes = shakespeare.opened(parts, "test")
    started = time.process_time()
    model = shakespeare.fresh(seed, len(vocabulary), **BUILD)
    known = np.concatenate([parts["train"], parts["valid"]])
    history = shakespeare.train(known, model, seed, **PLAN)
    row = BUILD | PLAN | {"seed": seed, "parameters": model.count_params()}
    row |= {"seconds": round(time.process_time() - started)}
    row |= {"train": history["loss"][-1]}
    row["test"] = shakespeare.surprise(model, codes).mean()
    row["test_1000"] = shakespeare.surprise(model, codes, shakespeare.LONG).mean()
    print(row, flush=True)
    return row


def run() -> pd.DataFrame:
    parallel = joblib.Parallel(n_jobs=2, verbose=1)
    table = pd.DataFrame(parallel(joblib.delayed(one)(seed) for seed in SEEDS))
    return table.assign(test_bits=table["test"].map(evaluation.bits_per_symbol))


def results(table: pd.DataFrame) -> dict[str, float]:
    mean = table[["test", "test_1000", "test_bits"]].mean()
    return {
        "shakespeare.longer.test": mean["test"],
        "shakespeare.longer.test_1000": mean["test_1000"],
        "shakespeare.longer.bits": mean["test_bits"],
    }
