import numpy as np
import pytest
from sklearn import linear_model

from course_utils import baselines, sequences
from tests.conftest import real

WINDOWS = sequences.make_windows(np.arange(20.0), steps=5, horizon=4)


def test_persistence_repeats_the_last_known_value():
    assert baselines.persistence(WINDOWS.x)[0, 0] == 4
    assert baselines.persistence(WINDOWS.x, horizon=4)[0, :, 0].tolist() == [4] * 4


def test_the_seasonal_naive_forecast_repeats_the_last_season():
    assert baselines.seasonal_naive(WINDOWS.x, season=3)[0, 0] == 2
    four_ahead = baselines.seasonal_naive(WINDOWS.x, season=3, horizon=4)
    assert four_ahead[0, :, 0].tolist() == [2, 3, 4, 2]


def test_a_series_that_repeats_is_forecast_without_error():
    season = np.tile([5.0, 1.0, 3.0], 10)
    windows = sequences.make_windows(season, steps=6, horizon=5)
    forecast = baselines.seasonal_naive(windows.x, season=3, horizon=5)
    np.testing.assert_array_equal(forecast, windows.y)


@pytest.mark.parametrize("season", [0, 6])
def test_a_season_that_does_not_fit_the_window_is_refused(season):
    with pytest.raises(ValueError, match="season"):
        baselines.seasonal_naive(WINDOWS.x, season=season)


def test_two_lags_forecast_a_sine_and_one_cannot():
    omega = np.pi / 10
    wave = np.sin(omega * np.arange(200))
    for steps, floor in ((2, 0.0), (1, np.sin(omega) ** 2 / 2)):
        windows = sequences.make_windows(wave, steps=steps)
        model = baselines.Autoregression().fit(windows.x, windows.y)
        error = np.square(model.predict(windows.x) - windows.y).mean()
        assert error == pytest.approx(floor, abs=5e-4)


def test_ridge_regression_equals_its_closed_form():
    generator = np.random.default_rng(0)
    x, y = generator.normal(size=(50, 4, 2)), generator.normal(size=(50, 3, 1))
    ours = baselines.Autoregression(alpha=2.0).fit(x, y).predict(x)
    assert ours.shape == (50, 3, 1)
    flat, target = x.reshape(50, 8), y.reshape(50, 3)
    centred = flat - flat.mean(0)
    weights = np.linalg.solve(
        centred.T @ centred + 2.0 * np.eye(8), centred.T @ (target - target.mean(0))
    )
    np.testing.assert_allclose(
        ours[..., 0], centred @ weights + target.mean(0), atol=1e-10
    )


def test_several_features_are_all_used():
    generator = np.random.default_rng(1)
    x = generator.normal(size=(100, 3, 2))
    y = x[:, 0, 1:] - 2 * x[:, 2, :1]
    model = baselines.Autoregression().fit(x, y)
    np.testing.assert_allclose(model.predict(x), y, atol=1e-10)
    assert model.coefficients.round(6).tolist() == [[0, 1, 0, 0, -2, 0]]
    assert isinstance(model._model, linear_model.LinearRegression)


def test_forecasting_before_fitting_is_refused():
    with pytest.raises(RuntimeError, match="fit"):
        baselines.Autoregression().predict(WINDOWS.x)
    with pytest.raises(RuntimeError, match="fit"):
        baselines.NGram(2, 3).probabilities([0])


def test_an_n_gram_equals_the_calculation_on_paper():
    # "a b a c": after a came b and c, once each. Witten-Bell, from the bottom:
    # uniform 1/3; unigram of a: (2 + 3/3) / (4 + 3); of b and c: (1 + 3/3) / (4 + 3).
    model = baselines.NGram(order=2, symbols=3).fit([0, 1, 0, 2])
    unigram = np.array([3, 2, 2]) / 7
    np.testing.assert_allclose(model.probabilities([]), unigram)
    after_a = (np.array([0, 1, 1]) + 2 * unigram) / (2 + 2)
    np.testing.assert_allclose(model.probabilities([0]), after_a)
    # c was never followed by anything: what the shorter context says
    np.testing.assert_allclose(model.probabilities([2]), unigram)


def test_n_gram_probabilities_sum_to_one_and_agree_with_the_score():
    codes = np.random.default_rng(0).integers(0, 5, 300)
    model = baselines.NGram(order=3, symbols=6).fit(codes[:200])
    surprise = 0.0
    for position in range(200, 300):
        chances = model.probabilities(codes[position - 2 : position])
        assert chances.sum() == pytest.approx(1.0) and (chances > 0).all()
        surprise -= np.log(chances[codes[position]])
    score = model.cross_entropy(codes[200:], context=codes[198:200])
    assert score == pytest.approx(surprise / 100)


# Nats a character on the last tenth of tiny-shakespeare, measured by others.
PUBLISHED = {1: 3.347, 2: 2.486, 3: 2.049, 4: 1.774, 5: 1.669, 6: 1.698}


@pytest.mark.real_data
@pytest.mark.parametrize("order", PUBLISHED)
def test_shakespeare_is_as_surprising_as_published(order):
    text = real("shakespeare")
    codes = sequences.Vocabulary.of(text).encode(text)
    cut = int(0.9 * len(codes))
    model = baselines.NGram(order, codes.max() + 1).fit(codes[:cut])
    context = codes[cut - 6 : cut]
    score = model.cross_entropy(codes[cut:], context)
    assert score == pytest.approx(PUBLISHED[order], abs=5e-4)


@pytest.mark.parametrize("codes", [[0, 7], [-1], [[0, 1]]])
def test_codes_outside_the_vocabulary_are_refused(codes):
    with pytest.raises(ValueError, match="[Cc]odes"):
        baselines.NGram(2, 5).fit(codes)


# RMSE and MAE in GWh on 2016-2017, measured by others on the same split.
ELSEWHERE = {"persistence": (149.6, 102.3), "week": (93.1, 51.0), "lags": (58.6, 35.1)}


@pytest.mark.real_data
def test_the_simple_forecasts_of_electricity_err_as_much_as_measured_elsewhere(energy):
    from course_utils import evaluation

    windows = sequences.make_windows(energy["consumption"], steps=33)
    train, test = sequences.split_by_target(windows, "2016")
    early = sequences.split_by_target(train, "2015")[0]
    found = {
        "persistence": baselines.persistence(test.x),
        "week": baselines.seasonal_naive(test.x, season=7),
        "lags": baselines.Autoregression().fit(early.x, early.y).predict(test.x),
    }
    for name, (rmse, mae) in ELSEWHERE.items():
        assert evaluation.rmse(test.y, found[name]) == pytest.approx(rmse, abs=0.06)
        assert evaluation.mae(test.y, found[name]) == pytest.approx(mae, abs=0.06)
