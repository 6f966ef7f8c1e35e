"""Trends of every pixel of a stack of dated rasters.

`fit` takes a stack in memory, as a NumPy array; `fields` lists what it can compute, and `fdr` finds
trends at a false discovery rate. The kernels are loaded when they are first used.
"""

from __future__ import annotations

from typing import Any

from ._fields import Field, fields
from ._fit import Trend, fdr, fit
from ._library import ForkedError

__all__ = ["Field", "ForkedError", "Trend", "fdr", "fields", "fit"]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("pixtrend")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
