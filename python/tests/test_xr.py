"""Trends of DataArrays: the same bits as of arrays, with coordinates, attributes and CRS."""

import itertools
import pickle
import subprocess
import sys
import warnings

import cftime
import dask
import dask.array
import numpy as np
import pandas as pd
import pytest
import rioxarray  # noqa: F401
import xarray as xr
from conftest import same_bits

import pixtrend

years = np.arange(1995, 2016)
days = pd.date_range("2014-01-03", periods=40, freq="17D")


def stack(rng, times=days, dims=("time", "y", "x"), shape=(7, 9), dtype="float32", **kwargs):
    samples = rng.normal(10, 2, (len(times), *shape)).astype(dtype)
    if samples.dtype.kind == "f":
        samples[rng.random(samples.shape) < 0.2] = np.nan
    coords = {"time": times, "y": np.arange(7.0)[::-1], "x": np.arange(9.0)}
    return xr.DataArray(samples, coords, ("time", "y", "x"), **kwargs).transpose(*dims)


@pytest.mark.parametrize("dims", list(itertools.permutations(("time", "y", "x"))))
def test_bits_are_those_of_fit(rng, dims):
    da = stack(rng, dims=dims)
    names = ["slope", "pvalue", "n", "sen_slope", "cos1"]
    ds = pixtrend.trend(da, stats=names, harmonics=1)
    want = pixtrend.fit(da.values, days.values, names, axis=dims.index("time"), harmonics=1)
    assert list(ds.data_vars) == names
    for name in names:
        assert same_bits(ds[name], want[name])
        assert ds[name].dims == tuple(d for d in dims if d != "time")
    xr.testing.assert_identical(ds.x, da.x)
    xr.testing.assert_identical(ds.y, da.y)
    assert "time" not in ds.coords


def test_any_number_of_dimensions(rng):
    da = stack(rng)
    cube = da.expand_dims(band=["red", "nir"]).transpose("time", "y", "band", "x")
    ds = pixtrend.trend(cube)
    assert ds.slope.dims == ("y", "band", "x")
    assert same_bits(ds.slope.sel(band="nir"), pixtrend.trend(da).slope)
    one = da.isel(y=2, x=3)
    assert same_bits(pixtrend.trend(one).slope, pixtrend.trend(da).slope.isel(y=2, x=3))


def test_years_and_numbers(rng):
    """Whole numbers are years, other numbers have the unit of the coordinate."""
    samples = rng.normal(size=(21, 3))
    by_year = xr.DataArray(samples, {"year": years}, ("year", "x"), attrs={"units": "K"})
    slope = pixtrend.trend(by_year, "year").slope
    assert slope.units == "K year-1"
    assert same_bits(slope, pixtrend.fit(samples, years)["slope"])
    doses = xr.DataArray(samples, {"dose": ("dose", years / 8, {"units": "Gy"})}, ("dose", "x"), attrs={"units": "K"})
    slope = pixtrend.trend(doses, "dose").slope
    assert slope.units == "K Gy-1"
    assert same_bits(slope, pixtrend.fit(samples, years / 8)["slope"])


def test_units_and_names(rng):
    da = stack(rng, name="ndvi", attrs={"units": "m s-1", "long_name": "wind speed", "institution": "here", "standard_name": "wind_speed"})
    da.x.attrs["units"] = "m"
    names = ["slope", "intercept", "rvalue", "pvalue", "stderr", "rmse", "n", "first", "relative", "quadratic", "phase1", "mk_class", "mk_pvalue"]
    ds = pixtrend.trend(da, stats=names, degree=2, harmonics=1, significance=0.05)
    units = {name: ds[name].attrs.get("units") for name in ds.data_vars}
    assert units == {
        "slope": "m s-1 year-1", "intercept": "m s-1", "rvalue": "1", "pvalue": "1", "stderr": "m s-1 year-1",
        "rmse": "m s-1", "n": "1", "first": "days since 1970-01-01", "relative": "% year-1",
        "quadratic": "m s-1 year-2", "phase1": "day", "mk_class": "1", "mk_pvalue": "1", "trend_class": "1",
    }  # fmt: skip
    assert ds.slope.long_name == "slope of wind speed"
    assert "per unit of time" in ds.slope.description
    assert list(ds.mk_class.flag_values) == [-1, 0, 1]
    assert ds.attrs == {"institution": "here"}
    assert ds.x.attrs == {"units": "m"}
    assert pixtrend.trend(da, keep_attrs=False).attrs == {}
    assert pixtrend.trend(da, per="month").slope.units == "m s-1 month-1"
    bare = pixtrend.trend(stack(rng), stats=["slope", "intercept"])
    assert bare.slope.units == "year-1"
    assert "units" not in bare.intercept.attrs
    assert bare.slope.long_name == "slope"


