"""Trends of xarray's DataArrays, and their accessor ``da.pixtrend``."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

try:
    import xarray as xr
except ImportError as e:
    raise ImportError("trends of DataArrays need xarray: install pixtrend[xarray]") from e

from . import _attributes
from ._fit import Trend, fit
from ._views import whole_of

__all__ = ["Accessor", "detrend", "trend"]

_CALENDARS = {"standard", "gregorian", "proleptic_gregorian"}  # whose days are those of datetime64
_MASK = "mask of gaps"  # no name of a covariate
_SERIES = ("residuals", "detrended", "deseasoned")  # results with a value for each date


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
        The other options of `fit`. `mask`, `weights` and covariates may be DataArrays; those of `mask`
        and covariates may have any dimensions of `da`. The defaults of `nodata`, `scale` and `offset`
        are ``_FillValue``, ``scale_factor`` and ``add_offset`` in the attributes of `da`, and that of
        `valid_range` is ``valid_range`` if the samples are whole numbers.

    Returns
    -------
    xarray.Dataset
        A variable for each field, without the dimension `dim` and with the other coordinates of `da`. Its
        attributes are ``units``, such as ``K year-1``, ``long_name`` and ``description``. Residuals and
        the other series of `fit` are variables with the dimension `dim`.

    Examples
    --------
    >>> import pandas as pd, pixtrend, xarray as xr
    >>> days = pd.to_datetime(["2001-07-01", "2002-07-01", "2003-07-01"])
    >>> da = xr.DataArray([280.0, 280.5, 281.0], {"time": days}, name="t", attrs={"units": "K"})
    >>> slope = pixtrend.trend(da).slope
    >>> print(f"{slope.item():.3f} {slope.units}")
    0.500 K year-1
    """
    _check(da, dim, options)
    times = _times(da, dim)
    covariates = options.get("covariates") or {}
    inputs, per_date = _arrays(da, dim, options)
    lazy = any(v.chunks is not None for v in inputs.values())
    if lazy:
        _check_lazy(dim, inputs, options)
    given = {
        "names": list(inputs), "times": times, "stats": stats,
        "options": {**options, **_of_attributes(da, dim, options), **per_date, "threads": threads or (1 if lazy else None)},
    }  # fmt: skip

    # A fit of no pixel gives the fields and their types, and errors in the options before Dask
    # computes anything.
    fitted = _fit([np.empty((0, len(times)), v.dtype) for v in inputs.values()], **given)
    empty = _results(fitted)
    space = [d for d in da.dims if d != dim]
    arrays = [v.set_dims({d: da.sizes[d] for d in da.dims}).transpose(*space, dim).data for v in inputs.values()]
    results = _lazily(arrays, empty, given) if lazy else list(_results(_fit(arrays, **given)).values())
    variables = {
        name: xr.Variable([*space, dim] if empty[name].ndim == 2 else space, result).transpose(*da.dims, missing_dims="ignore")
        for name, result in zip(empty, results)
    }
    coords = da.coords.to_dataset()
    if not any(a.ndim == 2 for a in empty.values()):
        coords = coords.drop_dims(dim)
    taken = [name for name in empty if name in coords.variables or name in da.dims]
    if taken:
        raise ValueError(f"the field {taken[0]} has the name of a coordinate of the array: rename that one, as in da.rename({taken[0]}=...)")
    ds = coords.assign(variables)
    for name in empty:
        ds[name].attrs = _attributes.of_result(name, fitted, da, covariates, ds[name].dtype)
        ds[name].encoding = {k: v for k, v in da.encoding.items() if k == "grid_mapping"}
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


def _fit(arrays: Sequence[np.ndarray], names: Sequence[str], times: np.ndarray, stats: Any, options: Mapping[str, Any]) -> Trend:
    """Fits the first of arrays, whose last axis is that of the dates. The others are its mask and covariates."""
    samples, *others = arrays
    named = {name: np.broadcast_to(a, samples.shape) for name, a in zip(names[1:], others)}
    options = {**options, "mask": named.pop(_MASK, None)}
    if named:
        options["covariates"] = {**options["covariates"], **named}
    return fit(samples, times, stats, axis=-1, **options)


