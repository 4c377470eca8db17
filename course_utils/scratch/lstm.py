"""The LSTM: a cell state that gates write to, keep and show."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _recurrent
from ._arguments import float_type, floats, positive_integer, require_forward
from .activations import Activation, get_activation
from .weights import Seed


def lstm_step(
    projected: np.ndarray,
    h: np.ndarray,
    c: np.ndarray,
    recurrent_kernel: np.ndarray,
    activation: Activation,
    recurrent_activation: Activation,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Take one step: forget, write, show.

    Parameters
    ----------
    projected : ndarray
        ``x_t @ W + b``, shape (batch, 4 * units), gates in the order i, f, c, o.
    h, c : ndarray
        Output and cell state before the step, shape (batch, units) each.
    recurrent_kernel : ndarray
        U, shape (units, 4 * units), in the same order.
    activation, recurrent_activation : Activation
        For candidate and cell state; for the three gates.

    Returns
    -------
    tuple of ndarray
        h and c after the step (batch, units), and for the way back the gates
        (batch, 4 * units) and the activated cell state (batch, units).

    Examples
    --------
    >>> gates = [get_activation("tanh"), get_activation("sigmoid")]
    >>> zero = np.zeros((1, 1))  # closed half way: half of the cell state stays
    >>> lstm_step(np.zeros((1, 4)), zero, zero + 6, np.zeros((1, 4)), *gates)[1]
    array([[3.]])
    """
    gates = projected + h @ recurrent_kernel  # (batch, 4 * units)
    i, f, candidate, o = _four(gates)  # views of (batch, units) each
    i[...] = recurrent_activation.forward(i)
    f[...] = recurrent_activation.forward(f)
    candidate[...] = activation.forward(candidate)
    o[...] = recurrent_activation.forward(o)
    c = f * c + i * candidate
    shown = activation.forward(c)
    return o * shown, c, gates, shown


def lstm_step_backward(
    h_gradient: np.ndarray,
    c_gradient: np.ndarray,
    c: np.ndarray,
    gates: np.ndarray,
    shown: np.ndarray,
    activation: Activation,
    recurrent_activation: Activation,
) -> tuple[np.ndarray, np.ndarray]:
    """Go back through one step.

    Parameters
    ----------
    h_gradient, c_gradient : ndarray
        Gradients of h and c after the step, shape (batch, units) each.
    c : ndarray
        Cell state before the step, shape (batch, units).
    gates, shown : ndarray
        What `lstm_step` returned.
    activation, recurrent_activation : Activation
        As in `lstm_step`.

    Returns
    -------
    tuple of ndarray
        Gradient of the sums inside the gates (batch, 4 * units), and of c before the
        step (batch, units): the latter is only scaled by f, and this is why it lasts.

    Examples
    --------
    >>> kinds = [get_activation("tanh"), get_activation("sigmoid")]
    >>> zero, gates = np.zeros((1, 1)), np.array([[0.0, 0.9, 0.0, 0.0]])
    >>> lstm_step_backward(zero, zero + 1, zero, gates, zero, *kinds)[1]
    array([[0.9]])
    """
    i, f, candidate, o = _four(gates)
    sums_gradient = np.empty_like(gates)
    to_i, to_f, to_candidate, to_o = _four(sums_gradient)
    to_o[...] = recurrent_activation.backward(h_gradient * shown, o)
    c_gradient = c_gradient + activation.backward(h_gradient * o, shown)
    to_i[...] = recurrent_activation.backward(c_gradient * candidate, i)
    to_f[...] = recurrent_activation.backward(c_gradient * c, f)
    to_candidate[...] = activation.backward(c_gradient * i, candidate)
    return sums_gradient, c_gradient * f


def _four(gates: np.ndarray) -> list[np.ndarray]:
    """Cut (batch, 4 * units) into views i, f, candidate, o of (batch, units)."""
    units = gates.shape[1] // 4
    return [gates[:, k * units : (k + 1) * units] for k in range(4)]


