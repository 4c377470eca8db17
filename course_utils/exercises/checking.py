"""Compare a learner's answer with a second source, and say what is wrong with it."""

from __future__ import annotations

import copy
import difflib
import functools
import importlib
import itertools
import numbers
import os
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

__all__ = ["Exercise", "ExerciseError", "Mistake", "check", "get", "names", "progress"]

# One module a chapter, named as its notebook, with a tuple EXERCISES.
_ROOMS = (
    "learning_as_optimization",
    "artificial_neuron",
    "losses_and_outputs",
    "multilayer_perceptron",
    "backpropagation",
    "optimizers",
    "keras_in_one_chapter",
    "sequences",
    "simple_rnn",
    "backprop_through_time",
    "lstm",
    "gru",
    "deeper_recurrent",
    "choosing_a_cell",
    "convolutions",
    "text",
    "looking_inside",
    "sequence_to_sequence",
    "energy_rnn",
    "mnist_lstm",
    "shakespeare_gru",
    "bitcoin_cnn_lstm",
    "physics_titles",
    "attention",
    "uncertainty",
    "generative",
    "self_supervised",
)
_TRIES, _MOST_TRIES = 3, 30
_RESULTS: dict[str, bool] = {}
_NUMBERS = int | float | np.ndarray | np.generic


class ExerciseError(AssertionError):
    """An answer was wrong, while running as a test."""


@dataclass(frozen=True)
class Mistake:
    """A slip that learners make, told apart from others by what it computes.

    Attributes
    ----------
    hint
        What is said to a learner whose answer equals the slip's; never the solution.
    slip
        Computes, from the exercise's inputs, what this slip computes.
    """

    hint: str
    slip: Callable


@dataclass(frozen=True)
class Exercise:
    """One task with its second source and its known slips.

    Attributes
    ----------
    id
        Dotted name: chapter, task.
    task
        What is asked, in a few words.
    ability
        What it trains, a verb first.
    minutes
        How long it takes.
    hint
        Said when an answer is wrong in a way that nobody thought of.
    solution
        Computes the right answer from the inputs, in another way than the notebook's
        solution where there is one. Without ``inputs`` it is called without arguments.
    inputs
        Draws the arguments from a generator, a tuple, or a list of several such cases;
        None where the answer is a value.
    outputs
        Names of what the answer returns, for messages.
    mistakes
        Known slips.
    tolerance
        Largest relative difference that counts as equal.
    judge
        For tasks with many right answers, in place of a comparison: takes the answer,
        returns what is wrong with it, or None.
    """

    id: str
    task: str
    ability: str
    minutes: int
    hint: str
    solution: Callable | None = None
    inputs: Callable[[np.random.Generator], tuple | list[tuple]] | None = None
    outputs: tuple[str, ...] = ("result",)
    mistakes: tuple[Mistake, ...] = ()
    tolerance: float = 1e-6
    judge: Callable[[object], str | None] | None = None


def names() -> list[str]:
    """List the ids of all exercises."""
    return sorted(_all())


def get(name: str) -> Exercise:
    """Look an exercise up.

    Parameters
    ----------
    name
        Its id, such as ``"neuron.forward"``.

    Returns
    -------
    Exercise

    Raises
    ------
    ValueError
        If there is none of this name; says which comes close.
    """
    known = _all()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=3) or sorted(known)[:3]
        raise ValueError(f"No exercise {name!r}; did you mean {', '.join(near)}?")
    return known[name]


def check(name: str, answer: object) -> None:
    """Say whether an answer is right, or what is wrong with it, and a hint.

    A function is run on fresh random inputs, so that a constant cannot pass. The
    solution is never shown.

    Parameters
    ----------
    name
        The id of the exercise.
    answer
        A function, or a value, as the task says.

    Raises
    ------
    ExerciseError
        If the answer is wrong and the book's tests are running; a reader gets a
        sentence instead.
    ValueError
        If there is no exercise of this name.

    Examples
    --------
    >>> from course_utils import exercises
    >>> exercises.check("perceptrons.parameters", 39760)
    Right: perceptrons.parameters.
    """
    exercise = get(name)
    trouble = _judge(exercise, answer)
    _RESULTS[name] = trouble is None
    if trouble is None:
        print(f"Right: {name}.")
        return
    if os.environ.get("COURSE_TEST"):
        raise ExerciseError(f"{name}: {trouble}")
    print(f"Not yet: {name}.\n{trouble}")


def progress(*wanted: str) -> None:
    """Show how far you are with the exercises of a notebook: a bar and a table.

    Parameters
    ----------
    wanted
        Ids, in the order of the notebook.
    """
    signs = {True: "right", False: "not yet", None: "not tried"}
    found = [_RESULTS.get(name) for name in wanted]
    done = sum(result is True for result in found)
    bar = "#" * done + "." * (len(wanted) - done)
    print(f"[{bar}] {done} of {len(wanted)}")
    for name, result in zip(wanted, found, strict=True):
        print(f"{signs[result]:9}  {get(name).ability}  ({name})")


