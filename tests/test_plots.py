import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from course_utils import plots

mpl.use("Agg")


@pytest.fixture(autouse=True)
def style():
    import matplotlib.pyplot as plt

    plots.use_style()
    yield
    plt.close("all")


def luminance(colour):
    """Relative luminance as WCAG 2.2 defines it."""
    channels = np.array(mpl.colors.to_rgb(colour))
    linear = np.where(
        channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4
    )
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_the_first_three_colours_stand_out_from_white():
    cycle = mpl.rcParams["axes.prop_cycle"].by_key()
    for colour in cycle["color"][:3]:
        assert 1.05 / (luminance(colour) + 0.05) >= 3.0


def test_no_line_is_told_from_another_by_colour_alone():
    cycle = mpl.rcParams["axes.prop_cycle"].by_key()
    assert len(set(map(str, cycle["linestyle"]))) == len(cycle["linestyle"])


def test_a_sample_is_named_in_the_title():
    import matplotlib.pyplot as plt

    axes = plt.subplots()[1]
    plots.title(axes, "Consumption", source="sample")
    assert axes.get_title(loc="left") == "Consumption (sample data)"
    plots.title(axes, "Consumption", source="real")
    assert axes.get_title(loc="left") == "Consumption"
    with pytest.raises(ValueError, match="'fake'"):
        plots.title(axes, "Consumption", source="fake")


def test_learning_curves_show_what_was_measured():
    figure = plots.learning_curves(
        {"loss": [3.0, 2.0, 1.0], "val_loss": [3.0, 2.5, 2.4]}, unit="GWh²"
    )
    training, validation = figure.axes[0].lines
    assert training.get_ydata().tolist() == [3, 2, 1]
    assert validation.get_xdata().tolist() == [1, 2, 3]
    assert figure.axes[0].get_ylabel() == "loss [GWh²]"


def test_a_forecast_is_drawn_over_the_truth():
    days = pd.date_range("2016-01-01", periods=3)
    truth = pd.Series([1.0, 2.0, 3.0], index=days)
    figure = plots.forecast(truth, {"GRU": truth + 1}, ylabel="GWh", text="Three days")
    happened, forecast = figure.axes[0].lines
    assert (forecast.get_ydata() - happened.get_ydata()).tolist() == [1, 1, 1]
    labels = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert labels == ["what happened", "GRU"]


def test_intervals_put_the_best_on_top():
    table = pd.DataFrame(
        {"mean": [20.0, 10.0], "low": [18.0, np.nan], "high": [22.0, np.nan]},
        index=["worse", "better"],
    )
    axes = plots.intervals(table, xlabel="RMSE [GWh]", text="Errors").axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["worse", "better"]


def test_a_mechanism_is_drawn_with_text_that_can_be_read():
    axes = plots.canvas(4, 2)
    for x, colour in enumerate(["blue", "yellow", "#dddddd"], start=1):
        plots.box(axes, (x, 1), str(x), colour=colour)
    for text, patch in zip(axes.texts, axes.patches, strict=True):
        lighter, darker = sorted(
            [luminance(text.get_color()), luminance(patch.get_facecolor()[:3])]
        )[::-1]
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5
    with pytest.raises(ValueError, match="'star'"):
        plots.box(axes, (1, 1), shape="star")


def test_a_circle_and_an_arrow_stand_where_they_are_told():
    axes = plots.canvas(4, 2)
    plots.box(axes, (1, 1), "h", shape="circle", width=0.8)
    plots.arrow(axes, (1.4, 1), (3, 1), "flows", offset=(0, 0.2))
    circle = axes.patches[0]
    assert (circle.center, circle.radius) == ((1, 1), 0.4)
    label = axes.texts[-1]
    assert label.get_position() == pytest.approx((2.2, 1.2))
    assert (axes.get_xlim(), axes.get_ylim()) == ((0, 4), (0, 2))


@pytest.mark.parametrize("kind", ["imshow", "pcolormesh", "contourf"])
def test_shades_keep_their_colours_in_the_small_file(kind):
    import io

    import matplotlib.pyplot as plt
    from PIL import Image

    figure, frames = plt.subplots(1, 3, figsize=(7.2, 3))
    values = np.random.default_rng(0).normal(size=(30, 40))
    for axes, colours in zip(frames, ("RdBu", "viridis", "magma"), strict=True):
        drawn = getattr(axes, kind)(values, cmap=colours)
        figure.colorbar(drawn)
    for _ in range(2):  # the layout settles
        full = io.BytesIO()
        figure.savefig(full, format="png")
    small = plots._small_png(figure)
    pictures = [Image.open(data).convert("RGB") for data in (full, io.BytesIO(small))]
    right, stored = (np.asarray(picture).astype(int) for picture in pictures)
    assert np.abs(right - stored).max() <= 16
    assert len(small) < 0.7 * len(full.getvalue())
