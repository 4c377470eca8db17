"""What the experiments on generated digits share: images, networks, bounds, a judge.

Digits are black and white (a pixel is 1 where MNIST's is above 127), so that a product
of Bernoullis is an honest model of them. Costs are nats an image, minus the natural
logarithm of its probability, or a bound on that; lower is better.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from course_utils import datasets, runtime, scratch, training

SEEDS = (0, 1, 2, 3, 4)
FEW = (0, 1, 2)
PIXELS, WIDE, NARROW, BATCH = 784, 128, 64, 128
SCORED = 1000  # test images for what is too slow for all of them
SAMPLES = 1000


@dataclass(frozen=True)
class Digits:
    """Black and white images (n, 784) as float32, and their digits (n,)."""

    train: np.ndarray
    valid: np.ndarray
    test: np.ndarray
    train_digits: np.ndarray
    test_digits: np.ndarray


def digits() -> Digits:
    """Load MNIST; the last 5,000 training images are for validation."""
    (train, train_digits), (test, test_digits) = datasets.load_mnist()
    train, test = (
        (part.reshape(len(part), -1) > 127).astype("float32") for part in (train, test)
    )
    cut = len(train) - 5000
    return Digits(train[:cut], train[cut:], test, train_digits[:cut], test_digits)


def cost_of(x: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Nats (n,) of images (n, 784) under independent pixels (784,) or (n, 784)."""
    p = np.clip(probabilities, 1e-6, 1 - 1e-6)
    return -(x * np.log(p) + (1 - x) * np.log1p(-p)).sum(axis=-1)


def build(latent: int, beta: float | None, seed: int):
    """Build 784-128-64-latent-64-128-784; without a beta a plain autoencoder.

    Returns
    -------
    tuple of keras.Model
        From images to logits; from images to mean and log variance of the code; from
        codes to logits.
    """
    import keras
    from keras import layers, ops

    class Sample(layers.Layer):
        def __init__(self):
            super().__init__()
            self.noise = keras.random.SeedGenerator(seed)

        def call(self, mean, log_variance):
            terms = ops.exp(log_variance) + mean**2 - 1 - log_variance
            self.add_loss(beta * ops.mean(0.5 * ops.sum(terms, axis=-1)))
            noise = keras.random.normal(ops.shape(mean), seed=self.noise)
            return mean + ops.exp(0.5 * log_variance) * noise

    keras.utils.clear_session()
    runtime.set_seed(seed)
    image = keras.Input((PIXELS,))
    hidden = layers.Dense(NARROW, "relu")(layers.Dense(WIDE, "relu")(image))
    mean, log_variance = layers.Dense(latent)(hidden), layers.Dense(latent)(hidden)
    code = mean if beta is None else Sample()(mean, log_variance)
    decoder = keras.Sequential(
        [
            keras.Input((latent,)),
            layers.Dense(NARROW, "relu"),
            layers.Dense(WIDE, "relu"),
            layers.Dense(PIXELS),
        ]
    )
    model = keras.Model(image, decoder(code))
    return model, keras.Model(image, [mean, log_variance]), decoder


def train(model, x: np.ndarray, *, epochs: int, rate: float, seed: int) -> None:
    from keras import ops

    def cost(truth, logits):
        each = ops.binary_crossentropy(truth, logits, from_logits=True)
        return ops.sum(each, axis=-1)

    training.fit(
        model,
        x,
        x,
        epochs=epochs,
        batch_size=BATCH,
        learning_rate=rate,
        schedule="one_cycle",
        loss=cost,
        clip_norm=None,
        seed=seed,
        steps_per_execution=16,
    )


def decode(decoder, codes: np.ndarray) -> np.ndarray:
    """Turn codes (n, latent) into logits (n, 784), in NumPy."""
    W1, b1, W2, b2, W3, b3 = decoder.get_weights()
    hidden = np.maximum(codes.astype("float32") @ W1 + b1, 0)
    return np.maximum(hidden @ W2 + b2, 0) @ W3 + b3


