"""Trends of xarray's DataArrays, and their accessor ``da.pixtrend``."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import numpy as np

try:
    import xarray as xr
except ImportError as e:
    raise ImportError("trends of DataArrays need xarray: install pixtrend[xarray]") from e

from . import _attributes
from .fit import fit

__all__ = ["Accessor", "detrend", "trend"]

_CALENDARS = {"standard", "gregorian", "proleptic_gregorian"}  # whose days are those of datetime64


def trend(
    da: xr.DataArray,
    dim: Hashable = "time",
    stats: str | Iterable[str] = ("slope",),
    *,
    keep_attrs: bool = True,
    threads: int | None = None,
    **options: Any,
) -> xr.Dataset:
    """Fit a trend along a dimension of a DataArray.

    Parameters
    ----------
    da : xarray.DataArray
        The samples. A Dask array stays lazy. Its chunks may divide all dimensions but `dim`.
    dim : hashable, optional
        The dimension to fit along. Its coordinate holds dates (``datetime64``, or cftime in the standard
        calendar), whole numbers, which are years, or other numbers, in any order.
    stats : str or iterable of str, optional
        The fields to compute, see `fields`.
    keep_attrs : bool, optional
        Whether the Dataset gets the attributes of `da` that do not describe its samples.
    threads : int, optional
        The number of threads. The default is all CPUs, or 1 in each task of Dask, which runs
        several tasks at a time.
    **options
        The other options of `fit`. What holds a number for each date may be a DataArray along `dim`, and
        `mask` one with dimensions of `da`. The defaults of `nodata`, `scale` and `offset` are
        ``_FillValue``, ``scale_factor`` and ``add_offset`` in the attributes of `da`.

    Returns
    -------
    xarray.Dataset
        A variable for each field, without the dimension `dim` and with the other coordinates of `da`. Its
        attributes are ``units``, such as ``K year-1``, ``long_name`` and ``description``. Residuals and
        the other series that `fit` returns are variables with the dimension `dim`.

    Examples
    --------
    >>> import pandas as pd, xarray as xr
    >>> days = pd.to_datetime(["2001-07-01", "2002-07-01", "2003-07-01"])
    >>> da = xr.DataArray([280.0, 280.5, 281.0], {"time": days}, name="t", attrs={"units": "K"})
    >>> slope = trend(da).slope
    >>> print(f"{slope.item():.3f} {slope.units}")
    0.500 K year-1
    """
    _check(da, dim, options)
    times = _times(da[dim])
    covariates = options.get("covariates") or {}
    mask = _mask(da, dim, options.pop("mask", None))
    inputs = [da.variable] if mask is None else [da.variable, mask]
    if threads is None and any(v.chunks is not None for v in inputs):
        threads = 1
    options = {**_of_samples(da, options), **_arrays(da, dim, options), "threads": threads}

    # A fit of no pixel gives the fields and their types, and errors in the options before Dask
    # computes anything.
    empty = fit(np.empty((len(times), 0), da.dtype), times, stats, **options)
    core = [[dim] if values.ndim == 2 else [] for values in empty.values()]
    results = xr.apply_ufunc(
        _fit_block, *inputs,
        kwargs={"times": times, "stats": stats, "options": options},
        input_core_dims=[[dim]] * len(inputs),
        output_core_dims=core,
        dask="parallelized",
        output_dtypes=[values.dtype for values in empty.values()],
    )  # fmt: skip
    ds = da.coords.to_dataset()
    if not any(core):
        ds = ds.drop_dims(dim)
    for name, result in zip(empty, results if len(empty) > 1 else [results]):
        result = result.transpose(*(d for d in da.dims if d in result.dims))
        result.attrs = _attributes.of_result(name, empty.plan, da, covariates, result.dtype)
        result.encoding = {k: v for k, v in da.encoding.items() if k == "grid_mapping"}
        ds[name] = result
    ds.attrs = _attributes.of_dataset(da) if keep_attrs else {}
    return ds


def detrend(da: xr.DataArray, dim: Hashable = "time", **options: Any) -> xr.DataArray:
    """Return the observations without their trend, as a DataArray like `da`.

    The mean of each pixel is kept. The parameters are those of `trend`.
    """
    return trend(da, dim, detrended=True, **options)["detrended"].rename(da.name)


class Accessor:
    """The methods of ``da.pixtrend``: `trend` and `detrend` of a DataArray."""

    def __init__(self, da: xr.DataArray) -> None:
        self._da = da

    def trend(self, dim: Hashable = "time", stats: str | Iterable[str] = ("slope",), **options: Any) -> xr.Dataset:
        """Fit a trend along a dimension, see `pixtrend.trend`."""
        return trend(self._da, dim, stats, **options)

    def detrend(self, dim: Hashable = "time", **options: Any) -> xr.DataArray:
        """Return the observations without their trend, see `pixtrend.detrend`."""
        return detrend(self._da, dim, **options)


def _fit_block(samples: np.ndarray, mask: np.ndarray | None = None, *, times: Any, stats: Any, options: dict[str, Any]) -> Any:
    """Fits an array, or a block of one, whose last dimension is that of the dates."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # fit has given them for the array of no pixels
        results = tuple(fit(samples, times, stats, axis=-1, mask=mask, **options).values())
    return results if len(results) > 1 else results[0]


