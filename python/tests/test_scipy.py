"""Fields against those of scipy."""

import numpy as np
import pixtrend
import pytest
import scipy.stats
from conftest import gappy

LINE = ["slope", "intercept", "rvalue", "pvalue", "stderr", "intercept_stderr"]


def each_pixel(stack, t):
    """Yields each pixel with its observations."""
    for at in np.ndindex(stack.shape[1:]):
        y = stack[(slice(None), *at)]
        ok = np.isfinite(y)
        yield at, t[ok], y[ok]


@pytest.mark.parametrize("share", [0, 0.2])
def test_line(rng, share):
    t = np.arange(1995, 2016)
    stack = gappy(rng, (21, 20, 25), share) + 0.1 * np.arange(21)[:, None, None]
    r = pixtrend.fit(stack, t, [*LINE, "n"])
    pixels = 0
    for at, x, y in each_pixel(stack, t):
        want = scipy.stats.linregress(x, y)
        for name in LINE:
            np.testing.assert_allclose(r[name][at], getattr(want, name), rtol=1e-9, err_msg=f"{name} of {at}")
        assert r.n[at] == len(y)
        pixels += 1
    assert pixels == 500


def test_axis_of_scipy(rng):
    """linregress fits stacks too, and its means and errors are those of the fields."""
    stack = gappy(rng, (30, 6, 5), 0)
    t = np.sort(rng.random(30))
    r = pixtrend.fit(stack, t, ["rmse", "mean", "fitted_first", "change", "slope_lo", "slope_hi"], confidence=0.9)
    for at, x, y in each_pixel(stack, t):
        line = scipy.stats.linregress(x, y)
        fitted = line.intercept + line.slope * x
        q = scipy.stats.t.ppf(0.95, 28) * line.stderr
        want = dict(
            rmse=np.sqrt(np.mean((y - fitted) ** 2)),
            mean=y.mean(),
            fitted_first=fitted[0],
            change=fitted[-1] - fitted[0],
            slope_lo=line.slope - q,
            slope_hi=line.slope + q,
        )
        for name, x in want.items():
            np.testing.assert_allclose(r[name][at], x, rtol=1e-8, atol=1e-12, err_msg=f"{name} of {at}")


def test_ranks(rng):
    t = np.arange(1991, 2016).astype(float)
    stack = gappy(rng, (25, 12, 10), 0.1) + 0.03 * np.arange(25)[:, None, None]
    r = pixtrend.fit(
        stack, t, ["sen_slope", "sen_intercept", "sen_lo", "sen_hi", "siegel_slope", "mk_tau", "mk_pvalue"]
    )
    for at, x, y in each_pixel(stack, t):
        sen = scipy.stats.theilslopes(y, x, 0.95, method="separate")
        want = [sen.slope, sen.intercept, sen.low_slope, sen.high_slope, scipy.stats.siegelslopes(y, x).slope]
        got = [r[name][at] for name in ("sen_slope", "sen_intercept", "sen_lo", "sen_hi", "siegel_slope")]
        np.testing.assert_allclose(got, want, rtol=1e-9, err_msg=str(at))
        tau, p = scipy.stats.kendalltau(x, y, method="exact")
        np.testing.assert_allclose(
            [r.mk_tau[at], r.mk_pvalue[at]], [tau, p], rtol=1e-9, err_msg=str(at)
        )


def test_model(rng):
    """A season, a parabola, a step and a covariate are those of least squares."""
    days = np.cumsum(rng.integers(5, 25, 120)) + 11000
    dates = days.astype("datetime64[D]")
    rain = rng.random(120)
    stack = gappy(rng, (120, 5, 4), 0.1)
    weights = rng.random(120)
    r = pixtrend.fit(
        stack,
        dates,
        ["slope", "quadratic", "cos1", "sin1", "cos2", "sin2", "step", "rain", "n"],
        per="day",
        degree=2,
        harmonics=2,
        step="2003-01-01",
        covariates={"rain": rain},
        weights=weights,
    )
    at = 2 * np.pi * np.outer(days, [1, 2]) / 365.2425
    middle = (days[0] + days[-1]) / 2
    columns = np.column_stack(
        [
            np.ones(120),
            days - middle,
            (days - middle) ** 2,
            np.cos(at[:, 0]),
            np.sin(at[:, 0]),
            np.cos(at[:, 1]),
            np.sin(at[:, 1]),
            dates >= np.datetime64("2003-01-01"),
            rain,
        ]
    )
    names = ["slope", "quadratic", "cos1", "sin1", "cos2", "sin2", "step", "rain"]
    for pixel in np.ndindex(5, 4):
        y = stack[(slice(None), *pixel)]
        ok = np.isfinite(y)
        w = np.sqrt(weights[ok])[:, None]
        want = np.linalg.lstsq(columns[ok] * w, y[ok] * w[:, 0], rcond=None)[0]
        np.testing.assert_allclose([r[name][pixel] for name in names], want[1:], rtol=1e-6, err_msg=str(pixel))


@pytest.mark.skipif(not hasattr(scipy.stats, "false_discovery_control"), reason="it needs SciPy 1.11")
def test_fdr(rng):
    p = np.concatenate([rng.random(900), rng.random(100) ** 8])
    for dtype in (np.float64, np.float32):
        few = p.astype(dtype)
        threshold = pixtrend.fdr(few.reshape(10, 100), 0.1)
        assert (few <= threshold).sum() == (scipy.stats.false_discovery_control(few.astype(float)) <= 0.1).sum() > 10
    assert np.isnan(pixtrend.fdr(np.ones(5), 0.05)) and np.isnan(pixtrend.fdr(np.empty(0), 0.05))


def test_fdr_of_a_fit(rng):
    stack = gappy(rng, (15, 30, 20)) + np.where(rng.random((30, 20)) < 0.3, 0.3, 0) * np.arange(15)[:, None, None]
    t = np.arange(2001, 2016)
    r = pixtrend.fit(stack, t, fdr=0.1)
    assert list(r) == ["slope", "pvalue", "trend_class"]
    assert r.threshold == pixtrend.fdr(r.pvalue, 0.1)
    np.testing.assert_array_equal(
        r.trend_class, np.where(np.isnan(r.pvalue), np.nan, np.sign(r.slope) * (r.pvalue <= r.threshold))
    )
    assert 0 < (r.trend_class != 0).sum() < 600
    ranks = pixtrend.fit(stack, t, "sen_slope", significance=0.1)
    assert list(ranks) == ["sen_slope", "mk_class"] and ranks.threshold is None
