"""Activations, each with its way back.

``sigmoid(z)`` goes forward; ``sigmoid_backward(gradient, output)`` takes the gradient
of a loss with respect to the output and returns the gradient with respect to z. All
derivatives here can be written through the output alone, so a layer never has to keep
z. With a gradient of ones, the backward function of an activation that works element
by element is the derivative itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np


class Activation(NamedTuple):
    """A function and its way back.

    Attributes
    ----------
    name : str
        Keras' name of the activation.
    forward : callable
        ``forward(z) -> output``.
    backward : callable
        ``backward(gradient, output) -> gradient of z``.
    """

    name: str
    forward: Callable[[np.ndarray], np.ndarray]
    backward: Callable[[np.ndarray, np.ndarray], np.ndarray]


def linear(z: np.ndarray) -> np.ndarray:
    """Return z unchanged: the activation of a regression's last layer.

    Parameters
    ----------
    z : ndarray
        Any shape.

    Returns
    -------
    ndarray
        The same array.

    Examples
    --------
    >>> linear(np.array([-1.0, 2.0]))
    array([-1.,  2.])
    """
    return z


def linear_backward(gradient: np.ndarray, output: np.ndarray) -> np.ndarray:
    """Pass the gradient on: the derivative of `linear` is 1.

    Parameters
    ----------
    gradient, output : ndarray
        Gradient of the output, and the output; the same shape.

    Returns
    -------
    ndarray
        Gradient of z.

    Examples
    --------
    >>> linear_backward(np.array([3.0]), np.array([5.0]))
    array([3.])
    """
    return gradient


def sigmoid(z: np.ndarray) -> np.ndarray:
    """Squash every element into 0 to 1: ``1 / (1 + exp(-z))``.

    Parameters
    ----------
    z : ndarray
        Any shape.

    Returns
    -------
    ndarray
        The same shape, between 0 and 1.

    Examples
    --------
    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    # For very negative z the exponential overflows to infinity, and 1 / infinity is
    # 0, the right limit: nothing to warn about.
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-z))


def sigmoid_backward(gradient: np.ndarray, output: np.ndarray) -> np.ndarray:
    """Go back through `sigmoid`, whose derivative is ``output * (1 - output)``.

    Parameters
    ----------
    gradient, output : ndarray
        Gradient of the output, and the output; the same shape.

    Returns
    -------
    ndarray
        Gradient of z; at most a quarter of `gradient`.

    Examples
    --------
    >>> sigmoid_backward(1.0, sigmoid(np.array([0.0])))
    array([0.25])
    """
    return gradient * (output * (1 - output))


def tanh(z: np.ndarray) -> np.ndarray:
    """Squash every element into -1 to 1, keeping its sign.

    Parameters
    ----------
    z : ndarray
        Any shape.

    Returns
    -------
    ndarray
        The same shape, between -1 and 1.

    Examples
    --------
    >>> tanh(np.array([-1000.0, 0.0]))
    array([-1.,  0.])
    """
    return np.tanh(z)


def tanh_backward(gradient: np.ndarray, output: np.ndarray) -> np.ndarray:
    """Go back through `tanh`, whose derivative is ``1 - output ** 2``.

    Parameters
    ----------
    gradient, output : ndarray
        Gradient of the output, and the output; the same shape.

    Returns
    -------
    ndarray
        Gradient of z.

    Examples
    --------
    >>> tanh_backward(1.0, tanh(np.array([0.0])))
    array([1.])
    """
    return gradient * (1 - output * output)


def relu(z: np.ndarray) -> np.ndarray:
    """Keep what is positive and replace the rest by 0.

    Parameters
    ----------
    z : ndarray
        Any shape.

    Returns
    -------
    ndarray
        The same shape, 0 or more.

    Examples
    --------
    >>> relu(np.array([-2.0, 3.0]))
    array([0., 3.])
    """
    return np.maximum(z, 0)


def relu_backward(gradient: np.ndarray, output: np.ndarray) -> np.ndarray:
    """Go back through `relu`: the gradient passes where the output is positive.

    At z = 0 there is no derivative; like Keras we take 0 there.

    Parameters
    ----------
    gradient, output : ndarray
        Gradient of the output, and the output; the same shape.

    Returns
    -------
    ndarray
        Gradient of z.

    Examples
    --------
    >>> relu_backward(np.array([5.0, 5.0]), relu(np.array([-2.0, 3.0])))
    array([0., 5.])
    """
    return gradient * (output > 0)


def leaky_relu(z: np.ndarray, negative_slope: float = 0.2) -> np.ndarray:
    """Keep what is positive and shrink the rest: no unit is ever quite silent.

    Parameters
    ----------
    z : ndarray
        Any shape.
    negative_slope : float
        Positive factor for negative z.

    Returns
    -------
    ndarray
        The same shape.

    Examples
    --------
    >>> leaky_relu(np.array([-2.0, 3.0]))
    array([-0.4,  3. ])
    """
    return np.where(z > 0, z, negative_slope * z)


