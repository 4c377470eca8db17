"""What length costs: seconds an update, and seconds and memory a character written.

Networks of the sizes chosen for the plays, with random weights: time does not depend
on what they know. An update reads 8 windows, on one thread, in seconds of the
processor. Characters are written one by one in NumPy: the GRU keeps its state, the
transformer the keys and values of all that it has read.
"""

from __future__ import annotations

import time

import numpy as np
import pandas as pd

from course_utils import runtime, scratch
from experiments import _attention as attention
from experiments._attention_chosen import CHOSEN

DATA = ()
SYMBOLS, BATCH, REPEATS, AROUND = 65, 8, (0, 1, 2), 20
LENGTHS = (100, 200, 400)


def update(kind: str, steps: int) -> list[dict]:
    """Milliseconds of an update, several times."""
    runtime.start()
    options = dict(CHOSEN[kind]["options"])
    if kind == "transformer":
        options["context"] = steps
    model = attention.fresh(kind, 0, SYMBOLS, **options)
    attention.compiled(model, 1e-3, 100, 2)
    block = np.random.default_rng(0).integers(0, SYMBOLS, (6 * BATCH, steps + 1))
    x, y = block[:, :-1], block[:, 1:]
    rows = []
    for repeat in (-1, *REPEATS):  # the first compiles
        before = time.process_time()
        model.fit(x, y, batch_size=BATCH, shuffle=False, verbose=0)
        took = 1000 * (time.process_time() - before) / 6
        rows.append({"part": "update", "model": kind, "steps": steps, "ms": took})
        rows[-1]["repeat"] = repeat
    return rows[1:]


def normalized(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray) -> np.ndarray:
    spread = np.sqrt(x.var() + 1e-3)
    return gamma * (x - x.mean()) / spread + beta


def transformer_step(weights: list[np.ndarray], depth: int, code: int, cache: list):
    """Logits for the next character; ``cache``: a list of keys and values a block."""
    w = iter(weights)
    x = next(w)[code] + next(w)[len(cache[0][0])]  # (width,)
    for keys, values in cache:
        a = normalized(x, next(w), next(w))
        q, k, v = (np.einsum("i,ihd->hd", a, next(w)) + next(w) for _ in range(3))
        keys.append(k)
        values.append(v)
        scores = np.einsum("hd,thd->ht", q, np.array(keys)) / np.sqrt(q.shape[1])
        mixed = np.einsum("ht,thd->hd", scratch.softmax(scores), np.array(values))
        x = x + np.einsum("hd,hdi->i", mixed, next(w)) + next(w)
        a = normalized(x, next(w), next(w))
        a = np.maximum(a @ next(w) + next(w), 0)
        x = x + a @ next(w) + next(w)
    x = normalized(x, next(w), next(w))
    return x @ next(w) + next(w)


def gru_step(weights: list[np.ndarray], code: int, h: np.ndarray):
    """Logits for the next character, and the new state (1, units)."""
    table, kernel, recurrent, bias, gamma, beta, last, last_bias = weights
    kinds = [scratch.get_activation(name) for name in ("tanh", "sigmoid")]
    projected = table[[code]] @ kernel + bias[0]
    h = scratch.gru_step(projected, h, recurrent, bias[1], *kinds)[0]
    return normalized(h[0], gamma, beta) @ last + last_bias, h


def written(kind: str) -> list[dict]:
    """Microseconds and numbers kept for a character behind so many others."""
    runtime.start()
    options = dict(CHOSEN[kind]["options"])
    if kind == "transformer":
        options["context"] = max(LENGTHS) + AROUND
    model = attention.fresh(kind, 0, SYMBOLS, **options)
    weights = model.get_weights()
    codes = np.random.default_rng(0).integers(0, SYMBOLS, max(LENGTHS) + AROUND)
    depth = options.get("depth", 0)
    h = np.zeros((1, options.get("units", 1)), "float32")
    cache = [([], []) for _ in range(depth)]
    took, logits = [], []
    for code in codes:
        before = time.process_time()
        if kind == "GRU":
            found, h = gru_step(weights, code, h)
        else:
            found = transformer_step(weights, depth, code, cache)
        took.append(1e6 * (time.process_time() - before))
        logits.append(found)
    by_keras = np.asarray(model.predict_on_batch(codes[None]))[0]
    if not np.allclose(logits, by_keras, atol=1e-3):
        raise ValueError(f"{kind}: the steps in NumPy do not say what Keras says.")
    rows = []
    for steps in LENGTHS:
        row = {"part": "write", "model": kind, "steps": steps}
        row["microseconds"] = float(np.median(took[steps - AROUND : steps + AROUND]))
        width = options.get("width", 0)
        row["numbers kept"] = h.size if kind == "GRU" else 2 * depth * width * steps
        rows.append(row)
    return rows


def run() -> pd.DataFrame:
    rows = []
    for kind in CHOSEN:
        rows += written(kind)
        for steps in LENGTHS:
            rows += update(kind, steps)
    return pd.DataFrame(rows)


def results(table: pd.DataFrame) -> dict[str, float]:
    times = table[table["part"] == "update"].groupby(["model", "steps"])["ms"].median()
    return {
        "attention.speed.gru_growth": times["GRU", 400] / times["GRU", 100],
        "attention.speed.transformer_growth": times["transformer", 400]
        / times["transformer", 100],
    }
