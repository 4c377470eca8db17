"""Networks of the bitcoin lab on the test part: levels, returns, and relative prices.

Settings were chosen on the validation part (`bitcoin_choice`); each network is then
trained on all days before the test part, from several seeds, and scored once.
"""

from __future__ import annotations

import pandas as pd

from course_utils import runtime
from experiments import _bitcoin as bitcoin
from experiments._bitcoin_chosen import CHOSEN

DATA = ("bitcoin",)
MODELS = (
    ("CNN-LSTM", "levels"),
    ("LSTM", "levels"),
    ("CNN", "levels"),
    ("CNN-LSTM", "returns"),
    ("LSTM", "returns"),
    ("CNN", "returns"),
    ("dense", "returns"),
    ("CNN-LSTM", "relative"),
)
MORE = range(10)  # seeds of the main model, for the lucky one among ten


def seeds(name: str, kind: str) -> tuple[int, ...]:
    main = (name, kind) == ("CNN-LSTM", "returns")
    return tuple(MORE) if main else bitcoin.SEEDS


def one(name: str, kind: str, seed: int) -> dict:
    runtime.start()
    first = len(bitcoin.make_task(kind, None)) - bitcoin.PART  # of the test part
    task = bitcoin.make_task(kind, first)
    settings = CHOSEN["levels" if kind == "levels" else "returns"]
    model = bitcoin.train(task[:first], name, seed, **settings)
    test = task[first:]
    forecast = bitcoin.predict(model, test)
    row = {"model": name, "input": kind, "seed": seed}
    row |= {"parameters": model.count_params()}
    for found in (
        bitcoin.scores(test, forecast),
        bitcoin.against_persistence(test, forecast),
        bitcoin.direction(test, forecast),
        bitcoin.rule(test, forecast),
    ):
        row |= found
    return row


def run() -> pd.DataFrame:
    jobs = [
        {"name": name, "kind": kind, "seed": seed}
        for name, kind in MODELS
        for seed in seeds(name, kind)
    ]
    return bitcoin.run_all(one, jobs)


def results(table: pd.DataFrame) -> dict[str, float]:
    first = table[table["seed"] < 5].groupby(["model", "input"])
    relative, mae = first["relative"].mean(), first["mae"].mean()
    ours = table[(table["model"] == "CNN-LSTM") & (table["input"] == "returns")]
    return {
        "bitcoin.levels.mean_relative": relative["CNN-LSTM", "levels"],
        "bitcoin.levels.lstm_relative": relative["LSTM", "levels"],
        "bitcoin.levels.cnn_relative": relative["CNN", "levels"],
        "bitcoin.returns.mean_relative": relative["CNN-LSTM", "returns"],
        "bitcoin.returns.mean_mae": mae["CNN-LSTM", "returns"],
        "bitcoin.relative.mean_relative": relative["CNN-LSTM", "relative"],
        "bitcoin.returns.right": 100 * ours["right"].mean() / bitcoin.PART,
        "bitcoin.rule.gain_10": ours["gain_10"].mean(),
    }
