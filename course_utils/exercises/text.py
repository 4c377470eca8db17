"""Exercises of the chapter "Text": answers and slips."""

from __future__ import annotations

import numpy as np

from course_utils import baselines, sequences

from .checking import Exercise, Mistake

Generator = np.random.Generator


def _sentence(generator: Generator) -> tuple:
    length, steps = generator.integers(9, 14), generator.integers(2, 5)
    return generator.permutation(50)[:length], int(steps)


def _pairs(codes, steps):
    windows = sequences.make_windows(codes.astype(float), steps=steps)
    return windows.x[..., 0].astype(int), windows.y[..., 0].astype(int)


def _seen_target(codes, steps):
    x, _ = _pairs(codes, steps)
    return x, x[:, -1]


def _chunks(codes, steps):
    starts = range(0, len(codes) - steps, steps)
    x = np.array([codes[start : start + steps] for start in starts])
    return x, np.array([codes[start + steps] for start in starts])


def _looked_up(generator: Generator) -> tuple:
    sizes = generator.integers((2, 4, 2, 5), (5, 7, 6, 10))
    batch, steps, units, vocabulary = (int(size) for size in sizes)
    codes = generator.integers(0, vocabulary - 1, (batch, steps))  # one never occurs
    codes[0, :2] = vocabulary - 2  # one word twice in a sentence
    codes[1, 0] = 0
    return codes, generator.normal(size=(batch, steps, units)), vocabulary


def _rows(codes, gradient, vocabulary):
    """By the one-hot matrix: the gradient of a product."""
    onehot = np.eye(vocabulary)[codes.ravel()]
    return onehot.T @ gradient.reshape(len(onehot), -1)


def _once(codes, gradient, vocabulary):
    summed = np.zeros((vocabulary, gradient.shape[-1]))
    summed[codes] += gradient
    return summed


def _mean(codes, gradient, vocabulary):
    counts = np.bincount(codes.ravel(), minlength=vocabulary)[:, None]
    return _rows(codes, gradient, vocabulary) / np.maximum(counts, 1)


def _first_free(codes, gradient, vocabulary):
    found = _rows(codes, gradient, vocabulary)
    found[0] = 0
    return found


