"""Arguments of fit as the library takes them: one JSON object with the same names."""

from __future__ import annotations

import json
import math
import operator
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ._times import Times, label_of
from ._views import whole_of


def _float(name: str, x: Any) -> float:
    try:
        return float(x)
    except (TypeError, ValueError):
        raise TypeError(f"{name} is {x!r}: give a number") from None


def number(name: str, x: Any) -> float:
    """Returns a finite number."""
    value = _float(name, x)
    if not math.isfinite(value):
        raise ValueError(f"{name} is {value}: give a finite number")
    return value


def whole(name: str, x: Any) -> int:
    """Returns a whole number."""
    try:
        return operator.index(x)
    except TypeError:
        raise TypeError(f"{name} is {x!r}: give a whole number") from None


def numbers(name: str, values: Any, dates: int) -> list[float]:
    """Returns a finite number for each date."""
    array = whole_of(values, name)
    try:
        array = array.astype(np.float64)
    except (TypeError, ValueError):
        raise TypeError(f"{name} is {values!r}: give a number for each date") from None
    if array.shape != (dates,):
        raise ValueError(f"{name} has the shape {array.shape}: give one number for each of the {dates} dates")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} has a number that is not finite: give a finite one for each date")
    return [float(x) for x in array]


def names_of(stats: str | Iterable[str]) -> list[str]:
    """Returns the names of fields, which may be one string with commas."""
    names = stats.split(",") if isinstance(stats, str) else list(stats)
    for name in names:
        if not isinstance(name, str):
            raise TypeError(f"stats has {name!r}: give names of fields, such as 'slope'")
    if not names:
        raise ValueError("stats names no field: give one, such as 'slope'")
    return names


def nodata_of(x: Any) -> float | None:
    """Returns the nodata value, or None for NaN and infinities, which are gaps anyway."""
    if x is None:
        return None
    value = _float("nodata", x)
    return value if math.isfinite(value) else None


def range_of(x: Sequence[float | None] | None) -> list[float | None]:
    """Returns the ends of the valid range."""
    if x is None:
        return [None, None]
    try:
        ends = list(x)
    except TypeError:
        raise TypeError(f"valid_range is {x!r}: give the smallest and the largest valid sample") from None
    if len(ends) != 2:
        raise ValueError(f"valid_range has {len(ends)} ends: give the smallest and the largest valid sample")
    open_ends = [None if end is None else _float("valid_range", end) for end in ends]
    if any(end is not None and math.isnan(end) for end in open_ends):
        raise ValueError("valid_range has an end that is NaN: give None for an open end")
    return [None if end is None or math.isinf(end) else end for end in open_ends]


def encode(times: Times, options: dict[str, Any], dates: int) -> bytes:
    """Returns the options that are given as JSON."""
    o = {name: x for name, x in options.items() if x is not None}
    for name in ("scale", "offset", "confidence", "significance", "fdr"):
        if name in o:
            o[name] = number(name, o[name])
    for name in ("min_obs", "harmonics", "degree"):
        if name in o:
            o[name] = whole(name, o[name])
    for name in ("intercept_at", "step"):
        if name in o:
            o[name] = label_of(o[name], times)
    if "weights" in o:
        o["weights"] = numbers("weights", o["weights"], dates)
    if "period" in o:
        o["period"] = None if o["period"] == "year" else number("period", o["period"])
    if "season" in o:
        o["season"] = str(o["season"])
    for name in ("robust", "mk", "mk_p", "sen_intercept", "per"):
        if not isinstance(o.get(name, ""), str):
            raise TypeError(f"{name} is {o[name]!r}: give a name")
    o["times"] = times.counts
    return json.dumps(o, allow_nan=False).encode()
