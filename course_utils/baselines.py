"""The forecasts that a network has to beat.

For series: persistence, seasonal naive, linear autoregression. For text: n-gram
counts with Witten-Bell smoothing. Each is a few lines, fast, and hard to beat more
often than one expects.
"""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["Autoregression", "NGram", "persistence", "seasonal_naive"]


def persistence(x: np.ndarray, horizon: int | None = None) -> np.ndarray:
    """Forecast that tomorrow is like today.

    Parameters
    ----------
    x
        Input windows, shape ``(windows, steps, features)``.
    horizon
        ``None`` for the next step, h for the next h steps.

    Returns
    -------
    numpy.ndarray
        The last value of each window, shape ``(windows, features)``, or repeated:
        ``(windows, horizon, features)``.

    Raises
    ------
    ValueError
        If the windows have another number of dimensions.

    Examples
    --------
    >>> from course_utils import sequences
    >>> windows = sequences.make_windows(np.array([1, 2, 4, 8]), steps=2)
    >>> persistence(windows.x)[:, 0].tolist()
    [2, 4]
    """
    return seasonal_naive(x, season=1, horizon=horizon)


def seasonal_naive(
    x: np.ndarray, season: int, horizon: int | None = None
) -> np.ndarray:
    """Forecast that the next step is like the one a season before it.

    Parameters
    ----------
    x
        Input windows, shape ``(windows, steps, features)``.
    season
        Steps in a season: 7 for daily data with a weekly rhythm. At most the
        window's steps.
    horizon
        ``None`` for the next step, h for the next h steps; beyond one season the
        last known season is repeated.

    Returns
    -------
    numpy.ndarray
        Shape ``(windows, features)``, or ``(windows, horizon, features)``.

    Raises
    ------
    ValueError
        If the season does not fit into the window.

    Examples
    --------
    >>> from course_utils import sequences
    >>> windows = sequences.make_windows(np.array([1, 2, 1, 2, 1]), steps=2)
    >>> seasonal_naive(windows.x, season=2)[:, 0].tolist()
    [1, 2, 1]
    """
    x = np.asarray(x)
    if x.ndim != 3 or not 1 <= season <= x.shape[1]:
        raise ValueError(
            f"A season of {season} steps needs windows of shape (windows, steps, "
            f"features) with at least as many steps, got {x.shape}."
        )
    ahead = np.arange(1 if horizon is None else horizon)
    forecast = x[:, x.shape[1] - season + ahead % season]  # (windows, ahead, features)
    return forecast[:, 0] if horizon is None else forecast


