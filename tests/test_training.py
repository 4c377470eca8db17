import numpy as np
import pytest

from course_utils import autodiff, runtime, training

keras = pytest.importorskip("keras")


def line(seed=0):
    runtime.set_seed(seed)
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])


X = np.random.default_rng(0).normal(size=(256, 2)).astype("float32")
Y = X @ np.array([[2.0], [-1.0]], dtype="float32") + 0.5


def test_a_line_is_found_exactly():
    model = line()
    history = training.fit(
        model, X, Y, epochs=60, learning_rate=0.05, schedule="cosine"
    )
    kernel, bias = model.get_weights()
    np.testing.assert_allclose(kernel[:, 0], [2, -1], atol=1e-3)
    np.testing.assert_allclose(bias, [0.5], atol=1e-3)
    assert len(history["loss"]) == 60 and history["loss"][-1] < 1e-5


def test_the_same_seed_gives_the_same_losses():
    losses = [
        training.fit(line(), X, Y, epochs=2, seed=seed)["loss"] for seed in (1, 1, 2)
    ]
    assert losses[0] == losses[1] != losses[2]


def test_early_stopping_goes_back_to_the_best_weights():
    far = (X, Y + 100)  # ever worse as the model learns
    model = line()
    history = training.fit(
        model, X, Y - 100, epochs=50, validation=far, patience=3, learning_rate=0.1
    )
    assert len(history["val_loss"]) == 4
    assert model.evaluate(*far, verbose=0) == pytest.approx(
        min(history["val_loss"]), rel=1e-4
    )


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"patience": 2}, "validation"),
        ({"schedule": "zigzag"}, "zigzag"),
        ({"learning_rate": -1.0}, "positive"),
    ],
)
def test_settings_that_make_no_sense_are_named(arguments, complaint):
    with pytest.raises(ValueError, match=complaint):
        training.fit(line(), X, Y, epochs=1, **arguments)


def test_inputs_and_targets_must_pair_up():
    with pytest.raises(ValueError, match="256 inputs but 255"):
        training.fit(line(), X, Y[:-1], epochs=1)


def rates(name, peak=1.0, steps=100):
    schedule = training.learning_rate_schedule(name, peak, steps)
    return np.array([float(schedule(step)) for step in range(steps + 1)])


def test_the_cosine_falls_from_the_peak_to_a_hundredth():
    found = rates("cosine")
    half_way = 0.01 + 0.99 * 0.5
    assert found[[0, 50, 100]] == pytest.approx([1.0, half_way, 0.01], abs=1e-5)
    assert (np.diff(found) < 0).all()


def test_one_cycle_climbs_for_thirty_steps_of_a_hundred_then_falls():
    found = rates("one_cycle")
    assert found[0] == pytest.approx(1 / 25) and found.argmax() == 30
    assert found[30] == pytest.approx(1.0) and found[100] == pytest.approx(0.01)
    np.testing.assert_allclose(np.diff(found[:31]), (1 - 1 / 25) / 30, atol=1e-6)
    assert (np.diff(found[30:]) < 0).all()


def test_the_constant_schedule_is_the_number():
    assert training.learning_rate_schedule("constant", 0.1, 5) == 0.1


def test_the_learning_rate_test_finds_where_training_explodes():
    model = line()
    # NumPy draws the start, so that it is the same on each backend.
    model.set_weights([np.random.default_rng(0).uniform(-1, 1, (2, 1)), np.zeros(1)])
    before = model.get_weights()
    found = training.find_learning_rate(model, X, Y, lowest=1e-4, highest=100.0)
    assert 1e-3 < found.suggestion < 1.0
    assert len(found.rates) == len(found.losses) <= 100
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_the_learning_rate_test_reports_each_batch_and_not_their_mean():
    found = training.find_learning_rate(
        line(), X, Y, lowest=1e-9, highest=1e-8, steps=20, smoothing=0.0, batch_size=256
    )
    # The weights hardly move and the batches are all alike but not the same.
    assert np.std(found.losses) > 0.01


def test_a_person_sees_a_progress_bar_and_a_test_does_not(monkeypatch, capsys):
    monkeypatch.delenv("COURSE_TEST", raising=False)
    training.fit(line(), X, Y, epochs=1)
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr(runtime, "is_interactive", lambda: True)
    training.fit(line(), X, Y, epochs=2)
    shown = capsys.readouterr().err
    assert "epoch" in shown and "loss=" in shown


def test_on_tensorflow_adam_takes_the_rows_of_an_embedding_apart():
    # The backends' page says so: a code that stands four times moves twice as far.
    class Sum(keras.losses.Loss):
        def call(self, _wanted, found):
            return keras.ops.sum(found, axis=(1, 2))

    table = keras.layers.Embedding(3, 1, embeddings_initializer="zeros")
    model = keras.Sequential([keras.Input((None,), dtype="int32"), table])
    model.compile(keras.optimizers.Adam(0.1), Sum())
    model.fit(np.array([[0, 0, 0, 0, 1]]), np.zeros(1), verbose=0)
    four, once, never = -model.get_weights()[0][:, 0]
    assert (once, never) == (pytest.approx(0.1, rel=1e-4), 0)
    times = 2 if runtime.backend() == "tensorflow" else 1
    assert four == pytest.approx(times * 0.1, rel=1e-4)


def test_gradients_equal_those_on_paper():
    x, w = np.array([1.0, 2.0]), np.array([[3.0], [4.0]])

    def square(x, w):
        return keras.ops.sum((keras.ops.reshape(x, (1, 2)) @ w) ** 2)

    by_x, by_w = autodiff.gradient(square, x, w)
    np.testing.assert_allclose(by_x, 2 * 11 * w[:, 0])  # d(xw)^2 = 2 (xw) w
    np.testing.assert_allclose(by_w, 2 * 11 * x[:, None])


def test_an_input_that_is_not_used_has_gradient_zero():
    used, unused = autodiff.gradient(
        lambda a, b: keras.ops.sum(a**2), np.array([3.0]), np.array([1.0, 1.0])
    )
    assert used.tolist() == [6.0] and unused.tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("function", "inputs", "error", "complaint"),
    [
        (lambda a: a * 2, [np.ones(3)], ValueError, "scalar"),
        (lambda a: keras.ops.sum(a), [np.arange(3)], TypeError, "floating"),
        (lambda: 1.0, [], ValueError, "at least one"),
    ],
)
def test_what_has_no_gradient_is_refused(function, inputs, error, complaint):
    with pytest.raises(error, match=complaint):
        autodiff.gradient(function, *inputs)
