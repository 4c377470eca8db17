"""What each ingredient of the Shakespeare lab bought, on the validation part.

A smaller network than the lab's, GRU(64), reads the same number of characters in each
variant. Each variant has its own best of three learning rates, found with seed 0. The
test part is not used.
"""

from __future__ import annotations

import time

import joblib
import numpy as np
import pandas as pd

from course_utils import runtime, training
from experiments import _shakespeare as shakespeare

DATA = ("shakespeare",)
UNITS, PASSES = 64, 1
RATES = (1e-2, 2e-2, 4e-2)
BASE = {"normalize": True, "schedule": "one_cycle", "batch": 32, "dropout": 0.0}
VARIANTS = {
    "all of it": {},
    "without layer normalization": {"normalize": False},
    "constant rate": {"schedule": "constant"},
    "batch of 128": {"batch": 128},
    "dropout 0.2": {"dropout": 0.2},
    "stateful": {"stateful": True},
}


def streams(codes: np.ndarray, batch: int) -> tuple[np.ndarray, np.ndarray]:
    """Cut a text into as many streams as a batch has rows, then those into windows.

    Row b of each batch goes on where row b of the batch before it ended: x and y of
    shape (batches * batch, steps), not to be shuffled.
    """
    steps = shakespeare.STEPS
    count = (len(codes) - 1) // (batch * steps)  # windows of a stream

    def cut(part: np.ndarray) -> np.ndarray:
        rows = part[: batch * count * steps].reshape(batch, count, steps)
        return np.ascontiguousarray(rows.swapaxes(0, 1)).reshape(-1, steps)

    return cut(codes[:-1]), cut(codes[1:])


def train_stateful(codes: np.ndarray, symbols: int, rate: float, seed: int):
    """Train with states that go on from batch to batch; return a stateless copy."""
    import keras
    from keras import layers

    batch, options = BASE["batch"], {"units": UNITS, "normalize": True}
    plain = shakespeare.fresh(seed, symbols, **options)
    model = keras.Sequential(
        [
            keras.Input(batch_shape=(batch, None), dtype="int32"),
            layers.Embedding(symbols, plain.layers[0].output_dim),
            layers.GRU(UNITS, return_sequences=True, stateful=True),
            layers.LayerNormalization(),
            layers.Dense(symbols),
        ]
    )
    model.set_weights(plain.get_weights())
    x, y = streams(codes, batch)
    schedule = training.learning_rate_schedule(
        "one_cycle", rate, PASSES * len(x) // batch
    )
    model.compile(
        keras.optimizers.Adam(schedule, global_clipnorm=1.0),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    for _ in range(PASSES):
        model.layers[1].reset_state()
        model.fit(x, y, batch_size=batch, shuffle=False, verbose=0)
    plain.set_weights([np.asarray(w) for w in model.get_weights()])
    return plain


def one(variant: str, rate: float, seed: int) -> dict:
    """Train one network and score it on the validation part, in both ways."""
    runtime.start()
    parts, vocabulary = shakespeare.parts()
    settings = BASE | VARIANTS[variant]
    started = time.process_time()
    if settings.pop("stateful", False):
        model = train_stateful(parts["train"], len(vocabulary), rate, seed)
    else:
        options = {name: settings.pop(name) for name in ("normalize", "dropout")}
        model = shakespeare.fresh(seed, len(vocabulary), units=UNITS, **options)
        plan = settings | {"passes": PASSES, "rate": rate}
        shakespeare.train(parts["train"], model, seed, **plan)
    row = {"variant": variant, "rate": rate, "seed": seed}
    row |= {"seconds": round(time.process_time() - started)}
    codes = shakespeare.opened(parts, "valid")
    for steps in (shakespeare.STEPS, shakespeare.LONG):
        row[f"valid_{steps}"] = shakespeare.surprise(model, codes, steps).mean()
    print(row, flush=True)
    return row


def run() -> pd.DataFrame:
    parallel = joblib.Parallel(n_jobs=2)
    grid = [(variant, rate, 0) for variant in VARIANTS for rate in RATES]
    rows = parallel(joblib.delayed(one)(*setting) for setting in grid)
    table = pd.DataFrame(rows)
    best = table.loc[table.groupby("variant")["valid_100"].idxmin()]
    chosen = best.set_index("variant")["rate"]
    more = [(v, chosen[v], seed) for v in VARIANTS for seed in shakespeare.SEEDS[1:]]
    rows += parallel(joblib.delayed(one)(*setting) for setting in more)
    return pd.DataFrame(rows)


def at_best_rate(table: pd.DataFrame) -> pd.DataFrame:
    """Keep of each variant the rows with the rate of its further seeds."""
    seeds = table.groupby(["variant", "rate"])["seed"].transform("nunique")
    return table[seeds > 1]


def results(table: pd.DataFrame) -> dict[str, float]:
    kept = at_best_rate(table)
    mean = kept.groupby("variant")["valid_100"].mean()
    base = mean["all of it"]
    return {
        "shakespeare.ablation.base": base,
        "shakespeare.ablation.no_norm": mean["without layer normalization"] - base,
        "shakespeare.ablation.constant": mean["constant rate"] - base,
        "shakespeare.ablation.batch_128": mean["batch of 128"] - base,
        "shakespeare.ablation.dropout": mean["dropout 0.2"] - base,
        "shakespeare.ablation.stateful": mean["stateful"] - base,
    }
