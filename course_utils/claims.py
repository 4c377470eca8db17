"""The book's published results: check one, show one, list them.

Every number that the book claims stands in ``claims.yml`` with the band it must stay
in and the result it must beat. A notebook or an experiment that computes the number
calls `check`. A reader who changed something sees how far the new number lies from
the published one; under test a number outside its band is an error.
"""

from __future__ import annotations

import functools
import importlib.resources
import json
import math
import os
import sys
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from course_utils import datasets, runtime

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Claim", "ClaimError", "ClaimWarning", "check", "load", "table"]

# What MyST-NB's {glue:text} role looks for in a cell's outputs.
_GLUE = "application/papermill.record/"
_SCOPES = ("notebook", "experiment", "gpu")


class ClaimError(AssertionError):
    """A published result was not reached, while running as a test."""


class ClaimWarning(UserWarning):
    """A published result was not reached, while a reader was at work."""


@dataclass(frozen=True)
class Claim:
    """One published result.

    Attributes
    ----------
    id
        Dotted name: lab or chapter, model, quantity.
    value
        The published number.
    unit
        Its unit; empty for a pure number.
    band
        Lowest and highest value that still count as the same result.
    data
        Names of the data sets it was computed from.
    scope
        ``"notebook"``, ``"experiment"`` or ``"gpu"``: where it is computed.
    beats
        Ids of claims whose published value it must be better than.
    better
        ``"lower"`` or ``"higher"``: which direction is better.
    digits
        Digits after the point when shown.
    note
        What the number is, in words.
    """

    id: str
    value: float
    unit: str
    band: tuple[float, float]
    data: tuple[str, ...]
    scope: str
    note: str
    beats: tuple[str, ...] = ()
    better: str = "lower"
    digits: int = 2

    def __post_init__(self) -> None:
        """Refuse an entry that could never fail or never pass."""
        low, high = self.band
        if not low <= self.value <= high:
            raise ValueError(
                f"{self.id}: the published value {self.value} lies outside its own "
                f"band {low} .. {high}."
            )
        if self.scope not in _SCOPES or self.better not in {"lower", "higher"}:
            raise ValueError(
                f"{self.id}: scope is one of {', '.join(_SCOPES)} and better is "
                "'lower' or 'higher'."
            )

    def show(self, value: float) -> str:
        """Write a number with this claim's digits and unit."""
        return f"{value:.{self.digits}f} {self.unit}".strip()


def load(path: str | Path | None = None) -> dict[str, Claim]:
    """Read the published results.

    Parameters
    ----------
    path
        A YAML file; by default the package's own.

    Returns
    -------
    dict
        Id to `Claim`.

    Raises
    ------
    ValueError
        If an entry contradicts itself or must beat a claim that is not there.

    Examples
    --------
    >>> load()["energy.persistence.test_rmse"].unit
    'GWh'
    """
    if path is None:
        return dict(_published())
    return _read(Path(path).read_text(encoding="utf-8"))


@functools.cache
def _published() -> dict[str, Claim]:
    """Read the package's own claims once: a notebook checks dozens of them."""
    text = importlib.resources.files("course_utils").joinpath("claims.yml")
    return _read(text.read_text(encoding="utf-8"))


def _read(text: str) -> dict[str, Claim]:
    # The parser in C, where PyYAML was built with it, is ten times as fast.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    entries = yaml.load(text, Loader=loader)
    claims = {name: _claim(name, entry) for name, entry in entries.items()}
    for claim in claims.values():
        unknown = set(claim.beats) - set(claims)
        if unknown:
            raise ValueError(f"{claim.id} must beat {sorted(unknown)}: no such claim.")
    return claims


def _claim(name: str, entry: Mapping[str, object]) -> Claim:
    fields = dict(entry)
    for field in ("band", "data", "beats"):
        if field in fields:
            fields[field] = tuple(fields[field])
    try:
        return Claim(id=name, **fields)
    except TypeError as error:
        raise ValueError(f"The entry of {name} is not complete: {error}.") from None


