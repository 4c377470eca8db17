"""Exercises of the bitcoin lab: answers and slips."""

from __future__ import annotations

import numpy as np
from scipy import stats

from .checking import Exercise, Mistake

Generator = np.random.Generator


def _moves(generator: Generator) -> tuple:
    last = np.exp(generator.normal(6, 1, 7))
    mean, spread = generator.uniform(0.02, 0.05), generator.uniform(0.1, 0.3)
    return last, generator.normal(size=7), float(mean), float(spread)


def _after(last, z, mean, spread):
    return np.exp(np.log(last) + mean + spread * z)


def _counts(generator: Generator) -> tuple:
    days = int(generator.integers(20, 60))
    return int(generator.integers(days // 4, 3 * days // 4)), days


def _wilson(right, days, confidence=0.95):
    found = stats.binomtest(right, days).proportion_ci(confidence, method="wilson")
    return found.low, found.high


def _around(share, half):
    return share - half, share + half


def _wald(right, days):
    share = right / days
    return _around(share, 1.959964 * np.sqrt(share * (1 - share) / days))


def _undivided(right, days):
    """Wilson's ends without the division by 1 + z^2 / n."""
    low, high = _wilson(right, days)
    return tuple(end * (1 + 1.959964**2 / days) for end in (low, high))


def _uncentred(right, days):
    """Wilson's width around the plain share."""
    low, high = _wilson(right, days)
    return _around(right / days, (high - low) / 2)


def _positions(generator: Generator) -> tuple:
    days = int(generator.integers(15, 25))
    prices = 100 * np.exp(generator.normal(0, 0.05, days + 1).cumsum())
    position = generator.integers(0, 3, days) / 2
    position[:4] = 1, 0, 0.5, 1  # a first purchase, a sale, and two halves
    position[-1] = 1  # never sold
    return prices, position, float(generator.integers(10, 50))


def _gains(
    prices, position, cost, lag=0, paid="change", unit=10_000, start=0.0, log=False
):
    gains, owned = [], start
    for day, want in enumerate(position):
        held = position[day - lag] if day >= lag else 0.0
        move = prices[day + 1] / prices[day] - 1
        move = np.log1p(move) if log else move
        change = abs(want - owned)
        traded = {"change": change, "owned": want, "any": change > 0}[paid]
        gains.append(held * move - traded * cost / unit)
        owned = want
    return np.array(gains)


def _same_day(prices, position, cost):
    """Let a position earn the move that was known when it was taken."""
    moves = np.concatenate([[0.0], prices[1:-1] / prices[:-2] - 1])
    traded = np.abs(np.diff(position, prepend=0.0))
    return position * moves - traded * cost / 10_000


def _series(generator: Generator) -> list[tuple]:
    """Draw two series, to be cut into unequal numbers of segments."""
    cases = []
    for segments in generator.permutation(np.arange(2, 6))[:2]:
        size, before = generator.integers((3, 4), (6, 16))
        values = generator.normal(size=segments * size + before)
        cases.append((values, int(segments), int(size)))
    return cases


def _walked(values, segments, size, until="segment", rolling=False):
    sums = np.append(0, np.cumsum(values))
    first = len(values) - segments * size
    days = np.arange(first, len(values))
    begins = first + (days - first) // size * size
    known = {
        "segment": begins,
        "never": np.full(len(days), first),
        "end": begins + size,
        "daily": days,
        "all": np.full(len(days), len(values)),
    }[until]
    start = known - first if rolling else 0 * known
    return (sums[known] - sums[start]) / (known - start)


EXERCISES = (
    Exercise(
        id="bitcoin.price",
        task="from a standardized log return to a price",
        ability="undo the scaling of a forecast",
        minutes=5,
        hint="Undo in reverse order: times the spread, plus the mean; then the log "
        "return multiplies the last price by its exponential.",
        inputs=_moves,
        outputs=("prices",),
        solution=_after,
        mistakes=(
            Mistake(
                "The mean is missing: it was subtracted, so add it again.",
                lambda last, z, mean, spread: _after(last, z, 0, spread),
            ),
            Mistake(
                "A log return is not a share of the price: use the exponential.",
                lambda last, z, mean, spread: last * (1 + mean + spread * z),
            ),
            Mistake(
                "The order is turned round: first times the spread, then plus the "
                "mean.",
                lambda last, z, mean, spread: _after(last, z + mean, 0, spread),
            ),
            Mistake(
                "The forecast is still standardized when it meets the price.",
                lambda last, z, mean, spread: last * np.exp(z),
            ),
        ),
    ),
    Exercise(
        id="bitcoin.direction",
        task="Wilson's interval of a share of right directions",
        ability="say how sure a share of right directions is",
        minutes=15,
        hint="Centre (p + z^2 / 2n) and half width z times the root of "
        "(p (1 - p) / n + z^2 / 4n^2), both divided by 1 + z^2 / n.",
        inputs=_counts,
        outputs=("low", "high"),
        solution=_wilson,
        mistakes=(
            Mistake(
                "That is the textbook's p ± z sqrt(p (1 - p) / n). Wilson's interval "
                "is not centred at p.",
                _wald,
            ),
            Mistake(
                "The division by 1 + z^2 / n is missing.",
                _undivided,
            ),
            Mistake(
                "The width is right; the centre is pulled towards one half.",
                _uncentred,
            ),
            Mistake(
                "That is the interval for 90 %: 95 % leaves 2.5 % on either side.",
                lambda right, days: _wilson(right, days, 0.90),
            ),
        ),
        tolerance=1e-5,
    ),
    Exercise(
        id="bitcoin.rule",
        task="what a trading rule earns after its costs",
        ability="pay for each trade, and let a position earn the next day only",
        minutes=20,
        hint="position[t] earns prices[t + 1] / prices[t] - 1; a change of position, "
        "from 0 before the first day, costs its size times the basis points.",
        inputs=_positions,
        outputs=("gains",),
        solution=_gains,
        mistakes=(
            Mistake(
                "A position taken at today's price earns the move to tomorrow's. Yours "
                "earns the move that has already happened.",
                _same_day,
            ),
            Mistake(
                "Your position starts to earn a day late.",
                lambda *given: _gains(*given, lag=1),
            ),
            Mistake(
                "You pay every day on which the coin is owned; only changes cost.",
                lambda *given: _gains(*given, paid="owned"),
            ),
            Mistake(
                "The first purchase is free in your account; we start with dollars.",
                lambda prices, position, cost: _gains(
                    prices, position, cost, start=position[0]
                ),
            ),
            Mistake(
                "A basis point is a hundredth of a percent: 0.0001.",
                lambda *given: _gains(*given, unit=100),
            ),
            Mistake(
                "A gain is a share of the dollars here, not a log return.",
                lambda *given: _gains(*given, log=True),
            ),
            Mistake(
                "Half a change costs half as much.",
                lambda *given: _gains(*given, paid="any"),
            ),
        ),
    ),
    Exercise(
        id="bitcoin.walk",
        task="a drift that is fitted again before each segment",
        ability="evaluate in walk-forward manner",
        minutes=30,
        hint="For each segment the mean of all values before its first day, used for "
        "every day of that segment.",
        inputs=_series,
        outputs=("forecasts",),
        solution=_walked,
        mistakes=(
            Mistake(
                "Your mean contains the segment that it forecasts.",
                lambda *given: _walked(*given, until="end"),
            ),
            Mistake(
                "Your mean contains all values, the future too.",
                lambda *given: _walked(*given, until="all"),
            ),
            Mistake(
                "It is fitted once, and never again: each segment knows the ones "
                "before it.",
                lambda *given: _walked(*given, until="never"),
            ),
            Mistake(
                "You fit before every day. That is allowed in life; here it is asked "
                "once before each segment.",
                lambda *given: _walked(*given, until="daily"),
            ),
            Mistake(
                "Your window moves on. Keep the old values: everything before the "
                "segment.",
                lambda *given: _walked(*given, rolling=True),
            ),
        ),
    ),
)
