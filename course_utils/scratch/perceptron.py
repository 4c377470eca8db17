"""The perceptron: a neuron with a step, and a rule that learns from mistakes."""

from __future__ import annotations

import numpy as np

from ._arguments import floats, integers, positive_integer, require_shape


class Perceptron:
    """Separate two classes by a line, or a plane, found one mistake at a time.

    For every example in turn: predict 1 if ``x @ w + b`` is above 0, else 0; after a
    mistake move w by ``learning_rate * (label - prediction) * x`` and b by the same
    without x. If a separating line exists, this ends after finitely many
    mistakes; if none does (exclusive or), it never ends.

    Parameters
    ----------
    learning_rate : float
        Size of a correction. Starting from zero weights it only sets their scale.
    epochs : int
        Passes over the data before giving up.

    Attributes
    ----------
    weights : ndarray
        Shape (features,), after `fit`.
    bias : float
        After `fit`.
    mistakes : list of int
        Wrong predictions in every epoch, as they were made, before correction.
    converged : bool
        Whether the last epoch had no mistake.

    References
    ----------
    F. Rosenblatt, "The perceptron: a probabilistic model for information
    storage and organization in the brain", Psychological Review 65, 1958.

    Examples
    --------
    >>> corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    >>> both = Perceptron().fit(corners, np.array([0, 0, 0, 1]))
    >>> both.converged, both.predict(corners)
    (True, array([0, 0, 0, 1]))
    """

    def __init__(self, learning_rate: float = 1.0, epochs: int = 100) -> None:
        if not learning_rate > 0:
            raise ValueError(
                f"Perceptron: learning_rate is {learning_rate}, expected more than 0."
            )
        self.learning_rate = learning_rate
        self.epochs = positive_integer("Perceptron", "epochs", epochs)
        self.weights: np.ndarray | None = None
        self.bias = 0.0
        self.mistakes: list[int] = []
        self.converged = False

    def fit(self, x: np.ndarray, labels: np.ndarray) -> Perceptron:
        """Learn from zero weights until an epoch passes without a mistake.

        Parameters
        ----------
        x : ndarray
            Floats of shape (examples, features).
        labels : ndarray
            Integers 0 and 1 of shape (examples,).

        Returns
        -------
        Perceptron
            The fitted perceptron itself.

        Raises
        ------
        TypeError, ValueError
            If x or labels have the wrong type, shape or values.
        """
        x = floats("Perceptron", "x", x, ("examples", "features"))
        labels = integers("Perceptron", "labels", labels, upper=2)
        require_shape("Perceptron", "labels", labels.shape, (len(x),))
        # Signed, since 0 - 1 in unsigned integers would be a large positive number.
        labels = labels.astype(int)
        self.weights, self.bias = np.zeros(x.shape[1], x.dtype), 0.0
        self.mistakes, self.converged = [], False
        while len(self.mistakes) < self.epochs and not self.converged:
            self.mistakes.append(self._epoch(x, labels))
            self.converged = self.mistakes[-1] == 0
        return self

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Say on which side of the line every example lies.

        Parameters
        ----------
        x : ndarray
            Floats of shape (examples, features).

        Returns
        -------
        ndarray
            Integers 0 and 1 of shape (examples,).

        Raises
        ------
        RuntimeError
            If there was no `fit`.
        TypeError, ValueError
            If x has the wrong type, shape or values.
        """
        if self.weights is None:
            raise RuntimeError(
                "Perceptron: predict was called before fit, but there are no weights "
                "yet; call fit(x, labels) first."
            )
        x = floats("Perceptron", "x", x, ("examples", len(self.weights)))
        return (x @ self.weights + self.bias > 0).astype(int)

    def _epoch(self, x: np.ndarray, labels: np.ndarray) -> int:
        """Go once through the examples and count the mistakes."""
        mistakes = 0
        for example, label in zip(x, labels, strict=True):
            prediction = int(example @ self.weights + self.bias > 0)
            error = int(label) - prediction  # -1, 0 or 1
            self.weights += self.learning_rate * error * example
            self.bias += self.learning_rate * error
            mistakes += error != 0
        return mistakes
