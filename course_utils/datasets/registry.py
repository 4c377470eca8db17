"""What the eight data sets are: files, sources, hashes, licences, citations.

Standard library only. To point a data set elsewhere (a mirror, a test server), put
``dataclasses.replace(DATASETS[name], urls=...)`` back into `DATASETS`: the hashes
stay, so another source cannot bring other data.
"""

from __future__ import annotations

from dataclasses import dataclass


class DataError(RuntimeError):
    """Data are there but wrong or unreadable, or a data set's name is unknown.

    The message is one sentence: the file, what was expected, and what to do.
    """


@dataclass(frozen=True)
class Dataset:
    """One data set: what it is, where it comes from, how its files are recognized.

    `files`, `urls`, `sha256` and `sizes` are in the same order.

    Attributes
    ----------
    name : str
        The name used by every function of `course_utils.datasets`.
    files : tuple of str
        Paths below ``<folder>/<name>/``, with forward slashes.
    urls : tuple of str
        The source of each file.
    sha256 : tuple of tuple of str
        The known SHA-256 hashes of each file, in lower-case hexadecimal; any of
        them is right.
    sizes : tuple of int
        The size of each file in bytes.
    licence : str
        What its owners allow, in a few words.
    citation : str
        The work to cite.
    description : str
        What the loader returns, in one sentence.
    """

    name: str
    files: tuple[str, ...]
    urls: tuple[str, ...]
    sha256: tuple[tuple[str, ...], ...]
    sizes: tuple[int, ...]
    licence: str
    citation: str
    description: str


@dataclass(frozen=True)
class DataFile:
    """One file of a data set, as `course_utils.datasets.fetch` handles it."""

    dataset: str
    path: str
    url: str
    sha256: tuple[str, ...]
    size: int

    @property
    def label(self) -> str:
        """The file's place in a data folder: ``<dataset>/<path>``."""
        return f"{self.dataset}/{self.path}"


_GITHUB = "https://raw.githubusercontent.com"
_BITCOIN_FILE = "BTC_USD_2013-10-01_2021-05-18-CoinDesk.csv"
_REVIEWS_FOLDER = (
    f"{_GITHUB}/dennybritz/cnn-text-classification-tf/master/data/rt-polaritydata"
)
_INTENT_FILES = tuple(
    f"{part}/{file}"
    for part in ("train", "valid", "test")
    for file in ("seq.in", "label")
)

