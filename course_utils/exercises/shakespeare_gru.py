"""Exercises of the Shakespeare lab: answers and slips."""

from __future__ import annotations

import numpy as np
from scipy import special

from .checking import Exercise, Mistake

Generator = np.random.Generator


def _chances(generator: Generator) -> tuple:
    return (generator.uniform(0.02, 0.98, int(generator.integers(5, 12))),)


def _scores(p):
    """By the product of all chances: the perplexity is one over its n-th root."""
    perplexity = np.prod(p) ** (-1 / len(p))
    return np.log(perplexity), np.log2(perplexity), perplexity


def _streams_given(generator: Generator) -> list[tuple]:
    """Draw a text with some symbols left over, with none, and with all but one."""
    batch, steps = (int(size) for size in generator.integers(2, 5, 2))
    shortest = batch * steps * int(generator.integers(2, 4)) + 1
    more = int(generator.integers(1, batch * steps)), 0, batch * steps - 1
    codes = generator.permutation(90)
    return [(codes[: shortest + left], batch, steps) for left in more]


def _streams(codes, batch, steps, ahead=1):
    """Place by place: window k of stream b begins at b * length + k * steps."""
    count = (len(codes) - 1) // (batch * steps)
    places = (
        np.arange(count)[:, None, None] * steps
        + np.arange(batch)[None, :, None] * count * steps
        + np.arange(steps)
    )
    return codes[places], codes[places + ahead]


def _in_a_row(codes, batch, steps):
    count = (len(codes) - 1) // (batch * steps)
    used = count * batch * steps
    shape = count, batch, steps
    return codes[:used].reshape(shape), codes[1 : used + 1].reshape(shape)


def _streams_first(codes, batch, steps):
    return tuple(np.swapaxes(part, 0, 1) for part in _streams(codes, batch, steps))


def _from_the_end(codes, batch, steps):
    """Leave the beginning over."""
    used = (len(codes) - 1) // (batch * steps) * batch * steps
    return _streams(codes[len(codes) - 1 - used :], batch, steps)


def _with_gaps(codes, batch, steps):
    """Leave something over at the end of each stream."""
    length = (len(codes) - 1) // batch
    used = length // steps * steps
    parts = codes[: batch * length], codes[1 : batch * length + 1]
    rows = (part.reshape(batch, length)[:, :used] for part in parts)
    return tuple(row.reshape(batch, -1, steps).swapaxes(0, 1) for row in rows)


def _next_window(codes, batch, steps):
    x, _ = _streams(codes, batch, steps)
    return x, _streams(np.roll(codes, 1 - steps), batch, steps)[1]


def _logits(generator: Generator) -> list[tuple]:
    """Draw logits around 0, with a largest of 0, far below 0, and keep all."""
    size = int(generator.integers(6, 12))
    temperature = float(generator.choice([0.5, 0.7, 1.5, 2.0]))
    logits, k = generator.normal(0, 2, size), int(generator.integers(2, size - 2))
    cases = (logits, k), (logits - logits.max(), k), (logits - 200, k), (logits, size)
    return [(values, temperature, kept) for values, kept in cases]


def _top(logits, temperature, k, scale=None):
    scaled = logits / temperature if scale is None else scale
    allowed = np.argsort(logits)[-k:]
    masked = np.full(len(logits), -np.inf)
    masked[allowed] = scaled[allowed]
    return special.softmax(masked)


def _not_blown_up(logits, temperature, k):
    return special.softmax(logits / temperature) * (_top(logits, 1, k) > 0)


def _divided_chances(logits, temperature, k):
    chances = _top(logits, 1, k) / temperature
    return chances / chances.sum()


def _texts(generator: Generator) -> list[tuple]:
    """Draw a copy in the middle, at both ends, of all, of nothing, and two alike."""

    def text(letters, size):
        return "".join(generator.choice(list(letters), size))

    def piece(size):
        start = int(generator.integers(1, len(learned) - size))
        return learned[start : start + size]

    learned = text("abAB", 80)
    size = int(generator.integers(8, 12))
    written = (
        text("abAB", 9) + piece(size) + text("abAB", 9),
        piece(size) + text("xyz", 4) + piece(3),
        piece(3) + text("xyz", 4) + piece(int(generator.integers(25, 40))),
        text("xyz", 3) + piece(size) + text("xyz", 2) + piece(size) + text("xyz", 2),
        learned,
        text("xyz", 6),
    )
    return [(one, learned) for one in written]


def _longest(written, learned):
    """By the table of dynamic programming: lengths of common endings."""
    lengths = np.zeros((len(written) + 1, len(learned) + 1), int)
    for i, a in enumerate(written, start=1):
        for j, b in enumerate(learned, start=1):
            lengths[i, j] = lengths[i - 1, j - 1] + 1 if a == b else 0
    longest = lengths.max()
    stop = int(np.flatnonzero((lengths == longest).any(axis=1))[0])
    return int(stop - longest), int(longest)


def _from_the_start(written, learned):
    length = 0
    while length < len(written) and written[: length + 1] in learned:
        length += 1
    return 0, length


