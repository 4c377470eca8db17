"""Exercises of the page "Attention without recurrence": answers and slips."""

from __future__ import annotations

import numpy as np

from course_utils import scratch

from .checking import Exercise, Mistake

Generator = np.random.Generator


def _scores(generator: Generator) -> list[tuple]:
    """Draw usual scores, whole ones with zeros among them, and very large ones."""
    sizes = generator.permutation(np.arange(3, 9))[:3]
    usual, whole, large = (generator.normal(size=(size, size)) for size in sizes)
    whole = np.round(whole)
    whole[1, 0] = whole[2, 2] = 0
    large = np.round(20 * large)  # whole, so that float32 holds them
    large[1, :2] -= 150  # what may be seen lies far below 0
    return [(2 * usual,), (whole,), (large,)]


def _causal(scores, diagonal=0, axis=1):
    allowed = np.tril(np.ones(scores.shape, bool), diagonal)
    masked = np.where(allowed, scores, -1e9)
    return scratch.softmax(masked) if axis == 1 else scratch.softmax(masked.T).T


def _late(scores):
    return scratch.softmax(scores) * np.tril(np.ones(scores.shape))


def _projected(generator: Generator) -> list[tuple]:
    cases = []
    for heads, size in ((2, 3), (3, 2), (4, 5)):
        steps = int(generator.integers(3, 8))
        cases.append((*generator.normal(size=(3, steps, heads * size)), heads))
    return cases


def _by_head(q, k, v, heads, scale="size", order="blocks", turned=False):
    """Each head on its own columns, one after the other; no mask."""
    steps, width = q.shape
    size = width // heads
    found = np.zeros_like(v)
    for head in range(heads):
        columns = slice(head * size, (head + 1) * size)
        if order == "strided":
            columns = slice(head, None, heads)
        divide = {"size": size, "width": width, "none": 1}[scale]
        scores = q[:, columns] @ k[:, columns].T / np.sqrt(divide)
        weights = scratch.softmax(scores.T).T if turned else scratch.softmax(scores)
        found[:, columns] = weights @ v[:, columns]
    return found


