"""The German calendar: what is known about a day long before it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    import pandas as pd

# Residents of each state in millions, census of 9 May 2011 (Federal Statistical
# Office of Germany, Zensus 2011), to weigh holidays that only some states keep.
_RESIDENTS = {
    "BB": 2.46,
    "BE": 3.29,
    "BW": 10.49,
    "BY": 12.40,
    "HB": 0.65,
    "HE": 5.97,
    "HH": 1.71,
    "MV": 1.61,
    "NI": 7.78,
    "NW": 17.54,
    "RP": 3.99,
    "SH": 2.80,
    "SL": 1.00,
    "SN": 4.06,
    "ST": 2.29,
    "TH": 2.19,
}


def german_calendar(days: Iterable) -> pd.DataFrame:
    """Describe days by what a calendar on the wall says about them.

    Parameters
    ----------
    days
        Dates, for instance a ``DatetimeIndex``, shape ``(n,)``.

    Returns
    -------
    pandas.DataFrame
        Shape ``(n, 12)``, one row a day: ``monday`` .. ``sunday`` (0 or 1);
        ``holiday``, the share of Germany's residents who have a public holiday;
        ``bridge``, on a Monday before or a Friday after a holiday, the share of
        residents who have that holiday, since many take such a day off; ``eve``, 1 on
        24 and 31 December, when most of the country stops at noon;
        ``year_sin`` and ``year_cos``, the place in the year on a circle, so that
        31 December lies beside 1 January.

    Notes
    -----
    Public holidays come from the package ``holidays``, state by state.

    Examples
    --------
    >>> row = german_calendar(["2017-10-03"]).iloc[0]  # Unity Day, a Tuesday
    >>> float(row["tuesday"]), round(float(row["holiday"]), 6)
    (1.0, 1.0)
    """
    import numpy as np
    import pandas as pd

    index = pd.DatetimeIndex(days)
    columns = {
        day.lower(): (index.day_name() == day).astype(float)
        for day in pd.date_range("2018-01-01", periods=7).day_name()  # from a Monday
    }
    columns["holiday"] = _holiday_share(index)
    columns["bridge"] = _bridge_share(index)
    columns["eve"] = ((index.month == 12) & index.day.isin([24, 31])).astype(float)
    angle = 2 * np.pi * (index.day_of_year - 1) / 365.25
    columns["year_sin"], columns["year_cos"] = np.sin(angle), np.cos(angle)
    return pd.DataFrame(columns, index=index)


def _holiday_share(index: pd.DatetimeIndex) -> np.ndarray:
    import holidays
    import numpy as np

    years = range(index.year.min(), index.year.max() + 1)
    dates, share = index.date, np.zeros(len(index))
    for state, residents in _RESIDENTS.items():
        kept = holidays.country_holidays("DE", subdiv=state, years=years)
        share += residents * np.array([date in kept for date in dates])
    return share / sum(_RESIDENTS.values())


def _bridge_share(index: pd.DatetimeIndex) -> np.ndarray:
    import pandas as pd

    day = pd.Timedelta(days=1)
    after_monday = (index.day_of_week == 0) * _holiday_share(index + day)
    before_friday = (index.day_of_week == 4) * _holiday_share(index - day)
    return (after_monday + before_friday) * (1 - _holiday_share(index))


def german_holiday_names(days: Iterable) -> pd.Series:
    """Name the public holidays that the whole of Germany keeps.

    Parameters
    ----------
    days
        Dates, shape ``(n,)``.

    Returns
    -------
    pandas.Series
        English names, by date; only the days that are holidays.

    Examples
    --------
    >>> german_holiday_names(["2017-12-24", "2017-12-25"]).tolist()
    ['Christmas Day']
    """
    import holidays
    import pandas as pd

    index = pd.DatetimeIndex(days)
    years = range(index.year.min(), index.year.max() + 1)
    kept = holidays.country_holidays("DE", years=years, language="en_US")
    names = {day: kept[day.date()] for day in index if day.date() in kept}
    return pd.Series(names, dtype=object, name="holiday")
