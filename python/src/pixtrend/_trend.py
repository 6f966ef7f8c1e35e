"""The results of a fit, as users see them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from numpy.typing import NDArray

from ._fields import Field


class Trend(Mapping[str, NDArray[Any]]):
    """The results of a fit: an array for each field, by its name.

    A field is also an attribute: ``r.slope`` is ``r["slope"]``.

    Attributes
    ----------
    fields : tuple of Field
        The fields, in the order of the results.
    unit : str
        The unit of time that slopes are per, such as "year".
    origin : str
        Where the intercept is the value of the line, such as "1970-01-01".
    counts : str
        What the fields of times count, such as "days since 1970-01-01".
    dates : str
        The dates as a phrase, such as "21 years, 1995–2015".
    threshold : float or None
        With `fdr`, the largest significant p-value, NaN if there is none; of the last of the classes.
    residuals, detrended, deseasoned : ndarray or None
        The series that were asked for, with the shape of the stack.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]], plan: Mapping[str, Any]) -> None:
        self._arrays = dict(arrays)
        self.fields = tuple(Field(**row) for row in plan["fields"])
        self.unit: str = plan["unit"]
        self.origin: str = plan["origin"]
        self.counts: str = plan["counts"]
        self.period: str = plan["period"]
        self.dates: str = plan["text"]
        self.threshold: float | None = None
        self.residuals: NDArray[Any] | None = None
        self.detrended: NDArray[Any] | None = None
        self.deseasoned: NDArray[Any] | None = None

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self._arrays[name]

    def __getattr__(self, name: str) -> NDArray[Any]:
        arrays: dict[str, NDArray[Any]] = self.__dict__.get("_arrays", {})
        if name not in arrays:
            raise AttributeError(f"the trend has no field {name!r}")
        return arrays[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._arrays]

    def __repr__(self) -> str:
        shapes = "".join(f"\n  {name}: {a.dtype}{a.shape}" for name, a in self._arrays.items())
        return f"<pixtrend.Trend per {self.unit} of {self.dates}{shapes}>"
