"""Exercises of the page on generative models: answers and slips."""

from __future__ import annotations

import numpy as np
from scipy import optimize, special

from .checking import Exercise, Mistake

Generator = np.random.Generator


def _codes(generator: Generator) -> tuple:
    shape = int(generator.integers(3, 6)), int(generator.integers(2, 5))
    return generator.normal(size=shape), generator.normal(-0.5, 0.7, shape)


def _divergence(mean, log_variance):
    """Integrate log q - log p under q, by a quadrature that is exact for squares."""
    places, weights = special.roots_hermitenorm(8)
    weights = weights / weights.sum()
    spread = np.sqrt(np.exp(log_variance))
    z = mean[..., None] + spread[..., None] * places
    log_ratio = 0.5 * (z**2 - places**2) - np.log(spread)[..., None]
    return (log_ratio @ weights).sum(axis=-1)


def _terms(mean, log_variance, one=1.0, half=0.5, power=1.0):
    return half * (np.exp(power * log_variance) + mean**2 - one - power * log_variance)


def _noise(generator: Generator) -> tuple:
    mean, log_variance = _codes(generator)
    noise, gradient = generator.normal(size=(2, *mean.shape))
    return mean, log_variance, noise, gradient


def _differences(mean, log_variance, noise, gradient):
    """Move each number a little; central differences of a smooth function."""
    step = 1e-4

    def value(log_variance):
        return gradient * (mean + np.sqrt(np.exp(log_variance)) * noise)

    near = value(log_variance + step) - value(log_variance - step)
    far = value(log_variance + 2 * step) - value(log_variance - 2 * step)
    return gradient.copy(), (8 * near - far) / (12 * step)


def _pulled(half=0.5, power=0.5, with_noise=True):
    """Write the gradients with something left out."""

    def slip(mean, log_variance, noise, gradient):
        kept = noise if with_noise else 1.0
        return gradient, half * gradient * kept * np.exp(power * log_variance)

    return slip


def _densities(generator: Generator) -> tuple:
    return tuple(generator.uniform(0.05, 1.5, (2, 6)))


def _searched(p, q):
    """Find the best answer of each place with a search, not with the formula."""
    return np.array(
        [
            optimize.minimize_scalar(
                lambda d, one=one, other=other: (
                    -one * np.log(d) - other * np.log(1 - d)
                ),
                bounds=(1e-6, 1 - 1e-6),
                method="bounded",
                options={"xatol": 1e-10},
            ).x
            for one, other in zip(p, q, strict=True)
        ]
    )


def _bounds(generator: Generator) -> tuple:
    # A level of its own for each image: no constant, and not the largest of all, fits.
    levels = [(-400, 20), (-900, 0), (-1200, 900), (-3000, -900)]
    levels += [(generator.uniform(-1300, -1100), 0)]
    levels = generator.permutation(levels)
    shape = int(generator.integers(20, 40)), len(levels)
    log_joint = generator.normal(levels[:, 0], 3, shape)
    return log_joint, generator.normal(levels[:, 1], 1, shape)


def _weighted(log_joint, log_q):
    return special.logsumexp(log_joint - log_q, axis=0, b=1 / len(log_q))


def _exponentiated(log_joint, log_q, largest=0.0):
    with np.errstate(all="ignore"):
        weights = np.exp(log_joint - log_q - largest)
        return largest + np.log(weights.mean(axis=0))


def _one_largest(log_joint, log_q):
    return _exponentiated(log_joint, log_q, (log_joint - log_q).max())


def _around(centre, radii, angles):
    turned = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    return centre + np.reshape(radii, (-1, 1)) * turned


