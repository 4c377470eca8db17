"""Initial weights, and the step from a list of weights to named parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ._arguments import floats

Seed = int | np.random.Generator


def glorot_uniform(
    shape: tuple[int, ...], generator: np.random.Generator, dtype: Any = np.float32
) -> np.ndarray:
    """Draw a kernel whose outputs vary about as much as its inputs.

    Uniform between -limit and limit, ``limit = sqrt(6 / (inputs + outputs))``, where
    a kernel of shape (kernel_size, features, units) counts each tap as an input of
    its own.

    Parameters
    ----------
    shape : tuple of int
        Shape of the kernel, outputs last.
    generator : numpy.random.Generator
        Source of the random numbers.
    dtype : dtype
        Type of the result.

    Returns
    -------
    ndarray
        The kernel.

    References
    ----------
    X. Glorot and Y. Bengio, "Understanding the difficulty of training deep
    feedforward neural networks", AISTATS 2010.

    Examples
    --------
    >>> glorot_uniform((3, 2), np.random.default_rng(0)).shape
    (3, 2)
    """
    taps = int(np.prod(shape[:-2]))
    limit = np.sqrt(6 / (taps * (shape[-2] + shape[-1])))
    return generator.uniform(-limit, limit, shape).astype(dtype)


def orthogonal(
    shape: tuple[int, int], generator: np.random.Generator, dtype: Any = np.float32
) -> np.ndarray:
    """Draw a recurrent kernel that neither stretches nor shrinks a state.

    The rows (or the columns, whichever are fewer) have length 1 and are at right
    angles to each other, so that the first steps through time keep the length of the
    gradient.

    Parameters
    ----------
    shape : tuple of int
        (rows, columns).
    generator : numpy.random.Generator
        Source of the random numbers.
    dtype : dtype
        Type of the result.

    Returns
    -------
    ndarray
        The kernel.

    References
    ----------
    A. Saxe, J. McClelland and S. Ganguli, "Exact solutions to the nonlinear
    dynamics of learning in deep linear neural networks", ICLR 2014.

    Examples
    --------
    >>> kernel = orthogonal((2, 6), np.random.default_rng(0), np.float64)
    >>> np.allclose(kernel @ kernel.T, np.eye(2))
    True
    """
    rows, columns = shape
    tall = generator.normal(size=(max(shape), min(shape)))
    q, r = np.linalg.qr(tall)
    # QR prefers some signs; multiplying by those of the diagonal makes every
    # orthogonal matrix equally likely.
    q = q * np.sign(np.diag(r))
    return (q if rows >= columns else q.T).astype(dtype)


def named_weights(
    who: str, names: Sequence[str], weights: Sequence[Any], dtype: Any
) -> dict[str, np.ndarray]:
    """Copy a list of weights into a dictionary, in Keras' order.

    The type is `dtype`, or that of the first weight where `dtype` is None.
    """
    if len(weights) != len(names):
        raise ValueError(
            f"{who}: set_weights got {len(weights)} arrays, expected {len(names)} "
            f"({', '.join(names)}); check use_bias and the kind of layer."
        )
    dtype = dtype or np.asarray(weights[0]).dtype
    return {
        name: floats(who, name, weight, dtype=dtype).copy()
        for name, weight in zip(names, weights, strict=True)
    }
