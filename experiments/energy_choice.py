"""Which learning rate, length and size? Chosen on 2015; 2016 and 2017 stay unseen."""

from __future__ import annotations

import pandas as pd

from experiments import _energy as energy

DATA = ("energy",)
SEEDS = energy.SEEDS[:2]
COLUMNS = ("cell", "calendar", "units", "learning_rate", "epochs")
GRID = [
    ("GRU", True, 32, 5e-3, 60),
    ("GRU", True, 64, 2e-3, 60),
    ("GRU", True, 64, 5e-3, 30),
    ("GRU", True, 64, 5e-3, 60),
    ("GRU", True, 64, 5e-3, 90),
    ("GRU", True, 128, 3e-3, 60),
    ("GRU", False, 64, 5e-3, 20),
    ("GRU", False, 64, 5e-3, 60),
    ("LSTM", True, 64, 5e-3, 60),
    ("LSTM", True, 64, 1e-2, 60),
    ("LSTM", False, 64, 5e-3, 20),
    ("LSTM", False, 64, 5e-3, 60),
    ("SimpleRNN", True, 64, 1e-3, 60),
    ("SimpleRNN", True, 64, 3e-3, 60),
    ("SimpleRNN", False, 64, 1e-3, 20),
    ("SimpleRNN", False, 64, 1e-3, 60),
]
# What does one column of the calendar buy?
ABLATION = ("bridge", "holiday")


def one(seed: int, without: str, **choice: object) -> dict:
    task = energy.make_task(
        calendar=choice["calendar"], without=(without,) if without else ()
    )
    settings = {k: choice[k] for k in ("units", "learning_rate", "epochs")}
    model = energy.train(task, choice["cell"], seed, **settings)
    row = energy.scores(task, {"valid": energy.predict(model, task.valid.x)})
    return {**choice, "without": without or "-", "seed": seed, **row}


def run() -> pd.DataFrame:
    choices = [dict(zip(COLUMNS, values, strict=True)) for values in GRID]
    jobs = [{**c, "without": "", "seed": seed} for c in choices for seed in SEEDS]
    jobs += [
        {**choices[3], "without": column, "seed": seed}
        for column in ABLATION
        for seed in SEEDS
    ]
    return energy.run_all(one, jobs)


def results(table: pd.DataFrame) -> dict[str, float]:
    return {}