class Autoregression:
    """Linear (ridge) regression of the next value on the window before it.

    Parameters
    ----------
    alpha
        Strength of the ridge penalty; 0 is ordinary least squares.

    References
    ----------
    Yule, "On a method of investigating periodicities in disturbed series",
    Philosophical Transactions of the Royal Society A 226 (1927).

    Examples
    --------
    >>> from course_utils import sequences
    >>> wave = np.sin(np.arange(50) * np.pi / 10)
    >>> windows = sequences.make_windows(wave, steps=2)
    >>> model = Autoregression().fit(windows.x, windows.y)
    >>> model.coefficients.round(3).tolist()  # x_t+1 = 2 cos(w) x_t - x_t-1
    [[-1.0, 1.902]]
    """

    def __init__(self, alpha: float = 0.0) -> None:
        from sklearn import linear_model

        if alpha < 0:
            raise ValueError(f"alpha must not be negative, got {alpha}.")
        plain = linear_model.LinearRegression()
        self._model = linear_model.Ridge(alpha) if alpha else plain

    def fit(self, x: np.ndarray, y: np.ndarray) -> Autoregression:
        """Fit the weights.

        Parameters
        ----------
        x
            Windows, shape ``(windows, steps, features)``.
        y
            Targets, shape ``(windows, ...)``; all but the first axis are flattened.
        """
        self._target_shape = np.shape(y)[1:]
        self._model.fit(_flat(x), _flat(y))
        return self

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Forecast; the result has the shape that the targets had in `fit`."""
        if not hasattr(self, "_target_shape"):
            raise RuntimeError("Call fit before predict.")
        return self._model.predict(_flat(x)).reshape(len(x), *self._target_shape)

    @property
    def coefficients(self) -> np.ndarray:
        """Weights of the flattened window, oldest step first."""
        return np.atleast_2d(self._model.coef_)


def _flat(values: np.ndarray) -> np.ndarray:
    return np.asarray(values).reshape(len(values), -1)


class NGram:
    """Count model of text: the next symbol given the ``order - 1`` before it.

    The probabilities of Witten and Bell: a context that was followed by many
    different symbols passes more of its probability down to the next shorter
    context; the shortest passes to a uniform distribution, so that no symbol is
    impossible.

    Parameters
    ----------
    order
        1 is the unigram, which ignores the context.
    symbols
        Size of the vocabulary; the codes run from 0 to ``symbols - 1``.

    Raises
    ------
    ValueError
        If one of them is below 1.

    References
    ----------
    Witten and Bell, "The zero-frequency problem", IEEE Transactions on Information
    Theory 37 (1991).

    Examples
    --------
    >>> model = NGram(order=2, symbols=2).fit([0, 1, 0, 1, 0, 1])
    >>> model.probabilities([0]).round(3).tolist()
    [0.125, 0.875]
    """

    def __init__(self, order: int, symbols: int) -> None:
        if order < 1 or symbols < 1:
            raise ValueError(
                f"order and symbols must be at least 1, got {order} and {symbols}."
            )
        self.order = order
        self.symbols = symbols
        self._counts: list[dict[tuple[int, ...], Counter]] = []

    def fit(self, codes: ArrayLike) -> NGram:
        """Count which symbol follows which context, for every context length.

        Parameters
        ----------
        codes
            Integers of shape ``(n,)``.
        """
        codes = self._checked(codes)
        self._counts = []
        for length in range(self.order):
            table: dict[tuple[int, ...], Counter] = defaultdict(Counter)
            shifted = [codes[start:] for start in range(length + 1)]
            for *context, symbol in zip(*shifted, strict=False):
                table[tuple(context)][symbol] += 1
            self._counts.append(dict(table))
        return self

    def probabilities(self, context: ArrayLike) -> np.ndarray:
        """Distribution of the next symbol.

        Parameters
        ----------
        context
            Codes of the symbols before it, the latest last; a longer context than
            the order can use is cut.

        Returns
        -------
        numpy.ndarray
            Shape ``(symbols,)``, summing to 1.
        """
        context = tuple(self._checked(context))
        estimate = np.full(self.symbols, 1 / self.symbols)
        for length in range(min(self.order - 1, len(context)) + 1):
            seen = self._table(length).get(context[len(context) - length :])
            if seen is None:
                break  # nor does any longer context occur
            counts = np.zeros(self.symbols)
            counts[list(seen)] = list(seen.values())
            kinds = len(seen)  # how many different symbols followed
            estimate = (counts + kinds * estimate) / (counts.sum() + kinds)
        return estimate

    def cross_entropy(self, codes: ArrayLike, context: ArrayLike = ()) -> float:
        """Mean surprise at a text, in nats a symbol.

        Parameters
        ----------
        codes
            The text to score, integers of shape ``(n,)``.
        context
            What came before its first symbol.

        Returns
        -------
        float
        """
        before = self._checked(context)
        codes = [*before, *self._checked(codes)]
        total = 0.0
        for position in range(len(before), len(codes)):
            start = max(0, position - self.order + 1)
            total -= np.log(self._chance(tuple(codes[start:position]), codes[position]))
        return total / (len(codes) - len(before))

    def _chance(self, context: tuple[int, ...], symbol: int) -> float:
        # The same recursion as in `probabilities`, for one symbol only: scoring a
        # text of 100,000 characters needs no full distributions.
        chance = 1 / self.symbols
        for length in range(len(context) + 1):
            seen = self._table(length).get(context[len(context) - length :])
            if seen is None:
                break
            kinds = len(seen)
            chance = (seen[symbol] + kinds * chance) / (seen.total() + kinds)
        return chance

    def _table(self, length: int) -> dict[tuple[int, ...], Counter]:
        if not self._counts:
            raise RuntimeError("Call fit before asking for probabilities.")
        return self._counts[length]

    def _checked(self, codes: ArrayLike) -> list[int]:
        codes = np.asarray(codes, dtype=np.int64)
        if codes.ndim != 1:
            raise ValueError(f"Codes have shape (n,), got {codes.shape}.")
        if codes.size and not (0 <= codes.min() and codes.max() < self.symbols):
            raise ValueError(
                f"Codes must lie in 0 .. {self.symbols - 1}, got "
                f"{codes.min()} .. {codes.max()}."
            )
        return codes.tolist()
