"""Every backward pass agrees with differences of its forward pass, in float64."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import scratch

PROFILE = settings(max_examples=12, derandomize=True, deadline=None)


def recurrent_cases():
    kinds = {
        "SimpleRNN": (scratch.SimpleRNN, [{}, {"activation": "sigmoid"}]),
        "LSTM": (
            scratch.LSTM,
            [{}, {"activation": "elu", "recurrent_activation": "softmax"}],
        ),
        "GRU": (
            scratch.GRU,
            [
                {"reset_after": after, "update": update}
                for after in (True, False)
                for update in ("keeps", "writes")
            ],
        ),
    }
    return [(layer, options) for layer, all_of in kinds.values() for options in all_of]


def randomized(layer, features, generator):
    """Random weights everywhere, so that no gradient is zero by accident."""
    layer.build(features)
    return layer.set_weights(
        [generator.normal(0, 0.7, w.shape) for w in layer.parameters.values()]
    )


@pytest.mark.parametrize("layer, options", recurrent_cases())
@PROFILE
@given(
    shape=st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(1, 3)),
    units=st.integers(1, 3),
    seed=st.integers(0, 10**6),
    return_sequences=st.booleans(),
    go_backwards=st.booleans(),
    use_bias=st.booleans(),
    with_mask=st.booleans(),
)
def test_recurrent_layers_pass_the_gradient_check(
    layer, options, shape, units, seed, with_mask, **flags
):
    generator = np.random.default_rng(seed)
    layer = randomized(layer(units, **options, **flags), shape[2], generator)
    states = [generator.normal(size=(shape[0], units)) for _ in range(2)]
    is_lstm = isinstance(layer, scratch.LSTM)
    forward = {"initial_state": tuple(states) if is_lstm else states[0]}
    if with_mask:
        forward["mask"] = generator.random(shape[:2]) < 0.6
    error = scratch.gradient_check(layer, generator.normal(size=shape), **forward)
    assert error <= 1e-6


@pytest.mark.parametrize("activation", scratch.ACTIVATIONS)
def test_dense_passes_the_gradient_check(activation):
    generator = np.random.default_rng(1)
    layer = randomized(scratch.Dense(4, activation), 3, generator)
    assert scratch.gradient_check(layer, generator.normal(size=(2, 5, 3))) <= 1e-6


@pytest.mark.parametrize("padding", ["valid", "same", "causal"])
@pytest.mark.parametrize("strides, dilation_rate", [(1, 1), (2, 1), (1, 2), (2, 3)])
def test_conv1d_passes_the_gradient_check(padding, strides, dilation_rate):
    generator = np.random.default_rng(2)
    layer = scratch.Conv1D(
        3, 3, strides, padding, dilation_rate=dilation_rate, activation="tanh"
    )
    layer = randomized(layer, 2, generator)
    assert scratch.gradient_check(layer, generator.normal(size=(2, 8, 2))) <= 1e-6


def test_layer_normalization_passes_the_gradient_check():
    generator = np.random.default_rng(3)
    layer = randomized(scratch.LayerNormalization(), 4, generator)
    assert scratch.gradient_check(layer, generator.normal(size=(2, 3, 4))) <= 1e-6


def test_embedding_and_networks_pass_the_gradient_check():
    codes = np.array([[1, 1, 0, 4], [2, 1, 3, 3]])
    assert scratch.gradient_check(scratch.Embedding(3, vocabulary=5), codes) <= 1e-6
    network = scratch.Network(
        [
            scratch.Embedding(3, vocabulary=5, seed=1),
            scratch.Conv1D(4, 2, padding="causal", activation="tanh", seed=2),
            scratch.GRU(3, return_sequences=True, seed=3),
            scratch.LayerNormalization(),
            scratch.LSTM(2, seed=4),
            scratch.Dense(2, "softmax", seed=5),
        ]
    )
    mask = np.array([[True, True, False, True], [True, True, True, False]])
    assert scratch.gradient_check(network, codes, mask=mask) <= 1e-6


def test_the_gradient_check_finds_a_wrong_sign_and_leaves_the_layer_alone():
    class WrongSign(scratch.LSTM):
        def backward(self, gradient, state_gradient=None):
            x_gradient = super().backward(gradient, state_gradient)
            self.gradients["recurrent_kernel"][0, 0] *= -1
            return x_gradient

    x = np.random.default_rng(4).normal(size=(2, 3, 2))
    layer = WrongSign(3).build(2)
    before = {name: array.copy() for name, array in layer.parameters.items()}
    assert scratch.gradient_check(layer, x) > 1e-3
    for name, array in layer.parameters.items():
        assert array.dtype == np.float32
        np.testing.assert_array_equal(array, before[name])


def test_the_gradient_check_finds_a_gradient_that_was_forgotten():
    class Forgets(scratch.Dense):
        def backward(self, gradient):
            return 0 * super().backward(gradient)

    x = np.random.default_rng(4).normal(size=(2, 3))
    assert scratch.gradient_check(Forgets(3), x) == pytest.approx(1.0)


def smooth_loss_cases():
    generator = np.random.default_rng(5)
    shape = (3, 2, 4)
    share = generator.random(shape) + 0.1
    target = generator.random(shape)
    one_hot = np.eye(4)[generator.integers(0, 4, shape[:-1])]
    codes = one_hot.argmax(-1)
    logits = generator.normal(size=shape)
    from_logits = {"from_logits": True}
    share_of_one = share / share.sum(-1, keepdims=True)
    return {
        "mse": (target, logits, {}),
        "mae": (target, logits, {}),
        "msle": (target, share, {}),
        "binary_crossentropy": (target, share / 2, {}),
        "binary_crossentropy logits": (target, logits, from_logits),
        "categorical_crossentropy": (one_hot, share, {}),
        "categorical_crossentropy logits": (target, logits, from_logits),
        "sparse_categorical_crossentropy": (codes, share_of_one, {}),
        "sparse_categorical_crossentropy logits": (
            codes,
            logits,
            {"from_logits": True},
        ),
        "kl_divergence": (target, share, {}),
    }


@pytest.mark.parametrize("case", smooth_loss_cases())
def test_losses_agree_with_differences(case):
    target, prediction, options = smooth_loss_cases()[case]
    loss = scratch.LOSSES[case.split()[0]]
    _, gradient = loss(target, prediction, **options)
    measured, step = np.empty_like(prediction), 6e-6
    for place in np.ndindex(prediction.shape):
        moved = np.zeros_like(prediction)
        moved[place] = step
        up, _ = loss(target, prediction + moved, **options)
        down, _ = loss(target, prediction - moved, **options)
        measured[place] = (up - down) / (2 * step)
    assert np.abs(gradient - measured).max() <= 1e-6 * np.abs(measured).max()


@pytest.mark.parametrize("name", scratch.ACTIVATIONS)
def test_activations_agree_with_differences(name):
    generator = np.random.default_rng(6)
    activation = scratch.get_activation(name)
    z, weighting = generator.normal(size=(2, 4, 5))
    gradient = activation.backward(weighting, activation.forward(z))
    measured, step = np.empty_like(z), 6e-6
    for place in np.ndindex(z.shape):
        moved = np.zeros_like(z)
        moved[place] = step
        change = activation.forward(z + moved) - activation.forward(z - moved)
        measured[place] = (change * weighting).sum() / (2 * step)
    assert np.abs(gradient - measured).max() <= 1e-6 * np.abs(measured).max()