def check(claim_id: str, value: float, *, path: str | Path | None = None) -> None:
    """Compare a computed number with the published one, and show it.

    In a notebook the number is also recorded so that the text can quote it with
    ``{glue:text}`` and the claim's id.

    Parameters
    ----------
    claim_id
        A key of ``claims.yml``.
    value
        The number just computed, in the claim's unit.
    path
        Another YAML file of claims, for tests.

    Raises
    ------
    KeyError
        If there is no such claim.
    ClaimError
        Under test, if the value is out of its band or does not beat what it must;
        never where a data set is only a sample.
    """
    claims = load(path)
    if claim_id not in claims:
        raise KeyError(f"{claim_id!r} is not in claims.yml; add it, with its band.")
    claim, value = claims[claim_id], float(value)
    samples = [name for name in claim.data if datasets.provenance(name) == "sample"]
    complaints = [] if samples else _complaints(claim, value, claims)
    verdict = _verdict(claim, samples, complaints)
    _show(claim, value, verdict)
    _log(claim, value, "unchecked" if samples else "failed" if complaints else "passed")
    if complaints and runtime.under_test():
        raise ClaimError(f"{claim.id} = {claim.show(value)}: {' '.join(complaints)}")
    if complaints:
        warnings.warn(
            f"{claim.id} = {claim.show(value)}: {' '.join(complaints)} If you changed "
            "something, this is your result; if not, please report it.",
            ClaimWarning,
            stacklevel=2,
        )


def _complaints(claim: Claim, value: float, claims: Mapping[str, Claim]) -> list[str]:
    found = []
    low, high = claim.band
    if not math.isfinite(value) or not low <= value <= high:
        found.append(
            f"The book publishes {claim.show(claim.value)}, and {low:g} to {high:g} "
            "count as the same."
        )
    sign = 1 if claim.better == "lower" else -1
    for name in claim.beats:
        rival = claims[name]
        if not sign * value < sign * rival.value:
            found.append(f"It does not beat {name}, {rival.show(rival.value)}.")
    return found


def _verdict(claim: Claim, samples: list[str], complaints: list[str]) -> str:
    if samples:
        return f"not checked: {', '.join(samples)} is sample data"
    if complaints:
        return " ".join(complaints)
    return f"as published, {claim.show(claim.value)}"


def _show(claim: Claim, value: float, verdict: str) -> None:
    text = f"{claim.note}: {claim.show(value)} ({verdict})"
    ipython = sys.modules.get("IPython")
    if ipython is None or ipython.get_ipython() is None:
        print(text)
        return
    display = ipython.display.display
    display({"text/plain": text}, raw=True)
    display(
        # The unit stays on the line of its number.
        {f"{_GLUE}text/plain": claim.show(value).replace(" ", "\N{NO-BREAK SPACE}")},
        metadata={"scrapbook": {"name": claim.id, "mime_prefix": _GLUE}},
        raw=True,
    )


def _log(claim: Claim, value: float, status: str) -> None:
    """Append the outcome to the file that a test run collects, if there is one."""
    path = os.environ.get("COURSE_CLAIMS_LOG")
    if path:
        line = json.dumps({"id": claim.id, "value": value, "status": status})
        with open(path, "a", encoding="utf-8") as log:
            log.write(line + "\n")


def table(name: str) -> pd.DataFrame:
    """Read an experiment's committed results.

    Parameters
    ----------
    name
        Of the experiment, without ``.csv``.

    Returns
    -------
    pandas.DataFrame
        One row a run. Its ``attrs`` hold what the file's first lines say: the
        versions and the hash of code and data it was made with.

    Raises
    ------
    FileNotFoundError
        If there is no such experiment.
    """
    import pandas as pd

    path = _table_path(name)
    header = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("#"):
                break
            key, _, content = line[1:].partition(":")
            header[key.strip()] = content.strip()
    frame = pd.read_csv(path, comment="#")
    frame.attrs.update(header)
    return frame


def _table_path(name: str) -> Path:
    package = Path(__file__).parent
    # In a checkout the tables lie beside the package, installed inside it.
    for folder in (package.parent / "experiments", package / "_experiments"):
        if (folder / f"{name}.csv").is_file():
            return folder / f"{name}.csv"
    raise FileNotFoundError(
        f"There is no results table {name}.csv; `make experiments` writes them."
    )
