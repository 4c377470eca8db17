"""Exercises of the lab of physics titles: answers and slips."""

from __future__ import annotations

import itertools
import math

import numpy as np
from scipy import special, stats

from .checking import Exercise, Mistake

Generator = np.random.Generator


def _sizes(generator: Generator) -> tuple:
    return tuple(int(generator.integers(low, 3 * low)) for low in (60, 20, 100))


def _parameters(
    symbols, features, units, biases=2, norm=2, gates=3, table=1, dense_bias=1
):
    """Count from the shapes of the arrays, one by one."""
    shapes = [
        (table, symbols, features),
        (features, gates * units),
        (units, gates * units),
        (biases, gates * units),
        (norm, units),
        (units, symbols),
        (dense_bias, symbols),
    ]
    return int(sum(np.prod(shape) for shape in shapes))


def _guesses(generator: Generator) -> list[tuple]:
    """Draw a padded batch, once with numbers and once with NaN where nothing is."""
    titles, steps = (int(size) for size in generator.integers((4, 9), (8, 14)))
    lengths = generator.integers(2, steps, titles)
    lengths[generator.integers(titles)] = steps  # one title without padding
    y = generator.integers(0, 20, (titles, steps))
    y[:, 0] = generator.permutation(titles)  # symbol 0 is a symbol
    y[np.arange(steps) >= lengths[:, None]] = -1
    surprise = generator.exponential(1, (titles, steps))
    return [(surprise, y), (np.where(y >= 0, surprise, np.nan), y)]


def _nats(surprise, y):
    return float(np.nanmean(np.where(y >= 0, surprise, np.nan)))


def _mean_of_means(surprise, y):
    rows = zip(surprise, y, strict=True)
    return float(np.mean([row[there >= 0].mean() for row, there in rows]))


def _scores(generator: Generator) -> list[tuple]:
    """Draw logits around 0, with a largest of 0, far below 0, and keep all."""
    symbols = int(generator.integers(8, 15))
    heat = float(generator.choice([0.5, 0.7, 1.4, 2.0]))
    logits, k = generator.normal(0, 2, symbols), int(generator.integers(2, 6))
    shifts = 0, logits.max(), 200
    cases = [(logits - shift, heat, k) for shift in shifts]
    return [*cases, (logits, heat, symbols)]


def _chances(logits, temperature, k, lowest=False):
    places = np.argsort(logits)
    kept = places[:k] if lowest else places[-k:]
    masked = np.full(len(logits), -np.inf)
    masked[kept] = logits[kept] / temperature
    return special.softmax(masked)


def _not_again(logits, temperature, k):
    """Leave out the small ones and forget to make the rest add up to 1."""
    chances = special.softmax(logits / temperature)
    return np.where(logits >= np.sort(logits)[-k], chances, 0.0)


def _quiz(generator: Generator) -> list[tuple]:
    """Draw a quiz, and take some in which luck reaches a score exactly that often."""
    level = float(generator.choice([0.01, 0.05, 0.1]))
    exact = (15, 0.5), (21, 0.5), (10, 0.0546875), (8, 0.14453125), (13, 0.5)
    close = (18, 0.05), (12, 0.2), (30, 0.1), (13, 4097 / 2**13)  # one way below
    return [(int(generator.integers(10, 40)), level), *exact, *close]


def _needed(questions, level):
    """Count the ways to get fewer right; all in integers, so that nothing is lost."""
    ways = 2**questions
    each = [math.comb(questions, right) for right in range(questions + 1)]
    fewer = itertools.accumulate(each, initial=0)
    return next(score for score, n in enumerate(fewer) if ways - n < level * ways)


def _exactly(questions, level):
    half = questions // 2
    chances = stats.binom.pmf(np.arange(half, questions + 1), questions, 0.5)
    return int(half + np.argmax(chances < level))


