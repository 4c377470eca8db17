"""Agreement at a distance: what a simple recurrent network learns, and what it keeps.

"the cats that slept near the old dog today ..." - was or were? Each network trains
either on sentences of one distance, and is scored there, or on short sentences only,
and is scored at all distances. Many seeds are trained at once, as one more axis of the
arrays: the arithmetic of each is that of a network alone.
"""

from __future__ import annotations

from functools import cache

import joblib
import numpy as np
import pandas as pd

from course_utils import scratch

DATA = ()
SEEDS = 10
UNITS = 16
UPDATES = 1000
BATCH = 32
RATES = (0.003, 0.01)
DISTANCES = (10, 20, 40, 80)
BEYOND = (160, 320, 1000)  # only for the networks trained on short sentences
NOUNS = (("cat", "dog", "bird"), ("cats", "dogs", "birds"))
VERBS, OLD, OFTEN = ("ate", "slept", "waited"), ("old", "young"), ("often", "today")
WORDS = ("the", "that", "near", *NOUNS[0], *NOUNS[1], *VERBS, *OLD, *OFTEN)


def sentence(distance: int, rng: np.random.Generator) -> tuple[list[str], int]:
    """Write "the SUBJECT that ...", the clause `distance` words long; and the number.

    All later nouns are singular or plural at random.
    """
    number = int(rng.integers(2))
    clause = ["that", str(rng.choice(VERBS))]
    while len(clause) < distance:
        room = distance - len(clause)
        size = rng.choice([n for n in (1, 3, 4) if n <= room])
        if size == 1:
            clause.append(str(rng.choice(OFTEN)))
        else:
            adjective = [str(rng.choice(OLD))] if size == 4 else []
            noun = str(rng.choice(NOUNS[rng.integers(2)]))
            clause += ["near", "the", *adjective, noun]
    return ["the", str(rng.choice(NOUNS[number])), *clause], number


