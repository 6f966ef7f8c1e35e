"""The memory of results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._views import Grid


class Results:
    """The memory of results: a plane of pixels in the order of the grid for each field."""

    def __init__(self, shape: tuple[int, ...], grid: Grid, dtype: np.dtype[Any], names: list[str], out: Any) -> None:
        self._shape, self._grid, self._dtype = shape, grid, dtype
        # Axes of space in memory, and back.
        self._order = tuple(i - 1 for i in grid.axes)
        self._back = tuple(np.argsort(self._order)) if self._order else ()
        self._given = self._check(names, out)
        self._planes = {name: self._plane(self._given.get(name)) for name in names}

    def _check(self, names: list[str], out: Any) -> dict[str, NDArray[Any]]:
        if out is None:
            return {}
        if not isinstance(out, Mapping):
            if len(names) != 1:
                raise ValueError(
                    f"out is one array, and the fields are {', '.join(names)}: give a mapping of these names to arrays"
                )
            out = {names[0]: out}
        for name, a in out.items():
            if name not in names:
                raise ValueError(f"out has an array for {name}, and the fields are {', '.join(names)}")
            if not isinstance(a, np.ndarray):
                raise TypeError(f"out has a {type(a).__name__} for {name}: give an array of NumPy")
            if a.shape != self._shape or a.dtype != self._dtype or not a.flags.writeable:
                raise ValueError(
                    f"out has an array of {a.dtype}{a.shape} for {name}: "
                    f"give one of {self._dtype}{self._shape} that can be written"
                )
        return dict(out)

    def refuse_overlap(self, samples: NDArray[Any]) -> None:
        """Raises ValueError if two of the caller's arrays, or one and the samples, share memory."""
        arrays = [("the stack", samples), *self._given.items()]
        for i, (name, a) in enumerate(arrays):
            for other, b in arrays[:i]:
                if np.may_share_memory(a, b) and np.shares_memory(a, b):
                    raise ValueError(
                        f"out has an array for {name} that shares memory with that for {other}: give arrays apart"
                    )

    def _plane(self, given: NDArray[Any] | None) -> NDArray[Any]:
        """Returns the memory of a field: that of the caller's array if the pixels lie there in order."""
        if given is not None:
            ordered = given.transpose(self._order)
            if ordered.flags.c_contiguous and ordered.flags.aligned and given.dtype.isnative:
                return ordered.reshape(-1)
        return np.empty(self._grid.pixels, self._dtype)

    @property
    def planes(self) -> list[NDArray[Any]]:
        return list(self._planes.values())

    def series(self, dates: int) -> NDArray[Any]:
        return np.empty((dates, self._grid.pixels), self._dtype)

    def shaped(self, planes: NDArray[Any]) -> NDArray[Any]:
        """Returns planes with the shape of space, which the last axis becomes."""
        lead = planes.shape[:-1]
        a = planes.reshape((*lead, *(self._shape[i] for i in self._order)))
        return a.transpose((*range(len(lead)), *(len(lead) + i for i in self._back)))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Returns the results, and writes those to the caller's arrays that do not lie there yet."""
        arrays = {}
        for name, plane in self._planes.items():
            result = self.shaped(plane)
            given = self._given.get(name)
            if given is not None:
                if not np.shares_memory(plane, given):
                    given[...] = result
                result = given
            arrays[name] = result
        return arrays
