"""How the LSTM of the MNIST lab should be trained: chosen on the validation part.

All settings take about the same time on one core. A single seed each: enough to see
what matters, not to tell neighbours apart. The test part is not used.
"""

from __future__ import annotations

import pandas as pd

from course_utils import runtime
from experiments import _mnist as mnist

DATA = ("mnist",)
FIRST = {
    "units": 64,
    "epochs": 6,
    "batch": 64,
    "rate": 3e-3,
    "schedule": "one_cycle",
    "reach": 2,
    "dropout": 0.0,
}
CHANGES = (
    {},
    {"units": 128, "epochs": 3},
    {"units": 128, "epochs": 3, "batch": 128},
    {"rate": 6e-3},
    {"reach": 0},
    {"schedule": "constant", "rate": 1e-3},
)
SEED = 0


def one(**settings: object) -> dict:
    runtime.start()
    parts = mnist.parts()
    model = mnist.train("LSTM", parts["train"], SEED, **settings)
    images, labels = parts["valid"]
    found = mnist.scores(mnist.logits(model, images), labels)
    row = settings | {"seed": SEED, "parameters": model.count_params()}
    return row | {f"valid_{name}": value for name, value in found.items()}


def jobs() -> list[dict]:
    return [FIRST | change for change in CHANGES]


def run() -> pd.DataFrame:
    return mnist.run_all(one, jobs())


def results(table: pd.DataFrame) -> dict[str, float]:
    return {}