def test_netcdf(rng, tmp_path):
    """A Dataset of results can be written, and dates of observations are read as dates."""
    da = stack(rng)
    ds = pixtrend.trend(da, stats=["slope", "first", "last", "phase1", "mk_class"], harmonics=1, significance=0.05)
    ds.to_netcdf(tmp_path / "trend.nc", engine="scipy")
    with xr.open_dataset(tmp_path / "trend.nc", engine="scipy") as back:
        assert same_bits(back.slope, ds.slope)
        assert back.phase1.dtype.kind == "f"
        observed = da.where(da.notnull(), drop=False)
        first = days.values[observed.notnull().argmax("time")]
        assert (back.first.values == first).all()


@pytest.mark.parametrize("keep_attrs", [True, False])
@pytest.mark.parametrize("name", ["spatial_ref", "crs"])
def test_crs_is_kept(rng, name, keep_attrs):
    da = stack(rng).rio.write_crs("EPSG:32617", grid_mapping_name=name)
    ds = pixtrend.trend(da, keep_attrs=keep_attrs)
    assert ds.slope.rio.crs == da.rio.crs
    assert ds.rio.crs == da.rio.crs
    assert ds[name].attrs == da[name].attrs
    assert ds.slope.rio.transform() == da.rio.transform()
    lazy = pixtrend.trend(da.chunk(x=4), keep_attrs=keep_attrs)
    assert lazy.compute().slope.rio.crs == da.rio.crs


def stored(rng):
    """Whole numbers as files store them, with the attributes of an undecoded variable."""
    whole = rng.integers(1900, 2400, (len(days), 7, 9)).astype("int16")
    whole[rng.random(whole.shape) < 0.2] = -9999
    attrs = {"_FillValue": np.int16(-9999), "scale_factor": 0.01, "add_offset": -5.0, "units": "K"}
    return xr.DataArray(whole, {"time": days}, ("time", "y", "x"), attrs=attrs)


def test_attributes_of_undecoded_samples(rng):
    da = stored(rng)
    names = ["slope", "intercept", "n"]
    want = pixtrend.fit(da.values, days.values, names, nodata=-9999, scale=0.01, offset=-5)
    got = pixtrend.trend(da, stats=names)
    lazy = pixtrend.trend(da.chunk(x=4), stats=names).compute()
    for name in names:
        assert same_bits(got[name], want[name])
        assert same_bits(lazy[name], want[name])
    assert got.attrs == {}
    assert got.slope.attrs["units"] == "K year-1"
    assert "scale_factor" not in got.slope.attrs
    decoded = xr.decode_cf(da.to_dataset(name="t"), decode_times=False).t
    np.testing.assert_allclose(pixtrend.trend(decoded).slope, got.slope, rtol=2e-4, atol=1e-5)
    given = pixtrend.trend(da, nodata=-9998, scale=1, offset=0)
    assert same_bits(given.slope, pixtrend.fit(da.values, days.values, nodata=-9998)["slope"])


def test_missing_value(rng):
    da = stored(rng)
    fill = da.attrs.pop("_FillValue")
    want = pixtrend.trend(da.assign_attrs(_FillValue=fill))
    assert same_bits(pixtrend.trend(da.assign_attrs(missing_value=fill)).slope, want.slope)
    assert same_bits(pixtrend.trend(da.assign_attrs(missing_value=fill, _FillValue=fill)).slope, want.slope)
    with pytest.raises(ValueError, match="_FillValue.*missing_value.*decode_cf"):
        pixtrend.trend(da.assign_attrs(missing_value=[-9999, -1], _FillValue=fill))
    with pytest.raises(ValueError, match="_Unsigned.*decode_cf"):
        pixtrend.trend(da.astype("u2").assign_attrs(_Unsigned="false"))
    # The valid range is of stored samples if it is of whole numbers, and of unpacked ones otherwise.
    want = pixtrend.trend(da.assign_attrs(_FillValue=fill), stats=["slope", "n"], valid_range=(2000, 2300))
    assert (want.n < pixtrend.trend(da.assign_attrs(_FillValue=fill), stats="n").n).any()
    for limits in ({"valid_range": np.array([2000, 2300], "i2")}, {"valid_min": np.float64(15), "valid_max": np.float64(18)}):
        assert same_bits(pixtrend.trend(da.assign_attrs(_FillValue=fill, **limits)).slope, want.slope)
    with pytest.raises(ValueError, match="_Unsigned.*decode_cf"):
        pixtrend.trend(da.assign_attrs(_Unsigned="true"))


