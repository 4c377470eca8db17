"""Intervals around the energy forecast: 2016 and 2017, five seeds, two levels.

Everything is fitted on what is before 2015 and calibrated on 2015; the rate of dropout
was chosen there, too (`uncertainty_dropout`). The test years are scored once.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from course_utils import baselines
from experiments import _energy as energy
from experiments import _uncertainty as uncertainty

DATA = ("energy",)
RATE = 0.05  # the smallest error on 2015, in `uncertainty_dropout`
RIVAL = "split conformal"
PARTS = ("train", "valid", "test")
Found = tuple[dict[str, np.ndarray], dict[str, np.ndarray]]  # misses, spreads, by part


def misses(
    task: energy.Task, forecasts: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Truth minus forecast in GWh; forecasts are scaled, (days,)."""
    return {
        part: task.deviation * (getattr(task, part).y - forecast).astype(float)
        for part, forecast in forecasts.items()
    }


def last_week(task: energy.Task, seed: int) -> Found:
    """Same weekday of last week."""
    values = {
        part: baselines.seasonal_naive(getattr(task, part).x[..., :1], season=7)[:, 0]
        for part in PARTS
    }
    return misses(task, values), {}


def line(task: energy.Task, seed: int) -> Found:
    """Ridge regression with the calendar; the penalty is the lab's choice on 2015."""
    model = baselines.Autoregression(0.1).fit(task.train.x, task.train.y[:, None])
    values = {part: model.predict(getattr(task, part).x)[:, 0] for part in PARTS}
    return misses(task, values), {}


def dropped(task: energy.Task, seed: int) -> Found:
    """The GRU with dropout: the mean of its passes, and their spread."""
    model = uncertainty.train(task, RATE, seed)
    fitted = energy.predict(model, task.train.x)[:, 0]  # dropout off, for speed
    found, spreads = misses(task, {"train": fitted}), {}
    later = np.concatenate([task.valid.x, task.test.x])
    answers = uncertainty.sample(model, task, later)  # (passes, days)
    parts = np.split(answers, [len(task.valid)], axis=1)
    for part, values in zip(("valid", "test"), parts, strict=True):
        truth = task.gwh(getattr(task, part).y.astype(float))
        found[part] = truth - values.mean(axis=0)
        spreads[part] = values.std(axis=0, ddof=1)
    return found, spreads


MODELS = {
    "last week": (last_week, (0,)),
    "straight line": (line, (0,)),
    "GRU with dropout": (dropped, energy.SEEDS),
}


def half_widths(found: Found, alpha: float) -> Iterator[tuple[str, np.ndarray]]:
    miss, spreads = found
    yield from uncertainty.residual_methods(*(miss[part] for part in PARTS), alpha)
    if spreads:
        yield from uncertainty.dropout_methods(miss["valid"], spreads, alpha)


def one(model: str, seed: int) -> list[dict]:
    task = energy.make_task(calendar=True)
    found = MODELS[model][0](task, seed)
    miss, rows = found[0]["test"], []
    for level in uncertainty.LEVELS:
        halves = dict(half_widths(found, 1 - level))
        rival = uncertainty.winkler(miss, halves[RIVAL], 1 - level)
        for method, half in halves.items():
            row = {"model": model, "method": method, "seed": seed}
            row |= {"rmse": np.sqrt(np.mean(miss**2))}
            scores = uncertainty.scored(task.test.index, miss, half, level, rival)
            rows.append(row | scores)
    return rows


def together(model: str, seed: int) -> dict:
    """One job's rows in one cell: joblib hands back one dict a job."""
    return {"rows": one(model, seed)}


def run() -> pd.DataFrame:
    jobs = [
        {"model": model, "seed": seed}
        for model, (_, seeds) in MODELS.items()
        for seed in seeds
    ]
    found = energy.run_all(together, jobs)
    return pd.DataFrame([row for rows in found["rows"] for row in rows])


def results(table: pd.DataFrame) -> dict[str, float]:
    rows = table[table["level"] == 0.95].groupby(["model", "method"])
    coverage, score = 100 * rows["coverage"].mean(), rows["score"].mean()
    ours = "GRU with dropout"
    return {
        "uncertainty.alone.coverage": coverage[ours, "dropout alone"],
        "uncertainty.noise.coverage": coverage[ours, "dropout and noise"],
        "uncertainty.split.coverage": coverage[ours, "split conformal"],
        "uncertainty.adaptive.coverage": coverage[ours, "adaptive conformal"],
        "uncertainty.line.score": score["straight line", "split conformal"],
        "uncertainty.split.score": score[ours, "split conformal"],
    }
