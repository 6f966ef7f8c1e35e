"""Times of any kind, as the library takes them: numbers, and what they count."""

from __future__ import annotations

import datetime
from typing import Any, NamedTuple

import numpy as np

from ._views import whole_of

_DAY = np.timedelta64(1, "D")
_YEARS = range(1, 10000)
_KINDS = "datetime64, dates, integers, which are years, or floats, which are plain numbers"


class Times(NamedTuple):
    """A time for each date of a stack."""

    counts: str  # years, days (since 1970-01-01) or numbers
    values: np.ndarray  # float64


def times_of(time: Any) -> Times:
    """Returns the times that an array-like of dates, years or numbers means.

    Nothing is guessed: what is no date, no whole year and no number is refused.
    """
    values = whole_of(time, "time")
    if values.ndim != 1:
        raise ValueError(
            f"time has {values.ndim} dimensions, and a stack has one time for each of its dates: "
            "give a list or an array of one"
        )
    if values.dtype == object:
        values = _of_objects(values)
    kind = values.dtype.kind
    if kind == "M":
        return _of_datetimes(values)
    if kind in "iu":
        return _of_years(values)
    if kind == "f":
        numbers = values.astype(np.float64)
        if not np.isfinite(numbers).all():
            raise ValueError("time has a number that is not finite: give a finite one for each date")
        return Times("numbers", numbers)
    raise TypeError(f"time is an array of {values.dtype}: give {_KINDS}")


def _of_objects(values: np.ndarray) -> np.ndarray:
    """Returns dates of Python as datetime64."""
    for x in values:
        if not isinstance(x, datetime.date):
            raise TypeError(f"time has a {type(x).__name__}: give {_KINDS}")
        if isinstance(x, datetime.datetime) and x.tzinfo is not None:
            raise ValueError(f"time has {x}, with a time zone: give times without one, in UTC")
    return values.astype("datetime64[us]")


def _of_datetimes(values: np.ndarray) -> Times:
    """Returns whole years for datetime64[Y], and days for all others."""
    if np.isnat(values).any():
        raise ValueError("time has a NaT: give a date for each raster")
    if np.datetime_data(values.dtype)[0] == "Y":
        return _of_years(values.astype("datetime64[Y]").astype(np.int64) + 1970)
    days = values.astype("datetime64[D]")
    # Parts of days are a second number, so that nanoseconds since 1970 are not rounded.
    return Times("days", days.astype(np.int64) + (values - days) / _DAY)


def _of_years(values: np.ndarray) -> Times:
    for year in values:
        if int(year) not in _YEARS:
            raise ValueError(
                f"time has the integer {year}, and integers are years from {_YEARS.start} to {_YEARS.stop - 1}: "
                "give datetime64 for dates, or floats for plain numbers"
            )
    return Times("years", values.astype(np.float64))


def label_of(at: Any, times: Times) -> str:
    """Returns a point on the axis of times as the library reads it: a year, a day or a number."""
    if at is None or at == "":
        return ""
    if isinstance(at, str):
        return at
    if times.counts == "numbers":
        return repr(float(at))
    point = times_of([at])
    if point.counts == "numbers":
        raise TypeError(f"{at!r} is no date: give a year, a day such as '2005-07-01', or a date")
    if point.counts == "years":
        return f"{int(point.values[0]):04d}"
    day = point.values[0]
    if day != np.floor(day):
        raise ValueError(f"{at} is within a day: give a whole day")
    return str(np.datetime64(int(day), "D"))
