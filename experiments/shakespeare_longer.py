"""An LSTM with more units than the GRU of the Shakespeare lab, and one pass more.

A larger network that reads the text more often can learn more of it by heart. How much
dropout does that ask for? One network for each of two answers learns from the training
part, from a seed of its own, and the one that is less surprised by the validation part
is chosen: by the program. Networks from other seeds then learn from all before the test
part with the chosen dropout, and are scored on it once.
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
UNITS = 384
PLAN = TRAIN | {"passes": 9}
DROPOUTS = (0.3, 0.4)
CHOICE_SEED = 100
SEEDS = (10, 11, 12, 13)


def build(seed: int, symbols: int, dropout: float):
    """As `_shakespeare.fresh`, with an LSTM in place of the GRU."""
    import keras
    from keras import layers

    keras.utils.clear_session()
    runtime.set_seed(seed)
    return keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),  # (batch, steps)
            layers.Embedding(symbols, 64),
            layers.LSTM(UNITS, return_sequences=True),
            layers.LayerNormalization(),
            layers.Dropout(dropout),
            layers.Dense(symbols),  # (batch, steps, symbols)
        ]
    )


def one(part: str, seed: int, dropout: float) -> dict:
    """Train one network on what comes before a part, and score it there, both ways."""
    runtime.start()
    parts, vocabulary = shakespeare.parts()
    known = parts["train"]
    if part == "test":
        known = np.concatenate([known, parts["valid"]])
    started = time.process_time()
    model = build(seed, len(vocabulary), dropout)
    history = shakespeare.train(known, model, seed, **PLAN)
    row = {"part": part, "units": UNITS, "dropout": dropout} | PLAN | {"seed": seed}
    row |= {"parameters": model.count_params()}
    row |= {"seconds": round(time.process_time() - started)}
    row |= {"train": history["loss"][-1]}
    codes = shakespeare.opened(parts, part)
    row["nats_100"] = shakespeare.surprise(model, codes).mean()
    row["nats_1000"] = shakespeare.surprise(model, codes, shakespeare.LONG).mean()
    print(row, flush=True)
    return row


def run() -> pd.DataFrame:
    parallel = joblib.Parallel(n_jobs=2, verbose=1)
    tried = parallel(
        joblib.delayed(one)("valid", CHOICE_SEED, dropout) for dropout in DROPOUTS
    )
    best = min(tried, key=lambda row: row["nats_100"])["dropout"]
    scored = parallel(joblib.delayed(one)("test", seed, best) for seed in SEEDS)
    table = pd.DataFrame([*tried, *scored])
    return table.assign(bits=table["nats_100"].map(evaluation.bits_per_symbol))


def results(table: pd.DataFrame) -> dict[str, float]:
    mean = table[table["part"] == "test"][["nats_100", "nats_1000", "bits"]].mean()
    return {
        "shakespeare.longer.test": mean["nats_100"],
        "shakespeare.longer.test_1000": mean["nats_1000"],
        "shakespeare.longer.bits": mean["bits"],
    }
