"""Trends of every pixel of a stack of dated rasters.

`fit` takes a stack in memory, as a NumPy array; `fields` lists what it can compute, and `fdr` finds
trends at a false discovery rate. `trend` and `detrend` take a DataArray of xarray, also one of Dask, and are
methods of it: ``da.pixtrend.trend()``. `fit_files` runs the program pixtrend on files, and
`pixtrend.dask.run` the parts of a job on a Dask cluster. What needs time to load is loaded when it
is first used: the kernels, xarray and Dask.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ._accessor import register_when_imported
from ._fields import Field, fields
from ._fit import fdr, fit
from ._library import ForkedError
from ._trend import Trend

if TYPE_CHECKING:
    from . import dask
    from .files import ProgramError, fit_files, plan_files
    from .xr import detrend, trend

__all__ = [
    "Field", "ForkedError", "ProgramError", "Trend", "dask", "detrend", "fdr", "fields", "fit", "fit_files", "plan_files", "trend",
]  # fmt: skip

_MODULES = {
    "detrend": "xr", "trend": "xr", "ProgramError": "files", "fit_files": "files", "plan_files": "files",
}  # fmt: skip

register_when_imported()


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("pixtrend")
    if name == "dask":
        return importlib.import_module(".dask", __name__)
    if name in _MODULES:
        return getattr(importlib.import_module(f".{_MODULES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *__all__]
