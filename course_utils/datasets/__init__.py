"""The book's eight data sets: fetched, verified, and ready to use.

Each ``load_*`` function looks in the folder in ``COURSE_DATA_DIR``, then in the
cache, then at the data set's own source, and checks the SHA-256 before it reads
anything. Where the real data cannot be had it makes a small sample of the same form
and warns (`SampleDataWarning`); `provenance` tells which of the two it was.

On the command line: ``python -m course_utils.datasets list | fetch | verify``.
"""

from .calendars import german_calendar, german_holiday_names
from .loaders import (
    SampleDataWarning,
    load_bitcoin,
    load_energy,
    load_gdp,
    load_intents,
    load_mnist,
    load_reviews,
    load_shakespeare,
    load_titles,
    provenance,
)
from .registry import DataError, Dataset, info, names

__all__ = [
    "DataError",
    "Dataset",
    "SampleDataWarning",
    "german_calendar",
    "german_holiday_names",
    "info",
    "load_bitcoin",
    "load_energy",
    "load_gdp",
    "load_intents",
    "load_mnist",
    "load_reviews",
    "load_shakespeare",
    "load_titles",
    "names",
    "provenance",
]