def _in_chunks(written, learned):
    """Go on behind a passage instead of one character on."""
    best, start = (0, 0), 0
    while start < len(written):
        length = 0
        while start + length < len(written) and (
            written[start : start + length + 1] in learned
        ):
            length += 1
        best = max(best, (length, -start))
        start += max(length, 1)
    return -best[1], best[0]


def _last_of_equals(written, learned):
    best = 0, 0
    for start in range(len(written)):
        length = 0
        while start + length < len(written) and (
            written[start : start + length + 1] in learned
        ):
            length += 1
        best = max(best, (length, start))
    return best[1], best[0]


def _place_in_learned(written, learned):
    start, length = _longest(written, learned)
    return learned.index(written[start : start + length]), length


EXERCISES = (
    Exercise(
        id="shakespeare.score",
        task="three names for one number",
        ability="turn chances into nats, bits and perplexity",
        minutes=5,
        hint="The mean of -ln p is in nats; divided by ln 2 it is in bits; its "
        "exponential is the perplexity.",
        inputs=_chances,
        outputs=("nats", "bits", "perplexity"),
        solution=_scores,
        mistakes=(
            Mistake(
                "You took the logarithm of the mean chance. Take the mean of the "
                "logarithms: one impossible character must ruin the score.",
                lambda p: (
                    -np.log(p.mean()),
                    -np.log2(p.mean()),
                    1 / p.mean(),
                ),
            ),
            Mistake(
                "The perplexity is e to the power of the nats, or 2 to that of the "
                "bits; you mixed them.",
                lambda p: (*_scores(p)[:2], 2 ** _scores(p)[0]),
            ),
            Mistake(
                "That is the sum over all characters; a score is per character.",
                lambda p: (
                    -np.log(p).sum(),
                    -np.log2(p).sum(),
                    np.exp(-np.log(p).sum()),
                ),
            ),
            Mistake(
                "From nats to bits one divides by ln 2 = 0.69: the number grows.",
                lambda p: (
                    _scores(p)[0],
                    _scores(p)[0] * np.log(2),
                    _scores(p)[2],
                ),
            ),
        ),
    ),
    Exercise(
        id="shakespeare.sample",
        task="temperature and top k",
        ability="sample with a temperature among the likeliest",
        minutes=15,
        hint="Divide the logits by the temperature, set all but the k largest to minus "
        "infinity, then take the softmax.",
        inputs=_logits,
        outputs=("chances",),
        solution=_top,
        mistakes=(
            Mistake(
                "Your logits are multiplied by the temperature: hot becomes cold.",
                lambda logits, t, k: _top(logits, t, k, scale=logits * t),
            ),
            Mistake(
                "The chances of the k likeliest do not sum to 1: blow them up.",
                _not_blown_up,
            ),
            Mistake(
                "The temperature has no effect in your answer. It divides the logits; "
                "dividing chances and normalizing again undoes itself.",
                _divided_chances,
            ),
            Mistake(
                "All characters are still allowed; keep the k likeliest.",
                lambda logits, t, k: special.softmax(logits / t),
            ),
            Mistake(
                "One character too many is left.",
                lambda logits, t, k: _top(logits, t, k + 1),
            ),
            Mistake(
                "One character too few is left.",
                lambda logits, t, k: _top(logits, t, k - 1),
            ),
        ),
    ),
    Exercise(
        id="shakespeare.streams",
        task="batches in which each row goes on",
        ability="cut a text for a network that keeps its state",
        minutes=20,
        hint="Cut the text into as many long streams as a batch has rows, then each "
        "stream into windows; batch k holds window k of every stream.",
        inputs=_streams_given,
        outputs=("x", "y"),
        solution=_streams,
        mistakes=(
            Mistake(
                "Neighbouring windows are neighbouring rows of one batch: row b of the "
                "next batch does not go on where row b of this one ended.",
                _in_a_row,
            ),
            Mistake(
                "The axes are (rows, batches, steps); the batches come first.",
                _streams_first,
            ),
            Mistake(
                "Your targets are the inputs. A target is one character on.",
                lambda *given: _streams(*given, ahead=0),
            ),
            Mistake(
                "Your targets are a whole window on instead of one character.",
                _next_window,
            ),
            Mistake(
                "You leave the beginning of the text over. Begin with its first "
                "symbol.",
                _from_the_end,
            ),
            Mistake(
                "Only the end of the text is left over: stream b + 1 begins where "
                "stream b ends.",
                _with_gaps,
            ),
        ),
    ),
    Exercise(
        id="shakespeare.copied",
        task="the longest copied passage",
        ability="find what a text has copied",
        minutes=30,
        hint="For each place lengthen the passage while it is found in the learned "
        "text; keep the first of the longest.",
        inputs=_texts,
        outputs=("start", "length"),
        solution=_longest,
        mistakes=(
            Mistake(
                "You looked at the beginning of the text only; a copy can begin "
                "anywhere.",
                _from_the_start,
            ),
            Mistake(
                "After a passage you went on behind it; a longer one may begin inside "
                "of it.",
                _in_chunks,
            ),
            Mistake(
                "That is its place in the learned text; asked is the one in the "
                "written text.",
                _place_in_learned,
            ),
            Mistake(
                "Of several equally long passages the first is asked; you keep the "
                "last.",
                _last_of_equals,
            ),
        ),
    ),
)
