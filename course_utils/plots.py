"""One look for every figure, and the figures that more than one page draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "COLOURS",
    "arrow",
    "box",
    "canvas",
    "forecast",
    "intervals",
    "learning_curves",
    "title",
    "use_style",
]

# The eight colours of Okabe and Ito, which people with any of the common kinds of
# colour blindness can tell apart, in an order of falling contrast to white.
COLOURS = {
    "black": "#000000",
    "blue": "#0072B2",
    "vermilion": "#D55E00",
    "green": "#009E73",
    "purple": "#CC79A7",
    "sky": "#56B4E9",
    "orange": "#E69F00",
    "yellow": "#F0E442",
}

_CYCLE = ("blue", "vermilion", "green", "purple", "sky", "orange", "black")
_LINES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)))


def use_style() -> None:
    """Apply the book's figure style to all figures drawn from here on.

    Colours that colour-blind readers can tell apart, each with a line style of its
    own so that a figure survives a black-and-white printer; no frame on top and
    right; PNG at a size that fits the page.
    """
    import matplotlib as mpl
    from cycler import cycler

    mpl.rcParams.update(mpl.rcParamsDefault)
    colours = [COLOURS[name] for name in _CYCLE]
    mpl.rcParams.update(
        {
            "axes.axisbelow": True,
            "axes.grid": True,
            "axes.labelcolor": "#222222",
            "axes.prop_cycle": cycler(color=colours) + cycler(linestyle=_LINES),
            "axes.spines.right": False,
            "axes.spines.top": False,
            "axes.titlelocation": "left",
            "axes.titlesize": 11,
            "axes.titleweight": "bold",
            "date.converter": "concise",
            "figure.constrained_layout.use": True,
            "figure.dpi": 110,
            "figure.facecolor": "white",
            "figure.figsize": (7.2, 3.4),
            "font.family": "DejaVu Sans",
            "font.size": 10,
            "grid.alpha": 0.25,
            "legend.frameon": False,
            "lines.linewidth": 1.5,
            "savefig.dpi": 110,
        }
    )
    _choose_inline_png()


def _choose_inline_png() -> None:
    """Show figures in notebooks at the size the style says, as small files."""
    import sys

    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is None or not hasattr(shell, "kernel"):
        return
    from matplotlib.figure import Figure

    shell.run_line_magic("matplotlib", "inline")
    shell.display_formatter.formatters["image/png"].for_type(Figure, _small_png)


def _small_png(figure: Figure) -> bytes:
    """Write a figure as PNG with a palette: a third of the size, the same to the eye.

    Lines and letters need few colours; where values are shown as shades, the palette is
    as large as a PNG's can be. The figure keeps the size it was given; IPython's own
    writer would crop it.
    """
    import io

    from matplotlib.collections import QuadMesh
    from matplotlib.contour import ContourSet
    from matplotlib.image import AxesImage
    from PIL import Image

    drawn = [part for axes in figure.axes for part in axes.get_children()]
    shades = any(isinstance(part, AxesImage | QuadMesh | ContourSet) for part in drawn)

    full, small = io.BytesIO(), io.BytesIO()
    figure.savefig(full, format="png")
    picture = Image.open(full).convert("RGB")
    # The colours that lie farthest apart: the most frequent ones, as usual, would paint
    # the rare values of one map in the shades of another.
    colours, method = (256, Image.Quantize.MAXCOVERAGE) if shades else (64, None)
    picture = picture.quantize(colours, method, dither=Image.Dither.NONE)
    picture.save(small, "png", optimize=True)
    return small.getvalue()


def title(axes: Axes, text: str, source: str = "real") -> None:
    """Set a title that says so where the data are only a sample.

    Parameters
    ----------
    axes
        Where to write.
    text
        The title.
    source
        ``"real"`` or ``"sample"``, as `course_utils.datasets.provenance` returns it.

    Raises
    ------
    ValueError
        If the source is something else.
    """
    if source not in {"real", "sample"}:
        raise ValueError(f"source is 'real' or 'sample', got {source!r}.")
    axes.set_title(f"{text} (sample data)" if source == "sample" else text)


def canvas(width: float, height: float, size: tuple[float, float] = (7.2, 3.4)) -> Axes:
    """Open a drawing board for a mechanism: no axes, equal units both ways.

    Parameters
    ----------
    width, height
        Of the board, in the units that `box` and `arrow` use; (0, 0) is at the
        lower left.
    size
        Of the figure, in inches.

    Returns
    -------
    matplotlib.axes.Axes
    """
    import matplotlib.pyplot as plt

    axes = plt.subplots(figsize=size)[1]
    axes.set(xlim=(0, width), ylim=(0, height), aspect="equal")
    axes.axis("off")
    return axes


def box(
    axes: Axes,
    centre: tuple[float, float],
    text: str = "",
    *,
    colour: str = "sky",
    width: float = 1.0,
    height: float = 0.6,
    shape: str = "box",
    fontsize: float = 9,
) -> None:
    """Draw one part of a mechanism: a box or a circle with its name or its number.

    Parameters
    ----------
    axes
        Where to draw; see `canvas`.
    centre
        Of the part, x and y.
    text
        Written in it, black or white, whichever can be read on the colour.
    colour
        A name of `COLOURS`, or any colour of matplotlib.
    width, height
        In the units of the axes; a circle has the diameter ``width``.
    shape
        ``"box"``, with rounded corners, or ``"circle"``.
    fontsize
        In points.

    Raises
    ------
    ValueError
        If the shape is something else.
    """
    from matplotlib.colors import to_rgb
    from matplotlib.patches import Circle, FancyBboxPatch

    face = COLOURS.get(colour, colour)
    if shape == "circle":
        patch = Circle(centre, width / 2)
    elif shape == "box":
        corner = (centre[0] - width / 2, centre[1] - height / 2)
        round_by = 0.15 * min(width, height)
        style = f"round,pad=0,rounding_size={round_by}"
        patch = FancyBboxPatch(corner, width, height, boxstyle=style)
    else:
        raise ValueError(f"shape is 'box' or 'circle', got {shape!r}.")
    patch.set(facecolor=face, edgecolor="#222222", linewidth=0.8, zorder=3)
    axes.add_patch(patch)
    lightness = np.dot(to_rgb(face), (0.299, 0.587, 0.114))
    ink = "black" if lightness > 0.5 else "white"
    axes.text(
        *centre, text, color=ink, size=fontsize, ha="center", va="center", zorder=4
    )


def arrow(
    axes: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    text: str = "",
    *,
    colour: str = "#222222",
    linestyle: str = "-",
    bend: float = 0.0,
    head: bool = True,
    fontsize: float = 8,
    offset: tuple[float, float] = (0.0, 0.12),
) -> None:
    """Draw how something flows from one part of a mechanism to the next.

    Parameters
    ----------
    axes
        Where to draw; see `canvas`.
    start, end
        Points, x and y.
    text
        What flows, written beside the middle.
    colour
        A name of `COLOURS`, or any colour of matplotlib.
    linestyle
        As matplotlib names it, so that two kinds of flow differ by more than colour.
    bend
        Curvature; 0 is straight.
    head
        Whether the line ends in an arrow head.
    fontsize
        In points.
    offset
        Of the text from the middle of the line, x and y.
    """
    ink = COLOURS.get(colour, colour)
    look = {
        "arrowstyle": "-|>" if head else "-",
        "color": ink,
        "linestyle": linestyle,
        "linewidth": 1.3,
        "connectionstyle": f"arc3,rad={bend}",
        "shrinkA": 0,
        "shrinkB": 0,
    }
    axes.annotate("", xy=end, xytext=start, arrowprops=look, zorder=2)
    if text:
        middle = (np.add(start, end) / 2) + offset
        axes.text(*middle, text, size=fontsize, ha="center", va="center", zorder=5)


def learning_curves(
    history: Mapping[str, Sequence[float]],
    *,
    unit: str = "",
    source: str = "real",
    axes: Axes | None = None,
) -> Figure:
    """Draw the training and the validation loss against epochs.

    Parameters
    ----------
    history
        From `course_utils.training.fit`: ``"loss"`` and, if there is one,
        ``"val_loss"``, one value an epoch.
    unit
        Of the loss, for the axis label.
    source
        ``"real"`` or ``"sample"``.
    axes
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.figure.Figure
    """
    axes = _axes(axes)
    epochs = np.arange(1, len(history["loss"]) + 1)
    axes.plot(epochs, history["loss"], label="training")
    if "val_loss" in history:
        axes.plot(epochs, history["val_loss"], label="validation")
    axes.set_yscale("log")
    axes.set_xlabel("epoch")
    axes.set_ylabel(f"loss [{unit}]" if unit else "loss")
    axes.legend()
    title(axes, "Loss while training", source)
    return axes.figure


def forecast(
    truth: pd.Series,
    forecasts: Mapping[str, np.ndarray],
    *,
    ylabel: str,
    text: str,
    source: str = "real",
    axes: Axes | None = None,
) -> Figure:
    """Draw forecasts over what really happened.

    Parameters
    ----------
    truth
        Values by date, shape ``(n,)``.
    forecasts
        Name to values, each of shape ``(n,)``.
    ylabel
        Quantity and unit.
    text, source
        Of the title; see `title`.
    axes
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.figure.Figure
    """
    axes = _axes(axes)
    axes.plot(truth.index, truth, color="#222222", linestyle="-", label="what happened")
    for place, (name, values) in enumerate(forecasts.items()):
        style = ("--", "-.", ":")[place % 3]  # what happened is the solid line
        axes.plot(truth.index, values, linestyle=style, label=name)
    axes.set_ylabel(ylabel)
    axes.legend(ncols=len(forecasts) + 1, loc="lower left", bbox_to_anchor=(0, -0.32))
    title(axes, text, source)
    return axes.figure


def intervals(
    table: pd.DataFrame,
    *,
    xlabel: str,
    text: str,
    source: str = "real",
    axes: Axes | None = None,
) -> Figure:
    """Draw means with their intervals, one row a model, the best on top.

    Parameters
    ----------
    table
        Indexed by model, with columns ``mean``, ``low`` and ``high`` (``low`` and
        ``high`` may be missing values where there is nothing random).
    xlabel
        Quantity and unit.
    text, source
        Of the title; see `title`.
    axes
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.figure.Figure
    """
    table = table.sort_values("mean", ascending=False)
    if axes is None:
        axes = _axes(None, height=0.9 + 0.32 * len(table))
    rows = np.arange(len(table))
    below = (table["mean"] - table["low"]).fillna(0)
    above = (table["high"] - table["mean"]).fillna(0)
    axes.errorbar(table["mean"], rows, xerr=[below, above], fmt="o", capsize=4)
    for row, value in zip(rows, table["mean"], strict=True):
        axes.annotate(
            f"{value:.1f}", (value, row), xytext=(0, 7), textcoords="offset points"
        )
    axes.set_yticks(rows, table.index)
    axes.set_ylim(-0.5, len(table) - 0.2)
    axes.grid(axis="y", visible=False)
    axes.set_xlabel(xlabel)
    title(axes, text, source)
    return axes.figure


def _axes(axes: Axes | None, height: float | None = None) -> Axes:
    if axes is not None:
        return axes
    import matplotlib.pyplot as plt

    size = None if height is None else (plt.rcParams["figure.figsize"][0], height)
    return plt.subplots(figsize=size)[1]
