"""Seven days ahead: direct, recursive, and what a straight line can do.

The direct network has seven outputs to learn, so it gets a rate and a length of its
own, chosen on 2015 with two seeds (rows of stage ``choice``). The recursive one is the
network for one day, whose settings were chosen for that (`energy_choice`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from course_utils import baselines, datasets, evaluation
from experiments import _energy as energy
from experiments._energy_chosen import CHOSEN

DATA = ("energy",)
DAYS = 7
DIRECT = "GRU, direct"
# Rate and epochs for the direct network; the first pair is that of one day ahead.
GRID = [(5e-3, 60), (5e-3, 30), (2e-3, 60), (2e-3, 30), (1e-3, 60), (1e-3, 30)]


def direct(seed: int, learning_rate: float, epochs: int) -> dict[str, np.ndarray]:
    """One network with seven outputs."""
    task = energy.make_task(calendar=True, horizon=DAYS)
    model = energy.train(task, "GRU", seed, learning_rate=learning_rate, epochs=epochs)
    return {p: energy.predict(model, getattr(task, p).x) for p in ("valid", "test")}


def recursive(seed: int) -> dict[str, np.ndarray]:
    """The network for one day, fed seven times with its own forecast."""
    task = energy.make_task(calendar=True)
    rate, epochs = CHOSEN["GRU", True]
    model = energy.train(task, "GRU", seed, learning_rate=rate, epochs=epochs)
    found = {}
    for part in ("valid", "test"):
        found[part] = roll_out(model, getattr(task, part))[: -(DAYS - 1)]
    return found


def roll_out(model: object, part: object) -> np.ndarray:
    """Forecast seven days from each window, shape (windows, 7)."""
    window, forecasts = np.array(part.x), []
    for lead in range(DAYS):
        forecasts.append(energy.predict(model, window))  # (windows, 1)
        after = part.index + pd.Timedelta(days=lead + 1)
        calendar = datasets.german_calendar(after).to_numpy(dtype="float32")
        row = np.hstack([forecasts[-1], calendar])  # (windows, 13)
        window = np.concatenate([window[:, 1:], row[:, None]], axis=1)
    return np.hstack(forecasts)


def naive(seed: int) -> dict[str, np.ndarray]:
    task = energy.make_task(calendar=True, horizon=DAYS)
    return {
        part: baselines.seasonal_naive(
            getattr(task, part).x[:, :, :1], season=7, horizon=DAYS
        )[..., 0]
        for part in ("valid", "test")
    }


def ridge(seed: int) -> dict[str, np.ndarray]:
    """Seven straight lines; their penalty is chosen on 2015."""
    task = energy.make_task(calendar=True, horizon=DAYS)
    models = [
        baselines.Autoregression(alpha).fit(task.train.x, task.train.y)
        for alpha in (0.01, 0.1, 1, 10, 100)
    ]

    def error(model: baselines.Autoregression) -> float:
        return evaluation.rmse(task.valid.y, model.predict(task.valid.x))

    best = min(models, key=error)
    parts = {"valid": task.valid, "test": task.test}
    return {name: best.predict(part.x)[..., 0] for name, part in parts.items()}


MODELS = {
    "same day last week": (naive, (0,)),
    "ridge, direct": (ridge, (0,)),
    DIRECT: (direct, energy.SEEDS),
    "GRU, recursive": (recursive, energy.SEEDS),
}


def one(model: str, seed: int, stage: str = "test", **settings: float) -> dict:
    """Score one model; the test years only where nothing is chosen."""
    forecasts = MODELS[model][0](seed, **settings)
    task = energy.make_task(calendar=True, horizon=DAYS)
    row = {"stage": stage, "model": model, "seed": seed, **settings}
    for part in ("valid", "test") if stage == "test" else ("valid",):
        truth = task.gwh(getattr(task, part).y[..., 0])  # (windows, 7)
        for lead in range(DAYS):
            row[f"{part}_rmse_{lead + 1}"] = evaluation.rmse(
                truth[:, lead], task.gwh(forecasts[part][:, lead])
            )
        row[f"{part}_rmse"] = evaluation.rmse(truth, task.gwh(forecasts[part]))
    return row


def run() -> pd.DataFrame:
    tried = [
        {"learning_rate": rate, "epochs": epochs, "seed": seed}
        for rate, epochs in GRID
        for seed in energy.SEEDS[:2]
    ]
    tried = [{"model": DIRECT, "stage": "choice"} | settings for settings in tried]
    choice = energy.run_all(one, tried)
    jobs = [
        {"model": model, "seed": seed} | (chosen(choice) if model == DIRECT else {})
        for model, (_, seeds) in MODELS.items()
        for seed in seeds
    ]
    return pd.concat([choice, energy.run_all(one, jobs)], ignore_index=True)


def chosen(choice: pd.DataFrame) -> dict[str, float]:
    """Return the rate and epochs with the lowest mean error in 2015."""
    means = choice.groupby(["learning_rate", "epochs"])["valid_rmse"].mean()
    rate, epochs = means.idxmin()
    return {"learning_rate": rate, "epochs": int(epochs)}


def results(table: pd.DataFrame) -> dict[str, float]:
    tested = table[table["stage"] == "test"]
    means = tested.groupby("model")["test_rmse"].mean()
    return {
        "energy.week_naive.test_rmse": means["same day last week"],
        "energy.week_ridge.test_rmse": means["ridge, direct"],
        "energy.week_direct.mean_test_rmse": means["GRU, direct"],
        "energy.week_recursive.mean_test_rmse": means["GRU, recursive"],
    }
