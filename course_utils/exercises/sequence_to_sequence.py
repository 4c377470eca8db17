"""Exercises of the chapter "Sequence to sequence": answers and slips."""

from __future__ import annotations

import numpy as np

from course_utils import scratch

from .checking import Exercise, Mistake

Generator = np.random.Generator


def _answers(generator: Generator) -> tuple:
    return generator.integers(3, 20, (4, 6)), 1


def _shifted(targets, start):
    found = np.full_like(targets, start)
    found[:, 1:] = targets[:, :-1]
    return found


def _look_back(generator: Generator) -> tuple:
    real = np.array([True] * 5 + [False] * 2)
    return generator.normal(size=3), generator.normal(size=(7, 3)), real


def _attention(query, states, real, masked=True, soft=True):
    scores = states @ query
    if masked:
        scores = np.where(real, scores, -np.inf if soft else 0.0)
    weights = scratch.softmax(scores[None])[0] if soft else scores
    return weights, weights @ states


def _late_mask(query, states, real):
    weights = _attention(query, states, real, masked=False)[0] * real
    return weights, weights @ states


def _logs(generator: Generator) -> tuple:
    scores = generator.normal(size=(3, 5)) * 2
    return np.log(scratch.softmax(scores)), generator.normal(size=3) - 3, 4


def _beam(log_p, so_far, width):
    """Sort all continuations, the slow way."""
    every = [
        (so_far[row] + log_p[row, code], row, code)
        for row in range(len(log_p))
        for code in range(log_p.shape[1])
    ]
    best = sorted(every, reverse=True)[:width]
    scores, rows, codes = (np.array(part) for part in zip(*best, strict=True))
    return scores, rows, codes


def _multiplied(log_p, so_far, width):
    return _beam(log_p * so_far[:, None], 0 * so_far, width)


EXERCISES = (
    Exercise(
        id="seq2seq.teacher",
        task="the decoder's inputs under teacher forcing",
        ability="shift a target by one",
        minutes=5,
        hint="At each place the decoder gets the character before, and the start "
        "symbol at the first.",
        inputs=_answers,
        outputs=("inputs",),
        solution=_shifted,
        mistakes=(
            Mistake(
                "The decoder is fed the very character that it should say. It would "
                "learn to copy.",
                lambda targets, start: targets,
            ),
            Mistake(
                "Shifted the wrong way: it is fed the character *after* the one that "
                "it should say.",
                lambda targets, start: np.c_[
                    targets[:, 1:], np.full(len(targets), start)
                ],
            ),
            Mistake(
                "The last character came round to the front. The first input is the "
                "start symbol.",
                lambda targets, start: np.roll(targets, 1, axis=1),
            ),
        ),
    ),
    Exercise(
        id="seq2seq.attention",
        task="one look back at the encoder's states",
        ability="write attention from memory",
        minutes=15,
        hint="A score for each state, its product with the query; a softmax over the "
        "real ones; the mean of the states with these weights.",
        inputs=_look_back,
        outputs=("weights", "context"),
        solution=_attention,
        mistakes=(
            Mistake(
                "The padding gets a share. Before the softmax its scores must be so "
                "low that nothing is left for it.",
                lambda *given: _attention(*given, masked=False),
            ),
            Mistake(
                "The padding was set to 0 after the softmax, so the weights do not add "
                "up to 1.",
                _late_mask,
            ),
            Mistake(
                "The scores are not yet weights: they need a softmax.",
                lambda *given: _attention(*given, soft=False),
            ),
        ),
    ),
    Exercise(
        id="seq2seq.beam",
        task="one step of beam search",
        ability="keep the most probable beginnings",
        minutes=15,
        hint="Add the logarithms of each beginning to those of its continuations, look "
        "at all of them together, and take the best.",
        inputs=_logs,
        outputs=("scores", "rows", "codes"),
        solution=_beam,
        mistakes=(
            Mistake(
                "What the beginnings had scored is forgotten.",
                lambda log_p, so_far, width: _beam(log_p, 0 * so_far, width),
            ),
            Mistake(
                "Logarithms of probabilities add; you multiplied.",
                _multiplied,
            ),
            Mistake(
                "Those are the least probable.",
                lambda log_p, so_far, width: tuple(
                    part[::-1][:width] for part in _beam(log_p, so_far, log_p.size)
                ),
            ),
        ),
    ),
)
