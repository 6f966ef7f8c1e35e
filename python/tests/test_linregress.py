"""Every pixel of random stacks against scipy.stats.linregress, by fit and by trend."""

import numpy as np
import pytest
import xarray as xr
from scipy.stats import linregress

import pixtrend

names = ["slope", "intercept", "rvalue", "pvalue", "stderr", "intercept_stderr"]


def expected(samples, times):
    """What scipy computes for each pixel from its own observations; NaN with fewer than three."""
    pixels = samples.reshape(len(times), -1)
    want = {name: np.full(pixels.shape[1], np.nan) for name in names}
    for p, series in enumerate(pixels.T):
        kept = ~np.isnan(series)
        if kept.sum() < 3:
            continue
        fitted = linregress(times[kept], series[kept])
        for name in names:
            want[name][p] = getattr(fitted, name)
    return {name: w.reshape(samples.shape[1:]) for name, w in want.items()}


@pytest.mark.parametrize("gaps", [0, 0.3, 0.9])
@pytest.mark.parametrize("lazy", [False, True])
def test_every_pixel(rng, gaps, lazy):
    years = np.arange(1995, 2016)
    samples = rng.normal(size=(21, 40, 50)).cumsum(axis=0) + rng.normal(0, 0.1, (1, 40, 50))
    samples[rng.random(samples.shape) < gaps] = np.nan
    da = xr.DataArray(samples, {"time": years}, ("time", "y", "x"))
    ds = pixtrend.trend(da.chunk(y=16, x=17) if lazy else da, stats=[*names, "n"]).compute()
    assert (ds.n == np.isfinite(samples).sum(0)).all()
    enough = ds.n.values >= 3
    want = expected(samples, years.astype(float))
    for name in names:
        got = ds[name].values
        limit = 1e-10
        if name in ("pvalue", "stderr", "intercept_stderr"):  # scipy computes them from 1 − r², which may have few digits
            limit = 1e-10 + 1e-14 / (1 - want["rvalue"] ** 2)
        assert (np.abs(got - want[name]) <= limit * np.abs(want[name]))[enough].all(), name
    assert np.isnan(ds.pvalue.values[ds.n.values < 3]).all()


def test_counts_of_gaps_of_every_kind(rng):
    """NaN, infinities, nodata, samples outside of the valid range and masked ones are all gaps."""
    samples = rng.integers(0, 1000, (12, 30, 30)).astype("float32")
    samples[rng.random(samples.shape) < 0.1] = np.nan
    samples[rng.random(samples.shape) < 0.1] = np.inf
    samples[rng.random(samples.shape) < 0.1] = -9999
    mask = rng.random(samples.shape) < 0.1
    da = xr.DataArray(samples, {"time": np.arange(2000, 2012)}, ("time", "y", "x"))
    ds = pixtrend.trend(da, stats=["n", "slope", "mean"], nodata=-9999, valid_range=(10, 900), mask=xr.DataArray(mask, da.coords, da.dims))
    kept = np.isfinite(samples) & (samples >= 10) & (samples <= 900) & ~mask
    assert (ds.n.values == kept.sum(0)).all()
    enough = kept.sum(0) >= 2
    mean = np.where(kept, samples, 0).sum(0)[enough] / kept.sum(0)[enough]
    np.testing.assert_allclose(ds["mean"].values[enough], mean, rtol=1e-6)
    assert (np.isnan(ds.slope.values) == ~enough).all()
