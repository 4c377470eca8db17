"""Exercises of the MNIST lab: answers and slips."""

from __future__ import annotations

import numpy as np
from scipy import stats

from .checking import Exercise, Mistake

Generator = np.random.Generator


def _sizes(generator: Generator) -> tuple[int, int]:
    """Draw a height and another width."""
    height, width = generator.permutation(np.arange(3, 8))[:2]
    return int(height), int(width)


def _images(generator: Generator) -> tuple:
    count = int(generator.integers(2, 5))
    shape = count, *_sizes(generator)
    return (generator.integers(0, 250, shape).astype(float),)


def _cut_anew(images):
    count, height, width = images.shape
    return images.reshape(count, width, height) / 255


def _columns(images):
    """Copy column after column, in plain loops."""
    count, height, width = images.shape
    steps = np.zeros((count, width, height))
    for row in range(height):
        for column in range(width):
            steps[:, column, row] = images[:, row, column] / 255
    return steps


def _image(generator: Generator) -> list[tuple]:
    """Draw a usual move, one along each axis alone, and one out of the image."""
    image = generator.uniform(0.1, 1, _sizes(generator))
    steps = generator.choice([-2, -1, 1, 2], size=2, replace=False)
    down, right = (int(step) for step in steps)
    far = int(generator.choice([-1, 1])) * (max(image.shape) + 1)
    moves = (down, right), (0, right), (down, 0), (far, right)
    return [(image, *move) for move in moves]


def _moved(image, down, right):
    height, width = image.shape
    moved = np.zeros_like(image)
    for row in range(height):
        for column in range(width):
            if 0 <= row + down < height and 0 <= column + right < width:
                moved[row + down, column + right] = image[row, column]
    return moved


