"""The checks of the exercises: right answers pass, wrong ones get their own hint."""

import math
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from course_utils import exercises
from course_utils.exercises import checking
from tools import notebooks

ALL = exercises.names()
COMPARED = [name for name in ALL if exercises.get(name).judge is None]
FUNCTIONS = [name for name in COMPARED if exercises.get(name).inputs is not None]


@pytest.fixture(autouse=True)
def a_reader_not_a_test(monkeypatch):
    monkeypatch.delenv("COURSE_TEST", raising=False)
    monkeypatch.setattr(checking, "_RESULTS", {})


def answer_of(name, function):
    """What a learner would give: the function, or for a value task its value."""
    return function if exercises.get(name).inputs is not None else function()


def said(capsys, name, answer):
    exercises.check(name, answer)
    return capsys.readouterr().out


@pytest.mark.parametrize("name", COMPARED)
def test_the_solution_is_right(name, capsys):
    answer = answer_of(name, exercises.get(name).solution)
    assert said(capsys, name, answer) == f"Right: {name}.\n"


@pytest.mark.parametrize("name", COMPARED)
def test_each_wrong_answer_gets_its_own_hint(name, capsys):
    mistakes = exercises.get(name).mistakes
    assert len(mistakes) >= 2
    for mistake in mistakes:
        text = said(capsys, name, answer_of(name, mistake.slip))
        assert text.startswith(f"Not yet: {name}.") and mistake.hint in text
    assert len({mistake.hint for mistake in mistakes}) == len(mistakes)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_constant_does_not_pass(name, capsys):
    exercise = exercises.get(name)
    given = exercise.inputs(np.random.default_rng(0))
    given = given[0] if isinstance(given, list) else given
    value = exercise.solution(*given)
    assert "Not yet" in said(capsys, name, lambda *_: value)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_slightly_wrong_answer_does_not_pass(name, capsys):
    solution = exercises.get(name).solution

    def nearly(*given):
        found = solution(*given)
        if isinstance(found, list) and isinstance(found[0], str):
            return found[1:] + found[:1]
        several = isinstance(found, tuple | list)
        parts = found if several else (found,)
        moved = type(parts)(np.asarray(part) * 1.001 + 1e-4 for part in parts)
        return moved if several else moved[0]

    text = said(capsys, name, nearly)
    assert "Not yet" in text and exercises.get(name).hint in text


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_stub_fails_kindly(name, capsys):
    def stub(*given):
        raise NotImplementedError("Write it here.")

    text = said(capsys, name, stub)
    assert "Nothing written yet. Write it here." in text and "Traceback" not in text


def layer(x, kernel, bias):
    return 1 / (1 + np.exp(-(x @ kernel + bias)))


def test_another_right_way_is_right(capsys):
    assert said(capsys, "neuron.layer", layer) == "Right: neuron.layer.\n"
    as_list = said(capsys, "neuron.layer", lambda *given: layer(*given).tolist())
    assert as_list == "Right: neuron.layer.\n"


def test_inputs_are_drawn_until_no_slip_looks_right_by_chance(monkeypatch, capsys):
    seldom_negative = exercises.Exercise(
        id="chance.absolute",
        task="the absolute value",
        ability="see that three draws may not be enough",
        minutes=1,
        inputs=lambda generator: (generator.uniform(-0.4, 0.6),),
        solution=abs,
        hint="What of negative numbers?",
        mistakes=(exercises.Mistake(hint="That is the number.", slip=lambda x: x),),
    )
    monkeypatch.setattr(checking, "_all", lambda: {"chance.absolute": seldom_negative})
    answers = [said(capsys, "chance.absolute", lambda x: x) for _ in range(40)]
    assert all("That is the number." in text for text in answers)


def test_adam_without_what_keeps_it_from_dividing_by_zero(capsys):
    def adam(parameter, gradients, learning_rate):
        mean = square = np.zeros_like(parameter)
        for count, gradient in enumerate(gradients, start=1):
            mean = 0.9 * mean + 0.1 * gradient
            square = 0.999 * square + 0.001 * gradient**2
            root = np.sqrt(square / (1 - 0.999**count))
            parameter = parameter - learning_rate * mean / (1 - 0.9**count) / root
        return parameter

    assert "not finite" in said(capsys, "optimizers.adam", adam)