class LSTM:
    """Read a sequence with a memory that gates protect.

    With i, f, o = sigmoid and the candidate = tanh of ``x_t @ W + h @ U + b``, each
    with its own part of W, U and b::

        c_t = f * c_{t-1} + i * candidate      keep, and write
        h_t = o * tanh(c_t)                    show

    The cell state c is the memory, h the output; the forget gate f came three
    years later.

    Parameters
    ----------
    units : int
        Length of h and of c.
    activation : str, Activation or None
        For the candidate and the cell state.
    recurrent_activation : str, Activation or None
        For the three gates.
    use_bias : bool
        Whether there is a b.
    unit_forget_bias : bool
        Whether the forget gate's bias starts at 1: a gate that starts half closed
        forgets before it has learned what to keep.
    return_sequences : bool
        Whether the output is h after every step, or after the last one.
    go_backwards : bool
        Whether to read from the last step to the first; like in Keras the output
        sequence then is in the order of reading.
    seed : int or numpy.random.Generator
        For the initial weights (kernel Glorot uniform, recurrent_kernel orthogonal).
    dtype : {"float32", "float64"}, optional
        None takes that of the weights given to `set_weights`, and float32 for drawn
        ones.

    Attributes
    ----------
    parameters : dict of ndarray
        kernel (features, 4 * units), recurrent_kernel (units, 4 * units), bias
        (4 * units,); gates in Keras' order i, f, c (candidate), o.
    gradients : dict of ndarray
        kernel (features, 4 * units), recurrent_kernel (units, 4 * units), bias
        (4 * units,); gates in Keras' order i, f, c (candidate), o.
    final_state : tuple of ndarray
        (h, c), shape (batch, units) each, after `forward`.
    initial_state_gradient : tuple of ndarray
        Those of h and c before the first step, after `backward`.

    References
    ----------
    S. Hochreiter and J. Schmidhuber, "Long short-term memory", Neural
    Computation 9, 1997.

    F. A. Gers, J. Schmidhuber and F. Cummins, "Learning to forget: continual
    prediction with LSTM", Neural Computation 12, 2000.

    Examples
    --------
    >>> layer = LSTM(5, seed=1)
    >>> layer.forward(np.zeros((2, 7, 3))).shape  # 2 sequences, 7 steps, 3 features
    (2, 5)
    """

    def __init__(
        self,
        units: int,
        activation: str | Activation | None = "tanh",
        recurrent_activation: str | Activation | None = "sigmoid",
        *,
        use_bias: bool = True,
        unit_forget_bias: bool = True,
        return_sequences: bool = False,
        go_backwards: bool = False,
        seed: Seed = 0,
        dtype: Any = None,
    ) -> None:
        self.units = positive_integer("LSTM", "units", units)
        self.activation = get_activation(activation)
        self.recurrent_activation = get_activation(recurrent_activation)
        self.use_bias = use_bias
        self.unit_forget_bias = unit_forget_bias
        self.return_sequences = return_sequences
        self.go_backwards = go_backwards
        self.seed = seed
        self.dtype = float_type("LSTM", dtype)
        self.parameters: dict[str, np.ndarray] = {}
        self.gradients: dict[str, np.ndarray] = {}
        self.final_state: tuple[np.ndarray, np.ndarray] | None = None
        self.initial_state_gradient: tuple[np.ndarray, np.ndarray] | None = None
        self._trace: tuple[Any, ...] | None = None

    def build(self, features: int) -> LSTM:
        """Draw the initial weights for inputs of `features` numbers a step.

        Parameters
        ----------
        features : int
            Length of the last axis of x.

        Returns
        -------
        LSTM
            The layer itself.
        """
        dtype = self.dtype or np.float32
        weights = _recurrent.draw_weights(features, self.units, 4, self.seed, dtype)
        if self.use_bias:
            bias = np.zeros((4, self.units), dtype)  # i, f, c, o
            bias[1] = 1 if self.unit_forget_bias else 0
            weights.append(bias.reshape(-1))
        return self.set_weights(weights)

    def set_weights(self, weights: list[np.ndarray]) -> LSTM:
        """Take over weights, for example ``keras_layer.get_weights()``.

        Parameters
        ----------
        weights : list of ndarray
            kernel (features, 4 * units), recurrent_kernel (units, 4 * units) and,
            with `use_bias`, bias (4 * units,).

        Returns
        -------
        LSTM
            The layer itself.

        Raises
        ------
        ValueError, TypeError
            If number, shapes or types do not fit.
        """
        bias_shape = (4 * self.units,) if self.use_bias else None
        self.parameters = _recurrent.take_weights(
            "LSTM", weights, self.units, 4, bias_shape, self.dtype
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
            Shape (..., 4 * units).
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
            One step of `project`, shape (batch, 4 * units).
        state : tuple of ndarray
            (h, c), shape (batch, units) each.

        Returns
        -------
        tuple of ndarray
            The new (h, c).
        """
        h, c = state
        recurrent_kernel = self.parameters["recurrent_kernel"]
        kinds = self.activation, self.recurrent_activation
        return lstm_step(projected, h, c, recurrent_kernel, *kinds)[:2]

    def forward(
        self,
        x: np.ndarray,
        initial_state: tuple[np.ndarray, np.ndarray] | None = None,
        mask: np.ndarray | None = None,
    ) -> np.ndarray:
        """Read whole sequences and remember what `backward` needs.

        Parameters
        ----------
        x : ndarray
            Floats of shape (batch, steps, features).
        initial_state : tuple of ndarray, optional
            (h, c) before the first step, shape (batch, units) each; zeros if left
            out.
        mask : ndarray, optional
            Booleans of shape (batch, steps), False for padding: such a step leaves
            the states as they are and repeats the output before it (zeros if there
            is none), as in Keras.

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
        x = floats("LSTM", "x", x, ("batch", "steps", "features"))
        batch, steps, features = x.shape
        if not self.parameters:
            self.build(features)
        kernel, recurrent_kernel = list(self.parameters.values())[:2]
        kinds = self.activation, self.recurrent_activation
        x = _recurrent.time_first("LSTM", x, kernel, self.go_backwards)
        real = _recurrent.real_steps("LSTM", mask, batch, steps, self.go_backwards)
        h = np.empty((steps + 1, batch, self.units), kernel.dtype)
        c = np.empty_like(h)
        h[0], c[0] = _recurrent.states(
            "LSTM", initial_state, ("h", "c"), batch, self.units, kernel.dtype
        )
        projected = self.project(x)  # (steps, batch, 4 * units)
        kept = []
        for t in range(steps):
            new_h, new_c, gates, shown = lstm_step(
                projected[t], h[t], c[t], recurrent_kernel, *kinds
            )
            h[t + 1] = _recurrent.advance(real, t, new_h, h[t])
            c[t + 1] = _recurrent.advance(real, t, new_c, c[t])
            kept.append((gates, shown))
        self._trace = x, real, h, c, kept
        self.final_state = h[-1].copy(), c[-1].copy()
        return _recurrent.outputs(h[1:], real, self.return_sequences)

    def backward(
        self,
        gradient: np.ndarray,
        state_gradient: tuple[np.ndarray, np.ndarray] | None = None,
    ) -> np.ndarray:
        """Go back through time, from the last step to the first.

        Parameters
        ----------
        gradient : ndarray
            Gradient of the loss with respect to the output, in its shape.
        state_gradient : tuple of ndarray, optional
            Gradients with respect to the `final_state` (h, c), where the loss uses
            it too.

        Returns
        -------
        ndarray
            Gradient with respect to x, in its shape. Those of the weights are in
            `gradients`, those of the states before the first step in
            `initial_state_gradient`.

        Raises
        ------
        RuntimeError
            If there was no `forward`.
        ValueError, TypeError
            If a gradient does not look like what it belongs to.
        """
        require_forward("LSTM", self._trace)
        x, real, h, c, kept = self._trace
        kernel, recurrent_kernel = list(self.parameters.values())[:2]
        kinds = self.activation, self.recurrent_activation
        h_gradients = _recurrent.outputs_backward(
            "LSTM", gradient, h[1:], real, self.return_sequences
        )
        h_gradient, c_gradient = _recurrent.states(
            "LSTM", state_gradient, ("h", "c"), *h.shape[1:], h.dtype
        )
        sums_gradient = np.empty((*h_gradients.shape[:2], 4 * self.units), h.dtype)
        for t in reversed(range(len(x))):
            h_gradient = h_gradient + h_gradients[t]
            h_here, h_past = _recurrent.split_gradient(real, t, h_gradient)
            c_here, c_past = _recurrent.split_gradient(real, t, c_gradient)
            sums_gradient[t], c_gradient = lstm_step_backward(
                h_here, c_here, c[t], *kept[t], *kinds
            )
            h_gradient = sums_gradient[t] @ recurrent_kernel.T + h_past
            c_gradient = c_gradient + c_past
        self.initial_state_gradient = h_gradient, c_gradient
        self.gradients = {
            "kernel": _recurrent.summed_outer(x, sums_gradient),
            "recurrent_kernel": _recurrent.summed_outer(h[:-1], sums_gradient),
        }
        if self.use_bias:
            self.gradients["bias"] = sums_gradient.sum(axis=(0, 1))  # (4 * units,)
        return _recurrent.input_gradient(sums_gradient, kernel, self.go_backwards)
