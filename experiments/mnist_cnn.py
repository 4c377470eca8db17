"""The convolutional rival of the MNIST lab, with a rate and a length of its own.

`mnist_models` trains it by the plan that was chosen for the LSTM. Here the validation
part chooses the peak of the rate, the epochs and the dropout for the CNN itself, with
two seeds; then five others are scored on the test part, once each.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from course_utils import runtime
from experiments import _mnist as mnist
from experiments._mnist_chosen import CHOSEN

DATA = ("mnist",)
TRIED = (100, 101)  # seeds of the choice
GRID = (
    {"rate": 1e-3},
    {"rate": 3e-3},  # as for the LSTM
    {"rate": 1e-2},
    {"rate": 2e-2},
    {"rate": 1e-2, "epochs": 12},
    {"rate": 1e-2, "dropout": 0.3},
)
SETTINGS = ["rate", "epochs", "dropout"]


def one(stage: str, seed: int, **changed: float) -> dict:
    """Train one CNN; score it on the validation part, or on the test part."""
    runtime.start()
    parts = mnist.parts()
    settings = CHOSEN | changed
    network = mnist.train("CNN", parts["train"], seed, **settings)
    images, labels = parts["valid" if stage == "choice" else "test"]
    answer = mnist.logits(network, images)
    row = {"stage": stage, "seed": seed, "parameters": network.count_params()}
    row |= {key: settings[key] for key in SETTINGS} | mnist.scores(answer, labels)
    wrong = np.flatnonzero(answer.argmax(axis=1) != labels)
    return row | {"wrong": " ".join(map(str, wrong)) if stage == "test" else ""}


def run() -> pd.DataFrame:
    choice = mnist.run_all(
        one, [{"stage": "choice", "seed": s} | g for g in GRID for s in TRIED]
    )
    jobs = [{"stage": "test", "seed": seed} | chosen(choice) for seed in mnist.SEEDS]
    return pd.concat([choice, mnist.run_all(one, jobs)], ignore_index=True)


def chosen(choice: pd.DataFrame) -> dict[str, float]:
    """Return the settings with the lowest mean loss on the validation part."""
    best = choice.groupby(SETTINGS)["loss"].mean().idxmin()
    settings = dict(zip(SETTINGS, best, strict=True))
    return settings | {"epochs": int(settings["epochs"])}


def results(table: pd.DataFrame) -> dict[str, float]:
    tested = table[table["stage"] == "test"]
    return {"mnist.cnn_chosen.test": tested["accuracy"].mean()}