NOTEBOOKS = [path for path in notebooks.all_notebooks() if notebooks.is_exercise(path)]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_notebooks_own_solution_is_right_on_many_draws(path, monkeypatch, capsys):
    answers, scope = {}, {"__name__": "notebook"}
    with monkeypatch.context() as patch:
        patch.setattr(exercises, "check", answers.__setitem__)
        for cell in notebooks.read(path).cells:
            tags = cell.metadata.get("tags", [])
            if cell.cell_type == "code" and notebooks.SETUP_TAG not in tags:
                exec(cell.source, scope)
    capsys.readouterr()
    assert len(answers) >= 2
    for name, answer in answers.items():
        draws = 25 if name in FUNCTIONS else 1
        texts = {said(capsys, name, answer) for _ in range(draws)}
        assert texts == {f"Right: {name}.\n"}


FAULTS = {
    "no `return` at its end": lambda x, kernel, bias: None,
    "still `...`": lambda x, kernel, bias: ...,
    "shape (4, 5), expected shape (5, 4)": lambda *given: layer(*given).T,
    "not finite": lambda *given: layer(*given) * np.nan,
    "Expected one result (a), got 2": lambda *given: (layer(*given), 1),
    "a is a str, expected an array of shape (5, 4)": lambda *given: "sigmoid",
    "a holds None": lambda *given: [[None] * 4] * 5,
    "or what `append` returns": lambda *given: [[1.0, 2.0, None, 4.0]] * 5,
    "a holds `...`": lambda *given: [[...] * 4] * 5,
    "a holds a dict": lambda *given: [[{}] * 4] * 5,
    "a holds a function": lambda *given: [[layer] * 4] * 5,
    "type is datetime64[D]": lambda *given: np.full(
        (5, 4), np.datetime64("2020-01-01")
    ),
    "type is <U1": lambda *given: [["a"] * 4] * 5,
    "not fit into a float": lambda *given: [[10**400] * 4] * 5,
    "Expected one result (a), got 5": lambda *given: [[1], [1, 2], [3], [4], [5]],
    "stopped when it was called, with TypeError": lambda x: x,
    "It was given an array of shape (5, 3)": lambda x, kernel, bias: x @ bias,
}


@pytest.mark.parametrize("part", FAULTS)
def test_what_is_wrong_is_said_in_a_sentence(part, capsys):
    assert part in said(capsys, "neuron.layer", FAULTS[part])


def test_a_value_for_a_function_and_the_other_way_round(capsys):
    assert "without parentheses" in said(capsys, "neuron.layer", 3.0)
    assert "a value here" in said(capsys, "perceptrons.parameters", lambda: 39760)


def test_a_function_that_changes_its_input_is_caught(capsys):
    def in_place(x, kernel, bias):
        x += 1
        return layer(x - 1, kernel, bias)

    assert "changes one of its inputs" in said(capsys, "neuron.layer", in_place)


def test_the_hint_never_holds_the_solution():
    for name in COMPARED:
        exercise = exercises.get(name)
        if exercise.inputs is None:
            texts = [exercise.hint, *(mistake.hint for mistake in exercise.mistakes)]
            assert not [text for text in texts if str(exercise.solution()) in text]


def zigzag(bits=3):
    """Three-bit parity on paper: bends at 0, 1 and 2 switches."""
    W1 = np.ones((bits, 3))
    return W1, np.array([0.0, -1, -2]), np.array([[1.0], [-2], [2]]), np.zeros(1)


def test_parity_is_judged_by_what_it_answers(capsys):
    name = "perceptrons.parity"
    W1, b1, W2, b2 = zigzag()
    assert said(capsys, name, zigzag()) == f"Right: {name}.\n"
    assert said(capsys, name, (2 * W1, 2 * b1, W2 / 2, b2)) == f"Right: {name}.\n"
    assert "of 8 inputs come out wrong" in said(capsys, name, (W1, b1, -W2, b2))
    assert "at (" in said(capsys, name, (W1, b1, W2[:, [0]] * 0, b2))
    assert "Your shapes" in said(capsys, name, (W1.T[:, :2], b1, W2, b2))
    assert "four arrays" in said(capsys, name, W1)
    wide = np.hstack([W1, W1]), np.tile(b1, 2), np.vstack([W2, 0 * W2]), b2
    assert "Three are enough" in said(capsys, name, wide)


