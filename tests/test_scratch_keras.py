"""The layers, activations, losses and optimizers do what Keras 3 does."""

import copy
import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import scratch

REASON = "the comparison with Keras needs TensorFlow"
tf = pytest.importorskip("tensorflow", reason=REASON)
keras = pytest.importorskip("keras", reason=REASON)
if keras.backend.backend() != "tensorflow":
    pytest.skip("gradients are taken with TensorFlow's tape", allow_module_level=True)

PROFILE = settings(max_examples=20, derandomize=True, deadline=None)
TOLERANCE = {"float32": 1e-5, "float64": 1e-12}


def difference(ours, theirs):
    """Largest difference, relative to the largest value of theirs."""
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    assert ours.shape == theirs.shape
    assert ours.dtype == theirs.dtype
    size = np.abs(theirs).max(initial=0)
    gap = np.abs(ours - theirs).max(initial=0)
    return gap / size if size else gap


def assert_equal(ours, theirs, dtype="float32"):
    for name, array in theirs.items():
        assert difference(ours[name], array) <= TOLERANCE[dtype], name


def normal(generator, shape, dtype="float32"):
    return generator.normal(size=shape).astype(dtype)


def randomized(keras_layer, input_shape, generator, scale=0.6):
    """Build a Keras layer and give it random weights, biases too."""
    keras_layer.build(input_shape)
    keras_layer.set_weights(
        [generator.normal(0, scale, w.shape) for w in keras_layer.get_weights()]
    )
    return keras_layer


def passes_of_keras(layer, x, generator, states=(), **arguments):
    """Output, gradients of x, states and weights; and the weighting of the loss."""
    x = tf.constant(x)
    states = [tf.constant(state) for state in states]
    if states:
        arguments["initial_state"] = states
    with tf.GradientTape() as tape:
        tape.watch([x, *states] if x.dtype.is_floating else states)
        output = layer(x, **arguments)
        weighting = normal(generator, output.shape, output.dtype.name)
        loss = tf.reduce_sum(output * weighting)
    sources = {"x": x} if x.dtype.is_floating else {}
    sources |= {f"state {k}": state for k, state in enumerate(states)}
    sources |= {v.path.split("/")[-1]: v.value for v in layer.trainable_variables}
    gradients = tape.gradient(loss, sources)
    found = {name: tf.convert_to_tensor(g).numpy() for name, g in gradients.items()}
    return {"output": output.numpy(), **found}, weighting


def passes_of_ours(layer, x, weighting, **arguments):
    """Return the same, of a layer from scratch."""
    output = layer.forward(x, **arguments)
    found = {"output": output, "x": layer.backward(weighting), **layer.gradients}
    if "initial_state" in arguments:
        parts = layer.initial_state_gradient
        parts = parts if isinstance(parts, tuple) else (parts,)
        found |= {f"state {k}": part for k, part in enumerate(parts)}
    return found


# Recurrent layers.

KINDS = ["SimpleRNN", "LSTM", "GRU reset_after", "GRU reset_before"]


def recurrent_pair(kind, units, **options):
    name, _, reset = kind.partition(" ")
    if reset:
        options["reset_after"] = reset == "reset_after"
    theirs = getattr(keras.layers, name)(units, **options)
    return theirs, getattr(scratch, name)(units, **options)


def compare_recurrent(kind, shape, units, seed, options, with_states, with_mask):
    generator = np.random.default_rng(seed)
    dtype = options.get("dtype", "float32")
    theirs, ours = recurrent_pair(kind, units, **options)
    # A recurrent kernel that stretches states makes them chaotic: rounding then grows
    # from step to step, and no two programs in float32 agree for long.
    randomized(theirs, shape, generator, min(0.6, units**-0.5))
    ours.set_weights(theirs.get_weights())
    x = normal(generator, shape, dtype)
    arguments = {}
    if with_mask:
        arguments["mask"] = generator.random(shape[:2]) < 0.6
    states, count = (), 2 if kind == "LSTM" else 1
    if with_states:
        states = [normal(generator, (shape[0], units), dtype) for _ in range(count)]
    expected, weighting = passes_of_keras(theirs, x, generator, states, **arguments)
    if with_states:
        arguments["initial_state"] = tuple(states) if count == 2 else states[0]
    assert_equal(passes_of_ours(ours, x, weighting, **arguments), expected, dtype)


