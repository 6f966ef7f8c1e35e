"""Arrays in place: how the samples of a stack lie in memory, and the parts that are fitted at once."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ._library import Array

TYPES = {"uint8": 1, "int8": 2, "uint16": 3, "int16": 4, "uint32": 5, "int32": 6, "float32": 7, "float64": 8}


def array_of(values: ArrayLike) -> np.ndarray:
    """Returns an array of anything like one.

    Masked arrays stay masked, also those in a list or a tuple, whose masks np.asarray drops.
    """
    if isinstance(values, np.ma.MaskedArray):
        return values
    if isinstance(values, (list, tuple)) and any(map(_is_masked, values)):
        return np.ma.stack([np.ma.asanyarray(array_of(v)) for v in values])
    return np.asarray(values)


def _is_masked(x: Any) -> bool:
    """Reports whether there is a masked array in x, which is one or lists of them."""
    if isinstance(x, (list, tuple)):
        return any(map(_is_masked, x))
    return isinstance(x, np.ma.MaskedArray) or x is np.ma.masked


def whole_of(values: ArrayLike, what: str) -> np.ndarray:
    """Returns an array of which no element is masked."""
    array = array_of(values)
    if np.ma.is_masked(array):
        raise ValueError(f"{what} has a masked element, which is none: give a value for each")
    return np.ma.getdata(array)


def samples_of(a: np.ndarray, what: str) -> np.ndarray:
    """Returns an array of one of the eight types in the byte order of the machine.

    It is a view if that is possible.
    """
    if a.dtype.newbyteorder("=").name not in TYPES:
        raise TypeError(f"{what} is an array of {a.dtype}: convert it to one of {', '.join(TYPES)}")
    return a.astype(a.dtype.newbyteorder("="), copy=False)


class Grid(NamedTuple):
    """The pixels of a stack as rows and columns, in the order in which they lie in memory."""

    axes: tuple[int, ...]  # the axes of space, the outermost in memory first
    shape: tuple[int, int]  # rows, and pixels of a row

    @property
    def pixels(self) -> int:
        return self.shape[0] * self.shape[1]

    def part(self, pixels: int, row: int, column: int) -> tuple[slice, slice]:
        """Returns the rows and columns of about that many pixels from one on: rows, or a part of one."""
        height, width = self.shape
        if column or pixels < width:
            return slice(row, row + 1), slice(column, min(column + pixels, width))
        return slice(row, min(row + pixels // width, height)), slice(0, width)


def grid_of(stack: np.ndarray) -> tuple[np.ndarray, Grid]:
    """Returns a stack, whose first axis has the dates, as dates, rows and columns.

    The library reads arrays in which the pixels of a row, or the dates of a pixel, are contiguous,
    with any distance between rows. Others are copied.
    """
    size, space = stack.itemsize, range(1, stack.ndim)
    # Results of each pixel are independent, so that the axes of space can be taken in any order.
    axes = tuple(sorted(space, key=lambda i: -abs(stack.strides[i])))
    view = stack.transpose((0, *axes))
    merged = _merge(view)
    if merged is not None:
        of_date, of_row, of_pixel = merged.strides
        dates, height, width = merged.shape
        planes = of_pixel == size or width == 1
        if planes:
            ok = of_date >= size * (width if of_row != width * size else width * height)
        else:
            ok = of_date == size and of_pixel == size * dates
        ok = ok and (height == 1 or of_row >= of_pixel * width) and stack.flags.aligned
        if ok and all(s % size == 0 for s in merged.strides):
            return merged, Grid(axes, (height, width))
    copy = view.copy(order="C").reshape(len(view), 1, -1)
    return copy, Grid(axes, (1, copy.shape[2]))


def _merge(view: np.ndarray) -> np.ndarray | None:
    """Merges axes of space whose pixels follow each other. Returns None if more than two remain."""
    shape: list[int] = []
    strides: list[int] = []
    for n, step in zip(view.shape[1:], view.strides[1:]):
        if n == 1:
            continue
        if shape and strides[-1] == n * step:
            shape[-1], strides[-1] = shape[-1] * n, step
        else:
            shape.append(n)
            strides.append(step)
    if len(shape) > 2:
        return None
    while len(shape) < 2:
        shape.insert(0, 1)
        strides.insert(0, 0)
    if shape[1] == 1:
        strides[1] = view.itemsize
    return np.lib.stride_tricks.as_strided(view, (len(view), *shape), (view.strides[0], *strides), writeable=False)


def pointer_to(part: np.ndarray) -> Array:
    """Returns the array, of dates, rows and columns, for the library."""
    strides = [s // part.itemsize for s in part.strides]
    return Array(part.ctypes.data, TYPES[part.dtype.name], *strides)