def test_an_unknown_exercise_is_named_with_those_that_come_close():
    with pytest.raises(ValueError, match=r"neuron\.layer"):
        exercises.check("neuron.layers", layer)


def test_under_test_a_wrong_answer_is_an_error(monkeypatch):
    monkeypatch.setenv("COURSE_TEST", "1")
    with pytest.raises(exercises.ExerciseError, match="bias is missing"):
        exercises.check("neuron.layer", lambda x, W, b: layer(x, W, 0 * b))


def test_progress_counts_what_is_right(capsys):
    exercises.check("neuron.layer", layer)
    exercises.check("perceptrons.parameters", 1)
    capsys.readouterr()
    wanted = "neuron.layer", "perceptrons.parameters", "neuron.softmax"
    exercises.progress(*wanted)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "[#..] 1 of 3"
    assert [line.split()[0] for line in lines[1:3]] == ["right", "not"]
    assert "not tried" in lines[3] or "not yet" in lines[3] or "right" in lines[3]


class FakeLayer:
    """As much of a Keras layer as the judge of a model looks at."""

    def __init__(self, units, activation):
        self.units = units
        self.activation = SimpleNamespace(__name__=activation)


class FakeModel:
    def __init__(self, sizes, last="sigmoid", hidden="relu", reads=784):
        names = [hidden] * (len(sizes) - 1) + [last]
        self.layers = [FakeLayer(*pair) for pair in zip(sizes, names, strict=True)]
        self.input_shape = (None, reads)


WRONG_MODELS = {
    "Keras model, not a int": 3,
    "without the batch": FakeModel([128, 64, 128, 784], reads=28),
    "an image has 784 pixels": FakeModel([128, 64, 128]),
    "expected [128, 64, 128, 784]": FakeModel([128, 32, 128, 784]),
    "no layer of its own": FakeModel([128, 64, 128, 784], hidden="linear"),
    "add up to 1": FakeModel([128, 64, 128, 784], last="softmax"),
    "does relu stay there": FakeModel([128, 64, 128, 784], last="relu"),
    "Nothing written yet": None,
}


@pytest.mark.parametrize("part", WRONG_MODELS)
def test_the_autoencoder_is_judged_by_how_it_is_built(part, capsys):
    assert part in said(capsys, "keras.autoencoder", WRONG_MODELS[part])
    right = FakeModel([128, 64, 128, 784])
    assert said(capsys, "keras.autoencoder", right) == "Right: keras.autoencoder.\n"


def rotation(omega, turn=1.0, grow=1.0, late=False):
    c, s = np.cos(omega), turn * np.sin(omega)
    U = grow * np.array([[c, s], [-s, c]])
    h0 = np.array([[1.0, 0.0]])
    return U, np.array([[0.0], [1.0]]), h0 @ np.linalg.inv(U) if late else h0


WRONG_SINES = {
    "signs of U": lambda omega: rotation(omega, turn=-1),
    "nothing ever starts": lambda omega: (*rotation(omega)[:2], np.zeros((1, 2))),
    "your state grows": lambda omega: rotation(omega, grow=1.1),
    "your state fades": lambda omega: rotation(0.01 * omega, grow=0.5),
    "one step late": lambda omega: rotation(omega, late=True),
    "three arrays": lambda omega: np.eye(2),
    "Your shapes": lambda omega: (np.eye(3), np.eye(3), np.eye(3)),
    "first outputs are": lambda omega: rotation(0.5 * omega),
    "function of omega": 3.0,
}


@pytest.mark.parametrize("part", WRONG_SINES)
def test_the_sine_is_judged_by_what_it_swings(part, capsys):
    name = "simple_rnn.sine"
    assert part in said(capsys, name, WRONG_SINES[part])
    assert said(capsys, name, rotation) == f"Right: {name}.\n"


WRONG_BIASES = {
    "lets go of it": [-12.0, 7, 0, 12],
    "biases, not gates": [0.0, 1, 0, 1],
    "writes into the cell state": [-7.0, 12, 0, 12],
    "only 0.119 of it may show": [-100.0, 100, 100, 0],
    "four numbers": [1.0, 2],
    "Finite numbers": [-np.inf, np.inf, 0, np.inf],
    "Nothing written yet": ...,
}


