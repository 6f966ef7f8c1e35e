"""Files of other formats than GeoTIFF, written by the libraries that people write them with."""

import json
import os
import subprocess

import numpy as np
import pytest
from conftest import same_bits

xr = pytest.importorskip("xarray")
rasterio = pytest.importorskip("rasterio")
pytest.importorskip("rasterio.features")
pytest.importorskip("netCDF4")
zarr = pytest.importorskip("zarr")
cftime = pytest.importorskip("cftime")

LAT, LON = np.linspace(49.5, 40.5, 10), np.arange(20) + 0.5
NORTH = {"units": "degrees_north", "standard_name": "latitude"}
EAST = {"units": "degrees_east", "standard_name": "longitude"}


@pytest.fixture
def fit(command, tmp_path):
    """Fits files, and returns the slope by latitude and longitude, or the message of the error."""

    def run(*args, fails=False, stats="slope"):
        done = subprocess.run(
            [command, "fit", *map(str, args), "--stats", stats, "--ot", "Float64", "-o", "out.tif", "--overwrite", "-q"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
        if fails:
            assert done.returncode == 1, done.stderr
            return done.stderr
        assert done.returncode == 0, done.stderr
        with rasterio.open(tmp_path / "out.tif") as r:
            t = r.transform
            y = t.f + t.e * (np.arange(r.height) + 0.5)
            x = t.c + t.a * (np.arange(r.width) + 0.5)
            return xr.DataArray(r.read(1), coords={"lat": y, "lon": x}, dims=("lat", "lon"), attrs={"crs": r.crs, "said": done.stderr})

    return run


def cube(dates=30, lat=LAT, lon=LON, dtype="f4", step=31):
    """Returns a variable of several dates."""
    rng = np.random.default_rng(3)
    time = np.datetime64("2000-01-01", "ns") + np.arange(dates) * np.timedelta64(step, "D")
    values = (rng.normal(size=(dates, len(lat), len(lon))) * 5 + 280).astype(dtype)
    a = xr.DataArray(values, dims=("time", "lat", "lon"), coords={"time": time, "lat": ("lat", lat, NORTH), "lon": ("lon", lon, EAST)})
    a.attrs.update(units="K", long_name="temperature")
    return a.to_dataset(name="t2m")


def slope(a, years=None):
    """Returns the slope per year of what xarray reads, without the gaps."""
    a = a.transpose("time", "lat", "lon")
    if years is None:
        years = (a.time.values - np.datetime64("1970-01-01")).astype("timedelta64[D]").astype(float) / 365.2425
    y = a.values.astype(float)
    x = np.where(np.isnan(y), np.nan, years[:, None, None])
    x = x - np.nanmean(x, 0)
    values = np.nansum(x * (y - np.nanmean(y, 0)), 0) / np.nansum(x * x, 0)
    return xr.DataArray(values, coords={"lat": a.lat.values, "lon": a.lon.values}, dims=("lat", "lon"))


def agree(got, want):
    """Checks the value of each place."""
    want = want.assign_coords(lon=(want.lon.values - got.lon.values.min() + 1e-6) % 360 + got.lon.values.min() - 1e-6)
    got, want = got.sortby(["lat", "lon"]), want.sortby(["lat", "lon"])
    np.testing.assert_allclose(got.lat, want.lat, atol=1e-9)
    np.testing.assert_allclose(got.lon, want.lon, atol=1e-5)
    np.testing.assert_allclose(got.values, want.values, rtol=1e-6, atol=1e-9)


def unnamed_units(a):
    """Returns a variable whose coordinates have names and nothing else, as xarray's users write them."""
    return a.assign_coords(lat=("lat", a.lat.values), lon=("lon", a.lon.values))


def chunks(**sizes):
    return {"t2m": {"zlib": True, "chunksizes": tuple(sizes.values())}}


LAYOUTS = {
    "NetCDF-3": (cube(), {"format": "NETCDF3_64BIT"}),
    "chunks of one date": (cube(), {"encoding": chunks(time=1, lat=4, lon=7)}),
    "chunks of dates": (cube(), {"encoding": chunks(time=7, lat=4, lon=7)}),
    "south up": (cube(lat=LAT[::-1]), {"encoding": chunks(time=7, lat=4, lon=7)}),
    "south up, contiguous": (cube(lat=LAT[::-1]), {}),
    "time last": (cube().transpose("lat", "lon", "time"), {}),
    "time last, chunks, south up": (cube(lat=LAT[::-1]).transpose("lat", "lon", "time"), {"encoding": chunks(lat=4, lon=7, time=7)}),
    "longitude before latitude": (cube().transpose("time", "lon", "lat"), {}),
    "east of 180": (cube(lon=LON + 200), {}),
    "west of -180": (cube(lon=LON - 300), {}),
    "around the earth": (cube(lon=np.arange(36) * 10 + 5.0), {}),
    "coordinates in float32": (cube(lat=(LAT / 10).astype("f4"), lon=(LON / 10).astype("f4")), {}),
    "with bounds": (cube().assign(time_bnds=(("time", "bnds"), np.zeros((30, 2)))), {}),
    "with a mask of land": (cube().assign(land=(("lat", "lon"), np.ones((10, 20), "i1"))), {}),
    "coordinates without units": (unnamed_units(cube()), {}),
    "a level": (cube().expand_dims(level=[500.0], axis=1), {}),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_layouts_of_netcdf(fit, tmp_path, name):
    made, options = LAYOUTS[name]
    made.to_netcdf(tmp_path / "a.nc", **options)
    got = fit("a.nc")
    with xr.open_dataset(tmp_path / "a.nc") as read:
        a = read.t2m.squeeze("level", drop=True) if "level" in read.dims else read.t2m
        agree(got, slope(a))
    assert got.attrs["crs"].to_epsg() == 4326
    assert ("beyond 180" in got.attrs["said"]) == (name == "around the earth")
    # Neither threads nor memory change a bit.
    assert same_bits(fit("a.nc", "--threads", 2, "--memory", "16MiB").values, got.values)


@pytest.mark.parametrize("made", [cube(), cube().transpose("lat", "lon", "time"), cube(lat=LAT[::-1])], ids=["usual", "time last", "south up"])
def test_zarr(fit, tmp_path, made):
    sizes = {"time": 7, "lat": 4, "lon": 7}
    encoding = {"t2m": {"chunks": tuple(sizes[d] for d in made.t2m.dims)}}
    made.to_zarr(tmp_path / "a.zarr", zarr_format=2, encoding=encoding)
    agree(fit("a.zarr"), slope(xr.open_zarr(tmp_path / "a.zarr").t2m))


def test_zarr_of_a_thousand_chunks(fit, tmp_path):
    lat, lon = np.arange(50) / 10.0, np.arange(50) / 10.0
    made = cube(40, lat, lon)
    made.to_zarr(tmp_path / "a.zarr", zarr_format=2, encoding={"t2m": {"chunks": (4, 5, 5)}})
    agree(fit("a.zarr"), slope(made.t2m))


def test_zarr_3(fit, command, tmp_path):
    """Zarr 3, which to_zarr writes unless it is told otherwise, is read, or refused with what to do."""
    made = cube()
    made.to_zarr(tmp_path / "a.zarr", zarr_format=3, consolidated=False)
    done = subprocess.run([command, "fit", "a.zarr", "-o", "t.tif"], cwd=tmp_path, capture_output=True, text=True)
    if done.returncode == 0:
        agree(fit("a.zarr"), slope(made.t2m))
    else:
        assert "a store of Zarr 3, which GDAL" in done.stderr and "zarr_format=2" in done.stderr


def test_packed(fit, tmp_path):
    """Packed samples have gaps by their fill value and, which xarray ignores, their valid range."""
    made = cube()
    made.t2m[3:9, 2, 5] = np.nan
    made.t2m.attrs["valid_range"] = np.array([-1200, 1200], "i2")
    packed = {"dtype": "i2", "scale_factor": 0.01, "add_offset": 280.0, "_FillValue": -32767, "zlib": True}
    made.to_netcdf(tmp_path / "a.nc", encoding={"t2m": packed})
    with xr.open_dataset(tmp_path / "a.nc", mask_and_scale=False) as raw:
        stored = raw.t2m.astype(float)
        valid = stored.where((stored >= -1200) & (stored <= 1200))
    assert np.isnan(valid).sum() > 6 + 30
    agree(fit("a.nc"), slope(valid * 0.01 + 280))
    agree(fit("a.nc", "--valid-range", "-32766,"), slope((stored.where(stored != -32767)) * 0.01 + 280))


def test_unsigned(fit, tmp_path):
    made = cube()
    made["t2m"] = (made.t2m * 150).astype("u2").astype("i2").assign_attrs(_Unsigned="true")
    assert (made.t2m < 0).any()
    made.to_netcdf(tmp_path / "a.nc")
    with xr.open_dataset(tmp_path / "a.nc", mask_and_scale=False) as raw:
        agree(fit("a.nc"), slope(raw.t2m.astype("u2")))


def test_missing(fit, tmp_path):
    """Attributes and the NetCDF library say which samples are missing; a value that is written in two types is one."""
    missing = {
        "of two types": (1e20, "f4", {"_FillValue": np.float32(1e20), "missing_value": 1e20}),
        "NaN and another": (-9999, "f4", {"_FillValue": np.float32(np.nan), "missing_value": np.float32(-9999)}),
        "no sample": (-9999, "i2", {"_FillValue": np.int16(-9999), "missing_value": -999.9}),
        "of the library, f4": (9.969209968386869e36, "f4", {"_FillValue": None}),
        "of the library, i2": (-32767, "i2", {"_FillValue": None}),
        "of the library, i4": (-2147483647, "i4", {"_FillValue": None}),
    }
    for name, (value, dtype, attributes) in missing.items():
        made = cube()
        values = made.t2m.values.astype(dtype)
        values[3:9, 2, 5] = value
        made["t2m"] = made.t2m.copy(data=values)
        fill = attributes.pop("_FillValue")
        made.t2m.attrs = attributes
        made.to_netcdf(tmp_path / "a.nc", encoding={"t2m": {"_FillValue": fill}})
        want = made.t2m.astype(float)
        want.values[3:9, 2, 5] = np.nan
        assert not np.isnan(slope(want)).any(), name
        agree(fit("a.nc"), slope(want))
    # All values of bytes may be needed.
    made = cube()
    made["t2m"] = (made.t2m - 280).round().astype("i1")
    made.t2m[3, 2, 5] = -127
    made.to_netcdf(tmp_path / "a.nc")
    agree(fit("a.nc"), slope(made.t2m))
    # Attributes count in a store of Zarr without a fill value, too.
    made = cube()
    made.t2m[3:9, 2, 5] = -9999
    made.to_zarr(tmp_path / "a.zarr", zarr_format=2, encoding={"t2m": {"_FillValue": None}})
    store = zarr.open_group(tmp_path / "a.zarr", mode="a", zarr_format=2, use_consolidated=False)
    store["t2m"].attrs["missing_value"] = -9999.0
    zarr.consolidate_metadata(tmp_path / "a.zarr", zarr_format=2)
    agree(fit("a.zarr"), slope(made.t2m.where(made.t2m != -9999)))


def test_packed_coordinates(fit, tmp_path):
    """Coordinates may be packed as samples are, and a time may be missing."""
    made = cube(36)
    made.to_netcdf(
        tmp_path / "a.nc",
        encoding={
            "lat": {"dtype": "i2", "scale_factor": 0.5},
            "lon": {"dtype": "i2", "scale_factor": 0.5, "add_offset": 4.5},
            "time": {"dtype": "i4", "units": "days since 2000-01-01"},
        },
    )
    netCDF4 = pytest.importorskip("netCDF4")
    with netCDF4.Dataset(tmp_path / "a.nc", "a") as f:
        f["time"].set_auto_maskandscale(False)
        f["time"][:] = f["time"][:] // 31
        f["time"].scale_factor = 31.0
    with xr.open_dataset(tmp_path / "a.nc") as read:
        assert read.lat[0] == LAT[0] and read.lon[0] == LON[0] and read.time.equals(made.time)
    agree(fit("a.nc"), slope(made.t2m))
    with netCDF4.Dataset(tmp_path / "a.nc", "a") as f:
        f["time"].missing_value = f["time"][:].data[2] // 31
    assert 'the time coordinate "NaN days' in fit("a.nc", fails=True)


def test_one_row(fit, tmp_path):
    """Bounds give the size of the pixels of a single row. Without them the result has no place, which is said."""
    made = cube(lat=LAT[:1])
    made.to_netcdf(tmp_path / "a.nc")
    assert "lat has one coordinate and no bounds" in fit("a.nc").attrs["said"]
    made.lat.attrs["bounds"] = "lat_bnds"
    made = made.assign(lat_bnds=(("lat", "bnds"), LAT[:1, None] + [[0.5, -0.5]]))
    made.to_netcdf(tmp_path / "a.nc")
    agree(fit("a.nc"), slope(made.t2m))


def test_unknown_crs(fit, tmp_path):
    """A grid mapping of which GDAL makes no CRS is a warning."""
    made = cube()
    made["rotated"] = ((), 0, {"grid_mapping_name": "rotated_latitude_longitude", "grid_north_pole_latitude": 39.25, "grid_north_pole_longitude": -162.0})
    made.t2m.attrs["grid_mapping"] = "rotated"
    made.to_netcdf(tmp_path / "a.nc")
    got = fit("a.nc")
    assert got.attrs["crs"] is None and "its grid mapping rotated gives no CRS" in got.attrs["said"]
    cube(lat=LAT + 50).to_netcdf(tmp_path / "a.nc")  # as GDAL writes a raster without a CRS
    got = fit("a.nc")
    assert got.attrs["crs"] is None and "its latitudes go from 90.5 to 99.5, which are none" in got.attrs["said"]


@pytest.mark.parametrize("calendar,length", [("noleap", 365), ("360_day", 360)])
def test_calendars(fit, tmp_path, calendar, length):
    made = cube(36)
    made["time"] = xr.date_range("1999-01-16", periods=36, freq="MS", calendar=calendar, use_cftime=True)
    made.to_netcdf(tmp_path / "a.nc")
    days = cftime.date2num(made.time.values, "days since 1999-01-01", calendar)
    agree(fit("a.nc"), slope(made.t2m, days / length))
    assert "have a unit of their own and no calendar" in fit("a.nc", "--from", "2000", fails=True)


def test_hours(fit, command, tmp_path):
    """A year of hours, packed as ERA5 is."""
    n = 8760
    values = np.random.default_rng(5).normal(size=(n, 5, 7)).astype("f4") + 280
    time = np.datetime64("2021-01-01", "ns") + np.arange(n) * np.timedelta64(1, "h")
    made = xr.Dataset(
        {"t2m": (("valid_time", "latitude", "longitude"), values, {"units": "K"})},
        coords={
            "valid_time": ("valid_time", time, {"standard_name": "time"}),
            "latitude": ("latitude", LAT[:5], NORTH),
            "longitude": ("longitude", LON[:7], EAST),
            "number": 0,
            "expver": ("valid_time", np.array(["0001"] * n)),
        },
    )
    packed = {"dtype": "i2", "scale_factor": 0.001, "add_offset": 280.0, "_FillValue": -32767, "zlib": True}
    made.to_netcdf(tmp_path / "era5.nc", encoding={"t2m": packed | {"chunksizes": (100, 5, 7)}})
    got = fit("era5.nc")
    with xr.open_dataset(tmp_path / "era5.nc") as read:
        line = read.t2m.rename(latitude="lat", longitude="lon").polyfit("valid_time", 1).polyfit_coefficients
        agree(got, line.sel(degree=1, drop=True) * 86400e9 * 365.2425)  # per nanosecond
    assert "share" not in got.attrs["said"]
    done = subprocess.run([command, "fit", "era5.nc", "--dry-run", "--json", "-o", "t.tif"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert len(json.loads(done.stdout)["inputs"]) == n
    done = subprocess.run([command, "info", "era5.nc", "--json"], cwd=tmp_path, capture_output=True, text=True, check=True)
    dates = json.loads(done.stdout)["dates"]
    assert (dates["first"], dates["last"], dates["every"], dates["shared"]) == ("2021-01-01T00:00", "2021-12-31T23:00", "hour", [])
    assert "sums count whole days" in fit("era5.nc", "--keep", "sums.tif", fails=True)


def test_yearly_files_of_months(fit, tmp_path):
    made = cube(36)
    made["time"] = xr.date_range("1999-01-01", periods=36, freq="MS")
    for year, part in made.groupby("time.year"):
        part.to_netcdf(tmp_path / f"t_{year}.nc", encoding=chunks(time=12, lat=4, lon=7))
        part.to_zarr(tmp_path / f"t_{year}.zarr", zarr_format=2)
    want = slope(made.t2m)
    agree(fit("t_*.nc"), want)
    agree(fit("t_*.zarr"), want)


def test_variables(fit, tmp_path):
    made = cube()
    made["tp"] = made.t2m * 2
    made.to_netcdf(tmp_path / "two.nc")
    made.to_zarr(tmp_path / "two.zarr", zarr_format=2)
    made[["t2m"]].to_netcdf(tmp_path / "groups.nc", group="model/run")
    made[["tp"]].to_netcdf(tmp_path / "groups.nc", group="model", mode="a")
    for name in "two.nc", "two.zarr":
        assert "holds the variables t2m, tp: name one with --variable" in fit(name, fails=True)
        assert "no variable u10; those that are maps are t2m, tp" in fit(name, "--variable", "u10", fails=True)
        agree(fit(name, "--variable", "tp"), slope(made.tp))
    agree(fit("groups.nc", "--variable", "t2m"), slope(made.t2m))
    agree(fit("groups.nc", "--variable", "model/tp"), slope(made.tp))


def test_projected(fit, tmp_path):
    """Metres and kilometres lie in one place."""
    rioxarray = pytest.importorskip("rioxarray")
    assert rioxarray
    made = cube().rename(lat="y", lon="x")
    made = made.assign_coords(y=("y", 4600000 - 30.0 * np.arange(10)), x=("x", 500000 + 30.0 * np.arange(20)))
    made = made.rio.write_crs("EPSG:32617")
    made.to_netcdf(tmp_path / "m.nc")
    made.to_zarr(tmp_path / "m.zarr", zarr_format=2)
    km = made.assign_coords(y=("y", made.y.values / 1000, {"units": "km"}), x=("x", made.x.values / 1000, {"units": "km"}))
    km.to_netcdf(tmp_path / "km.nc")
    want = slope(made.t2m.rename(y="lat", x="lon"))
    for name in "m.nc", "m.zarr", "km.nc":
        got = fit(name)
        assert got.attrs["crs"].to_epsg() == 32617
        np.testing.assert_allclose(got.lat, want.lat)
        np.testing.assert_allclose(got.lon, want.lon)
        np.testing.assert_allclose(got.values, want.values, rtol=1e-6)


def test_refused(fit, tmp_path):
    def refused(made, *words, args=(), **options):
        made.to_netcdf(tmp_path / "r.nc", **options)
        said = fit("r.nc", *args, fails=True)
        for word in words:
            assert word in said, said
        assert "is it whole" not in said, said

    levels = xr.concat([cube().t2m, cube().t2m + 1], "level").transpose("time", "level", "lat", "lon").to_dataset(name="t")
    refused(levels, "t (time: 30, level: 2, lat: 10, lon: 20) has two dimensions besides columns and rows")
    refused(cube(lat=LAT + np.arange(10) ** 2 / 10), "dimension lat are not evenly spaced")
    julian = cube(3)
    julian["time"] = xr.date_range("1999-01-16", periods=3, freq="MS", calendar="julian", use_cftime=True)
    refused(julian, "calendar julian")
    months = cube(3).assign_coords(time=("time", [0, 1, 2], {"units": "months since 2000-01-01"}))
    refused(months, "counts months, which have no one length")
    missing = cube()
    missing.t2m.attrs["missing_value"] = np.float32(-9999)
    refused(missing, "two values mean missing", "-999", "-9999", encoding={"t2m": {"_FillValue": np.float32(-999)}})
    projected = cube()
    projected["crs"] = ((), 0, {"crs_wkt": rasterio.crs.CRS.from_epsg(32617).to_wkt()})
    projected.t2m.attrs["grid_mapping"] = "crs"
    refused(projected, "degrees_east", "its CRS is in other units")
    metres = projected.assign_coords(lat=("lat", LAT, {"units": "m"}), lon=("lon", LON, {"units": "m"}))
    metres.crs.attrs["crs_wkt"] = rasterio.crs.CRS.from_epsg(4326).to_wkt()
    refused(metres, "are in", "its CRS is in other units")
    text = cube()
    text.t2m.attrs["scale_factor"] = "0.01"
    refused(text, "the scale_factor of t2m is", "0.01", "no number")
    curved = cube().drop_vars(["lat", "lon"]).rename(lat="j", lon="i")
    at = np.meshgrid(LON, LAT)
    curved = curved.assign_coords(lon=(("j", "i"), at[0], EAST), lat=(("j", "i"), at[1], NORTH))
    refused(curved, "placed by the coordinates of each pixel")


def test_damage(command, tmp_path):
    """Damaged files are errors that name them, or have the values that their libraries read."""
    rng = np.random.default_rng(11)
    cube().to_netcdf(tmp_path / "a.nc", encoding=chunks(time=7, lat=4, lon=7))
    cube().to_netcdf(tmp_path / "b.nc", format="NETCDF3_64BIT")
    cube().to_zarr(tmp_path / "a.zarr", zarr_format=2)
    victims = [tmp_path / "a.nc", tmp_path / "b.nc", *sorted(p for p in (tmp_path / "a.zarr").rglob("*") if p.is_file() and "t2m" in str(p))[:3]]
    failed = 0
    for path in victims:
        whole = path.read_bytes()
        flipped = bytearray(whole)
        for at in rng.integers(0, len(whole), 1 + len(whole) // 50):
            flipped[at] ^= 255
        for bad in whole[: len(whole) // 2], b"", bytes(flipped):
            path.write_bytes(bad)
            store = path if path.suffix == ".nc" else tmp_path / "a.zarr"
            done = subprocess.run([command, "fit", store.name, "-o", "t.tif", "-q", "--overwrite"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
            assert done.returncode in (0, 1), done.stderr
            assert done.returncode == 0 or store.name in done.stderr, done.stderr
            failed += done.returncode
        path.write_bytes(whole)
    assert failed >= 8


DAMAGES = [lambda path, whole: path.write_bytes(whole[: len(whole) // 2]), lambda path, _: path.symlink_to(path.name), lambda path, _: path.mkdir()]
if os.getuid() > 0:  # root may read all
    DAMAGES.append(lambda path, _: path.touch(0))


def test_zarr_chunks(fit, tmp_path):
    """A chunk whose file is cut or cannot be opened is an error; one without a file is missing."""
    made = cube()
    made.to_zarr(tmp_path / "a.zarr", zarr_format=2, encoding={"t2m": {"chunks": (4, 5, 5), "_FillValue": np.float32(-999)}})
    samples, times = tmp_path / "a.zarr" / "t2m" / "1.0.2", tmp_path / "a.zarr" / "time" / "0"
    for path in samples, times:
        whole = path.read_bytes()
        for damage in DAMAGES:
            path.unlink()
            damage(path, whole)
            said = fit("a.zarr", fails=True)
            assert "a.zarr" in said, said
            if path.is_dir():
                path.rmdir()
                path.touch()
        path.unlink()
        path.write_bytes(whole)
    samples.unlink()
    made.t2m[4:8, :5, 10:15] = np.nan
    agree(fit("a.zarr"), slope(made.t2m))


@pytest.mark.parametrize("driver,end", [("JP2OpenJPEG", "jp2"), ("ENVI", "dat"), ("HFA", "img")])
def test_rasters(fit, tmp_path, driver, end):
    rng = np.random.default_rng(8)
    place = rasterio.transform.from_origin(500000, 4600000, 30, 30)
    options = {"JP2OpenJPEG": {"QUALITY": "100", "REVERSIBLE": "YES"}}.get(driver, {})
    for year in range(2001, 2006):
        values = rng.integers(0, 1000, (10, 20)).astype("i2")
        for name, of, more in (f"tif/y_{year}.tif", "GTiff", {}), (f"other/y_{year}.{end}", driver, options):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            shape = {"width": 20, "height": 10, "count": 1, "dtype": "int16", "crs": "EPSG:32617", "transform": place}
            with rasterio.open(tmp_path / name, "w", driver=of, **shape, **more) as w:
                w.write(values, 1)
    want, got = fit("tif"), fit("other")
    assert same_bits(got.values, want.values) and got.attrs["crs"] == want.attrs["crs"]
    assert got.lat.equals(want.lat) and got.lon.equals(want.lon)


def test_grib(fit, tmp_path):
    """Messages of GDAL's, dated by their valid times."""
    shutil = pytest.importorskip("rasterio.shutil")
    with rasterio.Env() as env:
        if "GRIB" not in env.drivers():
            pytest.skip("this rasterio has no GRIB driver")
    place = rasterio.transform.from_origin(0, 50, 1, 1)
    values = np.random.default_rng(8).normal(size=(4, 10, 20)).astype("f4") + 280
    with rasterio.open(tmp_path / "a.tif", "w", driver="GTiff", width=20, height=10, count=4, dtype="float32", crs="EPSG:4326", transform=place) as r:
        r.write(values)
    said = "CENTER=7 SUBCENTER=0 MASTER_TABLE=2 LOCAL_TABLE=1 SIGNF_REF_TIME=1 REF_TIME={}-07-01T00:00:00Z PROD_STATUS=0 TYPE=1"
    times = {f"BAND_{i + 1}_IDS": said.format(2000 + i) for i in range(4)}
    # Temperatures 2 m above the ground.
    kind = {"DISCIPLINE": 0, "PDS_PDTN": 0, "PDS_TEMPLATE_ASSEMBLED_VALUES": "0 0 2 0 96 0 0 1 0 103 0 2 255 0 0", "DATA_ENCODING": "IEEE_FLOATING_POINT"}
    shutil.copy(tmp_path / "a.tif", tmp_path / "a.grib2", driver="GRIB", **kind, **times)
    got = fit("a.grib2")
    with rasterio.open(tmp_path / "a.grib2") as r:
        read = r.read()
    time = np.array([f"{2000 + i}-07-01" for i in range(4)], "datetime64[ns]")
    lat, lon = 49.5 - np.arange(10), np.arange(20) + 0.5
    agree(got, slope(xr.DataArray(read, dims=("time", "lat", "lon"), coords={"time": time, "lat": lat, "lon": lon})))
    assert got.attrs["crs"].to_epsg() == 4326


def test_hdf5(fit, tmp_path):
    """A file without conventions has no dates and no place."""
    h5py = pytest.importorskip("h5py")
    values = np.random.default_rng(9).normal(size=(5, 10, 20)).astype("f4")
    with h5py.File(tmp_path / "a.h5", "w") as f:
        f.create_dataset("ndvi", data=values, chunks=(1, 10, 20), compression="gzip")
    assert "no date" in fit("a.h5", fails=True)
    got = fit("a.h5", "--dates", "2000-2004")
    time = np.array([f"{2000 + i}-01-01" for i in range(5)], "datetime64[ns]")
    want = slope(xr.DataArray(values, dims=("time", "lat", "lon"), coords={"time": time, "lat": np.arange(10), "lon": np.arange(20)}), np.arange(5.0))
    np.testing.assert_allclose(got.values, want.values, rtol=1e-6, atol=1e-9)
    assert got.attrs["crs"] is None


@pytest.mark.parametrize("factor", [0.0001, 10000.0])
def test_attributes_of_hdf5(fit, tmp_path, factor):
    """Attributes decide as in NetCDF. A large factor is a divisor, which MODIS and VIIRS write for vegetation indices."""
    h5py = pytest.importorskip("h5py")
    values = np.random.default_rng(9).integers(-1999, 10000, (5, 10, 20)).astype("i2")
    values[1, 2, 3], values[2, 2, 3], values[3, 4, 5] = -15000, -13000, -2001
    with h5py.File(tmp_path / "a.h5", "w") as f:
        d = f.create_dataset("HDFEOS/GRIDS/VI/Data Fields/NDVI", data=values)
        d.attrs.update({"scale_factor": factor, "add_offset": 0.0, "_FillValue": np.int16(-15000), "valid_range": np.array([-2000, 10000], "i2")})
    got = fit("a.h5", "--dates", "2000-2004")
    valid = np.where(values < -2000, np.nan, values / 10000.0)
    time = np.array([f"{2000 + i}-01-01" for i in range(5)], "datetime64[ns]")
    want = slope(xr.DataArray(valid, dims=("time", "lat", "lon"), coords={"time": time, "lat": np.arange(10), "lon": np.arange(20)}), np.arange(5.0))
    np.testing.assert_allclose(got.values, want.values, rtol=1e-6, atol=1e-9)
    assert ("is taken for a divisor" in got.attrs["said"]) == (factor > 1)


ZONE = (1, 42), (11, 42), (8, 47), (1, 47), (1, 42)


@pytest.mark.parametrize("name,of", [("t.nc", "NetCDF"), ("t.zarr", "Zarr")])
@pytest.mark.parametrize("projected", [False, True], ids=["degrees", "metres"])
def test_outputs(command, tmp_path, name, of, projected):
    """Outputs have the values and the place of a GeoTIFF, and units of UDUNITS."""
    pytest.importorskip("rioxarray")
    made = cube(lat=LAT[::-1])
    if projected:
        made = made.rename(lat="y", lon="x").assign_coords(y=4600000 - 30.0 * np.arange(10), x=500000 + 30.0 * np.arange(20)).rio.write_crs("EPSG:32617")
    made.to_netcdf(tmp_path / "a.nc")

    def run(*args):
        fields = "slope,pvalue,n,last,r2"
        return subprocess.run([command, "fit", "a.nc", "--stats", fields, "-q", *args], cwd=tmp_path, capture_output=True, text=True)

    for output in ("-o", "t.tif"), ("-o", name, "--of", of):
        done = run(*output)
        assert done.returncode == 0, done.stderr
    open_it = xr.open_zarr if of == "Zarr" else xr.open_dataset
    with open_it(tmp_path / name, decode_coords="all", decode_times=False) as got, rasterio.open(tmp_path / "t.tif") as want:
        for i, field in enumerate(want.descriptions):
            assert same_bits(got[field].values, want.read(i + 1)), field
            assert got[field].attrs["long_name"]
        units = {f: got[f].attrs.get("units") for f in want.descriptions}
        assert units == {"slope": "K/year", "pvalue": "1", "n": "1", "last": "days since 1970-01-01", "r2": "1"}
        assert got.rio.crs == want.crs and got.rio.transform().almost_equals(want.transform)
        assert got.attrs["Conventions"] == "CF-1.8"
    # Maps and zones of a variable are those of a band.
    zones = {"type": "Feature", "properties": {"name": "a"}, "geometry": {"type": "Polygon", "coordinates": [[list(p) for p in ZONE]]}}
    (tmp_path / "zones.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [zones]}))

    def shown(raster, *args):
        done = subprocess.run([command, *args, "--json"], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        table = json.loads(done.stdout)
        return {key: value for key, value in table.items() if key not in ("raster", "band", "input")}

    for field in "slope", "pvalue", "last":
        drawn = [shown(r, "map", r, "--field", field, "-o", "map.png", "--overwrite") for r in ("t.tif", name)]
        assert drawn[0] == drawn[1]
        if not projected:
            drawn = [shown(r, "zones", r, "--field", field, "--zones", "zones.geojson", "--zone-field", "name") for r in ("t.tif", name)]
            assert drawn[0] == drawn[1] and drawn[0]["zones"][0]["valid"] > 20
    done = subprocess.run([command, "map", name, "--field", "slope", "-o", "map.png", "--overwrite", "--qgis"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1 and "has variables" in done.stderr
    done = subprocess.run([command, "fit", name, "-o", "again.tif"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1 and "it is an output of pixtrend" in done.stderr
    for made in "map.png", "zones.geojson":
        (tmp_path / made).unlink()
    # Nothing takes the place of a store, or of a file that is not to be replaced.
    before = sorted(p.name for p in tmp_path.iterdir())
    done = run("-o", name, "--of", of, *(["--overwrite"] if of == "Zarr" else []))
    assert done.returncode == 1 and ("exists" in done.stderr or "is a folder" in done.stderr)
    done = run("-o", "x.tif", "--of", of)
    assert done.returncode == 1 and "is not that of one" in done.stderr
    done = run("-o", "x" + name, "--of", of, "--residuals", "r" + name)
    assert done.returncode == 1 and "a band for each date" in done.stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == before


@pytest.mark.parametrize("projected", [False, True], ids=["degrees", "metres"])
def test_series_of_a_region(command, tmp_path, projected):
    """The means of a region are those of rasterio's mask and numpy, weighted by area in degrees."""
    pytest.importorskip("rioxarray")
    made = cube()
    made.t2m.values[np.random.default_rng(5).random(made.t2m.shape) < 0.3] = np.nan
    made.t2m.values[7] = np.nan
    zone = [(1, 42), (11.2, 42), (8, 47), (1, 47), (1, 42)]
    if projected:
        made = made.rename(lat="y", lon="x").assign_coords(y=4600000 - 30.0 * np.arange(10), x=500000 + 30.0 * np.arange(20)).rio.write_crs("EPSG:32617")
        zone = [(499985 + 30 * x, 4600015 - 30 * (50 - y)) for x, y in zone]
    made.to_netcdf(tmp_path / "a.nc")
    named = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:{'EPSG::32617' if projected else 'OGC:1.3:CRS84'}"}}
    polygon = {"type": "Polygon", "coordinates": [[list(p) for p in zone]]}
    (tmp_path / "zone.geojson").write_text(json.dumps({"type": "FeatureCollection", "crs": named, "features": [{"type": "Feature", "properties": {}, "geometry": polygon}]}))
    place = rasterio.transform.from_origin(499985, 4600015, 30, 30) if projected else rasterio.transform.from_origin(0, 50, 1, 1)
    inside = rasterio.features.geometry_mask([polygon], (10, 20), place, invert=True)
    weights = np.ones((10, 1))
    if not projected:
        e2 = 0.00669437999014
        sin = np.sin(np.radians(50 - np.arange(11.0)))
        q = (1 - e2) * (sin / (1 - e2 * sin**2) + np.arctanh(np.sqrt(e2) * sin) / np.sqrt(e2))
        weights = (q[:-1] - q[1:])[:, None]
    values = np.where(inside, made.t2m.values.astype(float), np.nan)
    weights = np.where(np.isnan(values), np.nan, weights)
    with np.errstate(invalid="ignore"):
        means = np.nansum(values * weights, (1, 2)) / np.nansum(weights, (1, 2))
    medians = [np.nanmedian(v) if np.isfinite(v).any() else np.nan for v in values]
    counts = np.isfinite(values).sum((1, 2))
    for by, want, rtol in ("mean", means, 1e-6 if not projected else 1e-14), ("median", medians, 1e-14):
        done = subprocess.run([command, "series", "a.nc", "--region", "zone.geojson", "--of-region", by, "--json"], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        got = json.loads(done.stdout)
        assert got["region"]["pixels"] == inside.sum() > 20 and got["region"]["weighted_by_area"] == (by == "mean" and not projected)
        assert [d["pixels"] for d in got["dates"]] == counts.tolist() and "column" not in got
        observed = np.array([np.nan if d["observed"] is None else d["observed"] for d in got["dates"]])
        np.testing.assert_allclose(observed, want, rtol=rtol)
        # The line is that of these values.
        years = (made.time.values - np.datetime64("1970-01-01")).astype("timedelta64[D]").astype(float) / 365.2425
        known = np.isfinite(observed)
        fields = {f["name"]: f["value"] for f in got["fields"]}
        assert fields["n"] == known.sum() == 29
        np.testing.assert_allclose(fields["slope"], np.polyfit(years[known], observed[known], 1)[0], rtol=1e-9)