def leaky_relu_backward(
    gradient: np.ndarray, output: np.ndarray, negative_slope: float = 0.2
) -> np.ndarray:
    """Go back through `leaky_relu`: slope 1 above zero, `negative_slope` below.

    Parameters
    ----------
    gradient, output : ndarray
        Gradient of the output, and the output; the same shape.
    negative_slope : float
        The same as on the way forward.

    Returns
    -------
    ndarray
        Gradient of z.

    Examples
    --------
    >>> leaky_relu_backward(np.array([5.0, 5.0]), np.array([-0.4, 3.0]))
    array([1., 5.])
    """
    return np.where(output > 0, gradient, negative_slope * gradient)


def elu(z: np.ndarray) -> np.ndarray:
    """Keep what is positive; bend the rest smoothly towards -1 (``exp(z) - 1``).

    Parameters
    ----------
    z : ndarray
        Any shape.

    Returns
    -------
    ndarray
        The same shape, above -1.

    References
    ----------
    D.-A. Clevert, T. Unterthiner and S. Hochreiter, "Fast and accurate deep
    network learning by exponential linear units (ELUs)", ICLR 2016.

    Examples
    --------
    >>> elu(np.array([-1000.0, 3.0]))
    array([-1.,  3.])
    """
    # The minimum keeps the branch that is thrown away from overflowing.
    return np.where(z > 0, z, np.expm1(np.minimum(z, 0)))


def elu_backward(gradient: np.ndarray, output: np.ndarray) -> np.ndarray:
    """Go back through `elu`: slope 1 above zero, ``exp(z) = output + 1`` below.

    Parameters
    ----------
    gradient, output : ndarray
        Gradient of the output, and the output; the same shape.

    Returns
    -------
    ndarray
        Gradient of z.

    Examples
    --------
    >>> elu_backward(np.array([5.0, 5.0]), np.array([-0.8, 3.0])).round(6)
    array([1., 5.])
    """
    return gradient * np.minimum(output + 1, 1)


def softmax(z: np.ndarray) -> np.ndarray:
    """Turn each row of scores into probabilities that add up to 1.

    Parameters
    ----------
    z : ndarray
        Shape (..., classes).

    Returns
    -------
    ndarray
        The same shape; non-negative, and every row sums to 1.

    Examples
    --------
    >>> softmax(np.array([1000.0, 1000.0]))
    array([0.5, 0.5])
    """
    # Adding a constant to a row changes nothing, and taking away the largest score
    # keeps the exponential from overflowing.
    weights = np.exp(z - z.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


def softmax_backward(gradient: np.ndarray, output: np.ndarray) -> np.ndarray:
    """Go back through `softmax`, where every score moves every probability.

    The Jacobian of a row is ``diag(p) - p p^T``; the gradient is multiplied by it
    without ever building it.

    Parameters
    ----------
    gradient, output : ndarray
        Gradient of the output, and the output; shape (..., classes).

    Returns
    -------
    ndarray
        Gradient of z; every row sums to 0.

    Examples
    --------
    >>> softmax_backward(np.array([1.0, 0.0]), np.array([0.5, 0.5]))
    array([ 0.25, -0.25])
    """
    average = (gradient * output).sum(axis=-1, keepdims=True)  # (..., 1)
    return output * (gradient - average)


ACTIVATIONS = {
    "linear": Activation("linear", linear, linear_backward),
    "sigmoid": Activation("sigmoid", sigmoid, sigmoid_backward),
    "tanh": Activation("tanh", tanh, tanh_backward),
    "relu": Activation("relu", relu, relu_backward),
    "leaky_relu": Activation("leaky_relu", leaky_relu, leaky_relu_backward),
    "elu": Activation("elu", elu, elu_backward),
    "softmax": Activation("softmax", softmax, softmax_backward),
}


def get_activation(name: str | Activation | None) -> Activation:
    """Look an activation up by Keras' name for it.

    Parameters
    ----------
    name : str, Activation or None
        A key of `ACTIVATIONS`; None means "linear"; an `Activation` of your own is
        returned as it is.

    Returns
    -------
    Activation
        The function with its way back.

    Raises
    ------
    ValueError
        If the name is not known.

    Examples
    --------
    >>> get_activation("relu").forward(np.array([-1.0, 1.0]))
    array([0., 1.])
    """
    if isinstance(name, Activation):
        return name
    if name is None:
        return ACTIVATIONS["linear"]
    if name not in ACTIVATIONS:
        raise ValueError(
            f"activation is {name!r}, expected one of {', '.join(ACTIVATIONS)}; "
            "an Activation(name, forward, backward) of your own also works."
        )
    return ACTIVATIONS[name]
