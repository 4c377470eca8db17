"""One loader a data set: from verified bytes, or from a sample, to what a page uses.

Real data and samples go through the same last step, so they cannot differ in form.
"""

from __future__ import annotations

import hashlib
import io
import warnings
import zipfile
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from . import fetch
from .registry import DataError, info

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

PARTS = ("train", "valid", "test")

_ENERGY_COLUMNS = {"Consumption": "consumption", "Wind": "wind", "Solar": "solar"}
_BITCOIN_COLUMNS = {
    "Closing Price (USD)": "close",
    "24h Open (USD)": "open",
    "24h High (USD)": "high",
    "24h Low (USD)": "low",
}
_MNIST_ARRAYS = ("x_train", "y_train", "x_test", "y_test")

_last_load: dict[str, str] = {}


class SampleDataWarning(UserWarning):
    """A loader gave sample data because the real ones could not be had."""


# Python shows a warning once per line of code: a sample must be told of each time.
# Appended, so that a reader's own filter still wins.
warnings.filterwarnings("always", category=SampleDataWarning, append=True)


def provenance(name: str) -> str:
    """Tell whether a data set is the real one or a sample.

    Parameters
    ----------
    name : str
        One of `names`.

    Returns
    -------
    str
        ``"real"`` or ``"sample"``: what the last load in this process gave; before
        any load, what one would give without a download.

    Raises
    ------
    DataError
        If there is no such data set, or if, before any load, a file in
        ``COURSE_DATA_DIR`` is not the known one.

    Examples
    --------
    >>> provenance("gdp") in {"real", "sample"}
    True
    """
    info(name)
    if name in _last_load:
        return _last_load[name]
    return "sample" if fetch.locate(name) is None else "real"


def load_energy() -> pd.DataFrame:
    """Load Germany's daily electricity consumption, wind and solar production.

    Returns
    -------
    DataFrame, shape (4383, 3)
        Float columns ``consumption``, ``wind`` and ``solar`` in GWh per UTC day; a
        daily DatetimeIndex ``date``, 2006-01-01 to 2017-12-31. ``consumption`` is
        complete; ``wind`` begins in 2010 and ``solar`` in 2012, with a few gaps:
        NaN. ``attrs["provenance"]`` is ``"real"`` or ``"sample"``.

    Raises
    ------
    DataError
        If a file is there but is not the known one, or lacks a column.

    Warns
    -----
    SampleDataWarning
        If the real data cannot be had and a sample of the same form is returned.

    Notes
    -----
    Source: Open Power System Data, https://doi.org/10.25832/time_series/2018-06-30.

    Examples
    --------
    >>> energy = load_energy()
    >>> energy.shape
    (4383, 3)
    >>> list(energy.columns)
    ['consumption', 'wind', 'solar']
    """
    return _load("energy", _parse_energy, _finish_energy)