def _lazily(arrays: Sequence[Any], empty: Mapping[str, np.ndarray], given: Mapping[str, Any]) -> list[Any]:
    """Returns the results as Dask arrays.

    A task returns all planes of its chunk in one array. dask.array.apply_gufunc, which has several outputs,
    would copy each chunk first.
    """
    from dask.array import blockwise, moveaxis

    dim = arrays[0].ndim - 1  # of the dates; a new one is that of the planes
    pixels, planes, first = tuple(range(dim)), dim + 1, 0
    lengths = [a.shape[1] if a.ndim == 2 else 1 for a in empty.values()]
    dtype = next(iter(empty.values())).dtype
    fitted = blockwise(
        _fit_planes, (planes, *pixels), *(x for a in arrays for x in (a, (*pixels, dim))), new_axes={planes: sum(lengths)},
        concatenate=False, dtype=dtype, meta=np.empty((0,) * (dim + 1), dtype), given=given,
    )  # fmt: skip
    results = []
    for a, length in zip(empty.values(), lengths):
        results.append(moveaxis(fitted[first : first + length], 0, -1) if a.ndim == 2 else fitted[first])
        first += length
    return results


def _fit_planes(*blocks: Any, given: Mapping[str, Any]) -> np.ndarray:
    """Fits the chunks of one task. Dask passes a list of one array, because the dates could be in several."""
    arrays = [b[0] if isinstance(b, list) else b for b in blocks]
    planes: list[np.ndarray] = []
    for a in _results(_fit(arrays, **given)).values():
        planes += list(np.moveaxis(a, -1, 0)) if a.ndim == arrays[0].ndim else [a]
    return np.stack(planes) if len(planes) > 1 else planes[0][np.newaxis]


def _results(fitted: Trend) -> dict[str, np.ndarray]:
    """Returns the fields and series of a fit."""
    series = {name: getattr(fitted, name) for name in _SERIES if getattr(fitted, name) is not None}
    return {**fitted, **series}


def _check(da: Any, dim: Hashable, options: Mapping[str, Any]) -> None:
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


def _check_lazy(dim: Hashable, inputs: Mapping[str, xr.Variable], options: Mapping[str, Any]) -> None:
    """Raises an error if Dask arrays are in chunks of dates, or an option is not for them."""
    for name, v in inputs.items():
        chunks = v.chunksizes[dim] if v.chunks is not None else ()
        if len(chunks) > 1:
            raise ValueError(
                f"the dimension {dim} of {name} is in {len(chunks)} chunks, and a fit needs all dates of a pixel at once: "
                f"call chunk({{{dim!r}: -1}}) first"
            )
    if options.get("progress") is not None:
        raise TypeError("progress is not for Dask arrays, which are computed later: use dask.diagnostics.ProgressBar")
    if options.get("fdr") is not None:
        raise ValueError(
            "fdr is not for Dask arrays, because it depends on the p-values of all chunks together: "
            "compute pvalue, and give it to pixtrend.fdr"
        )


def _times(da: xr.DataArray, dim: Hashable) -> np.ndarray:
    """Returns the dates or numbers of a dimension. Dates of cftime become datetime64."""
    values = da[dim].values
    if values.dtype == object and len(values) and hasattr(values[0], "calendar"):
        import cftime

        calendar = values[0].calendar
        if calendar not in _CALENDARS:
            raise ValueError(
                f"the dates of {dim} are in the calendar {calendar}, whose years have other days: "
                "convert them with convert_calendar('standard') first"
            )
        values = cftime.date2num(values, "microseconds since 1970-01-01", calendar).astype("int64").view("datetime64[us]")
    distinct, counts = np.unique(values, return_counts=True)
    if (counts > 1).any():
        first = str(distinct[counts > 1][0]).removesuffix(".000000000").removesuffix(".000000").removesuffix("T00:00:00")
        warnings.warn(
            f"{dim} has the same date more than once, such as {first}, and all count: drop_duplicates({dim!r}) keeps one of each",
            stacklevel=3,
        )
    return values


