"""Three mistakes, made on purpose and measured on 2015."""

from __future__ import annotations

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
    """A tenth of the training windows, drawn at random, plays the unseen part."""
    task = energy.make_task(calendar=True)
    order = np.random.default_rng(seed).permutation(len(task.train))
    held, kept = np.split(order, [len(order) // 10])
    part = energy.Task(
        task.train[np.sort(kept)],
        task.train[np.sort(held)],
        task.test,
        task.mean,
        task.deviation,
    )
    model = fitted(part, seed)
    return {
        "believed": rmse(part, model, part.valid),
        "true": rmse(part, model, task.valid),
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
