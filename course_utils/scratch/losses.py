"""Losses: each returns its value and its gradient with respect to the prediction.

``value, gradient = mse(target, prediction)``. The value is one number, the mean over
the batch as Keras takes it, and the gradient has the shape of the prediction; it is
what `backward` of the last layer wants.

Where a logarithm meets 0, Keras clips at `EPSILON`, and so do we, with the same value:
a probability below it gives a large but finite loss, and a gradient of 0.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ._arguments import floats, integers, require_finite, require_shape
from .activations import sigmoid, softmax

EPSILON = 1e-7


def _checked(
    who: str, target: np.ndarray, prediction: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return both as floats of one type and one shape.

    Nothing is broadcast: (n,) beside (n, 1) would compare every target with every
    prediction, and still give a number.
    """
    prediction = floats(who, "prediction", prediction)
    target = np.asarray(target)
    if target.dtype.kind not in "biuf":
        raise TypeError(f"{who}: target has dtype {target.dtype}, expected numbers.")
    require_shape(who, "target", target.shape, prediction.shape)
    if prediction.size == 0:
        raise ValueError(f"{who}: prediction is empty, expected at least one value.")
    require_finite(who, "target", target)
    return target.astype(prediction.dtype), prediction


def mse(target: np.ndarray, prediction: np.ndarray) -> tuple[float, np.ndarray]:
    """Mean squared error: the mean of ``(prediction - target) ** 2``.

    Parameters
    ----------
    target, prediction : ndarray
        One shape, (batch, ...); the prediction in floats.

    Returns
    -------
    tuple of float and ndarray
        Value, in squared units of the target, and gradient of the prediction.

    Raises
    ------
    TypeError, ValueError
        If the prediction does not hold floats, a value is NaN or infinite, or the
        shapes differ.

    Examples
    --------
    >>> mse(np.array([[1.0, 2.0]]), np.array([[1.0, 4.0]]))
    (2.0, array([[0., 2.]]))
    """
    target, prediction = _checked("mse", target, prediction)
    error = prediction - target
    return float(np.mean(error**2)), 2 * error / error.size


def mae(target: np.ndarray, prediction: np.ndarray) -> tuple[float, np.ndarray]:
    """Mean absolute error: the mean of ``|prediction - target|``.

    There is no derivative where the error is exactly 0; like Keras we take 0 there.

    Parameters
    ----------
    target, prediction : ndarray
        One shape, (batch, ...); the prediction in floats.

    Returns
    -------
    tuple of float and ndarray
        Value, in units of the target, and gradient of the prediction.

    Raises
    ------
    TypeError, ValueError
        As in `mse`.

    Examples
    --------
    >>> mae(np.array([[1.0, 2.0]]), np.array([[1.0, 4.0]]))
    (1.0, array([[0. , 0.5]]))
    """
    target, prediction = _checked("mae", target, prediction)
    error = prediction - target
    return float(np.mean(np.abs(error))), np.sign(error) / error.size


def msle(target: np.ndarray, prediction: np.ndarray) -> tuple[float, np.ndarray]:
    """Mean squared logarithmic error: relative errors of positive quantities.

    The mean of ``(log(1 + prediction) - log(1 + target)) ** 2``. The formula asks for
    values above -1; Keras goes further and lifts everything below `EPSILON` to it, so
    that a negative prediction gets no gradient. We do the same.

    Parameters
    ----------
    target, prediction : ndarray
        One shape, (batch, ...), positive; the prediction in floats.

    Returns
    -------
    tuple of float and ndarray
        Value, without a unit, and gradient of the prediction.

    Raises
    ------
    TypeError, ValueError
        As in `mse`.

    Examples
    --------
    >>> value, _ = msle(np.array([[np.e - 1]]), np.array([[np.e**3 - 1]]))
    >>> round(value, 6)
    4.0
    """
    target, prediction = _checked("msle", target, prediction)
    lifted = np.maximum(prediction, EPSILON)
    error = np.log(lifted + 1) - np.log(np.maximum(target, EPSILON) + 1)
    gradient = 2 * error / (lifted + 1) / error.size
    return float(np.mean(error**2)), gradient * (prediction >= EPSILON)


