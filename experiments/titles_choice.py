"""Batch size and learning rate for the titles, chosen on the validation part.

One seed, as many epochs as everywhere in the lab. The test part is not used. Batches of
16 make twice as many updates an epoch; ``seconds`` says what they cost, of one core.
"""

from __future__ import annotations

import time

import pandas as pd

from course_utils import runtime
from experiments import _titles as titles

DATA = ("titles",)
GRID = ((16, 8e-3), (16, 1.6e-2), (32, 8e-3), (32, 1.6e-2), (32, 3.2e-2))


def one(batch: int, rate: float, seed: int) -> list[dict]:
    runtime.start()
    settings = {"batch": batch, "rate": rate, "epochs": titles.EPOCHS}
    parts, vocabulary = titles.load()
    started = time.process_time()
    model = titles.train(parts["train"], vocabulary, seed, **settings)
    seconds = round(time.process_time() - started)
    found = titles.surprises(model, parts["valid"], vocabulary)
    return [settings | {"seed": seed, "seconds": seconds, "valid_nats": found.mean()}]


def run() -> pd.DataFrame:
    jobs = [{"batch": batch, "rate": rate, "seed": 0} for batch, rate in GRID]
    return titles.run_all(one, jobs)


def results(table: pd.DataFrame) -> dict[str, float]:
    return {}
