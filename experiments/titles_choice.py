"""Batch size and learning rate for the titles, chosen on the validation part.

One seed, as many epochs as everywhere in the lab. The test part is not used.
"""

from __future__ import annotations

import pandas as pd

from course_utils import runtime
from experiments import _titles as titles

DATA = ("titles",)
GRID = ((16, 8e-3), (32, 8e-3), (32, 1.6e-2))


def one(batch: int, rate: float, seed: int) -> list[dict]:
    runtime.start()
    settings = {"batch": batch, "rate": rate, "epochs": titles.EPOCHS}
    parts, vocabulary = titles.load()
    model = titles.train(parts["train"], vocabulary, seed, **settings)
    found = titles.surprises(model, parts["valid"], vocabulary)
    return [settings | {"seed": seed, "valid_nats": found.mean()}]


def run() -> pd.DataFrame:
    jobs = [{"batch": batch, "rate": rate, "seed": 0} for batch, rate in GRID]
    return titles.run_all(one, jobs)


def results(table: pd.DataFrame) -> dict[str, float]:
    return {}
