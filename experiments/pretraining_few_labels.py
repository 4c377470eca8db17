"""Few labels, many commands without any, and what guessing the next word buys.

A GRU reads the commands of the SNIPS data. Settings are chosen on the validation part,
with seeds and labels of their own; the test part is scored once, by the chosen ones.
All rivals of one seed and count learn from the same labels.
"""

from __future__ import annotations

import functools

import joblib
import numpy as np
import pandas as pd

from course_utils import runtime, training
from experiments import _text as text

DATA = ("intents",)
SEEDS = (0, 1, 2, 3, 4)
CHOOSING = (100, 101)  # seeds of the draws that only serve to choose
COUNTS = (14, 70, 350, 1400)  # labels; there are seven kinds
CHOOSE_AT = 70  # labels
STEPS, UNITS, KINDS = 12, 64, 7
UPDATES, BATCH = 200, 14  # of every training with labels
RATES = (3e-3, 1e-2, 3e-2, 1e-1)
SCRATCH, TUNED = "GRU, from scratch", "GRU, fine-tuned"
COUNTING = {"naive Bayes": (0.1, 0.3, 1), "logistic regression": (0.3, 1, 3, 10)}
PROBED = {"random states": (1, 10, 100, 1000), "pre-trained states": (1, 10, 100, 1000)}


@functools.cache
def prepared() -> tuple[dict, dict, dict, int]:
    """Texts, labels and codes by part; words that occur less than 8 times are one."""
    texts, labels, _ = text.load("intents")
    codes = text.word_codes(texts["train"], at_least=8)
    x = {part: text.encode(texts[part], codes, STEPS) for part in texts}
    return texts, labels, x, len(codes) + 2


def few(count: int, seed: int) -> np.ndarray:
    """Rows of the training part whose labels may be seen: as many of each kind."""
    generator, labels = np.random.default_rng(seed), prepared()[1]["train"]
    drawn = [
        generator.permutation(np.flatnonzero(labels == kind))[: count // KINDS]
        for kind in range(KINDS)
    ]
    return np.concatenate(drawn)


def reader(*last: object):
    """Embedding, dropout and GRU, with something on top."""
    import keras

    return keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            keras.layers.Embedding(prepared()[3], UNITS, mask_zero=True),
            keras.layers.Dropout(0.2),
            keras.layers.GRU(UNITS, return_sequences=True),
            *last,
        ]
    )


def pretrained(seed: int) -> list[np.ndarray]:
    """Weights of embedding and GRU that have learned to guess the next word."""
    import keras

    x = prepared()[2]["train"]
    runtime.set_seed(seed)
    model = reader(keras.layers.Dense(prepared()[3]))
    training.fit(
        model,
        x[:, :-1],
        x[:, 1:],
        epochs=2,
        batch_size=64,
        learning_rate=1e-2,
        schedule="one_cycle",
        loss=keras.losses.SparseCategoricalCrossentropy(
            from_logits=True, ignore_class=text.PADDING
        ),
        seed=seed,
    )
    return model.get_weights()[:-2]


class Classifier:
    """A network that is compiled once, and trained again and again from a start."""

    def __init__(self, rate: float, seed: int, updates: int = UPDATES) -> None:
        import keras

        runtime.set_seed(seed)
        pool, head = keras.layers.GlobalAveragePooling1D(), keras.layers.Dense(KINDS)
        self.model, self.updates = reader(pool, head), updates
        schedule = training.learning_rate_schedule("one_cycle", rate, updates)
        self.model.compile(
            keras.optimizers.Adam(schedule, global_clipnorm=1.0),
            keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        )
        self.model.optimizer.build(self.model.trainable_variables)
        self.start = self.model.get_weights()
        self.still = [np.array(v) for v in self.model.optimizer.variables]

    def accuracy(self, body: list | None, rows: np.ndarray, part: str) -> float:
        """Train on the labels of some rows; the share of a part that is right."""
        _, labels, x, _ = prepared()
        weights = self.start if body is None else [*body, *self.start[-2:]]
        self.model.set_weights(weights)
        for variable, value in zip(
            self.model.optimizer.variables, self.still, strict=True
        ):
            variable.assign(value)
        self.model.fit(
            x["train"][rows],
            labels["train"][rows],
            epochs=self.updates // -(-len(rows) // BATCH),
            batch_size=BATCH,
            verbose=0,
        )
        logits = self.model.predict(x[part], batch_size=700, verbose=0)
        return float(np.mean(logits.argmax(axis=1) == labels[part]))


