"""Fits of arrays, and trends at a false discovery rate."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from . import _library
from ._job import Job
from ._options import encode, names_of, nodata_of, number, numbers, range_of, whole
from ._results import Results
from ._times import times_of
from ._trend import Trend
from ._views import TYPES, array_of, grid_of, samples_of, whole_of


def fit(
    stack: ArrayLike,
    time: ArrayLike,
    stats: str | Sequence[str] = ("slope",),
    *,
    axis: int = 0,
    per: str | None = None,
    nodata: float | None = None,
    valid_range: Sequence[float | None] | None = None,
    mask: ArrayLike | None = None,
    scale: float = 1,
    offset: float = 0,
    min_obs: int | None = None,
    confidence: float = 0.95,
    significance: float | None = None,
    fdr: float | None = None,
    intercept_at: Any = None,
    harmonics: int = 0,
    period: float | str = "year",
    degree: int = 1,
    step: Any = None,
    covariates: Mapping[str, ArrayLike] | None = None,
    weights: ArrayLike | None = None,
    robust: str | None = None,
    ar1: bool = False,
    season: str | int | None = None,
    season_covariance: bool = False,
    mk: str = "original",
    mk_p: str = "exact",
    sen_intercept: str = "separate",
    residuals: bool = False,
    detrended: bool = False,
    deseasoned: bool = False,
    dtype: DTypeLike | None = None,
    out: Mapping[str, NDArray[Any]] | NDArray[Any] | None = None,
    threads: int | None = None,
    progress: Any = None,
) -> Trend:
    """Fit a trend to every pixel of a stack in memory.

    The arguments have the names and meanings of the options of ``pixtrend fit``, and the results its
    bits. ``pixtrend help semantics`` defines the fields, ``models`` and ``ranks`` the options of
    these.

    Parameters
    ----------
    stack : array_like, shape (dates, ...)
        Samples: one raster for each date along `axis`, with any number of dimensions of space, also
        none. The types are uint8, int8, uint16, int16, uint32, int32, float32 and float64. Arrays in
        which rasters, rows or series are contiguous are read in place, slices too; others are copied.
        Masked arrays are read with their mask.
    time : array_like, shape (dates,)
        When each raster was taken, in any order: datetime64 or dates, which are days (datetime64 of
        years is years); integers, which are years; or floats, which are plain numbers.
    stats : str or sequence of str
        Fields to compute, see `fields`. "all" stands for those of the model.
    axis : int
        The axis of the dates.
    per : str, optional
        Unit of time of slopes: "year" (default), "decade", "month", "day", or "step", from one raster
        to the next. If `time` has plain numbers, the name of their unit (default "x").
    nodata : float, optional
        Stored value that means missing. NaN and infinities are always missing.
    valid_range : (float or None, float or None), optional
        Stored samples outside of it are missing; None is an open end.
    mask : array_like of bool, optional
        True where samples are missing, as in `numpy.ma`. It is broadcast to the shape of the stack.
    scale, offset : float
        A stored sample s means s·scale + offset, as in GDAL.
    min_obs : int, optional
        Observations that a pixel needs to have a result. Default: 2 for a line, and one more than
        coefficients for other models.
    confidence : float
        Confidence of the limits of slopes, between 0 and 1.
    significance : float, optional
        Also compute trend_class, the sign of the slope where its p-value is below this level, else 0;
        or mk_class, if `stats` has fields of ranks.
    fdr : float, optional
        Also compute pvalue and trend_class, or mk_pvalue and mk_class, with trends found over all
        pixels together at this false discovery rate.
    intercept_at : date, str, int or float, optional
        Where the intercept is the value of the line. Default: year 0, 1970-01-01, or 0.
    harmonics : int
        Pairs of cosine and sine of the season, 0 to 4.
    period : float or "year"
        Length of the season, in the unit of the times.
    degree : int
        Degree of the polynomial in time, 1 to 4.
    step : date, str, int or float, optional
        Time from which on the level is another.
    covariates : mapping of str to array_like, optional
        Series that the samples depend on, up to 8: numbers of shape (dates,), or arrays with the
        shape of the stack, in which NaN makes a gap.
    weights : array_like, shape (dates,), optional
        Weight of the observations of each date, 0 or more.
    robust : {"huber", "bisquare"}, optional
        Give outliers less weight.
    ar1 : bool
        Correct standard errors and p-values for the autocorrelation of the residuals.
    season : {"month", "quarter"} or int, optional
        For fields of ranks: compare dates within their season only; a number is a length in days.
    season_covariance : bool
        Add the covariance of the seasons to mk_var.
    mk : str
        What the Mann–Kendall test does about serial correlation, see ``pixtrend help ranks``.
    mk_p : {"exact", "normal"}
        How mk_pvalue is computed.
    sen_intercept : {"separate", "joint"}
        How sen_intercept is computed.
    residuals, detrended, deseasoned : bool
        Also return these series, with the shape of the stack.
    dtype : {float32, float64}, optional
        Type of the results. Default: float64 for samples of float64, and float32 for all others.
    out : mapping of str to ndarray, or ndarray, optional
        Arrays for the results by the names of fields, with the shape of the stack without `axis`; or
        one array, if there is one field. After an exception, their contents are undefined.
    threads : int, optional
        Number of threads. Default: one for each CPU that the process may use.
    progress : callable or tqdm bar, optional
        Called with the numbers of pixels done and in all, from time to time.

    Returns
    -------
    Trend
        An array for each field, with the shape of the stack without `axis`.

    Raises
    ------
    ValueError, TypeError
        If arguments are wrong or do not fit each other.
    ForkedError
        If the process was forked after pixtrend had been used.

    Examples
    --------
    >>> import numpy as np
    >>> import pixtrend
    >>> stack = np.array([[[1.0, 5.0]], [[3.0, 5.0]], [[5.0, np.nan]]])  # (dates, y, x)
    >>> r = pixtrend.fit(stack, [2001, 2002, 2003], ["slope", "n"])
    >>> r["slope"]
    array([[2., 0.]])
    >>> r.n
    array([[3., 2.]])
    >>> r.unit
    'year'
    """
    _refuse_unread(stack, nodata, scale, offset)
    data, gaps = _arrays_of(stack, mask, axis)
    times = times_of(time)
    if len(times.values) != len(data):
        raise ValueError(
            f"time has {len(times.values)} dates, and the stack has {len(data)} along axis {axis}: give one for each"
        )
    results = (np.dtype(dtype) if dtype is not None else _result_type(data, out)).newbyteorder("=")
    by_date, by_pixel = _covariates_of(covariates, data, axis)
    options = encode(
        times,
        dict(
            per=per,
            stats=names_of(stats),
            dtype=results.name,
            nodata=nodata_of(nodata),
            valid_range=range_of(valid_range),
            scale=scale,
            offset=offset,
            min_obs=min_obs,
            covariates=by_date,
            weights=weights,
            confidence=confidence,
            significance=significance,
            fdr=fdr,
            intercept_at=intercept_at,
            harmonics=harmonics,
            period=period,
            degree=degree,
            step=step,
            robust=robust,
            ar1=bool(ar1),
            season=season,
            season_covariance=bool(season_covariance),
            mk=mk,
            mk_p=mk_p,
            sen_intercept=sen_intercept,
            residuals=bool(residuals),
            detrended=bool(detrended),
            deseasoned=bool(deseasoned),
        ),
        len(data),
    )
    plan = _library.reply(
        "px_plan", ctypes.c_char_p(options), ctypes.c_void_p(times.values.ctypes.data), ctypes.c_int64(len(data))
    )
    names = [row["name"] for row in plan["fields"]]
    samples, grid = grid_of(data)
    result = Results(data.shape[1:], grid, results, names, out)
    result.refuse_overlap(samples)
    series = {
        name: result.series(len(data))
        for name, asked in (("residuals", residuals), ("detrended", detrended), ("deseasoned", deseasoned))
        if asked
    }
    job = Job(
        options,
        times.values,
        samples,
        grid,
        gaps,
        by_pixel,
        [*result.planes, *(p for planes in series.values() for p in planes)],
    )
    job.run(0 if threads is None else _threads(threads), _teller(progress))
    trend = Trend(result.arrays(), plan)
    for name, planes in series.items():
        setattr(trend, name, np.moveaxis(result.shaped(planes), 0, axis))
    if fdr is not None:
        _discover(trend, number("fdr", fdr))
    return trend


def fdr(pvalue: ArrayLike, rate: float) -> float:
    """Return the largest p-value that is significant at a false discovery rate.

    Of the tests with p-values up to it, a share of `rate` is expected to be significant by chance
    (Benjamini and Hochberg 1995).

    Parameters
    ----------
    pvalue : array_like of float32 or float64
        P-values of any shape. NaN is not counted.
    rate : float
        The rate, between 0 and 1.

    Returns
    -------
    float
        The threshold: p-values up to it are significant. NaN if none is.

    Examples
    --------
    >>> import pixtrend
    >>> pixtrend.fdr([0.001, 0.02, 0.03, 0.8], 0.05)
    0.03
    """
    p = _filled(pvalue)
    p = p.astype(p.dtype.newbyteorder("="), copy=False)
    if p.dtype not in (np.float32, np.float64):
        raise TypeError(f"pvalue is an array of {p.dtype}: give float32 or float64")
    if ((p < 0) | (p > 1)).any():
        raise ValueError("pvalue has numbers that are no p-values: give numbers from 0 to 1, or NaN")
    return _threshold(p, number("rate", rate))


def _threshold(p: NDArray[Any], rate: float) -> float:
    p = np.ascontiguousarray(p)
    return _library.discoveries(p.ctypes.data, p.size, TYPES[p.dtype.name], rate)[0]


def _arrays_of(stack: ArrayLike, mask: ArrayLike | None, axis: int) -> tuple[NDArray[Any], list[NDArray[np.bool_]]]:
    """Returns samples with the dates first, and the masks of gaps, which are true there."""
    masks = []
    array = array_of(stack)
    if np.ma.getmask(array) is not np.ma.nomask:
        masks.append(np.ma.getmaskarray(array))
    data = np.ma.getdata(array)
    if isinstance(stack, (list, tuple)) and data.dtype == np.int64:
        data = data.astype(np.float64)  # whole numbers of Python
    data = samples_of(data, "the stack")
    if data.ndim == 0:
        raise ValueError("the stack is a single number: give an array with an axis of dates")
    if not -data.ndim <= axis < data.ndim:
        raise ValueError(f"axis is {axis}, and the stack has {data.ndim} dimensions: name the axis of the dates")
    if mask is not None:
        given = whole_of(mask, "mask")
        if given.dtype != bool:
            raise TypeError(f"mask is an array of {given.dtype}: give booleans, True where samples are missing")
        try:
            masks.append(np.broadcast_to(given, data.shape))
        except ValueError:
            raise ValueError(
                f"mask has the shape {given.shape}, which does not fit the stack of {data.shape}"
            ) from None
    return np.moveaxis(data, axis, 0), [np.moveaxis(m, axis, 0) for m in masks]


def _refuse_unread(stack: Any, nodata: float | None, scale: float, offset: float) -> None:
    """Raises an error if a DataArray has attributes that say what its samples mean, which only trend reads."""
    attributes = getattr(stack, "attrs", None)
    if not isinstance(attributes, Mapping):
        return
    neutral: dict[str, float] = {}
    if nodata is None:
        neutral |= {"_FillValue": np.nan, "missing_value": np.nan}
    if scale == 1 and offset == 0:
        neutral |= {"scale_factor": 1, "add_offset": 0}
    for name, usual in neutral.items():
        value = attributes.get(name, usual)
        if any(x != usual and (x == x or usual == usual) for x in np.ravel(value)):
            raise ValueError(
                f"the stack has the attribute {name} = {value}, which fit does not read: "
                "use pixtrend.trend, which does, or give nodata, scale and offset"
            )


def _result_type(data: NDArray[Any], out: Any) -> np.dtype[Any]:
    """Returns the default type of results: that of out, or float64 for samples of it, else float32."""
    if out is not None:
        arrays = list(out.values()) if isinstance(out, Mapping) else [out]
        if arrays and isinstance(arrays[0], np.ndarray):
            return np.dtype(arrays[0].dtype)
    return np.dtype(np.float64 if data.dtype == np.float64 else np.float32)


def _covariates_of(
    covariates: Mapping[str, ArrayLike] | None, data: NDArray[Any], axis: int
) -> tuple[list[dict[str, Any]], list[NDArray[Any]]]:
    """Returns covariates for the options, and the arrays of those that have values for each pixel."""
    of_options: list[dict[str, Any]] = []
    arrays: list[NDArray[Any]] = []
    for name, values in (covariates or {}).items():
        what, array = f"the covariate {name}", _filled(values)
        if array.ndim <= 1:
            of_options.append({"name": name, "values": numbers(what, array, len(data))})
            continue
        if array.ndim == data.ndim:
            array = np.moveaxis(samples_of(array, what), axis, 0)
        if array.shape != data.shape:
            raise ValueError(
                f"{what} has the shape {np.shape(values)}: "
                f"give one number for each of the {len(data)} dates, or the shape of the stack"
            )
        of_options.append({"name": name})
        arrays.append(array)
    return of_options, arrays


def _filled(values: ArrayLike) -> NDArray[Any]:
    """Returns an array with NaN where it is masked."""
    array = array_of(values)
    if np.ma.is_masked(array):
        return np.where(np.ma.getmaskarray(array), np.nan, np.ma.getdata(array))
    return np.ma.getdata(array)


def _threads(threads: Any) -> int:
    n = whole("threads", threads)
    if n < 1:
        raise ValueError(f"threads is {n}: give 1 or more")
    return n


def _teller(progress: Any) -> Callable[[int, int], Any]:
    """Returns a function for progress, which may be None, a function, or a bar as tqdm has them."""
    if progress is None:
        return lambda done, total: None
    bar = hasattr(progress, "update")

    def tell(done: int, total: int) -> None:
        if bar:
            progress.total = total
            progress.update(done - progress.n)
        else:
            progress(done, total)

    return tell


def _discover(trend: Trend, rate: float) -> None:
    """Clears the classes of pixels whose p-value is above the threshold of a false discovery rate."""
    for class_of, p_of in (("trend_class", "pvalue"), ("mk_class", "mk_pvalue")):
        if class_of not in trend:
            continue
        p, classes = trend[p_of], trend[class_of]
        trend.threshold = _threshold(p, rate)
        classes[(classes != 0) & ~(p <= trend.threshold) & ~np.isnan(p)] = 0
