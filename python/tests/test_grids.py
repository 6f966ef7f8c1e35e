"""Stacks on several grids, and lists of STAC items, against rasterio."""

import json
import subprocess

import numpy as np
import pytest
import rasterio
from conftest import long, same_bits
from rasterio.transform import from_origin
from rasterio.warp import transform

YEARS = range(2001, 2005)
PLACES = {32617: from_origin(680000, 4600000, 30, 30), 32618: from_origin(179000, 4605200, 30, 30)}


def write(path, samples, epsg, **profile):
    with rasterio.open(path, "w", driver="GTiff", width=samples.shape[1], height=samples.shape[0], count=1,
                       dtype=samples.dtype, crs=f"EPSG:{epsg}", transform=PLACES[epsg], **profile) as to:
        to.write(samples, 1)


@pytest.fixture
def zones(rng, tmp_path):
    """Rasters of four years, by turns in two zones of UTM."""
    names = []
    for year in YEARS:
        samples = rng.integers(1, 3000, (150, 170)).astype("float32")
        samples[rng.random(samples.shape) < 0.1] = -9999
        names.append(tmp_path / f"ndvi_{year}.tif")
        write(names[-1], samples, 32617 + year % 2, nodata=-9999, tiled=True, blockxsize=64, blockysize=64)
    return names


def on_grid(name, like, method):
    """The samples of a raster on the grid of another, NaN for gaps, at the places that rasterio gives.

    rasterio.warp.reproject is no reference: with a tolerance of 0 a few of its positions still are up to a thousandth of a pixel off.
    """
    with rasterio.open(like) as first, rasterio.open(name) as from_:
        rows, columns = np.indices(first.shape) + 0.5
        to, at = first.transform, from_.transform
        x, y = to.c + columns.ravel() * to.a, to.f + rows.ravel() * to.e
        if first.crs != from_.crs:
            x, y = map(np.array, transform(first.crs, from_.crs, x, y))
        column, row = (x - at.c) / at.a, (y - at.f) / at.e
        samples = np.pad(from_.read(1).astype(float), 1, constant_values=from_.nodata)
        samples[samples == from_.nodata] = np.nan
    column, row = column + 1, row + 1  # in the padded samples
    within = (column >= 1) & (row >= 1) & (column < samples.shape[1] - 1) & (row < samples.shape[0] - 1)
    column, row = np.where(within, column, 0.5), np.where(within, row, 0.5)
    nearest = samples[row.astype(int), column.astype(int)]
    if method == "nearest":
        return nearest.reshape(rows.shape)
    left, top = np.floor(column - 0.5), np.floor(row - 0.5)
    sums = weights = 0
    for dx in 0, 1:
        for dy in 0, 1:
            weight = (1 - abs(column - 0.5 - left - dx)) * (1 - abs(row - 0.5 - top - dy))
            sample = samples[np.maximum(top + dy, 0).astype(int), np.maximum(left + dx, 0).astype(int)]
            weight = np.where(np.isnan(sample), 0, weight)
            sums, weights = sums + weight * np.nan_to_num(sample), weights + weight
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(np.isnan(nearest), np.nan, sums / weights).reshape(rows.shape)


