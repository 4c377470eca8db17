"""How wrong a forecast is, how sure we are, and whether one is better than another.

Errors come from arrays of the same shape; differences between two forecasts come
with an interval, because a single number hides how much of it is luck.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

__all__ = [
    "Comparison",
    "Interval",
    "bits_per_symbol",
    "compare",
    "interval",
    "mae",
    "mape",
    "mase",
    "rmse",
]


def _pair(truth: ArrayLike, forecast: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    truth = np.asarray(truth, dtype=float)
    forecast = np.asarray(forecast, dtype=float)
    if truth.shape != forecast.shape:
        raise ValueError(
            f"The truth has shape {truth.shape} and the forecast {forecast.shape}; "
            "both must have the same, or NumPy would compare each with all."
        )
    if truth.size == 0:
        raise ValueError("There is nothing to compare: truth and forecast are empty.")
    if np.isnan(truth).any() or np.isnan(forecast).any():
        raise ValueError("The truth or the forecast holds missing values (NaN).")
    return truth, forecast


def mae(truth: ArrayLike, forecast: ArrayLike) -> float:
    """Mean absolute error, in the unit of the data.

    Parameters
    ----------
    truth, forecast
        Arrays of one shape.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If the shapes differ, the arrays are empty or hold NaN.

    Examples
    --------
    >>> mae([1, 2, 3], [1, 4, 3])
    0.6666666666666666
    """
    truth, forecast = _pair(truth, forecast)
    return float(np.abs(truth - forecast).mean())


def rmse(truth: ArrayLike, forecast: ArrayLike) -> float:
    """Root mean squared error, in the unit of the data; large misses weigh more.

    Parameters, errors: as `mae`.

    Examples
    --------
    >>> rmse([0, 0], [3, 4])
    3.5355339059327378
    """
    truth, forecast = _pair(truth, forecast)
    return float(np.sqrt(np.square(truth - forecast).mean()))


def mape(truth: ArrayLike, forecast: ArrayLike) -> float:
    """Mean absolute percentage error, in percent of the true value.

    Parameters, errors: as `mae`; also a ValueError where the truth is 0, since a
    percentage of nothing is not defined.

    Examples
    --------
    >>> round(mape([100, 200], [110, 190]), 6)
    7.5
    """
    truth, forecast = _pair(truth, forecast)
    if (truth == 0).any():
        raise ValueError("MAPE is not defined where the truth is 0.")
    return float(100 * np.abs((truth - forecast) / truth).mean())


def mase(
    truth: ArrayLike, forecast: ArrayLike, train: ArrayLike, season: int = 1
) -> float:
    """Mean absolute scaled error: against the seasonal naive forecast on ``train``.

    Below 1: better than repeating the value of one season ago was, on average, in
    the training part.

    Parameters
    ----------
    truth, forecast
        Arrays of one shape.
    train
        The training series, shape ``(n,)``, oldest first.
    season
        Steps in a season, 1 for persistence.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        As `mae`; also if the training series is no longer than a season, or
        constant from season to season.

    References
    ----------
    Hyndman and Koehler, "Another look at measures of forecast accuracy",
    International Journal of Forecasting 22 (2006).

    Examples
    --------
    >>> mase([5, 6], [5, 7], train=[1, 2, 3, 4])
    0.5
    """
    train = np.asarray(train, dtype=float)
    if train.ndim != 1 or not 1 <= season < len(train):
        raise ValueError(
            f"A season of {season} steps needs a one-dimensional training series "
            f"that is longer, got shape {train.shape}."
        )
    scale = np.abs(train[season:] - train[:-season]).mean()
    if not scale > 0:
        raise ValueError("The training series repeats exactly, or holds NaN.")
    return mae(truth, forecast) / float(scale)


def bits_per_symbol(nats: float) -> float:
    """Convert a cross-entropy from nats to bits.

    Examples
    --------
    >>> round(bits_per_symbol(1.0), 4)
    1.4427
    """
    return float(nats / np.log(2))


@dataclass(frozen=True)
class Interval:
    """A mean and the interval around it.

    Attributes
    ----------
    mean
        In the unit of the values.
    low
        In the unit of the values.
    high
        In the unit of the values.
    count
        How many values it comes from.
    """

    mean: float
    low: float
    high: float
    count: int

    def __str__(self) -> str:
        """Show the mean, give or take half the interval."""
        return f"{self.mean:.4g} ± {(self.high - self.low) / 2:.2g}"


def interval(values: ArrayLike, confidence: float = 0.95) -> Interval:
    """Interval of a mean over seeds, by Student's t.

    Parameters
    ----------
    values
        One result a seed, shape ``(n,)``, at least 2.
    confidence
        Between 0 and 1.

    Returns
    -------
    Interval

    Raises
    ------
    ValueError
        If there are fewer than 2 values, NaN among them, or the confidence is out
        of range.

    Examples
    --------
    >>> found = interval([1.0, 2.0, 3.0])
    >>> round(found.low, 3), found.mean, round(found.high, 3)
    (-0.484, 2.0, 4.484)
    """
    values = np.asarray(values, dtype=float)
    if values.ndim != 1 or len(values) < 2 or np.isnan(values).any():
        raise ValueError(
            "An interval needs at least 2 values, none missing, in one dimension; "
            f"got shape {values.shape}."
        )
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, got {confidence}.")
    mean, error = values.mean(), stats.sem(values)
    half = stats.t.ppf((1 + confidence) / 2, len(values) - 1) * error
    return Interval(float(mean), float(mean - half), float(mean + half), len(values))


@dataclass(frozen=True)
class Comparison:
    """Difference between two forecasts' mean errors, with its interval.

    Attributes
    ----------
    difference
        Mean of ``errors_a`` minus mean of ``errors_b``: negative means that the
        first forecast errs less.
    low
        Interval of the difference.
    high
        Interval of the difference.
    decided
        Whether the interval leaves out 0.
    """

    difference: float
    low: float
    high: float

    @property
    def decided(self) -> bool:
        """Whether one of the two is better beyond doubt, at this confidence."""
        return not self.low <= 0 <= self.high


def compare(
    errors_a: ArrayLike,
    errors_b: ArrayLike,
    block: int,
    *,
    confidence: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Comparison:
    """Compare two forecasts of the same targets by a moving-block bootstrap.

    The errors of neighbouring days are alike, so days are not drawn one by one but
    in blocks of neighbours; and both forecasts are drawn together, so that a hard
    day counts for both.

    Parameters
    ----------
    errors_a, errors_b
        Losses on the same targets in time order (absolute or squared errors),
        shape ``(n,)``.
    block
        Length of a block in steps: about as far as errors depend on each other.
    confidence, resamples, seed
        Of the interval, the bootstrap and its random numbers.

    Returns
    -------
    Comparison

    Raises
    ------
    ValueError
        If the shapes differ or the block does not fit in the series.

    References
    ----------
    Kuensch, "The jackknife and the bootstrap for general stationary observations",
    Annals of Statistics 17 (1989).

    Examples
    --------
    >>> compare([1.0, 2.0, 1.0, 2.0], [3.0, 4.0, 3.0, 4.0], block=2).difference
    -2.0
    """
    first, second = _pair(errors_a, errors_b)
    if first.ndim != 1 or not 1 <= block <= len(first):
        raise ValueError(
            f"Blocks of {block} steps need one-dimensional errors at least as long, "
            f"got shape {first.shape}."
        )
    gaps = first - second
    means = _block_means(gaps, block, resamples, np.random.default_rng(seed))
    tail = (1 - confidence) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return Comparison(float(gaps.mean()), float(low), float(high))


def _block_means(
    values: np.ndarray, block: int, resamples: int, generator: np.random.Generator
) -> np.ndarray:
    n = len(values)
    blocks = np.lib.stride_tricks.sliding_window_view(values, block)
    count = -(-n // block)  # enough blocks to cover the series
    starts = generator.integers(0, len(blocks), size=(resamples, count))
    drawn = blocks[starts].reshape(resamples, -1)[:, :n]
    return drawn.mean(axis=1)
