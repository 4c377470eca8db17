"""Three mistakes, made on purpose and measured on 2015."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from course_utils import evaluation, sequences
from experiments import _energy as energy
from experiments._energy_chosen import CHOSEN

DATA = ("energy",)
SEEDS = energy.SEEDS[:3]


def fitted(task: energy.Task, seed: int) -> object:
    rate, epochs = CHOSEN["GRU", True]
    return energy.train(task, "GRU", seed, learning_rate=rate, epochs=epochs)


def rmse(task: energy.Task, model: object, part: sequences.Windows) -> float:
    forecast = energy.predict(model, part.x).reshape(part.y.shape)
    return evaluation.rmse(task.gwh(part.y), task.gwh(forecast))


def none(seed: int) -> dict[str, float]:
    task = energy.make_task(calendar=True)
    score = rmse(task, fitted(task, seed), task.valid)
    return {"believed": score, "true": score}


def misplaced(seed: int) -> dict[str, float]:
    """Each step carries its own day's calendar, not the next day's."""
    task = energy.make_task(calendar=True, misplaced=True)
    score = rmse(task, fitted(task, seed), task.valid)
    return {"believed": score, "true": score}


def shuffled(seed: int) -> dict[str, float]:
    """Half of 2015, drawn at random, joins the training part; the rest is scored.

    The truth about the same days is what a network says that ends its training in 2014.
    """
    task = energy.make_task(calendar=True)
    order = np.random.default_rng(seed).permutation(len(task.valid))
    joins, held = (np.sort(half) for half in np.array_split(order, 2))
    x = np.concatenate([task.train.x, task.valid.x[joins]])
    y = np.concatenate([task.train.y, task.valid.y[joins]])
    index = task.train.index.append(task.valid.index[joins])
    mixed = replace(task, train=sequences.Windows(x, y, index))
    return {
        "believed": rmse(task, fitted(mixed, seed), task.valid[held]),
        "true": rmse(task, fitted(task, seed), task.valid[held]),
    }


def too_long(seed: int) -> dict[str, float]:
    """Three times the epochs, judged by the training error."""
    task = energy.make_task(calendar=True)
    rate, epochs = CHOSEN["GRU", True]
    model = energy.train(task, "GRU", seed, learning_rate=rate, epochs=3 * epochs)
    return {
        "believed": rmse(task, model, task.train),
        "true": rmse(task, model, task.valid),
    }


MISTAKES = {
    "none": none,
    "calendar of the same day": misplaced,
    "random split": shuffled,
    "judged on the training part": too_long,
}


def one(mistake: str, seed: int) -> dict:
    return {"mistake": mistake, "seed": seed} | MISTAKES[mistake](seed)


def run() -> pd.DataFrame:
    return energy.run_all(
        one, [{"mistake": m, "seed": seed} for m in MISTAKES for seed in SEEDS]
    )


def results(table: pd.DataFrame) -> dict[str, float]:
    return {}