def _of_attributes(da: xr.DataArray, dim: Hashable, options: Mapping[str, Any]) -> dict[str, Any]:
    """Returns options that the attributes give: of undecoded samples, and of numbers in place of dates."""
    attrs = da.attrs
    decode = "decode the variable with xarray.decode_cf first"
    if {"true": "i", "false": "u"}.get(str(attrs.get("_Unsigned")).lower()) == da.dtype.kind:
        raise ValueError(f"the attribute _Unsigned = {attrs['_Unsigned']} contradicts the type of the samples, {da.dtype}: {decode}")
    found: dict[str, Any] = {}
    missing = [attrs[k] for k in ("_FillValue", "missing_value") if k in attrs]
    if missing and options.get("nodata") is None:
        values = np.concatenate([np.ravel(m) for m in missing])
        if da.dtype.kind == "f":
            values = values.astype(da.dtype)
        values = np.unique(values[values == values])  # NaN always means missing
        if len(values) > 1:
            raise ValueError(f"the attributes _FillValue and missing_value have {len(values)} values: {decode}, or give one as nodata")
        if len(values):
            found["nodata"] = values[0]
    for name, option, neutral in (("scale_factor", "scale", 1), ("add_offset", "offset", 0)):
        if option in options or attrs.get(name, neutral) == neutral:
            continue
        found[option] = float(attrs[name])
        if da.dtype.kind == "f":
            warnings.warn(
                f"the floating-point samples are taken as stored with the {option} {attrs[name]}, as their attribute {name} says: "
                f"give {option}={neutral} if they have it already",
                stacklevel=3,
            )
    if da.dtype.kind in "iu" and options.get("valid_range") is None:
        found["valid_range"] = _valid_range(attrs, found.get("scale", 1), found.get("offset", 0))
    if da[dim].dtype.kind == "f" and options.get("per") is None and da[dim].attrs.get("units"):
        found["per"] = str(da[dim].attrs["units"])
    return found


def _valid_range(attrs: Mapping[str, Any], scale: float, offset: float) -> list[float | None]:
    """Returns the valid range of whole numbers in stored units. Limits of floating-point numbers are of unpacked ones."""
    given = np.ravel(attrs.get("valid_range", ()))
    ends = list(given) if len(given) == 2 else [attrs.get("valid_min"), attrs.get("valid_max")]
    if any(np.asarray(x).dtype.kind == "f" for x in ends) and (scale, offset) != (1, 0):
        ends = [None if x is None else (x - offset) / scale for x in ends]
        if scale < 0:
            ends.reverse()
        ends = [None if x is None else round_to(x + by) for x, round_to, by in zip(ends, (np.ceil, np.floor), (-1e-6, 1e-6))]
    return [None if x is None else float(x) for x in ends]


def _arrays(da: xr.DataArray, dim: Hashable, options: dict[str, Any]) -> tuple[dict[str, xr.Variable], dict[str, Any]]:
    """Takes mask, weights and covariates off the options.

    It returns the inputs that Dask divides, which are the samples, the mask and the covariates of each pixel,
    and the options with a number for each date.
    """
    inputs = {"the array": da.variable}
    per_date: dict[str, Any] = {}
    mask = options.pop("mask", None)
    if mask is not None:
        inputs[_MASK] = _input(da, dim, "mask", mask)
        if inputs[_MASK].dtype != bool:
            raise TypeError(f"mask is an array of {inputs[_MASK].dtype}: give booleans, True where samples are missing")
    if options.get("weights") is not None:
        per_date["weights"] = _input(da, dim, "weights", options["weights"]).values
    covariates = options.pop("covariates", None) or {}
    if covariates:
        per_date["covariates"] = dict.fromkeys(covariates)
    for name, covariate in covariates.items():
        v = _input(da, dim, f"the covariate {name}", covariate)
        if v.dims == (dim,):
            per_date["covariates"][name] = v.values
        else:
            inputs[name] = v
    return inputs, per_date


def _input(da: xr.DataArray, dim: Hashable, name: str, other: Any) -> xr.Variable:
    """Returns an array whose coordinates are those of da, with the dimension of the dates."""
    if not isinstance(other, xr.DataArray):
        other = whole_of(other, name)
        dims = (dim,) if other.ndim == 1 else da.dims
        if other.shape != tuple(da.sizes[d] for d in dims):
            raise ValueError(f"{name} has the shape {other.shape}, and the array {da.shape}: give a DataArray, or an array of the same shape")
        return xr.Variable(dims, other)
    for d in other.dims:
        if d not in da.dims:
            raise ValueError(f"{name} has the dimension {d}, which the array lacks: select a part without it")
        labelled = d in other.indexes and d in da.indexes
        if other.sizes[d] != da.sizes[d] or (labelled and not other.indexes[d].equals(da.indexes[d])):
            raise ValueError(f"{name} has other values of {d} than the array: select the same ones")
    v = other.variable
    return v if dim in v.dims else v.set_dims({dim: da.sizes[dim], **v.sizes})
