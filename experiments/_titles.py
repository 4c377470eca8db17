"""What the experiments of the physics titles share: the split, the network, its scores.

The lab shows each of these steps in full; here they are for many runs.
"""

from __future__ import annotations

from collections.abc import Iterator

import joblib
import numpy as np
import pandas as pd

from course_utils import baselines, datasets, runtime, scratch, sequences, training

END = "\n"  # before and after every title
NOTHING = -1  # target of a padded step: nothing to guess
MULTIPLE = 16  # batches are padded to a multiple of it
UNITS, FEATURES = 128, 32
EPOCHS = 3  # about a minute on one core
LONGEST = 250  # characters after which a generator is stopped
SEEDS = (0, 1, 2, 3, 4)
NEAR = 0.6  # share of words from which on two titles count as near duplicates


def split(titles: list[str]) -> dict[str, list[str]]:
    """Cut the shuffled titles into train (8 tenths), valid and test (one each)."""
    order = np.random.default_rng(0).permutation(len(titles))
    tenth = len(titles) // 10
    places = np.split(order, [len(titles) - 2 * tenth, len(titles) - tenth])
    names = ("train", "valid", "test")
    return {
        name: [titles[place] for place in part]
        for name, part in zip(names, places, strict=True)
    }


def load() -> tuple[dict[str, list[str]], sequences.Vocabulary]:
    """Load the parts, and the characters of the training part."""
    parts = split(datasets.load_titles())
    return parts, sequences.Vocabulary.of(END.join(["", *parts["train"], ""]))


def block(titles: list[str], vocabulary: sequences.Vocabulary, multiple: int = 1):
    """Write titles side by side; x, y (titles, steps), y is -1 where there is none."""
    steps = max(map(len, titles)) + 1
    steps = -(-steps // multiple) * multiple
    x = np.zeros((len(titles), steps), dtype=np.int32)
    y = np.full((len(titles), steps), NOTHING, dtype=np.int32)
    for row, title in enumerate(titles):
        codes = vocabulary.encode(END + title + END)
        x[row, : len(title) + 1], y[row, : len(title) + 1] = codes[:-1], codes[1:]
    return x, y


def batches(titles: list[str], vocabulary, size: int, seed: int) -> Iterator[tuple]:
    """Run once through the titles, those of like length together, in random order."""
    draw = np.random.default_rng(seed)
    lengths = np.array([len(title) for title in titles])
    order = np.argsort(lengths + draw.uniform(0, MULTIPLE, len(titles)))
    groups = [order[start : start + size] for start in range(0, len(order), size)]
    for group in draw.permutation(len(groups)):
        yield block([titles[place] for place in groups[group]], vocabulary, MULTIPLE)


def nats(y, logits):
    """Return the mean surprise a character that is there; y -1 does not count."""
    from keras import losses, ops

    there = ops.cast(ops.not_equal(y, NOTHING), "float32")
    surprise = losses.sparse_categorical_crossentropy(
        ops.maximum(y, 0), logits, from_logits=True
    )
    return ops.sum(there * surprise) / ops.sum(there)


def build(characters: int):
    """Put the network together; it gives logits."""
    import keras
    from keras import layers

    return keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            layers.Embedding(characters, FEATURES),
            layers.GRU(UNITS, return_sequences=True),
            layers.LayerNormalization(),
            layers.Dense(characters),
        ]
    )