@pytest.mark.parametrize("kind", KINDS)
@PROFILE
@given(
    shape=st.tuples(st.integers(1, 4), st.integers(1, 7), st.integers(1, 5)),
    units=st.integers(1, 6),
    seed=st.integers(0, 10**6),
    options=st.fixed_dictionaries(
        {
            "return_sequences": st.booleans(),
            "go_backwards": st.booleans(),
            "use_bias": st.booleans(),
            "activation": st.sampled_from(["tanh", "relu", "linear", "sigmoid"]),
            "dtype": st.sampled_from(["float32", "float64"]),
        }
    ),
    with_states=st.booleans(),
    with_mask=st.booleans(),
)
def test_recurrent_layers_equal_keras_in_output_and_every_gradient(
    kind, shape, units, seed, options, with_states, with_mask
):
    compare_recurrent(kind, shape, units, seed, options, with_states, with_mask)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape, units", [((32, 33, 1), 64), ((16, 28, 28), 128)])
def test_recurrent_layers_equal_keras_at_the_sizes_of_the_book(kind, shape, units):
    compare_recurrent(kind, shape, units, 7, {"return_sequences": True}, False, True)


@pytest.mark.parametrize("kind", ["LSTM", "GRU reset_after", "GRU reset_before"])
@pytest.mark.parametrize("gate", ["softmax", "relu", "elu"])
def test_other_recurrent_activations_equal_keras(kind, gate):
    options = {"recurrent_activation": gate, "return_sequences": True}
    compare_recurrent(kind, (3, 4, 2), 5, 1, options, True, True)


@pytest.mark.parametrize("kind", KINDS)
def test_final_states_equal_keras(kind):
    generator = np.random.default_rng(3)
    theirs, ours = recurrent_pair(kind, 4)
    theirs.return_state = True
    randomized(theirs, (3, 5, 2), generator)
    ours.set_weights(theirs.get_weights())
    x, mask = normal(generator, (3, 5, 2)), generator.random((3, 5)) < 0.6
    _, *expected = theirs(x, mask=tf.constant(mask))
    ours.forward(x, mask=mask)
    states = ours.final_state if kind == "LSTM" else (ours.final_state,)
    for state, theirs_state in zip(states, expected, strict=True):
        assert difference(state, theirs_state) <= 1e-5


@pytest.mark.parametrize("kind", KINDS)
def test_drawn_weights_have_the_shapes_and_biases_of_keras(kind):
    theirs, ours = recurrent_pair(kind, 3)
    theirs.build((None, None, 2))
    ours.build(2)
    for (name, array), weight in zip(
        ours.parameters.items(), theirs.weights, strict=True
    ):
        assert name == weight.path.split("/")[-1]
        assert array.shape == tuple(weight.shape)
    np.testing.assert_array_equal(ours.parameters["bias"], theirs.get_weights()[-1])


# Layers without memory.


@PROFILE
@given(
    shape=st.lists(st.integers(1, 5), min_size=2, max_size=4).map(tuple),
    units=st.integers(1, 6),
    seed=st.integers(0, 10**6),
    activation=st.sampled_from(
        [None, *(name for name in scratch.ACTIVATIONS if name != "leaky_relu")]
    ),
    use_bias=st.booleans(),
    dtype=st.sampled_from(["float32", "float64"]),
)
def test_dense_equals_keras(shape, units, seed, activation, use_bias, dtype):
    if activation == "softmax":  # one class has probability 1 and no gradient
        units += 1
    generator = np.random.default_rng(seed)
    options = {"activation": activation, "use_bias": use_bias, "dtype": dtype}
    theirs = randomized(keras.layers.Dense(units, **options), shape, generator)
    ours = scratch.Dense(units, **options).set_weights(theirs.get_weights())
    x = normal(generator, shape, dtype)
    expected, weighting = passes_of_keras(theirs, x, generator)
    assert_equal(passes_of_ours(ours, x, weighting), expected, dtype)


