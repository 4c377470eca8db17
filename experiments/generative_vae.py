"""The price of the code: beta in the loss of a variational autoencoder of digits.

784-128-64-latent-64-128-784 on black and white MNIST. With two numbers in the code,
beta is moved and the probability of an image is added up on a grid of codes, for a
plain autoencoder too, whose codes get a Gaussian fitted afterwards. With sixteen
numbers only bounds can be had. One rate for all, chosen at beta 1 on the validation
images.
"""

from __future__ import annotations

import joblib
import numpy as np
import pandas as pd

from course_utils import runtime
from experiments import _generative as generative

DATA = ("mnist",)
PASSES = 6
RATES = (0.002, 0.004)
DIAL = (0.0, 0.1, 4.0)
POINTS = 161  # of the grid, each way


def one(data, judge, latent: int, beta: float | None, rate: float, seed: int) -> dict:
    """Train one network; score bounds, samples and, in the plane, probabilities."""
    runtime.start()
    model, encoder, decoder = generative.build(latent, beta, seed)
    generative.train(model, data.train, epochs=PASSES, rate=rate, seed=seed)
    name = "plain" if beta is None else "variational"
    row = {"model": name, "latent": latent, "beta": beta, "rate": rate, "seed": seed}
    some = data.test[: generative.SCORED]
    if beta is not None:
        row["valid"] = generative.bound(encoder, decoder, data.valid, seed)["bound"]
        row |= generative.bound(encoder, decoder, data.test, seed)
        row["weighted"] = generative.weighted(encoder, decoder, some, seed)
    codes = generative.encode(encoder, data.train)[0]
    centre, cover = codes.mean(axis=0), np.cov(codes.T)
    root = np.linalg.cholesky(cover).T  # (latent, latent)
    if latent == 2:
        places = np.zeros(2), np.eye(2)
        row["grid"] = generative.on_a_grid(decoder, some, *places, POINTS)
        row["grid_fitted"] = generative.on_a_grid(decoder, some, centre, root, POINTS)
    u = np.random.default_rng(seed).normal(size=(generative.SAMPLES, latent))
    samples = generative.from_codes(decoder, u, seed)
    row |= generative.verdict(judge, samples)
    row["nearest"] = float(generative.nearest(samples[:500], data.train).mean())
    fitted = generative.from_codes(decoder, centre + u @ root, seed)
    found = generative.verdict(judge, fitted)
    row |= {f"{name}_fitted": value for name, value in found.items()}
    row["code_spread"] = float(np.sqrt(np.diag(cover).mean()))
    return row


def run() -> pd.DataFrame:
    runtime.start()
    data = generative.digits()
    judge = generative.train_judge(data)
    later = joblib.delayed(one)

    def together(jobs: list[tuple]) -> list[dict]:
        return joblib.Parallel(n_jobs=2, verbose=20)(
            later(data, judge, *job) for job in jobs
        )

    rows = together([(2, 1.0, rate, 0) for rate in RATES])
    rate = min(rows, key=lambda row: row["valid"])["rate"]
    jobs = [(2, 1.0, rate, seed) for seed in generative.SEEDS[1:]]
    jobs += [(2, beta, rate, seed) for beta in DIAL for seed in generative.FEW]
    jobs += [(2, None, rate, seed) for seed in generative.FEW]
    jobs += [(16, beta, rate, seed) for beta in (1.0, 4.0) for seed in generative.FEW]
    return pd.DataFrame(rows + together(jobs))


def best_rate(table: pd.DataFrame) -> float:
    """Return the rate that was chosen on the validation images."""
    plain = table[(table["latent"] == 2) & (table["beta"] == 1) & (table["seed"] == 0)]
    return float(plain.loc[plain["valid"].idxmin(), "rate"])


def results(table: pd.DataFrame) -> dict[str, float]:
    table = table[table["rate"] == best_rate(table)].fillna({"beta": -1})
    means = table.groupby(["latent", "beta"]).mean(numeric_only=True)
    return {
        "generative.vae.mean_bound": means.loc[(2, 1), "bound"],
        "generative.vae.mean_grid": means.loc[(2, 1), "grid"],
        "generative.vae16.mean_bound": means.loc[(16, 1), "bound"],
        "generative.vae.sure": means.loc[(2, 1), "sure"],
        "generative.plain.sure": means.loc[(2, -1), "sure"],
        "generative.vae.beta4_bound": means.loc[(2, 4), "bound"],
        "generative.vae.beta01_bound": means.loc[(2, 0.1), "bound"],
    }