def _clouds(generator: Generator) -> tuple:
    """Place modes on a ring, and one close to the first of them."""
    ring = int(generator.integers(5, 8))
    spread = float(generator.uniform(0.1, 0.2))
    turn = generator.uniform(0, 2 * np.pi)
    centres = _around(0, 3.0, turn + 2 * np.pi * np.arange(ring) / ring)
    towards = generator.uniform(0, 2 * np.pi)
    centres = np.append(centres, _around(centres[0], 4 * spread, [towards]), axis=0)

    def near(mode, radii):  # on the diagonals, where other distances differ most
        quarter = np.pi / 2 * generator.integers(0, 4, len(radii))
        angles = np.pi / 4 + quarter + generator.uniform(-0.1, 0.1, len(radii))
        return _around(centres[mode], spread * np.array(radii), angles)

    def between(mode, other):  # within the reach of both
        step = centres[other] - centres[mode]
        return centres[mode] + generator.uniform(0.3, 0.45, (4, 1)) * step

    misses = [3.1, 3.1, 3.2, 4.0, 4.5, 5.0]
    groups = [
        between(0, ring),  # the first mode has five: hit
        centres[[0]],
        between(ring, 0),  # its neighbour four: not hit
        near(1, [0.5, 1.4, 2.2, 2.9]),  # four good ones: not hit
        near(1, misses),
        near(2, misses),  # none is good
        near(3, [0.5, 1.4, 2.2, 2.9, 2.9]),  # five: hit
        near(4, [1.0]),  # a stray one
    ]
    for mode in range(5, ring):
        radii = generator.uniform(0, 2.8, int(generator.integers(6, 30)))
        groups.append(near(mode, radii))
    # A random number of good samples, so that no constant passes.
    groups.append(near(3, generator.uniform(0, 2.8, int(generator.integers(0, 2)))))
    samples = np.concatenate(groups)
    return generator.permutation(samples), generator.permutation(centres), spread


def _coverage(samples, centres, spread, least=5, only_good=True, every=False):
    hits = np.zeros(len(centres), int)
    good = 0
    for sample in samples:
        far = np.hypot(*(centres - sample).T)
        inside = far.min() < 3 * spread
        good += bool(inside)
        if every:
            hits += far < 3 * spread
        elif inside or not only_good:
            hits[far.argmin()] += 1
    return int((hits >= least).sum()), good / len(samples)


def _of_hits(samples, centres, spread):
    hit, good = _coverage(samples, centres, spread)
    return hit / len(centres), good


def _squared(samples, centres, spread):
    """Compare squared distances with a distance."""
    far = ((samples[:, None] - centres) ** 2).sum(axis=2)
    good = far.min(axis=1) < 3 * spread
    hits = np.bincount(far.argmin(axis=1)[good], minlength=len(centres))
    return int((hits >= 5).sum()), float(good.mean())


