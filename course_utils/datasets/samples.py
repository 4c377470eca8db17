"""Sample data made by our own seeded code, for when the real ones cannot be had.

One function a data set, named like it. Each returns what the parser of the real file
returns, so that both go through the same last step in `loaders`. Nothing here is
copied from the real data: the series follow simple models of about the right size,
the texts come from small grammars, and the digits are those of scikit-learn.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

Grammar = Mapping[str, Sequence[str]]


def energy(seed: int = 0) -> pd.DataFrame:
    """Make a daily electricity series with seasons, weeks, holidays and weather.

    Parameters
    ----------
    seed : int, default 0
        Seed of the noise.

    Returns
    -------
    DataFrame, shape (4383, 3)
        ``consumption``, ``wind`` and ``solar`` in GWh per day, 2006-2017; NaN in
        ``wind`` before 2010 and in ``solar`` before 2012, and on a few days later.

    Examples
    --------
    >>> energy().shape
    (4383, 3)
    """
    rng = np.random.default_rng(seed)
    days = pd.date_range("2006-01-01", "2017-12-31", freq="D")
    year = np.cos(2 * np.pi * (days.day_of_year.to_numpy() - 20) / 365.25)
    consumption = 1350 * _day_factors(days) * (1 + 0.075 * year)
    consumption = consumption + _autoregressive(rng, len(days), 0.75, 22)
    growth = np.linspace(0.6, 1.6, len(days))
    weather = _autoregressive(rng, len(days), 0.55, 0.62)
    wind = 115 * growth * (1 + 0.35 * year) * np.exp(weather)
    clouds = 1 / (1 + np.exp(-1 - _autoregressive(rng, len(days), 0.4, 1.0)))
    solar = 95 * growth * (1 - 0.8 * year) * clouds
    columns = {"consumption": consumption, "wind": wind, "solar": solar}
    frame = pd.DataFrame(columns, index=days).clip(lower=1, upper=[1750, 850, 250])
    return _with_gaps(frame, rng)


def _day_factors(days: pd.DatetimeIndex) -> np.ndarray:
    """Consumption of a day relative to a working day: less at week's end, on feasts."""
    import holidays

    weekday = days.day_of_week.to_numpy()
    factors = np.array([1.03, 1.05, 1.05, 1.045, 1.025, 0.89, 0.82])[weekday]
    feasts = holidays.country_holidays("DE", years=range(2006, 2018))
    is_feast = days.isin(pd.DatetimeIndex(list(feasts)))
    return np.where(is_feast, np.minimum(factors, 0.81), factors)


