"""The dense layer: one matrix product, a bias, an activation."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._arguments import (
    float_type,
    floats,
    positive_integer,
    require_forward,
    require_shape,
)
from .activations import Activation, get_activation
from .weights import Seed, glorot_uniform, named_weights


class Dense:
    """Compute ``activation(x @ W + b)`` for every row of x.

    Parameters
    ----------
    units : int
        Number of outputs.
    activation : str, Activation or None
        A name from `ACTIVATIONS`; None leaves the sums as they are.
    use_bias : bool
        Whether there is a b.
    seed : int or numpy.random.Generator
        For the initial kernel (Glorot uniform; the bias starts at 0). Two layers of
        one shape and one seed start equal: give each its own seed, or pass one
        generator to all.
    dtype : {"float32", "float64"}, optional
        Type of the weights and results; None takes that of the weights given to
        `set_weights`, and float32 for drawn ones.

    Attributes
    ----------
    parameters : dict of ndarray
        kernel (features, units) and bias (units,), Keras' order; empty until `build`,
        `set_weights` or the first `forward`.
    gradients : dict of ndarray
        The same names and shapes, after `backward`.

    Examples
    --------
    >>> layer = Dense(2).set_weights([np.eye(2), np.array([0.0, 1.0])])
    >>> layer.forward(np.array([[3.0, 4.0]]))
    array([[3., 5.]])
    """

    def __init__(
        self,
        units: int,
        activation: str | Activation | None = None,
        *,
        use_bias: bool = True,
        seed: Seed = 0,
        dtype: Any = None,
    ) -> None:
        self.units = positive_integer("Dense", "units", units)
        self.activation = get_activation(activation)
        self.use_bias = use_bias
        self.seed = seed
        self.dtype = float_type("Dense", dtype)
        self.parameters: dict[str, np.ndarray] = {}
        self.gradients: dict[str, np.ndarray] = {}
        self._trace: tuple[np.ndarray, np.ndarray] | None = None

    def build(self, features: int) -> Dense:
        """Draw the initial weights for inputs of `features` numbers.

        Parameters
        ----------
        features : int
            Length of the last axis of x.

        Returns
        -------
        Dense
            The layer itself.
        """
        generator = np.random.default_rng(self.seed)
        dtype = self.dtype or np.float32
        weights = [glorot_uniform((features, self.units), generator, dtype)]
        if self.use_bias:
            weights.append(np.zeros(self.units, dtype))
        return self.set_weights(weights)

    def set_weights(self, weights: list[np.ndarray]) -> Dense:
        """Take over weights, for example ``keras_layer.get_weights()``.

        Parameters
        ----------
        weights : list of ndarray
            kernel (features, units) and, with `use_bias`, bias (units,).

        Returns
        -------
        Dense
            The layer itself.

        Raises
        ------
        ValueError, TypeError
            If number, shapes or types do not fit.
        """
        names = ["kernel", "bias"] if self.use_bias else ["kernel"]
        parameters = named_weights("Dense", names, weights, self.dtype)
        shapes = {"kernel": ("features", self.units), "bias": (self.units,)}
        for name, array in parameters.items():
            require_shape("Dense", name, array.shape, shapes[name])
        self.parameters, self.gradients, self._trace = parameters, {}, None
        return self

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Compute the outputs and remember what `backward` needs.

        Parameters
        ----------
        x : ndarray
            Floats of shape (batch, ..., features).

        Returns
        -------
        ndarray
            Shape (batch, ..., units).

        Raises
        ------
        TypeError
            If x does not hold floats.
        ValueError
            If the shape does not fit, or x holds NaN or infinity.
        """
        x = floats("Dense", "x", x)
        if x.ndim < 2:
            require_shape("Dense", "x", x.shape, ("batch", "features"))
        if not self.parameters:
            self.build(x.shape[-1])
        kernel = self.parameters["kernel"]
        require_shape("Dense", "x", x.shape, ("batch", *x.shape[1:-1], len(kernel)))
        x = x.astype(kernel.dtype, copy=False)
        z = x.reshape(-1, len(kernel)) @ kernel  # (rows, units)
        if self.use_bias:
            z += self.parameters["bias"]
        output = self.activation.forward(z).reshape(*x.shape[:-1], self.units)
        # A copy, since the output now belongs to the caller, who may change it.
        self._trace = x, output.copy()
        return output

    def backward(self, gradient: np.ndarray) -> np.ndarray:
        """Turn the gradient of the output into those of x and of the weights.

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
        require_forward("Dense", self._trace)
        x, output = self._trace
        kernel = self.parameters["kernel"]
        gradient = floats("Dense", "gradient", gradient, output.shape, kernel.dtype)
        z_gradient = self.activation.backward(gradient, output)
        z_gradient = z_gradient.reshape(-1, self.units)  # (rows, units)
        self.gradients = {"kernel": x.reshape(-1, len(kernel)).T @ z_gradient}
        if self.use_bias:
            self.gradients["bias"] = z_gradient.sum(axis=0)  # (units,)
        return (z_gradient @ kernel.T).reshape(x.shape)
