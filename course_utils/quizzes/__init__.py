"""Questions that the page answers by itself, in a notebook and without a kernel.

The output of `show` holds all it needs: the questions, a small script and a style.
Where scripts do not run, the questions stand there all the same, and the answers
behind a line that can be opened.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from importlib import resources

__all__ = ["Question", "by_luck", "show"]


@dataclass(frozen=True)
class Question:
    """A question with some answers, one of which is right.

    Attributes
    ----------
    text
        What is asked, plain text.
    options
        The answers to choose from, at least two.
    answer
        Place of the right one among them, from 0.
    why
        What is said once the reader has chosen, plain text.

    Raises
    ------
    ValueError
        If there are fewer than two options, two are the same, or the right one is not
        among them.
    """

    text: str
    options: tuple[str, ...]
    answer: int
    why: str = ""

    def __post_init__(self) -> None:
        """Refuse a question that nobody can answer."""
        if len(self.options) < 2 or len(set(self.options)) < len(self.options):
            raise ValueError(
                f"A question needs at least two different options, got {self.options}."
            )
        if not 0 <= self.answer < len(self.options):
            raise ValueError(
                f"answer is {self.answer}, expected the place of an option, 0 to "
                f"{len(self.options) - 1}."
            )


def by_luck(right: int, chances: Sequence[float]) -> float:
    """Probability that somebody who only guesses has so many right, or more.

    Parameters
    ----------
    right
        Number of right answers.
    chances
        For each question the chance that a guess is right, such as 1/2.

    Returns
    -------
    float
        With equal chances, the upper tail of a binomial distribution.

    Examples
    --------
    >>> by_luck(2, [0.5, 0.5]), by_luck(1, [0.5, 0.5])
    (0.25, 0.75)
    """
    exactly = [1.0]  # chance of 0, 1, 2, ... right answers so far
    for chance in chances:
        missed = [value * (1 - chance) for value in exactly] + [0.0]
        found = [0.0] + [value * chance for value in exactly]
        exactly = [one + other for one, other in zip(missed, found, strict=True)]
    return sum(exactly[max(0, right) :])


def show(name: str, heading: str, questions: Sequence[Question]) -> None:
    """Show a quiz under the cell: buttons, a verdict for each answer, and a score.

    Parameters
    ----------
    name
        Of lower-case letters, digits and hyphens, and used once on a page: the quiz
        has the id ``quiz-NAME``.
    heading
        Its title, plain text.
    questions
        At least one.

    Raises
    ------
    ValueError
        If the name cannot be an id, or there is no question.
    """
    from IPython.display import HTML, display

    display(HTML(_html(name, heading, questions)))


def _html(name: str, heading: str, questions: Sequence[Question]) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9-]*", name):
        raise ValueError(
            f"The name of a quiz is made of lower-case letters, digits and hyphens, "
            f"got {name!r}."
        )
    if not questions:
        raise ValueError("A quiz needs at least one question.")
    identity = f"quiz-{name}"
    asked = "\n".join(
        _asked(question, f"{identity}-{number}")
        for number, question in enumerate(questions, start=1)
    )
    answers = "\n".join(_answered(question) for question in questions)
    return f"""\
<style>
{_read("quiz.css")}</style>
<section class="course-quiz" id="{identity}" aria-labelledby="{identity}-heading">
<p class="cq-heading" id="{identity}-heading"><strong>{escape(heading)}</strong></p>
<ol class="cq-questions">
{asked}
</ol>
<details class="cq-answers">
<summary>The answers</summary>
<ol>
{answers}
</ol>
</details>
</section>
<script>
{_read("quiz.js")}courseQuiz.start("{identity}");
</script>"""


def _asked(question: Question, identity: str) -> str:
    options = "".join(f"<li>{escape(option)}</li>" for option in question.options)
    return (
        f'<li class="cq-question" data-answer="{question.answer}">'
        f'<p class="cq-text" id="{identity}">{escape(question.text)}</p>'
        f'<ul class="cq-options">{options}</ul></li>'
    )


def _answered(question: Question) -> str:
    right = escape(question.options[question.answer])
    return f"<li><strong>{right}</strong>. {escape(question.why)}</li>"


def _read(file: str) -> str:
    return resources.files(__name__).joinpath(file).read_text(encoding="utf-8")