def _with_gaps(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    for column, first, gaps in (("wind", "2010", 2), ("solar", "2012", 4)):
        start = frame.index.get_loc(pd.Timestamp(first))
        missing = rng.integers(start + 1, len(frame) - 1, gaps)
        position = frame.columns.get_loc(column)
        frame.iloc[:start, position] = np.nan
        frame.iloc[missing, position] = np.nan
    return frame


def _autoregressive(
    rng: np.random.Generator, n: int, memory: float, scale: float
) -> np.ndarray:
    """Noise (n,) that keeps the share `memory` of its last value."""
    values = rng.normal(0, scale, n)
    for i in range(1, n):
        values[i] += memory * values[i - 1]
    return values


def bitcoin(seed: int = 4) -> pd.DataFrame:
    """Make a daily price that is a geometric random walk.

    Parameters
    ----------
    seed : int, default 4
        Seed of the walk.

    Returns
    -------
    DataFrame, shape (2787, 4)
        ``close``, ``open``, ``high`` and ``low`` in USD, 2013-10-01 to 2021-05-18.

    Examples
    --------
    >>> bitcoin().shape
    (2787, 4)
    """
    rng = np.random.default_rng(seed)
    days = pd.date_range("2013-10-01", "2021-05-18", freq="D")
    n = len(days)
    path = 120 * np.exp(np.cumsum(rng.normal(0.0021, 0.042, n + 1)))
    opening, close = path[:-1], path[1:]
    up, down = np.abs(rng.normal(0, 0.02, (2, n)))
    high = np.maximum(opening, close) * (1 + up)
    low = np.minimum(opening, close) * (1 - np.minimum(down, 0.5))
    columns = {"close": close, "open": opening, "high": high, "low": low}
    return pd.DataFrame(columns, index=days)


def gdp(seed: int = 0) -> pd.DataFrame:
    """Make a quarterly output that grows, with a memory of its last growth.

    Parameters
    ----------
    seed : int, default 0
        Seed of the noise.

    Returns
    -------
    DataFrame, shape (282, 1)
        ``gdp`` in billions of USD, 1948-01-01 to 2018-04-01.

    Examples
    --------
    >>> gdp().shape
    (282, 1)
    """
    rng = np.random.default_rng(seed)
    quarters = pd.date_range("1948-01-01", "2018-04-01", freq="QS")
    growth = 0.0155 + _autoregressive(rng, len(quarters), 0.45, 0.009)
    return pd.DataFrame({"gdp": 270 * np.exp(np.cumsum(growth))}, index=quarters)


def mnist(seed: int = 0) -> dict[str, np.ndarray]:
    """Enlarge scikit-learn's handwritten digits to the size of MNIST's.

    Parameters
    ----------
    seed : int, default 0
        Seed of the shuffle before the split.

    Returns
    -------
    dict of str to ndarray
        ``x_train`` (1500, 28, 28), ``y_train`` (1500,), ``x_test`` (297, 28, 28) and
        ``y_test`` (297,), all uint8.

    Examples
    --------
    >>> mnist()["x_test"].shape
    (297, 28, 28)
    """
    from sklearn.datasets import load_digits

    digits = load_digits()
    order = np.random.default_rng(seed).permutation(len(digits.target))
    x, y = _enlarge(digits.images[order]), digits.target[order].astype("uint8")
    train, test = slice(None, 1500), slice(1500, None)
    return {
        "x_train": x[train],
        "y_train": y[train],
        "x_test": x[test],
        "y_test": y[test],
    }


def _enlarge(images: np.ndarray) -> np.ndarray:
    """Stretch (n, 8, 8) in 0..16 to 20 x 20 in 0..255, in a margin of 4 like MNIST."""
    grid = np.linspace(0, 7, 20)
    weights = np.array([np.interp(grid, np.arange(8), row) for row in np.eye(8)]).T
    large = weights @ images @ weights.T  # shape (n, 20, 20)
    grey = np.round(large * 255 / 16).astype("uint8")
    return np.pad(grey, ((0, 0), (4, 4), (4, 4)))


def _picker(seed: int) -> Callable[[Sequence[str]], str]:
    """Return a function that picks one of several phrases, repeatably."""
    rng = np.random.default_rng(seed)
    return lambda options: options[int(rng.integers(len(options)))]


def _expand(text: str, grammar: Grammar, pick: Callable) -> str:
    """Replace each ``{rule}`` by one of the rule's phrases until none is left."""
    return re.sub(
        r"\{(\w+)\}",
        lambda match: _expand(pick(grammar[match[1]]), grammar, pick),
        text,
    )


def _distinct(rule: str, grammar: Grammar, pick: Callable) -> Iterator[str]:
    """Give the rule's texts, each once, until new ones have become rare."""
    seen: set[str] = set()
    misses = 0
    while misses < 1_000:
        text = _expand(f"{{{rule}}}", grammar, pick)
        misses = misses + 1 if text in seen else 0
        if not misses:
            seen.add(text)
            yield text


_PLAY = {
    "speaker": (
        "QUEEN ZENOBIA",
        "DUKE OF YARROW",
        "XANTHUS",
        "LADY QUILL",
        "PRINCE FENWICK",
        "JOCELYN",
        "First Gardener",
        "Second Gardener",
        "Old Ferryman",
        "Night Watchman",
        "Zany",
        "Knave",
        "Herald",
        "Usher",
        "Innkeeper",
        "Queen's Youth",
        "Voice Within",
    ),
    "line": (
        "{address}, {clause},",
        "{clause}; {clause}.",
        "{clause} and {clause},",
        "What {noun} is this, that {clause}?",
        "O {adjective} {noun}! {clause},",
        "If {clause}, then {clause}.",
        "Nay, {address}: {clause}.",
        "Who {verbs} the {adjective} {noun} but thee?",
        "{clause}--and yet {clause}!",
        "I {verb} thee, {address}, by the {noun} of {place};",
    ),
    "address": (
        "my lord",
        "good cousin",
        "sweet lady",
        "thou {adjective} fellow",
        "gentle Jocelyn",
        "brave Xanthus",
        "friend",
    ),
    "clause": (
        "the {adjective} {noun} {verbs} the {noun}",
        "thy {noun} is {adjective} as the {noun}",
        "we {verb} no {noun} in {place}",
        "I did {verb} a {adjective} {noun}",
        "let the {noun} {verb} my {noun}",
        "he that {verbs} a {noun} must {verb} the {noun}",
        "'tis a {adjective} {noun} that {verbs} us both",
        "mine own {noun} shall {verb} thee",
        "she hath a {adjective} {noun} in {place}",
    ),
    "adjective": (
        "weary",
        "golden",
        "jealous",
        "quiet",
        "bitter",
        "vexed",
        "honest",
        "frozen",
        "gracious",
        "hollow",
        "crooked",
        "well-beloved",
        "sovereign",
        "idle",
    ),
    "noun": (
        "heart",
        "crown",
        "winter",
        "candle",
        "quarrel",
        "sword",
        "garden",
        "river",
        "tongue",
        "shadow",
        "jewel",
        "axe",
        "promise",
        "raven",
        "letter",
        "breath",
        "kingdom",
        "morrow",
    ),
    "verb": (
        "keep",
        "betray",
        "seek",
        "question",
        "pardon",
        "mourn",
        "follow",
        "seize",
        "praise",
        "forget",
        "command",
        "love",
    ),
    "verbs": (
        "keeps",
        "betrays",
        "seeks",
        "questions",
        "pardons",
        "mourns",
        "follows",
        "seizes",
        "praises",
        "forgets",
        "commands",
        "loves",
    ),
    "place": (
        "Yarrow",
        "Kestrel Vale",
        "the north",
        "Quay Street",
        "Ravenna",
        "Oxmoor",
    ),
    # The rare characters of the plays, so that the sample has all 65 of them.
    "bill": ("A purse of $3 & a song, {address}: {clause}.",),
}


def shakespeare(seed: int = 0, length: int = 240_000) -> str:
    """Make a play: speakers, capitals, verse lines and punctuation.

    Parameters
    ----------
    seed : int, default 0
        Seed of the choices.
    length : int, default 240000
        Characters to make at least.

    Returns
    -------
    str
        Text of the same 65 characters as the real plays.

    Examples
    --------
    >>> shakespeare().count(":") > 1_000
    True
    """
    pick = _picker(seed)
    speeches: list[str] = []
    written = 0
    while written < length:
        speeches.append(_speech(pick, with_bill=len(speeches) % 200 == 7))
        written += len(speeches[-1])
    return "\n".join(speeches)


def _speech(pick: Callable, with_bill: bool) -> str:
    speaker = pick(_PLAY["speaker"])
    lines = [_expand("{line}", _PLAY, pick) for _ in range(int(pick("1223345")))]
    if with_bill:
        lines.append(_expand("{bill}", _PLAY, pick))
    lines[-1] = re.sub(r"[,;]$", ".", lines[-1])
    verses = [line[0].upper() + line[1:] for line in lines]
    return "\n".join([f"{speaker}:", *verses, ""])


_REVIEW = {
    "positive": (
        "{good_clause} .",
        "{good_clause} , and {good_clause} .",
        "{bad_clause} , but {good_clause} .",
        "although {bad_clause} , {good_clause} .",
        "never {bad} , always {good} : a {noun} {for_whom} .",
        "a {good} , {good} {noun} .",
        "{neutral_clause} , and {good_clause} .",
        "what could have been a {bad} {noun} turns out {good} {for_whom} .",
    ),
    "negative": (
        "{bad_clause} .",
        "{bad_clause} , and {bad_clause} .",
        "{good_clause} , but {bad_clause} .",
        "although {good_clause} , {bad_clause} .",
        "never {good} , always {bad} : a {noun} {for_whom} .",
        "a {bad} , {bad} {noun} .",
        "{neutral_clause} , and {bad_clause} .",
        "what could have been a {good} {noun} turns out {bad} {for_whom} .",
    ),
    "good_clause": (
        "the {part} is {good}",
        "the {part} is not {bad} at all",
        "its {part} stays with you",
        "this is a {good} {noun} {for_whom}",
        "the {person} gives it a {good} {part}",
    ),
    "bad_clause": (
        "the {part} is {bad}",
        "the {part} is not {good} at all",
        "its {part} wears you out",
        "this is a {bad} {noun} {for_whom}",
        "the {person} gives it a {bad} {part}",
    ),
    "neutral_clause": (
        "the {person} made this {noun} in a year",
        "it is a {noun} about a {person}",
        "the {noun} runs for two hours",
        "the {part} comes late in the {noun}",
    ),
    "good": (
        "touching",
        "clever",
        "funny",
        "fresh",
        "gripping",
        "graceful",
        "warm",
        "surprising",
        "honest",
        "delightful",
        "moving",
        "sharp",
    ),
    "bad": (
        "dull",
        "clumsy",
        "stale",
        "tedious",
        "hollow",
        "predictable",
        "shallow",
        "noisy",
        "confused",
        "lifeless",
        "forced",
        "bland",
    ),
    "noun": ("film", "comedy", "drama", "thriller", "sequel", "story", "documentary"),
    "part": (
        "plot",
        "acting",
        "music",
        "camera work",
        "dialogue",
        "ending",
        "humour",
        "pace",
    ),
    "person": ("director", "cast", "writer", "lead", "young actor", "composer"),
    "for_whom": (
        "for children",
        "for the whole family",
        "for anyone",
        "for fans of the genre",
        "for a rainy evening",
        "for nobody in particular",
    ),
}
_WRONG_SIDE = 0.08


def reviews(seed: int = 0, per_label: int = 1_500) -> dict[int, list[str]]:
    """Make film reviews, most of them fitting their label.

    Parameters
    ----------
    seed : int, default 0
        Seed of the choices.
    per_label : int, default 1500
        Sentences of each label.

    Returns
    -------
    dict of int to list of str
        Distinct sentences by label, 1 positive and 0 negative. In many a sentence
        the other side has a clause too, and 8 in 100 contradict their label.

    Examples
    --------
    >>> {label: len(texts) for label, texts in reviews().items()}
    {1: 1500, 0: 1500}
    """
    pick = _picker(seed)
    wrong = np.random.default_rng(seed + 1).random((per_label, 2)) < _WRONG_SIDE
    sides = {
        "positive": _distinct("positive", _REVIEW, pick),
        "negative": _distinct("negative", _REVIEW, pick),
    }
    texts: dict[int, list[str]] = {1: [], 0: []}
    for swapped in wrong:
        for label, is_wrong in zip((1, 0), swapped, strict=True):
            side = "positive" if (label == 1) != is_wrong else "negative"
            texts[label].append(next(sides[side]))
    return texts


_COMMAND = {
    "AddToPlaylist": (
        "add {artist} to my {mood} playlist",
        "put this {item} into {mood} {place}",
        "{please} add the {item} by {artist} to the {mood} playlist",
        "i want {artist} on my {mood} list",
    ),
    "BookRestaurant": (
        "book a table for {number} at a {food} restaurant in {city}",
        "i need a {food} place in {city} for {number} people {when}",
        "{please} reserve a spot for {number} {when} in {city}",
        "find me a {food} bar near {city} and book it for {number}",
    ),
    "GetWeather": (
        "what will the weather be in {city} {when}",
        "is it going to {sky} in {city} {when}",
        "{please} tell me the forecast for {city} {when}",
        "how {cold} will it get near {city} {when}",
    ),
    "PlayMusic": (
        "play the {item} by {artist}",
        "{please} play some {mood} music by {artist}",
        "i want to hear {artist} on {service}",
        "start a {mood} {item} on {service}",
    ),
    "RateBook": (
        "rate {work} {number} out of six",
        "give {number} stars to {work}",
        "{please} rate the current {kind} {number} points",
        "i give the {kind} {work} a {number}",
    ),
    "SearchCreativeWork": (
        "find the {kind} {work}",
        "where can i see the {show} {work}",
        "{please} search for the {show} called {work}",
        "show me the {kind} named {work}",
    ),
    "SearchScreeningEvent": (
        "when does {work} start at the {cinema}",
        "which {show} plays at the {cinema} {when}",
        "{please} find the {show} times for {work} {when}",
        "is {work} on at the {cinema} {when}",
    ),
    "please": ("please", "could you", "can you", "hey", "i would like you to"),
    "artist": (
        "nora winter",
        "the paper lanterns",
        "otis quark",
        "blue harbour",
        "jasper and the owls",
        "mina sol",
        "the tenth planet",
    ),
    "mood": ("quiet", "summer", "jazz", "workout", "sleepy", "party", "road trip"),
    "item": ("song", "album", "track", "tune", "record"),
    "place": ("playlist", "list", "collection"),
    "service": ("the radio", "my speaker", "the kitchen player", "my phone"),
    "number": ("two", "three", "four", "five", "six", "one"),
    "food": ("greek", "thai", "vegan", "italian", "mexican", "turkish", "korean"),
    "city": ("oakfield", "port wren", "lindau", "san pablo", "kirkby", "maple bay"),
    "when": ("tonight", "tomorrow", "on friday", "next week", "at noon", "in an hour"),
    "sky": ("rain", "snow", "be sunny", "be foggy", "hail", "storm"),
    "cold": ("cold", "warm", "windy", "humid", "hot"),
    "work": (
        "the glass orchard",
        "seven quiet rivers",
        "a map of rain",
        "the last lighthouse",
        "midnight gardeners",
        "northern lights",
        "the clockmaker",
        "salt and amber",
        "letters to nobody",
        "the ninth bridge",
        "a winter in the dunes",
        "paper moons",
    ),
    "kind": ("novel", "book", "essay", "saga", "textbook"),
    "show": ("movie", "film", "series", "documentary", "show"),
    "cinema": ("grand theatre", "corner cinema", "rex", "odeon", "old movie house"),
}
_INTENTS = tuple(rule for rule in _COMMAND if rule[0].isupper())


def intents(seed: int = 0) -> dict[str, list[tuple[str, str]]]:
    """Make commands for the seven intents.

    Parameters
    ----------
    seed : int, default 0
        Seed of the choices.

    Returns
    -------
    dict of str to list of (str, str)
        Sentences with their labels: 1,750 for ``"train"``, 175 each for ``"valid"``
        and ``"test"``, all distinct.

    Examples
    --------
    >>> {part: len(rows) for part, rows in intents().items()}
    {'train': 1750, 'valid': 175, 'test': 175}
    """
    pick = _picker(seed)
    sources = {intent: _distinct(intent, _COMMAND, pick) for intent in _INTENTS}
    sizes = {"train": 250, "valid": 25, "test": 25}
    return {
        part: [
            (next(sources[intent]), intent) for _ in range(size) for intent in _INTENTS
        ]
        for part, size in sizes.items()
    }


_TITLE = {
    "title": (
        "{Method} of {property} in {system}",
        "{Property} of {system} in {field}",
        "{Adjective} {property} and {property} of {system}",
        "{Method} and {property} of {system} with {field}",
        "On the {property} of {system} near {field}",
        "{Adjective} {method} of {system}: the role of {property}",
        "{System} in {field}",
    ),
    "Method": (
        "Measurement",
        "Precise calculation",
        "Observation",
        "Numerical study",
        "Control",
        "Theory",
    ),
    "method": ("spectroscopy", "interferometry", "cooling", "imaging", "trapping"),
    "Property": (
        "Hyperfine structure",
        "Lifetimes",
        "Polarizability",
        "Energy levels",
        "Photoionization",
        "Scattering lengths",
    ),
    "property": (
        "hyperfine splitting",
        "lifetimes",
        "the dipole polarizability",
        "energy levels",
        "isotope shifts",
        "photoionization cross sections",
        "Feshbach resonances",
        "parity violation",
        "quantum defects",
    ),
    "System": (
        "Ultracold molecules",
        "Rydberg atoms",
        "Highly charged ions",
        "Bose-Einstein condensates",
        "Trapped electrons",
    ),
    "system": (
        "ultracold rubidium atoms",
        "Rydberg states of caesium",
        "helium-like ions",
        "antihydrogen",
        "a single trapped ion",
        "lithium dimers",
        "muonic deuterium",
        "neutral ytterbium",
        "the hydrogen molecule",
    ),
    "Adjective": ("Relativistic", "Coherent", "Sub-Doppler", "Time-resolved", "Fast"),
    "field": (
        "strong laser fields",
        "an optical lattice",
        "a magnetic trap",
        "crossed electric and magnetic fields",
        "a high-finesse cavity",
        "attosecond pulses",
        "a microwave field",
        "the presence of a surface",
    ),
}


def titles(seed: int = 0, count: int = 2_000) -> list[str]:
    """Make titles of papers on atomic physics.

    Parameters
    ----------
    seed : int, default 0
        Seed of the choices.
    count : int, default 2000
        How many titles.

    Returns
    -------
    list of str
        Distinct titles.

    Examples
    --------
    >>> len(titles())
    2000
    """
    source = _distinct("title", _TITLE, _picker(seed))
    return [next(source) for _ in range(count)]
