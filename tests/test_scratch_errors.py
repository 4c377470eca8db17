"""A wrong argument ends in one sentence: what was given, what was expected."""

import numpy as np
import pytest

from course_utils import scratch

MAKERS = {
    "Dense": (lambda: scratch.Dense(2), (3, 4)),
    "SimpleRNN": (lambda: scratch.SimpleRNN(2), (3, 5, 4)),
    "LSTM": (lambda: scratch.LSTM(2), (3, 5, 4)),
    "GRU": (lambda: scratch.GRU(2), (3, 5, 4)),
    "Conv1D": (lambda: scratch.Conv1D(2, 3), (3, 5, 4)),
    "LayerNormalization": (scratch.LayerNormalization, (3, 4)),
}
RECURRENT = ["SimpleRNN", "LSTM", "GRU"]
all_layers = pytest.mark.parametrize("name", MAKERS)
recurrent_layers = pytest.mark.parametrize("name", RECURRENT)


def made(name):
    make, shape = MAKERS[name]
    layer, x = make(), np.random.default_rng(0).normal(size=shape)
    return layer, x


@all_layers
def test_backward_before_forward(name):
    layer, x = made(name)
    message = f"{name}: backward was called before forward.*call forward"
    with pytest.raises(RuntimeError, match=message):
        layer.backward(np.ones(3))
    layer.build(4)
    with pytest.raises(RuntimeError, match=message):
        layer.backward(np.ones(3))
    layer.forward(x)
    layer.set_weights(list(layer.parameters.values()))
    with pytest.raises(RuntimeError, match=message):
        layer.backward(np.ones((3, 2)))


@all_layers
def test_integers_where_floats_are_needed(name):
    layer, x = made(name)
    for wrong in (x.astype(int), x.astype(np.uint8), x > 0, x.astype(complex)):
        with pytest.raises(TypeError, match=rf"{name}: x has dtype .*x\.astype"):
            layer.forward(wrong)


@all_layers
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_nan_and_infinity_are_named_with_their_place(name, value):
    layer, x = made(name)
    x[(1,) * x.ndim] = value
    place = r"\(1, 1, 1\)" if x.ndim == 3 else r"\(1, 1\)"
    with pytest.raises(ValueError, match=f"{name}: x holds {value} at index {place}"):
        layer.forward(x)


@all_layers
def test_wrong_input_shapes(name):
    layer, x = made(name)
    with pytest.raises(ValueError, match=rf"{name}: x has shape \(4,\), expected"):
        layer.forward(np.ones(4))
    layer.forward(x)
    with pytest.raises(ValueError, match=r"x has shape .* 3\), expected .* 4\)"):
        layer.forward(x[..., :3])


@all_layers
def test_wrong_gradients(name):
    layer, x = made(name)
    output = layer.forward(x)
    expected = ", ".join(str(n) for n in output.shape)
    with pytest.raises(ValueError, match=rf"gradient has shape .*\({expected}\)"):
        layer.backward(np.ones((1, *output.shape)))
    with pytest.raises(ValueError, match="gradient holds nan"):
        layer.backward(np.full(output.shape, np.nan))
    with pytest.raises(TypeError, match="gradient has dtype int"):
        layer.backward(np.ones(output.shape, int))


@all_layers
def test_wrong_weights(name):
    layer, _ = made(name)
    layer.build(4)
    weights = list(layer.parameters.values())
    with pytest.raises(ValueError, match=f"{name}: set_weights got {len(weights) + 1}"):
        layer.set_weights([*weights, weights[0]])
    with pytest.raises(ValueError, match=rf"{name}: \w+ has shape"):
        layer.set_weights([weights[0][None], *weights[1:]])
    with pytest.raises(ValueError, match=rf"{name}: \w+ has shape"):
        layer.set_weights([*weights[:-1], weights[-1][..., :1]])
    with pytest.raises(TypeError, match=rf"{name}: \w+ has dtype int"):
        layer.set_weights([w.astype(int) for w in weights])


@recurrent_layers
def test_wrong_masks_and_states(name):
    layer, x = made(name)
    with pytest.raises(ValueError, match=r"mask has shape \(3, 4\), expected \(3, 5\)"):
        layer.forward(x, mask=np.ones((3, 4), bool))
    with pytest.raises(TypeError, match="mask has dtype float64, expected booleans"):
        layer.forward(x, mask=np.ones((3, 5)))
    with pytest.raises(ValueError, match="0 steps, expected at least 1"):
        layer.forward(x[:, :0])
    count = 2 if name == "LSTM" else 1
    with pytest.raises(ValueError, match=f"3 state.s. given, expected {count}"):
        layer.forward(x, initial_state=[np.zeros((3, 2))] * 3)
    with pytest.raises(ValueError, match=r"state h has shape \(3, 9\)"):
        layer.forward(x, initial_state=[np.zeros((3, 9))] * count)
    layer.forward(x)
    with pytest.raises(ValueError, match=r"state h has shape \(1, 2\)"):
        layer.backward(np.ones((3, 2)), state_gradient=[np.zeros((1, 2))] * count)


@pytest.mark.parametrize("name", ["Dense", "SimpleRNN", "LSTM", "GRU"])
@pytest.mark.parametrize("units", [0, -1, 2.5, "3", True, None])
def test_units_are_a_whole_number_from_one(name, units):
    with pytest.raises(ValueError, match=f"{name}: units is .* a whole number from 1"):
        getattr(scratch, name)(units)


