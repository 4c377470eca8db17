"""What the experiments on uncertainty share: a network with dropout, and its intervals.

All intervals have the form forecast ± half width; a method is a way to the half width.
Arrays are in GWh, one value a day, in time order.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import stats

from course_utils import datasets, evaluation, runtime, training
from experiments import _energy as energy

LEVELS = (0.8, 0.95)
EPOCHS, PASSES, BLOCK = 40, 30, 14
WINDOW, STEP = 365, 0.01  # days of the rolling calibration; step of the adaptive level


def build(features: int, rate: float):
    """The energy lab's GRU, with dropout on its state and before its last layer."""
    import keras
    from keras import layers

    return keras.Sequential(
        [
            keras.Input((energy.STEPS, features)),
            layers.GRU(energy.UNITS, recurrent_dropout=rate),
            layers.Dropout(rate),
            layers.Dense(1),
        ]
    )


def train(task: energy.Task, rate: float, seed: int):
    """Train it much as the lab trains its GRU, in larger batches, which is faster."""
    import keras

    keras.utils.clear_session()
    runtime.set_seed(seed)
    model = build(task.train.x.shape[-1], rate)
    training.fit(
        model,
        np.ascontiguousarray(task.train.x),
        task.train.y[:, None],
        epochs=EPOCHS,
        batch_size=128,
        learning_rate=7e-3,
        schedule="one_cycle",
        seed=seed,
        steps_per_execution=4,
    )
    return model


def sample(model: object, task: energy.Task, x: np.ndarray) -> np.ndarray:
    """Forecast with dropout left on, in GWh: shape (PASSES, days)."""
    x = np.ascontiguousarray(x)
    answers = [model(x, training=True) for _ in range(PASSES)]  # (days, 1) each
    return task.gwh(np.stack([np.asarray(a)[:, 0] for a in answers]).astype(float))


def conformal_quantile(scores: np.ndarray, alpha: float) -> float:
    """Score of rank ceil((n + 1)(1 - alpha)), or the largest if there are too few."""
    rank = int(np.ceil((len(scores) + 1) * (1 - alpha)))
    return float(np.sort(scores)[np.clip(rank, 1, len(scores)) - 1])


def rolling(scores: np.ndarray, days: int, alpha: float, step: float) -> np.ndarray:
    """Half widths of the last ``days`` days, each from the WINDOW days before it.

    With a step above 0 the level adapts: down after a miss, up after a hit.
    """
    widths, now = [], alpha
    for day in range(len(scores) - days, len(scores)):
        widths.append(conformal_quantile(scores[max(0, day - WINDOW) : day], now))
        now += step * (alpha - (scores[day] > widths[-1]))
    return np.array(widths)


def winkler(miss: np.ndarray, half: np.ndarray, alpha: float) -> np.ndarray:
    """Interval score a day: the width, and 2 / alpha for each GWh outside."""
    return 2 * half + 2 / alpha * np.maximum(np.abs(miss) - half, 0)


def residual_methods(
    early: np.ndarray, valid: np.ndarray, test: np.ndarray, alpha: float
) -> Iterator[tuple[str, np.ndarray]]:
    """Half widths that need no more than the misses of a forecast."""
    z = stats.norm.ppf(1 - alpha / 2)
    same = np.ones(len(test))
    yield "Gaussian, training residuals", z * early.std() * same
    yield "Gaussian, residuals of 2015", z * np.sqrt(np.mean(valid**2)) * same
    yield "split conformal", conformal_quantile(np.abs(valid), alpha) * same
    scores = np.abs(np.concatenate([valid, test]))
    yield "rolling conformal", rolling(scores, len(test), alpha, 0)
    yield "adaptive conformal", rolling(scores, len(test), alpha, STEP)


def dropout_methods(
    valid: np.ndarray, spreads: dict[str, np.ndarray], alpha: float
) -> Iterator[tuple[str, np.ndarray]]:
    """Half widths that use the spread of the passes, in 2015 and in the test part."""
    z = stats.norm.ppf(1 - alpha / 2)
    noise = max(0.0, np.mean(valid**2 - spreads["valid"] ** 2))
    yield "dropout alone", z * spreads["test"]
    yield "dropout and noise", z * np.sqrt(spreads["test"] ** 2 + noise)
    factor = conformal_quantile(np.abs(valid) / spreads["valid"], alpha)
    yield "normalized conformal", factor * spreads["test"]


def special(days: pd.DatetimeIndex) -> dict[str, np.ndarray]:
    """Which days are holidays, and which lie in the weeks around the turn of a year."""
    turn = [(day.month, day.day) for day in days]
    return {
        "holiday": datasets.german_calendar(days)["holiday"].to_numpy() > 0.5,
        "turn": np.array([day >= (12, 20) or day <= (1, 6) for day in turn]),
    }


def scored(
    days: pd.DatetimeIndex,
    miss: np.ndarray,
    half: np.ndarray,
    level: float,
    rival: np.ndarray,
) -> dict[str, float]:
    """Coverage with its interval, width, score; and the score minus a rival's."""
    alpha = 1 - level
    hit = (np.abs(miss) <= half).astype(float)
    share = evaluation.compare(hit, np.zeros_like(hit), BLOCK)
    score = winkler(miss, half, alpha)
    gap = evaluation.compare(score, rival, BLOCK)
    row = {"level": level, "coverage": share.difference}
    row |= {"coverage_low": share.low, "coverage_high": share.high}
    row |= {"width": 2 * half.mean(), "score": score.mean()}
    row |= {"gap": gap.difference, "gap_low": gap.low, "gap_high": gap.high}
    groups = special(days)
    return row | {
        f"coverage_{name}": hit[group].mean() for name, group in groups.items()
    }
