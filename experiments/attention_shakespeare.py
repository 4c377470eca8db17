"""A GRU and a small transformer on the plays, for the same seconds of one thread.

Sizes and rates were chosen on the validation part (`attention_choice`). The test part
is scored once a run, in four ways: windows of 100 characters end to end, every
character counted; windows that overlap, only the characters behind at least 50 others
counted, for both; and, for the GRU alone, windows of 1,000.
"""

from __future__ import annotations

import pandas as pd

from course_utils import baselines, runtime
from experiments import _attention as attention
from experiments import _shakespeare as plays
from experiments._attention_chosen import CHOSEN

DATA = ("shakespeare",)
CONTEXT = 50
GLANCE = 10_000  # characters of the validation part that a look reads


def one(kind: str, seed: int) -> list[dict]:
    runtime.start()
    parts, vocabulary = plays.parts()
    glance = plays.opened(parts, "valid")[:GLANCE]
    options, settings = CHOSEN[kind]["options"], CHOSEN[kind]["settings"]
    model = attention.fresh(kind, seed, len(vocabulary), **options)
    looks = attention.train(model, parts["train"], glance, seed, **settings)
    about = {"model": kind, "seed": seed, "parameters": model.count_params()}
    rows = [about | {"batch": settings["batch"]} | look for look in looks]
    codes = plays.opened(parts, "test")
    rows[-1]["test"] = plays.surprise(model, codes).mean()
    rows[-1]["test_after_50"] = attention.surprise_after(model, codes, CONTEXT).mean()
    if kind == "GRU":
        rows[-1]["test_long"] = plays.surprise(model, codes, plays.LONG).mean()
    return rows


def counted(order: int = 5) -> dict:
    """Score a counting model that learned from the same part of the text."""
    parts, vocabulary = plays.parts()
    model = baselines.NGram(order, len(vocabulary)).fit(parts["train"])
    score = model.cross_entropy(parts["test"], context=parts["valid"][-order:])
    return {"model": f"{order}-gram", "seed": -1, "test": score}


def run() -> pd.DataFrame:
    jobs = [{"kind": kind, "seed": seed} for seed in attention.SEEDS for kind in CHOSEN]
    found = attention.run_all(one, jobs)
    return pd.concat([found, pd.DataFrame([counted()])], ignore_index=True)


def results(table: pd.DataFrame) -> dict[str, float]:
    ends = table[table["test"].notna()].groupby("model")
    test, after, seconds = (
        ends[name].mean() for name in ("test", "test_after_50", "seconds")
    )
    return {
        "attention.counted.test": test["5-gram"],
        "attention.gru.test": test["GRU"],
        "attention.transformer.test": test["transformer"],
        "attention.gru.after_50": after["GRU"],
        "attention.transformer.after_50": after["transformer"],
        "attention.gru.long": ends["test_long"].mean()["GRU"],
        "attention.seconds.ratio": seconds["transformer"] / seconds["GRU"],
    }