def binary_crossentropy(
    target: np.ndarray, prediction: np.ndarray, from_logits: bool = False
) -> tuple[float, np.ndarray]:
    """Binary cross-entropy: for every output, the surprise at a yes or no.

    The mean over all outputs of ``-(y log p + (1 - y) log(1 - p))``, with p clipped to
    `EPSILON` and 1 - `EPSILON` (so that one wrong certainty costs 16.118 at most in
    exact numbers). From logits z, p = sigmoid(z), it is ``max(z, 0) - z y +
    log(1 + exp(-|z|))``, which needs no clipping, and the gradient of z is ``p - y``.

    Parameters
    ----------
    target : ndarray
        0 or 1 (or a probability), in the shape of the prediction.
    prediction : ndarray
        Floats of shape (batch, ...): probabilities, or logits.
    from_logits : bool
        Which of the two.

    Returns
    -------
    tuple of float and ndarray
        Value, in nats, and gradient of the prediction.

    Raises
    ------
    TypeError, ValueError
        As in `mse`.

    Examples
    --------
    >>> binary_crossentropy(np.array([[1]]), np.array([[0.0]]), from_logits=True)
    (0.6931471805599453, array([[-0.5]]))
    """
    y, p = _checked("binary_crossentropy", target, prediction)
    if from_logits:
        z = p
        values = np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))
        return float(np.mean(values)), (sigmoid(z) - y) / z.size
    p, inside = _clipped(p, 1 - EPSILON)
    value = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    return float(value), inside * ((1 - y) / (1 - p) - y / p) / p.size


def categorical_crossentropy(
    target: np.ndarray, prediction: np.ndarray, from_logits: bool = False
) -> tuple[float, np.ndarray]:
    """Categorical cross-entropy: the surprise at which of K classes it is.

    The mean over the batch of ``-sum over classes of y log p``. Like Keras we first
    divide every row of p by its sum, and then clip to `EPSILON` and 1 - `EPSILON`.
    From logits z, p = softmax(z), nothing is clipped, and for targets that sum to 1
    the gradient of z is ``(p - y) / batch``.

    Parameters
    ----------
    target : ndarray
        One-hot (or probabilities), shape (batch, ..., classes).
    prediction : ndarray
        Floats of the same shape: probabilities, or logits.
    from_logits : bool
        Which of the two.

    Returns
    -------
    tuple of float and ndarray
        Value, in nats, and gradient of the prediction.

    Raises
    ------
    TypeError, ValueError
        As in `mse`. For integer codes there is `sparse_categorical_crossentropy`.

    Examples
    --------
    >>> value, gradient = categorical_crossentropy(
    ...     np.array([[0, 1]]), np.array([[0.75, 0.25]])
    ... )
    >>> round(float(value / np.log(2)), 6), gradient.round(3)  # 2 bits
    (2.0, array([[ 1., -3.]]))
    """
    y, p = _checked("categorical_crossentropy", target, prediction)
    rows = p.size // p.shape[-1]
    if from_logits:
        value = -np.sum(y * _log_softmax(p)) / rows
        gradient = softmax(p) * y.sum(axis=-1, keepdims=True) - y
        return float(value), gradient / rows
    total = p.sum(axis=-1, keepdims=True)  # (batch, ..., 1)
    share, inside = _clipped(p / total, 1 - EPSILON)
    share_gradient = -(y / share) * inside
    # A larger p_k lowers the share of every other class.
    others = (share_gradient * p / total).sum(axis=-1, keepdims=True)
    value = -np.sum(y * np.log(share)) / rows
    return float(value), (share_gradient - others) / total / rows