def _texts(generator: Generator) -> list[tuple]:
    """Draw copies that tempt to join titles, or stand at an end; and none."""

    def text(low, high, letters="abA "):
        size = int(generator.integers(low, high))
        return "".join(generator.choice(list(letters), size))

    short, long = text(6, 7), text(7, 8)
    known = [text(8, 19) + short, short[3:] + long + text(3, 8) + " "]
    known += [text(12, 25) for _ in range(int(generator.integers(1, 4)))]
    piece = known[1][2:8] + known[2][1:5]
    joint = known[0][-5:] + known[1][:5]
    titles = (
        text(3, 8) + piece + text(3, 8) + joint,
        short + long,  # the longest begins inside of another
        known[0][-6:] + " " + known[1][:6],
        known[1][-6:] + "." + known[2][:6],
        known[0][2:11] + text(2, 5, "xyz"),
        text(2, 5, "xyz") + known[-1][-9:],
        known[1],
        known[1].swapcase(),
        text(3, 6, "xyz"),
    )
    return [(title, known) for title in titles]


def _copied(title, known):
    """Walk over the table of common endings, a row a character."""
    best = 0
    for other in known:
        ends = np.zeros(len(other) + 1, dtype=int)
        for character in title:
            same = np.array([character == one for one in other])
            ends[1:] = np.where(same, ends[:-1] + 1, 0)
            best = max(best, int(ends.max()))
    return best


def _from_the_start(title, known):
    best = 0
    for other in known:
        pairs = zip(title, other, strict=False)
        same = [one == two for one, two in pairs]
        best = max(best, same.index(False) if False in same else len(same))
    return best


def _in_chunks(title, known):
    """Go on behind a passage instead of one character on."""
    best, start = 0, 0
    while start < len(title):
        length = 0
        while start + length < len(title) and any(
            title[start : start + length + 1] in other for other in known
        ):
            length += 1
        best = max(best, length)
        start += max(length, 1)
    return best


def _subsequence(title, known):
    """Allow gaps."""
    best = 0
    for other in known:
        table = np.zeros((len(title) + 1, len(other) + 1), dtype=int)
        for i, one in enumerate(title, start=1):
            for j, two in enumerate(other, start=1):
                table[i, j] = (
                    table[i - 1, j - 1] + 1
                    if one == two
                    else max(table[i - 1, j], table[i, j - 1])
                )
        best = max(best, int(table[-1, -1]))
    return best