def _no_transpose(q, k, v, heads):
    """Reshape (steps, width) to (heads, steps, size) straight away, which mixes up."""
    steps, width = q.shape
    q, k, v = (part.reshape(heads, steps, width // heads) for part in (q, k, v))
    scores = q @ k.swapaxes(1, 2) / np.sqrt(width // heads)
    return (scratch.softmax(scores) @ v).reshape(steps, width)


def _one_more(generator: Generator) -> list[tuple]:
    cases = []
    for size in (4, 5, 9):
        steps = int(generator.integers(2, 8))
        past = generator.normal(size=(2, steps, size))
        cases.append((*generator.normal(size=(3, size)), *past))
    return cases


def _step(q, k, v, keys, values):
    """Run the whole sequence again and keep its last place."""
    keys, values = np.vstack([keys, k]), np.vstack([values, v])
    weights = scratch.softmax((keys @ q / np.sqrt(len(q)))[None])[0]
    return weights @ values, keys, values


def _without_itself(q, k, v, keys, values):
    weights = scratch.softmax((keys @ q / np.sqrt(len(q)))[None])[0]
    return weights @ values, np.vstack([keys, k]), np.vstack([values, v])


def _in_front(q, k, v, keys, values):
    mixed = _step(q, k, v, keys, values)[0]
    return mixed, np.vstack([k, keys]), np.vstack([v, values])


def _unscaled(q, k, v, keys, values):
    return _step(q * np.sqrt(len(q)), k, v, keys, values)


def _count(width: int = 64, biases: bool = True, last: bool = True) -> int:
    """Heads, perceptron and two normalizations of one block."""
    matrices = (4 if last else 3) * width * width + 8 * width * width
    vectors = 4 * width + 5 * width if biases else 0
    return matrices + vectors + 4 * width


EXERCISES = (
    Exercise(
        id="attention.mask",
        task="causal weights from scores",
        ability="mask before the softmax",
        minutes=5,
        hint="Row t may use columns 0 to t. Lower the others so far that the softmax "
        "leaves nothing for them.",
        inputs=_scores,
        outputs=("weights",),
        solution=_causal,
        mistakes=(
            Mistake(
                "The future is not masked: above the diagonal the weights have to be "
                "0.",
                scratch.softmax,
            ),
            Mistake(
                "The mask comes after the softmax. The rows do not add up to 1, and "
                "what they add up to gives the future away.",
                _late,
            ),
            Mistake(
                "You masked the past. Row t is the place that looks; the columns up "
                "to t are what it may see.",
                lambda scores: _causal(scores[::-1, ::-1])[::-1, ::-1],
            ),
            Mistake(
                "Your columns add up to 1. Each row is one place that looks, and its "
                "weights have to add up to 1.",
                lambda scores: _causal(scores, axis=0),
            ),
        ),
    ),
    Exercise(
        id="attention.parameters",
        task="the parameters of one block",
        ability="count what a transformer holds",
        minutes=10,
        hint="Heads: four matrices of width times width. Perceptron: two of width "
        "times four widths. Each has a bias. Each normalization has two vectors.",
        solution=_count,
        mistakes=(
            Mistake(
                "The biases are missing: the four maps of the heads and both layers "
                "of the perceptron have one.",
                lambda: _count(biases=False),
            ),
            Mistake(
                "One matrix of the heads is missing: the one that their mixtures, "
                "side by side, are multiplied by.",
                lambda: _count(last=False) - 64,
            ),
            Mistake(
                "256 are missing. That many are in the two normalizations, in the four "
                "biases of the heads, and in the bias of the hidden layer. Which of "
                "them did you forget?",
                lambda: _count() - 4 * 64,
            ),
            Mistake(
                "Only the matrices are counted. Biases and normalizations have "
                "parameters, too.",
                lambda: _count(biases=False) - 4 * 64,
            ),
        ),
    ),
    Exercise(
        id="attention.heads",
        task="several heads at once",
        ability="split a width into heads",
        minutes=20,
        hint="Head number h works on its own columns of q, k and v. Shapes: (steps, "
        "width) to (steps, heads, size), then heads in front, and back again.",
        inputs=_projected,
        outputs=("mixed",),
        solution=_by_head,
        mistakes=(
            Mistake(
                "The scores are divided by the root of the width. It is the size of a "
                "head that counts: a dot product sums that many products.",
                lambda *given: _by_head(*given, scale="width"),
            ),
            Mistake(
                "The scores are not divided by the root of the size.",
                lambda *given: _by_head(*given, scale="none"),
            ),
            Mistake(
                "A bare reshape to (heads, steps, size) mixes places up. Reshape to "
                "(steps, heads, size), then swap the first two axes.",
                _no_transpose,
            ),
            Mistake(
                "Your heads take every so many columns. Neighbouring columns belong "
                "to one head.",
                lambda *given: _by_head(*given, order="strided"),
            ),
            Mistake(
                "Your softmax runs over the places that look. It runs over the keys: "
                "the weights of one query add up to 1.",
                lambda *given: _by_head(*given, turned=True),
            ),
        ),
    ),
    Exercise(
        id="attention.cache",
        task="one step of writing, with a cache",
        ability="keep the keys and values instead of reading all again",
        minutes=20,
        hint="Put the new key and value behind the old ones; the new query looks at "
        "all of them, its own too.",
        inputs=_one_more,
        outputs=("mixed", "keys", "values"),
        solution=_step,
        mistakes=(
            Mistake(
                "The new place does not look at itself: append its key and value "
                "first.",
                _without_itself,
            ),
            Mistake(
                "The scores are not divided by the root of the size.",
                _unscaled,
            ),
            Mistake(
                "The new key and value stand in front. They belong behind the old "
                "ones.",
                _in_front,
            ),
        ),
    ),
)
