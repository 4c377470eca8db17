"""A sampler that writes text one character, and one step, at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .dense import Dense
from .embedding import Embedding
from .gru import GRU
from .layer_normalization import LayerNormalization
from .lstm import LSTM
from .simple_rnn import SimpleRNN

RECURRENT = (SimpleRNN, GRU, LSTM)


class CharacterSampler:
    """Write text with a character model that remembers where it is.

    The model is a chain: an `Embedding` or nothing (then characters enter as one-hot
    vectors), recurrent layers with or without `LayerNormalization` after them, and a
    `Dense` layer that gives one logit for every character. The sampler keeps the
    states of the recurrent layers and takes exactly one step a character: a
    thousand characters cost a thousand steps, where a model that reads its whole
    window again for each character takes a thousand windows.

    Parameters
    ----------
    vocabulary : sequence of str
        The characters in the order of their codes.
    layers : sequence of layers
        With weights, for example ``GRU(64).set_weights(keras_layer.get_weights())``.
        The last layer's activation, if it is a softmax, is left out; the others stay.

    Attributes
    ----------
    states : list of tuple of ndarray
        For every recurrent layer (h,) or (h, c), each (1, units).
    logits : ndarray
        Scores of the next character, shape (vocabulary,).

    Raises
    ------
    ValueError, TypeError
        If the layers are no such chain, or sizes do not fit.

    Examples
    --------
    >>> always_b = Dense(2).set_weights([np.zeros((3, 2)), np.array([0.0, 5.0])])
    >>> sampler = CharacterSampler("ab", [GRU(3).build(2), always_b])
    >>> sampler.read("ab").write(4, greedy=True)
    'bbbb'
    """

    def __init__(self, vocabulary: Sequence[str], layers: Sequence[Any]) -> None:
        self.vocabulary = list(vocabulary)
        self._codes = {character: k for k, character in enumerate(self.vocabulary)}
        embeddings = [layer for layer in layers[:1] if isinstance(layer, Embedding)]
        self._layers = list(layers[len(embeddings) :])
        self._check_chain([*embeddings, *self._layers])
        dtype = self._layers[0].parameters["kernel"].dtype
        inputs = np.eye(len(self.vocabulary), dtype=dtype)
        if embeddings:
            inputs = embeddings[0].parameters["embeddings"].astype(dtype)
        self._check_sizes(inputs)
        # What a character adds to the first layer's sums never changes: one product
        # here saves one in every step.
        self._projected = self._layers[0].project(inputs)[
            :, None
        ]  # (vocabulary, 1, ...)
        self.reset()

    def reset(self) -> CharacterSampler:
        """Forget everything read: all states become zeros.

        Returns
        -------
        CharacterSampler
            The sampler itself.
        """
        self.states = []
        for layer in self._layers:
            if isinstance(layer, RECURRENT):
                zeros = np.zeros((1, layer.units), self._projected.dtype)
                pair = isinstance(layer, LSTM)
                self.states.append((zeros, zeros) if pair else (zeros,))
        self.logits = np.zeros(len(self.vocabulary), self._projected.dtype)
        return self

    def read(self, text: str) -> CharacterSampler:
        """Step through a text without writing, to warm the states up.

        Parameters
        ----------
        text : str
            At least one character, all in the vocabulary.

        Returns
        -------
        CharacterSampler
            The sampler itself, with `logits` for the character after the text.

        Raises
        ------
        ValueError
            If a character is not in the vocabulary.
        """
        unknown = sorted(set(text) - set(self._codes))
        if unknown:
            raise ValueError(
                f"CharacterSampler: the text has the characters {unknown}, which the "
                "vocabulary lacks; leave them out."
            )
        for character in text:
            self._step(self._codes[character])
        return self

    def write(
        self,
        length: int,
        temperature: float = 1.0,
        top_k: int | None = None,
        greedy: bool = False,
        seed: int | np.random.Generator = 0,
    ) -> str:
        """Write on from where the sampler is.

        Parameters
        ----------
        length : int
            Number of characters.
        temperature : float
            Logits are divided by it: below 1 the likely becomes likelier, above 1
            everything becomes more equal.
        top_k : int, optional
            Draw among the k likeliest characters only.
        greedy : bool
            Always take the likeliest character; temperature and seed do not matter.
        seed : int or numpy.random.Generator
            Source of the random numbers. The same seed and the same state write the
            same text; pass one generator to go on drawing.

        Returns
        -------
        str
            The new characters.

        Raises
        ------
        ValueError
            If length, temperature or top_k make no sense.

        Examples
        --------
        >>> fair = Dense(2).set_weights([np.zeros((3, 2)), np.zeros(2)])
        >>> sampler = CharacterSampler("ab", [GRU(3).build(2), fair])
        >>> sampler.write(5, seed=1) == sampler.write(5, seed=1)
        True
        """
        self._check_draw(length, temperature, top_k)
        draws = np.random.default_rng(seed).random(length)
        written = []
        for draw in draws:
            if greedy:
                code = int(self.logits.argmax())
            else:
                code = draw_code(self.logits, draw, temperature, top_k)
            written.append(self.vocabulary[code])
            self._step(code)
        return "".join(written)

    def probabilities(self, temperature: float = 1.0) -> np.ndarray:
        """Return the distribution of the next character.

        Parameters
        ----------
        temperature : float
            As in `write`.

        Returns
        -------
        ndarray
            Shape (vocabulary,), summing to 1.
        """
        weights = _weights(self.logits, temperature)
        return weights / weights.sum()

    def _step(self, code: int) -> None:
        """Take one step of every layer with one character."""
        first, *rest = self._layers
        states = [first.step(self._projected[code], self.states[0])]
        x = states[0][0]  # (1, units)
        for layer in rest:
            if isinstance(layer, RECURRENT):
                state = layer.step(layer.project(x), self.states[len(states)])
                states.append(state)
                x = state[0]
            elif isinstance(layer, LayerNormalization):
                x = _normalized(layer, x)
            else:
                x = _dense(layer, x, is_last=layer is rest[-1])
        self.states = states
        self.logits = x[0]

    def _check_chain(self, layers: list[Any]) -> None:
        """Raise unless the layers are a chain that this sampler can step through."""
        known = (*RECURRENT, LayerNormalization, Dense)
        names = [type(layer).__name__ for layer in layers]
        chain = self._layers
        fits = all(isinstance(layer, known) for layer in chain)
        starts = bool(chain) and isinstance(chain[0], RECURRENT)
        if not (fits and starts and isinstance(chain[-1], Dense)):
            raise TypeError(
                f"CharacterSampler: layers are {names}, expected an Embedding or "
                "nothing, then recurrent layers with or without LayerNormalization, "
                "and a Dense layer at the end."
            )
        if any(getattr(layer, "go_backwards", False) for layer in layers):
            raise ValueError(
                "CharacterSampler: a layer has go_backwards=True, expected layers that "
                "read forwards; text is written from left to right."
            )
        empty = [
            name
            for name, layer in zip(names, layers, strict=True)
            if not layer.parameters
        ]
        if empty:
            raise ValueError(
                f"CharacterSampler: {empty[0]} has no weights yet; call set_weights."
            )

    def _check_sizes(self, inputs: np.ndarray) -> None:
        """Raise unless vocabulary, first and last layer fit together."""
        size = len(self.vocabulary)
        if len(self._codes) != size or size == 0:
            raise ValueError(
                "CharacterSampler: the vocabulary is empty or repeats a character."
            )
        features = len(self._layers[0].parameters["kernel"])
        found = len(inputs), inputs.shape[1], self._layers[-1].units
        if found != (size, features, size):
            raise ValueError(
                f"CharacterSampler: the vocabulary has {size} characters and the first "
                f"recurrent layer takes {features} features, but the input table has "
                f"shape {inputs.shape} and the last layer {self._layers[-1].units} "
                "units; they have to fit."
            )

    def _check_draw(self, length: int, temperature: float, top_k: int | None) -> None:
        """Raise unless the arguments of `write` make sense."""
        size = len(self.vocabulary)
        if length < 0:
            raise ValueError(
                f"CharacterSampler: length is {length}, expected 0 or more."
            )
        if not temperature > 0:
            raise ValueError(
                f"CharacterSampler: temperature is {temperature}, expected more than "
                "0; for the likeliest character use greedy=True."
            )
        if top_k is not None and not 1 <= top_k <= size:
            raise ValueError(
                f"CharacterSampler: top_k is {top_k}, expected 1 to {size}."
            )


def draw_code(
    logits: np.ndarray, draw: float, temperature: float = 1.0, top_k: int | None = None
) -> int:
    """Choose a code by a number drawn evenly from 0 to 1.

    Parameters
    ----------
    logits : ndarray
        Scores, shape (vocabulary,).
    draw : float
        From 0 to 1, without 1.
    temperature : float
        Logits are divided by it.
    top_k : int, optional
        Choose among the k highest scores only.

    Returns
    -------
    int
        The code.

    Examples
    --------
    >>> logits = np.log(np.array([0.5, 0.25, 0.25]))
    >>> [draw_code(logits, draw) for draw in (0.4, 0.6, 0.9)]
    [0, 1, 2]
    """
    if top_k is not None and top_k < len(logits):
        best = np.argpartition(logits, -top_k)[-top_k:]
        best.sort()
        return int(best[draw_code(logits[best], draw, temperature)])
    reached = _weights(logits, temperature).cumsum()
    # Rounding can put the last sum a little below the draw.
    place = reached.searchsorted(draw * reached[-1], side="right")
    return min(int(place), len(logits) - 1)


def _weights(logits: np.ndarray, temperature: float) -> np.ndarray:
    """Turn logits into weights in proportion to the probabilities, the largest 1."""
    return np.exp((logits - logits.max()) / temperature)


def _normalized(layer: LayerNormalization, x: np.ndarray) -> np.ndarray:
    """Normalize one row, without checks."""
    centred = x - x.mean()
    deviation = np.sqrt((centred * centred).mean() + layer.epsilon)
    return centred / deviation * layer.parameters["gamma"] + layer.parameters["beta"]


def _dense(layer: Dense, x: np.ndarray, is_last: bool) -> np.ndarray:
    """Apply a dense layer to one row, without checks; at the end, give logits."""
    z = x @ layer.parameters["kernel"]
    if layer.use_bias:
        z = z + layer.parameters["bias"]
    if is_last and layer.activation.name == "softmax":
        return z
    return layer.activation.forward(z)