def test_scale_of_floating_point_samples_is_told(rng):
    """Such samples may have been scaled already, and their attributes kept."""
    da = stack(rng, attrs={"scale_factor": 0.5})
    with pytest.warns(UserWarning, match="scale_factor.*scale=1"):
        slope = pixtrend.trend(da).slope
    assert same_bits(slope, pixtrend.fit(da.values, days.values, scale=0.5)["slope"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pixtrend.trend(da, scale=0.5)
        pixtrend.trend(da, scale=1)
        pixtrend.trend(da.assign_attrs(scale_factor=1.0, add_offset=0.0))


@pytest.mark.parametrize("calendar", ["standard", "gregorian", "proleptic_gregorian"])
def test_cftime(rng, calendar):
    da = stack(rng)
    times = cftime.num2date((days - days[0]).days, f"days since {days[0]:%Y-%m-%d}", calendar, only_use_cftime_datetimes=True)
    got = pixtrend.trend(da.assign_coords(time=times), stats=["slope", "intercept", "first"])
    want = pixtrend.trend(da, stats=["slope", "intercept", "first"])
    for name in want.data_vars:
        assert same_bits(got[name], want[name])


@pytest.mark.parametrize("calendar", ["noleap", "360_day", "julian", "all_leap"])
def test_other_calendars_are_refused(rng, calendar):
    times = cftime.num2date(np.arange(40) * 17, "days since 2014-01-03", calendar)
    with pytest.raises(ValueError, match=f"calendar {calendar}.*convert_calendar"):
        pixtrend.trend(stack(rng).assign_coords(time=times))


def test_dates_in_any_order(rng):
    da = stack(rng)
    shuffled = da.isel(time=rng.permutation(len(days)))
    names = ["slope", "first", "sen_slope"]
    got, want = pixtrend.trend(shuffled, stats=names), pixtrend.trend(da, stats=names)
    for name in names:
        assert same_bits(got[name], want[name])


@pytest.mark.parametrize("chunks", [None, {"x": 4}])
def test_dates_that_come_twice_are_told(rng, chunks):
    times = days.insert(5, days[5])[:40]
    da = stack(rng, times)
    da = da.chunk(chunks) if chunks else da
    with pytest.warns(UserWarning, match="2014-03-29.* twice|same date") as told:
        ds = pixtrend.trend(da)
    assert len(told) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ds.compute(scheduler="synchronous")


def test_mask_of_dates_weights_and_covariates(rng):
    da = stack(rng)
    mask = xr.DataArray(rng.random(da.shape) < 0.3, da.coords, da.dims)
    want = pixtrend.fit(da.values, days.values, ["slope", "n"], mask=mask.values)
    for given in (mask, mask.transpose("x", "time", "y"), mask.values, mask.chunk(y=3)):
        got = pixtrend.trend(da, stats=["slope", "n"], mask=given).compute()
        assert same_bits(got.slope, want["slope"])
        assert same_bits(got.n, want["n"])
    lazy = pixtrend.trend(da.chunk(x=4), stats=["slope", "n"], mask=mask.chunk(x=4))
    assert same_bits(lazy.compute().slope, want["slope"])
    cloudy = xr.DataArray(rng.random(len(days)) < 0.3, {"time": days})
    whole = np.broadcast_to(cloudy.values[:, None, None], da.shape)
    assert same_bits(pixtrend.trend(da, mask=cloudy).slope, pixtrend.fit(da.values, days.values, mask=whole)["slope"])

    enso = xr.DataArray(rng.normal(size=len(days)), {"time": days}, attrs={"units": "degC"})
    weights = xr.DataArray(rng.random(len(days)) + 0.5, {"time": days})
    want = pixtrend.fit(da.values, days.values, ["slope", "enso"], covariates={"enso": enso.values}, weights=weights.values)
    got = pixtrend.trend(da.assign_attrs(units="K"), stats=["slope", "enso"], covariates={"enso": enso}, weights=weights)
    assert same_bits(got.enso, want["enso"])
    assert got.enso.units == "K degC-1"
    with pytest.raises(ValueError, match="other values of time"):
        pixtrend.trend(da, mask=mask.isel(time=slice(1, None)))
    with pytest.raises(ValueError, match="other values of time"):
        pixtrend.trend(da, weights=weights.assign_coords(time=days + pd.Timedelta(days=1)))
    with pytest.raises(ValueError, match="other values of x"):
        pixtrend.trend(da, mask=mask.assign_coords(x=mask.x + 1))


def test_covariates_of_each_pixel(rng):
    da = stack(rng)
    rain = xr.DataArray(rng.normal(size=da.shape), da.coords, da.dims)
    enso = rng.normal(size=len(days))
    names = ["slope", "rain", "enso", "rain_pvalue"]
    want = pixtrend.fit(da.values, days.values, names, covariates={"rain": rain.values, "enso": enso})
    for given in (rain, rain.transpose("x", "time", "y"), rain.values, rain.chunk(y=2)):
        for samples in (da, da.chunk(x=4)):
            got = pixtrend.trend(samples, stats=names, covariates={"rain": given, "enso": enso}).compute()
            assert all(same_bits(got[name], want[name]) for name in names)
    of_rows = rain.isel(x=0, drop=True)
    whole = np.broadcast_to(of_rows.values[:, :, None], da.shape)
    got = pixtrend.trend(da, stats=["rain"], covariates={"rain": of_rows})
    assert same_bits(got.rain, pixtrend.fit(da.values, days.values, ["rain"], covariates={"rain": whole})["rain"])


def test_mask_without_dates(rng):
    da = stack(rng)
    sea = xr.DataArray(rng.random((7, 9)) < 0.4, {"y": da.y, "x": da.x})
    for samples, mask in itertools.product((da, da.chunk(x=4)), (sea, sea.chunk(y=2))):
        n = pixtrend.trend(samples, stats="n", mask=mask).compute().n
        assert (n.values == np.where(sea, 0, da.notnull().sum("time"))).all()
    with pytest.raises(TypeError, match="mask is an array of int"):
        pixtrend.trend(da, mask=sea.astype(int))


def test_names_of_coordinates(rng):
    """A field does not replace a coordinate or a dimension of its name."""
    da = stack(rng)
    with pytest.raises(ValueError, match=r"field n has the name of a coordinate.*rename\(n="):
        pixtrend.trend(da.assign_coords(n=3), stats="n")
    with pytest.raises(ValueError, match="field n has the name"):
        pixtrend.trend(da.rename(x="n").drop_vars("n"), stats="n")


def test_series(rng):
    """Residuals and other series have the dimensions of the input."""
    da = stack(rng, dims=("y", "time", "x"))
    ds = pixtrend.trend(da, residuals=True)
    want = pixtrend.fit(da.values, days.values, axis=1, residuals=True)
    assert ds.residuals.dims == da.dims
    assert same_bits(ds.residuals, want.residuals)
    assert ds.slope.dims == ("y", "x")
    xr.testing.assert_identical(ds.time, da.time)
    lazy = pixtrend.trend(da.chunk(x=4), residuals=True)
    assert same_bits(lazy.compute().residuals, want.residuals)

    flat = pixtrend.detrend(da.assign_attrs(units="K"))
    assert flat.dims == da.dims
    assert flat.units == "K"
    assert same_bits(flat, pixtrend.fit(da.values, days.values, axis=1, detrended=True).detrended)
    assert same_bits(da.pixtrend.detrend(harmonics=1), pixtrend.detrend(da, harmonics=1))


def untouchable(shape, chunks):
    """A Dask array that fails if it is computed."""

    def fail():
        raise AssertionError("it was computed")

    return dask.array.from_delayed(dask.delayed(fail)(), shape, "float32").rechunk(chunks)


def test_dask_is_lazy(rng):
    samples = untouchable((40, 30, 20), (-1, 10, 7))
    da = xr.DataArray(samples, {"time": days}, ("time", "y", "x"))
    ds = pixtrend.trend(da, stats=["slope", "pvalue", "n"])
    assert ds.slope.dtype == "float32"
    assert ds.slope.chunks == ((10, 10, 10), (7, 7, 6))
    with pytest.raises(AssertionError, match="it was computed"):
        ds.slope.compute(scheduler="synchronous")
    for options, sentence in (({"harmonics": 9}, "harmonics"), ({"stats": "slop"}, "slop"), ({"harmonica": 1}, "harmonica")):
        with pytest.raises((ValueError, TypeError), match=sentence):
            pixtrend.trend(da, **options)


@pytest.mark.parametrize("dims", [("time", "y", "x"), ("y", "time", "x"), ("y", "x", "time")])
def test_dask_bits(rng, dims):
    da = stack(rng, dims=dims)
    names = ["slope", "stderr", "n", "sen_slope"]
    want = pixtrend.trend(da, stats=names)
    lazy = pixtrend.trend(da.chunk(y=3, x=4), stats=names)
    for scheduler in ("synchronous", "threads"):
        got = lazy.compute(scheduler=scheduler)
        assert all(same_bits(got[name], want[name]) for name in names)
    assert same_bits(pickle.loads(pickle.dumps(lazy)).slope.compute(), want.slope)


def test_fields_are_computed_together(rng):
    """All fields of a chunk come from one fit."""
    da = stack(rng).chunk(y=3, x=4)
    calls = []
    ds = pixtrend.trend(da.copy(data=da.data.map_blocks(lambda b: (calls.append(1), b)[1], dtype="float32")), stats=["slope", "n", "pvalue"])
    calls.clear()
    ds.compute(scheduler="synchronous")
    assert len(calls) == 9


def test_chunks_of_dates_are_refused(rng):
    da = stack(rng).chunk(time=10)
    with pytest.raises(ValueError, match=r"time of the array is in 4 chunks.*chunk\(\{'time': -1\}\)"):
        pixtrend.trend(da)
    assert pixtrend.trend(da.chunk({"time": -1})).slope.chunks is not None


def test_no_more_threads_than_dask_starts(rng):
    """The threads of Dask and those of the fits together give the same bits, and do not block each other."""
    da = stack(rng)
    want = pixtrend.trend(da).slope
    for workers, threads in ((1, 2), (2, 1), (4, 4), (8, 2)):
        lazy = pixtrend.trend(da.chunk(y=1, x=1), threads=threads)
        assert same_bits(lazy.compute(scheduler="threads", num_workers=workers).slope, want)


def test_what_is_wrong_is_said(rng):
    da = stack(rng)
    with pytest.raises(TypeError, match="Dataset.*choose one"):
        pixtrend.trend(da.to_dataset(name="ndvi"))
    with pytest.raises(TypeError, match="DataArray.*pixtrend.fit"):
        pixtrend.trend(da.values)
    with pytest.raises(ValueError, match="no dimension day: its dimensions are time, y, x"):
        pixtrend.trend(da, "day")
    with pytest.raises(ValueError, match="no coordinate.*assign_coords"):
        pixtrend.trend(da.drop_vars("time"))
    for name in ("axis", "out"):
        with pytest.raises(TypeError, match=name):
            pixtrend.trend(da, **{name: 0})
    with pytest.raises(TypeError, match="progress.*ProgressBar"):
        pixtrend.trend(da.chunk(x=4), progress=print)
    with pytest.raises(ValueError, match="NaT"):
        pixtrend.trend(da.assign_coords(time=[np.datetime64("NaT"), *days[1:]]))


def test_empty(rng):
    da = stack(rng)
    assert pixtrend.trend(da.isel(x=slice(0, 0))).slope.shape == (7, 0)


@pytest.mark.parametrize("first, second", [("pixtrend", "xarray"), ("xarray", "pixtrend")])
def test_accessor_needs_only_pixtrend(first, second):
    code = f"""if True:
        import sys
        import {first}
        assert "{second}" not in sys.modules
        import {second}, numpy
        import xarray.testing, importlib.resources
        da = xarray.DataArray([1.0, 3.0], {{"time": [2001, 2002]}})
        assert da.pixtrend.trend().slope == 2
        assert xarray.__spec__.loader.get_data and importlib.resources.files("xarray").is_dir()
        assert not any(type(f).__module__.startswith("pixtrend") for f in sys.meta_path)
    """
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_xarray():
    """The package works without xarray, and trend says what is missing."""
    code = """if True:
        import sys
        sys.modules["xarray"] = None
        import pixtrend
        assert pixtrend.fit([[1.0], [3.0]], [2001, 2002])["slope"] == 2
        try:
            pixtrend.trend
        except ImportError as e:
            assert "pixtrend[xarray]" in str(e), e
        else:
            raise AssertionError("no error")
    """
    subprocess.run([sys.executable, "-c", code], check=True)
