"""Exercises that check themselves: right, or what is wrong, in the learner's words.

Each exercise is checked against a second source on fresh random inputs. An answer that
computes what a known slip computes gets the hint for that slip.

Examples
--------
>>> from course_utils import exercises
>>> exercises.check("perceptrons.parameters", 784 * 50 + 50 + 50 * 10 + 10)
Right: perceptrons.parameters.
>>> exercises.get("perceptrons.parameters").ability
'count the parameters of a network'
"""

from .checking import Exercise, ExerciseError, Mistake, check, get, names, progress

__all__ = ["Exercise", "ExerciseError", "Mistake", "check", "get", "names", "progress"]
