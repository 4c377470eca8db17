"""A network: layers in a chain, forward through them and backward again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .gru import GRU
from .losses import LOSSES
from .lstm import LSTM
from .simple_rnn import SimpleRNN


class Network:
    """Chain layers: the output of each is the input of the next.

    Parameters
    ----------
    layers : sequence of layers
        Anything with `forward`, `backward`, `parameters` and `gradients`.

    Attributes
    ----------
    layers : list
        The layers in order.

    Examples
    --------
    >>> from course_utils.scratch import Dense, SGD
    >>> network = Network([Dense(8, "tanh", seed=1), Dense(1, seed=2)])
    >>> x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    >>> target = np.array([[0.0], [1.0], [1.0], [0.0]])
    >>> steps = [network.train_step(x, target, "mse", SGD(0.3)) for _ in range(500)]
    >>> steps[-1] < 0.01 < steps[0]
    True
    """

    def __init__(self, layers: Sequence[Any]) -> None:
        self.layers = list(layers)
        if not self.layers:
            raise ValueError("Network: layers is empty, expected at least one layer.")
        for layer in self.layers:
            if not (hasattr(layer, "forward") and hasattr(layer, "backward")):
                raise TypeError(
                    f"Network: {layer!r} is no layer, expected an object with forward "
                    "and backward, such as Dense(3)."
                )
        if len({id(layer) for layer in self.layers}) < len(self.layers):
            raise ValueError(
                "Network: a layer appears twice, expected each once: it remembers one "
                "forward pass only; make a second layer with the same weights."
            )

    @property
    def parameters(self) -> dict[str, np.ndarray]:
        """All parameters, the layers' own arrays, as ``"0.kernel"``, ``"0.bias"``..."""
        return self._numbered("parameters")

    @property
    def gradients(self) -> dict[str, np.ndarray]:
        """All gradients after `backward`, under the names of `parameters`."""
        return self._numbered("gradients")

    def forward(self, x: np.ndarray, mask: np.ndarray | None = None) -> np.ndarray:
        """Send a batch through all layers.

        Parameters
        ----------
        x : ndarray
            Input of the first layer.
        mask : ndarray, optional
            Booleans of shape (batch, steps), False for padding; every recurrent layer
            is given it.

        Returns
        -------
        ndarray
            Output of the last layer.

        Raises
        ------
        TypeError, ValueError
            If a layer does not accept its input.
        """
        for layer in self.layers:
            if mask is not None and isinstance(layer, (SimpleRNN, LSTM, GRU)):
                x = layer.forward(x, mask=mask)
            else:
                x = layer.forward(x)
        return x

    def backward(self, gradient: np.ndarray) -> np.ndarray | None:
        """Send a gradient back through all layers, last layer first.

        Parameters
        ----------
        gradient : ndarray
            Gradient of the loss with respect to the output, in its shape.

        Returns
        -------
        ndarray or None
            Gradient with respect to x; None where x holds codes. Those of the weights
            are in `gradients`.

        Raises
        ------
        RuntimeError
            If there was no `forward`.
        ValueError, TypeError
            If the gradient does not look like the output.
        """
        for layer in reversed(self.layers):
            gradient = layer.backward(gradient)
        return gradient

    def train_step(
        self,
        x: np.ndarray,
        target: np.ndarray,
        loss: str | Callable,
        optimizer: Any,
        mask: np.ndarray | None = None,
        clip: Callable[[dict], dict] | None = None,
    ) -> float:
        """Learn from one batch: forward, loss, backward, step.

        Parameters
        ----------
        x, target : ndarray
            The batch.
        loss : str or callable
            A key of `LOSSES`, or ``loss(target, prediction) -> (value, gradient)``.
        optimizer : object
            With ``step(parameters, gradients)``.
        mask : ndarray, optional
            As in `forward`.
        clip : callable, optional
            Applied to the gradients before the step, for example
            ``lambda gradients: clip_by_global_norm(gradients, 1.0)``.

        Returns
        -------
        float
            The loss before the step.

        Raises
        ------
        TypeError, ValueError
            If the loss is unknown, or a shape or type does not fit.
        """
        if isinstance(loss, str) and loss not in LOSSES:
            raise ValueError(
                f"Network: loss is {loss!r}, expected one of {', '.join(LOSSES)}."
            )
        compute = LOSSES[loss] if isinstance(loss, str) else loss
        value, gradient = compute(target, self.forward(x, mask))
        self.backward(gradient)
        gradients = self.gradients if clip is None else clip(self.gradients)
        optimizer.step(self.parameters, gradients)
        return value

    def _numbered(self, kind: str) -> dict[str, np.ndarray]:
        return {
            f"{number}.{name}": array
            for number, layer in enumerate(self.layers)
            for name, array in getattr(layer, kind).items()
        }
