"""Models of physics titles: n-grams and GRUs, their surprise, and what they write.

Settings were chosen on the validation part (`titles_choice`); each network is scored
on the test part once. Rows without a temperature are scores; the others are titles that
a model wrote, in the order in which it wrote them, none left out.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from course_utils import runtime
from experiments import _titles as titles
from experiments._titles_chosen import CHOSEN, ORDER

DATA = ("titles",)
TEMPERATURES = (0.4, 0.7, 1.0, 1.3)
WRITING_SEEDS, COUNT = (0, 1, 2), 100
WEIGHTS = np.linspace(0, 1, 21)


def scores(found: dict[str, np.ndarray], apart: np.ndarray) -> dict[str, float]:
    """Nats a character; on the test part also without the near duplicates."""
    means = {f"{part}_nats": values.mean() for part, values in found.items()}
    return means | {"apart_nats": found["test"][apart].mean()}


def counted() -> tuple[list[dict], dict[str, np.ndarray]]:
    """Score n-grams of all orders, write with the chosen one, keep its surprises."""
    parts, vocabulary = titles.load()
    apart = titles.apart(parts["test"], parts["train"])
    model = titles.count(parts["train"], vocabulary, ORDER + 1)
    rows, kept = [], {}
    for order in range(1, ORDER + 2):
        found = {
            part: titles.counted_surprises(model, parts[part], vocabulary, order)
            for part in ("valid", "test")
        }
        kept = found if order == ORDER else kept
        rows.append({"model": "n-gram", "order": order, **scores(found, apart)})
    model.order = ORDER
    for seed in WRITING_SEEDS:
        draw = np.random.default_rng(seed)
        for heat in TEMPERATURES:
            row = {"model": "n-gram", "order": ORDER, "seed": seed, "temperature": heat}
            for _ in range(COUNT):
                text = titles.write_counted(model, vocabulary, draw, heat)
                rows.append(row | {"title": text})
    return rows, kept


def one(seed: int, beside: dict[str, np.ndarray]) -> list[dict]:
    """Train and score one network, alone and mixed with the n-grams; let it write."""
    runtime.start()
    parts, vocabulary = titles.load()
    apart = titles.apart(parts["test"], parts["train"])
    settings = CHOSEN | {"epochs": titles.EPOCHS}
    model = titles.train(parts["train"], vocabulary, seed, **settings)
    found = {
        part: titles.surprises(model, parts[part], vocabulary)
        for part in ("valid", "test")
    }
    row = {"epochs": titles.EPOCHS, "seed": seed}
    rows = [{"model": "GRU", **row, **scores(found, apart)}]
    values = [
        titles.mixed(found["valid"], beside["valid"], weight).mean()
        for weight in WEIGHTS
    ]
    weight = WEIGHTS[int(np.argmin(values))]
    both = {part: titles.mixed(found[part], beside[part], weight) for part in found}
    rows.append({"model": "both", "weight": weight, **row, **scores(both, apart)})
    if seed in WRITING_SEEDS:
        sampler = titles.sampler_of(model, vocabulary)
        draw = np.random.default_rng(seed)
        for heat in TEMPERATURES:
            for _ in range(COUNT):
                text = titles.write_title(sampler, draw, heat)
                rows.append({"model": "GRU", **row, "temperature": heat, "title": text})
    return rows


def run() -> pd.DataFrame:
    rows, beside = counted()
    jobs = [{"seed": seed, "beside": beside} for seed in titles.SEEDS]
    return pd.concat([pd.DataFrame(rows), titles.run_all(one, jobs)])


def results(table: pd.DataFrame) -> dict[str, float]:
    scored = table[table["temperature"].isna()]
    counted = scored[scored["model"] == "n-gram"].set_index("order")
    means = scored.groupby("model")[["test_nats", "apart_nats"]].mean()
    return {
        "titles.ngram.test": counted.loc[ORDER, "test_nats"],
        "titles.ngram.apart": counted.loc[ORDER, "apart_nats"],
        "titles.gru.test": means.loc["GRU", "test_nats"],
        "titles.gru.apart": means.loc["GRU", "apart_nats"],
        "titles.both.test": means.loc["both", "test_nats"],
    }