def sparse_categorical_crossentropy(
    target: np.ndarray, prediction: np.ndarray, from_logits: bool = False
) -> tuple[float, np.ndarray]:
    """Categorical cross-entropy for targets that are class numbers.

    The mean over the batch of ``-log p[target]``. From probabilities Keras clips first
    and divides by the row's sum afterwards, the other way round than for one-hot
    targets; so do we.

    Parameters
    ----------
    target : ndarray
        Integers of shape (batch, ...), from 0 to classes - 1.
    prediction : ndarray
        Floats of shape (batch, ..., classes): probabilities, or logits.
    from_logits : bool
        Which of the two.

    Returns
    -------
    tuple of float and ndarray
        Value, in nats, and gradient of the prediction.

    Raises
    ------
    TypeError, ValueError
        If the target does not hold integers, a class does not exist, a prediction is
        NaN or infinite, or the shapes do not fit.

    Examples
    --------
    >>> value, gradient = sparse_categorical_crossentropy(
    ...     np.array([1]), np.array([[0.75, 0.25]])
    ... )
    >>> round(float(value / np.log(2)), 6), gradient.round(3)  # 2 bits
    (2.0, array([[ 1., -3.]]))
    """
    who = "sparse_categorical_crossentropy"
    p = floats(who, "prediction", prediction)
    if p.ndim < 1 or p.size == 0:
        require_shape(who, "prediction", p.shape, ("batch (at least 1)", "classes"))
    target = integers(who, "target", target, upper=p.shape[-1])
    require_shape(who, "target", target.shape, p.shape[:-1])
    logits, slope = p, 1.0
    if not from_logits:
        clipped, inside = _clipped(p, 1 - EPSILON)
        logits, slope = np.log(clipped), inside / clipped
    chosen = target[..., None]  # (batch, ..., 1)
    rows = p.size // p.shape[-1]
    value = -np.take_along_axis(_log_softmax(logits), chosen, axis=-1).sum() / rows
    one_hot = np.zeros_like(p)
    np.put_along_axis(one_hot, chosen, 1, axis=-1)
    return float(value), (softmax(logits) - one_hot) * slope / rows


def kl_divergence(
    target: np.ndarray, prediction: np.ndarray
) -> tuple[float, np.ndarray]:
    """Kullback-Leibler divergence: the surprise that a better guess would spare.

    The mean over the batch of ``sum of y log(y / p)``, with y and p clipped to
    `EPSILON` and 1. It is the cross-entropy less the entropy of the target, so both
    have the same gradient.

    Parameters
    ----------
    target, prediction : ndarray
        Probabilities of one shape (batch, ..., classes); the prediction in floats.

    Returns
    -------
    tuple of float and ndarray
        Value, in nats, and gradient of the prediction.

    Raises
    ------
    TypeError, ValueError
        As in `mse`.

    References
    ----------
    S. Kullback and R. A. Leibler, "On information and sufficiency", Annals of
    Mathematical Statistics 22, 1951.

    Examples
    --------
    >>> value, gradient = kl_divergence(np.array([[0.5, 0.5]]), np.array([[0.5, 0.5]]))
    >>> value, gradient
    (0.0, array([[-1., -1.]]))
    """
    y, p = _checked("kl_divergence", target, prediction)
    y, _ = _clipped(y, 1)
    p, inside = _clipped(p, 1)
    rows = p.size // p.shape[-1]
    return float(np.sum(y * np.log(y / p)) / rows), -(y / p) * inside / rows


def _clipped(p: np.ndarray, upper: float) -> tuple[np.ndarray, np.ndarray]:
    """Clip from `EPSILON` to `upper`, and say where nothing had to be clipped."""
    clipped = np.clip(p, EPSILON, upper)
    return clipped, clipped == p


def _log_softmax(z: np.ndarray) -> np.ndarray:
    """Take the logarithm of `softmax` without passing through a probability of 0."""
    shifted = z - z.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


LOSSES: dict[str, Callable[..., tuple[float, np.ndarray]]] = {
    "mse": mse,
    "mae": mae,
    "msle": msle,
    "binary_crossentropy": binary_crossentropy,
    "categorical_crossentropy": categorical_crossentropy,
    "sparse_categorical_crossentropy": sparse_categorical_crossentropy,
    "kl_divergence": kl_divergence,
}