@pytest.mark.parametrize("part", WRONG_BIASES)
def test_the_keeper_is_judged_by_what_it_keeps(part, capsys):
    name = "lstm.keeper"
    assert part in said(capsys, name, WRONG_BIASES[part])
    assert said(capsys, name, [-12.0, 12, 0, 12]) == f"Right: {name}.\n"


def test_biases_that_pass_keep_the_state_of_a_real_cell():
    from course_utils import scratch

    generator = np.random.default_rng(0)
    W, U = generator.uniform(-1, 1, (2, 1, 4))
    layer = scratch.LSTM(1).set_weights([W, U, np.array([-12.0, 12, 0, 12])])
    start = generator.uniform(0.5, 1, (8, 1))
    x = generator.uniform(-1, 1, (8, 100, 1))
    layer.forward(x, initial_state=(0 * start, start))
    h, c = layer.final_state
    assert np.abs(c - start).max() < 0.05
    assert (h > 0.9 * np.tanh(c)).all()


def test_arrays_of_several_shapes_in_a_list_are_a_tuple(capsys):
    def turned(W, U, b):
        units = len(U)
        found = [array.copy() for array in (W, U, b)]
        for array in found:
            array[..., :units] *= -1
        return found

    assert said(capsys, "gru.convert", turned) == "Right: gru.convert.\n"
    assert "Not yet" in said(capsys, "gru.convert", lambda *given: list(given))


def test_no_line_of_ours_is_shown_when_an_answer_stops(capsys):
    def asks_with_lists(steps):
        return [step([1.0], [0.0], [1.0]) for step in steps]

    text = said(capsys, "gru.which", asks_with_lists)
    assert "step([1.0]" in text and "share" not in text


def test_a_wrong_shape_gets_no_hint_about_something_else(capsys):
    text = said(capsys, "neuron.layer", lambda *given: layer(*given)[:, :1])
    assert "expected shape" in text and "Hint" not in text


def test_a_list_for_a_tuple_and_one_number_in_an_array_are_forgiven(capsys):
    def counts(features, units):
        weights = features * units + units * units
        return [3 * (weights + units), 3 * (weights + 2 * units)]

    assert "Right" in said(capsys, "gru.parameters", counts)
    one = said(
        capsys,
        "simple_rnn.smoothing",
        lambda alpha: (np.array([[alpha]]), np.array([[1 - alpha]])),
    )
    assert "Right" in one


def test_fractions_and_large_integers_are_numbers(capsys):
    for third in Fraction(1, 3), Decimal(1) / 3, [Fraction(1, 3)], 0.333, 0.3333:
        assert "Right" in said(capsys, "looking.pencil", third)
    assert "three digits" in said(capsys, "looking.pencil", 0.33)

    def exact(*given):
        return [[Fraction(float(a)) for a in row] for row in layer(*given)]

    assert "Right" in said(capsys, "neuron.layer", exact)
    text = said(capsys, "neuron.layer", lambda *given: [[10**30] * 4] * 5)
    assert "Not yet" in text and exercises.get("neuron.layer").hint in text


def test_a_comma_after_the_only_result_is_forgiven(capsys):
    assert "Right" in said(capsys, "looking.pencil", (1 / 3,))
    assert "Right" in said(capsys, "neuron.layer", lambda *given: (layer(*given),))
    assert "not finite" in said(capsys, "looking.pencil", (np.nan,))


def test_one_number_is_asked_for_as_a_number_and_not_shown(capsys):
    text = said(capsys, "looking.pencil", "1/3")
    assert "result is a str, expected a number." in text


def test_rows_of_one_array_are_not_counted_as_results(capsys):
    text = said(capsys, "self_supervised.pairs", lambda images: images[:, 1:])
    assert "Expected 2 results (inputs, targets), got one array of shape (3, " in text
    stacked = said(
        capsys,
        "self_supervised.pairs",
        lambda images: np.stack([images[:, :-1], images[:, 1:]]),
    )
    assert "Right" in stacked
    text = said(capsys, "gru.parameters", lambda features, units: [1, 2, 3])
    assert "Expected 2 results" in text and "got 3." in text


