"""Exercises of the page on uncertainty: answers and slips."""

from __future__ import annotations

import numpy as np

from .checking import Exercise, Mistake

Generator = np.random.Generator


def _members(generator: Generator) -> tuple:
    shape = int(generator.integers(5, 9)), 4
    return generator.normal(0, 3, shape), generator.uniform(1, 3, shape)


def _parts(means, deviations):
    """Draw nothing: the law of total variance, by the second moments."""
    inside = np.einsum("md,md->d", deviations, deviations) / len(means)
    second = np.einsum("md,md->d", means, means) / len(means)
    outside = second - means.mean(axis=0) ** 2
    return inside, outside, np.sqrt(inside + outside)


def _swapped(means, deviations):
    inside, outside, total = _parts(means, deviations)
    return outside, inside, total


def _spread_of_noise(means, deviations):
    inside = deviations.mean(axis=0) ** 2
    outside = means.var(axis=0)
    return inside, outside, np.sqrt(inside + outside)


def _added(means, deviations):
    inside, outside, _ = _parts(means, deviations)
    return inside, outside, np.sqrt(inside) + np.sqrt(outside)


def _squared(means, deviations):
    inside, outside, _ = _parts(means, deviations)
    return inside, outside, inside + outside


def _less_one(means, deviations):
    inside, _, _ = _parts(means, deviations)
    outside = means.var(axis=0, ddof=1)
    return inside, outside, np.sqrt(inside + outside)


def _scores(generator: Generator) -> list[tuple]:
    # (n + 1)(1 - alpha) is 18, 22.4, 23.2 and 22.95: some slips differ in one only.
    cases = [(19, 0.1), (27, 0.2), (28, 0.2), (26, 0.15)]
    for count, alpha in ((19, 0.1), (24, 0.2), (60, 0.05)):
        cases.append((count + int(generator.integers(0, 5)), alpha))
    return [(generator.gamma(2, 10, count), alpha) for count, alpha in cases]


def _smallest_that_covers(scores, alpha):
    """Try one score after the other until enough of them lie below."""
    needed = (len(scores) + 1) * (1 - alpha)
    for score in np.sort(scores):
        if np.sum(scores <= score) >= needed - 1e-9:
            return float(score)
    return float("inf")


def _ranked(scores, alpha, count=1, turn=np.ceil, shift=1):
    rank = int(turn(np.round((len(scores) + count) * (1 - alpha), 9)))
    return float(np.sort(scores)[min(rank, len(scores)) - shift])


def _intervals(generator: Generator) -> list[tuple]:
    cases = []
    for days, alpha in ((15, 0.05), (25, 0.2), (40, 0.5)):
        days += int(generator.integers(0, 10))
        truth, low = generator.normal(0, 10, days), generator.normal(-6, 2, days)
        cases.append((truth, low, low + generator.uniform(2, 12, days), alpha))
    return cases


def _winkler(truth, low, high, alpha, weight=2.0, below=True, above=True):
    total = 0.0
    for y, bottom, top in zip(truth, low, high, strict=True):
        total += top - bottom
        if below and y < bottom:
            total += weight / alpha * (bottom - y)
        if above and y > top:
            total += weight / alpha * (y - top)
    return total / len(truth)


def _pinball(truth, low, high, alpha):
    """Average two quantile losses: the score times alpha over 4."""
    return _winkler(truth, low, high, alpha) * alpha / 4


def _days(generator: Generator) -> list[tuple]:
    """Draw a usual case, and one whose level leaves 0 to 1 and whose scores tie."""
    scores = generator.gamma(2, 10, 90)
    scores[60:] *= 1.5  # the year in which misses grow
    window = int(generator.integers(20, 40))
    # Levels that are no round numbers, so that no rank hangs on a rounding.
    usual = scores, generator.uniform(0.08, 0.2), window, generator.uniform(0.03, 0.1)
    tied = np.round(generator.gamma(2, 4, 100))
    window = int(generator.integers(8, 15))
    wild = tied, generator.uniform(0.45, 0.55), window, generator.uniform(0.55, 0.7)
    return [usual, wild]


def _adaptive(scores, alpha, window, step, slip=""):
    halves, now = [], alpha
    for day in range(window, len(scores)):
        first = 0 if slip in ("frozen", "growing") else day - window
        last = window if slip == "frozen" else day
        known = sorted(scores[first : last + (slip == "own")])
        count = len(known) + (slip != "old days only")
        rank = min(int(np.ceil(count * (1 - now))), len(known))
        halves.append(known[max(1, rank) - 1])
        tie = slip == "ties" and scores[day] == halves[-1]
        missed = float(tie or scores[day] > halves[-1])
        turn = {"sign": -1, "still": 0}.get(slip, 1)
        now = now + turn * step * (alpha - missed)
        if slip == "clipped":
            now = min(max(now, 0), 1)
    return np.array(halves)


def _faulty(slip):
    return lambda *given: _adaptive(*given, slip=slip)