@PROFILE
@given(
    shape=st.tuples(st.integers(1, 3), st.integers(1, 9), st.integers(1, 4)),
    filters=st.integers(1, 5),
    kernel_size=st.integers(1, 4),
    strides=st.integers(1, 3),
    dilation_rate=st.integers(1, 3),
    padding=st.sampled_from(["valid", "same", "causal"]),
    seed=st.integers(0, 10**6),
    activation=st.sampled_from([None, "tanh", "relu"]),
    use_bias=st.booleans(),
    dtype=st.sampled_from(["float32", "float64"]),
)
def test_conv1d_equals_keras(shape, seed, dtype, **options):
    if options["strides"] > 1:  # Keras allows one of the two
        options["dilation_rate"] = 1
    reach = options["dilation_rate"] * (options["kernel_size"] - 1) + 1
    if options["padding"] == "valid" and shape[1] < reach:
        shape = (shape[0], reach, shape[2])
    generator = np.random.default_rng(seed)
    theirs = keras.layers.Conv1D(**options, dtype=dtype)
    randomized(theirs, shape, generator)
    ours = scratch.Conv1D(**options).set_weights(theirs.get_weights())
    x = normal(generator, shape, dtype)
    expected, weighting = passes_of_keras(theirs, x, generator)
    assert_equal(passes_of_ours(ours, x, weighting), expected, dtype)


@PROFILE
@given(
    shape=st.lists(st.integers(1, 5), min_size=1, max_size=3).map(tuple),
    vocabulary=st.integers(1, 7),
    units=st.integers(1, 4),
    seed=st.integers(0, 10**6),
)
def test_embedding_equals_keras(shape, vocabulary, units, seed):
    generator = np.random.default_rng(seed)
    theirs = randomized(keras.layers.Embedding(vocabulary, units), shape, generator)
    ours = scratch.Embedding(units).set_weights(theirs.get_weights())
    x = generator.integers(0, vocabulary, shape)
    expected, weighting = passes_of_keras(theirs, x, generator)
    assert_equal(passes_of_ours(ours, x, weighting), expected)


@PROFILE
@given(
    shape=st.lists(st.integers(2, 6), min_size=2, max_size=4).map(tuple),
    seed=st.integers(0, 10**6),
    epsilon=st.sampled_from([1e-3, 1e-1]),
)
def test_layer_normalization_equals_keras(shape, seed, epsilon):
    generator = np.random.default_rng(seed)
    theirs = keras.layers.LayerNormalization(epsilon=epsilon, dtype="float64")
    randomized(theirs, shape, generator)
    ours = scratch.LayerNormalization(epsilon=epsilon)
    ours.set_weights(theirs.get_weights())
    x = normal(generator, shape, "float64")
    expected, weighting = passes_of_keras(theirs, x, generator)
    # Keras adds its numbers in another order than we do.
    found = passes_of_ours(ours, x, weighting)
    for name, array in expected.items():
        assert difference(found[name], array) <= 1e-9, name


def test_layer_normalization_equals_keras_in_float32():
    generator = np.random.default_rng(9)
    theirs = randomized(keras.layers.LayerNormalization(), (4, 6, 32), generator)
    ours = scratch.LayerNormalization().set_weights(theirs.get_weights())
    x = normal(generator, (4, 6, 32))
    expected, weighting = passes_of_keras(theirs, x, generator)
    assert_equal(passes_of_ours(ours, x, weighting), expected)


def test_a_whole_network_equals_keras():
    generator = np.random.default_rng(5)
    theirs = keras.Sequential(
        [
            keras.layers.Embedding(7, 5),
            keras.layers.Conv1D(6, 3, padding="same", activation="relu"),
            keras.layers.LSTM(4, return_sequences=True),
            keras.layers.GRU(3),
            keras.layers.Dense(2),
        ]
    )
    theirs.build((4, 9))
    ours = scratch.Network(
        [
            scratch.Embedding(5),
            scratch.Conv1D(6, 3, padding="same", activation="relu"),
            scratch.LSTM(4, return_sequences=True),
            scratch.GRU(3),
            scratch.Dense(2),
        ]
    )
    for layer, keras_layer in zip(ours.layers, theirs.layers, strict=True):
        layer.set_weights(keras_layer.get_weights())
    x = generator.integers(0, 7, (4, 9))
    with tf.GradientTape() as tape:
        output = theirs(x)
        loss = tf.reduce_sum(output**2)
    expected = tape.gradient(loss, [v.value for v in theirs.trainable_variables])
    assert difference(ours.forward(x), output) <= 1e-5
    assert ours.backward(2 * output.numpy()) is None
    for ours_gradient, gradient in zip(ours.gradients.values(), expected, strict=True):
        gradient = tf.convert_to_tensor(gradient).numpy()
        assert difference(ours_gradient, gradient) <= 1e-5