@functools.cache
def _all() -> dict[str, Exercise]:
    rooms = (importlib.import_module(f"{__package__}.{room}") for room in _ROOMS)
    return {exercise.id: exercise for room in rooms for exercise in room.EXERCISES}


def _judge(exercise: Exercise, answer: object) -> str | None:
    """Find what is wrong with an answer; None if it is right."""
    if exercise.judge is not None:
        if answer is None or answer is Ellipsis:
            return "Nothing written yet."
        return exercise.judge(_plain(answer))
    if exercise.inputs is None:
        if callable(answer):
            return "The answer is a value here, not a function. Call yours first."
        expected = _plain(exercise.solution())
        found = _as_wanted(_plain(answer), expected)
        return _explain(exercise, [((), found, expected)])
    if not callable(answer):
        return (
            "The answer is a function here; give its name without parentheses, as in "
            f'check("{exercise.id}", my_function).'
        )
    runs, generator = [], np.random.default_rng()
    for arguments in _cases(exercise, generator):
        expected = _plain(exercise.solution(*copy.deepcopy(arguments)))
        found, trouble = _run(answer, arguments)
        if trouble:
            return trouble
        runs.append((arguments, _as_wanted(found, expected), expected))
    return _explain(exercise, runs)


def _cases(exercise: Exercise, generator: np.random.Generator) -> list[tuple]:
    """Draw inputs, and more of them until no two known ways agree on all by chance."""
    cases = []
    for tries in range(1, _MOST_TRIES + 1):
        drawn = exercise.inputs(generator)
        cases += drawn if isinstance(drawn, list) else [drawn]
        if tries >= _TRIES and _told_apart(exercise, cases):
            break
    return cases


def _told_apart(exercise: Exercise, cases: list[tuple]) -> bool:
    """Tell whether the solution and the slips all give different results."""
    ways = [exercise.solution, *(mistake.slip for mistake in exercise.mistakes)]
    results = [[_plain(way(*copy.deepcopy(given))) for given in cases] for way in ways]
    return not any(
        _same(one, other, exercise.tolerance)
        for one, other in itertools.combinations(results, 2)
    )


def _run(answer: Callable, arguments: tuple) -> tuple[object, str | None]:
    """Run a learner's function; return what it gave, or what went wrong."""
    given = copy.deepcopy(arguments)
    try:
        with np.errstate(all="ignore"):
            found = _plain(answer(*given))
    except NotImplementedError as error:
        return None, f"Nothing written yet. {error}".strip()
    except Exception as error:
        where = _where(error)
        shapes = ", ".join(_describe(argument) for argument in arguments)
        return None, (
            f"Your function stopped {where} with {type(error).__name__}: {error}\n"
            f"It was given {shapes}."
        )
    if not _same(given, arguments, 0):
        return None, "Your function changes one of its inputs. Work on a copy."
    return found, None


def _where(error: Exception) -> str:
    """Name the learner's line; never one of ours, which could be a solution's."""
    ours = os.path.dirname(os.path.dirname(__file__))
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [frame for frame in frames if not frame.filename.startswith(ours)]
    if not theirs:
        return "when it was called,"
    return f"at `{theirs[-1].line}`" if theirs[-1].line else "inside"


def _explain(exercise: Exercise, runs: list[tuple]) -> str | None:
    """Say what is wrong with what an answer gave; None if nothing is."""
    if runs[0][1] is None:
        return "The answer is None: nothing written yet, or no `return` at its end."
    if runs[0][1] is Ellipsis:
        return "Nothing written yet: the answer is still `...`."
    for _, found, expected in runs:
        trouble = _form(exercise, found, expected)
        if trouble:
            slip = _known_slip(exercise, runs)
            return f"{trouble}\nHint: {slip}" if slip else trouble
    if all(_same(found, want, exercise.tolerance) for _, found, want in runs):
        return None
    return f"Hint: {_known_slip(exercise, runs) or exercise.hint}"


def _known_slip(exercise: Exercise, runs: list[tuple]) -> str | None:
    for mistake in exercise.mistakes:
        slips = [_plain(mistake.slip(*copy.deepcopy(given))) for given, _, _ in runs]
        pairs = zip(slips, runs, strict=True)
        if all(_same(run[1], slip, exercise.tolerance) for slip, run in pairs):
            return mistake.hint
    return None


def _form(exercise: Exercise, found: object, expected: object) -> str | None:
    """Complain about a misshapen or unusable result."""
    expected_parts, found_parts = _parts(expected), _parts(found)
    if len(expected_parts) != len(found_parts):
        wanted = _how_many(expected_parts)
        got = _how_many_came(found, expected_parts)
        return f"Expected {wanted} ({', '.join(exercise.outputs)}), got {got}."
    for name, want, got in zip(
        exercise.outputs, expected_parts, found_parts, strict=True
    ):
        if not isinstance(got, _NUMBERS):
            return f"{name} is a {type(got).__name__}, expected {_form_of(want)}."
        strange = _strange(got, want)
        if strange:
            return f"{name} holds {strange}"
        if np.shape(got) != np.shape(want):
            return f"{name} has shape {np.shape(got)}, expected shape {np.shape(want)}."
        if np.asarray(got).dtype.kind in "fc" and not np.isfinite(got).all():
            return f"{name} holds values that are not finite (NaN or infinity)."
    return None


