"""The rate of dropout is a dial: what it does to forecast and spread, seen on 2015."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from experiments import _energy as energy
from experiments import _uncertainty as uncertainty

DATA = ("energy",)
SEEDS = energy.SEEDS[:3]
RATES = (0.05, 0.1, 0.3)


def one(rate: float, seed: int) -> dict:
    task = energy.make_task(calendar=True)
    model = uncertainty.train(task, rate, seed)
    truth = task.gwh(task.valid.y.astype(float))
    answers = uncertainty.sample(model, task, task.valid.x)  # (passes, days)
    miss = truth - answers.mean(axis=0)
    spread = answers.std(axis=0, ddof=1)
    single = task.gwh(energy.predict(model, task.valid.x)[:, 0])
    row = {"rate": rate, "seed": seed}
    row |= {"rmse": np.sqrt(np.mean(miss**2)), "spread": spread.mean()}
    row |= {"single_rmse": np.sqrt(np.mean((truth - single) ** 2))}
    for level in uncertainty.LEVELS:
        z = stats.norm.ppf((1 + level) / 2)
        row[f"coverage_{level:.0%}"] = np.mean(np.abs(miss) <= z * spread)
    return row


def run() -> pd.DataFrame:
    jobs = [{"rate": rate, "seed": seed} for rate in RATES for seed in SEEDS]
    return energy.run_all(one, jobs)


def results(table: pd.DataFrame) -> dict[str, float]:
    means = 100 * table.groupby("rate")["coverage_95%"].mean()
    return {
        "uncertainty.dial.low": means[min(RATES)],
        "uncertainty.dial.high": means[max(RATES)],
    }
