"""Check what a caller hands in, and say in one sentence what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np


def shape_matches(shape: Sequence[int], expected: Sequence[int | str]) -> bool:
    """Say whether a shape fits, where a name such as ``"batch"`` fits any length."""
    return len(shape) == len(expected) and all(
        isinstance(want, str) or got == want
        for got, want in zip(shape, expected, strict=True)
    )


def shown_shape(expected: Sequence[int | str]) -> str:
    """Write an expected shape the way a reader says it: ``(batch, steps, 3)``."""
    inside = ", ".join(str(length) for length in expected)
    return f"({inside},)" if len(expected) == 1 else f"({inside})"


def require_shape(
    who: str, what: str, shape: Sequence[int], expected: Sequence[int | str]
) -> None:
    """Raise ValueError unless `shape` fits `expected`."""
    if not shape_matches(shape, expected):
        raise ValueError(
            f"{who}: {what} has shape {tuple(shape)}, expected "
            f"{shown_shape(expected)}; reshape it, or check which axis is which."
        )


def require_finite(who: str, what: str, array: np.ndarray) -> None:
    """Raise ValueError, naming the first place, if NaN or infinity is inside."""
    finite = np.isfinite(array)
    if not finite.all():
        place = tuple(int(i) for i in np.argwhere(~finite)[0])
        raise ValueError(
            f"{who}: {what} holds {array[place]} at index {place}, expected finite "
            "numbers; clean the data, or lower the learning rate if it appeared in "
            "training."
        )


def floats(
    who: str,
    what: str,
    value: Any,
    expected: Sequence[int | str] | None = None,
    dtype: Any = None,
) -> np.ndarray:
    """Return `value` as a finite floating-point array of the expected shape.

    Parameters
    ----------
    who, what : str
        The layer or function, and the argument, as the error message names them.
    value : array_like
        What the caller gave.
    expected : sequence of int or str, optional
        The shape; a name fits any length. None accepts every shape.
    dtype : dtype, optional
        The type of the result; None keeps the type of `value`.

    Returns
    -------
    ndarray
        `value` itself where nothing had to change.
    """
    array = np.asarray(value)
    if array.dtype.kind != "f":
        raise TypeError(
            f"{who}: {what} has dtype {array.dtype}, expected floating-point numbers; "
            f"convert it first, for example with {what}.astype('float32')."
        )
    if expected is not None:
        require_shape(who, what, array.shape, expected)
    require_finite(who, what, array)
    return array.astype(dtype or array.dtype, copy=False)


def integers(who: str, what: str, value: Any, upper: int) -> np.ndarray:
    """Return `value` as an array of whole numbers from 0 to ``upper - 1``."""
    array = np.asarray(value)
    if array.dtype.kind not in "iu":
        raise TypeError(
            f"{who}: {what} has dtype {array.dtype}, expected integers; "
            f"convert it first, for example with {what}.astype('int64')."
        )
    if array.size and (array.min() < 0 or array.max() >= upper):
        raise ValueError(
            f"{who}: {what} reaches from {array.min()} to {array.max()}, expected "
            f"integers from 0 to {upper - 1}; check the vocabulary or the number of "
            "classes."
        )
    return array


def step_mask(who: str, mask: Any, batch: int, steps: int) -> np.ndarray:
    """Return a mask as booleans of shape (batch, steps); True marks a real step."""
    array = np.asarray(mask)
    if array.dtype.kind not in "biu":
        raise TypeError(
            f"{who}: mask has dtype {array.dtype}, expected booleans (True: a real "
            "step, False: padding); compare first, for example codes != 0."
        )
    require_shape(who, "mask", array.shape, (batch, steps))
    return array.astype(bool)


def positive_integer(who: str, what: str, value: Any) -> int:
    """Return `value` as an int, or raise ValueError unless it is 1, 2, 3, ..."""
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not whole or value < 1:
        raise ValueError(f"{who}: {what} is {value!r}, expected a whole number from 1.")
    return int(value)


def one_of(who: str, what: str, value: Any, choices: Sequence[str]) -> Any:
    """Return `value`, or raise ValueError unless it is one of the choices."""
    if value not in choices:
        raise ValueError(
            f"{who}: {what} is {value!r}, expected one of {', '.join(choices)}."
        )
    return value


def require_forward(who: str, trace: Any) -> None:
    """Raise RuntimeError where there is no forward pass to go back through."""
    if trace is None:
        raise RuntimeError(
            f"{who}: backward was called before forward, but it needs the values of a "
            "forward pass; call forward(x) first."
        )


def float_type(who: str, dtype: Any) -> np.dtype | None:
    """Return float32 or float64 as a NumPy type, and None as it is."""
    if dtype is None:
        return None
    if np.dtype(dtype) not in (np.dtype(np.float32), np.dtype(np.float64)):
        raise TypeError(f"{who}: dtype is {dtype!r}, expected float32 or float64.")
    return np.dtype(dtype)