def encode(encoder, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return tuple(encoder.predict(x, batch_size=1000, verbose=0))


def log_likelihood(x: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """Log p(x | z) of each image (n, 784) at its own logits (n, 784): (n,)."""
    return (x * logits - np.logaddexp(0, logits)).sum(axis=-1)


def bound(encoder, decoder, x: np.ndarray, seed: int, draws: int = 3) -> dict:
    """Minus the ELBO and its two terms, nats an image; units of the code in use."""
    mean, log_variance = encode(encoder, x)
    rng = np.random.default_rng(seed)
    rebuilt = 0.0
    for _ in range(draws):
        z = mean + np.exp(0.5 * log_variance) * rng.normal(size=mean.shape)
        rebuilt -= log_likelihood(x, decode(decoder, z)).mean() / draws
    kl = 0.5 * (np.exp(log_variance) + mean**2 - 1 - log_variance).mean(axis=0)
    return {
        "rebuilding": rebuilt,
        "kl": kl.sum(),
        "bound": rebuilt + kl.sum(),
        "in_use": int((kl > 0.1).sum()),
        "spread": float(np.sqrt(np.exp(log_variance).mean())),
    }


def weighted(encoder, decoder, x: np.ndarray, seed: int, draws: int = 100) -> float:
    """Nats an image by importance sampling from the encoder: a tighter bound."""
    mean, log_variance = encode(encoder, x)
    rng, rows = np.random.default_rng(seed), []
    for _ in range(draws):
        noise = rng.normal(size=mean.shape).astype("float32")
        z = mean + np.exp(0.5 * log_variance) * noise
        ratio = 0.5 * (noise**2 + log_variance - z**2).sum(axis=1)  # log p(z) / q(z)
        rows.append(log_likelihood(x, decode(decoder, z)) + ratio)
    return float(-(np.logaddexp.reduce(rows, axis=0) - np.log(draws)).mean())


def on_a_grid(
    decoder,
    x: np.ndarray,
    centre: np.ndarray,
    root: np.ndarray,
    points: int,
    reach: float = 4.0,
) -> float:
    """Nats an image, by adding up p(z) p(x | z) over a plane of codes.

    Codes are ``centre + u @ root`` with u standard normal; the grid is one of u.
    """
    ticks = np.linspace(-reach, reach, points)
    u = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    prior = -0.5 * (u**2).sum(axis=1)
    prior -= np.logaddexp.reduce(prior)
    total = np.full(len(x), -np.inf)
    for rows in np.array_split(np.arange(len(u)), max(1, len(u) // 4000)):
        logits = decode(decoder, centre + u[rows] @ root)  # (rows, 784)
        terms = x @ logits.T - np.logaddexp(0, logits).sum(axis=1) + prior[rows]
        highest = terms.max(axis=1)
        part = highest + np.log(np.exp(terms - highest[:, None]).sum(axis=1))
        total = np.logaddexp(total, part)
    return float(-total.mean())


def draw(probabilities: np.ndarray, seed: int) -> np.ndarray:
    """Toss a coin for each pixel: black and white images (n, 784)."""
    rng = np.random.default_rng(seed)
    return (rng.random(probabilities.shape) < probabilities).astype("float32")


def from_codes(decoder, codes: np.ndarray, seed: int) -> np.ndarray:
    return draw(scratch.sigmoid(decode(decoder, codes)), seed)


def train_judge(data: Digits) -> list[np.ndarray]:
    """Train a classifier on real digits and return its four arrays."""
    import keras
    from keras import layers

    runtime.set_seed(0)
    model = keras.Sequential(
        [keras.Input((PIXELS,)), layers.Dense(128, "relu"), layers.Dense(10)]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    training.fit(
        model,
        data.train,
        data.train_digits,
        epochs=3,
        batch_size=BATCH,
        learning_rate=3e-3,
        schedule="one_cycle",
        loss=loss,
        steps_per_execution=16,
    )
    return model.get_weights()


def judge(weights: list[np.ndarray], x: np.ndarray) -> np.ndarray:
    """Probabilities (n, 10) of the digits."""
    W1, b1, W2, b2 = weights
    logits = np.maximum(x @ W1 + b1, 0) @ W2 + b2
    return scratch.softmax(logits)


def verdict(weights: list[np.ndarray], samples: np.ndarray) -> dict:
    """How sure a judge is of the samples, and how many digits they cover."""
    answers = judge(weights, samples)
    shares = np.bincount(answers.argmax(axis=1), minlength=10) / len(answers)
    spread = -(shares[shares > 0] * np.log(shares[shares > 0])).sum()
    return {
        "sure": 100 * float((answers.max(axis=1) > 0.9).mean()),
        "digits": float(np.exp(spread)),
        "rarest": 100 * float(shares.min()),
    }


def nearest(samples: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Pixels that differ between each sample and its nearest known image, (n,)."""
    lit = known.sum(axis=1)
    return np.concatenate(
        [
            (part.sum(axis=1)[:, None] + lit - 2 * part @ known.T).min(axis=1)
            for part in np.array_split(samples, max(1, len(samples) // 250))
        ]
    )
