"""The gap between training and validation accuracy of 784-50-10 on MNIST.

Full-batch gradient descent: how large is the gap, and why?

Training images are drawn from the first 50,000 of MNIST's training part, the last
10,000 are the validation part; the test part is not touched. 1,000 steps at rate 0.5,
as in the published run. Raw pixels (0 to 255) are pixels from 0 to 1 with first weights
255 times as large and a first learning rate 255 ** 2 times as large, so the two
differences can also be had one at a time.
"""

from __future__ import annotations

import joblib
import numpy as np
import pandas as pd

from course_utils import datasets, scratch

DATA = ("mnist",)
SEEDS = range(3)
IMAGES = (1250, 2500, 5000, 10_000)
STEPS, RATE = 1000, 0.5
# Name: factor of the first kernel's start, factor of its learning rate.
PIXELS = {
    "0 to 1": (1, 1),
    "0 to 255": (255, 255**2),
    "0 to 1, large start": (255, 1),
    "0 to 1, fast first layer": (1, 255**2),
}


def parts(images: int, seed: int) -> tuple[np.ndarray, ...]:
    """Draw training images; return x and y of both parts, x from 0 to 1."""
    (x, y), _ = datasets.load_mnist()
    drawn = np.random.default_rng(seed).choice(50_000, images, replace=False)
    chosen = [drawn, np.arange(50_000, 60_000)]
    flat = [np.float32(x[rows].reshape(len(rows), 784) / 255) for rows in chosen]
    one_hot = [np.eye(10, dtype=np.float32)[y[rows]] for rows in chosen]
    return flat[0], one_hot[0], flat[1], one_hot[1]


def score(z: np.ndarray, target: np.ndarray) -> tuple[float, float]:
    """Percent right, and the cross-entropy summed over outputs, from logits."""
    loss = (np.logaddexp(0, z) - target * z).sum(axis=1).mean()
    return 100 * float((z.argmax(1) == target.argmax(1)).mean()), float(loss)


def train(pixels: str, images: int, seed: int) -> dict:
    x, target, x_valid, target_valid = parts(images, seed)
    start, speed = PIXELS[pixels]
    rng = np.random.default_rng(seed)
    w1 = np.float32(0.1 * start * rng.normal(size=(784, 50)))
    w2 = np.float32(0.1 * rng.normal(size=(50, 10)))
    b1, b2 = np.zeros(50, np.float32), np.zeros(10, np.float32)
    curve = []
    for step in range(STEPS + 1):
        h = scratch.sigmoid(x @ w1 + b1)  # (images, 50)
        z = h @ w2 + b2  # (images, 10)
        if step % 25 == 0:
            hidden = scratch.sigmoid(x_valid @ w1 + b1)
            curve.append((step, *score(hidden @ w2 + b2, target_valid)))
        if step == STEPS:
            break
        delta2 = (scratch.sigmoid(z) - target) / np.float32(images)
        delta1 = (delta2 @ w2.T) * h * (1 - h)
        w2 -= RATE * (h.T @ delta2)
        b2 -= RATE * delta2.sum(axis=0)
        w1 -= np.float32(RATE * speed) * (x.T @ delta1)
        b1 -= RATE * delta1.sum(axis=0)
    train_accuracy, train_loss = score(z, target)
    best_loss = min(curve, key=lambda row: row[2])
    return {
        "pixels": pixels,
        "images": images,
        "seed": seed,
        "train": train_accuracy,
        "valid": curve[-1][1],
        "best_valid": max(row[1] for row in curve),
        "train_loss": train_loss,
        "valid_loss": curve[-1][2],
        "lowest_valid_loss": best_loss[2],
        "at_step": best_loss[0],
    }


def train_one_layer(seed: int, images: int = 5000) -> dict:
    """The bar: the same without a hidden layer, 784-10."""
    x, target, x_valid, target_valid = parts(images, seed)
    w = np.float32(0.1 * np.random.default_rng(seed).normal(size=(784, 10)))
    b = np.zeros(10, np.float32)
    for _ in range(STEPS):
        delta = (scratch.sigmoid(x @ w + b) - target) / np.float32(images)
        w -= RATE * (x.T @ delta)
        b -= RATE * delta.sum(axis=0)
    train_accuracy, train_loss = score(x @ w + b, target)
    valid, valid_loss = score(x_valid @ w + b, target_valid)
    return {
        "pixels": "0 to 1, no hidden layer",
        "images": images,
        "seed": seed,
        "train": train_accuracy,
        "valid": valid,
        "train_loss": train_loss,
        "valid_loss": valid_loss,
    }


def run() -> pd.DataFrame:
    jobs = [
        joblib.delayed(train)(pixels, images, seed)
        for pixels in PIXELS
        for images in IMAGES
        for seed in SEEDS
        if images == 5000 or pixels in ("0 to 1", "0 to 255")
    ]
    jobs += [joblib.delayed(train_one_layer)(seed) for seed in SEEDS]
    return pd.DataFrame(joblib.Parallel(n_jobs=2)(jobs))


def results(table: pd.DataFrame) -> dict[str, float]:
    mean = table.groupby(["pixels", "images"])[["train", "valid"]].mean()
    gap = mean["train"] - mean["valid"]
    return {
        "backprop.gap.scaled_1250": gap["0 to 1", 1250],
        "backprop.gap.scaled_5000": gap["0 to 1", 5000],
        "backprop.gap.scaled_10000": gap["0 to 1", 10_000],
        "backprop.gap.raw_5000": gap["0 to 255", 5000],
        "backprop.gap.raw_10000": gap["0 to 255", 10_000],
        "backprop.valid.one_layer": mean["valid"]["0 to 1, no hidden layer", 5000],
        "backprop.valid.scaled": mean["valid"]["0 to 1", 5000],
        "backprop.valid.raw": mean["valid"]["0 to 255", 5000],
        "backprop.valid.large_start": mean["valid"]["0 to 1, large start", 5000],
        "backprop.valid.fast": mean["valid"]["0 to 1, fast first layer", 5000],
    }
