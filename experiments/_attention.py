"""What the experiments on attention share: a small transformer, a GRU, and a clock.

Both read characters of the plays and are trained by a number of updates that was fixed
beforehand; the seconds are those that the processor worked on it, so that a neighbour
on the same machine does not count.
"""

from __future__ import annotations

import time

import joblib
import numpy as np
import pandas as pd

from course_utils import runtime, training
from experiments import _shakespeare as plays

BATCH, STEPS, SEEDS = 16, plays.STEPS, (0, 1, 2, 3, 4)
CHOOSING = 100  # the seed of the runs that only choose settings
LOOKS = 10  # at the validation part, during a training
GLANCE = 20_000  # characters of the validation part that a look reads
CLIP = 1.0


def build(symbols: int, width: int, depth: int, heads: int, context: int = STEPS):
    """Put a transformer together that guesses the next character at every place."""
    import keras
    from keras import layers, ops

    codes = keras.Input((None,), dtype="int32")  # (batch, steps)
    place = ops.cumsum(ops.ones_like(codes), axis=1) - 1
    x = layers.Embedding(symbols, width)(codes) + layers.Embedding(context, width)(
        place
    )
    for _ in range(depth):
        a = layers.LayerNormalization()(x)
        look = layers.MultiHeadAttention(heads, width // heads)
        x = x + look(a, a, use_causal_mask=True)
        a = layers.LayerNormalization()(x)
        x = x + layers.Dense(width)(layers.Dense(4 * width, "relu")(a))
    x = layers.LayerNormalization()(x)
    return keras.Model(codes, layers.Dense(symbols)(x))  # (batch, steps, symbols)


def fresh(kind: str, seed: int, symbols: int, **options: int):
    """Build a ``"GRU"`` or a ``"transformer"`` from a seed of its own."""
    import keras

    if kind == "GRU":
        return plays.fresh(seed, symbols, **options)
    keras.utils.clear_session()
    runtime.set_seed(seed)
    return build(symbols, **options)


def compiled(model, rate: float, updates: int, each: int):
    """Compile for a training by a number of updates, without XLA.

    On one thread of a CPU, XLA made the transformer's update up to twice as long; the
    GRU runs without it anyway.
    """
    import keras

    schedule = training.learning_rate_schedule("one_cycle", rate, updates)
    model.compile(
        keras.optimizers.Adam(schedule, global_clipnorm=CLIP),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        steps_per_execution=each,
        jit_compile=False,
    )
    return model


def drawn(
    codes: np.ndarray, generator: np.random.Generator, count: int, steps: int = STEPS
) -> tuple[np.ndarray, np.ndarray]:
    """Draw windows at random places, and the same one character on."""
    starts = generator.integers(0, len(codes) - steps, count)
    block = codes[starts[:, None] + np.arange(steps + 1)]  # (count, steps + 1)
    return block[:, :-1], block[:, 1:]


def train(model, codes, glance, seed: int, *, rate: float, batch: int, updates: int):
    """Train by updates; one row a look: updates, processor seconds, two losses.

    The first updates are not timed, since they compile; they count as much as others.
    """
    chunk = updates // LOOKS
    each = next(n for n in (10, 5, 2, 1) if chunk % n == 0 and n < chunk)
    compiled(model, rate, updates, each)
    generator, rows = np.random.default_rng(seed), []
    seconds, timed = 0.0, 0
    for look in range(LOOKS):
        for size in [chunk] if look else [each, chunk - each]:
            x, y = drawn(codes, generator, batch * size)
            before = time.process_time()
            past = model.fit(x, y, batch_size=batch, shuffle=False, verbose=0)
            if look or size != each:
                seconds += time.process_time() - before
                timed += size
        done = (look + 1) * chunk
        row = {"updates": done, "seconds": seconds / timed * done}
        row |= {"loss": past.history["loss"][-1]}
        rows.append(row | {"valid": plays.surprise(model, glance).mean()})
    return rows


def surprise_after(model, codes: np.ndarray, context: int) -> np.ndarray:
    """Surprise in nats, each character behind at least ``context`` others.

    Windows of `STEPS` overlap, so that only their last characters count; of the first
    window all do.
    """
    stride = STEPS - context
    x, y = plays.windows(codes, STEPS, stride)
    rows = [
        plays.nats(model.predict_on_batch(x[part]), y[part])
        for part in np.array_split(np.arange(len(x)), max(1, len(x) // 128))
    ]
    found = np.concatenate(rows)  # (windows, steps)
    return np.concatenate([found[0, :context], found[:, context:].ravel()])


def run_all(function, jobs: list[dict]) -> pd.DataFrame:
    """Run a function once a job, two at a time; each gives some rows."""
    calls = (joblib.delayed(function)(**job) for job in jobs)
    found = joblib.Parallel(n_jobs=2, verbose=50)(calls)
    return pd.DataFrame([row for rows in found for row in rows])
