import numpy as np
import pytest
from scipy import stats
from sklearn import metrics

from course_utils import evaluation

GENERATOR = np.random.default_rng(0)
TRUTH = GENERATOR.uniform(1, 3, 200)
FORECAST = TRUTH + GENERATOR.normal(0, 0.3, 200)


def test_errors_equal_those_of_scikit_learn():
    assert evaluation.mae(TRUTH, FORECAST) == pytest.approx(
        metrics.mean_absolute_error(TRUTH, FORECAST)
    )
    assert evaluation.rmse(TRUTH, FORECAST) == pytest.approx(
        metrics.root_mean_squared_error(TRUTH, FORECAST)
    )
    assert evaluation.mape(TRUTH, FORECAST) == pytest.approx(
        100 * metrics.mean_absolute_percentage_error(TRUTH, FORECAST)
    )


def test_the_scaled_error_of_the_naive_forecast_on_its_own_series_is_one():
    series = GENERATOR.normal(size=100).cumsum()
    for season in (1, 7):
        naive = evaluation.mase(series[season:], series[:-season], series, season)
        assert naive == pytest.approx(1.0)


@pytest.mark.parametrize("error", [evaluation.mae, evaluation.rmse, evaluation.mape])
@pytest.mark.parametrize(
    ("truth", "forecast", "complaint"),
    [
        (np.ones((3, 1)), np.ones(3), r"\(3, 1\).*\(3,\)"),
        ([], [], "empty"),
        ([1.0, np.nan], [1.0, 1.0], "NaN"),
    ],
)
def test_what_would_silently_give_a_wrong_error_is_refused(
    error, truth, forecast, complaint
):
    with pytest.raises(ValueError, match=complaint):
        error(truth, forecast)


def test_a_percentage_of_zero_is_refused():
    with pytest.raises(ValueError, match="0"):
        evaluation.mape([0.0, 1.0], [1.0, 1.0])


@pytest.mark.parametrize("train", [[1.0, 1.0, 1.0], [1.0]])
def test_a_scale_that_is_no_scale_is_refused(train):
    with pytest.raises(ValueError):
        evaluation.mase([1.0], [2.0], train)


def test_the_interval_equals_the_textbook_formula():
    values = [17.2, 17.9, 17.5, 18.1, 17.4]
    found = evaluation.interval(values)
    half = 2.776445 * np.std(values, ddof=1) / np.sqrt(5)  # t table, 4 degrees
    assert found.mean == pytest.approx(17.62)
    assert found.high - found.mean == pytest.approx(half, rel=1e-6)
    assert str(found).startswith("17.62 ± ")


def test_ninety_five_intervals_of_a_hundred_hold_the_mean():
    generator = np.random.default_rng(1)
    held = 0
    for _ in range(1000):
        found = evaluation.interval(generator.normal(5, 2, size=5))
        held += found.low <= 5 <= found.high
    # 950 expected; 3.5 standard deviations of a binomial are 24
    assert abs(held - 950) < 24


@pytest.mark.parametrize("values", [[1.0], [1.0, np.nan], [[1.0, 2.0]]])
def test_an_interval_of_nothing_is_refused(values):
    with pytest.raises(ValueError, match="at least 2"):
        evaluation.interval(values)


def test_a_clear_difference_is_decided_and_a_coin_flip_is_not():
    generator = np.random.default_rng(2)
    good, bad = generator.exponential(1.0, 700), generator.exponential(1.3, 700)
    assert evaluation.compare(good, bad, block=7).decided
    assert evaluation.compare(good, bad, block=7).difference < 0
    again = generator.exponential(1.0, 700)
    assert not evaluation.compare(good, again, block=7).decided


def test_the_bootstrap_agrees_with_scipy_where_days_are_independent():
    generator = np.random.default_rng(3)
    first, second = generator.exponential(1, 400), generator.exponential(1, 400)
    ours = evaluation.compare(first, second, block=1, resamples=4000)
    theirs = stats.bootstrap(
        (first - second,), np.mean, method="percentile", random_state=generator
    ).confidence_interval
    assert (ours.low, ours.high) == pytest.approx(tuple(theirs), abs=0.01)


def test_blocks_widen_the_interval_where_neighbours_are_alike():
    generator = np.random.default_rng(4)
    walk = np.convolve(generator.normal(size=1000), np.ones(20) / 20, mode="valid")
    zero = np.zeros_like(walk)
    width = {
        block: np.subtract(
            *[
                getattr(evaluation.compare(walk, zero, block=block), end)
                for end in ("high", "low")
            ]
        )
        for block in (1, 40)
    }
    assert width[40] > 2 * width[1]


def test_a_block_longer_than_the_series_is_refused():
    with pytest.raises(ValueError, match="Blocks of 9"):
        evaluation.compare([1.0, 2.0], [1.0, 2.0], block=9)


def test_one_nat_is_1_4427_bits():
    assert evaluation.bits_per_symbol(1.0) == pytest.approx(1.442695, abs=1e-6)
