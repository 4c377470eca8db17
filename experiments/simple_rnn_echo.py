"""How far back a simple recurrent layer remembers, once trained.

Chapter 9: read random signs, say at each step the sign of `delay` steps ago.
"""

from __future__ import annotations

import joblib
import keras
import numpy as np
import pandas as pd

from course_utils import runtime, training

DATA = ()
STEPS = 48
UNITS = (4, 16, 64)
DELAYS = (2, 4, 8, 16, 32)
SEEDS = (0, 1, 2, 3, 4)


def signs(count: int, delay: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw inputs (count, 48, 1) and their echoes (count, 48 - delay, 1)."""
    rng = np.random.default_rng(seed)
    x = rng.choice([-1, 1], (count, STEPS, 1)).astype("float32")
    return x, x[:, : STEPS - delay]


def build(units: int, delay: int) -> keras.Sequential:
    return keras.Sequential(
        [
            keras.Input((STEPS, 1)),
            keras.layers.SimpleRNN(units, return_sequences=True),
            keras.layers.Cropping1D((delay, 0)),  # no echo before the delay is over
            keras.layers.Dense(1),
        ]
    )


def one(units: int, delay: int, seed: int) -> dict:
    x, y = signs(2000, delay, seed)
    new_x, new_y = signs(500, delay, 1000)
    runtime.set_seed(seed)
    network = build(units, delay)
    training.fit(
        network,
        x,
        y,
        epochs=20,
        batch_size=50,
        learning_rate=3e-3,
        schedule="cosine",
        seed=seed,
        steps_per_execution=20,
    )
    echo = network.predict(new_x, batch_size=500, verbose=0)
    right = 100 * float(np.mean((echo > 0) == (new_y > 0)))
    return {"units": units, "delay": delay, "seed": seed, "right": right}


def run() -> pd.DataFrame:
    jobs = [(u, d, s) for u in UNITS for d in DELAYS for s in SEEDS]
    return pd.DataFrame(
        joblib.Parallel(n_jobs=2)(joblib.delayed(one)(*j) for j in jobs)
    )


def results(table: pd.DataFrame) -> dict[str, float]:
    mean = table.groupby(["units", "delay"])["right"].mean()
    return {
        "simple_rnn.echo.units_4_delay_2": mean[4, 2],
        "simple_rnn.echo.units_4_delay_8": mean[4, 8],
        "simple_rnn.echo.units_16_delay_8": mean[16, 8],
        "simple_rnn.echo.units_16_delay_32": mean[16, 32],
        "simple_rnn.echo.units_64_delay_32": mean[64, 32],
    }
