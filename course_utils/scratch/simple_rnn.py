"""The simple recurrent network: a dense layer in a loop, with memory."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _recurrent
from ._arguments import float_type, floats, positive_integer, require_forward
from .activations import Activation, get_activation
from .weights import Seed


def simple_rnn_step(
    projected: np.ndarray,
    h: np.ndarray,
    recurrent_kernel: np.ndarray,
    activation: Activation,
) -> np.ndarray:
    """Take one step: ``activation(x_t @ W + b + h @ U)``.

    Parameters
    ----------
    projected : ndarray
        ``x_t @ W + b``, shape (batch, units).
    h : ndarray
        The state before the step, shape (batch, units).
    recurrent_kernel : ndarray
        U, shape (units, units).
    activation : Activation
        Applied to the sum.

    Returns
    -------
    ndarray
        The state after the step, shape (batch, units).

    Examples
    --------
    >>> one = np.ones((1, 1))
    >>> simple_rnn_step(one, 2 * one, 3 * one, get_activation("linear"))
    array([[7.]])
    """
    return activation.forward(projected + h @ recurrent_kernel)


class SimpleRNN:
    """Read a sequence step by step, keeping one state.

    ``h_t = activation(x_t @ W + h_{t-1} @ U + b)``, with the same W, U and b at every
    step.

    Parameters
    ----------
    units : int
        Length of the state (not the number of steps).
    activation : str, Activation or None
        A name from `ACTIVATIONS`.
    use_bias : bool
        Whether there is a b.
    return_sequences : bool
        Whether the output is the state after every step, or after the last one.
    go_backwards : bool
        Whether to read from the last step to the first; like in Keras the output
        sequence then is in the order of reading.
    seed : int or numpy.random.Generator
        For the initial weights (kernel Glorot uniform, recurrent_kernel orthogonal,
        bias 0).
    dtype : {"float32", "float64"}, optional
        None takes that of the weights given to `set_weights`, and float32 for drawn
        ones.

    Attributes
    ----------
    parameters : dict of ndarray
        kernel (features, units), recurrent_kernel (units, units), bias (units,).
    gradients : dict of ndarray
        kernel (features, units), recurrent_kernel (units, units), bias (units,).
    final_state : ndarray
        Shape (batch, units), after `forward`.
    initial_state_gradient : ndarray
        Shape (batch, units), after `backward`.

    References
    ----------
    Jeffrey L. Elman, "Finding structure in time", Cognitive Science 14, 1990.

    Examples
    --------
    >>> half, one = np.array([[0.5]]), np.array([[1.0]])
    >>> layer = SimpleRNN(1, "linear", use_bias=False, return_sequences=True)
    >>> layer.set_weights([one, half]).forward(np.array([[[8.0], [0.0], [0.0]]]))
    array([[[8.],
            [4.],
            [2.]]])
    """

    def __init__(
        self,
        units: int,
        activation: str | Activation | None = "tanh",
        *,
        use_bias: bool = True,
        return_sequences: bool = False,
        go_backwards: bool = False,
        seed: Seed = 0,
        dtype: Any = None,
    ) -> None:
        self.units = positive_integer("SimpleRNN", "units", units)
        self.activation = get_activation(activation)
        self.use_bias = use_bias
        self.return_sequences = return_sequences
        self.go_backwards = go_backwards
        self.seed = seed
        self.dtype = float_type("SimpleRNN", dtype)
        self.parameters: dict[str, np.ndarray] = {}
        self.gradients: dict[str, np.ndarray] = {}
        self.final_state: np.ndarray | None = None
        self.initial_state_gradient: np.ndarray | None = None
        self._trace: tuple[Any, ...] | None = None

    def build(self, features: int) -> SimpleRNN:
        """Draw the initial weights for inputs of `features` numbers a step.

        Parameters
        ----------
        features : int
            Length of the last axis of x.

        Returns
        -------
        SimpleRNN
            The layer itself.
        """
        dtype = self.dtype or np.float32
        weights = _recurrent.draw_weights(features, self.units, 1, self.seed, dtype)
        if self.use_bias:
            weights.append(np.zeros(self.units, dtype))
        return self.set_weights(weights)

    def set_weights(self, weights: list[np.ndarray]) -> SimpleRNN:
        """Take over weights, for example ``keras_layer.get_weights()``.

        Parameters
        ----------
        weights : list of ndarray
            kernel (features, units), recurrent_kernel (units, units) and, with
            `use_bias`, bias (units,).

        Returns
        -------
        SimpleRNN
            The layer itself.

        Raises
        ------
        ValueError, TypeError
            If number, shapes or types do not fit.
        """
        bias_shape = (self.units,) if self.use_bias else None
        self.parameters = _recurrent.take_weights(
            "SimpleRNN", weights, self.units, 1, bias_shape, self.dtype
        )
        self.gradients, self._trace = {}, None
        return self

    def project(self, x: np.ndarray) -> np.ndarray:
        """Compute the input's part of every step, ``x @ W + b``, without checks.

        Parameters
        ----------
        x : ndarray
            Shape (..., features).

        Returns
        -------
        ndarray
            Shape (..., units).
        """
        bias = self.parameters.get("bias")
        return _recurrent.project(x, self.parameters["kernel"], bias)

    def step(
        self, projected: np.ndarray, state: tuple[np.ndarray, ...]
    ) -> tuple[np.ndarray, ...]:
        """Advance the state by one step, without checks and without a trace.

        Parameters
        ----------
        projected : ndarray
            One step of `project`, shape (batch, units).
        state : tuple of ndarray
            (h,), shape (batch, units).

        Returns
        -------
        tuple of ndarray
            The new (h,).
        """
        recurrent_kernel = self.parameters["recurrent_kernel"]
        return (
            simple_rnn_step(projected, state[0], recurrent_kernel, self.activation),
        )

    def forward(
        self,
        x: np.ndarray,
        initial_state: np.ndarray | None = None,
        mask: np.ndarray | None = None,
    ) -> np.ndarray:
        """Read whole sequences and remember what `backward` needs.

        Parameters
        ----------
        x : ndarray
            Floats of shape (batch, steps, features).
        initial_state : ndarray, optional
            State before the first step, shape (batch, units); zeros if left out.
        mask : ndarray, optional
            Booleans of shape (batch, steps), False for padding: such a step leaves
            the state as it is and repeats the output before it (zeros if there is
            none), as in Keras.

        Returns
        -------
        ndarray
            Shape (batch, steps, units) with `return_sequences`, else (batch, units).

        Raises
        ------
        TypeError
            If x does not hold floats.
        ValueError
            If a shape does not fit, or x holds NaN or infinity.
        """
        x = floats("SimpleRNN", "x", x, ("batch", "steps", "features"))
        batch, steps, features = x.shape
        if not self.parameters:
            self.build(features)
        kernel, recurrent_kernel = list(self.parameters.values())[:2]
        x = _recurrent.time_first("SimpleRNN", x, kernel, self.go_backwards)
        real = _recurrent.real_steps("SimpleRNN", mask, batch, steps, self.go_backwards)
        h = np.empty((steps + 1, batch, self.units), kernel.dtype)
        (h[0],) = _recurrent.states(
            "SimpleRNN", initial_state, ("h",), batch, self.units, kernel.dtype
        )
        projected = self.project(x)  # (steps, batch, units)
        for t in range(steps):
            new = simple_rnn_step(projected[t], h[t], recurrent_kernel, self.activation)
            h[t + 1] = _recurrent.advance(real, t, new, h[t])
        self._trace = x, real, h
        self.final_state = h[-1].copy()
        return _recurrent.outputs(h[1:], real, self.return_sequences)

    def backward(
        self, gradient: np.ndarray, state_gradient: np.ndarray | None = None
    ) -> np.ndarray:
        """Go back through time, from the last step to the first.

        Parameters
        ----------
        gradient : ndarray
            Gradient of the loss with respect to the output, in its shape.
        state_gradient : ndarray, optional
            Gradient with respect to `final_state`, where the loss uses it too.

        Returns
        -------
        ndarray
            Gradient with respect to x, in its shape. Those of the weights are in
            `gradients`, that of the state before the first step in
            `initial_state_gradient`.

        Raises
        ------
        RuntimeError
            If there was no `forward`.
        ValueError, TypeError
            If a gradient does not look like what it belongs to.
        """
        require_forward("SimpleRNN", self._trace)
        x, real, h = self._trace
        kernel, recurrent_kernel = list(self.parameters.values())[:2]
        h_gradients = _recurrent.outputs_backward(
            "SimpleRNN", gradient, h[1:], real, self.return_sequences
        )
        (h_gradient,) = _recurrent.states(
            "SimpleRNN", state_gradient, ("h",), *h.shape[1:], h.dtype
        )
        sums_gradient = np.empty_like(h[1:])  # (steps, batch, units)
        for t in reversed(range(len(x))):
            h_gradient = h_gradient + h_gradients[t]
            here, past = _recurrent.split_gradient(real, t, h_gradient)
            sums_gradient[t] = self.activation.backward(here, h[t + 1])
            h_gradient = sums_gradient[t] @ recurrent_kernel.T + past
        self.initial_state_gradient = h_gradient
        self.gradients = {
            "kernel": _recurrent.summed_outer(x, sums_gradient),
            "recurrent_kernel": _recurrent.summed_outer(h[:-1], sums_gradient),
        }
        if self.use_bias:
            self.gradients["bias"] = sums_gradient.sum(axis=(0, 1))
        return _recurrent.input_gradient(sums_gradient, kernel, self.go_backwards)
