"""Three cells, with and without the calendar, five seeds each; and ensembles.

Settings were chosen on 2015 (energy_choice); 2016 and 2017 are scored here, once.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from experiments import _energy as energy
from experiments._energy_chosen import CHOSEN

DATA = ("energy",)
ENSEMBLE = 3  # networks in an ensemble: the first three seeds


def one(cell: str, calendar: bool, seed: int) -> dict:
    task = energy.make_task(calendar=calendar)
    rate, epochs = CHOSEN[cell, calendar]
    model = energy.train(task, cell, seed, learning_rate=rate, epochs=epochs)
    forecasts = {
        part: energy.predict(model, getattr(task, part).x) for part in ("valid", "test")
    }
    row = {"model": name_of(cell, calendar), "seed": seed}
    return row | energy.scores(task, forecasts) | {"forecasts": forecasts}


def name_of(cell: str, calendar: bool) -> str:
    return f"{cell}, {'with calendar' if calendar else 'consumption alone'}"


def ensemble(rows: pd.DataFrame, cell: str, calendar: bool) -> dict:
    """Average the forecasts of the first seeds."""
    name = name_of(cell, calendar)
    chosen = rows[rows["model"] == name].sort_values("seed")["forecasts"][:ENSEMBLE]
    mean = {
        part: np.mean([forecasts[part] for forecasts in chosen], axis=0)
        for part in ("valid", "test")
    }
    row = {"model": f"{ENSEMBLE} x {name}", "seed": -1}
    return row | energy.scores(energy.make_task(calendar=calendar), mean)


def run() -> pd.DataFrame:
    jobs = [
        {"cell": cell, "calendar": calendar, "seed": seed}
        for cell, calendar in CHOSEN
        for seed in energy.SEEDS
    ]
    rows = energy.run_all(one, jobs)
    together = [ensemble(rows, cell, calendar) for cell, calendar in CHOSEN]
    return pd.concat(
        [rows.drop(columns="forecasts"), pd.DataFrame(together)], ignore_index=True
    )


def results(table: pd.DataFrame) -> dict[str, float]:
    means = table.groupby("model")[["test_rmse", "test_mae", "test_mape"]].mean()
    gru, alone = "GRU, with calendar", "GRU, consumption alone"
    return {
        "energy.gru_alone.mean_test_rmse": means.loc[alone, "test_rmse"],
        "energy.gru.mean_test_rmse": means.loc[gru, "test_rmse"],
        "energy.gru.mean_test_mae": means.loc[gru, "test_mae"],
        "energy.gru.mean_test_mape": means.loc[gru, "test_mape"],
        "energy.ensemble.test_rmse": means.loc[f"{ENSEMBLE} x {gru}", "test_rmse"],
        "energy.ensemble.test_mae": means.loc[f"{ENSEMBLE} x {gru}", "test_mae"],
    }
