"""What must hold whatever the numbers are: masks, time, batches, conventions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import scratch

PROFILE = settings(max_examples=25, derandomize=True, deadline=None)
KINDS = {
    "SimpleRNN": scratch.SimpleRNN,
    "LSTM": scratch.LSTM,
    "GRU": scratch.GRU,
    "GRU, reset before": lambda *a, **k: scratch.GRU(*a, reset_after=False, **k),
    "GRU, z writes": lambda *a, **k: scratch.GRU(*a, update="writes", **k),
}
all_kinds = pytest.mark.parametrize("kind", KINDS)
shapes = st.tuples(st.integers(1, 4), st.integers(1, 6), st.integers(1, 3))
seeds = st.integers(0, 10**6)


def make(kind, units, features, seed, **options):
    layer = KINDS[kind](units, dtype="float64", seed=seed, **options).build(features)
    generator = np.random.default_rng(seed)
    return layer.set_weights(
        [generator.normal(0, 0.7, w.shape) for w in layer.parameters.values()]
    )


def everything(layer, x, gradient, **arguments):
    output = layer.forward(x, **arguments)
    return {"output": output, "x": layer.backward(gradient), **layer.gradients}


def assert_close(found, expected):
    for name, array in expected.items():
        np.testing.assert_allclose(found[name], array, rtol=1e-9, atol=1e-12)


@all_kinds
@PROFILE
@given(shape=shapes, padding=st.integers(1, 4), left=st.booleans(), seed=seeds)
def test_padded_steps_change_nothing(kind, shape, padding, left, seed):
    generator = np.random.default_rng(seed)
    layer = make(kind, 3, shape[2], seed)
    x, gradient = generator.normal(size=shape), generator.normal(size=(shape[0], 3))
    expected = everything(layer, x, gradient)
    state = layer.final_state
    junk = generator.normal(size=(shape[0], padding, shape[2]))
    mask = np.ones((shape[0], shape[1] + padding), bool)
    mask[:, slice(padding) if left else slice(shape[1], None)] = False
    padded = np.concatenate([junk, x] if left else [x, junk], axis=1)
    found = everything(layer, padded, gradient, mask=mask)
    assert (found["x"][~mask] == 0).all()
    found["x"] = found["x"][mask].reshape(shape)
    assert_close(found, expected)
    np.testing.assert_allclose(layer.final_state, state)


@all_kinds
@PROFILE
@given(shape=shapes, seed=seeds, mask_seed=seeds)
def test_masked_outputs_repeat_the_one_before(kind, shape, seed, mask_seed):
    generator = np.random.default_rng(mask_seed)
    layer = make(kind, 3, shape[2], seed, return_sequences=True)
    mask = generator.random(shape[:2]) < 0.5
    x = generator.normal(size=shape)
    output = layer.forward(x, mask=mask)
    before = np.concatenate([np.zeros_like(output[:, :1]), output[:, :-1]], axis=1)
    np.testing.assert_array_equal(output[~mask], before[~mask])
    as_integers = layer.forward(x, mask=mask.astype(int))
    np.testing.assert_array_equal(as_integers, output)


@all_kinds
@PROFILE
@given(shape=shapes, seed=seeds)
def test_a_fully_masked_sequence_gives_zeros_and_no_gradient(kind, shape, seed):
    layer = make(kind, 3, shape[2], seed)
    x, gradient = np.ones(shape), np.ones((shape[0], 3))
    found = everything(layer, x, gradient, mask=np.zeros(shape[:2], bool))
    assert all((array == 0).all() for array in found.values())


@all_kinds
@PROFILE
@given(shape=shapes, seed=seeds)
def test_the_last_of_all_outputs_is_the_output(kind, shape, seed):
    generator = np.random.default_rng(seed)
    x, gradient = generator.normal(size=shape), generator.normal(size=(shape[0], 3))
    expected = everything(make(kind, 3, shape[2], seed), x, gradient)
    layer = make(kind, 3, shape[2], seed, return_sequences=True)
    gradients = np.zeros((*shape[:2], 3))
    gradients[:, -1] = gradient
    found = everything(layer, x, gradients)
    found["output"] = found["output"][:, -1]
    assert_close(found, expected)


@all_kinds
@PROFILE
@given(shape=shapes, seed=seeds)
def test_going_backwards_is_reading_the_reversed_sequence(kind, shape, seed):
    generator = np.random.default_rng(seed)
    x, mask = generator.normal(size=shape), generator.random(shape[:2]) < 0.7
    gradient = generator.normal(size=(*shape[:2], 3))
    options = {"return_sequences": True}
    forwards = make(kind, 3, shape[2], seed, **options)
    expected = everything(forwards, x[:, ::-1], gradient, mask=mask[:, ::-1])
    expected["x"] = expected["x"][:, ::-1]
    backwards = make(kind, 3, shape[2], seed, go_backwards=True, **options)
    assert_close(everything(backwards, x, gradient, mask=mask), expected)


@all_kinds
@PROFILE
@given(shape=shapes, more=st.integers(1, 5), seed=seeds)
def test_a_sequence_cut_in_two_gives_the_same_through_its_state(
    kind, shape, more, seed
):
    generator = np.random.default_rng(seed)
    batch, steps, features = shape
    x = generator.normal(size=(batch, steps + more, features))
    gradient = generator.normal(size=(batch, steps + more, 3))
    whole = make(kind, 3, features, seed, return_sequences=True)
    expected = everything(whole, x, gradient)
    first = make(kind, 3, features, seed, return_sequences=True)
    second = make(kind, 3, features, seed, return_sequences=True)
    early = first.forward(x[:, :steps])
    late = second.forward(x[:, steps:], initial_state=first.final_state)
    late_x = second.backward(gradient[:, steps:])
    early_x = first.backward(
        gradient[:, :steps], state_gradient=second.initial_state_gradient
    )
    found = {n: first.gradients[n] + second.gradients[n] for n in first.gradients}
    found["output"] = np.concatenate([early, late], axis=1)
    found["x"] = np.concatenate([early_x, late_x], axis=1)
    assert_close(found, expected)


@all_kinds
@PROFILE
@given(shape=shapes, seed=seeds)
def test_every_sequence_of_a_batch_is_read_for_itself(kind, shape, seed):
    generator = np.random.default_rng(seed)
    layer = make(kind, 3, shape[2], seed)
    x, mask = generator.normal(size=shape), generator.random(shape[:2]) < 0.7
    together = layer.forward(x, mask=mask)
    for row in range(shape[0]):
        alone = layer.forward(x[row : row + 1], mask=mask[row : row + 1])
        np.testing.assert_allclose(alone[0], together[row], rtol=1e-9, atol=1e-12)


@PROFILE
@given(shape=shapes, seed=seeds, reset_after=st.booleans())
def test_z_writes_is_z_keeps_with_the_weights_of_z_negated(shape, seed, reset_after):
    generator = np.random.default_rng(seed)
    keeps = scratch.GRU(3, reset_after=reset_after, dtype="float64").build(shape[2])
    keeps.set_weights([generator.normal(size=w.shape) for w in _list(keeps)])
    writes = scratch.GRU(3, reset_after=reset_after, update="writes")
    writes.set_weights([_negated_z(w) for w in _list(keeps)])
    x, gradient = generator.normal(size=shape), generator.normal(size=(shape[0], 3))
    expected = everything(keeps, x, gradient)
    found = everything(writes, x, gradient)
    for name in keeps.gradients:
        found[name] = _negated_z(found[name])
    assert_close(found, expected)


def _list(layer):
    return list(layer.parameters.values())


def _negated_z(weight):
    weight = weight.copy()
    weight[..., :3] *= -1
    return weight


@all_kinds
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_everything_has_the_type_of_the_weights(kind, dtype):
    for given_dtype in ("float32", "float64"):
        layer = KINDS[kind](2, dtype=dtype, return_sequences=True)
        x = np.ones((2, 3, 1), given_dtype)
        found = everything(
            layer, x, np.ones((2, 3, 2), given_dtype), mask=[[1] * 3] * 2
        )
        assert {array.dtype for array in found.values()} == {np.dtype(dtype)}
        assert np.asarray(layer.initial_state_gradient).dtype == dtype


def test_without_a_wish_the_type_is_that_of_the_weights():
    layer = scratch.Dense(2)
    assert layer.forward(np.ones((1, 3))).dtype == np.float32
    layer = scratch.Dense(1).set_weights([np.ones((3, 1)), np.zeros(1)])
    assert layer.forward(np.ones((1, 3), np.float32)).dtype == np.float64


def test_the_seed_decides_the_weights():
    for make_layer in (
        lambda seed: scratch.Dense(3, seed=seed).build(2),
        lambda seed: scratch.Conv1D(3, 2, seed=seed).build(2),
        lambda seed: scratch.Embedding(3, vocabulary=4, seed=seed),
        lambda seed: scratch.SimpleRNN(3, seed=seed).build(2),
        lambda seed: scratch.LSTM(3, seed=seed).build(2),
        lambda seed: scratch.GRU(3, seed=seed).build(2),
    ):
        first, again, other = (_list(make_layer(seed)) for seed in (1, 1, 2))
        np.testing.assert_array_equal(first[0], again[0])
        assert (first[0] != other[0]).any()
        generator = np.random.default_rng(1)
        shared = [_list(make_layer(generator))[0] for _ in range(2)]
        assert (shared[0] != shared[1]).any()


@pytest.mark.parametrize("shape", [(4, 4), (3, 12), (9, 3)])
def test_orthogonal_kernels_keep_lengths(shape):
    kernel = scratch.orthogonal(shape, np.random.default_rng(0), np.float64)
    small = kernel if shape[0] >= shape[1] else kernel.T
    np.testing.assert_allclose(small.T @ small, np.eye(min(shape)), atol=1e-12)


def test_glorot_kernels_stay_within_their_limit():
    kernel = scratch.glorot_uniform((5, 40, 60), np.random.default_rng(0))
    limit = np.sqrt(6 / (5 * 40 + 5 * 60))
    assert 0.99 * limit < np.abs(kernel).max() <= limit


def test_the_forget_bias_is_one_unless_asked():
    assert (
        scratch.LSTM(2).build(1).parameters["bias"].tolist() == [0, 0, 1, 1] + [0] * 4
    )
    without = scratch.LSTM(2, unit_forget_bias=False).build(1)
    assert not without.parameters["bias"].any()


def test_weights_are_copied_and_outputs_are_the_callers():
    weights = [np.ones((2, 3)), np.zeros(3)]
    layer = scratch.Dense(3).set_weights(weights)
    scratch.SGD(0.1).step(layer.parameters, {"kernel": weights[0], "bias": np.ones(3)})
    assert (weights[0] == 1).all()
    for kind in KINDS:
        layer, x = make(kind, 2, 1, 0), np.ones((1, 1, 1))
        layer.forward(x)[...] = 99
        x[...] = 99
        after = layer.backward(np.ones((1, 2)))
        layer.forward(np.ones((1, 1, 1)))
        np.testing.assert_array_equal(layer.backward(np.ones((1, 2))), after)
    for layer in (scratch.Dense(2, "tanh"), scratch.Conv1D(2, 1, activation="tanh")):
        output = layer.forward(np.ones((1, 3, 1)))
        before = layer.backward(np.ones((1, 3, 2)))
        output[...] = 99
        np.testing.assert_array_equal(layer.backward(np.ones((1, 3, 2))), before)


@pytest.mark.parametrize("padding", ["valid", "same", "causal"])
def test_a_causal_window_never_sees_its_future(padding):
    layer = scratch.Conv1D(2, 3, padding=padding, dtype="float64").build(1)
    x = np.zeros((1, 9, 1))
    before = layer.forward(x)
    x[0, 6] = 1
    changed = np.flatnonzero((layer.forward(x) != before).any(axis=(0, 2)))
    assert (
        changed.tolist()
        == {
            "valid": [4, 5, 6],
            "same": [5, 6, 7],
            "causal": [6, 7, 8],
        }[padding]
    )


def test_a_network_learns_and_its_clip_is_used():
    generator = np.random.default_rng(0)
    x = generator.normal(size=(32, 6, 2))
    target = x[:, 0, :1] - x[:, -1, 1:]  # needs the first step and the last
    layers = [scratch.LSTM(8, seed=1), scratch.Dense(1, seed=2)]
    network, optimizer = scratch.Network(layers), scratch.Adam(0.02)
    losses = [network.train_step(x, target, "mse", optimizer) for _ in range(150)]
    assert losses[-1] < 0.1 * losses[0]
    before = {name: array.copy() for name, array in network.parameters.items()}

    def nothing(gradients):
        return {name: 0 * gradient for name, gradient in gradients.items()}

    network.train_step(x, target, scratch.mae, scratch.SGD(1.0), clip=nothing)
    for name, array in network.parameters.items():
        np.testing.assert_array_equal(array, before[name])


def test_a_network_hands_its_mask_to_the_recurrent_layers():
    network = scratch.Network([scratch.Dense(2), scratch.GRU(3), scratch.Dense(1)])
    x = np.random.default_rng(0).normal(size=(2, 4, 3))
    short = network.forward(x[:, :2])
    masked = network.forward(x, mask=np.array([[1, 1, 0, 0]] * 2))
    np.testing.assert_allclose(masked, short, rtol=1e-6)
    assert list(network.parameters)[2:4] == ["1.kernel", "1.recurrent_kernel"]
