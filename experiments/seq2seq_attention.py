"""Dates in many forms to ISO: what the decoder is allowed to see of the input.

Three encoder-decoders of one size, trained on the same pairs with the same number of
updates: the decoder gets the encoder's last state; the last state of an encoder that
reads backwards; or the last state and attention over all of them. The learning rate of
each is chosen on the validation part with a seed that is not used again.
"""

from __future__ import annotations

import datetime

import joblib
import numpy as np
import pandas as pd

from course_utils import runtime, training

DATA = ()
MODELS = ("last state", "last state, backwards", "attention")
SEEDS = (0, 1, 2, 3, 4)
RATES, CHOICE_SEED, CHOICE_UPDATES = (0.003, 0.01, 0.02), 100, 600
UNITS, CHARACTERS, BATCH, UPDATES, LOOK = 64, 16, 64, 1500, 100
TRAIN, VALID, TEST = 24_000, 500, 1000  # pairs
SHARE_OF_MONTHS = 0.15
PAD, START, END = "_<>"
READ = PAD + " ',-./0123456789abcdefghijlmnoprstuvwy"
WRITE = PAD + START + END + "-0123456789"
STEPS_OUT = 11  # ten characters and the end

MONTHS = (
    "january february march april may june july august september october "
    "november december"
).split()
WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
DAY_FORMS = [
    "{d} {month} {y}",
    "{month} {d}, {y}",
    "{weekday}, {d} {month} {y}",
    "{weekday} {d}{th} {month} {y}",
    "the {d}{th} of {month}, {y}",
    "{wd} {mon} {d} {y}",
    "{d}-{mon}-{yy:02}",
    "{mon} {d} '{yy:02}",
    "{d}.{m}.{y}",
    "{d:02}.{m:02}.{yy:02}",
    "{m}/{d}/{yy:02}",
    "{m:02}/{d:02}/{y}",
]
MONTH_FORMS = ["{month} {y}", "{mon} '{yy:02}", "{m:02}/{y}"]


def ending(day: int) -> str:
    if 11 <= day <= 13:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def write(iso: str, form: str) -> str:
    """Write a day (yyyy-mm-dd) or a month (yyyy-mm) in one of the forms."""
    date = datetime.date.fromisoformat(iso if len(iso) == 10 else iso + "-01")
    month, weekday = MONTHS[date.month - 1], WEEKDAYS[date.weekday()]
    names = {"month": month, "mon": month[:3], "weekday": weekday, "wd": weekday[:3]}
    numbers = {"d": date.day, "m": date.month, "y": date.year, "yy": date.year % 100}
    return form.format(th=ending(date.day), **names, **numbers)


def split() -> dict[str, list[list[str]]]:
    """Deal the days and the months of 1950 to 2049 out to three parts, 80/10/10."""
    start = datetime.date(1950, 1, 1)
    days = [(start + datetime.timedelta(n)).isoformat() for n in range(36_525)]
    months = sorted({day[:7] for day in days})
    generator = np.random.default_rng(0)
    parts = {"train": [], "valid": [], "test": []}
    for targets in (days, months):
        order = generator.permutation(targets)
        cuts = int(0.8 * len(order)), int(0.9 * len(order))
        for part, chosen in zip(parts.values(), np.split(order, cuts), strict=True):
            part.append([str(target) for target in chosen])
    return parts


def draw(part: list[list[str]], count: int, seed: int) -> list[tuple[str, str]]:
    """Draw pairs (as written, in ISO form) from one part of the dates."""
    days, months = part
    generator, pairs = np.random.default_rng(seed), []
    for _ in range(count):
        is_month = generator.random() < SHARE_OF_MONTHS
        targets, forms = (months, MONTH_FORMS) if is_month else (days, DAY_FORMS)
        iso = targets[generator.integers(len(targets))]
        pairs.append((write(iso, forms[generator.integers(len(forms))]), iso))
    return pairs


def encode(pairs: list[tuple[str, str]]) -> tuple[np.ndarray, ...]:
    """Turn pairs into codes: encoder input, decoder input, target."""
    longest = max(len(written) for written, _ in pairs)
    x = np.zeros((len(pairs), longest), "int32")
    y = np.zeros((len(pairs), STEPS_OUT + 1), "int32")
    for row, (written, iso) in enumerate(pairs):
        x[row, : len(written)] = [READ.index(c) for c in written]
        y[row, : len(iso) + 2] = [WRITE.index(c) for c in START + iso + END]
    return x, y[:, :-1], y[:, 1:]