def _how_many(parts: tuple) -> str:
    return "one result" if len(parts) == 1 else f"{len(parts)} results"


def _how_many_came(found: object, expected: tuple) -> str:
    """Say how many results came; the rows of an array are not results."""
    if not isinstance(found, np.ndarray):
        return str(len(_parts(found)))
    only_numbers = not any(isinstance(part, np.ndarray) for part in expected)
    if found.ndim == 1 and only_numbers:
        return str(len(found))
    return f"one array of shape {found.shape}"


def _form_of(want: object) -> str:
    """Describe what is expected, without its value."""
    return _describe(want) if isinstance(want, np.ndarray) else "a number"


def _strange(got: object, want: object) -> str | None:
    """Name what is in a result that should hold numbers only."""
    array = np.asarray(got)
    if array.dtype.kind in "biufc" or array.dtype.kind == np.asarray(want).dtype.kind:
        return None
    if array.dtype.kind != "O":
        return f"no numbers: their type is {array.dtype}."
    odd = [part for part in array.flat if not isinstance(part, numbers.Number)]
    if any(part is None for part in odd):
        return "None: a place never filled, or what `append` returns."
    if any(part is Ellipsis for part in odd):
        return "`...`: a place never filled."
    if odd:
        return f"a {type(odd[0]).__name__}, and should hold numbers only."
    return "a number that does not fit into a float."


def _parts(value: object) -> tuple:
    return tuple(value) if isinstance(value, tuple | list) else (value,)


def _plain(value: object) -> object:
    """Turn tensors of any backend, and lists, into NumPy arrays; one number into it."""
    if isinstance(value, tuple):
        return tuple(_plain(part) for part in value)
    exact = isinstance(value, numbers.Rational | Decimal)
    if exact or isinstance(value, list) or hasattr(value, "__array__"):
        try:
            return _in_numbers(np.asarray(value))
        except ValueError:
            return value
    return value


def _in_numbers(array: np.ndarray) -> np.ndarray | float:
    """Turn fractions, and integers too large for NumPy, into floats."""
    if array.dtype.kind == "O":
        if all(isinstance(part, numbers.Number) for part in array.flat):
            try:
                array = array.astype(float)
            except (TypeError, OverflowError):
                return array
    return array.item() if array.ndim == 0 and array.dtype.kind in "biuf" else array


def _as_wanted(found: object, expected: object) -> object:
    """Forgive what does not matter: a list for a tuple, one number in an array."""
    if isinstance(expected, tuple):
        if _is_a_row(found) and len(found) == len(expected):
            found = tuple(_plain(part) for part in found)
        if isinstance(found, tuple) and len(found) == len(expected):
            return tuple(map(_as_wanted, found, expected))
        return found
    if isinstance(found, tuple) and len(found) == 1:  # as from `return x,`
        alone = _as_wanted(found[0], expected)
        if isinstance(alone, _NUMBERS) and np.shape(alone) == np.shape(expected):
            return alone
    if isinstance(expected, np.ndarray) and isinstance(found, tuple):
        return _plain(list(found))
    if isinstance(expected, int | float) and isinstance(found, np.ndarray):
        return found.item() if found.size == 1 else found
    return found


def _is_a_row(found: object) -> bool:
    return isinstance(found, list) or (isinstance(found, np.ndarray) and found.ndim > 0)


def _same(found: object, wanted: object, tolerance: float) -> bool:
    """Tell whether two results are equal, part by part."""
    if isinstance(wanted, tuple | list):
        if not isinstance(found, tuple | list) or len(found) != len(wanted):
            return False
        pairs = zip(found, wanted, strict=True)
        return all(_same(part, want, tolerance) for part, want in pairs)
    if not isinstance(wanted, _NUMBERS):
        return type(found) is type(wanted) and found == wanted
    if not isinstance(found, _NUMBERS):
        return False
    if np.shape(found) != np.shape(wanted):
        return False
    if not {np.asarray(part).dtype.kind for part in (found, wanted)} <= set("iufc"):
        return bool(np.array_equal(found, wanted))
    sizes = np.abs(wanted)[np.isfinite(wanted)]
    atol = tolerance * max(1.0, float(sizes.max(initial=0)))
    return bool(np.allclose(found, wanted, rtol=0, atol=atol, equal_nan=True))


def _describe(value: object) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}" if value.ndim else "a number"
    if isinstance(value, tuple | list):
        return f"{len(value)} values"
    return (
        f"{value!r}"
        if isinstance(value, int | float | str)
        else "a " + type(value).__name__
    )
