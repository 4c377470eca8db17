"""A GAN on a ring of eight Gaussians: modes hit and good samples, over seeds.

Generator and discriminator are dense networks in plain NumPy. Each row changes the
plain recipe in one thing. Beside them a kernel density estimate and a mixture of
Gaussians, chosen by the likelihood of validation points, and points of the ring itself.
The settings were tried on seeds from 200 on; the table has others.
"""

from __future__ import annotations

import joblib
import numpy as np
import pandas as pd
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import KernelDensity

from course_utils import scratch

DATA = ()
SEEDS = (0, 1, 2, 3, 4)
MODES, RADIUS, SPREAD = 8, 2.0, 0.05
NOISE, WIDTH, BATCH, STEPS = 4, 64, 128, 4000
JUDGED = 2000
PLAIN = {"rate": 1e-3, "momentum": 0.9, "saturating": False, "pack": 1, "steps": STEPS}
VARIANTS = {
    "plain": {},
    "momentum 0.5": {"momentum": 0.5},
    "saturating loss": {"saturating": True},
    "saturating, momentum 0.5": {"saturating": True, "momentum": 0.5},
    "packs of four": {"pack": 4},
}


def centres() -> np.ndarray:
    """Middles of the eight Gaussians, (8, 2)."""
    angle = 2 * np.pi * np.arange(MODES) / MODES
    return RADIUS * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def ring(n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw (n, 2) points from the ring."""
    chosen = centres()[rng.integers(0, MODES, n)]
    return (chosen + SPREAD * rng.normal(size=(n, 2))).astype("float32")


def network(outputs: int, rng: np.random.Generator) -> scratch.Network:
    hidden = [scratch.Dense(WIDTH, "relu", seed=rng) for _ in range(2)]
    return scratch.Network([*hidden, scratch.Dense(outputs, seed=rng)])


def discriminator_step(D, optimizer, real, made) -> None:
    """One step of D towards 1 on real rows and 0 on made ones."""
    both = np.concatenate([real, made])
    target = np.repeat(np.array([[1.0], [0.0]], "float32"), len(real), axis=0)
    D.backward((scratch.sigmoid(D.forward(both)) - target) / len(real))
    optimizer.step(D.parameters, D.gradients)


def generator_step(G, D, optimizer, noise, saturating: bool, pack: int) -> None:
    """One step of G alone, with the gradient that D hands through."""
    packs = G.forward(noise).reshape(-1, 2 * pack)
    says = scratch.sigmoid(D.forward(packs))
    delta = -says if saturating else says - 1
    gradient = D.backward(delta / len(packs)).reshape(-1, 2)
    G.backward(gradient)
    optimizer.step(G.parameters, G.gradients)


def train(seed: int, **changed) -> scratch.Network:
    plan = PLAIN | changed
    rng = np.random.default_rng(seed)
    G, D = network(2, rng), network(1, rng)
    of_g, of_d = (scratch.Adam(plan["rate"], plan["momentum"]) for _ in range(2))
    for _ in range(plan["steps"]):
        noise = rng.normal(size=(2, BATCH, NOISE)).astype("float32")
        rows = (-1, 2 * plan["pack"])
        real, made = ring(BATCH, rng).reshape(rows), G.forward(noise[0]).reshape(rows)
        discriminator_step(D, of_d, real, made)
        generator_step(G, D, of_g, noise[1], plan["saturating"], plan["pack"])
    return G


def scores(samples: np.ndarray, fresh: np.ndarray) -> dict[str, float]:
    """Judge (n, 2) samples: modes hit, share near a mode, distance from real ones."""
    far = np.linalg.norm(samples[:, None] - centres(), axis=2)  # (n, 8)
    good = far.min(axis=1) < 3 * SPREAD
    hits = np.bincount(far.argmin(axis=1)[good], minlength=MODES)
    return {
        "modes": int((hits >= 0.1 * len(samples) / MODES).sum()),
        "good": 100 * float(good.mean()),
        "energy": energy(samples, fresh),
    }


def energy(one: np.ndarray, other: np.ndarray) -> float:
    """Energy distance of two clouds: 0 if they come from one distribution."""

    def apart(a: np.ndarray, b: np.ndarray) -> float:
        return float(np.linalg.norm(a[:, None] - b, axis=2).mean())

    n, m = len(one), len(other)
    within = apart(one, one) * n / (n - 1) + apart(other, other) * m / (m - 1)
    return 2 * apart(one, other) - within


def gan(name: str, seed: int) -> dict:
    G = train(seed, **VARIANTS[name])
    rng = np.random.default_rng(10_000 + seed)
    samples = G.forward(rng.normal(size=(JUDGED, NOISE)).astype("float32"))
    return {"model": name, "seed": seed} | scores(samples, ring(JUDGED, rng))


def counted(seed: int) -> list[dict]:
    """Fit what needs no network on 4,000 points; choose it on 1,000 others."""
    rng = np.random.default_rng(seed)
    known, valid = ring(4000, rng), ring(1000, rng)
    mixtures = [
        GaussianMixture(k, n_init=2, random_state=seed).fit(known)
        for k in (1, 2, 4, 6, 8, 12, 16)
    ]
    kernels = [
        KernelDensity(bandwidth=width).fit(known) for width in (0.01, 0.02, 0.04, 0.08)
    ]
    mixture = max(mixtures, key=lambda model: model.score(valid))
    kernel = max(kernels, key=lambda model: model.score(valid))
    fresh = ring(JUDGED, np.random.default_rng(10_000 + seed))
    made = {
        "mixture of Gaussians": (mixture.sample(JUDGED)[0], mixture.n_components),
        "kernel density": (kernel.sample(JUDGED, random_state=seed), kernel.bandwidth),
        "the ring itself": (ring(JUDGED, rng), MODES),
    }
    return [
        {"model": name, "seed": seed, "chosen": setting} | scores(samples, fresh)
        for name, (samples, setting) in made.items()
    ]


def run() -> pd.DataFrame:
    calls = [joblib.delayed(gan)(name, seed) for name in VARIANTS for seed in SEEDS]
    rows = joblib.Parallel(n_jobs=2, verbose=20)(calls)
    for seed in SEEDS:
        rows += counted(seed)
    return pd.DataFrame(rows)


def results(table: pd.DataFrame) -> dict[str, float]:
    means = table.groupby("model")[["modes", "good", "energy"]].mean()
    return {
        "generative.gan.plain_modes": means.loc["plain", "modes"],
        "generative.gan.plain_good": means.loc["plain", "good"],
        "generative.gan.calm_modes": means.loc["momentum 0.5", "modes"],
        "generative.gan.calm_good": means.loc["momentum 0.5", "good"],
        "generative.gan.mixture_good": means.loc["mixture of Gaussians", "good"],
    }