def build(name: str):
    import keras
    from keras import layers

    written, previous = (keras.Input((None,), dtype="int32") for _ in range(2))
    read = layers.Embedding(len(READ), CHARACTERS, mask_zero=True)(written)
    encoder = layers.GRU(
        UNITS,
        return_sequences=True,
        return_state=True,
        go_backwards="backwards" in name,
    )
    states, last = encoder(read)
    said = layers.Embedding(len(WRITE), CHARACTERS)(previous)
    h = layers.GRU(UNITS, return_sequences=True)(said, initial_state=last)
    if name == "attention":
        context = layers.Attention()([h, states])
        h = layers.Concatenate()([h, context])
    return keras.Model([written, previous], layers.Dense(len(WRITE))(h))


def exact(model, x, y_in, y) -> np.ndarray:
    """Tell which examples are right in every character, greedily decoded.

    A greedy decoder that has made no mistake yet is fed what teacher forcing feeds, so
    one forced pass tells.
    """
    chosen = model.predict_on_batch([x, y_in]).argmax(axis=-1)
    return ((chosen == y) | (y == 0)).all(axis=1)


def one(part: str, name: str, seed: int, rate: float, updates: int) -> list[dict]:
    import keras

    runtime.start()
    dates = split()
    train = encode(draw(dates["train"], TRAIN, seed=1))
    valid = encode(draw(dates["valid"], VALID, seed=2))
    pairs = draw(dates["test"], TEST, seed=3)
    test, lengths = encode(pairs), np.array([len(written) for written, _ in pairs])
    runtime.set_seed(seed)
    model = build(name)
    schedule = training.learning_rate_schedule("one_cycle", rate, updates)
    model.compile(
        keras.optimizers.Adam(schedule, global_clipnorm=1.0),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=0),
        steps_per_execution=20,
    )
    generator, rows = np.random.default_rng(seed), []
    about = {"part": part, "model": name, "seed": seed, "rate": rate}
    about["parameters"] = model.count_params()
    for done in range(LOOK, updates + 1, LOOK):
        chosen = generator.integers(0, TRAIN, LOOK * BATCH)
        x, y_in, y = (array[chosen] for array in train)
        past = model.fit([x, y_in], y, batch_size=BATCH, shuffle=False, verbose=0)
        row = {"updates": done, "loss": past.history["loss"][0]}
        row["valid_loss"] = model.evaluate(
            valid[:2], valid[2], batch_size=VALID, verbose=0
        )
        rows.append(about | row | {"valid_exact": exact(model, *valid).mean()})
    right = exact(model, *test)
    rows[-1] |= {"test_exact": right.mean()}
    bounds = {"to_10": (0, 10), "11_to_18": (11, 18), "from_19": (19, 99)}
    for label, (low, high) in bounds.items():
        inside = (lengths >= low) & (lengths <= high)
        rows[-1] |= {f"test_{label}": right[inside].mean()}
    return rows


def run_all(jobs: list[dict]) -> pd.DataFrame:
    calls = (joblib.delayed(one)(**job) for job in jobs)
    found = joblib.Parallel(n_jobs=2, verbose=50)(calls)
    return pd.DataFrame([row for rows in found for row in rows])


def run() -> pd.DataFrame:
    tried = run_all(
        [
            {"part": "choice", "name": name, "seed": CHOICE_SEED, "rate": rate}
            | {"updates": CHOICE_UPDATES}
            for name in MODELS
            for rate in RATES
        ]
    )
    ends = tried[tried["updates"] == CHOICE_UPDATES].set_index("rate")
    # By the validation loss: where no model is right yet, exact match cannot choose.
    rates = ends.groupby("model")["valid_loss"].idxmin()
    jobs = [
        {"part": "main", "name": name, "seed": seed, "rate": rates[name]}
        | {"updates": UPDATES}
        for name in MODELS
        for seed in SEEDS
    ]
    return pd.concat([tried, run_all(jobs)], ignore_index=True)


def results(table: pd.DataFrame) -> dict[str, float]:
    ends = table[(table["part"] == "main") & (table["updates"] == UPDATES)]
    means = 100 * ends.groupby("model")["test_exact"].mean()
    return {
        "seq2seq.grid.last_state": means["last state"],
        "seq2seq.grid.backwards": means["last state, backwards"],
        "seq2seq.grid.attention": means["attention"],
    }
