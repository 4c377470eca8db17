"""Helpers shared by all chapters of the course book on recurrent networks.

Importing the package costs next to nothing: each sub-module is loaded when it is
first used, and none of them loads TensorFlow before a network is needed.

Examples
--------
>>> from course_utils import evaluation
>>> evaluation.mae([1.0, 2.0], [2.0, 2.0])
0.5
"""

from __future__ import annotations

import importlib
from types import ModuleType

__version__ = "0.1.0"

_SUBMODULES = (
    "autodiff",
    "baselines",
    "claims",
    "concepts",
    "datasets",
    "evaluation",
    "exercises",
    "plots",
    "quizzes",
    "runtime",
    "scratch",
    "sequences",
    "training",
    "widgets",
)

__all__ = list(_SUBMODULES)


def __getattr__(name: str) -> ModuleType:
    """Load a sub-module when it is first asked for (PEP 562)."""
    if name in _SUBMODULES:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Names for tab completion, loaded or not."""
    return sorted([*globals(), *_SUBMODULES])