def _both_parts(generator: Generator) -> tuple:
    height, width = generator.choice([(4, 6), (3, 8), (6, 5), (7, 4)])
    train, test = generator.permutation(np.arange(2, 5))[:2]
    pixels = generator.uniform(size=(train + test, height, width))
    size = int(height * width)
    features = [step for step in range(2, size // 2 + 1) if size % step == 0]
    order = generator.permutation(size)
    return pixels[:train], pixels[train:], order, int(generator.choice(features))


def _shuffled(train, test, order, features, orders=None):
    """Look each pixel up where the order says."""
    orders = (order, order) if orders is None else orders
    found = []
    for part, places in zip((train, test), orders, strict=True):
        flat = [[image.ravel()[place] for place in places] for image in part]
        found.append(np.reshape(flat, (len(part), -1, features)))
    return tuple(found)


def _rows_only(train, test, order, features):
    """Shuffle whole rows, in the order in which their first pixels come."""
    width = train.shape[2]
    rows = [place // width for place in order if place % width == 0]
    parts = (part[:, rows] for part in (train, test))
    return tuple(part.reshape(len(part), -1, features) for part in parts)


def _states(generator: Generator) -> tuple:
    images, steps, units, classes = generator.integers((40, 4, 3, 3), (80, 8, 6, 5))
    states = generator.normal(size=(images, steps, units))
    kernel = generator.normal(size=(units, classes))
    bias = 2 * generator.normal(size=classes)
    labels = (states[:, -1] @ kernel + bias).argmax(axis=1)
    wrong = generator.random(images) < 0.2
    return states, kernel, bias, np.where(wrong, (labels + 1) % classes, labels)


def _arriving(states, kernel, bias, labels):
    """Ask the head about each image after each step."""
    images, steps = states.shape[:2]
    right = np.zeros(steps)
    for step in range(steps):
        for image in range(images):
            scores = [states[image, step] @ column for column in kernel.T]
            right[step] += np.argmax(np.add(scores, bias)) == labels[image]
    return right / images


def _running(*given):
    shares = _arriving(*given)
    return np.cumsum(shares) / np.arange(1, len(shares) + 1)


def _before(states, kernel, bias, labels):
    """Ask after each step but about the state before it."""
    late = np.concatenate([np.zeros_like(states[:, :1]), states[:, :-1]], axis=1)
    return _arriving(late, kernel, bias, labels)


def _answers(generator: Generator) -> list[tuple]:
    """Draw two good networks, and answers whose two counts are chosen."""
    chosen = (60, 40), (40, 60), (5, 5)
    return [_two_networks(generator), *(_split(generator, *two) for two in chosen)]


def _split(generator: Generator, only_first: int, only_second: int) -> tuple:
    """Let each alone be right so often; both know 30 images and both miss 20."""
    knows_first = np.repeat([1, 0, 1, 0], [only_first, only_second, 30, 20])
    knows_second = np.repeat([0, 1, 1, 0], [only_first, only_second, 30, 20])
    labels = generator.integers(0, 10, len(knows_first))
    parts = np.stack([labels + 1 - knows_first, labels + 1 - knows_second, labels])
    return tuple(generator.permutation(parts % 10, axis=1))


def _two_networks(generator: Generator) -> tuple:
    labels = generator.integers(0, 10, 300)

    def answer(share):
        wrong = generator.random(300) < share
        return np.where(
            wrong, (labels + 1 + generator.integers(0, 9, 300)) % 10, labels
        )

    return answer(0.10), answer(0.06), labels


def _discordant(first, second, labels):
    only_first = sum(a == y != b for a, b, y in zip(first, second, labels, strict=True))
    only_second = sum(
        b == y != a for a, b, y in zip(first, second, labels, strict=True)
    )
    return int(only_first), int(only_second)


def _paired(first, second, labels, side="two-sided"):
    counts = _discordant(first, second, labels)
    if not sum(counts):
        return *counts, 1.0
    found = stats.binomtest(min(counts), sum(counts), alternative=side)
    return *counts, found.pvalue


def _twice_the_tail(first, second, labels, below=0):
    """Leave 1 out of the formula's minimum; and the last terms out of its sum."""
    counts = _discordant(first, second, labels)
    return *counts, 2 * stats.binom.cdf(min(counts) - below, sum(counts), 0.5)


def _overflowing(*given):
    """Divide by 2**n in 64 bits: that is 0 for many images, and p is 1."""
    *counts, p = _paired(*given)
    return *counts, 1.0 if sum(counts) > 63 else p


def _unpaired(first, second, labels):
    """Count all errors of each, as if the images were not the same."""
    wrong = int((first != labels).sum()), int((second != labels).sum())
    return *wrong, stats.binomtest(wrong[0], sum(wrong)).pvalue


def _chi_square(first, second, labels):
    more, less = _discordant(first, second, labels)
    return more, less, stats.chi2.sf((more - less) ** 2 / (more + less), 1)


EXERCISES = (
    Exercise(
        id="mnist.columns",
        task="images as sequences of columns",
        ability="lay an image out as steps and features",
        minutes=5,
        hint="Step t is column t, its features are the pixels of that column from top "
        "to bottom, divided by 255. Which two axes change places?",
        inputs=_images,
        outputs=("steps",),
        solution=_columns,
        mistakes=(
            Mistake(
                "The shape is right and the pixels are mixed up: `reshape` reads row "
                "after row and cuts anew. Exchange two axes.",
                _cut_anew,
            ),
            Mistake(
                "Your network sees 0 to 255: scale the pixels.",
                lambda images: 255 * _columns(images),
            ),
            Mistake(
                "You read from right to left.",
                lambda images: _columns(images)[:, ::-1],
            ),
            Mistake(
                "`.T` turns all three axes round; the images stay first.",
                lambda images: images.T / 255,
            ),
        ),
    ),
    Exercise(
        id="mnist.shift",
        task="move an image, with zeros coming in",
        ability="write an augmentation that a label survives",
        minutes=10,
        hint="Put the image into a larger one of zeros, and cut a piece of the old "
        "size out of it. Where does the piece begin when the image moves down?",
        inputs=_image,
        outputs=("moved",),
        solution=_moved,
        mistakes=(
            Mistake(
                "What leaves on one side comes back on the other (`np.roll` does "
                "that). Zeros should move in.",
                lambda image, down, right: np.roll(image, (down, right), (0, 1)),
            ),
            Mistake(
                "It moves the other way: positive numbers move down and to the right.",
                lambda image, down, right: _moved(image, -down, -right),
            ),
            Mistake(
                "Down and right have changed places: axis 0 runs down.",
                lambda image, down, right: _moved(image, right, down),
            ),
        ),
    ),
    Exercise(
        id="mnist.pixels",
        task="one random order of the pixels, for both parts",
        ability="shuffle pixels as the hard task does",
        minutes=10,
        hint="Flatten each image, pick its pixels in the given order, and cut what "
        "comes out into steps of `features` pixels. The same for both parts.",
        inputs=_both_parts,
        outputs=("train", "test"),
        solution=_shuffled,
        mistakes=(
            Mistake(
                "Your test part is in its old order: no network could read it.",
                lambda *given: _shuffled(
                    *given, orders=(given[2], np.arange(len(given[2])))
                ),
            ),
            Mistake(
                "That is the way back (the inverse order): pixel `order[0]` should "
                "come first, not pixel 0 to place `order[0]`.",
                lambda *given: _shuffled(*given, orders=(np.argsort(given[2]),) * 2),
            ),
            Mistake(
                "You moved whole rows. Flatten first: each pixel has its own place.",
                _rows_only,
            ),
        ),
    ),
    Exercise(
        id="mnist.arriving",
        task="accuracy after each row",
        ability="ask a network what it knows before the end",
        minutes=20,
        hint="states @ kernel + bias has shape (images, steps, classes); the answer is "
        "the largest along the last axis; compare it with the label of its image.",
        inputs=_states,
        outputs=("shares",),
        solution=_arriving,
        mistakes=(
            Mistake(
                "The bias of the head is missing.",
                lambda states, kernel, bias, labels: _arriving(
                    states, kernel, 0 * bias, labels
                ),
            ),
            Mistake(
                "That is a mean over all steps so far; each step should be scored by "
                "itself.",
                _running,
            ),
            Mistake(
                "You are one step late: the state after step t has seen row t.",
                _before,
            ),
            Mistake(
                "That is one number, for the last step. One a step is asked.",
                lambda *given: _arriving(*given)[-1],
            ),
        ),
    ),
    Exercise(
        id="mnist.paired",
        task="is one of two networks better on the same images?",
        ability="compare two classifiers on the same images",
        minutes=30,
        hint="Count the images that only the first has right, and those that only the "
        "second has right. If both were equally good, each such image would fall to "
        "either with probability one half; how probable is a split as uneven as yours?",
        inputs=_answers,
        outputs=("only_first", "only_second", "p"),
        solution=_paired,
        mistakes=(
            Mistake(
                "You count all errors of each. Images that both miss, or both know, "
                "say nothing about who is better.",
                _unpaired,
            ),
            Mistake(
                "That is one side: a split as uneven the other way counts, too.",
                lambda *given: _paired(*given, side="less"),
            ),
            Mistake(
                "That is the approximation by chi-square; the binomial sum is exact.",
                _chi_square,
            ),
            Mistake(
                "`range(k)` ends before k; k itself belongs to the sum.",
                lambda *given: _twice_the_tail(*given, below=1),
            ),
            Mistake(
                "Make the counts `int`: NumPy's integers hold no 2^100.",
                _overflowing,
            ),
            Mistake(
                "A probability is never above 1: what of the minimum?",
                _twice_the_tail,
            ),
            Mistake(
                "The two counts have changed places.",
                lambda first, second, labels: _paired(second, first, labels),
            ),
        ),
    ),
)
