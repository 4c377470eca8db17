"""What the experiments on text share: codes, networks, counting models, and rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import joblib
import numpy as np
import pandas as pd

from course_utils import datasets, runtime, training

SEEDS = (0, 1, 2, 3, 4)
CHOOSING = 100  # the seed of the runs that only choose settings
PADDING, UNKNOWN = 0, 1  # the codes that are no words
GRID = tuple({"rate": r, "dropout": d} for r in (1e-3, 3e-3) for d in (0.2, 0.5))
COUNTING = {
    "naive Bayes": tuple({"n": n, "alpha": a} for n in (1, 2) for a in (0.3, 1, 3)),
    "logistic regression": tuple(
        {"n": n, "alpha": a} for n in (1, 2) for a in (0.1, 0.3, 1, 3)
    ),
}
LOADERS = {"reviews": datasets.load_reviews, "intents": datasets.load_intents}


def word_codes(texts: Sequence[str], at_least: int = 2) -> dict[str, int]:
    """Give every word that occurs often enough a code, the most frequent first."""
    counts = Counter(word for text in texts for word in text.lower().split())
    often = [word for word, count in counts.most_common() if count >= at_least]
    return {word: code for code, word in enumerate(often, start=2)}


def encode(texts: Sequence[str], codes: dict[str, int], steps: int) -> np.ndarray:
    """Codes of the first words of each text, zeros behind: shape (texts, steps)."""
    block = np.full((len(texts), steps), PADDING, dtype="int32")
    for row, text in enumerate(texts):
        words = text.lower().split()[:steps]
        block[row, : len(words)] = [codes.get(word, UNKNOWN) for word in words]
    return block


def load(name: str) -> tuple[dict, dict, list]:
    """Texts and integer labels by part, and the labels' names in their order."""
    parts = LOADERS[name]()
    names = sorted(parts["train"]["label"].unique())
    texts = {part: frame["text"].str.lower().tolist() for part, frame in parts.items()}
    labels = {
        part: frame["label"].map(names.index).to_numpy()
        for part, frame in parts.items()
    }
    return texts, labels, names


def letters(answers: np.ndarray) -> str:
    """Write one letter an answer, a for class 0, so that a table can keep them."""
    return "".join(chr(97 + int(answer)) for answer in answers)


