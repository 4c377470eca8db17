"""Networks of the MNIST lab on the test part, over seeds, each scored once.

Settings were chosen on the validation part (`mnist_choice`). The column `wrong` lists
which test images a network misread, so that two can be compared image by image.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from course_utils import runtime
from experiments import _mnist as mnist
from experiments._mnist_chosen import CHOSEN

DATA = ("mnist",)
PLAIN = {"schedule": "constant", "rate": 1e-3, "reach": 0}
# Name: which network, how it is trained, how many seeds.
MODELS = {
    "LSTM, rows": ("LSTM", CHOSEN, 5),
    "LSTM, columns": ("LSTM", CHOSEN | {"how": "columns"}, 3),
    "LSTM, shuffled pixels": ("LSTM", CHOSEN | {"how": "shuffled"}, 3),
    "LSTM, rows, plain training": ("LSTM", CHOSEN | PLAIN, 3),
    "CNN": ("CNN", CHOSEN, 5),
    "logistic regression": ("logistic", CHOSEN | {"reach": 0, "rate": 1e-3}, 3),
}


def one(model: str, seed: int) -> dict:
    runtime.start()
    parts = mnist.parts()
    name, settings, _ = MODELS[model]
    network = mnist.train(name, parts["train"], seed, **settings)
    images, labels = parts["test"]
    answer = mnist.logits(network, images, settings.get("how", "rows"))
    wrong = np.flatnonzero(answer.argmax(axis=1) != labels)
    row = {"model": model, "seed": seed, "parameters": network.count_params()}
    row |= {f"test_{key}": value for key, value in mnist.scores(answer, labels).items()}
    return row | {"wrong": " ".join(map(str, wrong))}


def jobs() -> list[dict]:
    return [
        {"model": model, "seed": seed}
        for model, (_, _, seeds) in MODELS.items()
        for seed in mnist.SEEDS[:seeds]
    ]


def run() -> pd.DataFrame:
    return mnist.run_all(one, jobs())


def results(table: pd.DataFrame) -> dict[str, float]:
    mean = table.groupby("model")["test_accuracy"].mean()
    return {
        "mnist.lstm.test": mean["LSTM, rows"],
        "mnist.columns.test": mean["LSTM, columns"],
        "mnist.shuffled.test": mean["LSTM, shuffled pixels"],
        "mnist.plain.test": mean["LSTM, rows, plain training"],
        "mnist.cnn.test": mean["CNN"],
        "mnist.logistic.test": mean["logistic regression"],
    }
