import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import sequences

LUNCH = np.array([1435, 3895, 8270, 11390, 6545, 6465, 4895, 3270, 4305, 10845])


def test_the_windows_of_a_short_series_are_the_ones_written_by_hand():
    windows = sequences.make_windows(LUNCH, steps=7)
    assert windows.x[:, :, 0].tolist() == [
        [1435, 3895, 8270, 11390, 6545, 6465, 4895],
        [3895, 8270, 11390, 6545, 6465, 4895, 3270],
        [8270, 11390, 6545, 6465, 4895, 3270, 4305],
    ]
    assert windows.y[:, 0].tolist() == [3270, 4305, 10845]
    assert windows.index.tolist() == [7, 8, 9]


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    n=st.integers(2, 40),
    features=st.integers(1, 3),
    steps=st.integers(1, 12),
    horizon=st.none() | st.integers(1, 6),
    stride=st.integers(1, 5),
)
def test_windows_equal_a_loop_over_the_series(n, features, steps, horizon, stride):
    ahead = horizon or 1
    series = np.arange(n * features).reshape(n, features)
    if n < steps + ahead:
        with pytest.raises(ValueError, match="at least"):
            sequences.make_windows(series, steps, horizon, stride)
        return
    windows = sequences.make_windows(series, steps, horizon, stride)
    starts = range(0, n - steps - ahead + 1, stride)
    expected_x = [series[start : start + steps] for start in starts]
    expected_y = [series[start + steps : start + steps + ahead] for start in starts]
    if horizon is None:
        expected_y = [target[0] for target in expected_y]
    np.testing.assert_array_equal(windows.x, expected_x)
    np.testing.assert_array_equal(windows.y, expected_y)
    assert windows.index.tolist() == [start + steps for start in starts]


def test_inputs_are_a_view_even_after_the_split():
    series = np.zeros((1000, 2))
    windows = sequences.make_windows(series, steps=100)
    parts = sequences.split_by_target(windows, 500, 800)
    assert all(np.shares_memory(part.x, series) for part in parts)


def days(n):
    index = pd.date_range("2014-12-20", periods=n, freq="D", name="date")
    return pd.Series(np.arange(float(n)), index=index)


def test_every_day_of_a_part_is_forecast_and_none_twice():
    windows = sequences.make_windows(days(800), steps=33)
    train, valid, test = sequences.split_by_target(windows, "2015-07", "2016")
    assert train.index[0] == pd.Timestamp("2015-01-22")  # the 34th day
    assert train.index[-1] == pd.Timestamp("2015-06-30")
    assert (valid.index[0], valid.index[-1]) == (
        pd.Timestamp("2015-07-01"),
        pd.Timestamp("2015-12-31"),
    )
    assert test.index[0] == pd.Timestamp("2016-01-01")
    assert len(train) + len(valid) + len(test) == len(windows)


def test_the_first_test_window_looks_back_into_known_days():
    series = days(800)
    windows = sequences.make_windows(series, steps=33)
    test = sequences.split_by_target(windows, "2016")[1]
    np.testing.assert_array_equal(test.x[0, :, 0], series[:"2015-12-31"].tail(33))


@pytest.mark.parametrize("horizon", [1, 7])
def test_no_target_of_a_part_reaches_into_the_next(horizon):
    windows = sequences.make_windows(days(800), steps=33, horizon=horizon)
    train, test = sequences.split_by_target(windows, "2016")
    last_training_target = train.index[-1] + pd.Timedelta(days=horizon - 1)
    assert last_training_target == pd.Timestamp("2015-12-31")
    assert test.index[0] == pd.Timestamp("2016-01-01")


def test_a_target_value_belongs_to_its_date():
    series = days(100)
    windows = sequences.make_windows(series, steps=5)
    for value, date in zip(windows.y[:, 0], windows.index, strict=True):
        assert series[date] == value


@pytest.mark.parametrize(
    ("boundaries", "complaint"),
    [(("2016", "2015"), "increase"), (("2030",), "no window")],
)
def test_boundaries_that_make_no_sense_are_named(boundaries, complaint):
    windows = sequences.make_windows(days(800), steps=33)
    with pytest.raises(ValueError, match=complaint):
        sequences.split_by_target(windows, *boundaries)


@pytest.mark.parametrize("bad", [{"steps": 0}, {"horizon": 0}, {"stride": 0}])
def test_lengths_below_one_are_refused(bad):
    with pytest.raises(ValueError, match="at least 1"):
        sequences.make_windows(LUNCH, **{"steps": 3, **bad})


def test_a_block_of_three_dimensions_is_no_series():
    with pytest.raises(ValueError, match=r"\(2, 3, 4\)"):
        sequences.make_windows(np.zeros((2, 3, 4)), steps=1)


@settings(derandomize=True, deadline=None, max_examples=40)
@given(st.text(min_size=1))
def test_text_survives_coding_and_decoding(text):
    vocabulary = sequences.Vocabulary.of(text)
    assert "".join(vocabulary.decode(vocabulary.encode(text))) == text
    assert vocabulary.encode(text).max() == len(vocabulary) - 1


def test_an_unknown_symbol_is_named():
    with pytest.raises(KeyError, match="'z' is not one of the 3"):
        sequences.Vocabulary.of("banana").encode("zen")


def test_a_vocabulary_with_a_double_is_refused():
    with pytest.raises(ValueError, match="differ"):
        sequences.Vocabulary(["a", "b", "a"])


def test_batches_hold_every_example_once_and_pairs_stay_together():
    x = np.arange(10)
    seen = list(sequences.batches(x, x * 10, batch_size=3, seed=1))
    assert [len(first) for first, _ in seen] == [3, 3, 3, 1]
    assert sorted(np.concatenate([first for first, _ in seen])) == list(range(10))
    assert all((second == first * 10).all() for first, second in seen)
    assert seen[0][0].tolist() != [0, 1, 2]


def test_batches_repeat_with_the_seed_and_can_drop_the_last():
    def first(seed):
        return next(iter(sequences.batches(np.arange(50), batch_size=50, seed=seed)))

    assert first(3)[0].tolist() == first(3)[0].tolist() != first(4)[0].tolist()
    assert (
        len(list(sequences.batches(np.arange(10), batch_size=3, drop_last=True))) == 3
    )


def test_arrays_of_different_length_are_not_batched():
    with pytest.raises(ValueError, match=r"\[3, 4\]"):
        next(sequences.batches(np.zeros(3), np.zeros(4), batch_size=2))
