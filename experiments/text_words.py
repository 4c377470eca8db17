"""A language model of words on tiny-shakespeare, against counting.

Chapter 16. The first 80 % of the words are for training, the next 10 % for choosing,
the last 10 % for testing. A word that occurs fewer than three times in the training
part is replaced by one symbol, the same for every model. Two networks: "pairs", ten
words in and the next one out, at a constant rate and without dropout, as it is often
shown; and "every step", a guess after each word, with dropout and one cycle of the
rate. Each goes back to its best epoch before it is tested. "mixed" is the weighted mean
of the probabilities of network and bigram, the weight chosen on the validation part.
"""

from __future__ import annotations

import re
from collections import Counter

import joblib
import numpy as np
import pandas as pd

from course_utils import baselines, datasets, runtime, training

DATA = ("shakespeare",)
SEEDS = (0, 1, 2)
UNITS, STEPS, BEFORE = 64, 32, 10
SETTINGS = {
    "pairs": {"epochs": 3, "batch_size": 128, "learning_rate": 3e-3},
    "every step": {
        "epochs": 5,
        "batch_size": 16,
        "learning_rate": 1e-2,
        "schedule": "one_cycle",
    },
}
DROPOUT = {"pairs": 0.0, "every step": 0.3}


def load() -> tuple[dict[str, np.ndarray], int]:
    """Codes of the words of the three parts, and how many codes there are."""
    pattern = r"[a-z']+|[.,;:?!-]"
    words = re.findall(pattern, datasets.load_shakespeare().lower())
    first, second = int(0.8 * len(words)), int(0.9 * len(words))
    counts = Counter(words[:first])
    often = [word for word, count in counts.most_common() if count >= 3]
    codes = {word: code for code, word in enumerate(often, start=1)}
    text = np.array([codes.get(word, 0) for word in words])
    parts = dict(
        zip(("train", "valid", "test"), np.split(text, [first, second]), strict=True)
    )
    return parts, len(often) + 1


def rows(text: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cut a text into rows, and into the same rows one word later."""
    count = (len(text) - 1) // STEPS
    block = [text[start : start + count * STEPS] for start in (0, 1)]
    return tuple(part.reshape(count, STEPS).astype("int32") for part in block)


def pairs(text: np.ndarray, before: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The ten words before each target of `rows`, and the target."""
    y = rows(text)[1].ravel()
    whole = np.concatenate([before[-BEFORE:], text]).astype("int32")
    windows = np.lib.stride_tricks.sliding_window_view(whole, BEFORE)
    return windows[1 : 1 + len(y)], y


def examples(name: str, parts: dict) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Inputs and targets of the three parts: the same targets for both networks."""
    if name == "every step":
        return {part: rows(text) for part, text in parts.items()}
    padded = {"train": np.zeros(BEFORE, int)}
    padded |= {"valid": parts["train"], "test": parts["valid"]}
    return {part: pairs(text, padded[part]) for part, text in parts.items()}


def counted(order: int) -> dict:
    parts, symbols = load()
    model = baselines.NGram(order, symbols).fit(parts["train"])
    row = {"model": f"{order}-gram", "seed": -1, "epoch": 0}
    return row | {
        f"{part}_nats": model.cross_entropy(rows(parts[part])[1].ravel())
        for part in ("valid", "test")
    }


def chances(model, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Probability that a network gave to each word that came."""
    found = []
    for start in range(0, len(x), 64):
        logits = model.predict_on_batch(x[start : start + 64])
        logits = logits.reshape(-1, logits.shape[-1]).astype("float64")
        logits -= logits.max(axis=1, keepdims=True)
        wanted = y[start : start + 64].ravel()
        total = np.log(np.exp(logits).sum(axis=1))
        found.append(np.exp(logits[np.arange(len(wanted)), wanted] - total))
    return np.concatenate(found)


def bigram_chances(parts: dict, symbols: int) -> dict[str, np.ndarray]:
    bigram = baselines.NGram(2, symbols).fit(parts["train"])
    found = {}
    for part in ("valid", "test"):
        x, y = (block.ravel() for block in rows(parts[part]))
        after = {word: bigram.probabilities([word]) for word in np.unique(x)}
        pairs = zip(x, y, strict=True)
        found[part] = np.array([after[before][word] for before, word in pairs])
    return found


def build(name: str, symbols: int):
    import keras
    from keras import layers as L

    return keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            L.Embedding(symbols, UNITS),
            L.Dropout(DROPOUT[name]),
            L.GRU(UNITS, return_sequences=name == "every step"),
            L.Dropout(DROPOUT[name]),
            L.Dense(symbols),
        ]
    )


def one(name: str, seed: int) -> list[dict]:
    """Train one network; a row an epoch, then one for the test."""
    import keras

    parts, symbols = load()
    data = examples(name, parts)
    runtime.set_seed(seed)
    model = build(name, symbols)
    history = training.fit(
        model,
        *data["train"],
        **SETTINGS[name],
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        validation=data["valid"],
        patience=SETTINGS[name]["epochs"],  # to the end, then back to the best
        seed=seed,
    )
    losses = zip(history["loss"], history["val_loss"], strict=True)
    row = {"model": name, "seed": seed}
    table = [
        row | {"epoch": epoch, "train_nats": train, "valid_nats": valid}
        for epoch, (train, valid) in enumerate(losses, start=1)
    ]
    row |= {"epoch": 0, "best_epoch": int(np.argmin(history["val_loss"])) + 1}
    row |= {"parameters": model.count_params()}
    net = {part: chances(model, *data[part]) for part in ("valid", "test")}
    gram = bigram_chances(parts, symbols)
    table.append(row | nats(net))
    mixtures = [
        {part: share * net[part] + (1 - share) * gram[part] for part in net}
        for share in np.linspace(0.05, 0.95, 19)
    ]
    best = min(mixtures, key=lambda mixed: nats(mixed)["valid_nats"])
    table.append(row | {"model": f"{name}, mixed"} | nats(best))
    return table


def nats(found: dict[str, np.ndarray]) -> dict[str, float]:
    return {f"{part}_nats": -np.log(values).mean() for part, values in found.items()}


def run() -> pd.DataFrame:
    parts, symbols = load()
    counts = np.bincount(parts["train"], minlength=symbols)
    about = {"model": "words", "seed": -1, "epoch": 0, "symbols": symbols}
    about |= {"train_words": len(parts["train"]), "rare_in_train": int(counts[0])}
    run = joblib.Parallel(n_jobs=2, verbose=1)
    table = [about, *run(joblib.delayed(counted)(order) for order in (1, 2, 3, 4))]
    jobs = [(name, seed) for name in SETTINGS for seed in SEEDS]
    for found in run(joblib.delayed(one)(*job) for job in jobs):
        table += found
    return pd.DataFrame(table)


def results(table: pd.DataFrame) -> dict[str, float]:
    whole = table[table["epoch"] == 0]
    test = whole.groupby("model")["test_nats"].mean()
    best = whole.groupby("model")["best_epoch"].mean()
    return {
        "text.words.unigram": test["1-gram"],
        "text.words.bigram": test["2-gram"],
        "text.words.trigram": test["3-gram"],
        "text.words.pairs": test["pairs"],
        "text.words.every": test["every step"],
        "text.words.mixed": test["every step, mixed"],
        "text.words.best_epoch": best["pairs"],
    }
