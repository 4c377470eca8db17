"""Tuning the boosted trees, on 2015: as much care as the networks got."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingRegressor

from experiments import _energy as energy

DATA = ("energy",)
GRID = list(
    itertools.product(
        # What the trees see: the whole window with its calendar (33 x 13 numbers), or
        # the 33 consumptions and the calendar of the day to forecast (45 numbers).
        ["whole window", "lags and target day"],
        [(0.1, 300), (0.05, 600), (0.05, 1500), (0.02, 3000)],
        [4, 7, 15],
    )
)


def inputs(x: np.ndarray, view: str) -> np.ndarray:
    if view == "whole window":
        return x.reshape(len(x), -1).astype(float)
    return np.hstack([x[:, :, 0], x[:, -1, 1:]]).astype(float)


def one(view: str, learning_rate: float, trees: int, leaves: int) -> dict:
    task = energy.make_task(calendar=True)
    model = HistGradientBoostingRegressor(
        learning_rate=learning_rate,
        max_iter=trees,
        max_leaf_nodes=leaves,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=0,
    )
    model.fit(inputs(task.train.x, view), task.train.y)
    forecast = model.predict(inputs(task.valid.x, view))
    row = {"view": view, "learning_rate": learning_rate, "trees": trees}
    row |= {"leaves": leaves, "seed": 0}
    return row | energy.scores(task, {"valid": forecast[:, None]})


def run() -> pd.DataFrame:
    return energy.run_all(
        one,
        [
            {"view": view, "learning_rate": rate, "trees": trees, "leaves": leaves}
            for view, (rate, trees), leaves in GRID
        ],
    )


def results(table: pd.DataFrame) -> dict[str, float]:
    return {}