@cache
def corpus(count: int, distance: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return codes (count, distance + 2) and numbers (count,)."""
    rng = np.random.default_rng([seed, distance])
    pairs = [sentence(distance, rng) for _ in range(count)]
    codes = [[WORDS.index(word) for word in words] for words, _ in pairs]
    return np.array(codes), np.array([number for _, number in pairs], np.float32)


def start(radius: float) -> list[np.ndarray]:
    """Draw the weights as Keras does, U orthogonal times `radius`; seeds first."""
    drawn = []
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        kernel = scratch.glorot_uniform((len(WORDS), UNITS), rng)
        recurrent = np.float32(radius) * scratch.orthogonal((UNITS, UNITS), rng)
        out = scratch.glorot_uniform((UNITS, 1), rng)
        zeros = [np.zeros((1, UNITS), np.float32), np.zeros((1, 1), np.float32)]
        drawn.append([kernel, recurrent, zeros[0], out, zeros[1]])
    return [np.stack(arrays) for arrays in zip(*drawn, strict=True)]


def forward(weights: list[np.ndarray], codes: np.ndarray) -> tuple:
    """Read codes (seeds, batch, steps): all states, and the logit of "plural"."""
    W, U, b, v, c = weights
    seeds, batch, steps = codes.shape
    h = np.zeros((steps + 1, seeds, batch, U.shape[-1]), W.dtype)
    each = np.arange(seeds)[:, None]
    for t in range(steps):
        h[t + 1] = np.tanh(W[each, codes[:, :, t]] + h[t] @ U + b)
    return h, (h[-1] @ v + c)[..., 0]


def deltas(weights: list[np.ndarray], h: np.ndarray, dz: np.ndarray) -> np.ndarray:
    """Go back through time: dJ/dz_t at every step, from the logit's gradient."""
    _, U, _, v, _ = weights
    delta = np.empty_like(h[1:])
    dh = dz[..., None] @ v.swapaxes(1, 2)
    for t in reversed(range(len(delta))):
        delta[t] = dh * (1 - h[t + 1] ** 2)
        dh = delta[t] @ U.swapaxes(1, 2)
    return delta


def gradients(
    weights: list[np.ndarray], codes: np.ndarray, number: np.ndarray
) -> list[np.ndarray]:
    """Differentiate the mean binary cross-entropy of every network."""
    h, z = forward(weights, codes)
    dz = (scratch.sigmoid(z) - number) / number.shape[1]

    def rows(array: np.ndarray) -> np.ndarray:
        return array.swapaxes(0, 1).reshape(len(z), -1, array.shape[-1])

    delta = rows(deltas(weights, h, dz))  # (seeds, steps * batch, units)
    words = np.eye(len(WORDS), dtype=h.dtype)[codes.transpose(2, 0, 1)]
    return [
        rows(words).swapaxes(1, 2) @ delta,
        rows(h[:-1]).swapaxes(1, 2) @ delta,
        delta.sum(1, keepdims=True),
        h[-1].swapaxes(1, 2) @ dz[..., None],
        dz.sum(1)[:, None, None],
    ]


def train(
    distances: tuple[int, ...], radius: float, clip: float, rate: float
) -> list[np.ndarray]:
    """Train all seeds with Adam; `clip` limits each network's whole gradient."""
    weights = start(radius)
    first, second = ([np.zeros_like(w) for w in weights] for _ in range(2))
    rng = np.random.default_rng(1)
    for update in range(1, UPDATES + 1):
        codes, number = corpus(2000, int(rng.choice(distances)), 0)
        chosen = rng.integers(0, len(codes), (SEEDS, BATCH))
        slopes = gradients(weights, codes[chosen], number[chosen])
        norm = np.sqrt(sum((g**2).sum((1, 2), keepdims=True) for g in slopes))
        for w, g, m, s in zip(weights, slopes, first, second, strict=True):
            g = g * np.minimum(1, clip / np.maximum(norm, 1e-30)).astype(np.float32)
            m += 0.1 * (g - m)
            s += 0.001 * (g * g - s)
            size = np.sqrt(s / (1 - 0.999**update)) + 1e-7
            w -= np.float32(rate) * m / (1 - 0.9**update) / size
    return weights


def accuracy(weights: list[np.ndarray], distance: int, seed: int) -> np.ndarray:
    """Percent of 500 sentences that each network gets right."""
    codes, number = corpus(500, distance, seed)
    z = forward(weights, np.broadcast_to(codes, (SEEDS, *codes.shape)))[1]
    return 100 * ((z > 0) == number).mean(axis=1)


def fading(weights: list[np.ndarray], distance: int) -> np.ndarray:
    """Gradient of the logit by the subject's sum z over that by the last word's."""
    weights = [w.astype(np.float64) for w in weights]
    codes, _ = corpus(100, distance, 3)
    h, z = forward(weights, np.broadcast_to(codes, (SEEDS, *codes.shape)))
    size = np.linalg.norm(deltas(weights, h, np.ones_like(z)), axis=-1)
    mean = np.exp(np.log(np.maximum(size, 1e-300)).mean(axis=-1))  # (steps, seeds)
    return np.log10(mean[1] / mean[-1])


def one(training: str, distance: int, radius: float, clip: float, rate: float) -> list:
    """Train ten networks and score them; one row a seed and distance."""
    short = training == "short"
    weights = train(tuple(range(2, 11)) if short else (distance,), radius, clip, rate)
    before, rows = start(radius), []
    for scored in (*DISTANCES, *BEYOND) if short else (distance,):
        columns = {
            "valid": accuracy(weights, scored, 1),
            "test": accuracy(weights, scored, 2),
            "three_more": accuracy(weights, scored + 3, 2),
            "fading_before": fading(before, scored),
            "fading_after": fading(weights, scored),
        }
        name = {"training": training, "distance": scored, "radius": radius}
        name |= {"clip": clip, "rate": rate}
        for seed in range(SEEDS):
            row = {key: values[seed] for key, values in columns.items()}
            rows.append(name | {"seed": seed} | row)
    return rows


def run() -> pd.DataFrame:
    arms = [(0.5, 1.0), (1.0, 1.0), (1.5, 1.0), (1.0, np.inf)]
    jobs = [("short", 0, 1.0, 1.0, rate) for rate in RATES]
    jobs += [
        ("at that distance", distance, radius, clip, rate)
        for distance in DISTANCES[::-1]
        for radius, clip in arms
        for rate in RATES
    ]
    parts = joblib.Parallel(n_jobs=2)(joblib.delayed(one)(*job) for job in jobs)
    return pd.DataFrame([row for part in parts for row in part])


def chosen(table: pd.DataFrame) -> pd.DataFrame:
    """Keep, in each arm, the learning rate that validated best over the seeds."""
    home = table["distance"].where(table["training"] != "short", 10)
    table = table.assign(home=home)  # the (longest) distance it was trained at
    arm = ["training", "radius", "clip", "home"]
    at_home = table[table["distance"] == table["home"]]
    means = at_home.groupby([*arm, "rate"])["valid"].mean().reset_index()
    best = means.sort_values("valid", kind="stable").groupby(arm).tail(1)
    return table.merge(best[[*arm, "rate"]], on=[*arm, "rate"])


def results(table: pd.DataFrame) -> dict[str, float]:
    best = chosen(table)
    short = best[best["training"] == "short"].groupby("distance")
    direct = best[best["training"] != "short"]
    means = direct.groupby(["clip", "radius", "distance"])["test"].mean()
    near = direct[(direct["distance"] == 10) & (direct["radius"] == 1.0)]
    near = near[near["clip"] == 1.0]
    return {
        "bptt.agreement.direct_20": means[1.0, 1.0, 20],
        "bptt.agreement.direct_80": means[1.0, 1.0, 80],
        "bptt.agreement.direct_80_small": means[1.0, 0.5, 80],
        "bptt.agreement.direct_80_large": means[1.0, 1.5, 80],
        "bptt.agreement.direct_80_free": means[np.inf, 1.0, 80],
        "bptt.agreement.direct_10_longer": near["three_more"].mean(),
        "bptt.agreement.short_80": short["test"].mean()[80],
        "bptt.agreement.short_1000": short["test"].mean()[1000],
        "bptt.agreement.fading_before": short["fading_before"].median()[80],
        "bptt.agreement.fading_after": short["fading_after"].median()[80],
    }
