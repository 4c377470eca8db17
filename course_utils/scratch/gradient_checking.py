"""Check a backward pass against differences of the forward pass."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

# The error of a central difference has two parts: cutting off the series costs about
# step ** 2, and rounding costs about machine epsilon / step. Their sum is least where
# step is near the cube root of machine epsilon: 6e-6 in float64.
STEP = float(np.cbrt(np.finfo(np.float64).eps))

# Rounding makes a difference uncertain by about machine epsilon / STEP = 4e-11 of the
# output's size. A gradient that is a million times larger than that can be checked to
# a relative 1e-6; one that is smaller is compared with this floor in place of itself.
SMALLEST = 1e6 * float(np.finfo(np.float64).eps) / STEP


def gradient_check(layer: Any, x: np.ndarray, seed: int = 0, **forward: Any) -> float:
    """Compare a layer's gradients with central differences, in float64.

    The loss is the sum of the output's elements, each times a random number. Every
    element of x (if it holds floats), of the parameters and of a given initial state
    is moved by ``+-STEP * max(1, |value|)``, and the change of the loss is compared
    with what `backward` says. The layer itself is not touched: a float64 copy of it
    is checked.

    Parameters
    ----------
    layer : layer or Network
        With or without weights; without, they are drawn.
    x : ndarray
        Input, small: it takes two forward passes for every number.
    seed : int
        For the random numbers in the loss.
    **forward
        Further arguments of `forward`, such as ``mask`` or ``initial_state``.

    Returns
    -------
    float
        The largest relative error over all arrays, where that of one array is
        ``max |backward - difference| / max(|backward|, |difference|)``. A right
        backward pass gives 1e-9 or so, a wrong one 1e-3 or more. Within `STEP` of a
        kink (relu at 0) the difference itself is wrong.

    Raises
    ------
    TypeError, ValueError
        If the layer does not accept x.

    Examples
    --------
    >>> from course_utils.scratch import LSTM
    >>> x = np.random.default_rng(0).normal(size=(2, 4, 3))
    >>> gradient_check(LSTM(3), x) < 1e-6
    True
    """
    layer = _float64_copy(layer, x, forward)
    x = np.array(x)
    varied = dict(layer.parameters)
    if x.dtype.kind == "f":
        x = varied["x"] = x.astype(np.float64)
    initial = forward.get("initial_state")
    if initial is not None:
        parts = initial if isinstance(initial, (tuple, list)) else (initial,)
        states = [np.array(part, np.float64) for part in parts]
        forward["initial_state"] = states
        varied |= {f"initial_state.{k}": state for k, state in enumerate(states)}
    output = layer.forward(x, **forward)
    weighting = np.random.default_rng(seed).normal(size=output.shape)
    claimed = _claimed_gradients(layer, weighting, initial is not None)
    floor = SMALLEST * float(np.abs(output * weighting).sum())

    def loss_change(up: np.ndarray, down: np.ndarray) -> float:
        return float(((up - down) * weighting).sum())

    def error(name: str) -> float:
        measured = _differences(
            lambda: layer.forward(x, **forward), loss_change, varied[name]
        )
        size = max(np.abs(claimed[name]).max(), np.abs(measured).max(), floor)
        return float(np.abs(claimed[name] - measured).max() / size) if size else 0.0

    return max(error(name) for name in varied)


def _float64_copy(layer: Any, x: np.ndarray, forward: dict[str, Any]) -> Any:
    """Copy a layer, or a network's layers, with weights turned into float64."""
    layer = copy.deepcopy(layer)
    layer.forward(x, **forward)  # draws weights that are still missing
    for part in getattr(layer, "layers", [layer]):
        part.dtype = np.dtype(np.float64)
        if part.parameters:
            part.set_weights(list(part.parameters.values()))
    return layer


def _claimed_gradients(
    layer: Any, weighting: np.ndarray, with_states: bool
) -> dict[str, np.ndarray]:
    """Run backward once and collect everything it says."""
    claimed = {"x": layer.backward(weighting), **layer.gradients}
    if with_states:
        parts = layer.initial_state_gradient
        parts = parts if isinstance(parts, tuple) else (parts,)
        claimed |= {f"initial_state.{k}": part for k, part in enumerate(parts)}
    return claimed


def _differences(run: Any, loss_change: Any, array: np.ndarray) -> np.ndarray:
    """Move every element of `array` up and down and measure the loss between."""
    measured = np.empty_like(array)
    for place in np.ndindex(array.shape):
        value = array[place]
        step = STEP * max(1.0, abs(value))
        array[place] = high = value + step
        up = run()
        array[place] = low = value - step
        down = run()
        array[place] = value
        # high - low differs from 2 * step by the rounding of the two sums.
        measured[place] = loss_change(up, down) / (high - low)
    return measured
