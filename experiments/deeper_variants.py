"""What a second layer, a second direction, normalization and dropout bring.

Chapter 13, on the windows of the energy lab, consumption alone: 33 days in, the next
day out. Trained on the years to 2014, scored on 2015; the test years are not used. All
variants share the settings that the lab chose for one layer, but for fewer epochs.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from course_utils import runtime, training
from experiments import _energy as energy

DATA = ("energy",)
EPOCHS, RATE, BATCH = 10, 5e-3, 64
VARIANTS = (
    "one layer of 32",
    "one layer of 55",
    "two layers of 32",
    "two layers, normalized between",
    "bidirectional, 2 x 32",
    "one layer, Dropout after it",
    "one layer, dropout=0.2",
    "one layer, recurrent_dropout=0.2",
)


def layers(variant: str) -> list:
    """The layers between the input and the dense one."""
    import keras
    from keras.layers import GRU

    two = [GRU(32, return_sequences=True), GRU(32)]
    return {
        "one layer of 32": lambda: [GRU(32)],
        "one layer of 55": lambda: [GRU(55)],
        "two layers of 32": lambda: two,
        "two layers, normalized between": lambda: [
            two[0],
            keras.layers.LayerNormalization(),
            two[1],
        ],
        "bidirectional, 2 x 32": lambda: [keras.layers.Bidirectional(GRU(32))],
        "one layer, Dropout after it": lambda: [GRU(32), keras.layers.Dropout(0.2)],
        "one layer, dropout=0.2": lambda: [GRU(32, dropout=0.2)],
        "one layer, recurrent_dropout=0.2": lambda: [GRU(32, recurrent_dropout=0.2)],
    }[variant]()


def one(variant: str, seed: int) -> dict:
    import keras

    keras.utils.clear_session()
    task = energy.make_task(calendar=False)
    runtime.set_seed(seed)
    model = keras.Sequential(
        [keras.Input((energy.STEPS, 1)), *layers(variant), keras.layers.Dense(1)]
    )
    training.fit(
        model,
        np.ascontiguousarray(task.train.x),
        task.train.y.reshape(-1, 1),
        epochs=EPOCHS,
        batch_size=BATCH,
        learning_rate=RATE,
        schedule="one_cycle",
        seed=seed,
        steps_per_execution=16,
    )
    row = {"variant": variant, "parameters": model.count_params(), "seed": seed}
    # Forecasts of the training days themselves say how much dropout holds back.
    parts = ("train", "valid")
    forecasts = {name: energy.predict(model, getattr(task, name).x) for name in parts}
    scores = energy.scores(task, forecasts)
    return row | {name: scores[name] for name in ("train_rmse", "valid_rmse")}


def run() -> pd.DataFrame:
    jobs = [{"variant": v, "seed": s} for v in VARIANTS for s in energy.SEEDS]
    return energy.run_all(one, jobs)


def results(table: pd.DataFrame) -> dict[str, float]:
    mean = table.groupby("variant")["valid_rmse"].mean()
    return {
        "deeper.one": mean["one layer of 32"],
        "deeper.wide": mean["one layer of 55"],
        "deeper.two": mean["two layers of 32"],
        "deeper.two_normalized": mean["two layers, normalized between"],
        "deeper.bidirectional": mean["bidirectional, 2 x 32"],
        "deeper.dropout_after": mean["one layer, Dropout after it"],
        "deeper.dropout": mean["one layer, dropout=0.2"],
        "deeper.recurrent_dropout": mean["one layer, recurrent_dropout=0.2"],
    }