def test_options_are_explained():
    with pytest.raises(ValueError, match="expected one of linear, sigmoid, tanh"):
        scratch.Dense(2, "rleu")
    with pytest.raises(ValueError, match="expected one of keeps, writes"):
        scratch.GRU(2, update="forgets")
    with pytest.raises(ValueError, match="expected one of valid, same, causal"):
        scratch.Conv1D(2, 3, padding="full")
    with pytest.raises(TypeError, match="expected float32 or float64"):
        scratch.LSTM(2, dtype="float16")
    with pytest.raises(ValueError, match="2 steps, expected at least 3"):
        scratch.Conv1D(2, 3).forward(np.ones((1, 2, 1)))


def test_embedding_errors():
    layer = scratch.Embedding(2, vocabulary=4)
    with pytest.raises(RuntimeError, match="backward was called before forward"):
        layer.backward(np.ones((1, 2)))
    with pytest.raises(TypeError, match="x has dtype float64, expected integers"):
        layer.forward(np.ones((1, 2)))
    for codes in ([[0, 4]], [[-1, 0]]):
        with pytest.raises(ValueError, match="expected integers from 0 to 3"):
            layer.forward(np.array(codes))
    with pytest.raises(RuntimeError, match="give vocabulary=..., or call set_weights"):
        scratch.Embedding(2).forward(np.array([[0]]))
    layer.forward(np.array([[0, 1]]))
    with pytest.raises(ValueError, match=r"gradient has shape .*\(1, 2, 2\)"):
        layer.backward(np.ones((1, 2)))
    with pytest.raises(ValueError, match=r"embeddings has shape .*\(vocabulary, 2\)"):
        layer.set_weights([np.ones((4, 3))])


@pytest.mark.parametrize("name", scratch.LOSSES)
def test_loss_errors(name):
    loss = scratch.LOSSES[name]
    target = np.ones((3, 2))
    if name == "sparse_categorical_crossentropy":
        target = np.ones(3, int)
        with pytest.raises(TypeError, match="target has dtype float64, expected int"):
            loss(np.ones(3), np.ones((3, 2)))
        with pytest.raises(ValueError, match="from 0 to 1"):
            loss(target + 1, np.ones((3, 2)))
    else:
        with pytest.raises(ValueError, match="target holds nan"):
            loss(target * np.nan, np.ones((3, 2)))
        with pytest.raises(ValueError, match="prediction is empty"):
            loss(target[:0], np.ones((0, 2)))
    with pytest.raises(TypeError, match=f"{name}: prediction has dtype int64"):
        loss(target, np.ones((3, 2), int))
    with pytest.raises(ValueError, match=rf"{name}: target has shape \(3,"):
        loss(target, np.ones((4, 2)))
    with pytest.raises(ValueError, match=f"{name}: prediction holds inf"):
        loss(target, np.full((3, 2), np.inf))


@pytest.mark.parametrize("name", scratch.OPTIMIZERS)
def test_optimizer_errors_leave_the_parameters_alone(name):
    optimizer = scratch.OPTIMIZERS[name]()
    parameters = {"a": np.ones(2), "b": np.ones(2)}
    for gradients, message in [
        ({}, "call backward before step"),
        ({"a": np.ones(2), "c": np.ones(2)}, "have the names"),
        ({"a": np.ones(2), "b": np.ones(1)}, "of b has shape"),
        ({"a": np.ones(2), "b": np.array([1, np.nan])}, "of b holds NaN"),
    ]:
        with pytest.raises(ValueError, match=message):
            optimizer.step(parameters, gradients)
    assert all((array == 1).all() for array in parameters.values())


def test_clipping_errors():
    for clip in (
        scratch.clip_by_value,
        scratch.clip_by_norm,
        scratch.clip_by_global_norm,
    ):
        with pytest.raises(ValueError, match="limit is 0, expected more than 0"):
            clip({}, 0)


def test_perceptron_errors():
    x, labels = np.ones((2, 3)), np.array([0, 1])
    with pytest.raises(RuntimeError, match="predict was called before fit"):
        scratch.Perceptron().predict(x)
    with pytest.raises(TypeError, match="labels has dtype float64, expected integers"):
        scratch.Perceptron().fit(x, labels * 1.0)
    with pytest.raises(ValueError, match="integers from 0 to 1"):
        scratch.Perceptron().fit(x, np.array([-1, 1]))
    with pytest.raises(ValueError, match=r"labels has shape \(2,\), expected \(1,\)"):
        scratch.Perceptron().fit(x[:1], labels)
    with pytest.raises(ValueError, match="learning_rate is 0"):
        scratch.Perceptron(learning_rate=0)


def test_network_errors():
    with pytest.raises(ValueError, match="at least one layer"):
        scratch.Network([])
    with pytest.raises(TypeError, match="is no layer"):
        scratch.Network([3])
    twice = scratch.Dense(1)
    with pytest.raises(ValueError, match="a layer appears twice"):
        scratch.Network([twice, twice])
    network = scratch.Network([scratch.Dense(1)])
    with pytest.raises(ValueError, match="loss is 'mean', expected one of mse"):
        network.train_step(np.ones((1, 1)), np.ones((1, 1)), "mean", scratch.SGD())
    with pytest.raises(RuntimeError, match="backward was called before forward"):
        network.backward(np.ones((1, 1)))


def test_every_public_name_is_listed_and_documented():
    assert sorted(scratch.__all__) == scratch.__all__
    for name in scratch.__all__:
        thing = getattr(scratch, name)
        if callable(thing):
            assert ">>>" in thing.__doc__ or name == "Activation", name