def load_mnist() -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Load handwritten digits as grey images with their labels.

    Returns
    -------
    (x_train, y_train), (x_test, y_test) : tuple of tuple of ndarray
        Images (n, 28, 28) uint8, 0 background to 255 ink, and labels (n,) uint8,
        0 to 9. Real: n is 60,000 and 10,000; the sample, digits from scikit-learn
        enlarged from 8 x 8, has 1,500 and 297.

    Raises
    ------
    DataError
        If a file is there but is not the known one, or lacks an array.

    Warns
    -----
    SampleDataWarning
        If the real data cannot be had and a sample of the same form is returned.

    Notes
    -----
    Source: LeCun, Cortes and Burges, the MNIST database of handwritten digits.

    Examples
    --------
    >>> (x_train, y_train), (x_test, y_test) = load_mnist()
    >>> x_train.shape[1:], x_train.dtype.name
    ((28, 28), 'uint8')
    """
    return _load("mnist", _parse_mnist, _finish_mnist)


def load_shakespeare() -> str:
    r"""Load a part of Shakespeare's plays as one string.

    Returns
    -------
    str
        Real: 1,115,394 characters. Only 65 different ones occur: newline, space,
        ``!$&',-.3:;?`` and the letters. The sample has the same 65.

    Raises
    ------
    DataError
        If a file is there but is not the known one.

    Warns
    -----
    SampleDataWarning
        If the real data cannot be had and a sample of the same form is returned.

    Notes
    -----
    Source: Karpathy (2015), The Unreasonable Effectiveness of Recurrent Neural
    Networks.

    Examples
    --------
    >>> text = load_shakespeare()
    >>> len(set(text))
    65
    """
    return _load("shakespeare", _parse_shakespeare, _finish_text)


def load_bitcoin() -> pd.DataFrame:
    """Load the daily price of one bitcoin.

    Returns
    -------
    DataFrame, shape (2787, 4)
        Float columns ``close``, ``open``, ``high`` and ``low`` in USD; a daily
        DatetimeIndex ``date``, 2013-10-01 to 2021-05-18, without gaps.
        ``attrs["provenance"]`` is ``"real"`` or ``"sample"``.

    Raises
    ------
    DataError
        If a file is there but is not the known one, or lacks a column.

    Warns
    -----
    SampleDataWarning
        If the real data cannot be had and a sample of the same form is returned.

    Notes
    -----
    Source: an export of CoinDesk. The close of a row is the price at 00:00 UTC at
    the *start* of its day: other sources give it as the close of the day before.

    Examples
    --------
    >>> bitcoin = load_bitcoin()
    >>> bitcoin.shape
    (2787, 4)
    >>> list(bitcoin.columns)
    ['close', 'open', 'high', 'low']
    """
    return _load("bitcoin", _parse_bitcoin, _finish_bitcoin)


def load_gdp() -> pd.Series:
    """Load the quarterly gross domestic product of the United States.

    Returns
    -------
    Series, shape (282,)
        ``gdp`` in billions of current USD, as an annual rate; a DatetimeIndex
        ``date`` with the first day of each quarter, 1948-01-01 to 2018-04-01.
        ``attrs["provenance"]`` is ``"real"`` or ``"sample"``.

    Raises
    ------
    DataError
        If a file is there but is not the known one, or lacks a column.

    Warns
    -----
    SampleDataWarning
        If the real data cannot be had and a sample of the same form is returned.

    Notes
    -----
    Source: U.S. Bureau of Economic Analysis, by FRED.

    Examples
    --------
    >>> gdp = load_gdp()
    >>> gdp.shape, gdp.name
    ((282,), 'gdp')
    """
    return _load("gdp", _parse_gdp, _finish_gdp)


def load_reviews() -> dict[str, pd.DataFrame]:
    """Load sentences from film reviews, each positive or negative.

    Returns
    -------
    dict of str to DataFrame
        The parts ``"train"``, ``"valid"`` and ``"test"``, each with the columns
        ``text`` (str, lower case, tokens separated by spaces) and ``label`` (int, 1
        positive, 0 negative). The same split for everyone, 80/10/10 within each
        label: of the real data 8,530, 1,066 and 1,066 sentences, half of them
        positive. A sentence that stands in the files twice is kept once, so the
        parts share none (in the real files no sentence is repeated).
        ``attrs["provenance"]`` of each is ``"real"`` or ``"sample"``.

    Raises
    ------
    DataError
        If a file is there but is not the known one.

    Warns
    -----
    SampleDataWarning
        If the real data cannot be had and a sample of the same form is returned.

    Notes
    -----
    Source: Pang and Lee (2005), Seeing Stars, ACL.

    Examples
    --------
    >>> reviews = load_reviews()
    >>> list(reviews), list(reviews["train"].columns)
    (['train', 'valid', 'test'], ['text', 'label'])
    """
    return _load("reviews", _parse_reviews, _finish_reviews)


def load_intents() -> dict[str, pd.DataFrame]:
    """Load commands to a voice assistant, each with what its speaker intends.

    Returns
    -------
    dict of str to DataFrame
        The parts ``"train"``, ``"valid"`` and ``"test"``, each with the columns
        ``text`` (str, stripped) and ``label`` (str, one of seven intents). Sentences
        of an earlier part are dropped from a later one: of the 700 real validation
        sentences 12 also stand in train, of the 700 test sentences 26 in train and
        1 in valid, which leaves 13,084, 688 and 673. ``attrs["dropped"]`` of each is
        how many went, ``attrs["provenance"]`` is ``"real"`` or ``"sample"``.

    Raises
    ------
    DataError
        If a file is there but is not the known one, or if sentences and labels do
        not match in number.

    Warns
    -----
    SampleDataWarning
        If the real data cannot be had and a sample of the same form is returned.

    Notes
    -----
    Source: Coucke et al. (2018), Snips Voice Platform, arXiv:1805.10190. Within a
    part sentences may repeat, as people do.

    Examples
    --------
    >>> intents = load_intents()
    >>> intents["train"]["label"].nunique()
    7
    >>> bool(intents["test"]["text"].isin(intents["train"]["text"]).any())
    False
    """
    return _load("intents", _parse_intents, _finish_intents)


def load_titles() -> list[str]:
    """Load the titles of physics papers.

    Returns
    -------
    list of str
        Distinct titles, in the file's order; 9,604 real ones.

    Raises
    ------
    DataError
        If a file is there but is not the known one.

    Warns
    -----
    SampleDataWarning
        If the real data cannot be had and a sample of the same form is returned.

    Notes
    -----
    Source: arXiv, physics.atom-ph.

    Examples
    --------
    >>> titles = load_titles()
    >>> len(titles) == len(set(titles))
    True
    """
    return _load("titles", _parse_titles, _finish_titles)


def _load(name: str, parse: Callable, finish: Callable) -> Any:
    try:
        contents = fetch.read(name)
    except fetch.Unavailable as why:
        _warn_of_sample(name, str(why))
        raw, origin = _sample(name), "sample"
    else:
        raw, origin = _parse(name, parse, contents), "real"
    data = finish(raw)
    _mark(data, origin)
    _last_load[name] = origin
    return data


def _warn_of_sample(name: str, why: str) -> None:
    warnings.warn(
        f"SAMPLE DATA, made up, stand in for {name!r} because {why}: set "
        "COURSE_DATA_DIR to a folder with the real files, or run `python -m "
        f"course_utils.datasets fetch {name}` where there is a network.",
        SampleDataWarning,
        # To the line that called load_*: this function, _load, load_*, that line.
        stacklevel=4,
    )


def _sample(name: str) -> Any:
    from . import samples

    return getattr(samples, name)()


def _parse(name: str, parse: Callable, contents: dict[str, bytes]) -> Any:
    files = ", ".join(f"{name}/{path}" for path in contents)
    try:
        return parse(*contents.values())
    # Everything that NumPy, pandas and UTF-8 raise on content they cannot read.
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
        # Ours is to be one sentence, so of theirs we quote only the first.
        reason = " ".join(str(error).split()).split(". ")[0]
        raise DataError(
            f"{files} cannot be read as {name!r} although the hash is a known one "
            f"({reason.rstrip('.')}): update course_utils, or report this."
        ) from error


def _mark(data: Any, origin: str) -> None:
    frames = data.values() if isinstance(data, dict) else [data]
    for frame in frames:
        if hasattr(frame, "attrs"):
            frame.attrs["provenance"] = origin


def _parse_energy(content: bytes) -> pd.DataFrame:
    return _read_csv(content, "Date", _ENERGY_COLUMNS)


def _finish_energy(frame: pd.DataFrame) -> pd.DataFrame:
    return _dated(frame, "D")


def _parse_bitcoin(content: bytes) -> pd.DataFrame:
    return _read_csv(content, "Date", _BITCOIN_COLUMNS)


def _finish_bitcoin(frame: pd.DataFrame) -> pd.DataFrame:
    return _dated(frame, "D")


def _parse_gdp(content: bytes) -> pd.DataFrame:
    return _read_csv(content, "DATE", {"GDP": "gdp"})


def _finish_gdp(frame: pd.DataFrame) -> pd.Series:
    return _dated(frame, "QS")["gdp"]


def _read_csv(content: bytes, date: str, columns: dict[str, str]) -> pd.DataFrame:
    """Read the wanted columns as floats under our names, with the date as index."""
    import pandas as pd

    table = pd.read_csv(io.BytesIO(content), encoding="utf-8")
    _require([date, *columns], table.columns, "column")
    table.index = pd.DatetimeIndex(pd.to_datetime(table[date], format="%Y-%m-%d"))
    return table[list(columns)].rename(columns=columns).astype("float64")


def _require(wanted: Iterable[str], present: Iterable[str], kind: str) -> None:
    present = list(present)
    missing = [name for name in wanted if name not in present]
    if missing:
        raise ValueError(
            f"expected the {kind} {', '.join(missing)}, found {', '.join(present)}"
        )


def _dated(frame: pd.DataFrame, frequency: str) -> pd.DataFrame:
    """Give the index its name, its frequency and, on every pandas, one time unit."""
    frame.index = frame.index.as_unit("ns").rename("date")
    return frame.asfreq(frequency)


def _parse_mnist(content: bytes) -> dict[str, np.ndarray]:
    import numpy as np

    # Never a pickle: reading one can run code.
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        _require(_MNIST_ARRAYS, arrays.files, "array")
        return {name: arrays[name] for name in _MNIST_ARRAYS}


def _finish_mnist(arrays: dict[str, np.ndarray]) -> tuple:
    x_train, y_train, x_test, y_test = (
        arrays[name].astype("uint8", copy=False) for name in _MNIST_ARRAYS
    )
    return (x_train, y_train), (x_test, y_test)


def _parse_shakespeare(content: bytes) -> str:
    return content.decode("ascii")


def _finish_text(text: str) -> str:
    return text


def _parse_titles(content: bytes) -> list[str]:
    return _lines(content)


def _finish_titles(titles: list[str]) -> list[str]:
    return list(dict.fromkeys(titles))


def _lines(content: bytes) -> list[str]:
    # Not splitlines(): it also cuts at characters that belong to a sentence.
    lines = (line.strip() for line in content.decode("utf-8").split("\n"))
    return [line for line in lines if line]


def _parse_reviews(positive: bytes, negative: bytes) -> dict[int, list[str]]:
    return {1: _lines(positive), 0: _lines(negative)}


def _finish_reviews(by_label: dict[int, list[str]]) -> dict[str, pd.DataFrame]:
    parts: dict[str, list[tuple[str, int]]] = {part: [] for part in PARTS}
    seen: set[str] = set()
    for label, sentences in by_label.items():
        fresh = [text for text in dict.fromkeys(sentences) if text not in seen]
        seen.update(fresh)
        for part, texts in _split(sorted(fresh, key=_shuffle_key)).items():
            parts[part].extend((text, label) for text in texts)
    return {
        part: _labelled(sorted(rows, key=lambda row: _shuffle_key(row[0])))
        for part, rows in parts.items()
    }


def _shuffle_key(text: str) -> str:
    # A shuffle that no library version can change: published results rest on it.
    return hashlib.sha256(f"split 0: {text}".encode()).hexdigest()


def _split(texts: list[str]) -> dict[str, list[str]]:
    held_out = round(len(texts) / 10)
    train = len(texts) - 2 * held_out
    return {
        "train": texts[:train],
        "valid": texts[train : train + held_out],
        "test": texts[train + held_out :],
    }


def _labelled(rows: list[tuple[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    frame = pd.DataFrame(rows, columns=["text", "label"])
    return frame.astype({"label": "int64"}) if isinstance(rows[0][1], int) else frame


def _parse_intents(*contents: bytes) -> dict[str, list[tuple[str, str]]]:
    lines = [_lines(content) for content in contents]
    return {
        part: list(zip(texts, labels, strict=True))
        for part, texts, labels in zip(PARTS, lines[::2], lines[1::2], strict=True)
    }


def _finish_intents(
    parts: dict[str, list[tuple[str, str]]],
) -> dict[str, pd.DataFrame]:
    seen: set[str] = set()
    frames = {}
    for part, rows in parts.items():
        kept = [row for row in rows if row[0] not in seen]
        seen.update(text for text, _ in rows)
        frames[part] = _labelled(kept)
        frames[part].attrs["dropped"] = len(rows) - len(kept)
    return frames
