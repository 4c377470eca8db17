"""Two layers of LSTM on the plays of Shakespeare, on a GPU, in three sizes.

A larger network asks for more dropout. One network of each size learns from the
training part and is scored on the validation part. Windows of 100 characters begin
every 50, so that most characters are read in two places of a window. The page of the
lab trains the best of these on all before the test part.
"""

from __future__ import annotations

import time

import joblib
import pandas as pd

from course_utils import runtime, training
from experiments import _shakespeare as shakespeare

DATA = ("shakespeare",)
GPU = True  # hours without one
SETTINGS = (
    {"units": 512, "dropout": 0.5},
    {"units": 768, "dropout": 0.6},
    {"units": 1024, "dropout": 0.6},
)
STRIDE = 50
PLAN = {"epochs": 10, "batch_size": 64, "learning_rate": 3e-3, "schedule": "one_cycle"}
SEED = 100


def build(symbols: int, units: int, dropout: float):
    """Embedding, two LSTM with normalization and dropout after each, logits."""
    import keras
    from keras import layers

    keras.utils.clear_session()
    runtime.set_seed(SEED)
    stack = [keras.Input((None,), dtype="int32"), layers.Embedding(symbols, 128)]
    for _ in range(2):
        stack += [layers.LSTM(units, return_sequences=True)]
        stack += [layers.LayerNormalization(), layers.Dropout(dropout)]
    return keras.Sequential([*stack, layers.Dense(symbols)])


def one(setting: dict) -> dict:
    """Train one network and score it on the validation part, both ways."""
    import keras

    runtime.start()
    parts, vocabulary = shakespeare.parts()
    started = time.perf_counter()
    model = build(len(vocabulary), **setting)
    history = training.fit(
        model,
        *shakespeare.windows(parts["train"], stride=STRIDE),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        seed=SEED,
        **PLAN,
    )
    row = setting | PLAN | {"seed": SEED, "parameters": model.count_params()}
    row |= {"seconds": round(time.perf_counter() - started)}
    row |= {"train": history["loss"][-1]}
    codes = shakespeare.opened(parts, "valid")
    row["nats_100"] = shakespeare.surprise(model, codes).mean()
    row["nats_1000"] = shakespeare.surprise(model, codes, shakespeare.LONG).mean()
    print(row, flush=True)
    return row


def run() -> pd.DataFrame:
    parallel = joblib.Parallel(n_jobs=len(SETTINGS), verbose=1)
    return pd.DataFrame(parallel(joblib.delayed(one)(s) for s in SETTINGS))


def results(table: pd.DataFrame) -> dict[str, float]:
    best = table.loc[table["nats_100"].idxmin()]
    return {
        "shakespeare.gpu.validation": best["nats_100"],
        "shakespeare.gpu.validation_1000": best["nats_1000"],
    }
