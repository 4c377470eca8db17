"""What the energy experiments share: the lab's windows, split and networks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import joblib
import numpy as np
import pandas as pd

from course_utils import datasets, evaluation, runtime, sequences, training

STEPS = 33
SPLIT = ("2015", "2016")  # validation: 2015; test: 2016 and 2017
SEEDS = (0, 1, 2, 3, 4)
UNITS = 64


@dataclass(frozen=True)
class Task:
    """Windows of the three parts, scaled, and the way back to GWh."""

    train: sequences.Windows
    valid: sequences.Windows
    test: sequences.Windows
    mean: float
    deviation: float

    def gwh(self, scaled: np.ndarray) -> np.ndarray:
        return scaled * self.deviation + self.mean


def scaled(consumption: pd.Series) -> tuple[pd.Series, float, float]:
    train = consumption[: str(int(SPLIT[0]) - 1)]
    mean, deviation = train.mean(), train.std()
    return (consumption - mean) / deviation, mean, deviation


def make_task(
    *,
    calendar: bool,
    horizon: int | None = None,
    misplaced: bool = False,
    without: tuple[str, ...] = (),
) -> Task:
    """Cut the windows of the lab.

    Parameters
    ----------
    calendar
        Give each step the calendar of the day after it (and, for a horizon, whether
        the days after that are holidays).
    horizon
        Days ahead; None for tomorrow.
    misplaced
        The mistake of the lab: the calendar of the same day instead.
    without
        Columns of the calendar to leave out.
    """
    consumption = datasets.load_energy()["consumption"]
    series, mean, deviation = scaled(consumption)
    columns = [series.to_numpy()[:, None]]
    if calendar:
        shift = 0 if misplaced else 1
        columns.append(calendar_of(consumption.index, shift, horizon or 1, without))
    frame = pd.DataFrame(np.hstack(columns).astype("float32"), index=consumption.index)
    windows = sequences.make_windows(frame, STEPS, horizon)
    targets = sequences.Windows(windows.x, windows.y[..., 0], windows.index)
    if horizon is not None:
        targets = sequences.Windows(windows.x, windows.y[..., :1], windows.index)
    return Task(*sequences.split_by_target(targets, *SPLIT), mean, deviation)


def calendar_of(
    days: pd.DatetimeIndex, shift: int, horizon: int, without: tuple[str, ...] = ()
) -> np.ndarray:
    """Calendar of the day ``shift`` days on, and what is special after it."""
    later = days + pd.Timedelta(days=shift)
    first = datasets.german_calendar(later).drop(columns=list(without))
    special = ["holiday", "bridge", "eve"]
    ahead = [
        datasets.german_calendar(later + pd.Timedelta(days=lead))[special]
        for lead in range(1, horizon)
    ]
    return np.hstack([table.to_numpy() for table in (first, *ahead)])


def build(cell: str, features: int, outputs: int = 1, units: int = UNITS):
    """One recurrent layer and one dense layer."""
    import keras

    layer = getattr(keras.layers, cell)(units)
    return keras.Sequential(
        [keras.Input((STEPS, features)), layer, keras.layers.Dense(outputs)]
    )


def train(
    task: Task,
    cell: str,
    seed: int,
    *,
    learning_rate: float,
    epochs: int,
    units: int = UNITS,
) -> object:
    """Build and train one network."""
    runtime.set_seed(seed)
    targets = task.train.y.reshape(len(task.train), -1)
    model = build(cell, task.train.x.shape[-1], targets.shape[1], units)
    training.fit(
        model,
        np.ascontiguousarray(task.train.x),
        targets,
        epochs=epochs,
        batch_size=64,
        learning_rate=learning_rate,
        schedule="one_cycle",
        seed=seed,
        steps_per_execution=16,
    )
    return model


def run_all(function: Callable[..., dict], jobs: list[dict]) -> pd.DataFrame:
    """Run a function once a row, two at a time: each network keeps one core busy."""
    calls = (joblib.delayed(function)(**job) for job in jobs)
    rows = joblib.Parallel(n_jobs=2, verbose=50)(calls)
    return pd.DataFrame(rows)


def predict(model: object, x: np.ndarray) -> np.ndarray:
    return model.predict(np.ascontiguousarray(x), batch_size=1024, verbose=0)


def scores(task: Task, forecasts: dict[str, np.ndarray]) -> dict[str, float]:
    """RMSE, MAE and MAPE in GWh (percent) of the parts that were forecast."""
    row = {}
    for part, forecast in forecasts.items():
        truth = task.gwh(getattr(task, part).y.reshape(forecast.shape))
        values = task.gwh(forecast)
        row[f"{part}_rmse"] = evaluation.rmse(truth, values)
        row[f"{part}_mae"] = evaluation.mae(truth, values)
        row[f"{part}_mape"] = evaluation.mape(truth, values)
    return row
