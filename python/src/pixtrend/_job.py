"""A fit in parts, each a call of the library."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _library
from ._views import Grid, pointer_to

# One call of the library takes about so many seconds, since Ctrl-C is heard only between calls.
_CALL = 0.06
_MASKED = 1 << 24  # samples of a call with a mask, at most, which is inverted in new memory
_FIRST = 1 << 13  # samples of the first call, whose speed says how many pixels the next ones take


class Job:
    """A fit, part by part."""

    def __init__(
        self,
        options: bytes,
        times: NDArray[np.float64],
        samples: NDArray[Any],
        grid: Grid,
        gaps: list[NDArray[np.bool_]],
        covariates: list[NDArray[Any]],
        planes: list[NDArray[Any]],
    ) -> None:
        self._options, self._times, self._samples, self._grid, self._planes = options, times, samples, grid, planes
        self._gaps = [self._on_grid(m) for m in gaps]
        self._covariates = [np.require(self._on_grid(c), requirements=["C", "A"]) for c in covariates]

    def _on_grid(self, a: NDArray[Any]) -> NDArray[Any]:
        return a.transpose((0, *self._grid.axes)).reshape(len(a), *self._grid.shape)

    def run(self, threads: int, tell: Callable[[int, int], Any]) -> None:
        """Fits all parts. They are as large as fits the time of a call."""
        height, width = self._grid.shape
        pixels = max(64, _FIRST // len(self._samples))
        row = column = done = 0
        while done < height * width:
            part = self._grid.part(pixels, row, column)
            began = time.perf_counter()
            done += self._fit(part, done, threads)
            took = time.perf_counter() - began
            row, column = divmod(done, width)
            # Large steps while the size of a part that takes so long is unknown, and whole panels.
            pixels = max(64, int(pixels * min(8, _CALL / max(took, 1e-6))) // 64 * 64)
            if self._gaps:
                pixels = min(pixels, max(64, _MASKED // len(self._samples)))
            tell(done, height * width)

    def _fit(self, part: tuple[slice, slice], first: int, threads: int) -> int:
        """Fits a part, of which first is the first pixel, and returns its number of pixels."""
        samples = self._samples[:, part[0], part[1]]
        dates, height, width = samples.shape
        args = _library.FitArgs(
            size=ctypes.sizeof(_library.FitArgs),
            options=self._options,
            times=self._times.ctypes.data,
            dates=dates,
            height=height,
            width=width,
            samples=pointer_to(samples),
            threads=threads,
            ncovariates=len(self._covariates),
            nout=len(self._planes),
        )
        if self._gaps:
            valid = np.logical_not(self._gaps[0][:, part[0], part[1]], order="C")
            for more in self._gaps[1:]:
                valid &= ~more[:, part[0], part[1]]
            args.mask = pointer_to(valid.view(np.uint8))
        covariates = [pointer_to(c[:, part[0], part[1]]) for c in self._covariates]
        args.covariates = (_library.Array * len(covariates))(*covariates)
        args.out = (ctypes.c_void_p * len(self._planes))(*(p.ctypes.data + first * p.itemsize for p in self._planes))
        _library.fit(args)
        return int(height * width)
