"""Neurons that follow a fact, over seeds, with four yardsticks and an ablation.

Two texts: nonsense whose quotes, brackets and lines are faultless, so that every fact
about it is known; and tiny-shakespeare. A character LSTM reads held-out text. For each
fact the neuron is chosen on one half and scored on the other, beside what luck reaches
(the fact shifted along the text), the best neuron of the same network before training,
the current character alone, and all neurons together (a linear probe). Then each
neuron's cell state is held at its mean, one at a time: how much does the loss grow at
the characters that the fact is for, and elsewhere? Last, saliency of closing quotes:
does a gradient, or a deletion, point at the opening mark, the cause by construction?
"""

from __future__ import annotations

import textwrap
import zlib

import joblib
import numpy as np
import pandas as pd
from scipy import stats

from course_utils import baselines, datasets, runtime, scratch, sequences, training

DATA = ("shakespeare",)
SEEDS = {"nonsense": tuple(range(10)), "shakespeare": (0, 1, 2, 3, 4)}
UNITS = {"nonsense": 64, "shakespeare": 128}
UPDATES = {"nonsense": 1200, "shakespeare": 700}
RATES = {"nonsense": 0.02, "shakespeare": 0.01}
BATCH, STEPS = 16, 64
WARM, SHIFTS, CONTEXT = 50, 200, 48
WORDS = "cat dog owl fox sun sea red old sees likes hears is".split()
FACTS = {
    "nonsense": ("inside quotes", "bracket depth", "place in line", "sentence start"),
    "shakespeare": ("speaker's name", "place in line", "sentence start"),
}


def nonsense(length: int, seed: int, width: int = 24) -> tuple[str, float]:
    """Draw text, and how surprising it is to who knows the rules, nats a character."""
    rng = np.random.default_rng(seed)
    words, characters, place, depth, quoted, surprise = [], 0, 0, 0, False, 0.0

    def chance(p: float) -> bool:
        nonlocal surprise
        happens = rng.random() < p
        surprise -= np.log(p if happens else 1 - p)
        return happens

    while characters < length:
        word = WORDS[rng.integers(len(WORDS))]
        surprise += np.log(len(WORDS))
        word = word if place else word.capitalize()
        opens = ""
        if place and not quoted and depth < 3 and chance(0.15):
            opens, depth = "(", depth + 1
        if place and not quoted and chance(0.1):
            opens, quoted = opens + '"', True
        word = opens + word
        if quoted and chance(0.25):
            word, quoted = word + '"', False
        while depth and not quoted and chance(0.3):
            word, depth = word + ")", depth - 1
        place += 1
        if not quoted and not depth and place > 2 and chance(0.25):
            word, place = word + ".", 0
        words.append(word)
        characters += len(word) + 1
    return textwrap.fill(" ".join(words), width), surprise / characters


def nonsense_facts(text: str) -> np.ndarray:
    """What is true after each character, shape (characters, 4)."""
    rows, quote, depth, column, start = [], 0, 0, 0, 0
    for mark in text:
        quote ^= mark == '"'
        depth += (mark == "(") - (mark == ")")
        column = 0 if mark == "\n" else column + 1
        start = 1 if mark == "." else start * mark.isspace()
        rows.append((quote, depth, column, start))
    return np.array(rows, dtype=float)


def play_facts(text: str) -> np.ndarray:
    """What is true after each character of a play, shape (characters, 3)."""
    rows, name, column, start, before = [], 0, 0, 0, ""
    for mark in text:
        name = 1 if before == mark == "\n" else name * (mark != ":")
        column = 0 if mark == "\n" else column + 1
        start = 1 if mark in ".?!" else start * mark.isspace()
        rows.append((name, column, start))
        before = mark
    return np.array(rows, dtype=float)


def material(name: str):
    """Training text, held-out text, its facts, the vocabulary, the target marks."""
    if name == "nonsense":
        train, test = nonsense(300_000, 0)[0], nonsense(41_000, 1)[0][:40_000]
        facts = nonsense_facts(test)
    else:
        play = datasets.load_shakespeare()
        cut = 9 * len(play) // 10
        train, test = play[:cut], play[cut : cut + 20_000]
        facts = play_facts(test)
    symbols = np.array(list(test))
    before = np.vstack([0 * facts[:1], facts[:-1]])  # as the network knows it
    capital = np.char.isupper(symbols)
    targets = {
        "inside quotes": (symbols == '"') & (before[:, 0] == 1),
        "bracket depth": symbols == ")",
        "speaker's name": (symbols == ":") & (before[:, 0] == 1),
        "place in line": (symbols == "\n") & (before[:, -2] > 0),
        "sentence start": capital & (before[:, -1] == 1),
    }
    streams = len(test) // 1000
    shape = streams, 1000
    targets = {k: v.reshape(shape) for k, v in targets.items() if k in FACTS[name]}
    vocabulary = sequences.Vocabulary.of(train + test)
    codes = vocabulary.encode(test).reshape(shape)
    return train, codes, facts.reshape(*shape, -1), vocabulary, targets