def train(titles, vocabulary, seed: int, *, batch: int, rate: float, epochs: int):
    """Train one network by a loop over batches of like length."""
    import keras

    keras.utils.clear_session()
    runtime.set_seed(seed)
    model = build(len(vocabulary))
    updates = epochs * -(-len(titles) // batch)
    plan = training.learning_rate_schedule("one_cycle", rate, updates)
    model.compile(keras.optimizers.Adam(plan, global_clipnorm=1.0), loss=nats)
    for epoch in range(epochs):
        for x, y in batches(titles, vocabulary, batch, 1000 * seed + epoch):
            model.train_on_batch(x, y)
    return model


def surprises(model, titles, vocabulary) -> np.ndarray:
    """Surprise of a network at every character, title after title, (characters,)."""
    from scipy.special import log_softmax

    found: dict[int, np.ndarray] = {}
    order = np.argsort([len(title) for title in titles])
    for group in np.array_split(order, -(-len(order) // 120)):
        x, y = block([titles[place] for place in group], vocabulary)
        chances = log_softmax(model.predict_on_batch(x).astype(float), axis=-1)
        chance = np.take_along_axis(chances, np.maximum(y, 0)[..., None], -1)[..., 0]
        for place, row, there in zip(group, chance, y != NOTHING, strict=True):
            found[place] = -row[there]
    return np.concatenate([found[place] for place in range(len(titles))])


def count(titles: list[str], vocabulary, order: int) -> baselines.NGram:
    """Count n-grams of the training titles."""
    text = END.join(["", *titles, ""])
    return baselines.NGram(order, len(vocabulary)).fit(vocabulary.encode(text))


def counted_surprises(model, titles, vocabulary, order: int) -> np.ndarray:
    """Surprise of a count model at every character, a title begins afresh."""
    found = []
    for title in titles:
        codes = vocabulary.encode(END + title + END)
        for place in range(1, len(codes)):
            context = codes[max(0, place - order + 1) : place]
            found.append(model.cross_entropy(codes[place : place + 1], context))
    return np.array(found)


def mixed(first: np.ndarray, second: np.ndarray, weight: float) -> np.ndarray:
    """Surprise of a mixture that gives the first model this weight."""
    return -np.log(weight * np.exp(-first) + (1 - weight) * np.exp(-second))


def near(titles: list[str], known: list[str]) -> np.ndarray:
    """Share of words that a title has in common with the known one nearest to it.

    Words of both over words of either (Jaccard), in lower case, (titles,).
    """
    from sklearn.feature_extraction.text import CountVectorizer

    words = CountVectorizer(binary=True, token_pattern=r"[A-Za-z0-9]+")
    words.fit(titles + known)
    first, second = (words.transform(part).astype(float) for part in (titles, known))
    both = (first @ second.T).toarray()
    either = first.sum(axis=1) + second.sum(axis=1).T - both
    return np.asarray(both / either).max(axis=1)


def apart(titles: list[str], known: list[str]) -> np.ndarray:
    """Mark the characters of titles that are no near duplicates, (characters,)."""
    lengths = [len(title) + 1 for title in titles]
    return np.repeat(near(titles, known) < NEAR, lengths)


def sampler_of(model, vocabulary) -> scratch.CharacterSampler:
    """Hand the weights to the sampler that takes one step a character."""
    embedding, gru, norm, dense = model.layers
    chain = [
        scratch.Embedding(FEATURES).set_weights(embedding.get_weights()),
        scratch.GRU(UNITS).set_weights(gru.get_weights()),
        scratch.LayerNormalization(epsilon=norm.epsilon).set_weights(
            norm.get_weights()
        ),
        scratch.Dense(len(vocabulary)).set_weights(dense.get_weights()),
    ]
    return scratch.CharacterSampler(vocabulary.symbols, chain)


def write_title(sampler, draw, temperature: float, top_k: int | None = None) -> str:
    """Write one title, from its start to its end."""
    sampler.reset().read(END)
    title = ""
    while len(title) < LONGEST and not title.endswith(END):
        title += sampler.write(1, temperature, top_k, seed=draw)
    return title.removesuffix(END)


def write_counted(model, vocabulary, draw, temperature: float) -> str:
    """Write one title with a count model."""
    codes = vocabulary.encode(END).tolist()
    while len(codes) <= LONGEST and (len(codes) == 1 or codes[-1] != codes[0]):
        chances = model.probabilities(codes[-model.order + 1 :]) ** (1 / temperature)
        codes.append(int(draw.choice(len(chances), p=chances / chances.sum())))
    return "".join(vocabulary.decode(codes)).strip(END)


def run_all(function, jobs: list[dict]) -> pd.DataFrame:
    """Run a function that returns rows, once a job."""
    calls = (joblib.delayed(function)(**job) for job in jobs)
    found = joblib.Parallel(n_jobs=2, verbose=1)(calls)
    return pd.DataFrame([row for rows in found for row in rows])
