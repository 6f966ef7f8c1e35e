"""Stacks on several grids, and lists of STAC items, against rasterio."""

import json
import subprocess

import numpy as np
import pytest
import rasterio
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

    rasterio.warp.reproject is no reference: with a tolerance of 0 it still is some thousandths of a pixel off.
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
