"""What all tests share."""

from __future__ import annotations

import os

import pytest

# Before anything imports TensorFlow.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")


@pytest.fixture(scope="session")
def root():
    """The repository."""
    from tools.provenance import ROOT

    return ROOT


@pytest.fixture
def energy():
    """The real electricity series, or a skip that says what is missing."""
    return real("energy")


def real(name):
    """Load a data set, or skip with the reason: it is not to be had here."""
    from course_utils import datasets

    if datasets.provenance(name) == "sample":
        pytest.skip(f"the real data of {name} are not to be had here")
    return getattr(datasets, f"load_{name}")()