def states(body: list | None, seed: int):
    """A function from codes to mean states, (commands, units), of a frozen network."""
    import keras

    runtime.set_seed(seed)
    model = reader(keras.layers.GlobalAveragePooling1D())
    if body is not None:
        model.set_weights(body)
    return lambda x: model.predict(x, batch_size=700, verbose=0)


def probed(view, rows: np.ndarray, part: str, strength: float) -> float:
    """Logistic regression on what a view makes of the codes."""
    from sklearn.linear_model import LogisticRegression

    _, labels, x, _ = prepared()
    model = LogisticRegression(C=strength, max_iter=3000)
    model.fit(view(x["train"][rows]), labels["train"][rows])
    return model.score(view(x[part]), labels[part])


def counted(name: str, rows: np.ndarray, part: str, setting: float) -> float:
    """A counting model on the words of the same commands."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import MultinomialNB

    texts, labels, _, _ = prepared()
    counter = CountVectorizer(token_pattern=r"\S+", binary=True)
    x = counter.fit_transform([texts["train"][row] for row in rows])
    model = MultinomialNB(alpha=setting)
    if name == "logistic regression":
        model = LogisticRegression(C=setting, max_iter=3000)
    model.fit(x, labels["train"][rows])
    return model.score(counter.transform(texts[part]), labels[part])


def choose() -> list[dict]:
    """Score every setting on the validation part, for two draws of labels."""
    body, result = pretrained(CHOOSING[0]), []
    draws = {seed: few(CHOOSE_AT, seed) for seed in CHOOSING}

    def note(name: str, setting: float, score) -> None:
        for seed, rows in draws.items():
            row = {"stage": "choose", "seed": seed, "labels": CHOOSE_AT, "model": name}
            result.append(row | {"setting": setting, "accuracy": score(rows)})

    for rate in RATES:
        network = Classifier(rate, CHOOSING[0])
        for name, start in ((SCRATCH, None), (TUNED, body)):
            trained = functools.partial(network.accuracy, start, part="valid")
            note(name, rate, trained)
    for (name, strengths), start in zip(PROBED.items(), (None, body), strict=True):
        view = states(start, CHOOSING[0])
        for c in strengths:
            note(name, c, lambda rows, c=c, view=view: probed(view, rows, "valid", c))
    for name, settings in COUNTING.items():
        for a in settings:
            note(name, a, lambda rows, a=a, n=name: counted(n, rows, "valid", a))
    return result


def final(seed: int, chosen: dict[str, float]) -> list[dict]:
    """Score what was chosen on the test part, for every count of labels."""
    body, result = pretrained(seed), []
    starts = {SCRATCH: None, TUNED: body}
    networks = {name: Classifier(chosen[name], seed) for name in starts}
    probes = dict(zip(PROBED, (states(None, seed), states(body, seed)), strict=True))
    for count in COUNTS:
        rows = few(count, seed)
        found = {
            name: net.accuracy(starts[name], rows, "test")
            for name, net in networks.items()
        }
        for name, view in probes.items():
            found[name] = probed(view, rows, "test", chosen[name])
        for name in COUNTING:
            found[name] = counted(name, rows, "test", chosen[name])
        if count == CHOOSE_AT:
            longer = Classifier(chosen[SCRATCH], seed, updates=3 * UPDATES)
            found[f"{SCRATCH}, 3 x updates"] = longer.accuracy(None, rows, "test")
        row = {"stage": "test", "seed": seed, "labels": count}
        for name, accuracy in found.items():
            setting = chosen.get(name, chosen[SCRATCH])
            result.append(
                row | {"model": name, "setting": setting, "accuracy": accuracy}
            )
    return result


def run() -> pd.DataFrame:
    table = pd.DataFrame(choose())
    scores = table.groupby(["model", "setting"])["accuracy"].mean()
    chosen = {name: scores[name].idxmax() for name in table["model"].unique()}
    print(scores.to_string(), flush=True)
    workers = joblib.Parallel(n_jobs=2, verbose=50)
    tested = workers(joblib.delayed(final)(seed, chosen) for seed in SEEDS)
    found = pd.DataFrame([row for rows in tested for row in rows])
    return pd.concat([table, found], ignore_index=True)


def results(table: pd.DataFrame) -> dict[str, float]:
    rows = table[(table["stage"] == "test") & (table["labels"] == CHOOSE_AT)]
    right = 100 * rows.groupby("model")["accuracy"].mean()
    return {
        "self_supervised.few.scratch": right[SCRATCH],
        "self_supervised.few.tuned": right[TUNED],
        "self_supervised.few.bayes": right["naive Bayes"],
        "self_supervised.few.logistic": right["logistic regression"],
        "self_supervised.few.probe": right["pre-trained states"],
    }
