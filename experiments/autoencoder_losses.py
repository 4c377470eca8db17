"""Which loss trains an autoencoder best? Fresh weights, the same batches, each time.

784-128-64-128-784 on MNIST, two passes over 55,000 images. The rate of each row
is chosen on 5,000 validation images by the row's own loss, with the first seed; then
five seeds. `chain` rows go on with trained weights from loss to loss, the comparison
that flatters whoever comes later.
"""

from __future__ import annotations

import joblib
import numpy as np
import pandas as pd

from course_utils import datasets, runtime, training

DATA = ("mnist",)
ROWS = (  # loss, activation of the last layer
    ("mse", "sigmoid"),
    ("mae", "sigmoid"),
    ("msle", "sigmoid"),
    ("bce", "sigmoid"),
    ("mse", "linear"),
    ("mae", "linear"),
)
KERAS = {
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "msle": "mean_squared_logarithmic_error",
    "bce": "binary_crossentropy",
}
RATES = (0.0003, 0.001, 0.003, 0.01)
SEEDS = (0, 1, 2, 3, 4)
CHAINS = (("mse", "mae", "bce"), ("bce", "mae", "mse"))
CHAIN_SEEDS = (0, 1, 2)


def images() -> dict[str, np.ndarray]:
    """Return the three parts, each (n, 784) with pixels from 0 to 1."""
    (train, _), (test, _) = datasets.load_mnist()
    train, test = (
        part.reshape(-1, 784).astype("float32") / 255 for part in (train, test)
    )
    return {"train": train[:-5000], "valid": train[-5000:], "test": test}


def build(output: str, seed: int) -> object:
    """Draw a fresh autoencoder; one seed gives the same weights for every loss."""
    import keras

    runtime.set_seed(seed)
    dense = keras.layers.Dense
    return keras.Sequential(
        [
            keras.Input((784,)),
            dense(128, activation="relu"),
            dense(64, activation="relu"),
            dense(128, activation="relu"),
            dense(784, activation=output),
        ]
    )


def train(model: object, x: np.ndarray, loss: str, rate: float, seed: int) -> None:
    training.fit(
        model,
        x,
        x,
        epochs=2,
        batch_size=32,
        learning_rate=rate,
        schedule="cosine",
        loss=KERAS[loss],
        clip_norm=None,
        seed=seed,
        steps_per_execution=16,
    )


def yardsticks(truth: np.ndarray, answer: np.ndarray) -> dict[str, float]:
    """Score pixels with every loss, in thousandths; answers are clipped to 0..1."""
    answer = np.clip(answer.astype("float64"), 0, 1)
    safe = np.clip(answer, 1e-7, 1 - 1e-7)
    bits = truth * np.log(safe) + (1 - truth) * np.log(1 - safe)
    return {
        "mse": 1000 * np.mean((answer - truth) ** 2),
        "mae": 1000 * np.mean(np.abs(answer - truth)),
        "msle": 1000 * np.mean((np.log1p(answer) - np.log1p(truth)) ** 2),
        "bce": -1000 * np.mean(bits),
    }


def scores(model: object, parts: dict[str, np.ndarray]) -> dict[str, float]:
    row = {}
    for part in ("valid", "test"):
        answer = model.predict(parts[part], batch_size=1000, verbose=0)
        found = yardsticks(parts[part], answer)
        row |= {f"{part}_{name}": value for name, value in found.items()}
    return row


def fresh(kind: str, loss: str, output: str, rate: float, seed: int) -> list[dict]:
    """Train one loss from fresh weights."""
    parts, model = images(), build(output, seed)
    train(model, parts["train"], loss, rate, seed)
    row = {"kind": kind, "loss": loss, "output": output, "rate": rate, "seed": seed}
    return [row | {"place": 1, "order": loss} | scores(model, parts)]


def chain(order: tuple[str, ...], rates: dict[str, float], seed: int) -> list[dict]:
    """Train one loss after the other, always going on with the same weights."""
    parts, model, rows = images(), build("sigmoid", seed), []
    for place, loss in enumerate(order, start=1):
        train(model, parts["train"], loss, rates[loss], seed)
        row = {"kind": "chain", "loss": loss, "output": "sigmoid"}
        row |= {"rate": rates[loss], "seed": seed, "place": place}
        rows.append(row | {"order": " ".join(order)} | scores(model, parts))
    return rows


def together(calls: list) -> pd.DataFrame:
    """Run calls two at a time: each network keeps one core busy."""
    lists = joblib.Parallel(n_jobs=2, verbose=50)(calls)
    return pd.DataFrame([row for rows in lists for row in rows])


def choose(tried: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Pick each row's rate by its own loss on the validation images."""
    chosen = {}
    for (loss, output), rows in tried.groupby(["loss", "output"]):
        best = rows[f"valid_{loss}"].idxmin()
        chosen[loss, output] = float(rows.loc[best, "rate"])
    return chosen


def run() -> pd.DataFrame:
    later = joblib.delayed(fresh)
    tried = together(
        [later("choice", *row, rate, SEEDS[0]) for row in ROWS for rate in RATES]
    )
    rates = choose(tried)
    calls = [later("seeds", *row, rates[row], seed) for row in ROWS for seed in SEEDS]
    in_sigmoid = {loss: rates[loss, "sigmoid"] for loss in KERAS}
    calls += [
        joblib.delayed(chain)(order, in_sigmoid, seed)
        for order in CHAINS
        for seed in CHAIN_SEEDS
    ]
    return pd.concat([tried, together(calls)], ignore_index=True)


def results(table: pd.DataFrame) -> dict[str, float]:
    seeds = table[table["kind"] == "seeds"].groupby(["loss", "output"])
    mean = seeds[["test_mse", "test_mae", "test_msle", "test_bce"]].mean()
    chains = table[table["kind"] == "chain"].groupby(["order", "place"])
    after = chains[["test_mse", "test_mae"]].mean()
    return {
        "keras_chapter.mse.on_mse": mean.loc[("mse", "sigmoid"), "test_mse"],
        "keras_chapter.bce.on_mse": mean.loc[("bce", "sigmoid"), "test_mse"],
        "keras_chapter.mae.on_mae": mean.loc[("mae", "sigmoid"), "test_mae"],
        "keras_chapter.bce.on_mae": mean.loc[("bce", "sigmoid"), "test_mae"],
        "keras_chapter.msle.on_msle": mean.loc[("msle", "sigmoid"), "test_msle"],
        "keras_chapter.bce.on_msle": mean.loc[("bce", "sigmoid"), "test_msle"],
        "keras_chapter.mse.on_bce": mean.loc[("mse", "sigmoid"), "test_bce"],
        "keras_chapter.bce.on_bce": mean.loc[("bce", "sigmoid"), "test_bce"],
        "keras_chapter.mae_linear.on_mae": mean.loc[("mae", "linear"), "test_mae"],
        "keras_chapter.mse_linear.on_mse": mean.loc[("mse", "linear"), "test_mse"],
        "keras_chapter.chain.mae_on_mae": after.loc[("mse mae bce", 2), "test_mae"],
        "keras_chapter.chain.bce_last": after.loc[("mse mae bce", 3), "test_mse"],
        "keras_chapter.chain.bce_first": after.loc[("bce mae mse", 1), "test_mse"],
        "keras_chapter.chain.mse_last": after.loc[("bce mae mse", 3), "test_mse"],
        "keras_chapter.chain.mse_first": after.loc[("mse mae bce", 1), "test_mse"],
    }
