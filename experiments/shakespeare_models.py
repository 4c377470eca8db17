"""The plays of Shakespeare: counting models and the GRU, on the test part.

Settings were chosen on the validation part (`shakespeare_ablation`). Then each model
learns from all before the test part and is scored once on it, at every character: from
windows of 100 characters and of 1,000 that each start without a memory.
"""

from __future__ import annotations

import time

import joblib
import numpy as np
import pandas as pd

from course_utils import baselines, evaluation, runtime
from experiments import _shakespeare as shakespeare
from experiments._shakespeare_chosen import BUILD, TRAIN

DATA = ("shakespeare",)
ORDERS = range(1, 7)


def known(parts: dict[str, np.ndarray]) -> np.ndarray:
    """All that may be learned from once the settings are chosen."""
    return np.concatenate([parts["train"], parts["valid"]])


def count() -> list[dict]:
    """Count before the test part, in all of it or in less; guess the test part."""
    parts, vocabulary = shakespeare.parts()
    rows = [{"model": f"{order}-gram", "seed": -1} for order in ORDERS]
    for name, learned in (("test", known(parts)), ("test_less", parts["train"])):
        model = baselines.NGram(max(ORDERS), len(vocabulary)).fit(learned)
        for row, order in zip(rows, ORDERS, strict=True):
            model.order = order  # the counts of order six hold those of the others
            context = parts["valid"][-order:]
            row[name] = model.cross_entropy(parts["test"], context=context)
    return rows


def one(seed: int) -> dict:
    """Train one network and score it."""
    runtime.start()
    parts, vocabulary = shakespeare.parts()
    started = time.process_time()
    model = shakespeare.fresh(seed, len(vocabulary), **BUILD)
    history = shakespeare.train(known(parts), model, seed, **TRAIN)
    row = {"model": "GRU", "seed": seed, "parameters": model.count_params()}
    row |= {"seconds": round(time.process_time() - started)}
    row |= {"train": history["loss"][-1]}
    codes = shakespeare.opened(parts, "test")
    row["test"] = shakespeare.surprise(model, codes).mean()
    row["test_1000"] = shakespeare.surprise(model, codes, shakespeare.LONG).mean()
    print(row, flush=True)
    return row


def run() -> pd.DataFrame:
    parallel = joblib.Parallel(n_jobs=2, verbose=1)
    rows = count() + parallel(joblib.delayed(one)(seed) for seed in shakespeare.SEEDS)
    table = pd.DataFrame(rows)
    return table.assign(test_bits=table["test"].map(evaluation.bits_per_symbol))


def results(table: pd.DataFrame) -> dict[str, float]:
    mean = table.groupby("model")[
        ["test", "test_less", "test_1000", "test_bits"]
    ].mean()
    return {
        "shakespeare.models.fivegram": mean.loc["5-gram", "test"],
        "shakespeare.models.fivegram_less": mean.loc["5-gram", "test_less"],
        "shakespeare.models.gru": mean.loc["GRU", "test"],
        "shakespeare.models.gru_1000": mean.loc["GRU", "test_1000"],
        "shakespeare.models.gru_bits": mean.loc["GRU", "test_bits"],
    }
