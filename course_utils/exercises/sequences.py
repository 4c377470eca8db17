"""Exercises of the chapter "Sequences": answers and slips."""

from __future__ import annotations

import numpy as np

from course_utils import evaluation, sequences

from .checking import Exercise, Mistake

Generator = np.random.Generator


def _series(generator: Generator) -> tuple:
    return generator.normal(size=30).cumsum(), 7


def _windows(series, steps, last=None):
    found = sequences.make_windows(series, steps)
    return np.array(found.x[:last]), np.array(found.y[:last])


def _two_features(generator: Generator) -> tuple:
    return generator.normal(size=(60, 2)), 6


def _cut(series, length, across=False, target="next"):
    features = series.shape[1]
    x = series.reshape(-1, length, features)
    if across:  # the steps of a sequence lie far apart in the series
        x = series.reshape(length, -1, features).swapaxes(0, 1)
    y = {"next": x[1:, 0], "last": x[:-1, -1], "end": x[1:, -1]}[target]
    return x[:-1], y


def _parts(generator: Generator) -> tuple:
    low, high = generator.normal(size=(40, 3)), generator.normal(size=(20, 3))
    return low * 2 + 1, high * 3 + 5


def _scaled(train, test, known):
    mean, spread = known.mean(axis=0), known.std(axis=0)
    return (train - mean) / spread, (test - mean) / spread


def _one_number(train, test):
    mean, spread = train.mean(), train.std()
    return (train - mean) / spread, (test - mean) / spread


def _errors(series, season, first=None, shift=0):
    first = season if first is None else first
    truth = series[season:]
    naive = evaluation.mae(series[first:], series[first - 1 : -1])
    return naive, evaluation.mae(truth, series[shift : len(truth) + shift])


EXERCISES = (
    Exercise(
        id="sequences.windows",
        task="windows and their targets, from a series",
        ability="cut a series into windows",
        minutes=10,
        hint="Window k holds the values k to k + steps - 1; its target is the value "
        "after them. Count how many fit.",
        inputs=_series,
        outputs=("x", "y"),
        solution=_windows,
        mistakes=(
            Mistake(
                "The last window is missing. A series of n values has n - steps "
                "windows with a target.",
                lambda series, steps: _windows(series, steps, last=-1),
            ),
            Mistake(
                "The target is already in the window: its last value. The model would "
                "learn to copy.",
                lambda series, steps: (
                    _windows(series, steps)[0],
                    _windows(series, steps)[0][:, -1],
                ),
            ),
            Mistake(
                "The target lies one step too far: you skipped the next value.",
                lambda series, steps: (
                    _windows(series, steps)[0][:-1],
                    _windows(series, steps)[1][1:],
                ),
            ),
            Mistake(
                "The axes of features are missing: x is (windows, steps, 1) and y is "
                "(windows, 1).",
                lambda series, steps: tuple(
                    part[..., 0] for part in _windows(series, steps)
                ),
            ),
        ),
    ),
    Exercise(
        id="sequences.block",
        task="a long series cut into sequences that do not overlap",
        ability="build a (batch, steps, features) block",
        minutes=15,
        hint="One sequence after the other, steps in order. The target of a sequence "
        "is the first step of the next one, so the last sequence has none.",
        inputs=_two_features,
        outputs=("x", "y"),
        solution=_cut,
        mistakes=(
            Mistake(
                "Your sequences take every k-th value: the order of the axes in the "
                "reshape is the wrong way round.",
                lambda series, length: _cut(series, length, across=True),
            ),
            Mistake(
                "The target is the last step of the sequence itself. It is known.",
                lambda series, length: _cut(series, length, target="last"),
            ),
            Mistake(
                "The target is the end of the next sequence, not its first step.",
                lambda series, length: _cut(series, length, target="end"),
            ),
        ),
    ),
    Exercise(
        id="sequences.scale",
        task="both parts scaled by what may be known",
        ability="scale without a leak",
        minutes=5,
        hint="Mean and standard deviation of each feature of the training part, used "
        "for both parts.",
        inputs=_parts,
        outputs=("train", "test"),
        solution=lambda train, test: _scaled(train, test, train),
        mistakes=(
            Mistake(
                "The test part has a say in the mean. When the model is used, it is "
                "still in the future.",
                lambda train, test: _scaled(train, test, np.concatenate([train, test])),
            ),
            Mistake(
                "Each part is scaled by itself, so the same number means two things, "
                "and the test part's mean was not known.",
                lambda train, test: (
                    _scaled(train, test, train)[0],
                    _scaled(train, test, test)[1],
                ),
            ),
            Mistake(
                "One mean for all features. Each has its own unit and its own mean.",
                _one_number,
            ),
        ),
    ),
    Exercise(
        id="sequences.baselines",
        task="the errors of two forecasts that cost nothing",
        ability="score baselines on the same targets",
        minutes=10,
        hint="Targets are the values from position `season` on. One forecast is the "
        "value before, the other the value one season before.",
        inputs=_series,
        outputs=("persistence", "seasonal"),
        solution=_errors,
        mistakes=(
            Mistake(
                "Persistence was scored on more targets than the other. A comparison "
                "needs the same ones.",
                lambda series, season: _errors(series, season, first=1),
            ),
            Mistake(
                "The seasonal forecast is one step off: the value `season` steps "
                "before, not `season` - 1.",
                lambda series, season: _errors(series, season, shift=1),
            ),
            Mistake(
                "The two are swapped.",
                lambda series, season: _errors(series, season)[::-1],
            ),
        ),
    ),
)
