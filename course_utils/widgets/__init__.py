"""Drawings that a reader can turn: small scripts, alive in a page without a kernel.

The same script runs in a notebook and in the published page, because the notebook's
output holds it whole: nothing is fetched. The equations are those of
`course_utils.scratch`, and a browser test compares the numbers.
"""

from __future__ import annotations

from importlib import resources

__all__ = ["names", "show"]

# Name: heading, script, what is said where scripts do not run, attributes.
_WIDGETS = {
    "gradient-descent": (
        "Try it: gradient descent",
        "gradient_descent.js",
        "With scripts switched on, you choose here a landscape, a start, a learning "
        "rate and a momentum, and watch where the walk goes.",
        "",
    ),
    "fading-gradient": (
        "Try it: the gradient on its way back",
        "fading_gradient.js",
        "With scripts switched on, you choose here the spectral radius of a recurrent "
        "network, and see how long the gradient is some steps back.",
        "",
    ),
    "lstm-cell": (
        "Try it: one LSTM unit",
        "recurrent_cell.js",
        "With scripts switched on, you set here the inputs and the gates of one LSTM "
        "unit, and watch its memory and its state over eight time steps.",
        'data-cell="lstm"',
    ),
    "gru-cell": (
        "Try it: one GRU unit",
        "recurrent_cell.js",
        "With scripts switched on, you set here the inputs and the gates of one GRU "
        "unit, and watch its state over eight time steps.",
        'data-cell="gru"',
    ),
}


def names() -> list[str]:
    """List what `show` can show."""
    return list(_WIDGETS)


def show(name: str) -> None:
    """Show a drawing that the reader can turn, under the cell.

    Parameters
    ----------
    name
        One of `names()`.

    Raises
    ------
    ValueError
        If there is none of this name.
    """
    from IPython.display import HTML, display

    display(HTML(_html(name)))


def _html(name: str) -> str:
    if name not in _WIDGETS:
        raise ValueError(f"No widget {name!r}; there are {', '.join(_WIDGETS)}.")
    heading, script, without, attributes = _WIDGETS[name]
    return f"""\
<style>
{_read("widgets.css")}</style>
<section class="course-widget" id="widget-{name}" aria-label="{heading}" {attributes}>
<p class="cw-heading"><strong>{heading}</strong></p>
<p class="cw-static">{without}</p>
</section>
<script>
{_read("core.js")}{_read(script)}</script>"""


def _read(file: str) -> str:
    return resources.files(__name__).joinpath(file).read_text(encoding="utf-8")
