"""Bookkeeping that SimpleRNN, LSTM and GRU share: order of time, masks, weights.

Inside the recurrent layers time comes first, (steps, batch, ...), so that what one
step needs lies together in memory. Outside the batch comes first, as in Keras.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._arguments import floats, require_shape, step_mask
from .weights import Seed, glorot_uniform, named_weights, orthogonal


def draw_weights(
    features: int, units: int, gates: int, seed: Seed, dtype: Any
) -> list[np.ndarray]:
    """Draw kernel and recurrent_kernel for `gates` gates of `units` units each."""
    generator = np.random.default_rng(seed)
    return [
        glorot_uniform((features, gates * units), generator, dtype),
        orthogonal((units, gates * units), generator, dtype),
    ]


def take_weights(
    who: str,
    weights: list[np.ndarray],
    units: int,
    gates: int,
    bias_shape: tuple[int, ...] | None,
    dtype: Any,
) -> dict[str, np.ndarray]:
    """Name a list of weights and check their shapes; `bias_shape` None: no bias."""
    names = ["kernel", "recurrent_kernel"] + ["bias"] * (bias_shape is not None)
    parameters = named_weights(who, names, weights, dtype)
    shapes = {
        "kernel": ("features", gates * units),
        "recurrent_kernel": (units, gates * units),
        "bias": bias_shape,
    }
    for name, array in parameters.items():
        require_shape(who, name, array.shape, shapes[name])
    return parameters


def time_first(
    who: str, x: np.ndarray, kernel: np.ndarray, go_backwards: bool
) -> np.ndarray:
    """Check x (batch, steps, features) and return it as (steps, batch, features)."""
    require_shape(who, "x", x.shape, ("batch", "steps", len(kernel)))
    if x.shape[1] == 0:
        raise ValueError(f"{who}: x has 0 steps, expected at least 1; drop it.")
    x = x[:, ::-1] if go_backwards else x
    return x.swapaxes(0, 1).astype(kernel.dtype, order="C")


def real_steps(
    who: str, mask: Any, batch: int, steps: int, go_backwards: bool
) -> np.ndarray | None:
    """Return a mask as booleans (steps, batch, 1), or None where there is none."""
    if mask is None:
        return None
    mask = step_mask(who, mask, batch, steps)
    mask = mask[:, ::-1] if go_backwards else mask
    return mask.T[:, :, None]


def states(
    who: str, given: Any, names: tuple[str, ...], batch: int, units: int, dtype: Any
) -> tuple[np.ndarray, ...]:
    """Return initial (or final) states as a tuple of arrays; zeros for None."""
    if given is None:
        return tuple(np.zeros((batch, units), dtype) for _ in names)
    # One state may come bare or in a list of one, as Keras also allows.
    parts = given if isinstance(given, (tuple, list)) else (given,)
    if len(parts) != len(names):
        raise ValueError(
            f"{who}: {len(parts)} state(s) given, expected {len(names)} "
            f"({', '.join(names)}), each of shape ({batch}, {units})."
        )
    return tuple(
        floats(who, f"state {name}", part, (batch, units), dtype)
        for name, part in zip(names, parts, strict=True)
    )


def advance(
    real: np.ndarray | None, t: int, new: np.ndarray, old: np.ndarray
) -> np.ndarray:
    """Take the new state on real steps and carry the old one over padded ones."""
    return new if real is None else np.where(real[t], new, old)


def split_gradient(
    real: np.ndarray | None, t: int, gradient: np.ndarray
) -> tuple[np.ndarray, np.ndarray | float]:
    """Split a state's gradient: into step t, and past it where it is padded."""
    if real is None:
        return gradient, 0.0
    return gradient * real[t], gradient * ~real[t]


def outputs(
    h: np.ndarray, real: np.ndarray | None, return_sequences: bool
) -> np.ndarray:
    """Turn the states after each step (steps, batch, units) into a layer's output.

    On a padded step the output repeats the one before, which is the state carried
    over; before the first real step there is none, and Keras puts zeros.
    """
    if real is not None:
        h = h * np.logical_or.accumulate(real, axis=0)
    return h.swapaxes(0, 1).copy() if return_sequences else h[-1].copy()


def outputs_backward(
    who: str,
    gradient: np.ndarray,
    h: np.ndarray,
    real: np.ndarray | None,
    return_sequences: bool,
) -> np.ndarray:
    """Turn the gradient of the output into that of every state, (steps, ...)."""
    steps, batch, units = h.shape
    expected = (batch, steps, units) if return_sequences else (batch, units)
    gradient = floats(who, "gradient", gradient, expected, h.dtype)
    if return_sequences:
        h_gradients = gradient.swapaxes(0, 1).copy()
    else:
        h_gradients = np.zeros_like(h)
        h_gradients[-1] = gradient
    if real is not None:
        h_gradients *= np.logical_or.accumulate(real, axis=0)
    return h_gradients  # (steps, batch, units)


def project(x: np.ndarray, kernel: np.ndarray, bias: np.ndarray | None) -> np.ndarray:
    """Compute ``x @ W + b`` for all steps at once: one large product is fast."""
    projected = x.reshape(-1, len(kernel)) @ kernel
    if bias is not None:
        projected += bias
    return projected.reshape(*x.shape[:-1], kernel.shape[1])


def summed_outer(rows: np.ndarray, gradients: np.ndarray) -> np.ndarray:
    """Sum ``rows^T @ gradients`` over all steps and the batch, in one product."""
    return rows.reshape(-1, rows.shape[-1]).T @ gradients.reshape(
        -1, gradients.shape[-1]
    )


def input_gradient(
    gates_gradient: np.ndarray, kernel: np.ndarray, go_backwards: bool
) -> np.ndarray:
    """Return the gradient of x, (batch, steps, features), from that of the gates."""
    steps, batch, _ = gates_gradient.shape
    x_gradient = gates_gradient.reshape(steps * batch, -1) @ kernel.T
    x_gradient = x_gradient.reshape(steps, batch, -1).swapaxes(0, 1)
    return (x_gradient[:, ::-1] if go_backwards else x_gradient).copy()