def count_model(name: str, kind: str, part: str, n: int, alpha: float) -> dict:
    """Fit a counting model and score it on one part."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import MultinomialNB

    texts, labels, _ = load(name)
    counter = CountVectorizer(token_pattern=r"\S+", ngram_range=(1, n), binary=True)
    train = counter.fit_transform(texts["train"])
    model = MultinomialNB(alpha=alpha)
    if kind == "logistic regression":
        model = LogisticRegression(C=alpha, max_iter=2000)
    model.fit(train, labels["train"])
    answers = model.predict(counter.transform(texts[part]))
    row = {"model": kind, "seed": -1, "n": n, "alpha": alpha}
    return row | scored(part, answers, labels)


def scored(part: str, answers: np.ndarray, labels: dict) -> dict:
    right = (answers == labels[part]).mean()
    kept = {"answers": letters(answers)} if part == "test" else {}
    return {f"{part}_accuracy": right} | kept


def build(network: str, symbols: int, outputs: int, units: int, dropout: float):
    """Put a network together; it answers with logits, shape (batch, outputs)."""
    import keras
    from keras import layers as L

    masked = network not in {"1-D CNN", "LSTM, no mask"}
    middle = {
        "mean of embeddings": lambda: [L.GlobalAveragePooling1D()],
        "1-D CNN": lambda: [
            L.Conv1D(units, 3, activation="relu"),
            L.GlobalMaxPooling1D(),
        ],
        "LSTM": lambda: [L.LSTM(units)],
        "LSTM, no mask": lambda: [L.LSTM(units)],
        "GRU": lambda: [L.GRU(units)],
    }[network]()
    return keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            L.Embedding(symbols, 64, mask_zero=masked),
            L.Dropout(dropout),
            *middle,
            L.Dropout(dropout),
            L.Dense(outputs),
        ]
    )


def one(
    name: str,
    network: str,
    seed: int,
    rate: float,
    dropout: float,
    part: str,
    units: int = 32,
    patience: int = 2,
) -> dict:
    """Train one network, go back to its best epoch, score it on one part."""
    import keras

    keras.utils.clear_session()
    texts, labels, names = load(name)
    codes = word_codes(texts["train"])
    steps = max(len(text.split()) for part in texts.values() for text in part)
    x = {part: encode(texts[part], codes, steps) for part in texts}
    outputs = 1 if len(names) == 2 else len(names)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    if outputs == 1:
        loss = keras.losses.BinaryCrossentropy(from_logits=True)
    runtime.set_seed(seed)
    model = build(network, len(codes) + 2, outputs, units, dropout)
    history = training.fit(
        model,
        x["train"],
        labels["train"],
        epochs=12,
        batch_size=64,
        learning_rate=rate,
        loss=loss,
        validation=(x["valid"], labels["valid"]),
        patience=patience,
        seed=seed,
    )
    row = {"model": network, "seed": seed, "rate": rate, "dropout": dropout}
    row |= {"parameters": model.count_params()}
    row |= {"best_epoch": int(np.argmin(history["val_loss"])) + 1}
    row |= {"valid_loss": min(history["val_loss"])}
    for which in dict.fromkeys(("valid", part)):
        logits = model.predict(x[which], batch_size=256, verbose=0)
        answers = logits[:, 0] > 0 if outputs == 1 else logits.argmax(axis=1)
        row |= scored(which, answers, labels)
    return row


def best(rows: list[dict], model: str, column: str, sign: int) -> dict:
    found = [row for row in rows if row["model"] == model]
    return min(found, key=lambda row: sign * row[column])


def compare(name: str, networks: tuple[str, ...]) -> pd.DataFrame:
    """Choose on validation, then test the chosen ones: each network from five seeds.

    The first row is the truth. Rows of the stage "choose" never see the test part.
    """
    run = joblib.Parallel(n_jobs=2, verbose=1)
    counted = run(
        joblib.delayed(count_model)(name, kind, "valid", **setting)
        for kind, settings in COUNTING.items()
        for setting in settings
    )
    trained = run(
        joblib.delayed(one)(name, network, CHOOSING, part="valid", **setting)
        for network in networks
        for setting in GRID
    )
    rows = [row | {"stage": "choose"} for row in (*counted, *trained)]
    labels = load(name)[1]["test"]
    tested = [{"model": "truth", "seed": -1, "answers": letters(labels)}]
    for kind in COUNTING:
        chosen = best(rows, kind, "valid_accuracy", -1)
        found = count_model(name, kind, "test", chosen["n"], chosen["alpha"])
        tested.append(found | {"valid_accuracy": chosen["valid_accuracy"]})
    jobs = []
    for network in networks:
        chosen = best(rows, network, "valid_loss", 1)
        setting = {"rate": chosen["rate"], "dropout": chosen["dropout"]}
        jobs += [{"network": network, "seed": s} | setting for s in SEEDS]
        if network == "LSTM":  # the same without a mask, and with more patience
            other = setting | {"network": "LSTM, no mask", "patience": 5}
            jobs += [other | {"seed": s} for s in SEEDS]
    tested += run(joblib.delayed(one)(name, part="test", **job) for job in jobs)
    rows += [row | {"stage": "test"} for row in tested]
    return pd.DataFrame(rows)


def means(table: pd.DataFrame) -> pd.Series:
    """Percent of the test part that each model has right, the mean of its seeds."""
    tested = table[(table["stage"] == "test") & (table["model"] != "truth")]
    return 100 * tested.groupby("model")["test_accuracy"].mean()