def slopes(stack):
    """The slope of each pixel of the observations, in float64."""
    t = np.array(YEARS, float)[:, None, None]
    seen = np.isfinite(stack)
    n = seen.sum(0)
    y = np.where(seen, stack, 0).astype(float)
    mean_t = np.where(n > 0, (t * seen).sum(0) / np.maximum(n, 1), 0)
    dt = (t - mean_t) * seen
    mean_y = y.sum(0) / np.maximum(n, 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(n > 1, (dt * (y - mean_y)).sum(0) / (dt * dt).sum(0), np.nan)


@pytest.mark.parametrize("method", ["bilinear", "nearest"])
def test_resampled_where_rasterio_says(command, zones, tmp_path, method):
    out = tmp_path / "trend.tif"
    grid = ["--to-grid", "first", "--resample", method]
    subprocess.run([command, "fit", "-q", *zones, "-o", out, "--ot", "Float64", "--stats", "slope,n", *grid], check=True)
    stack = np.array([on_grid(name, zones[0], method) for name in zones])
    with rasterio.open(out) as got:
        slope, n = got.read()
    np.testing.assert_array_equal(n, np.isfinite(stack).sum(0))
    assert (n == 4).any()
    np.testing.assert_allclose(slope, slopes(stack), rtol=0, atol={"nearest": 1e-9, "bilinear": 1e-3}[method])  # samples are float32


def test_items(command, rng, tmp_path):
    """Scale, offset, nodata and masks of items are those by which rasterio's samples are computed."""
    features, stack = [], []
    for year in YEARS:
        samples, quality = rng.integers(0, 60, (150, 170)).astype("uint16"), rng.integers(0, 32, (150, 170)).astype("uint16")
        write(tmp_path / f"scene{year % 7}.tif", samples, 32617)
        write(tmp_path / f"quality{year % 7}.tif", quality, 32617)
        stack.append(np.where((samples == 0) | (quality & 0b1010 != 0), np.nan, samples * 0.25 - 2))
        features.append({"type": "Feature", "stac_version": "1.1.0", "id": str(year), "properties": {"datetime": f"{year}-01-01T12:00:00Z"}, "assets": {
            "nir08": {"href": f"./scene{year % 7}.tif", "bands": [{"nodata": 0, "raster:scale": 0.25, "raster:offset": -2}]},
            "qa_pixel": {"href": f"./quality{year % 7}.tif"}}})  # fmt: skip
    (tmp_path / "items.json").write_text(json.dumps({"type": "FeatureCollection", "features": features[::-1]}))
    out = tmp_path / "trend.tif"
    mask = ["--mask-asset", "qa_pixel", "--mask-drop-bits", "1,3"]
    subprocess.run([command, "fit", "-q", tmp_path / "items.json", "--asset", "nir08", *mask, "-o", out, "--ot", "Float64", "--stats", "slope,n"], check=True)
    with rasterio.open(out) as got:
        slope, n = got.read()
    stack = np.array(stack)
    np.testing.assert_array_equal(n, np.isfinite(stack).sum(0))
    # Days, and not years, are counted; a year has 365.2425 of them.
    days = np.array([np.datetime64(f"{year}-01-01").astype(int) for year in YEARS]) / 365.2425
    seen = np.isfinite(stack).all(0)
    want = np.polyfit(days, stack[:, seen], 1)[0]
    np.testing.assert_allclose(slope[seen], want, rtol=1e-7, atol=1e-9)


def degrees(rng, dates, rows, columns, dtype="float32"):
    """A variable of several years in degrees, and a GeoTIFF of each year with the same samples."""
    xr = pytest.importorskip("xarray")
    samples = rng.integers(1, 3000, (dates, rows, columns)).astype(dtype)
    lat = xr.DataArray(60 - (np.arange(rows) + 0.5) / 8, dims="lat", attrs={"units": "degrees_north"})
    lon = xr.DataArray((np.arange(columns) + 0.5) / 8, dims="lon", attrs={"units": "degrees_east"})
    time = np.array([f"{year}-01-01" for year in range(2001, 2001 + dates)], "datetime64[ns]")
    return xr.DataArray(samples, coords={"time": time, "lat": lat, "lon": lon}, dims=("time", "lat", "lon"), name="t")


def as_files(made, folder, **profile):
    folder.mkdir()
    place = from_origin(0, 60, 1 / 8, 1 / 8)
    for time, samples in zip(made.time.values, made.values, strict=True):
        with rasterio.open(folder / f"t_{str(time)[:10]}.tif", "w", driver="GTiff", width=made.sizes["lon"], height=made.sizes["lat"], count=1,
                           dtype=samples.dtype, crs="EPSG:4326", transform=place, **profile) as to:  # fmt: skip
            to.write(samples, 1)
    return folder


@pytest.fixture
def fitted(command, tmp_path):
    pytest.importorskip("netCDF4")
    pytest.importorskip("zarr")

    def run(name, *args):
        done = subprocess.run([command, "fit", "-q", name, "-o", "out.tif", "--overwrite", "--ot", "Float64", "--stats", "slope,n", *args],
                              cwd=tmp_path, capture_output=True, text=True)  # fmt: skip
        assert done.returncode == 0, done.stderr
        with rasterio.open(tmp_path / "out.tif") as got:
            return got.read()

    return run


VARIABLES = {
    "dates.nc": (lambda a: a, {"zlib": True, "chunksizes": (3, 40, 40)}),
    "south.nc": (lambda a: a.isel(lat=slice(None, None, -1)), {"zlib": True, "chunksizes": (1, 50, 30)}),
    "last.nc": (lambda a: a.transpose("lat", "lon", "time"), {}),
    "z.zarr": (lambda a: a, {"chunks": (3, 40, 40)}),
}


@pytest.mark.parametrize("method", ["bilinear", "nearest", "average"])
def test_variables_on_other_grids(fitted, rng, tmp_path, method):
    """Variables of NetCDF and Zarr have the bits of GeoTIFFs of the same samples, in every window."""
    made = degrees(rng, 5, 200, 240).where(lambda a: a > 300)
    grid = ["--to-grid", "EPSG:3035,20000", "--resample", method]
    want = fitted(as_files(made, tmp_path / "tif", nodata=np.nan), *grid)
    assert (want[1] == 5).any() and np.isnan(want[0]).any()
    for name, (turned, encoding) in VARIABLES.items():
        a = turned(made).to_dataset()
        if name.endswith(".nc"):
            a.to_netcdf(tmp_path / name, encoding={"t": encoding})
        else:
            a.to_zarr(tmp_path / name, zarr_format=2, encoding={"t": encoding})
        assert same_bits(fitted(name, *grid), want), name
    assert same_bits(fitted("dates.nc", *grid, "--threads", "1", "--memory", "48MiB"), want)
    assert same_bits(fitted("dates.nc", *grid, "--srcwin", "30,40,70,20"), want[:, 40:60, 30:100])


@long
def test_large_variable_on_a_coarse_grid(fitted, rng, tmp_path):
    """A block of the grid needs more of the variable than is held at once."""
    made = degrees(rng, 2, 1100, 2880)
    made.to_dataset().to_netcdf(tmp_path / "a.nc", encoding={"t": {"zlib": True, "complevel": 1, "chunksizes": (1, 550, 720)}})
    grid = ["--to-grid", "EPSG:3995,200000", "--resample", "average"]
    want = fitted(as_files(made, tmp_path / "tif"), *grid)
    assert (want[1] == 2).sum() > 1000
    assert same_bits(fitted("a.nc", *grid), want)


def test_invalid_samples_are_not_resampled(fitted, rng, tmp_path):
    """Samples outside of valid_range are gaps before they are resampled, whether there is a nodata value or not."""
    made = degrees(rng, 4, 100, 120, "int16")
    invalid = made.where(rng.random(made.shape) < 0.9, 32000)
    want = fitted(as_files(made.where(invalid <= 3000, -9999).astype("int16"), tmp_path / "tif", nodata=-9999), "--to-grid", "EPSG:3035,20000")
    for name, encoding in ("a.nc", {}), ("b.nc", {"_FillValue": np.int16(-9999)}):
        invalid.assign_attrs(valid_range=np.array([0, 3000], "i2")).to_dataset().to_netcdf(tmp_path / name, encoding={"t": encoding})
        assert same_bits(fitted(name, "--to-grid", "EPSG:3035,20000"), want), name
    assert (fitted("a.nc", "--to-grid", "EPSG:3035,20000", "--valid-range", "0,32001")[1] >= want[1]).all()