def _check(da: xr.DataArray, dim: Hashable, options: Mapping[str, Any]) -> None:
    """Raises an error if the input is no array with dates, or an option is not for DataArrays."""
    if isinstance(da, xr.Dataset):
        names = ", ".join(str(v) for v in da.data_vars)
        raise TypeError(f"trend fits a DataArray, and a Dataset is given: choose one of its variables {names}, as in ds[NAME]")
    if not isinstance(da, xr.DataArray):
        raise TypeError(f"trend fits a DataArray, and {type(da).__name__} is given: pixtrend.fit takes other arrays")
    if dim not in da.dims:
        raise ValueError(f"the array has no dimension {dim}: its dimensions are {', '.join(map(str, da.dims))}")
    if dim not in da.coords:
        raise ValueError(f"the dimension {dim} has no coordinate: give it dates with assign_coords({dim}=dates)")
    for name in ("axis", "out"):
        if name in options:
            raise TypeError(f"{name} is an option of fit, and not of trend: trend takes dim and returns a Dataset")
    if da.chunks is None:
        return
    chunks = da.chunksizes[dim]
    if len(chunks) > 1:
        raise ValueError(
            f"the dimension {dim} is in {len(chunks)} chunks, and a fit needs all dates of a pixel at once: call chunk({{{dim!r}: -1}}) first"
        )
    if options.get("progress") is not None:
        raise TypeError("progress is not for Dask arrays, which are computed later: use dask.diagnostics.ProgressBar")
    if options.get("fdr") is not None:
        raise ValueError(
            "fdr is not for Dask arrays, because it depends on the p-values of all chunks together: compute pvalue, and give it to pixtrend.fdr"
        )


def _times(coordinate: xr.DataArray) -> np.ndarray:
    """Returns the dates or numbers of a coordinate. Those of cftime become datetime64."""
    values = coordinate.values
    if coordinate.dtype != object or not len(values) or not hasattr(values[0], "calendar"):
        return values
    import cftime

    calendar = values[0].calendar
    if calendar not in _CALENDARS:
        raise ValueError(
            f"the times of {coordinate.name} are in the calendar {calendar}, which lacks days or has others: "
            "convert them with convert_calendar('standard') first"
        )
    return cftime.date2num(values, "microseconds since 1970-01-01", calendar).astype("int64").view("datetime64[us]")


def _of_samples(da: xr.DataArray, options: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the nodata value, scale and offset that the attributes of undecoded samples give."""
    attrs = da.attrs
    decode = "decode the variable with xarray.decode_cf first"
    if str(attrs.get("_Unsigned", "false")).lower() == "true" and da.dtype.kind == "i":
        raise ValueError(f"the samples are whole numbers without a sign according to their attribute _Unsigned, and stored with one: {decode}")
    found = {}
    missing = [attrs[k] for k in ("_FillValue", "missing_value") if k in attrs]
    if missing and options.get("nodata") is None:
        found["nodata"] = missing[0]
        if any(not np.array_equal(m, missing[0], equal_nan=da.dtype.kind == "f") or np.ndim(m) for m in missing):
            raise ValueError(f"the attributes _FillValue and missing_value are several values: {decode}, or give one as nodata")
    for name, option, none in (("scale_factor", "scale", 1), ("add_offset", "offset", 0)):
        if name not in attrs or option in options or attrs[name] == none:
            continue
        found[option] = float(attrs[name])
        if da.dtype.kind == "f":
            warnings.warn(
                f"the samples are multiplied or shifted as their attribute {name} of {attrs[name]} says: "
                f"if that is done already, give {option}={none}",
                stacklevel=3,
            )
    return {**options, **found}


def _arrays(da: xr.DataArray, dim: Hashable, options: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the options that hold numbers for each date, as NumPy arrays."""

    def values(name: str, option: Any) -> Any:
        if isinstance(option, xr.DataArray):
            if option.dims != (dim,):
                raise ValueError(f"{name} has the dimensions {', '.join(map(str, option.dims))}: give it the dimension {dim} alone")
            return _aligned(da, name, option).values
        return option

    found = {}
    if "weights" in options:
        found["weights"] = values("weights", options["weights"])
    if options.get("covariates"):
        found["covariates"] = {name: values(name, c) for name, c in options["covariates"].items()}
    return found


def _mask(da: xr.DataArray, dim: Hashable, mask: Any) -> xr.Variable | None:
    """Returns the mask with the dimension of the dates. Other dimensions are broadcast by xarray."""
    if mask is None:
        return None
    if not isinstance(mask, xr.DataArray):
        return da.variable.copy(data=np.broadcast_to(np.asarray(mask), da.shape))
    unknown = [d for d in mask.dims if d not in da.dims]
    if unknown:
        raise ValueError(f"mask has the dimension {unknown[0]}, which the array lacks")
    mask = _aligned(da, "mask", mask)
    return mask.variable.set_dims({d: da.sizes[d] for d in da.dims})


def _aligned(da: xr.DataArray, name: str, other: xr.DataArray) -> xr.DataArray:
    """Returns an array if its coordinates are those of da."""
    for d in other.dims:
        if other.sizes[d] != da.sizes[d] or (d in other.coords and d in da.coords and not other.indexes[d].equals(da.indexes[d])):
            raise ValueError(f"{name} has other values of {d} than the array: select the same ones")
    return other