def made_up(monkeypatch, **parts):
    """Put an exercise of the test's own in place of all others."""
    exercise = exercises.Exercise(
        id="made.up", task="", ability="", minutes=1, hint="Look again.", **parts
    )
    monkeypatch.setattr(checking, "_all", lambda: {"made.up": exercise})


def test_inputs_may_hold_nan_and_infinity(monkeypatch, capsys):
    values = np.array([1.0, np.nan, np.inf])
    made_up(monkeypatch, inputs=lambda generator: (values,), solution=lambda x: x[0])
    assert "Right" in said(capsys, "made.up", lambda x: x[0])

    def fills(x):
        x[1] = 0
        return x[0]

    assert "changes one of its inputs" in said(capsys, "made.up", fills)


def test_a_result_with_infinity_gets_the_hint_of_the_slip_that_has_it_too(
    monkeypatch, capsys
):
    slip = exercises.Mistake("Nothing is left of it.", lambda x: -np.inf * x)
    made_up(
        monkeypatch,
        inputs=lambda generator: (generator.uniform(1, 2, 3),),
        solution=lambda x: x,
        mistakes=(slip,),
    )
    assert "Nothing is left" in said(capsys, "made.up", lambda x: -np.inf * x)
    other = said(capsys, "made.up", lambda x: np.append(-np.inf, x[1:]))
    assert "not finite" in other and "Nothing is left" not in other


def softmax(scores):
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def log_mean(ratio, largest):
    return largest + np.log(np.exp(ratio - largest).mean(axis=0))


def rolled(states, fact, shifts):
    """Best absolute correlation of the fact itself, and after each shift."""
    tables = [np.corrcoef(states.T, np.roll(fact, s))[-1, :-1] for s in (0, *shifts)]
    own, *best = np.abs(tables).max(axis=1)
    return own, np.array(best)


def by_limit(limit, order=2, least=5):
    def coverage(samples, centres, spread):
        far = np.linalg.norm(samples[:, None] - centres, ord=order, axis=2)
        good = far.min(axis=1) < limit * spread
        hits = np.bincount(far.argmin(axis=1)[good], minlength=len(centres))
        return (hits >= least).sum(), good.mean()

    return coverage


def by_signs(a, b):
    low, high, _ = exercises.get("choosing.verdict").solution(a, b)
    return low, high, 1 if (a < b).all() else -1 if (a > b).all() else 0


def one_way_more(questions, level):
    score, ways = questions + 1, 1
    while (ways + math.comb(questions, score - 1)) / 2**questions < level:
        score -= 1
        ways += math.comb(questions, score)
    return score


# Wrong answers that fit the sizes, or the luck, of inputs that are drawn too narrowly.
NARROW = {
    "attention.mask": [
        lambda scores: softmax(np.where(np.tril(scores) == 0, -np.inf, scores)),
        lambda scores: softmax(np.where(np.tri(len(scores)) > 0, scores, -20.0)),
    ],
    "choosing.verdict": [by_signs],
    "generative.coverage": [
        by_limit(2.5),
        by_limit(3, order=1),
        by_limit(3, order=np.inf),
        by_limit(3, least=4),
        by_limit(3, least=6),
    ],
    "generative.weighted": [
        lambda joint, q: log_mean(joint - q, -1200.0),
        lambda joint, q: log_mean(joint - q, joint.max(axis=0)),
    ],
    "looking.luck": [
        lambda *given: (
            rolled(*given)[1],
            (1 + np.sum(rolled(*given)[1] >= rolled(*given)[0])) / 13,
        ),
    ],
    "looking.auc": [
        lambda states, fact: max(
            exercises.get("looking.auc").solution(states, fact),
            exercises.get("looking.auc").solution(-states, fact),
        )
    ],
    "self_supervised.pairs": [lambda images: (images[:, :5], images[:, 1:])],
    "titles.luck": [one_way_more],
    "uncertainty.conformal": [
        lambda scores, alpha: np.sort(scores)[
            round((len(scores) + 1) * (1 - alpha)) - 1
        ],
    ],
}


@pytest.mark.parametrize("name", NARROW)
def test_an_answer_that_fits_narrow_inputs_only_does_not_pass(name, capsys):
    for answer in NARROW[name]:
        with np.errstate(all="ignore"):
            texts = [said(capsys, name, answer) for _ in range(10)]
        assert all("Not yet" in text for text in texts)
        assert not any("stopped" in text for text in texts)
