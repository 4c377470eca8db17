"""The GRU: one state, a gate that keeps it and a gate that hides it."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _recurrent
from ._arguments import float_type, floats, one_of, positive_integer, require_forward
from .activations import Activation, get_activation
from .weights import Seed

UPDATES = ("keeps", "writes")


def gru_step(
    projected: np.ndarray,
    h: np.ndarray,
    recurrent_kernel: np.ndarray,
    recurrent_bias: np.ndarray | float,
    activation: Activation,
    recurrent_activation: Activation,
    keeps: bool = True,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Take one step with the reset gate after the matrix product.

    Parameters
    ----------
    projected : ndarray
        ``x_t @ W + b``, shape (batch, 3 * units), gates in the order z, r, h.
    h : ndarray
        The state before the step, shape (batch, units).
    recurrent_kernel : ndarray
        U, shape (units, 3 * units), in the same order.
    recurrent_bias : ndarray or float
        Added to ``h @ U``, shape (3 * units,); 0 for none.
    activation, recurrent_activation : Activation
        For the candidate; for the gates z and r.
    keeps : bool
        Whether z says how much of the state is kept, or how much is written.

    Returns
    -------
    tuple of ndarray
        The state after the step (batch, units), and for the way back the gates z, r
        and candidate (batch, 3 * units) and what r was multiplied with
        (batch, units).

    Examples
    --------
    >>> kinds = [get_activation("tanh"), get_activation("sigmoid")]
    >>> zero = np.zeros((1, 1))  # z = 1/2: half of the state stays
    >>> gru_step(np.zeros((1, 3)), zero + 6, np.zeros((1, 3)), 0.0, *kinds)[0]
    array([[3.]])
    """
    recurrent = h @ recurrent_kernel + recurrent_bias  # (batch, 3 * units)
    inner = _three(recurrent)[2]
    gates = np.empty_like(projected)
    z, r, candidate = _three(gates)  # views of (batch, units) each
    x_z, x_r, x_candidate = _three(projected)
    h_z, h_r, _ = _three(recurrent)
    z[...] = recurrent_activation.forward(x_z + h_z)
    r[...] = recurrent_activation.forward(x_r + h_r)
    candidate[...] = activation.forward(x_candidate + r * inner)
    return _mix(h, z, candidate, keeps), gates, inner


