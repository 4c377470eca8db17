"""Walk-forward over the test part: six segments, refitted before each.

Every network, scaler and ridge regression is fitted on all days before its segment and
scored on the segment. Settings are those of the lab; nothing is chosen here.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from course_utils import baselines, runtime
from experiments import _bitcoin as bitcoin
from experiments._bitcoin_chosen import ALPHA, CHOSEN

DATA = ("bitcoin",)
SEGMENTS = 6
SEEDS = {"levels": bitcoin.SEEDS[:3], "returns": bitcoin.SEEDS, "ridge": (-1,)}


def one(kind: str, segment: int, seed: int) -> dict:
    source = "levels" if kind == "levels" else "returns"
    count = len(bitcoin.make_task(source, None))
    edges = np.linspace(count - bitcoin.PART, count, SEGMENTS + 1).round().astype(int)
    first, end = edges[segment : segment + 2].tolist()
    task = bitcoin.make_task(source, first)
    here = task[first:end]
    if kind == "ridge":
        model = baselines.Autoregression(ALPHA).fit(task.x[:first], task.y[:first])
        forecast = task.usd(model.predict(here.x)[:, 0], here.last)
    else:
        runtime.start()
        model = bitcoin.train(task[:first], "CNN-LSTM", seed, **CHOSEN[kind])
        forecast = bitcoin.predict(model, here)
    row = {"input": kind, "segment": segment, "seed": seed, "days": len(here)}
    row |= {"highest_before": task.truth[:first].max(), "highest": here.truth.max()}
    row |= bitcoin.scores(here, forecast) | bitcoin.direction(here, forecast)
    return row


def run() -> pd.DataFrame:
    jobs = [
        {"kind": kind, "segment": segment, "seed": seed}
        for kind, seeds in SEEDS.items()
        for segment in range(SEGMENTS)
        for seed in seeds
    ]
    return bitcoin.run_all(one, jobs)


def overall(table: pd.DataFrame) -> pd.DataFrame:
    """MAE over all segments, over that of persistence, for each input and seed."""
    naive = table["mae"] / table["relative"]
    sums = table.assign(error=table["mae"] * table["days"], naive=naive * table["days"])
    sums = sums.groupby(["input", "seed"])[["error", "naive"]].sum()
    return (sums["error"] / sums["naive"]).rename("relative").reset_index()


def results(table: pd.DataFrame) -> dict[str, float]:
    means = overall(table).groupby("input")["relative"].mean()
    return {
        "bitcoin.walk.returns_relative": means["returns"],
        "bitcoin.walk.levels_relative": means["levels"],
        "bitcoin.walk.ridge_relative": means["ridge"],
    }