EXERCISES = (
    Exercise(
        id="titles.parameters",
        task="how many numbers the generator learns",
        ability="count the parameters of a character model",
        minutes=5,
        hint="Embedding, the GRU's kernel, recurrent kernel and bias, gamma and beta, "
        "then the kernel and bias of the dense layer.",
        inputs=_sizes,
        outputs=("parameters",),
        solution=_parameters,
        mistakes=(
            Mistake(
                "Keras' GRU has two rows of biases, one for the input and one for the "
                "state (reset_after).",
                lambda *given: _parameters(*given, biases=1),
            ),
            Mistake(
                "The layer normalization learns too: a scale and a shift a unit.",
                lambda *given: _parameters(*given, norm=0),
            ),
            Mistake(
                "Four blocks of weights are an LSTM's; a GRU has three.",
                lambda *given: _parameters(*given, gates=4),
            ),
            Mistake(
                "The embedding's table learns, too: a row for each symbol.",
                lambda *given: _parameters(*given, table=0),
            ),
            Mistake(
                "The dense layer has a bias, one for each symbol.",
                lambda *given: _parameters(*given, dense_bias=0),
            ),
        ),
    ),
    Exercise(
        id="titles.masked",
        task="the surprise a character in a padded batch",
        ability="average over what is there, and over nothing else",
        minutes=10,
        hint="Add up the surprise where the target is not -1, and divide by the number "
        "of these places.",
        inputs=_guesses,
        outputs=("nats",),
        solution=_nats,
        mistakes=(
            Mistake(
                "You divide by all steps, the padded ones too, so that long padding "
                "makes any model look good.",
                lambda surprise, y: float(np.where(y >= 0, surprise, 0).mean()),
            ),
            Mistake(
                "What was 'guessed' at padded steps counts in your mean.",
                lambda surprise, y: float(surprise.mean()),
            ),
            Mistake(
                "That is the mean of the titles' means: in it a character of a short "
                "title counts more than one of a long title.",
                _mean_of_means,
            ),
            Mistake(
                "What stands at padded steps may be NaN, and 0 times NaN is NaN. Pick "
                "out what is there instead of weighting it.",
                lambda surprise, y: float((surprise * (y >= 0)).sum() / (y >= 0).sum()),
            ),
            Mistake(
                "That is the surprise a title, not a character.",
                lambda surprise, y: float(surprise[y >= 0].sum() / len(y)),
            ),
        ),
    ),
    Exercise(
        id="titles.top_k",
        task="chances of the next character, with temperature and top-k",
        ability="change a distribution before drawing from it",
        minutes=15,
        hint="Divide the logits by the temperature, keep the k largest, and apply a "
        "softmax to these alone.",
        inputs=_scores,
        outputs=("chances",),
        solution=_chances,
        mistakes=(
            Mistake(
                "After the small ones are gone the rest has to add up to 1 again.",
                _not_again,
            ),
            Mistake(
                "The temperature has no effect in your answer. It divides the logits; "
                "dividing chances and normalizing again undoes itself.",
                lambda logits, temperature, k: _chances(logits, 1.0, k),
            ),
            Mistake(
                "You multiply by the temperature: then heat makes the text duller.",
                lambda logits, temperature, k: _chances(logits, 1 / temperature, k),
            ),
            Mistake(
                "You keep the k lowest. argsort goes upwards.",
                lambda *given: _chances(*given, lowest=True),
            ),
            Mistake(
                "All characters may still come; keep the k likeliest.",
                lambda logits, temperature, k: special.softmax(logits / temperature),
            ),
            Mistake(
                "One character too many is left.",
                lambda logits, temperature, k: _chances(logits, temperature, k + 1),
            ),
            Mistake(
                "One character too few is left.",
                lambda logits, temperature, k: _chances(logits, temperature, k - 1),
            ),
        ),
    ),
    Exercise(
        id="titles.luck",
        task="the score that luck seldom reaches",
        ability="tell skill from luck in a quiz",
        minutes=15,
        hint="For each score the chance of that score or a higher one, with a coin for "
        "each question; take the first below the level.",
        inputs=_quiz,
        outputs=("score",),
        solution=_needed,
        mistakes=(
            Mistake(
                "That is the chance of exactly this score. Who does better is lucky, "
                "too: add up the higher ones.",
                _exactly,
            ),
            Mistake(
                "Yours leaves the score itself out: ask for so many *or more*.",
                lambda questions, level: _needed(questions, level) - 1,
            ),
            Mistake(
                "One too many: the first score below the level is enough.",
                lambda questions, level: _needed(questions, level) + 1,
            ),
        ),
    ),
    Exercise(
        id="titles.copied",
        task="the longest passage that was copied",
        ability="measure how new a text is",
        minutes=30,
        hint="For each start in the title, let the passage grow while some known title "
        "contains it.",
        inputs=_texts,
        outputs=("characters",),
        solution=_copied,
        mistakes=(
            Mistake(
                "You joined the known titles without a mark between them: a passage "
                "that runs from one into the next was copied from none.",
                lambda title, known: _copied(title, ["".join(known)]),
            ),
            Mistake(
                "You joined the known titles with a space, and titles have spaces. "
                "Take a mark that no title has.",
                lambda title, known: _copied(title, [" ".join(known)]),
            ),
            Mistake(
                "You compare from the first character on. A copied passage may stand "
                "anywhere in both.",
                _from_the_start,
            ),
            Mistake(
                "After a passage you went on behind it; a longer one may begin inside "
                "of it.",
                _in_chunks,
            ),
            Mistake(
                "You allow gaps: that is a common subsequence. A passage is copied in "
                "one piece.",
                _subsequence,
            ),
        ),
    ),
)
