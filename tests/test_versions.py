"""The ends of the ranges that pyproject.toml promises."""

import re

import pytest
from packaging.requirements import Requirement

from tools import notebooks, versions
from tools.provenance import ROOT


def test_every_dependency_has_a_lower_bound_to_try():
    about = notebooks.project()
    extras = about["optional-dependencies"].values()
    lines = [*about["dependencies"], *(line for extra in extras for line in extra)]
    for line in lines:
        operators = [part.operator for part in Requirement(line).specifier]
        assert operators == [">="], line


def test_the_tools_that_run_tests_are_taken_at_the_books_pins():
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    found = versions.pins()
    assert len(found) == len(versions.TEST_TOOLS)
    assert all(re.search(f"^{re.escape(pin)}$", text, re.MULTILINE) for pin in found)
    with pytest.raises(KeyError):
        versions.pins(("no-such-tool",))