# Activations and losses.


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", scratch.ACTIVATIONS)
def test_activations_equal_keras_with_their_derivatives(name, dtype):
    generator = np.random.default_rng(2)
    z = (5 * generator.normal(size=(6, 7))).astype(dtype)
    z[0] = [-100, -20, -1e-3, 0, 1e-3, 20, 100]
    weighting = normal(generator, z.shape, dtype)
    z_tensor = tf.constant(z)
    with tf.GradientTape() as tape:
        tape.watch(z_tensor)
        output = getattr(keras.activations, name)(z_tensor)
        loss = tf.reduce_sum(output * weighting)
    activation = scratch.get_activation(name)
    ours = activation.forward(z)
    # TensorFlow keeps the slope of leaky_relu, 0.2, in float32 whatever z is.
    tolerance = 1e-5 if dtype == "float32" else 1e-8 if name == "leaky_relu" else 1e-12
    assert difference(ours, output) <= tolerance
    gradient = activation.backward(weighting, ours)
    assert difference(gradient, tape.gradient(loss, z_tensor)) <= tolerance


def probabilities(generator, shape):
    weights = generator.random(shape) + 0.05
    return weights / weights.sum(axis=-1, keepdims=True)


def loss_cases():
    generator = np.random.default_rng(4)
    shape = (5, 3, 4)
    positive = generator.random(shape) * 3
    share, other = probabilities(generator, shape), probabilities(generator, shape)
    certain = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [1e-9, 0.5, 0.5]])
    truth = np.eye(3)
    codes = generator.integers(0, 4, shape[:-1])
    bits = generator.integers(0, 2, shape).astype(float)
    one_hot = np.eye(4)[codes]
    logits = 5 * generator.normal(size=shape)
    return {
        "mse": ("mse", positive, logits, {}),
        "mae": ("mae", positive, logits, {}),
        "mae, exact": ("mae", truth, certain, {}),
        "msle": ("msle", positive, positive[::-1], {}),
        "msle, negative": ("msle", logits, logits[::-1], {}),
        "bce": ("binary_crossentropy", bits, share, {}),
        "bce, clipped": ("binary_crossentropy", truth, certain, {}),
        "bce, logits": ("binary_crossentropy", bits, logits, {"from_logits": True}),
        "bce, huge logits": (
            "binary_crossentropy",
            bits,
            1000 * logits,
            {"from_logits": True},
        ),
        "cce": ("categorical_crossentropy", one_hot, share, {}),
        "cce, rows of any sum": ("categorical_crossentropy", one_hot, 3 * positive, {}),
        "cce, soft targets": ("categorical_crossentropy", other, share, {}),
        "cce, clipped": ("categorical_crossentropy", truth, certain, {}),
        "cce, logits": (
            "categorical_crossentropy",
            one_hot,
            logits,
            {"from_logits": True},
        ),
        "cce, huge logits": (
            "categorical_crossentropy",
            one_hot,
            1000 * logits,
            {"from_logits": True},
        ),
        "sparse": ("sparse_categorical_crossentropy", codes, share, {}),
        "sparse, clipped": (
            "sparse_categorical_crossentropy",
            np.arange(3),
            certain,
            {},
        ),
        "sparse, logits": (
            "sparse_categorical_crossentropy",
            codes,
            logits,
            {"from_logits": True},
        ),
        "kl": ("kl_divergence", other, share, {}),
        "kl, clipped": ("kl_divergence", truth, certain, {}),
    }


