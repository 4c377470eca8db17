"""The sampler writes what the network it was given would write."""

import numpy as np
import pytest

from course_utils import scratch

VOCABULARY = "abcdef"


def randomized(layer, features):
    layer.build(features)
    generator = np.random.default_rng(features)
    return layer.set_weights(
        [generator.normal(size=w.shape) for w in layer.parameters.values()]
    )


def chain(kind, embedded):
    """Recurrent, normalization, recurrent, dense, dense."""
    features = 3 if embedded else len(VOCABULARY)
    layers = [scratch.Embedding(3, vocabulary=6, dtype="float64")] * embedded
    return layers + [
        randomized(kind(4, return_sequences=True), features),
        randomized(scratch.LayerNormalization(), 4),
        randomized(scratch.GRU(5, return_sequences=True), 4),
        randomized(scratch.Dense(4, "relu"), 5),
        randomized(scratch.Dense(6, "softmax"), 4),
    ]


@pytest.mark.parametrize("embedded", [True, False])
@pytest.mark.parametrize("kind", [scratch.SimpleRNN, scratch.LSTM, scratch.GRU])
def test_stepping_equals_reading_the_whole_text(kind, embedded):
    layers = chain(kind, embedded)
    codes = np.array([[0, 5, 2, 2, 1, 4, 3]])
    x = codes if embedded else np.eye(6)[codes]
    expected = scratch.Network(layers).forward(x)[0]
    sampler = scratch.CharacterSampler(VOCABULARY, layers)
    for code, p in zip(codes[0], expected, strict=True):
        sampler.read(VOCABULARY[code])
        np.testing.assert_allclose(sampler.probabilities(), p, rtol=1e-9)


def fixed(probabilities):
    """A model that always predicts the same distribution."""
    weights = [np.zeros((2, len(probabilities))), np.log(probabilities)]
    layers = [
        randomized(scratch.GRU(2), len(probabilities)),
        scratch.Dense(len(probabilities)).set_weights(weights),
    ]
    sampler = scratch.CharacterSampler(VOCABULARY[: len(probabilities)], layers)
    return sampler.read("a")


def test_drawn_characters_have_their_probabilities():
    text = fixed([0.5, 0.3, 0.2]).write(5000, seed=3)
    shares = [text.count(character) / 5000 for character in "abc"]
    np.testing.assert_allclose(shares, [0.5, 0.3, 0.2], atol=0.03)


def test_temperature_sharpens_and_flattens():
    sampler = fixed([0.5, 0.3, 0.2])
    cold, hot = sampler.probabilities(0.01), sampler.probabilities(100.0)
    np.testing.assert_allclose(cold, [1, 0, 0], atol=1e-9)
    np.testing.assert_allclose(hot, [1 / 3] * 3, atol=0.01)
    squared = np.array([0.25, 0.09, 0.04])
    expected = squared / squared.sum()
    text = sampler.write(5000, temperature=0.5, seed=1)
    shares = [text.count(character) / 5000 for character in "abc"]
    np.testing.assert_allclose(shares, expected, atol=0.03)


def test_top_k_leaves_the_rest_out_and_greedy_takes_the_best():
    sampler = fixed([0.1, 0.2, 0.3, 0.4])
    assert set(sampler.write(500, top_k=2)) == {"c", "d"}
    assert sampler.write(5, top_k=1) == sampler.write(5, greedy=True) == "ddddd"
    assert set(sampler.write(500, top_k=4)) == set("abcd")


def test_the_seed_and_the_state_decide_the_text():
    sampler = scratch.CharacterSampler(VOCABULARY, chain(scratch.LSTM, True))
    first = sampler.read("abc").write(30, seed=5)
    assert sampler.reset().read("abc").write(30, seed=5) == first
    assert sampler.reset().read("abc").write(30, seed=6) != first
    generator = np.random.default_rng(5)
    in_two = sampler.reset().read("abc").write(12, seed=generator)
    assert in_two + sampler.write(18, seed=generator) == first


def test_a_draw_at_the_very_end_still_finds_a_character():
    logits = np.log(np.full(7, 1 / 7, np.float32))
    codes = {scratch.draw_code(logits, draw) for draw in (0.0, np.nextafter(1, 0), 1.0)}
    assert codes == {0, 6}
    # A character of probability 0 is never drawn, not even by 0.
    assert scratch.draw_code(np.array([-np.inf, 0.0]), 0.0) == 1


def test_wrong_samplers_and_wrong_wishes_are_explained():
    layers = chain(scratch.GRU, True)
    with pytest.raises(TypeError, match="a Dense layer at the end"):
        scratch.CharacterSampler(VOCABULARY, layers[:-2])
    with pytest.raises(TypeError, match=r"layers are \[\]"):
        scratch.CharacterSampler(VOCABULARY, [])
    with pytest.raises(ValueError, match="they have to fit"):
        scratch.CharacterSampler(VOCABULARY + "g", layers)
    with pytest.raises(ValueError, match="repeats a character"):
        scratch.CharacterSampler("abcdee", layers)
    with pytest.raises(ValueError, match="GRU has no weights yet"):
        scratch.CharacterSampler(VOCABULARY, [scratch.GRU(2), scratch.Dense(6)])
    with pytest.raises(ValueError, match="go_backwards"):
        backwards = randomized(scratch.GRU(5, go_backwards=True), 6)
        scratch.CharacterSampler(VOCABULARY, [backwards, layers[-2], layers[-1]])
    sampler = scratch.CharacterSampler(VOCABULARY, layers)
    with pytest.raises(ValueError, match=r"\['x', 'z'\], which the vocabulary lacks"):
        sampler.read("axz")
    with pytest.raises(ValueError, match="temperature is 0"):
        sampler.write(3, temperature=0)
    with pytest.raises(ValueError, match="top_k is 7, expected 1 to 6"):
        sampler.write(3, top_k=7)
    with pytest.raises(ValueError, match="length is -1"):
        sampler.write(-1)
