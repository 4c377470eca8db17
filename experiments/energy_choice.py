"""Which size, learning rate and length of training? Chosen on 2015 alone."""

from __future__ import annotations

import pandas as pd

from experiments import _energy as energy

DATA = ("energy",)
GRID = [
    {"units": units, "learning_rate": rate, "epochs": epochs}
    for units, rate, epochs in [
        (32, 5e-3, 60),
        (64, 2e-3, 60),
        (64, 5e-3, 30),
        (64, 5e-3, 60),
        (64, 5e-3, 100),
        (64, 1e-2, 60),
        (128, 5e-3, 60),
    ]
]


def run() -> pd.DataFrame:
    task = energy.make_task(calendar=True)
    rows = []
    for settings in GRID:
        for seed in energy.SEEDS[:3]:
            model = energy.train(task, "GRU", seed, **settings)
            forecast = energy.predict(model, task.valid.x)
            row = energy.scores(task, {"valid": forecast})
            rows.append({**settings, "seed": seed, **row})
            print(rows[-1], flush=True)
    return pd.DataFrame(rows)


def results(table: pd.DataFrame) -> dict[str, float]:
    return {}
