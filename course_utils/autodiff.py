"""One gradient call for every Keras backend.

Keras 3 computes gradients inside ``fit`` and offers no call of its own for them, so
this module is the only one in the book that names TensorFlow, JAX or PyTorch.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from course_utils import runtime

__all__ = ["gradient"]


def gradient(
    function: Callable[..., object], *inputs: np.ndarray
) -> np.ndarray | tuple[np.ndarray, ...]:
    """Differentiate a scalar function of arrays, by the running Keras backend.

    Parameters
    ----------
    function
        Takes one backend tensor for each input and returns a scalar tensor; written
        with ``keras.ops`` or Keras layers, so that every backend can follow it. Turn
        an array that stands beside a tensor in it into one, with
        ``keras.ops.convert_to_tensor``: PyTorch does not multiply the two.
    *inputs
        Floating-point arrays of any shape.

    Returns
    -------
    numpy.ndarray or tuple of numpy.ndarray
        The gradient with respect to each input, of the input's shape; a bare array
        if there is one input. Zeros where the function does not use an input.

    Raises
    ------
    ValueError
        If there is no input, or the function's result is not a scalar.
    TypeError
        If an input is not of a floating-point type.

    Examples
    --------
    >>> from keras import ops
    >>> gradient(lambda w: ops.sum(w**2), np.array([1.0, 3.0]))
    array([2., 6.])
    """
    if not inputs:
        raise ValueError("gradient needs at least one input to differentiate by.")
    arrays = [_as_floats(value) for value in inputs]
    engine = {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}
    found = engine[runtime.backend()](function, arrays)
    return found[0] if len(found) == 1 else tuple(found)


def _as_floats(value: object) -> np.ndarray:
    array = np.asarray(value)
    if not np.issubdtype(array.dtype, np.floating):
        raise TypeError(
            f"A gradient needs floating-point inputs, got {array.dtype}; "
            "convert with .astype('float32')."
        )
    return array


def _check_scalar(shape: tuple[int, ...]) -> None:
    if tuple(shape) != ():
        raise ValueError(
            f"The function must return a scalar to have one gradient; it returned "
            f"shape {tuple(shape)}. Sum or average it first."
        )


def _tensorflow(function: Callable, arrays: list[np.ndarray]) -> list[np.ndarray]:
    import tensorflow as tf

    tensors = [tf.convert_to_tensor(array) for array in arrays]
    with tf.GradientTape() as tape:
        for tensor in tensors:
            tape.watch(tensor)
        result = function(*tensors)
    _check_scalar(result.shape)
    found = tape.gradient(result, tensors, unconnected_gradients="zero")
    return [np.asarray(tf.convert_to_tensor(value)) for value in found]


def _jax(function: Callable, arrays: list[np.ndarray]) -> list[np.ndarray]:
    import jax

    def checked(*tensors: object) -> object:
        result = function(*tensors)
        _check_scalar(result.shape)
        return result

    tensors = [jax.numpy.asarray(array) for array in arrays]
    found = jax.grad(checked, argnums=tuple(range(len(tensors))))(*tensors)
    return [np.asarray(value) for value in found]


def _torch(function: Callable, arrays: list[np.ndarray]) -> list[np.ndarray]:
    import torch
    from keras import ops

    tensors = [
        ops.convert_to_tensor(array).detach().requires_grad_() for array in arrays
    ]
    result = function(*tensors)
    _check_scalar(tuple(result.shape))
    found = torch.autograd.grad(result, tensors, allow_unused=True)
    return [
        np.zeros_like(array) if value is None else value.detach().cpu().numpy()
        for array, value in zip(arrays, found, strict=True)
    ]