KERAS_LOSSES = {
    "mse": "MeanSquaredError",
    "mae": "MeanAbsoluteError",
    "msle": "MeanSquaredLogarithmicError",
    "binary_crossentropy": "BinaryCrossentropy",
    "categorical_crossentropy": "CategoricalCrossentropy",
    "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
    "kl_divergence": "KLDivergence",
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", loss_cases())
def test_losses_equal_keras_in_value_and_gradient(case, dtype):
    name, target, prediction, options = loss_cases()[case]
    prediction = prediction.astype(dtype)
    if target.dtype.kind == "f":
        target = target.astype(dtype)
    loss = getattr(keras.losses, KERAS_LOSSES[name])(**options, dtype=dtype)
    tensor = tf.constant(prediction)
    with tf.GradientTape() as tape:
        tape.watch(tensor)
        expected = loss(tf.constant(target), tensor)
    value, gradient = scratch.LOSSES[name](target, prediction, **options)
    assert value == pytest.approx(float(expected), rel=1e-5, abs=1e-7)
    assert difference(gradient, tape.gradient(expected, tensor)) <= 1e-5


# Optimizers.

OPTIMIZERS = {
    "SGD": (scratch.SGD(0.1), lambda: keras.optimizers.SGD(0.1)),
    "Momentum": (
        scratch.Momentum(0.1, 0.8),
        lambda: keras.optimizers.SGD(0.1, momentum=0.8),
    ),
    "Nesterov": (
        scratch.Nesterov(0.1, 0.8),
        lambda: keras.optimizers.SGD(0.1, momentum=0.8, nesterov=True),
    ),
}
for ours_name, theirs_name in [
    ("AdaGrad", "Adagrad"),
    ("RMSprop", "RMSprop"),
    ("AdaDelta", "Adadelta"),
    ("Adam", "Adam"),
    ("AdamW", "AdamW"),
]:
    # The defaults; a large rate; and an epsilon large enough to see where it stands.
    for options in ({}, {"learning_rate": 0.3}, {"epsilon": 0.02}):
        OPTIMIZERS[f"{ours_name} {options or 'defaults'}"] = (
            getattr(scratch, ours_name)(**options),
            lambda name=theirs_name, options=options: getattr(keras.optimizers, name)(
                **options
            ),
        )
OPTIMIZERS["AdamW, strong decay"] = (
    scratch.AdamW(0.1, weight_decay=0.5),
    lambda: keras.optimizers.AdamW(0.1, weight_decay=0.5),
)


@pytest.mark.parametrize("case", OPTIMIZERS)
def test_optimizers_equal_keras_over_50_steps(case):
    generator = np.random.default_rng(6)
    ours, theirs = copy.deepcopy(OPTIMIZERS[case][0]), OPTIMIZERS[case][1]()
    # From zero, what is compared is the path itself.
    start = {"kernel": normal(generator, (3, 4)), "bias": np.zeros(4, "float32")}
    parameters = {name: array.copy() for name, array in start.items()}
    variables = [keras.Variable(array) for array in start.values()]
    for step in range(50):
        scale = 10.0 ** generator.integers(-3, 2)
        gradients = {
            name: (scale * generator.normal(size=array.shape)).astype("float32")
            for name, array in start.items()
        }
        if step == 20:
            ours.learning_rate *= 0.5
            theirs.learning_rate = ours.learning_rate
        ours.step(parameters, gradients)
        theirs.apply([tf.constant(g) for g in gradients.values()], variables)
        for array, variable in zip(parameters.values(), variables, strict=True):
            assert difference(array, variable.numpy()) <= 1e-5


@pytest.mark.parametrize(
    "clip, option",
    [
        (scratch.clip_by_value, "clipvalue"),
        (scratch.clip_by_norm, "clipnorm"),
        (scratch.clip_by_global_norm, "global_clipnorm"),
    ],
)
@pytest.mark.parametrize("limit", [0.5, 3.0, 100.0])
def test_clipping_equals_keras(clip, option, limit):
    generator = np.random.default_rng(8)
    gradients = {"a": normal(generator, (3, 4)), "b": normal(generator, 5)}
    gradients["c"] = np.zeros(2, "float32")
    variables = [keras.Variable(np.zeros_like(g)) for g in gradients.values()]
    optimizer = keras.optimizers.SGD(1.0, **{option: limit})
    optimizer.apply([tf.constant(g) for g in gradients.values()], variables)
    for clipped, variable in zip(
        clip(gradients, limit).values(), variables, strict=True
    ):
        assert difference(clipped, -variable.numpy()) <= 1e-5
