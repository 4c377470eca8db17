"""Networks from scratch: forward and backward in plain NumPy, nothing hidden.

What the chapters write step by step, whole: layers with batches, masks and options,
activations, losses, optimizers, a check of every gradient, and a sampler of text. No
automatic differentiation; each way back is written out beside its way forward.

A layer has ``forward(x)``, ``backward(gradient)``, which returns the gradient of x, and
the dictionaries ``parameters`` and ``gradients``, in Keras' order and shapes:
``layer.set_weights(keras_layer.get_weights())`` takes a Keras layer's weights over. It
draws its own weights at the first `forward` otherwise. Vectors are rows, so that a
step reads ``x @ W + h @ U + b`` with W the kernel, U the recurrent_kernel and b the
bias.

Examples
--------
>>> import numpy as np
>>> from course_utils import scratch
>>> network = scratch.Network([scratch.GRU(8, seed=1), scratch.Dense(1, seed=2)])
>>> x = np.random.default_rng(0).normal(size=(4, 10, 3))  # (batch, steps, features)
>>> loss = network.train_step(x, np.ones((4, 1)), "mse", scratch.Adam(0.01))
>>> list(network.gradients)
['0.kernel', '0.recurrent_kernel', '0.bias', '1.kernel', '1.bias']
"""

from .activations import (
    ACTIVATIONS,
    Activation,
    elu,
    elu_backward,
    get_activation,
    leaky_relu,
    leaky_relu_backward,
    linear,
    linear_backward,
    relu,
    relu_backward,
    sigmoid,
    sigmoid_backward,
    softmax,
    softmax_backward,
    tanh,
    tanh_backward,
)
from .conv1d import Conv1D, conv1d_padding
from .dense import Dense
from .embedding import Embedding
from .gradient_checking import gradient_check
from .gru import (
    GRU,
    gru_step,
    gru_step_backward,
    gru_step_reset_before,
    gru_step_reset_before_backward,
)
from .layer_normalization import LayerNormalization
from .losses import (
    LOSSES,
    binary_crossentropy,
    categorical_crossentropy,
    kl_divergence,
    mae,
    mse,
    msle,
    sparse_categorical_crossentropy,
)
from .lstm import LSTM, lstm_step, lstm_step_backward
from .network import Network
from .optimizers import (
    OPTIMIZERS,
    SGD,
    AdaDelta,
    AdaGrad,
    Adam,
    AdamW,
    Momentum,
    Nesterov,
    RMSprop,
    clip_by_global_norm,
    clip_by_norm,
    clip_by_value,
    global_norm,
)
from .perceptron import Perceptron
from .sampler import CharacterSampler, draw_code
from .simple_rnn import SimpleRNN, simple_rnn_step
from .weights import glorot_uniform, orthogonal

__all__ = [
    "ACTIVATIONS",
    "Activation",
    "AdaDelta",
    "AdaGrad",
    "Adam",
    "AdamW",
    "CharacterSampler",
    "Conv1D",
    "Dense",
    "Embedding",
    "GRU",
    "LOSSES",
    "LSTM",
    "LayerNormalization",
    "Momentum",
    "Nesterov",
    "Network",
    "OPTIMIZERS",
    "Perceptron",
    "RMSprop",
    "SGD",
    "SimpleRNN",
    "binary_crossentropy",
    "categorical_crossentropy",
    "clip_by_global_norm",
    "clip_by_norm",
    "clip_by_value",
    "conv1d_padding",
    "draw_code",
    "elu",
    "elu_backward",
    "get_activation",
    "global_norm",
    "glorot_uniform",
    "gradient_check",
    "gru_step",
    "gru_step_backward",
    "gru_step_reset_before",
    "gru_step_reset_before_backward",
    "kl_divergence",
    "leaky_relu",
    "leaky_relu_backward",
    "linear",
    "linear_backward",
    "lstm_step",
    "lstm_step_backward",
    "mae",
    "mse",
    "msle",
    "orthogonal",
    "relu",
    "relu_backward",
    "sigmoid",
    "sigmoid_backward",
    "simple_rnn_step",
    "softmax",
    "softmax_backward",
    "sparse_categorical_crossentropy",
    "tanh",
    "tanh_backward",
]
