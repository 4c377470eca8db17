"""Values worked out by hand: losses, activations, optimizers, one step of each cell."""

import copy

import numpy as np
import pytest

from course_utils import scratch

LN2 = np.log(2)


def assert_loss(found, value, gradient):
    assert found[0] == pytest.approx(value, rel=1e-6)
    np.testing.assert_allclose(found[1], gradient, rtol=1e-6, atol=1e-12)


def test_mse_by_hand():
    found = scratch.mse(np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 5.0]))
    assert_loss(found, 5 / 3, [2 / 3, 0, 4 / 3])


def test_mae_by_hand():
    found = scratch.mae(np.array([1.0, 2.0, 3.0]), np.array([0.0, 2.0, 5.0]))
    assert_loss(found, 1, [-1 / 3, 0, 1 / 3])


def test_msle_by_hand():
    target, prediction = np.array([[1.0, 7.0]]), np.array([[3.0, 7.0]])
    assert_loss(scratch.msle(target, prediction), LN2**2 / 2, [[LN2 / 4, 0]])


def test_binary_crossentropy_by_hand():
    found = scratch.binary_crossentropy(np.array([[1, 0]]), np.array([[0.8, 0.6]]))
    assert_loss(found, -(np.log(0.8) + np.log(0.4)) / 2, [[-1 / 1.6, 1 / 0.8]])


def test_categorical_crossentropy_by_hand():
    target, prediction = np.array([[0, 1, 0]]), np.array([[0.2, 0.5, 0.3]])
    assert_loss(scratch.categorical_crossentropy(target, prediction), LN2, [[1, -1, 1]])


def test_sparse_categorical_crossentropy_by_hand():
    found = scratch.sparse_categorical_crossentropy(
        np.array([1]), np.array([[0.2, 0.5, 0.3]])
    )
    assert_loss(found, LN2, [[1, -1, 1]])


def test_kl_divergence_by_hand():
    found = scratch.kl_divergence(np.array([[0.5, 0.5]]), np.array([[0.25, 0.75]]))
    assert_loss(found, LN2 - np.log(3) / 2, [[-2, -2 / 3]])


def test_a_loss_matched_to_its_output_has_the_gradient_p_minus_y():
    generator = np.random.default_rng(0)
    logits = generator.normal(size=(6, 4))
    one_hot = np.eye(4)[generator.integers(0, 4, 6)]
    p = scratch.softmax(logits)
    _, p_gradient = scratch.categorical_crossentropy(one_hot, p)
    through = scratch.softmax_backward(p_gradient, p)
    np.testing.assert_allclose(through, (p - one_hot) / 6, atol=1e-12)
    p = scratch.sigmoid(logits)
    _, p_gradient = scratch.binary_crossentropy(one_hot, p)
    through = scratch.sigmoid_backward(p_gradient, p)
    np.testing.assert_allclose(through, (p - one_hot) / 24, atol=1e-12)


def test_crossentropy_from_logits_survives_where_probabilities_are_clipped():
    logits = np.array([[-50.0]])
    value, gradient = scratch.binary_crossentropy(np.array([[1]]), logits, True)
    assert value == pytest.approx(50)
    assert gradient[0, 0] == pytest.approx(-1)
    clipped = scratch.binary_crossentropy(np.array([[1]]), scratch.sigmoid(logits))
    assert clipped[0] == pytest.approx(16.118, abs=1e-3)
    assert clipped[1][0, 0] == 0


def test_largest_slopes_of_sigmoid_and_tanh():
    z = np.linspace(-5, 5, 1001)
    slopes = scratch.sigmoid_backward(1.0, scratch.sigmoid(z))
    assert slopes.max() == pytest.approx(0.25)
    assert scratch.tanh_backward(1.0, scratch.tanh(z)).max() == pytest.approx(1)


def test_extreme_scores_give_no_warning_and_no_nan(recwarn):
    for dtype in (np.float32, np.float64):
        z = np.array([[-1e30, -1000, 0, 1000, 1e30]], dtype)
        for activation in scratch.ACTIVATIONS.values():
            output = activation.forward(z)
            assert output.dtype == dtype
            assert np.isfinite(output).all()
            assert np.isfinite(activation.backward(np.ones_like(z), output)).all()
    assert not recwarn.list


# theta = 1 and gradients 2, then -1, with round numbers for all constants.
PATHS = {
    "SGD": (scratch.SGD(0.1), [0.8, 0.9]),
    "Momentum": (scratch.Momentum(0.1, 0.5), [0.8, 0.8]),
    "Nesterov": (scratch.Nesterov(0.1, 0.5), [0.7, 0.8]),
    "AdaGrad": (scratch.AdaGrad(0.1, 0.0, 0.0), [0.9, 0.9 + 0.1 / 5**0.5]),
    "RMSprop": (
        scratch.RMSprop(0.1, 0.5, 0.0),
        [1 - 0.2 / 2**0.5, 1 - 0.2 / 2**0.5 + 0.1 / 1.5**0.5],
    ),
    # s = 2, d = 0: 2 sqrt(2) / sqrt(4); then s = 1.5, d = half of its square.
    "AdaDelta": (
        scratch.AdaDelta(1.0, 0.5, 2.0),
        [1 - 2**0.5, 1 - 2**0.5 + (1 + 2) ** 0.5 / 3.5**0.5],
    ),
    # m = 1, v = 2, corrected 2 and 4; then m = 0, and nothing moves.
    "Adam": (scratch.Adam(0.1, 0.5, 0.5, 0.0), [0.9, 0.9]),
    "AdamW": (scratch.AdamW(0.1, 1.0, 0.5, 0.5, 0.0), [0.8, 0.72]),
}


