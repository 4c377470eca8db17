"""Exercises of the energy lab: answers and slips."""

from __future__ import annotations

import numpy as np

from course_utils import evaluation

from .checking import Exercise, Mistake

Generator = np.random.Generator


def _forecasts(generator: Generator) -> tuple:
    train = generator.normal(size=int(generator.integers(45, 70))).cumsum()
    truth = generator.normal(size=20).cumsum()
    season = int(generator.integers(2, 13))
    return truth, truth + generator.normal(size=20), train, season


def _mase(truth, forecast, train, season, error="absolute"):
    if error == "absolute":
        return evaluation.mase(truth, forecast, train, season)
    naive = evaluation.rmse(train[season:], train[:-season])
    return evaluation.rmse(truth, forecast) / naive


def _calendar(generator: Generator) -> list[tuple]:
    """Draw a calendar of few columns, and one of more."""
    cases = []
    for columns in (int(generator.integers(1, 3)), int(generator.integers(4, 6))):
        days, steps = (int(size) for size in generator.integers((14, 3), (24, 7)))
        calendar = generator.integers(0, 2, (days, columns)) * 1.0
        cases.append((generator.normal(size=days), calendar, steps))
    return cases


def _with_calendar(consumption, calendar, steps, days=1):
    windows = []
    for start in range(len(consumption) - steps):
        here = slice(start, start + steps)
        known = calendar[np.arange(start, start + steps) + days]
        windows.append(np.column_stack([consumption[here], known]))
    return np.stack(windows)


def _linear(generator: Generator) -> list[tuple]:
    """Draw a history as long as the window, and one longer than another window."""
    cases = []
    sizes = generator.permutation(np.arange(3, 8))[:2]
    for size, more in zip(sizes, (0, int(generator.integers(1, 6))), strict=True):
        weights, bias = generator.normal(size=size) * 0.4, float(generator.normal())
        history = generator.normal(size=size + more)
        cases.append((history, weights, bias, int(generator.integers(3, 9))))
    return cases


def _recursive(history, weights, bias, days, feed="forecast", order=1):
    known, found = list(history), []
    for _ in range(days):
        window = np.array(known[-len(weights) :])[::order]
        found.append(window @ weights + bias)
        if feed == "forecast":
            known.append(found[-1])
        elif feed == "last":
            known.append(history[-1])
    return np.array(found)


def _seeds(generator: Generator) -> tuple:
    return (generator.normal(size=5) + 17,)


def _interval(values):
    found = evaluation.interval(values)
    return found.mean, found.low, found.high


def _other_interval(values, factor, spread, root=True):
    half = factor * values.std(ddof=spread) / (np.sqrt(len(values)) if root else 1)
    return values.mean(), values.mean() - half, values.mean() + half


EXERCISES = (
    Exercise(
        id="energy.mase",
        task="an error in units of what costs nothing",
        ability="scale an error by a naive forecast",
        minutes=10,
        hint="The mean absolute error of the forecast, over that of repeating the "
        "value of one season before in the training part.",
        inputs=_forecasts,
        outputs=("mase",),
        solution=_mase,
        mistakes=(
            Mistake(
                "The naive forecast belongs to the training part, so that the unit is "
                "known before the test.",
                lambda truth, forecast, train, season: evaluation.mase(
                    truth, forecast, truth, season
                ),
            ),
            Mistake(
                "You scaled by persistence. The season is `season` steps long.",
                lambda truth, forecast, train, season: evaluation.mase(
                    truth, forecast, train, 1
                ),
            ),
            Mistake(
                "Absolute errors, not squared ones.",
                lambda *given: _mase(*given, error="squared"),
            ),
            Mistake(
                "The fraction is upside down: below 1 means better than naive.",
                lambda *given: 1 / _mase(*given),
            ),
        ),
    ),
    Exercise(
        id="energy.calendar",
        task="windows that know tomorrow's calendar",
        ability="align what is known in advance with its day",
        minutes=15,
        hint="Beside the consumption of day t stands the calendar of day t + 1: at the "
        "last step that is the day to be forecast.",
        inputs=_calendar,
        outputs=("x",),
        solution=_with_calendar,
        mistakes=(
            Mistake(
                "Beside each day stands its own calendar. The day to be forecast is "
                "the next one, and its calendar is known.",
                lambda *given: _with_calendar(*given, days=0),
            ),
            Mistake(
                "The calendar is shifted the wrong way: beside today stands "
                "yesterday's.",
                lambda consumption, calendar, steps: _with_calendar(
                    consumption, np.roll(calendar, 2, axis=0), steps
                ),
            ),
            Mistake(
                "The columns are in the other order: consumption first, then calendar.",
                lambda *given: np.roll(_with_calendar(*given), -1, axis=2),
            ),
        ),
    ),
    Exercise(
        id="energy.recursive",
        task="several days ahead with a model of one day ahead",
        ability="forecast recursively",
        minutes=10,
        hint="Forecast one day, append it to what is known, move the window on by one.",
        inputs=_linear,
        outputs=("forecasts",),
        solution=_recursive,
        mistakes=(
            Mistake(
                "The window never moves: every day gets the same forecast.",
                lambda *given: _recursive(*given, feed="nothing"),
            ),
            Mistake(
                "The newest value comes last in the window, under the last weight.",
                lambda *given: _recursive(*given, order=-1),
            ),
            Mistake(
                "You append the last known value; append the forecast.",
                lambda *given: _recursive(*given, feed="last"),
            ),
        ),
    ),
    Exercise(
        id="energy.interval",
        task="a mean over five seeds and its 95 % interval",
        ability="say how sure a mean over seeds is",
        minutes=10,
        hint="The spread of the values (with n - 1), over the root of n, times "
        "Student's t for n - 1 degrees of freedom: 2.776 for five values.",
        inputs=_seeds,
        outputs=("mean", "low", "high"),
        solution=_interval,
        mistakes=(
            Mistake(
                "1.96 is for many values. For five, Student's t is 2.776.",
                lambda values: _other_interval(values, 1.959964, 1),
            ),
            Mistake(
                "2.571 is for five degrees of freedom. Five values have n - 1 = 4.",
                lambda values: _other_interval(values, 2.570582, 1),
            ),
            Mistake(
                "The spread of a sample divides by n - 1, not by n.",
                lambda values: _other_interval(values, 2.776445, 0),
            ),
            Mistake(
                "That is how far single seeds lie. A mean of n is surer, by the root "
                "of n.",
                lambda values: _other_interval(values, 2.776445, 1, root=False),
            ),
        ),
        tolerance=1e-4,
    ),
)