EXERCISES = (
    Exercise(
        id="generative.kl",
        task="the price of a code",
        ability="compute the divergence of a Gaussian from the standard normal",
        minutes=10,
        hint="For each number of a code half of (variance + mean squared - 1 - log "
        "variance); add up along a code, and leave the batch alone.",
        inputs=_codes,
        outputs=("nats",),
        solution=_divergence,
        mistakes=(
            Mistake(
                "The sign is wrong: a divergence is never negative, yours always is.",
                lambda *given: -_terms(*given).sum(axis=1),
            ),
            Mistake(
                "One price for the whole batch: each code pays for itself, so that "
                "the result has one number an image.",
                lambda *given: float(_terms(*given).sum()),
            ),
            Mistake(
                "The price is a sum over the numbers of a code, not their mean.",
                lambda *given: _terms(*given).mean(axis=1),
            ),
            Mistake(
                "At mean 0 and variance 1 yours is not 0: a constant is missing.",
                lambda *given: _terms(*given, one=0.0).sum(axis=1),
            ),
            Mistake(
                "You were given the logarithm of the variance, and treat it as that "
                "of the standard deviation.",
                lambda *given: _terms(*given, power=2.0).sum(axis=1),
            ),
            Mistake(
                "Twice too much.",
                lambda *given: _terms(*given, half=1.0).sum(axis=1),
            ),
        ),
    ),
    Exercise(
        id="generative.draw",
        task="the way back through a draw",
        ability="send a gradient through a random draw",
        minutes=15,
        hint="z = mean + exp(log_variance / 2) * noise, with the noise held fixed. "
        "Differentiate z by either, and multiply by the gradient of z.",
        inputs=_noise,
        outputs=("mean gradient", "log variance gradient"),
        solution=_differences,
        mistakes=(
            Mistake(
                "The inner derivative of log_variance / 2 is missing.",
                _pulled(half=1.0),
            ),
            Mistake(
                "The noise is missing in the second gradient: a large draw moves z "
                "more than a small one.",
                _pulled(with_noise=False),
            ),
            Mistake(
                "The spread is the square root of the variance, here and on the way "
                "back.",
                _pulled(power=1.0),
            ),
        ),
    ),
    Exercise(
        id="generative.discriminator",
        task="what the best discriminator says",
        ability="derive the best answer of a discriminator",
        minutes=10,
        hint="At one place, set the derivative of -p log d - q log (1 - d) to 0.",
        inputs=_densities,
        outputs=("answers",),
        solution=_searched,
        mistakes=(
            Mistake(
                "That is the chance that a point is made up. The discriminator says "
                "how likely it is real.",
                lambda p, q: q / (p + q),
            ),
            Mistake(
                "That is a ratio, and can be larger than 1. The answer is a "
                "probability.",
                lambda p, q: p / q,
            ),
            Mistake(
                "All or nothing is the best *decision*. The best answer to the "
                "cross-entropy keeps the doubt.",
                lambda p, q: (p > q).astype(float),
            ),
        ),
        tolerance=1e-5,
    ),
    Exercise(
        id="generative.coverage",
        task="modes hit, and samples that are good",
        ability="measure mode collapse",
        minutes=20,
        hint="Distances of all samples to all centres; the nearest centre of each; "
        "good where it is within 3 spreads; a mode is hit by 5 good samples or more.",
        inputs=_clouds,
        outputs=("modes", "share"),
        solution=_coverage,
        mistakes=(
            Mistake(
                "One stray sample does not make a mode: 5 good ones are asked.",
                lambda *given: _coverage(*given, least=1),
            ),
            Mistake(
                "Your modes are counted with samples that are far from all of them.",
                lambda *given: _coverage(*given, only_good=False),
            ),
            Mistake(
                "Your limit compares a squared distance with a distance.",
                _squared,
            ),
            Mistake(
                "A sample between two modes counts for both in yours. It belongs to "
                "the nearest middle only.",
                lambda *given: _coverage(*given, every=True),
            ),
            Mistake(
                "The first result is a number of modes, not a share of them.",
                _of_hits,
            ),
        ),
    ),
    Exercise(
        id="generative.weighted",
        task="a tighter bound, from many draws",
        ability="average probabilities whose logarithms are all that fits",
        minutes=30,
        hint="The logarithm of the mean, over the draws, of exp(log_joint - log_q). "
        "Take the largest of each column out before you exponentiate.",
        inputs=_bounds,
        outputs=("log probabilities",),
        solution=_weighted,
        mistakes=(
            Mistake(
                "That is the mean of the logarithms, the ELBO. The mean comes first, "
                "the logarithm after it.",
                lambda log_joint, log_q: (log_joint - log_q).mean(axis=0),
            ),
            Mistake(
                "A sum over the draws, where a mean is asked: more draws would make "
                "any image more probable.",
                lambda log_joint, log_q: special.logsumexp(log_joint - log_q, axis=0),
            ),
            Mistake(
                "Only the largest weight is left of your mean.",
                lambda log_joint, log_q: (
                    (log_joint - log_q).max(axis=0) - np.log(len(log_q))
                ),
            ),
            Mistake(
                "exp(-1200) is 0, and the logarithm of 0 is minus infinity. Take the "
                "largest of each column out first.",
                _exponentiated,
            ),
            Mistake(
                "You took one largest number out of all columns. What is far below it "
                "is still 0: each image needs its own.",
                _one_largest,
            ),
            Mistake(
                "The draws came from q, and that has to be divided out.",
                lambda log_joint, log_q: special.logsumexp(
                    log_joint, axis=0, b=1 / len(log_q)
                ),
            ),
        ),
        tolerance=1e-8,
    ),
)