@pytest.mark.parametrize("name", PATHS)
def test_two_steps_of_each_optimizer_by_hand(name):
    optimizer, path = copy.deepcopy(PATHS[name])
    parameters = {"theta": np.array([1.0])}
    for gradient, expected in zip([2.0, -1.0], path, strict=True):
        optimizer.step(parameters, {"theta": np.array([gradient])})
        assert parameters["theta"][0] == pytest.approx(expected, rel=1e-9)


def test_every_listed_optimizer_goes_downhill():
    for make in scratch.OPTIMIZERS.values():
        optimizer, theta = make(0.05), {"theta": np.array([3.0, -2.0])}
        for _ in range(300):
            optimizer.step(theta, {"theta": 2 * theta["theta"]})
        assert (theta["theta"] ** 2).sum() < 13 - 1e-3


def test_the_published_window_of_ten_is_a_sum_of_products():
    kernel = np.array([[[-1.0]], [[5.0]], [[-1.0]]])
    layer = scratch.Conv1D(1, 3, padding="same").set_weights([kernel, np.zeros(1)])
    row = np.array([60.0, 113, 56, 139, 85])
    sharpened = layer.forward(row.reshape(1, -1, 1)).ravel()
    np.testing.assert_array_equal(sharpened, [187, 449, 28, 554, 286])


def test_same_padding_puts_the_odd_zero_at_the_end():
    assert scratch.conv1d_padding(10, 4, 1, "same") == (1, 2)
    assert scratch.conv1d_padding(10, 3, 2, "same") == (0, 1)
    assert scratch.conv1d_padding(10, 3, 1, "causal", 2) == (4, 0)


def gates_at(values, units=1):
    """Weights of zero and biases that open (+) or shut (-) a gate for good."""
    return np.repeat(np.array(values, float), units)


def lstm_with(gates):
    zeros = np.zeros((1, 4))
    return scratch.LSTM(1).set_weights([zeros, zeros, gates_at(gates)])


def test_the_lstm_keeps_writes_and_shows_as_its_gates_say():
    x, state = np.zeros((1, 1, 1)), (np.array([[0.3]]), np.array([[0.7]]))
    shut, wide = -1000, 1000
    for gates, c, h in [
        ([shut, wide, 5, wide], 0.7, np.tanh(0.7)),  # keep
        ([wide, shut, 5, wide], np.tanh(5), np.tanh(np.tanh(5))),  # write
        ([wide, wide, 5, shut], 0.7 + np.tanh(5), 0.0),  # add, show nothing
    ]:
        layer = lstm_with(gates)
        assert layer.forward(x, state)[0, 0] == pytest.approx(h)
        assert layer.final_state[1][0, 0] == pytest.approx(c)


@pytest.mark.parametrize("update", ["keeps", "writes"])
@pytest.mark.parametrize("reset_after", [True, False])
def test_the_gru_keeps_writes_and_resets_as_its_gates_say(update, reset_after):
    x, state = np.zeros((1, 1, 1)), np.array([[0.7]])
    shut, wide = (-1000, 1000) if update == "writes" else (1000, -1000)
    recurrent_kernel = np.array([[0.0, 0.0, 2.0]])
    for z, r, h in [
        (shut, 1000, 0.7),
        (wide, -1000, np.tanh(0.5)),
        (wide, 1000, np.tanh(0.5 + 2 * 0.7)),
    ]:
        bias = np.array([z, r, 0.5])
        bias = np.stack([bias, np.zeros(3)]) if reset_after else bias
        layer = scratch.GRU(1, update=update, reset_after=reset_after)
        layer.set_weights([np.zeros((1, 3)), recurrent_kernel, bias])
        assert layer.forward(x, state)[0, 0] == pytest.approx(h)


def test_a_perceptron_learns_and_and_or_and_never_exclusive_or():
    corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    for labels in ([0, 0, 0, 1], [0, 1, 1, 1]):
        perceptron = scratch.Perceptron().fit(corners, np.array(labels))
        assert perceptron.converged
        assert perceptron.mistakes[-1] == 0
        assert perceptron.predict(corners).tolist() == labels
    lost = scratch.Perceptron(epochs=50).fit(corners, np.array([0, 1, 1, 0]))
    assert not lost.converged
    assert len(lost.mistakes) == 50
    assert min(lost.mistakes) > 0


def test_the_first_corrections_of_a_perceptron_by_hand():
    # OR: the first example is right (0 is not above 0), the second is not: w gains
    # (0, 1) and b gains 1; then everything else comes out as 1.
    corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    perceptron = scratch.Perceptron(epochs=1).fit(corners, np.array([0, 1, 1, 1]))
    assert perceptron.mistakes == [1]
    assert perceptron.weights.tolist() == [0, 1]
    assert perceptron.bias == 1
    unsigned = scratch.Perceptron().fit(corners, np.array([1, 0, 0, 0], np.uint8))
    assert unsigned.predict(corners).tolist() == [1, 0, 0, 0]
