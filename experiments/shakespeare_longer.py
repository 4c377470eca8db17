"""The GRU of the Shakespeare lab with more units, more passes and more dropout.

How much dropout is chosen on the validation part, by a seed that is not used again.
Then four networks learn from all before the test part and are scored once on it.
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
UNITS, PASSES = 256, 10
DROPOUTS = (0.2, 0.3)
CHOOSING = 100  # the seed of the runs that only choose
SEEDS = (0, 1, 2, 3)


def one(part: str, seed: int, dropout: float) -> dict:
    """Train one network before a part and score it there, in both ways."""
    runtime.start()
    parts, vocabulary = shakespeare.parts()
    learned = [parts["train"]] + ([parts["valid"]] if part == "test" else [])
    codes = shakespeare.opened(parts, part)
    started = time.process_time()
    options = {"units": UNITS, "dropout": dropout}
    model = shakespeare.fresh(seed, len(vocabulary), **options)
    plan = TRAIN | {"passes": PASSES}
    history = shakespeare.train(np.concatenate(learned), model, seed, **plan)
    row = options | plan | {"seed": seed, "parameters": model.count_params()}
    row |= {"seconds": round(time.process_time() - started)}
    row |= {"train": history["loss"][-1]}
    row[part] = shakespeare.surprise(model, codes).mean()
    row[f"{part}_1000"] = shakespeare.surprise(model, codes, shakespeare.LONG).mean()
    print(row, flush=True)
    return row


def run() -> pd.DataFrame:
    parallel = joblib.Parallel(n_jobs=2, verbose=1)
    jobs = (joblib.delayed(one)("valid", CHOOSING, dropout) for dropout in DROPOUTS)
    tried = pd.DataFrame(parallel(jobs))
    best = tried.loc[tried["valid"].idxmin(), "dropout"]
    jobs = (joblib.delayed(one)("test", seed, best) for seed in SEEDS)
    table = pd.concat([tried, pd.DataFrame(parallel(jobs))], ignore_index=True)
    return table.assign(test_bits=table["test"].map(evaluation.bits_per_symbol))


def results(table: pd.DataFrame) -> dict[str, float]:
    mean = table[["test", "test_1000", "test_bits"]].mean()
    return {
        "shakespeare.longer.test": mean["test"],
        "shakespeare.longer.test_1000": mean["test_1000"],
        "shakespeare.longer.bits": mean["test_bits"],
    }