def build(symbols: int, units: int):
    """One-hot, LSTM, a logit for each symbol."""
    import keras
    from keras import layers

    one_hot = layers.Embedding(symbols, symbols, "identity", trainable=False)
    lstm = layers.LSTM(units, return_sequences=True)
    inputs = keras.Input((None,), dtype="int32")
    return keras.Sequential([inputs, one_hot, lstm, layers.Dense(symbols)])


def learn(name: str, train: str, vocabulary, seed: int):
    """Train on windows drawn anywhere; return the weights before and after."""
    import keras

    codes, updates = vocabulary.encode(train), UPDATES[name]
    starts = np.random.default_rng(seed).integers(
        0, len(codes) - STEPS - 1, updates * BATCH
    )
    windows = starts[:, None] + np.arange(STEPS)
    runtime.set_seed(seed)
    model = build(len(vocabulary), UNITS[name])
    start = model.get_weights()[1:]
    training.fit(
        model,
        codes[windows],
        codes[windows + 1],
        epochs=1,
        batch_size=BATCH,
        learning_rate=RATES[name],
        schedule="one_cycle",
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        seed=seed,
        steps_per_execution=10,
    )
    return start, model.get_weights()[1:]


def watch(weights, codes: np.ndarray, held: np.ndarray | None = None):
    """Read texts (batch, steps); return h and c after each step, (batch, steps, units).

    `held` (batch, units) holds cell states at its numbers, where it is not NaN.
    """
    W, U, b = weights[:3]
    batch, steps = codes.shape
    h = c = np.zeros((batch, len(U)), W.dtype)
    outputs, cells = (np.empty((batch, steps, len(U)), W.dtype) for _ in range(2))
    for t in range(steps):
        i, f, g, o = np.split(W[codes[:, t]] + h @ U + b, 4, axis=1)
        i, f, o = (scratch.sigmoid(gate) for gate in (i, f, o))
        c = f * c + i * np.tanh(g)
        if held is not None:
            c = np.where(np.isnan(held), c, held)
        h = o * np.tanh(c)
        outputs[:, t], cells[:, t] = h, c
    return outputs, cells


