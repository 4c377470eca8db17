"""The one-dimensional convolution: a small window that slides along time."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._arguments import (
    float_type,
    floats,
    one_of,
    positive_integer,
    require_forward,
    require_shape,
)
from .activations import Activation, get_activation
from .weights import Seed, glorot_uniform, named_weights

PADDINGS = ("valid", "same", "causal")


def conv1d_padding(
    steps: int, kernel_size: int, strides: int, padding: str, dilation_rate: int = 1
) -> tuple[int, int]:
    """Count the zeros to put before and after a sequence.

    Parameters
    ----------
    steps : int
        Length of the sequence.
    kernel_size, strides, dilation_rate : int
        Taps of the window, steps it moves on, steps between its taps.
    padding : {"valid", "same", "causal"}
        "valid" pads nothing, "same" keeps ``ceil(steps / strides)`` outputs, "causal"
        pads only before, so that no output sees its future.

    Returns
    -------
    tuple of int
        (before, after).

    Examples
    --------
    >>> conv1d_padding(10, 4, 1, "same")
    (1, 2)
    """
    reach = dilation_rate * (kernel_size - 1) + 1
    if padding == "causal":
        return reach - 1, 0
    if padding == "valid":
        return 0, 0
    outputs = -(-steps // strides)
    missing = max((outputs - 1) * strides + reach - steps, 0)
    return missing // 2, missing - missing // 2


class Conv1D:
    """Slide `filters` windows of `kernel_size` steps along every sequence.

    Output step t is ``sum over k of x[t * strides + k * dilation_rate] @ W[k] + b``
    (a cross-correlation, as in every deep-learning library: the kernel is not
    flipped).

    Parameters
    ----------
    filters : int
        Number of windows, which is the number of output features ("units").
    kernel_size : int
        Steps (taps) that a window sees.
    strides : int
        Steps that it moves on.
    padding : {"valid", "same", "causal"}
        See `conv1d_padding`.
    dilation_rate : int
        Steps between two taps.
    activation : str, Activation or None
        A name from `ACTIVATIONS`.
    use_bias : bool
        Whether there is a b.
    seed : int or numpy.random.Generator
        For the initial kernel (Glorot uniform; the bias starts at 0).
    dtype : {"float32", "float64"}, optional
        None takes that of the weights given to `set_weights`, and float32 for drawn
        ones.

    Attributes
    ----------
    parameters : dict of ndarray
        kernel (kernel_size, features, filters), bias (filters,).
    gradients : dict of ndarray
        kernel (kernel_size, features, filters), bias (filters,).

    Examples
    --------
    >>> layer = Conv1D(1, 2).set_weights([np.array([[[-1.0]], [[1.0]]]), np.zeros(1)])
    >>> layer.forward(np.array([[[1.0], [4.0], [9.0]]]))  # differences
    array([[[3.],
            [5.]]])
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int,
        strides: int = 1,
        padding: str = "valid",
        *,
        dilation_rate: int = 1,
        activation: str | Activation | None = None,
        use_bias: bool = True,
        seed: Seed = 0,
        dtype: Any = None,
    ) -> None:
        self.filters = positive_integer("Conv1D", "filters", filters)
        self.kernel_size = positive_integer("Conv1D", "kernel_size", kernel_size)
        self.strides = positive_integer("Conv1D", "strides", strides)
        self.dilation_rate = positive_integer("Conv1D", "dilation_rate", dilation_rate)
        self.padding = one_of("Conv1D", "padding", padding, PADDINGS)
        self.activation = get_activation(activation)
        self.use_bias = use_bias
        self.seed = seed
        self.dtype = float_type("Conv1D", dtype)
        self.parameters: dict[str, np.ndarray] = {}
        self.gradients: dict[str, np.ndarray] = {}
        self._trace: tuple[np.ndarray, np.ndarray, int] | None = None

    def build(self, features: int) -> Conv1D:
        """Draw the initial weights for inputs of `features` numbers a step.

        Parameters
        ----------
        features : int
            Length of the last axis of x.

        Returns
        -------
        Conv1D
            The layer itself.
        """
        generator = np.random.default_rng(self.seed)
        dtype = self.dtype or np.float32
        shape = (self.kernel_size, features, self.filters)
        weights = [glorot_uniform(shape, generator, dtype)]
        if self.use_bias:
            weights.append(np.zeros(self.filters, dtype))
        return self.set_weights(weights)

    def set_weights(self, weights: list[np.ndarray]) -> Conv1D:
        """Take over weights, for example ``keras_layer.get_weights()``.

        Parameters
        ----------
        weights : list of ndarray
            kernel (kernel_size, features, filters) and, with `use_bias`, bias
            (filters,).

        Returns
        -------
        Conv1D
            The layer itself.

        Raises
        ------
        ValueError, TypeError
            If number, shapes or types do not fit.
        """
        names = ["kernel", "bias"] if self.use_bias else ["kernel"]
        parameters = named_weights("Conv1D", names, weights, self.dtype)
        kernel_shape = (self.kernel_size, "features", self.filters)
        shapes = {"kernel": kernel_shape, "bias": (self.filters,)}
        for name, array in parameters.items():
            require_shape("Conv1D", name, array.shape, shapes[name])
        self.parameters, self.gradients, self._trace = parameters, {}, None
        return self

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Compute the outputs and remember what `backward` needs.

        Parameters
        ----------
        x : ndarray
            Floats of shape (batch, steps, features).

        Returns
        -------
        ndarray
            Shape (batch, output steps, filters).

        Raises
        ------
        TypeError
            If x does not hold floats.
        ValueError
            If the shape does not fit, the sequence is shorter than the window, or x
            holds NaN or infinity.
        """
        x = floats("Conv1D", "x", x, ("batch", "steps", "features"))
        if not self.parameters:
            self.build(x.shape[-1])
        kernel = self.parameters["kernel"]
        require_shape("Conv1D", "x", x.shape, ("batch", "steps", kernel.shape[1]))
        x = x.astype(kernel.dtype, copy=False)
        before, after = self._padding(x.shape[1])
        padded = np.pad(x, ((0, 0), (before, after), (0, 0)))
        taps = self._taps(padded.shape[1])
        z = sum(padded[:, tap] @ kernel[k] for k, tap in enumerate(taps))
        if self.use_bias:
            z = z + self.parameters["bias"]  # (batch, output steps, filters)
        output = self.activation.forward(z)
        # A copy, since the output now belongs to the caller, who may change it.
        self._trace = padded, output.copy(), x.shape[1]
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
        require_forward("Conv1D", self._trace)
        padded, output, steps = self._trace
        kernel = self.parameters["kernel"]
        gradient = floats("Conv1D", "gradient", gradient, output.shape, kernel.dtype)
        z_gradient = self.activation.backward(gradient, output)
        kernel_gradient = np.empty_like(kernel)
        padded_gradient = np.zeros_like(padded)
        for k, tap in enumerate(self._taps(padded.shape[1])):
            kernel_gradient[k] = np.tensordot(
                padded[:, tap], z_gradient, axes=([0, 1], [0, 1])
            )  # (features, filters)
            # Windows overlap: a step collects from each one that saw it.
            padded_gradient[:, tap] += z_gradient @ kernel[k].T
        self.gradients = {"kernel": kernel_gradient}
        if self.use_bias:
            self.gradients["bias"] = z_gradient.sum(axis=(0, 1))  # (filters,)
        before, _ = self._padding(steps)
        return padded_gradient[:, before : before + steps]

    def _padding(self, steps: int) -> tuple[int, int]:
        return conv1d_padding(
            steps, self.kernel_size, self.strides, self.padding, self.dilation_rate
        )

    def _taps(self, padded_steps: int) -> list[slice]:
        """For each tap, the input steps it meets while the window slides."""
        reach = self.dilation_rate * (self.kernel_size - 1) + 1
        if padded_steps < reach:
            raise ValueError(
                f"Conv1D: x has {padded_steps} steps, expected at least {reach} for "
                f'kernel_size={self.kernel_size}; use padding="same" or longer x.'
            )
        moves = (padded_steps - reach) // self.strides
        starts = range(0, reach, self.dilation_rate)
        return [slice(s, s + moves * self.strides + 1, self.strides) for s in starts]
