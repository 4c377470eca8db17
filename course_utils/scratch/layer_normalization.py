"""Layer normalization: each vector rescaled to mean 0 and variance 1."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._arguments import float_type, floats, require_forward, require_shape
from .weights import named_weights


class LayerNormalization:
    """Rescale every vector along the last axis, then stretch and shift it.

    ``(x - mean) / sqrt(variance + epsilon) * gamma + beta``, with mean and variance
    taken over the features of one row: no row depends on another one, so a batch
    of one works as well as a large one.

    Parameters
    ----------
    epsilon : float
        Keeps a constant row from being divided by 0.
    dtype : {"float32", "float64"}, optional
        None takes that of the weights given to `set_weights`, and float32 otherwise.

    Attributes
    ----------
    parameters : dict of ndarray
        gamma (features,), starting at 1, and beta (features,), starting at 0.
    gradients : dict of ndarray
        gamma (features,), starting at 1, and beta (features,), starting at 0.

    References
    ----------
    J. L. Ba, J. R. Kiros and G. E. Hinton, "Layer normalization",
    arXiv:1607.06450, 2016.

    Examples
    --------
    >>> LayerNormalization().forward(np.array([[1.0, 3.0]])).round(2)
    array([[-1.,  1.]], dtype=float32)
    """

    def __init__(self, *, epsilon: float = 1e-3, dtype: Any = None) -> None:
        self.epsilon = epsilon
        self.dtype = float_type("LayerNormalization", dtype)
        self.parameters: dict[str, np.ndarray] = {}
        self.gradients: dict[str, np.ndarray] = {}
        self._trace: tuple[np.ndarray, np.ndarray] | None = None

    def build(self, features: int) -> LayerNormalization:
        """Start with gamma = 1 and beta = 0.

        Parameters
        ----------
        features : int
            Length of the last axis of x.

        Returns
        -------
        LayerNormalization
            The layer itself.
        """
        dtype = self.dtype or np.float32
        return self.set_weights([np.ones(features, dtype), np.zeros(features, dtype)])

    def set_weights(self, weights: list[np.ndarray]) -> LayerNormalization:
        """Take over weights, for example ``keras_layer.get_weights()``.

        Parameters
        ----------
        weights : list of ndarray
            gamma (features,) and beta (features,).

        Returns
        -------
        LayerNormalization
            The layer itself.

        Raises
        ------
        ValueError, TypeError
            If number, shapes or types do not fit.
        """
        who = "LayerNormalization"
        parameters = named_weights(who, ["gamma", "beta"], weights, self.dtype)
        require_shape(who, "gamma", parameters["gamma"].shape, ("features",))
        require_shape(who, "beta", parameters["beta"].shape, parameters["gamma"].shape)
        self.parameters, self.gradients, self._trace = parameters, {}, None
        return self

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Normalize every row and remember what `backward` needs.

        Parameters
        ----------
        x : ndarray
            Floats of shape (batch, ..., features).

        Returns
        -------
        ndarray
            The same shape.

        Raises
        ------
        TypeError
            If x does not hold floats.
        ValueError
            If the shape does not fit, or x holds NaN or infinity.
        """
        x = floats("LayerNormalization", "x", x)
        if x.ndim < 2:
            require_shape("LayerNormalization", "x", x.shape, ("batch", "features"))
        if not self.parameters:
            self.build(x.shape[-1])
        gamma, beta = self.parameters["gamma"], self.parameters["beta"]
        expected = ("batch", *x.shape[1:-1], len(gamma))
        require_shape("LayerNormalization", "x", x.shape, expected)
        x = x.astype(gamma.dtype, copy=False)
        centred = x - x.mean(axis=-1, keepdims=True)  # (batch, ..., features)
        variance = (centred * centred).mean(axis=-1, keepdims=True)  # (batch, ..., 1)
        deviation = np.sqrt(variance + self.epsilon)
        normalized = centred / deviation
        self._trace = normalized, deviation
        return normalized * gamma + beta

    def backward(self, gradient: np.ndarray) -> np.ndarray:
        """Turn the gradient of the output into those of x and of the weights.

        Moving a whole row, or stretching it, changes nothing in the output; so both
        parts are taken out of the gradient.

        Parameters
        ----------
        gradient : ndarray
            Gradient of the loss with respect to the output, in its shape.

        Returns
        -------
        ndarray
            Gradient with respect to x, in its shape. Those of the weights are in
            `gradients`.

        Raises
        ------
        RuntimeError
            If there was no `forward`.
        ValueError, TypeError
            If the gradient does not look like the output.
        """
        require_forward("LayerNormalization", self._trace)
        normalized, deviation = self._trace
        gamma = self.parameters["gamma"]
        who, shape = "LayerNormalization", normalized.shape
        gradient = floats(who, "gradient", gradient, shape, gamma.dtype)
        rows = tuple(range(gradient.ndim - 1))
        self.gradients = {
            "gamma": (gradient * normalized).sum(axis=rows),  # (features,)
            "beta": gradient.sum(axis=rows),  # (features,)
        }
        scaled = gradient * gamma
        moved = scaled.mean(axis=-1, keepdims=True)  # (batch, ..., 1)
        stretched = (scaled * normalized).mean(axis=-1, keepdims=True)
        return (scaled - moved - normalized * stretched) / deviation