def _spoken(generator: Generator) -> list[tuple]:
    """Draw a text that ends with a rare symbol, and ask what follows four."""
    rare, size = (int(drawn) for drawn in generator.integers((3, 16), (7, 36)))
    symbols = rare + int(generator.integers(2, 5))  # some never occur
    usual = np.append(generator.integers(0, rare, size), generator.permutation(rare))
    codes = np.append(np.insert(usual, size // 2, rare), rare)
    return [
        (codes, int(generator.integers(rare)), symbols),
        (codes, rare, symbols),
        (codes, symbols - 1, symbols),
        (np.append(usual, rare), rare, symbols),
    ]


def _bigram(codes, previous, symbols):
    return baselines.NGram(2, symbols).fit(codes).probabilities([previous])


def _unguarded(codes, previous, symbols):
    """Divide 0 by 0 where nothing followed."""
    if previous in codes[:-1]:
        return _bigram(codes, previous, symbols)
    return np.full(symbols, np.nan)


def _faulty_bigram(codes, previous, symbols, slip):
    followers = codes[1:][codes[:-1] == previous]
    after = np.bincount(followers, minlength=symbols)
    every = np.bincount(codes, minlength=symbols)
    uniform = np.full(symbols, 1 / symbols)
    if slip == "nobody else":
        uniform = np.zeros(symbols)
    kinds = np.count_nonzero(every)
    kinds = every.sum() if slip == "tokens" else kinds
    unigram = (every + kinds * uniform) / (every.sum() + kinds)
    if slip == "no unigram":
        unigram = uniform
    if slip == "add one":
        return (after + 1) / (after.sum() + symbols)
    if not len(followers):
        return unigram
    kinds = len(followers) if slip == "tokens" else np.count_nonzero(after)
    kinds = symbols if slip == "all symbols" else kinds
    if slip == "only where zero":
        rest = kinds * unigram / (after.sum() + kinds)
        return np.where(after > 0, after / after.sum(), rest)
    return (after + kinds * unigram) / (after.sum() + kinds)


def _judged(generator: Generator) -> tuple:
    reviews = generator.permutation(np.arange(1, 6))[:2]  # of each class, unequal
    labels = generator.permutation(np.repeat([0, 1], reviews))
    counts = generator.integers(0, 4, (len(labels), int(generator.integers(4, 8))))
    counts[0, 0] += 2
    return counts, labels, float(generator.uniform(0.5, 2.0))


def _bayes(counts, labels, alpha):
    from sklearn.naive_bayes import MultinomialNB

    model = MultinomialNB(alpha=alpha).fit(counts, labels)
    no, yes = model.feature_log_prob_
    prior = model.class_log_prior_
    return yes - no, float(prior[1] - prior[0])


def _faulty_bayes(counts, labels, alpha, slip):
    if slip == "present":
        counts = (counts > 0).astype(float)
    parts = [counts[labels == 1].sum(axis=0), counts[labels == 0].sum(axis=0)]
    shares = []
    for part in parts:
        total = part.sum() + alpha * part.size
        if slip == "sum below":
            total = part.sum()
        if slip == "reviews":
            total = np.sum(labels == (part is parts[0])) + 2 * alpha
        shares.append((part + (1.0 if slip == "one" else alpha)) / total)
    if slip == "one":
        shares = [(part + 1) / (part.sum() + part.size) for part in parts]
    weights = np.log(shares[0]) - np.log(shares[1])
    bias = np.log(labels.mean() / (1 - labels.mean()))
    if slip == "smooth prior":
        bias = np.log((labels.sum() + alpha) / ((1 - labels).sum() + alpha))
    if slip == "no logarithm":
        return shares[0] / shares[1], float(np.exp(bias))
    if slip == "turned":
        return -weights, -float(bias)
    return weights, 0.0 if slip == "no prior" else float(bias)


EXERCISES = (
    Exercise(
        id="text.pairs",
        task="the pairs of a text: some symbols in, the next one out",
        ability="cut a text into inputs and targets",
        minutes=5,
        hint="The first pair is symbols 0 to steps - 1, and symbol number `steps`. "
        "Move on by one, as long as there is a target.",
        inputs=_sentence,
        outputs=("x", "y"),
        solution=_pairs,
        mistakes=(
            Mistake(
                "The target is the last symbol of the window itself: the model has "
                "already seen it. That is P(w_i | w_1..w_i), which is 1.",
                _seen_target,
            ),
            Mistake(
                "The last pair is missing: count the places at which a window and its "
                "target both fit.",
                lambda codes, steps: tuple(p[:-1] for p in _pairs(codes, steps)),
            ),
            Mistake(
                "Your windows do not overlap. Move on by one symbol, not by a whole "
                "window.",
                _chunks,
            ),
            Mistake(
                "Each window holds one symbol too few.",
                lambda codes, steps: tuple(
                    part[: len(codes) - steps] for part in _pairs(codes, steps - 1)
                ),
            ),
        ),
    ),
    Exercise(
        id="text.embedding_gradient",
        task="the gradient of an embedding's table",
        ability="say which rows of a table learn from a batch",
        minutes=10,
        hint="Each place of the batch sends its gradient to the row that was looked up "
        "there, and rows that were looked up more than once add up.",
        inputs=_looked_up,
        outputs=("gradient of the table",),
        solution=_rows,
        mistakes=(
            Mistake(
                "A word that occurs twice got only one of its gradients. In NumPy, "
                "`table[codes] += g` keeps the last; np.add.at adds them all.",
                _once,
            ),
            Mistake(
                "You took the mean over the places of a word. Gradients of a shared "
                "weight add up.",
                _mean,
            ),
            Mistake(
                "Row 0 got nothing. That is right only where 0 means padding, and "
                "masks are another matter; here it is a word.",
                _first_free,
            ),
        ),
        tolerance=1e-7,
    ),
    Exercise(
        id="text.witten_bell",
        task="a smoothed bigram: what follows this symbol?",
        ability="give every symbol a share, and seen ones more",
        minutes=20,
        hint="Two steps of the same rule, (count + kinds * shorter) / (total + kinds): "
        "first the unigram, on the uniform 1 / symbols; then the bigram, on it.",
        inputs=_spoken,
        outputs=("probabilities",),
        solution=_bigram,
        mistakes=(
            Mistake(
                "The shorter model below the bigram is the unigram, not the uniform "
                "distribution.",
                lambda *given: _faulty_bigram(*given, slip="no unigram"),
            ),
            Mistake(
                "`kinds` is how many *different* symbols followed, not how often "
                "something did.",
                lambda *given: _faulty_bigram(*given, slip="tokens"),
            ),
            Mistake(
                "Below the unigram stands the uniform distribution. Without it symbols "
                "that never occurred are impossible, and the surprise at one infinite.",
                lambda *given: _faulty_bigram(*given, slip="nobody else"),
            ),
            Mistake(
                "That is add-one smoothing: it gives the unseen the same share after "
                "every context, and does not look at the unigram.",
                lambda *given: _faulty_bigram(*given, slip="add one"),
            ),
            Mistake(
                "`kinds` counts the symbols that followed *this* context, not all "
                "there are.",
                lambda *given: _faulty_bigram(*given, slip="all symbols"),
            ),
            Mistake(
                "You fall back on the unigram only where the count is zero. The seen "
                "ones have to give something up for it: your sum is above 1.",
                lambda *given: _faulty_bigram(*given, slip="only where zero"),
            ),
            Mistake(
                "Where nothing followed you divide 0 by 0. What does the shorter "
                "context say?",
                _unguarded,
            ),
        ),
    ),
    Exercise(
        id="text.naive_bayes",
        task="naive Bayes as a weight for each word and a bias",
        ability="build the baseline that every review classifier has to beat",
        minutes=30,
        hint="For each class: the share of each word among all its words, with alpha "
        "added to every count. A weight is the difference of two logarithms; the bias "
        "compares the numbers of reviews.",
        inputs=_judged,
        outputs=("weights", "bias"),
        solution=_bayes,
        mistakes=(
            Mistake(
                "The shares of a class do not add up to 1: alpha was added to every "
                "count, so it has to be in the total too, once for each word.",
                lambda *given: _faulty_bayes(*given, slip="sum below"),
            ),
            Mistake(
                "The bias is 0. There are more reviews of one class than of the other, "
                "and that is worth something before a word is read.",
                lambda *given: _faulty_bayes(*given, slip="no prior"),
            ),
            Mistake(
                "A word that occurs three times in a review counts three times. You "
                "counted only whether it is there.",
                lambda *given: _faulty_bayes(*given, slip="present"),
            ),
            Mistake(
                "The signs are the wrong way round: positive means class 1.",
                lambda *given: _faulty_bayes(*given, slip="turned"),
            ),
            Mistake(
                "Those are ratios. To be *added up*, they need the logarithm.",
                lambda *given: _faulty_bayes(*given, slip="no logarithm"),
            ),
            Mistake(
                "A share is taken among the *words* of a class. You divided by its "
                "reviews.",
                lambda *given: _faulty_bayes(*given, slip="reviews"),
            ),
            Mistake(
                "alpha is added to the counts of words, not to the numbers of reviews.",
                lambda *given: _faulty_bayes(*given, slip="smooth prior"),
            ),
            Mistake(
                "You added 1 to each count. Add alpha.",
                lambda *given: _faulty_bayes(*given, slip="one"),
            ),
        ),
    ),
)
