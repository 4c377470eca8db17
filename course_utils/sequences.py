"""From a series to windows, from windows to time-ordered parts, from text to codes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

__all__ = [
    "Vocabulary",
    "Windows",
    "batches",
    "make_windows",
    "split_by_target",
]


@dataclass(frozen=True)
class Windows:
    """Input windows, their targets, and when each first target happens.

    Attributes
    ----------
    x
        Inputs, shape ``(windows, steps, features)``, a view of the series.
    y
        Targets: ``(windows, features)`` for the next step, or
        ``(windows, horizon, features)``.
    index
        Date (or position, for an array) of the first target, shape ``(windows,)``.
    """

    x: np.ndarray
    y: np.ndarray
    index: pd.Index

    def __len__(self) -> int:
        """Return the number of windows."""
        return len(self.x)

    def __getitem__(self, part: slice | np.ndarray) -> Windows:
        """Return some of the windows: a slice or a Boolean mask."""
        return Windows(self.x[part], self.y[part], self.index[part])


def make_windows(
    series: np.ndarray | pd.Series | pd.DataFrame,
    steps: int,
    horizon: int | None = None,
    stride: int = 1,
) -> Windows:
    """Cut a series into overlapping input windows and the values that follow them.

    Parameters
    ----------
    series
        Shape ``(n,)`` or ``(n, features)``, oldest first.
    steps
        Length of an input window, at least 1.
    horizon
        ``None``: the target is the next step. An integer h: the next h steps.
    stride
        Steps between the starts of neighbouring windows, at least 1.

    Returns
    -------
    Windows
        ``x`` of shape ``(m, steps, features)`` is a view, not a copy; ``y`` has
        shape ``(m, features)``, or ``(m, horizon, features)``.

    Raises
    ------
    ValueError
        If the series is too short for one window, or a length is below 1.

    Examples
    --------
    >>> windows = make_windows(np.arange(5), steps=3)
    >>> windows.x[:, :, 0].tolist(), windows.y[:, 0].tolist()
    ([[0, 1, 2], [1, 2, 3]], [3, 4])
    """
    values = _as_columns(series)
    ahead = 1 if horizon is None else horizon
    _check_lengths(len(values), steps, ahead, stride)
    span = np.lib.stride_tricks.sliding_window_view(values, steps + ahead, axis=0)
    span = span[::stride].transpose(0, 2, 1)  # (m, steps + ahead, features)
    x, y = span[:, :steps], span[:, steps:]
    if horizon is None:
        y = y[:, 0]  # (m, features)
    index = _index_of(series)[steps : len(values) - ahead + 1 : stride]
    return Windows(x, y, index)


def _as_columns(series: np.ndarray | pd.Series | pd.DataFrame) -> np.ndarray:
    values = np.asarray(series)
    if values.ndim not in (1, 2):
        raise ValueError(
            "A series has shape (n,) or (n, features); "
            f"got an array of shape {values.shape}."
        )
    return values[:, None] if values.ndim == 1 else values


def _index_of(series: np.ndarray | pd.Series | pd.DataFrame) -> pd.Index:
    if isinstance(series, (pd.Series, pd.DataFrame)):
        return series.index
    return pd.RangeIndex(len(series))


def _check_lengths(n: int, steps: int, ahead: int, stride: int) -> None:
    for name, value in (("steps", steps), ("horizon", ahead), ("stride", stride)):
        if value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}.")
    if n < steps + ahead:
        raise ValueError(
            f"A window of {steps} steps and {ahead} after it needs a series of at "
            f"least {steps + ahead} values, got {n}."
        )


def split_by_target(windows: Windows, *boundaries: object) -> tuple[Windows, ...]:
    """Split windows in time order, by when what they forecast happens.

    A boundary opens the next part: with boundaries ``"2015"`` and ``"2016"`` the
    second part forecasts the days of 2015 and no other. A window may look back over
    its boundary, into days that are known by then, so that every day of each part
    is forecast. Where a target spans several steps, windows whose targets cross a
    boundary belong to no part: they would put a later part's values into the
    training targets of an earlier one.

    Parameters
    ----------
    windows
        From `make_windows`.
    *boundaries
        Increasing dates (anything pandas reads as one) or positions.

    Returns
    -------
    tuple of Windows
        One more part than there are boundaries.

    Raises
    ------
    ValueError
        If the boundaries do not increase, or a part has no window.

    Examples
    --------
    >>> parts = split_by_target(make_windows(np.arange(10), steps=3), 6, 8)
    >>> [part.index.tolist() for part in parts]
    [[3, 4, 5], [6, 7], [8, 9]]
    """
    edges = [_as_boundary(boundary, windows.index) for boundary in boundaries]
    if any(later <= earlier for earlier, later in zip(edges, edges[1:], strict=False)):
        raise ValueError(f"Boundaries must increase, got {boundaries}.")
    first, last = windows.index, _last_target(windows)
    parts = []
    for number in range(len(edges) + 1):
        inside = np.ones(len(windows), dtype=bool)
        if number > 0:
            inside &= first >= edges[number - 1]
        if number < len(edges):
            inside &= last < edges[number]
        if not inside.any():
            raise ValueError(
                f"Part {number} of the split at {boundaries} has no window; the "
                f"targets run from {first[0]} to {last[-1]}."
            )
        # A slice keeps x a view; a Boolean mask would copy it.
        start, stop = np.flatnonzero(inside)[[0, -1]]
        parts.append(windows[slice(start, stop + 1)])
    return tuple(parts)


def _as_boundary(boundary: object, index: pd.Index) -> object:
    return pd.Timestamp(boundary) if isinstance(index, pd.DatetimeIndex) else boundary


def _last_target(windows: Windows) -> pd.Index:
    ahead = windows.y.shape[1] if windows.y.ndim == 3 else 1
    if ahead == 1:
        return windows.index
    if isinstance(windows.index, pd.DatetimeIndex):
        step = windows.index.freq or pd.infer_freq(windows.index)
        if step is None:
            raise ValueError("The dates of the windows have no regular step.")
        return windows.index + (ahead - 1) * pd.tseries.frequencies.to_offset(step)
    return windows.index + ahead - 1


class Vocabulary:
    """A two-way table between symbols (characters, words) and whole numbers.

    Parameters
    ----------
    symbols
        The distinct symbols; the code of each is its place.

    Raises
    ------
    ValueError
        If a symbol occurs twice.

    Examples
    --------
    >>> vocabulary = Vocabulary.of("banana")
    >>> vocabulary.encode("nab").tolist(), "".join(vocabulary.decode([1, 0, 2]))
    ([2, 0, 1], 'ban')
    """

    def __init__(self, symbols: Iterable[str]) -> None:
        self.symbols = list(symbols)
        self.codes = {symbol: code for code, symbol in enumerate(self.symbols)}
        if len(self.codes) != len(self.symbols):
            raise ValueError("The symbols of a vocabulary must all differ.")

    @classmethod
    def of(cls, text: Iterable[str]) -> Vocabulary:
        """Collect the distinct symbols of a text, in sorted order."""
        return cls(sorted(set(text)))

    def __len__(self) -> int:
        """Return the number of symbols."""
        return len(self.symbols)

    def encode(self, text: Iterable[str]) -> np.ndarray:
        """Turn symbols into codes, int32 of shape ``(length,)``.

        Raises
        ------
        KeyError
            If a symbol is not in the vocabulary; it is named.
        """
        try:
            return np.array([self.codes[symbol] for symbol in text], dtype=np.int32)
        except KeyError as error:
            raise KeyError(
                f"{error.args[0]!r} is not one of the {len(self)} symbols of this "
                "vocabulary."
            ) from None

    def decode(self, codes: Iterable[int]) -> list[str]:
        """Turn codes back into symbols."""
        return [self.symbols[int(code)] for code in codes]


def batches(
    *arrays: np.ndarray,
    batch_size: int,
    seed: int | None = None,
    drop_last: bool = False,
) -> Iterator[tuple[np.ndarray, ...]]:
    """Run once through arrays of equal length, a batch at a time.

    Parameters
    ----------
    *arrays
        Each of shape ``(n, ...)``.
    batch_size
        Examples a batch.
    seed
        ``None`` keeps the order; a number shuffles with it.
    drop_last
        Leave out a last batch that is not full.

    Yields
    ------
    tuple of numpy.ndarray
        One batch of each array, shape ``(batch, ...)``.

    Raises
    ------
    ValueError
        If the arrays differ in length, or the batch size is below 1.

    Examples
    --------
    >>> [batch.tolist() for (batch,) in batches(np.arange(5), batch_size=2)]
    [[0, 1], [2, 3], [4]]
    """
    lengths = {len(array) for array in arrays}
    if len(lengths) != 1:
        raise ValueError(f"The arrays differ in length: {sorted(lengths)}.")
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, got {batch_size}.")
    n = lengths.pop()
    order = np.arange(n) if seed is None else np.random.default_rng(seed).permutation(n)
    stop = n - n % batch_size if drop_last else n
    for start in range(0, stop, batch_size):
        chosen = order[start : min(start + batch_size, stop)]
        yield tuple(array[chosen] for array in arrays)
