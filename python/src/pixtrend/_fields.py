"""The table of fields, which the library has."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from . import _library


class Field(NamedTuple):
    """One result of a fit.

    Attributes
    ----------
    name : str
        Name of the result, that of `scipy.stats.linregress` where it has one.
    row : str
        Name in the table of `fields`. Only the fields of a covariate, which have its name, have
        another.
    estimator : str
        What computes it: "linear", "rank" or "relative trend".
    unit : str
        What its numbers count, such as "samples per time".
    needs : str
        The argument of `fit` without which it is no result; "" if there is none.
    all : bool
        Whether "all" stands for it without further arguments.
    nearest : bool
        Whether a mean of several of its values has no meaning, as of dates and classes.
    help : str
        What it is, in one line.
    """

    name: str
    row: str
    estimator: str
    unit: str
    needs: str
    all: bool
    nearest: bool
    help: str


@functools.cache
def fields() -> Mapping[str, Field]:
    """Return the table of all fields by their names.

    Returns
    -------
    Mapping of str to Field
        In the order of the table. Those called covariate1 to covariate8 have the names of the
        covariates of a fit.

    Examples
    --------
    >>> import pixtrend
    >>> pixtrend.fields()["slope"].help
    'change per unit of time, fitted by least squares'
    >>> pixtrend.fields()["quadratic"].needs
    'degree=2 or more'
    """
    return MappingProxyType({row["name"]: Field(**row) for row in _library.reply("px_fields")})