def surprises(weights, outputs: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Loss at each character but the first, nats, (batch, steps - 1)."""
    logits = outputs[:, :-1] @ weights[3] + weights[4]
    logits -= logits.max(axis=-1, keepdims=True)
    right = np.take_along_axis(logits, codes[:, 1:, None], axis=2)[..., 0]
    return np.log(np.exp(logits).sum(axis=-1)) - right


def correlations(states: np.ndarray, fact: np.ndarray) -> np.ndarray:
    """Correlation of each neuron (places, units) with facts (..., places)."""
    states = states - states.mean(axis=0)
    fact = fact - fact.mean(axis=-1, keepdims=True)
    length = np.linalg.norm(states, axis=0) * np.linalg.norm(
        fact, axis=-1, keepdims=True
    )
    return (fact @ states) / np.maximum(length, 1e-9)


def halves(values: np.ndarray) -> list[np.ndarray]:
    """Cut streams (streams, steps, ...) into two parts (places, ...), warmed up."""
    middle = len(values) // 2
    tail = values.shape[2:]
    parts = values[:middle, WARM:], values[middle:, WARM:]
    return [part.reshape(-1, *tail) for part in parts]


def probe(states: list[np.ndarray], fact: list[np.ndarray]) -> float:
    """Correlation of the best weighted sum of all neurons, fitted on half one."""
    first, second = (np.c_[part, np.ones(len(part))] for part in states)
    weights = np.linalg.lstsq(first, fact[0], rcond=None)[0]
    return float(np.corrcoef(second @ weights, fact[1])[0, 1])


def by_character(codes: list[np.ndarray], fact: list[np.ndarray]) -> float:
    """Correlation of what the current character alone says about the fact."""
    size = max(part.max() for part in codes) + 1
    counts = np.bincount(codes[0], minlength=size)
    sums = np.bincount(codes[0], fact[0], minlength=size)
    means = np.where(counts > 0, sums / np.maximum(counts, 1), fact[0].mean())
    return float(np.corrcoef(means[codes[1]], fact[1])[0, 1])


def search(states: list[np.ndarray], fact: list[np.ndarray]) -> tuple[int, float]:
    """Choose the neuron on half one; score it on half two, with its sign."""
    chosen = int(np.abs(correlations(states[0], fact[0])).argmax())
    return chosen, float(correlations(states[1][:, [chosen]], fact[1])[0])


def luck(states: np.ndarray, fact: np.ndarray) -> float:
    """Best |r| of all neurons with the fact shifted along the text, 95 % of shifts."""
    rng = np.random.default_rng(0)
    shifts = rng.integers(500, len(fact) - 500, SHIFTS)
    moved = np.stack([np.roll(fact, shift) for shift in shifts])
    best = np.abs(correlations(states, moved)).max(axis=1)
    return float(np.quantile(best, 0.95))


def damages(weights, codes: np.ndarray, means: np.ndarray) -> np.ndarray:
    """Growth of the loss at each character, one neuron held: (units, batch, steps)."""
    units = len(means)
    held = np.full((units, len(codes), units), np.nan, weights[0].dtype)
    held[np.arange(units), :, np.arange(units)] = means[:, None]
    copies = np.tile(codes, (units, 1))
    outputs, _ = watch(weights, copies, held.reshape(-1, units))
    loss = surprises(weights, outputs, copies).reshape(units, len(codes), -1)
    outputs, _ = watch(weights, codes)
    return loss - surprises(weights, outputs, codes)


def neurons(name: str, seed: int) -> list[dict]:
    """Train once, and ask for each fact which neuron follows it."""
    train, codes, facts, vocabulary, targets = material(name)
    before, after = learn(name, train, vocabulary, seed)
    run = {"text": name, "seed": seed}
    states, symbols = {}, halves(codes)
    for label, weights in (("before", before), ("after", after)):
        outputs, cells = watch(weights, codes)
        states[label] = halves(np.tanh(cells))
    loss = surprises(after, outputs, codes)[:, WARM:].mean()
    rows = [run | {"kind": "loss", "what": "network", "value": float(loss)}]
    grown = damages(after, codes[:4], cells.mean(axis=(0, 1)))[:, :, WARM:]
    for place, fact in enumerate(FACTS[name]):
        truth = halves(facts[..., place])
        chosen, r = search(states["after"], truth)
        here = targets[fact][:4, 1 + WARM :]
        at_target = grown[:, here].mean(axis=1)
        elsewhere = grown[:, ~here].mean(axis=1)
        rows.append(
            run
            | {"kind": "fact", "what": fact, "value": abs(r), "neuron": chosen}
            | {"sign": np.sign(r), "luck": luck(states["after"][1], truth[1])}
            | {"untrained": abs(search(states["before"], truth)[1])}
            | {"character": by_character(symbols, truth)}
            | {"probe": probe(states["after"], truth)}
            | {"untrained_probe": probe(states["before"], truth)}
            | {"damage": at_target[chosen], "elsewhere": elsewhere[chosen]}
            | {"damage_rank": 1 + (at_target > at_target[chosen]).sum()}
            | {"most_damage": at_target.max()}
        )
    if name == "nonsense":
        rows += [run | row for row in saliency(before, after, codes, facts, vocabulary)]
    return rows


def margins(weights, outputs: np.ndarray, mark: int, space: int) -> np.ndarray:
    """How much rather a closing mark than a space: the difference of two logits."""
    return outputs @ (weights[3][:, mark] - weights[3][:, space])


def margin_gradient(weights, x: np.ndarray, mark: int, space: int) -> np.ndarray:
    """Gradient of the last margin by x, one-hot (batch, steps, symbols)."""
    lstm = scratch.LSTM(len(weights[1]), dtype="float64").set_weights(weights[:3])
    outputs = lstm.forward(x)
    wish = (weights[3][:, mark] - weights[3][:, space]).astype(float)
    return lstm.backward(np.tile(wish, (len(outputs), 1)))


def closings(codes: np.ndarray, facts: np.ndarray, mark: int, count: int):
    """Find contexts before closing quotes, and where in them the opening mark is."""
    contexts, opened = [], []
    for stream, quote in zip(codes, facts[..., 0], strict=True):
        marks = np.flatnonzero(stream == mark)
        for begin, end in zip(marks, marks[1:], strict=False):
            if quote[begin] and end >= CONTEXT and 10 <= end - begin <= 40:
                contexts.append(stream[end - CONTEXT : end])
                opened.append(CONTEXT - (end - begin))
    chosen = np.linspace(0, len(contexts) - 1, count).astype(int)
    return np.array(contexts)[chosen], np.array(opened)[chosen]


def deletions(weights, contexts: np.ndarray, *marks: int) -> np.ndarray:
    """Margin lost when one character had not been there: (count, CONTEXT)."""
    rest = np.array([np.delete(contexts, k, axis=1) for k in range(CONTEXT)])
    found = []
    for codes in (contexts, rest.reshape(-1, CONTEXT - 1)):
        outputs, _ = watch(weights, codes)
        found.append(margins(weights, outputs[:, -1], *marks))
    return found[0][:, None] - found[1].reshape(CONTEXT, -1).T


def saliency(before, after, codes, facts, vocabulary) -> list[dict]:
    """Score how each method points at the mark that opened the quotation."""
    marks = vocabulary.codes['"'], vocabulary.codes[" "]
    contexts, opened = closings(codes, facts, marks[0], 60)
    x = np.eye(len(vocabulary))[contexts]
    gradient = margin_gradient(after, x, *marks)
    control = margin_gradient(before, x, *marks)
    lost = deletions(after, contexts, *marks)
    methods = {
        "gradient": np.linalg.norm(gradient, axis=2),
        "gradient times input": np.abs((gradient * x).sum(axis=2)),
        "deletion": np.abs(lost),
        "gradient, untrained": np.linalg.norm(control, axis=2),
        "how recent": np.tile(np.arange(CONTEXT), (len(x), 1)),
    }
    rows = []
    for method, scores in methods.items():
        agree = [
            stats.spearmanr(*pair)[0] for pair in zip(scores, abs(lost), strict=True)
        ]
        own = scores[np.arange(len(x)), opened]
        rank = 1 + (scores > own[:, None]).sum(axis=1)
        hit = scores.argmax(axis=1) == opened
        row = {"kind": "saliency", "what": method, "value": 100 * hit.mean()}
        rows.append(row | {"rank": np.median(rank), "agreement": np.mean(agree)})
    return rows


def counting(name: str) -> list[dict]:
    """What n-grams reach on the same characters, and what the rules allow."""
    train, codes, _, vocabulary, _ = material(name)
    run, rows = {"text": name, "seed": -1, "kind": "loss"}, []
    known = vocabulary.encode(train)
    for order in (3, 6):
        model = baselines.NGram(order, len(vocabulary)).fit(known)
        losses = [model.cross_entropy(s[1 + WARM :], s[: 1 + WARM]) for s in codes]
        rows.append(run | {"what": f"{order}-gram", "value": float(np.mean(losses))})
    if name == "nonsense":
        rows.append(run | {"what": "rules", "value": nonsense(40_000, 1)[1]})
        crc = zlib.crc32(train.encode())
        rows.append(run | {"what": "crc of the text", "value": crc % 100_000})
    return rows


def run() -> pd.DataFrame:
    calls = [joblib.delayed(counting)(name) for name in SEEDS]
    for name in ("shakespeare", "nonsense"):
        calls += [joblib.delayed(neurons)(name, seed) for seed in SEEDS[name]]
    found = joblib.Parallel(n_jobs=2, verbose=1)(calls)
    return pd.DataFrame([row for rows in found for row in rows])


def is_found(facts: pd.DataFrame) -> pd.Series:
    """Tell whether each neuron beats luck, the untrained and the character."""
    rivals = facts[["luck", "untrained", "character"]].max(axis=1)
    return facts["value"] > rivals


def results(table: pd.DataFrame) -> dict[str, float]:
    facts = table[table["kind"] == "fact"]
    means = facts.groupby(["text", "what"])["value"].mean()
    share = 100 * is_found(facts).groupby([facts["text"], facts["what"]]).mean()
    toy = facts[facts["what"].isin(FACTS["nonsense"][:3]) & is_found(facts)]
    toy = toy[toy["text"] == "nonsense"]
    pointed = table[table["kind"] == "saliency"].groupby("what")["value"].mean()
    loss = table[table["kind"] == "loss"].groupby(["text", "what"])["value"].mean()
    return {
        "looking.nonsense.loss": loss["nonsense", "network"],
        "looking.nonsense.quote": means["nonsense", "inside quotes"],
        "looking.nonsense.depth": means["nonsense", "bracket depth"],
        "looking.nonsense.place": means["nonsense", "place in line"],
        "looking.nonsense.quote_found": share["nonsense", "inside quotes"],
        "looking.nonsense.depth_found": share["nonsense", "bracket depth"],
        "looking.nonsense.place_found": share["nonsense", "place in line"],
        "looking.nonsense.start_found": share["nonsense", "sentence start"],
        "looking.nonsense.most_used": 100 * (toy["damage_rank"] == 1).mean(),
        "looking.play.loss": loss["shakespeare", "network"],
        "looking.play.name": means["shakespeare", "speaker's name"],
        "looking.play.place": means["shakespeare", "place in line"],
        "looking.saliency.gradient": pointed["gradient"],
        "looking.saliency.times_input": pointed["gradient times input"],
        "looking.saliency.deletion": pointed["deletion"],
        "looking.saliency.untrained": pointed["gradient, untrained"],
    }
