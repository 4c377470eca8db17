"""The embedding: a table with one row of numbers for every code."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._arguments import (
    float_type,
    floats,
    integers,
    positive_integer,
    require_forward,
    require_shape,
)
from .weights import Seed, named_weights


class Embedding:
    """Look up a vector of `units` numbers for every integer code.

    The same as multiplying one-hot vectors by a kernel, without the zeros.

    Parameters
    ----------
    units : int
        Length of a vector.
    vocabulary : int, optional
        Number of different codes; may be left out where `set_weights` tells it.
    seed : int or numpy.random.Generator
        For the initial table (uniform from -0.05 to 0.05).
    dtype : {"float32", "float64"}, optional
        Type of the table; None takes that of the weights given to `set_weights`, and
        float32 for a drawn one.

    Attributes
    ----------
    parameters : dict of ndarray
        embeddings (vocabulary, units).
    gradients : dict of ndarray
        embeddings (vocabulary, units).

    Examples
    --------
    >>> table = np.array([[0.0, 1.0], [2.0, 3.0]])
    >>> Embedding(2).set_weights([table]).forward(np.array([[1, 1, 0]]))
    array([[[2., 3.],
            [2., 3.],
            [0., 1.]]])
    """

    def __init__(
        self,
        units: int,
        *,
        vocabulary: int | None = None,
        seed: Seed = 0,
        dtype: Any = None,
    ) -> None:
        self.units = positive_integer("Embedding", "units", units)
        self.seed = seed
        self.dtype = float_type("Embedding", dtype)
        self.parameters: dict[str, np.ndarray] = {}
        self.gradients: dict[str, np.ndarray] = {}
        self._trace: np.ndarray | None = None
        if vocabulary is not None:
            self.build(positive_integer("Embedding", "vocabulary", vocabulary))

    def build(self, vocabulary: int) -> Embedding:
        """Draw the initial table for `vocabulary` codes.

        Parameters
        ----------
        vocabulary : int
            Number of different codes.

        Returns
        -------
        Embedding
            The layer itself.
        """
        generator = np.random.default_rng(self.seed)
        table = generator.uniform(-0.05, 0.05, (vocabulary, self.units))
        return self.set_weights([table.astype(self.dtype or np.float32)])

    def set_weights(self, weights: list[np.ndarray]) -> Embedding:
        """Take over a table, for example ``keras_layer.get_weights()``.

        Parameters
        ----------
        weights : list of ndarray
            One array of shape (vocabulary, units).

        Returns
        -------
        Embedding
            The layer itself.

        Raises
        ------
        ValueError, TypeError
            If number, shape or type do not fit.
        """
        parameters = named_weights("Embedding", ["embeddings"], weights, self.dtype)
        shape = parameters["embeddings"].shape
        require_shape("Embedding", "embeddings", shape, ("vocabulary", self.units))
        self.parameters, self.gradients, self._trace = parameters, {}, None
        return self

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Replace every code by its vector.

        Parameters
        ----------
        x : ndarray
            Integers of any shape, usually (batch, steps), from 0 to vocabulary - 1.

        Returns
        -------
        ndarray
            Shape (batch, steps, units).

        Raises
        ------
        TypeError
            If x does not hold integers.
        ValueError
            If a code is outside the table.
        RuntimeError
            If there is no table yet.
        """
        if not self.parameters:
            raise RuntimeError(
                "Embedding: the number of codes is not known yet; give vocabulary=..., "
                "or call set_weights first."
            )
        table = self.parameters["embeddings"]
        self._trace = integers("Embedding", "x", x, upper=len(table))
        return table[self._trace]

    def backward(self, gradient: np.ndarray) -> None:
        """Add the gradient of every place to the row that was looked up there.

        Parameters
        ----------
        gradient : ndarray
            Gradient of the loss with respect to the output, in its shape.

        Returns
        -------
        None
            A code is a name, not a number: there is no gradient of x. The table's
            is in `gradients`.

        Raises
        ------
        RuntimeError
            If there was no `forward`.
        ValueError, TypeError
            If the gradient does not look like the output.
        """
        require_forward("Embedding", self._trace)
        table = self.parameters["embeddings"]
        expected = (*self._trace.shape, self.units)
        gradient = floats("Embedding", "gradient", gradient, expected, table.dtype)
        summed = np.zeros_like(table)
        # A plain `summed[codes] += ...` would count a repeated code only once.
        np.add.at(summed, self._trace, gradient)
        self.gradients = {"embeddings": summed}