_ALL = (
    Dataset(
        name="energy",
        files=("opsd_germany_daily.csv",),
        urls=(f"{_GITHUB}/jenfly/opsd/master/opsd_germany_daily.csv",),
        sha256=(("729b025d984497827cb6b89048d7c2c6a551e7aa727bc47ea0b74a2d1e84675d",),),
        sizes=(217_983,),
        licence=(
            "attribution required; the terms of the primary owners (ENTSO-E and the "
            "German transmission system operators) apply"
        ),
        citation=(
            "Open Power System Data (2018). Data Package Time series, version "
            "2018-06-30. https://doi.org/10.25832/time_series/2018-06-30. Daily sums "
            "for Germany: github.com/jenfly/opsd."
        ),
        description=(
            "Germany's electricity consumption, wind and solar production in GWh a "
            "day, 2006-2017."
        ),
    ),
    Dataset(
        name="mnist",
        files=("mnist.npz",),
        urls=("https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",),
        # The same arrays in two ZIP containers that differ in their time stamps:
        # first the source's, then a repacked copy, checked against the IDX files.
        sha256=(
            (
                "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
                "26b54b2e41c496300463e102eefa98b82156c291242058230eb946c04a050dcc",
            ),
        ),
        sizes=(11_490_434,),
        licence="CC BY-SA 3.0",
        citation=(
            "LeCun, Y., Cortes, C. and Burges, C. J. C. The MNIST database of "
            "handwritten digits. http://yann.lecun.com/exdb/mnist/"
        ),
        description=(
            "70,000 handwritten digits, 28 x 28 grey values, 60,000 to train and "
            "10,000 to test."
        ),
    ),
    Dataset(
        name="shakespeare",
        files=("input.txt",),
        urls=(f"{_GITHUB}/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",),
        sha256=(("86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",),),
        sizes=(1_115_394,),
        licence="public domain text",
        citation=(
            "Karpathy, A. (2015). The Unreasonable Effectiveness of Recurrent Neural "
            "Networks. https://karpathy.github.io/2015/05/21/rnn-effectiveness/"
        ),
        description=(
            "A part of Shakespeare's plays: 1,115,394 characters, 65 different, "
            "40,000 lines."
        ),
    ),
    Dataset(
        name="bitcoin",
        files=(_BITCOIN_FILE,),
        urls=(
            f"{_GITHUB}/mrdbourke/tensorflow-deep-learning/main/extras/{_BITCOIN_FILE}",
        ),
        sha256=(("865dc9835cc911b79ee8fad1b7dbbf70100f684b4a1911394b30b72a8880906a",),),
        sizes=(178_509,),
        licence=(
            "an export of CoinDesk, redistribution terms not stated: download it for "
            "yourself, do not pass it on"
        ),
        citation=(
            "CoinDesk. Bitcoin price in USD, 2013-10-01 to 2021-05-18; file from "
            "github.com/mrdbourke/tensorflow-deep-learning."
        ),
        description="The price of one bitcoin in USD, 2,787 days without a gap.",
    ),
    Dataset(
        name="gdp",
        files=("GDP.csv",),
        urls=(f"{_GITHUB}/DataForScience/RNN/master/data/GDP.csv",),
        sha256=(("93f257b93d211d8e653cb99e93496a27558e93505d78e750e927e7dc7637cef5",),),
        sizes=(5_598,),
        licence="public domain",
        citation=(
            "U.S. Bureau of Economic Analysis. Gross Domestic Product [GDP], retrieved "
            "from FRED, Federal Reserve Bank of St. Louis. "
            "https://fred.stlouisfed.org/series/GDP"
        ),
        description=(
            "The gross domestic product of the United States in billions of current "
            "USD, 282 quarters from 1948 to 2018."
        ),
    ),
    Dataset(
        name="reviews",
        files=("rt-polarity.pos", "rt-polarity.neg"),
        urls=(
            f"{_REVIEWS_FOLDER}/rt-polarity.pos",
            f"{_REVIEWS_FOLDER}/rt-polarity.neg",
        ),
        sha256=(
            ("4134882974a28d0c7b5151256f0e33a6169984ee7372c279e673f1114f475d58",),
            ("2d11cfbc790f1cd96d78339f41ce53ced1efa83cd22d37d6788fa3fe3d17e2fd",),
        ),
        sizes=(626_395, 612_506),
        licence="none stated",
        citation=(
            "Pang, B. and Lee, L. (2005). Seeing Stars: Exploiting Class Relationships "
            "for Sentiment Categorization with Respect to Rating Scales. Proceedings "
            "of the 43rd Annual Meeting of the ACL, 115-124."
        ),
        description="5,331 positive and 5,331 negative sentences from film reviews.",
    ),
    Dataset(
        name="intents",
        files=_INTENT_FILES,
        urls=tuple(
            f"{_GITHUB}/MiuLab/SlotGated-SLU/master/data/snips/{file}"
            for file in _INTENT_FILES
        ),
        sha256=(
            ("04ad1e3f2121d83c6478f9a4b17d2dbdc21d06d6127f73cb7af835ed733f9855",),
            ("bfd7df6cf9dd76c5da5d8b61bc85f90386197bdd3d7510c1d324c051537b962f",),
            ("64e0f6d8ad8aab3a3828164d7d53731a0993d3ca1aed437ceaca6d3d568d410e",),
            ("9c1dd041216f647bcfca838aaf1a48eb5781e4404256d31ff07cd38a5436c52f",),
            ("c1e341173fcea2951a8ca371956a6f81c76de87b9583c62eb87edd6158fa3a7c",),
            ("37a26da3ad079bb41c42c85a3a8f827eb47efec4c5917ce5d08f4b2736e4f830",),
        ),
        sizes=(617_079, 184_532, 33_629, 9_900, 33_121, 10_120),
        licence="CC0",
        citation=(
            "Coucke, A. et al. (2018). Snips Voice Platform: an embedded Spoken "
            "Language Understanding system for private-by-design voice interfaces. "
            "arXiv:1805.10190"
        ),
        description=(
            "SNIPS: commands to a voice assistant, each with one of seven intents; "
            "13,084 to train, 700 to validate, 700 to test before repeated sentences "
            "are dropped."
        ),
    ),
    Dataset(
        name="titles",
        files=("physics.atom-ph_real.txt",),
        urls=(
            f"{_GITHUB}/thoppe/RNN_science_titles/master/samples/"
            "physics.atom-ph_real.txt",
        ),
        sha256=(("546fac1b0b9ddd49865222d79892789d82c4bfd8793cfcbe1bcc9c113384c8ca",),),
        sizes=(751_159,),
        licence="CC0 (arXiv metadata)",
        citation=(
            "arXiv.org. Titles of papers in physics.atom-ph, collected at "
            "github.com/thoppe/RNN_science_titles."
        ),
        description="9,604 distinct titles of arXiv papers on atomic physics.",
    ),
)

DATASETS: dict[str, Dataset] = {dataset.name: dataset for dataset in _ALL}


def names() -> tuple[str, ...]:
    """Return the names of all data sets, in the order of the book's table.

    Returns
    -------
    tuple of str
        The eight names.

    Examples
    --------
    >>> names()[:3]
    ('energy', 'mnist', 'shakespeare')
    """
    return tuple(DATASETS)


def info(name: str) -> Dataset:
    """Tell what is known about a data set, without loading it.

    Parameters
    ----------
    name : str
        One of `names`.

    Returns
    -------
    Dataset
        Files, sources, hashes, licence, citation and description.

    Raises
    ------
    DataError
        If there is no such data set; the message lists the known ones.

    Examples
    --------
    >>> info("gdp").files
    ('GDP.csv',)
    >>> info("gdp").licence
    'public domain'
    """
    if name not in DATASETS:
        raise DataError(
            f"There is no data set named {name!r}: choose one of {', '.join(DATASETS)}."
        )
    return DATASETS[name]


def data_files(name: str) -> list[DataFile]:
    """List the files of a data set, each with its source, hashes and size.

    Parameters
    ----------
    name : str
        One of `names`.

    Returns
    -------
    list of DataFile
        In the order of ``info(name).files``.

    Raises
    ------
    DataError
        If there is no such data set.

    Examples
    --------
    >>> [file.label for file in data_files("reviews")]
    ['reviews/rt-polarity.pos', 'reviews/rt-polarity.neg']
    """
    dataset = info(name)
    columns = (dataset.files, dataset.urls, dataset.sha256, dataset.sizes)
    return [DataFile(name, *row) for row in zip(*columns, strict=True)]