def gru_step_backward(
    h_gradient: np.ndarray,
    h: np.ndarray,
    gates: np.ndarray,
    inner: np.ndarray,
    recurrent_kernel: np.ndarray,
    activation: Activation,
    recurrent_activation: Activation,
    keeps: bool = True,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Go back through one step with the reset gate after the matrix product.

    Parameters
    ----------
    h_gradient : ndarray
        Gradient of the state after the step, shape (batch, units).
    h : ndarray
        The state before the step, shape (batch, units).
    gates, inner : ndarray
        What `gru_step` returned.
    recurrent_kernel, activation, recurrent_activation, keeps
        As in `gru_step`.

    Returns
    -------
    tuple of ndarray
        Gradients of ``x_t @ W + b`` and of ``h @ U + b``, shape (batch, 3 * units)
        each, and of the state before the step (batch, units).

    Examples
    --------
    >>> kinds = [get_activation("tanh"), get_activation("sigmoid")]
    >>> zero, gates = np.zeros((1, 1)), np.array([[0.9, 0.0, 0.0]])
    >>> gru_step_backward(zero + 1, zero, gates, zero, np.zeros((1, 3)), *kinds)[2]
    array([[0.9]])
    """
    z, r, candidate = _three(gates)
    to_z, to_candidate, to_h = _mix_backward(h_gradient, h, z, candidate, keeps)
    projected_gradient = np.empty_like(gates)
    sum_z, sum_r, sum_candidate = _three(projected_gradient)
    sum_candidate[...] = activation.backward(to_candidate, candidate)
    sum_r[...] = recurrent_activation.backward(sum_candidate * inner, r)
    sum_z[...] = recurrent_activation.backward(to_z, z)
    recurrent_gradient = projected_gradient.copy()
    _three(recurrent_gradient)[2][...] *= r
    to_h = to_h + recurrent_gradient @ recurrent_kernel.T
    return projected_gradient, recurrent_gradient, to_h


def gru_step_reset_before(
    projected: np.ndarray,
    h: np.ndarray,
    recurrent_kernel: np.ndarray,
    activation: Activation,
    recurrent_activation: Activation,
    keeps: bool = True,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Take one step with the reset gate before the matrix product.

    The candidate needs r before its product can start, so there are two products a
    step; this is the original formula, and the slower one.

    Parameters
    ----------
    projected, h, recurrent_kernel, activation, recurrent_activation, keeps
        As in `gru_step`.

    Returns
    -------
    tuple of ndarray
        The state after the step (batch, units), and for the way back the gates z, r
        and candidate (batch, 3 * units) and ``r * h`` (batch, units).

    Examples
    --------
    >>> kinds = [get_activation("tanh"), get_activation("sigmoid")]
    >>> zero = np.zeros((1, 1))  # z = 1/2: half of the state stays
    >>> gru_step_reset_before(np.zeros((1, 3)), zero + 6, np.zeros((1, 3)), *kinds)[0]
    array([[3.]])
    """
    units = h.shape[1]
    gates = projected.copy()  # (batch, 3 * units)
    z, r, candidate = _three(gates)  # views of (batch, units) each
    gates[:, : 2 * units] += h @ recurrent_kernel[:, : 2 * units]
    z[...] = recurrent_activation.forward(z)
    r[...] = recurrent_activation.forward(r)
    reset = r * h
    candidate += reset @ recurrent_kernel[:, 2 * units :]
    candidate[...] = activation.forward(candidate)
    return _mix(h, z, candidate, keeps), gates, reset


def gru_step_reset_before_backward(
    h_gradient: np.ndarray,
    h: np.ndarray,
    gates: np.ndarray,
    recurrent_kernel: np.ndarray,
    activation: Activation,
    recurrent_activation: Activation,
    keeps: bool = True,
) -> tuple[np.ndarray, np.ndarray]:
    """Go back through one step with the reset gate before the matrix product.

    Parameters
    ----------
    h_gradient : ndarray
        Gradient of the state after the step, shape (batch, units).
    h : ndarray
        The state before the step, shape (batch, units).
    gates : ndarray
        What `gru_step_reset_before` returned.
    recurrent_kernel, activation, recurrent_activation, keeps
        As in `gru_step`.

    Returns
    -------
    tuple of ndarray
        Gradient of the sums inside the gates (batch, 3 * units), and of the state
        before the step (batch, units).

    Examples
    --------
    >>> kinds = [get_activation("tanh"), get_activation("sigmoid")]
    >>> one, gates, u = np.ones((1, 1)), np.array([[0.9, 0.0, 0.0]]), np.zeros((1, 3))
    >>> gru_step_reset_before_backward(one, 0 * one, gates, u, *kinds)[1]
    array([[0.9]])
    """
    units = h.shape[1]
    z, r, candidate = _three(gates)
    to_z, to_candidate, to_h = _mix_backward(h_gradient, h, z, candidate, keeps)
    sums_gradient = np.empty_like(gates)
    sum_z, sum_r, sum_candidate = _three(sums_gradient)
    sum_candidate[...] = activation.backward(to_candidate, candidate)
    to_reset = sum_candidate @ recurrent_kernel[:, 2 * units :].T  # (batch, units)
    sum_r[...] = recurrent_activation.backward(to_reset * h, r)
    sum_z[...] = recurrent_activation.backward(to_z, z)
    through_gates = sums_gradient[:, : 2 * units] @ recurrent_kernel[:, : 2 * units].T
    return sums_gradient, to_h + to_reset * r + through_gates


def _three(gates: np.ndarray) -> list[np.ndarray]:
    """Cut (batch, 3 * units) into views z, r, candidate of (batch, units)."""
    units = gates.shape[1] // 3
    return [gates[:, k * units : (k + 1) * units] for k in range(3)]


def _mix(
    h: np.ndarray, z: np.ndarray, candidate: np.ndarray, keeps: bool
) -> np.ndarray:
    """Blend the old state with the candidate, as z says."""
    return z * h + (1 - z) * candidate if keeps else z * candidate + (1 - z) * h


def _mix_backward(
    h_gradient: np.ndarray,
    h: np.ndarray,
    z: np.ndarray,
    candidate: np.ndarray,
    keeps: bool,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the gradients of z, of the candidate and of the old state."""
    if keeps:
        return h_gradient * (h - candidate), h_gradient * (1 - z), h_gradient * z
    return h_gradient * (candidate - h), h_gradient * z, h_gradient * (1 - z)


class GRU:
    """Read a sequence with one state and two gates.

    z and r are sigmoids of ``x_t @ W + h @ U + b``, each with its own part of W, U
    and b; the candidate is a tanh that sees the state only through r::

        h_t = z * h_{t-1} + (1 - z) * candidate       update="keeps"
        h_t = z * candidate + (1 - z) * h_{t-1}       update="writes"

    Both are in use, and z in one is 1 - z in the other. "keeps" is the original
    formula, Keras' and PyTorch's.

    Parameters
    ----------
    units : int
        Length of the state.
    activation : str, Activation or None
        For the candidate.
    recurrent_activation : str, Activation or None
        For the gates.
    use_bias : bool
        Whether there is a b.
    reset_after : bool
        Whether r scales ``h @ U + b`` (Keras' default, PyTorch's way: one matrix
        product a step, and a bias of its own for the recurrent part), or h before the
        product (the original).
    update : {"keeps", "writes"}
        What z = 1 means: keep the state, or write the candidate over it.
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
        kernel (features, 3 * units), recurrent_kernel (units, 3 * units), bias
        (2, 3 * units) - the input's row, then the state's - with `reset_after`, else
        (3 * units,); gates in Keras' order z, r, h (candidate).
    gradients : dict of ndarray
        kernel (features, 3 * units), recurrent_kernel (units, 3 * units), bias
        (2, 3 * units) - the input's row, then the state's - with `reset_after`, else
        (3 * units,); gates in Keras' order z, r, h (candidate).
    final_state : ndarray
        Shape (batch, units), after `forward`.
    initial_state_gradient : ndarray
        Shape (batch, units), after `backward`.

    References
    ----------
    K. Cho et al., "Learning phrase representations using RNN encoder-decoder
    for statistical machine translation", EMNLP 2014.

    Examples
    --------
    >>> layer = GRU(5, return_sequences=True, seed=1)
    >>> layer.forward(np.zeros((2, 7, 3))).shape  # 2 sequences, 7 steps, 3 features
    (2, 7, 5)
    """

    def __init__(
        self,
        units: int,
        activation: str | Activation | None = "tanh",
        recurrent_activation: str | Activation | None = "sigmoid",
        *,
        use_bias: bool = True,
        reset_after: bool = True,
        update: str = "keeps",
        return_sequences: bool = False,
        go_backwards: bool = False,
        seed: Seed = 0,
        dtype: Any = None,
    ) -> None:
        self.units = positive_integer("GRU", "units", units)
        self.activation = get_activation(activation)
        self.recurrent_activation = get_activation(recurrent_activation)
        self.use_bias = use_bias
        self.reset_after = reset_after
        self.update = one_of("GRU", "update", update, UPDATES)
        self.return_sequences = return_sequences
        self.go_backwards = go_backwards
        self.seed = seed
        self.dtype = float_type("GRU", dtype)
        self.parameters: dict[str, np.ndarray] = {}
        self.gradients: dict[str, np.ndarray] = {}
        self.final_state: np.ndarray | None = None
        self.initial_state_gradient: np.ndarray | None = None
        self._trace: tuple[Any, ...] | None = None

    def build(self, features: int) -> GRU:
        """Draw the initial weights for inputs of `features` numbers a step.

        Parameters
        ----------
        features : int
            Length of the last axis of x.

        Returns
        -------
        GRU
            The layer itself.
        """
        dtype = self.dtype or np.float32
        weights = _recurrent.draw_weights(features, self.units, 3, self.seed, dtype)
        if self.use_bias:
            weights.append(np.zeros(self._bias_shape(), dtype))
        return self.set_weights(weights)

    def set_weights(self, weights: list[np.ndarray]) -> GRU:
        """Take over weights, for example ``keras_layer.get_weights()``.

        Parameters
        ----------
        weights : list of ndarray
            kernel (features, 3 * units), recurrent_kernel (units, 3 * units) and,
            with `use_bias`, bias: (2, 3 * units) with `reset_after`, (3 * units,)
            without.

        Returns
        -------
        GRU
            The layer itself.

        Raises
        ------
        ValueError, TypeError
            If number, shapes or types do not fit.
        """
        bias_shape = self._bias_shape() if self.use_bias else None
        self.parameters = _recurrent.take_weights(
            "GRU", weights, self.units, 3, bias_shape, self.dtype
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
            Shape (..., 3 * units).
        """
        bias = self.parameters.get("bias")
        if self.use_bias and self.reset_after:
            bias = bias[0]
        return _recurrent.project(x, self.parameters["kernel"], bias)

    def step(
        self, projected: np.ndarray, state: tuple[np.ndarray, ...]
    ) -> tuple[np.ndarray, ...]:
        """Advance the state by one step, without checks and without a trace.

        Parameters
        ----------
        projected : ndarray
            One step of `project`, shape (batch, 3 * units).
        state : tuple of ndarray
            (h,), shape (batch, units).

        Returns
        -------
        tuple of ndarray
            The new (h,).
        """
        return (self._step(projected, state[0])[0],)

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
        x = floats("GRU", "x", x, ("batch", "steps", "features"))
        batch, steps, features = x.shape
        if not self.parameters:
            self.build(features)
        kernel = self.parameters["kernel"]
        x = _recurrent.time_first("GRU", x, kernel, self.go_backwards)
        real = _recurrent.real_steps("GRU", mask, batch, steps, self.go_backwards)
        h = np.empty((steps + 1, batch, self.units), kernel.dtype)
        (h[0],) = _recurrent.states(
            "GRU", initial_state, ("h",), batch, self.units, kernel.dtype
        )
        projected = self.project(x)  # (steps, batch, 3 * units)
        kept = []
        for t in range(steps):
            new, gates, inner = self._step(projected[t], h[t])
            h[t + 1] = _recurrent.advance(real, t, new, h[t])
            kept.append((gates, inner))
        self._trace = x, real, h, kept
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
        require_forward("GRU", self._trace)
        x, real, h, kept = self._trace
        h_gradients = _recurrent.outputs_backward(
            "GRU", gradient, h[1:], real, self.return_sequences
        )
        (h_gradient,) = _recurrent.states(
            "GRU", state_gradient, ("h",), *h.shape[1:], h.dtype
        )
        # Of x_t @ W + b, and of h @ U + b: the reset gate sits between them.
        projected_gradient = np.empty((*h_gradients.shape[:2], 3 * self.units), h.dtype)
        recurrent_gradient = np.empty_like(projected_gradient)
        for t in reversed(range(len(x))):
            h_gradient = h_gradient + h_gradients[t]
            here, past = _recurrent.split_gradient(real, t, h_gradient)
            projected_gradient[t], recurrent_gradient[t], h_gradient = (
                self._step_backward(here, h[t], *kept[t])
            )
            h_gradient = h_gradient + past
        self.initial_state_gradient = h_gradient
        self.gradients = {
            "kernel": _recurrent.summed_outer(x, projected_gradient),
            "recurrent_kernel": self._recurrent_kernel_gradient(recurrent_gradient),
        }
        if self.use_bias:
            both = [projected_gradient, recurrent_gradient]
            rows = [gradient.sum(axis=(0, 1)) for gradient in both]  # (3 * units,)
            self.gradients["bias"] = np.stack(rows) if self.reset_after else rows[0]
        kernel = self.parameters["kernel"]
        return _recurrent.input_gradient(projected_gradient, kernel, self.go_backwards)

    def _bias_shape(self) -> tuple[int, ...]:
        return (2, 3 * self.units) if self.reset_after else (3 * self.units,)

    def _step(
        self, projected: np.ndarray, h: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Take one step with the reset gate where this layer has it."""
        recurrent_kernel = self.parameters["recurrent_kernel"]
        kinds = self.activation, self.recurrent_activation, self.update == "keeps"
        if not self.reset_after:
            return gru_step_reset_before(projected, h, recurrent_kernel, *kinds)
        recurrent_bias = self.parameters["bias"][1] if self.use_bias else 0.0
        return gru_step(projected, h, recurrent_kernel, recurrent_bias, *kinds)

    def _step_backward(
        self,
        h_gradient: np.ndarray,
        h: np.ndarray,
        gates: np.ndarray,
        inner: np.ndarray,
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Go back through one step with the reset gate where this layer has it."""
        recurrent_kernel = self.parameters["recurrent_kernel"]
        kinds = self.activation, self.recurrent_activation, self.update == "keeps"
        if self.reset_after:
            return gru_step_backward(
                h_gradient, h, gates, inner, recurrent_kernel, *kinds
            )
        sums_gradient, to_h = gru_step_reset_before_backward(
            h_gradient, h, gates, recurrent_kernel, *kinds
        )
        return sums_gradient, sums_gradient, to_h

    def _recurrent_kernel_gradient(self, recurrent_gradient: np.ndarray) -> np.ndarray:
        """Sum over all steps what each part of U was multiplied with."""
        _, _, h, kept = self._trace
        if self.reset_after:
            return _recurrent.summed_outer(h[:-1], recurrent_gradient)
        reset = np.stack([inner for _, inner in kept])  # r * h: (steps, batch, units)
        gates, candidate = np.split(recurrent_gradient, [2 * self.units], axis=2)
        to_gates = _recurrent.summed_outer(h[:-1], gates)  # (units, 2 * units)
        to_candidate = _recurrent.summed_outer(reset, candidate)  # (units, units)
        return np.concatenate([to_gates, to_candidate], axis=1)