EXERCISES = (
    Exercise(
        id="uncertainty.parts",
        task="split a predictive variance into its two parts",
        ability="tell what no model can know from what this one does not",
        minutes=5,
        hint="The mean of the variances is the noise; the variance of the means is the "
        "doubt about the model; variances add.",
        inputs=_members,
        outputs=("aleatoric", "epistemic", "deviation"),
        solution=_parts,
        mistakes=(
            Mistake(
                "The two parts are swapped: where the members differ, it is the model "
                "that is in doubt.",
                _swapped,
            ),
            Mistake(
                "Square each deviation first, then take the mean.",
                _spread_of_noise,
            ),
            Mistake(
                "Standard deviations do not add. Variances do.",
                _added,
            ),
            Mistake(
                "The last result is still a variance; a deviation was asked for.",
                _squared,
            ),
            Mistake(
                "Divide by the number of members, not by one less.",
                _less_one,
            ),
        ),
    ),
    Exercise(
        id="uncertainty.conformal",
        task="the half width of a split conformal interval",
        ability="pick the rank that the proof asks for",
        minutes=10,
        hint="Sort the scores and take the one of rank ceil((n + 1)(1 - alpha)), the "
        "first rank being 1.",
        inputs=_scores,
        outputs=("half width",),
        solution=_smallest_that_covers,
        mistakes=(
            Mistake(
                "That counts n scores. The new day is one more: n + 1.",
                lambda scores, alpha: _ranked(scores, alpha, count=0),
            ),
            Mistake(
                "Round the rank up, not down: covering too little breaks the promise.",
                lambda scores, alpha: _ranked(scores, alpha, turn=np.floor),
            ),
            Mistake(
                "Yours is one place too far: rank 1 is the entry with index 0, and "
                "the `higher` of np.quantile counts n - 1 gaps, not n scores.",
                lambda scores, alpha: float(
                    np.append(np.sort(scores), np.inf)[
                        int(np.ceil((len(scores) + 1) * (1 - alpha) - 1e-9))
                    ]
                ),
            ),
            Mistake(
                "Yours is one place too low. Rank 1 is the entry with index 0; "
                "counted from the largest, the entry with index 0 has rank n.",
                lambda scores, alpha: _ranked(scores, alpha, shift=2),
            ),
            Mistake(
                "np.quantile draws a line between two scores and knows nothing of "
                "n + 1. Pick a score by its rank.",
                lambda scores, alpha: float(np.quantile(scores, 1 - alpha)),
            ),
        ),
    ),
    Exercise(
        id="uncertainty.winkler",
        task="the interval score",
        ability="weigh the width of an interval against its misses",
        minutes=15,
        hint="The width, plus 2 / alpha for each unit by which the truth lies below or "
        "above; then the mean over the days.",
        inputs=_intervals,
        outputs=("score",),
        solution=_winkler,
        mistakes=(
            Mistake(
                "Each tail may hold alpha / 2, so a miss costs 2 / alpha a unit.",
                lambda *given: _winkler(*given, weight=1.0),
            ),
            Mistake(
                "Only misses above are punished. What of those below?",
                lambda *given: _winkler(*given, below=False),
            ),
            Mistake(
                "Only misses below are punished. What of those above?",
                lambda *given: _winkler(*given, above=False),
            ),
            Mistake(
                "That is the mean width: a miss costs nothing.",
                lambda *given: _winkler(*given, below=False, above=False),
            ),
            Mistake(
                "That is a mean of two quantile losses: the same order of models, on "
                "another scale.",
                _pinball,
            ),
        ),
    ),
    Exercise(
        id="uncertainty.adaptive",
        task="conformal intervals whose level adapts",
        ability="use each day's truth after its forecast, and not before",
        minutes=30,
        hint="For each day: half width from the window before it, at the level "
        "of now; then compare, and move the level by step * (alpha - missed).",
        inputs=_days,
        outputs=("half widths",),
        solution=_adaptive,
        mistakes=(
            Mistake(
                "Your level moves the wrong way: a miss has to make alpha smaller, so "
                "that tomorrow's interval is wider.",
                _faulty("sign"),
            ),
            Mistake(
                "Your window holds the score of the very day: nobody knows it when the "
                "interval is needed.",
                _faulty("own"),
            ),
            Mistake(
                "Your window stays where it began. Let it move on by a day each day.",
                _faulty("frozen"),
            ),
            Mistake(
                "Your window grows. Only the last `window` days count.",
                _faulty("growing"),
            ),
            Mistake(
                "That is the rolling window alone: the level never moves.",
                _faulty("still"),
            ),
            Mistake(
                "You count n scores. The new day counts as well: n + 1.",
                _faulty("old days only"),
            ),
            Mistake(
                "A score that equals its half width is no miss.",
                _faulty("ties"),
            ),
            Mistake(
                "You keep the level between 0 and 1. Keep the rank within its bounds, "
                "and let the level go where it goes.",
                _faulty("clipped"),
            ),
        ),
    ),
)
