"""Sizes and rates for the plays, by the validation part: a GRU and transformers.

The number of updates was fixed after a short timing, for about 40 seconds of one thread
each. The table says how many it took in fact: the GRUs more, the widest networks less.
"""

from __future__ import annotations

import pandas as pd

from course_utils import runtime
from experiments import _attention as attention
from experiments import _shakespeare as plays

DATA = ("shakespeare",)
SMALL = {"width": 64, "depth": 2, "heads": 4}
DEEP = {"width": 64, "depth": 4, "heads": 4}
WIDE = {"width": 128, "depth": 2, "heads": 4}
# kind, options, batch, rate, updates
TRIED = (
    ("GRU", {"units": 256}, 32, 0.005, 260),
    ("GRU", {"units": 256}, 32, 0.008, 260),
    ("GRU", {"units": 256}, 16, 0.005, 480),
    ("GRU", {"units": 256}, 16, 0.01, 480),
    ("GRU", {"units": 256}, 16, 0.02, 480),
    ("GRU", {"units": 256}, 16, 0.04, 480),
    ("transformer", SMALL, 16, 0.003, 700),
    ("transformer", SMALL, 16, 0.006, 700),
    ("transformer", SMALL, 16, 0.012, 700),
    ("transformer", SMALL, 16, 0.02, 700),
    ("transformer", SMALL, 16, 0.03, 700),
    ("transformer", SMALL, 8, 0.006, 1200),
    ("transformer", DEEP, 16, 0.004, 400),
    ("transformer", WIDE, 16, 0.003, 340),
    ("transformer", WIDE, 8, 0.003, 600),
)


def one(kind: str, options: dict, batch: int, rate: float, updates: int) -> list[dict]:
    runtime.start()
    parts, vocabulary = plays.parts()
    codes = plays.opened(parts, "valid")
    seed = attention.CHOOSING
    model = attention.fresh(kind, seed, len(vocabulary), **options)
    settings = {"rate": rate, "batch": batch, "updates": updates}
    glance = codes[: attention.GLANCE]
    last = attention.train(model, parts["train"], glance, seed, **settings)[-1]
    row = {"model": kind, "seed": seed} | options | settings
    row |= {"parameters": model.count_params(), "seconds": last["seconds"]}
    return [row | {"valid": plays.surprise(model, codes).mean()}]


def run() -> pd.DataFrame:
    names = ("kind", "options", "batch", "rate", "updates")
    jobs = [dict(zip(names, job, strict=True)) for job in TRIED]
    return attention.run_all(one, jobs)


def results(table: pd.DataFrame) -> dict[str, float]:
    return {}
