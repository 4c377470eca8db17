"""Exercises of the page on self-supervised learning: answers and slips."""

from __future__ import annotations

import numpy as np

from .checking import Exercise, Mistake

Generator = np.random.Generator


def _images(generator: Generator) -> list[tuple]:
    rows = generator.permutation(np.arange(4, 9))[:2]
    return [(generator.random((3, row, 5)),) for row in rows]


def _next_rows(images):
    """Build the pairs row by row."""
    inputs, targets = [], []
    for image in images:
        inputs.append([image[row] for row in range(len(image) - 1)])
        targets.append([image[row + 1] for row in range(len(image) - 1)])
    return np.array(inputs), np.array(targets)


def _labels(generator: Generator) -> list[tuple]:
    cases = []
    for each in (2, 4):
        count = int(generator.integers(3, 6))
        kinds = generator.permutation(12)[:count]  # not 0, 1, 2 and so on
        labels = np.repeat(kinds, each + generator.integers(2, 9, count))
        cases.append((generator.permutation(labels), each))
    return [(*case, int(generator.integers(1000))) for case in cases]


def _balanced(labels, each, seed, shuffle=True, restart=False):
    generator, rows = np.random.default_rng(seed), []
    for kind in sorted(set(labels.tolist())):
        found = [row for row, label in enumerate(labels) if label == kind]
        if restart:
            generator = np.random.default_rng(seed)
        if shuffle:
            found = generator.permutation(found).tolist()
        rows += found[:each]
    return np.array(rows)


def _anywhere(labels, each, seed):
    count = each * len(np.unique(labels))
    return np.random.default_rng(seed).permutation(len(labels))[:count]


def _logits(generator: Generator) -> tuple:
    codes = generator.integers(1, 7, (4, 6))
    for row, length in enumerate((6, 5, 3, 4)):
        codes[row, length:] = 0
    logits = generator.normal(size=(4, 6, 7))
    logits[0, 0, codes[0, 1]] -= 15  # hardly expected: 1e-7 more would show
    # Whole steps far up or down, which changes no chance: no exponential survives it.
    lifted = 1000 * generator.integers(-1, 2, (4, 6, 1))
    lifted[0, :2, 0] = generator.permutation([-1000, 1000])
    return logits + lifted, codes


def _word_loss(logits, codes, shift=1, padded=False, by_text=False):
    texts = []
    for row in range(len(codes)):
        losses = []
        for step in range(codes.shape[1] - shift):
            target = codes[row, step + shift]
            if target == 0 and not padded:
                continue
            scores = logits[row, step]
            top = scores.max()
            total = top + np.log(np.sum(np.exp(scores - top)))
            losses.append(total - scores[target])
        texts.append(losses)
    if by_text:
        return float(np.mean([np.mean(losses) for losses in texts]))
    return float(np.mean(np.concatenate(texts)))


def _overflown(logits, codes):
    """Take no maximum out."""
    targets = codes[:, 1:]
    with np.errstate(all="ignore"):
        powers = np.exp(logits[:, :-1])
        chances = powers / powers.sum(axis=-1, keepdims=True)
        chosen = np.take_along_axis(chances, targets[..., None], axis=-1)[..., 0]
        return float(-np.log(chosen[targets > 0]).mean())


def _sizes(generator: Generator) -> tuple:
    return tuple(int(size) for size in generator.integers(3, 40, 3))


def _weights(features, units, kinds, biases=2, recurrent=True, head=False):
    """Add the shapes up array by array: kernel, recurrent kernel, biases, heads."""
    shapes = [(features, 3 * units), (biases, 3 * units)]
    shapes += [(units, 3 * units)] if recurrent else []
    shapes += [(units, features), (1, features)] if head else []
    return sum(a * b for a, b in shapes), (units + 1) * kinds


EXERCISES = (
    Exercise(
        id="self_supervised.pairs",
        task="inputs and targets from images that nobody has labelled",
        ability="make a task out of data without labels",
        minutes=5,
        hint="Each row but the last is an input, each row but the first a target, and "
        "the axes keep their order.",
        inputs=_images,
        outputs=("inputs", "targets"),
        solution=_next_rows,
        mistakes=(
            Mistake(
                "Your targets are the inputs: a network learns to copy, and nothing "
                "else.",
                lambda images: (images[:, :-1], images[:, :-1]),
            ),
            Mistake(
                "Inputs and targets are swapped: that asks for the row before.",
                lambda images: (images[:, 1:], images[:, :-1]),
            ),
            Mistake(
                "You shift the columns. The rows are the steps, on axis 1.",
                lambda images: (images[:, :, :-1], images[:, :, 1:]),
            ),
            Mistake(
                "You shift the images: one digit does not follow from another.",
                lambda images: (images[:-1], images[1:]),
            ),
        ),
    ),
    Exercise(
        id="self_supervised.carried",
        task="count the weights that pre-training hands on",
        ability="say which weights are carried over, and which start afresh",
        minutes=10,
        hint="The GRU is carried over: thrice a kernel, a recurrent kernel and two "
        "biases. The last layer is new.",
        inputs=_sizes,
        outputs=("carried over", "fresh"),
        solution=_weights,
        mistakes=(
            Mistake(
                "A GRU of Keras has two rows of biases, one for each product.",
                lambda *given: _weights(*given, biases=1),
            ),
            Mistake(
                "The recurrent kernel is carried over, too.",
                lambda *given: _weights(*given, recurrent=False),
            ),
            Mistake(
                "The head of the pretext task stays behind: it answers another "
                "question.",
                lambda *given: _weights(*given, head=True),
            ),
            Mistake(
                "The new head has biases as well.",
                lambda features, units, kinds: (
                    _weights(features, units, kinds)[0],
                    units * kinds,
                ),
            ),
        ),
    ),
    Exercise(
        id="self_supervised.subset",
        task="a few labels of each kind, the same for all rivals",
        ability="draw few labels fairly, and again the same way",
        minutes=15,
        hint="One generator for all kinds, in rising order; permute the places of each "
        "kind and take the first of them.",
        inputs=_labels,
        outputs=("rows",),
        solution=_balanced,
        mistakes=(
            Mistake(
                "Your rows come from all kinds together: some kinds get more labels "
                "than others.",
                _anywhere,
            ),
            Mistake(
                "You take the first ones of each kind. Draw them, with the seed.",
                lambda *given: _balanced(*given, shuffle=False),
            ),
            Mistake(
                "Your generator starts again for each kind. Make it once, before the "
                "loop.",
                lambda *given: _balanced(*given, restart=True),
            ),
        ),
    ),
    Exercise(
        id="self_supervised.loss",
        task="the loss of guessing the next word, padding left out",
        ability="write the loss of a pretext task by hand",
        minutes=25,
        hint="The logits of step t meet the code of step t + 1; where that is 0, "
        "nothing is asked; one mean over all questions.",
        inputs=_logits,
        outputs=("loss",),
        solution=_word_loss,
        mistakes=(
            Mistake(
                "You ask for the word that has just been read. The target stands one "
                "step later.",
                lambda *given: _word_loss(*given, shift=0),
            ),
            Mistake(
                "Padding is no word: leave steps out whose target is 0.",
                lambda *given: _word_loss(*given, padded=True),
            ),
            Mistake(
                "You average each text first, so that the words of short texts count "
                "more. Average over all words.",
                lambda *given: _word_loss(*given, by_text=True),
            ),
            Mistake(
                "Your exponentials become infinite or 0. Take the maximum of each step "
                "out first, a maximum of its own for each.",
                _overflown,
            ),
        ),
    ),
)
