"""What the bitcoin experiments share: the lab's windows, networks and scores.

All kinds of input forecast the same days from the same 29 days before them. Networks
return scaled numbers; ``Task.usd`` turns them into prices.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import joblib
import numpy as np
import pandas as pd

from course_utils import datasets, evaluation, runtime, sequences, training

STEPS, BATCH, BLOCK = 29, 128, 29
PART = 558  # days of the test part, a fifth; and of the validation part before it
SEEDS = (0, 1, 2, 3, 4)
COSTS = (0, 10, 25)  # basis points of what is bought or sold


@dataclass(frozen=True)
class Task:
    """Windows of one kind of input, and what is needed to score them.

    Attributes
    ----------
    x, y
        Scaled inputs (windows, 29, 1) and targets (windows, 1).
    last, truth
        Price before and on the day that is forecast, (windows,).
    usd
        From network outputs (n,) and last prices (n,) to prices (n,).
    """

    x: np.ndarray
    y: np.ndarray
    last: np.ndarray
    truth: np.ndarray
    usd: Callable[[np.ndarray, np.ndarray], np.ndarray]

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, rows: slice | np.ndarray) -> Task:
        parts = (self.x[rows], self.y[rows], self.last[rows], self.truth[rows])
        return Task(*parts, self.usd)


def make_task(kind: str, known: int | np.ndarray | None) -> Task:
    """Cut the windows and scale them.

    Parameters
    ----------
    kind
        ``"levels"``, prices on a scale from 0 to 1; ``"returns"``, standardized log
        returns; or ``"relative"``, prices over the last one of their window.
    known
        Windows whose targets and inputs the scaler may see: the first ``known``, the
        rows of an array, or, by the mistake of the lab, all (None).
    """
    price = datasets.load_bitcoin()["close"]
    frame = pd.DataFrame({"price": price, "return": np.log(price).diff()}).iloc[1:]
    prices = sequences.make_windows(frame["price"], STEPS)
    last, truth = prices.x[:, -1, 0], prices.y[:, 0]
    rows = slice(None, known) if isinstance(known, int | None) else known
    logs = np.log(truth / last)[rows]  # of the target days that may be seen
    if kind == "levels":
        seen = np.concatenate([prices.x[rows].ravel(), truth[rows]])
        low, span = seen.min(), seen.max() - seen.min()
        x, y = (prices.x - low) / span, (prices.y - low) / span
        usd = lambda z, last: z * span + low  # noqa: E731
    elif kind == "returns":
        windows = sequences.make_windows(frame["return"], STEPS)
        mean, spread = logs.mean(), logs.std()
        x, y = (windows.x - mean) / spread, (windows.y - mean) / spread
        usd = lambda z, last: last * np.exp(z * spread + mean)  # noqa: E731
    else:
        spread = logs.std()
        x = (prices.x / last[:, None, None] - 1) / spread
        y = (truth / last - 1)[:, None] / spread
        usd = lambda z, last: last * (1 + z * spread)  # noqa: E731
    return Task(x.astype("float32"), y.astype("float32"), last, truth, usd)


def build(name: str, filters: int = 8, units: int = 16):
    """Put a network together: ``"CNN-LSTM"``, ``"LSTM"``, ``"CNN"`` or ``"dense"``."""
    import keras
    from keras import layers

    convolution = layers.Conv1D(filters, 3, padding="same", activation="relu")
    middle = {
        "CNN-LSTM": [convolution, layers.LSTM(units)],
        "LSTM": [layers.LSTM(units)],
        "CNN": [convolution, layers.Flatten()],
        "dense": [layers.Flatten(), layers.Dense(units, "relu")],
    }[name]
    return keras.Sequential([keras.Input((STEPS, 1)), *middle, layers.Dense(1)])


def train(task: Task, name: str, seed: int, *, loss: str, rate: float, epochs: int):
    """Train one network on a task (or on the part of it that is given)."""
    import keras

    keras.utils.clear_session()
    runtime.set_seed(seed)
    model = build(name)
    training.fit(
        model,
        task.x,
        task.y,
        epochs=epochs,
        batch_size=BATCH,
        learning_rate=rate,
        schedule="one_cycle",
        loss=loss,
        seed=seed,
        steps_per_execution=16,
    )
    return model


def predict(model: object, task: Task) -> np.ndarray:
    """Forecast prices, (windows,)."""
    scaled = model.predict(task.x, batch_size=1024, verbose=0)[:, 0]
    return task.usd(scaled.astype(float), task.last)


def scores(task: Task, forecast: np.ndarray) -> dict[str, float]:
    """Errors in USD and percent, and over those of persistence on the same days."""
    naive = evaluation.mae(task.truth, task.last)
    mae = evaluation.mae(task.truth, forecast)
    row = {"mae": mae, "mape": evaluation.mape(task.truth, forecast)}
    return row | {"relative": mae / naive}


def direction(task: Task, forecast: np.ndarray) -> dict[str, float]:
    """How often up or down was right, how often up was said, how bold forecasts are."""
    moves = np.log(forecast / task.last)
    rose = task.truth > task.last
    return {
        "right": int(((moves > 0) == rose).sum()),
        "said_up": int((moves > 0).sum()),
        "boldness": moves.std() / np.log(task.truth / task.last).std(),
    }


def gains(task: Task, position: np.ndarray, cost: float) -> np.ndarray:
    """Daily gains in percent of a position (1: owned, 0: cash), after costs.

    The position is taken at the last known price and kept for one day; whoever changes
    it pays ``cost`` basis points of what is bought or sold. All start with cash.
    """
    traded = np.abs(np.diff(position, prepend=0.0))
    return 100 * (position * (task.truth / task.last - 1) - traded * cost / 10_000)


def rule(task: Task, forecast: np.ndarray) -> dict[str, float]:
    """Own the coin when it is said to rise; against owning it all the time."""
    position = (forecast > task.last).astype(float)
    row = {"trades": int(np.abs(np.diff(position, prepend=0.0)).sum())}
    for cost in COSTS:
        held = gains(task, np.ones(len(task)), cost)
        found = evaluation.compare(gains(task, position, cost), held, BLOCK)
        row |= {f"gain_{cost}": found.difference}
        row |= {f"gain_{cost}_low": found.low, f"gain_{cost}_high": found.high}
    return row


def against_persistence(task: Task, forecast: np.ndarray) -> dict[str, float]:
    """Difference of the mean absolute errors in USD, with its interval."""
    errors = np.abs(forecast - task.truth), np.abs(task.last - task.truth)
    found = evaluation.compare(*errors, BLOCK)
    return {"difference": found.difference, "low": found.low, "high": found.high}


def run_all(function: Callable[..., dict], jobs: list[dict]) -> pd.DataFrame:
    """Run a function once a row, two at a time: each network keeps one core busy."""
    calls = (joblib.delayed(function)(**job) for job in jobs)
    return pd.DataFrame(joblib.Parallel(n_jobs=2, verbose=1)(calls))
