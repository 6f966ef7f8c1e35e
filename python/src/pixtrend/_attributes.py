"""The attributes of results: names, and units as the CF conventions write them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from ._fit import Trend

# Attributes that describe the samples. They would be wrong of a field.
_OF_SAMPLES = {
    "units", "long_name", "standard_name", "scale_factor", "add_offset", "_FillValue", "missing_value", "_Unsigned",
    "valid_range", "valid_min", "valid_max", "actual_range", "cell_methods", "flag_values", "flag_meanings", "flag_masks",
}  # fmt: skip

_NO_UNIT = "x"  # the library's word for what numbers count that have no unit

_POWERS = {"samples per time": -1, "samples per time²": -2, "samples per time³": -3, "samples per time⁴": -4}


def of_dataset(da: xr.DataArray) -> dict[Any, Any]:
    """Return the attributes of an array that are true of its trend too."""
    return {k: v for k, v in da.attrs.items() if k not in _OF_SAMPLES and not str(k).startswith("STATISTICS_")}


def of_result(name: str, fitted: Trend, da: xr.DataArray, covariates: Mapping[str, Any], dtype: np.dtype) -> dict[str, Any]:
    """Return the attributes of a field, or of residuals and other series. Covariates may be DataArrays."""
    field = next((f for f in fitted.fields if f.name == name), None)
    unit = field.unit if field else "samples"
    source = da.attrs.get("long_name") or da.name
    attrs = {
        "units": _units(name, unit, da.attrs.get("units"), fitted, covariates),
        "long_name": f"{name} of {source}" if source else name,
        "description": field.help if field else None,
    }
    if unit == "class":
        attrs |= {"flag_values": np.array([-1, 0, 1], dtype), "flag_meanings": "falling no_trend rising"}
    return {k: v for k, v in attrs.items() if v is not None}


def _units(name: str, unit: str, samples: str | None, fitted: Trend, covariates: Mapping[str, Any]) -> str | None:
    """Returns the units of a field, or None if they are not known."""
    if unit in ("none", "observations", "class"):
        return "1"
    if unit == "samples":
        return samples
    if unit == "time":
        return {"years": "year", _NO_UNIT: None}.get(fitted.counts, fitted.counts)
    if unit == "phase":
        return fitted.period.removesuffix("s")  # xarray would decode days as a length of time
    if unit == "percent per time":
        return f"% {fitted.unit}-1"
    if unit in _POWERS:
        return _product(samples, fitted.unit, _POWERS[unit])
    covariate = covariates.get(name.removesuffix("_stderr").removesuffix("_pvalue"))
    if not isinstance(covariate, xr.DataArray) or "units" not in covariate.attrs:
        return None
    return _product(samples, covariate.attrs["units"], -1)


def _product(samples: str | None, unit: str, power: int) -> str:
    """Returns the units of samples times a power of another unit, such as K year-1."""
    factors = [] if samples in (None, "1") else [str(samples)]
    if unit not in ("1", _NO_UNIT):
        factors.append(f"{unit}{power}" if unit.isalpha() else f"({unit}){power}")
    return " ".join(factors) or "1"
