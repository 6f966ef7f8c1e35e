#!/usr/bin/env python3
"""Compares fields of ranks of `pixtrend fit` with scipy and pyMannKendall on every pixel of stacks.

Usage: check_ranks.py [SHARED]    reads real stacks from SHARED/data (default ../shared)

Needs bin/pixtrend, numpy, scipy, pymannkendall, tifffile and imagecodecs; `make check-scipy`
installs them. This script shares no code with pixtrend.

* sen_slope, sen_lo, sen_hi and siegel_slope have the bits of scipy's theilslopes and siegelslopes,
  times 365.2425 where dates are days. Where both dates and observations are equal, the limits are
  left out, since scipy's variance lacks the mixed terms.
* mk_tau and exact p-values are those of scipy's kendalltau; sen_intercept is that of theilslopes.
* mk_s, mk_var, mk_z and the normal p-value are those of pyMannKendall's original_test. It takes no
  equal dates: pixels with some are compared with the formulas of docs/ranks.md.
* With --season month they are those of its seasonal_test, for the medians of months.
* With --mk they are those of its tests, for pixels without gaps. hamed_rao_modification_test keeps
  the sign of the sum of which pixtrend takes the absolute value. It ranks values that differ by
  rounding alone, of which there are two where the median slope is that of one pair: a rank that
  rounding decides may put a correlation on the other side of its limit. Such pixels are counted.
"""

import datetime
import math
import re
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pymannkendall as mk
import tifffile
from scipy import stats

from check_scipy import DAYS_PER_YEAR, day, read_plane, run, year

SLOPES = ("sen_slope", "sen_lo", "sen_hi", "siegel_slope")
TOLERANCE = {
    **dict.fromkeys(SLOPES, 0), "sen_intercept": 1e-10, "mk_s": 0, "mk_var": 1e-13, "mk_tau": 1e-12, "mk_z": 1e-12,
    "mk_pvalue": 1e-9,
}
FIELDS = tuple(TOLERANCE)


def landsat_day(path):
    """Returns the days since 1970-01-01 in a name such as LE70350321999205EDC00_stack.gtif."""
    found = re.match(r"L..\d{6}(\d{4})(\d{3})", path.name)
    return (datetime.date(int(found[1]), 1, 1) - datetime.date(1970, 1, 1)).days + int(found[2]) - 1


def read_clear(path):
    """Returns band 4 of a Landsat stack where band 8 says clear or water, NaN elsewhere."""
    samples = tifffile.imread(path)
    plane = samples[..., 3].astype(np.float64)
    plane[(samples[..., 7] > 1) | (samples[..., 3] == -9999)] = np.nan
    return plane


def fields_of(folder, paths, *options):
    """Returns the fields of a fit, by name, as float64."""
    output = Path(folder) / "ranks.tif"
    run("fit", *paths, "-o", output, "-q", "--overwrite", "--stats", ",".join(FIELDS), "--ot", "Float64", *options)
    bands = tifffile.imread(output)
    if bands.shape[-1] == len(FIELDS):
        bands = np.moveaxis(bands, -1, 0)
    return dict(zip(FIELDS, bands))


def ties(values):
    """Returns the sums over runs of equal values that the variance of S needs."""
    t = np.unique(values, return_counts=True)[1].astype(float)
    return sum(t * (t - 1) * (2 * t + 5)), sum(t * (t - 1) * (t - 2)), sum(t * (t - 1))


def by_formula(t, y):
    """Returns S, its variance, z and the normal p-value, by the formulas of docs/ranks.md."""
    n = len(y)
    sign = np.sign(y[None, :] - y[:, None]) * (t[None, :] > t[:, None])
    s = sign.sum()
    (y5, y3, y2), (t5, t3, t2) = ties(y), ties(t)
    variance = (n * (n - 1) * (2 * n + 5) - y5 - t5) / 18 + y2 * t2 / (2 * n * (n - 1))
    if n > 2:
        variance += y3 * t3 / (9 * n * (n - 1) * (n - 2))
    z = 0 if s == 0 else (s - np.sign(s)) / math.sqrt(variance)
    return s, variance, z, math.erfc(abs(z) / math.sqrt(2))


class Comparison:
    """Counts numbers that are compared, and prints those that differ."""

    def __init__(self, name):
        self.name, self.count, self.wrong, self.worst = name, {}, 0, {}

    def compare(self, field, got, want, at, tolerance=None):
        tolerance = TOLERANCE[field] if tolerance is None else tolerance
        self.count[field] = self.count.get(field, 0) + 1
        off = 0.0
        if not (got == want or math.isnan(got) and math.isnan(want)):
            off = abs(got - want) / max(abs(want), 1e-6 if tolerance else 1e-300)
            if not off <= tolerance:
                self.wrong += 1
                if self.wrong <= 10:
                    print(f"  FAIL {field} at row {at[0]}, col {at[1]}: {got!r}, expected {want!r}")
        self.worst[field] = max(self.worst.get(field, 0), off)

    def passed(self):
        most = ", ".join(f"{field} {n} ({self.worst[field]:.0e})" for field, n in self.count.items())
        print(f"{self.name}: {'ok' if self.wrong == 0 else f'{self.wrong} DIFFER'}: {most}")
        return self.wrong == 0 and bool(self.count)


def check(name, paths, date_of, read, per_year, folder, *options):
    """Compares all fields of a stack with those of other programs."""
    if not paths:
        raise SystemExit(f"check_ranks: {name}: no files found")
    order = sorted(range(len(paths)), key=lambda i: (date_of(paths[i]), paths[i].name))
    paths = [paths[i] for i in order]
    t = np.array([date_of(path) for path in paths], dtype=np.float64)
    stack = np.stack([read(path) for path in paths])
    exact = fields_of(folder, paths, *options)
    normal = fields_of(folder, paths, *options, "--mk-p", "normal")
    c = Comparison(f"{name}, {stack.shape[2]}x{stack.shape[1]} pixels, {len(t)} dates")
    for at in np.ndindex(stack.shape[1:]):
        seen = np.isfinite(stack[:, *at])
        x, y = t[seen], stack[:, *at][seen]
        n = len(y)
        if n < 2 or np.ptp(x) == 0:
            for field in FIELDS:
                c.compare(field, exact[field][at], math.nan, at)
            continue
        shared, tied = len(np.unique(x)) < n, len(np.unique(y)) < n
        slope, intercept, low, high = stats.theilslopes(y, x)
        c.compare("sen_slope", exact["sen_slope"][at], slope * per_year, at)
        c.compare("sen_intercept", exact["sen_intercept"][at], intercept, at)
        c.compare("siegel_slope", exact["siegel_slope"][at], stats.siegelslopes(y, x).slope * per_year, at)
        if not (shared and tied):
            c.compare("sen_lo", exact["sen_lo"][at], low * per_year, at)
            c.compare("sen_hi", exact["sen_hi"][at], high * per_year, at)
        tau = stats.kendalltau(x, y)
        c.compare("mk_tau", exact["mk_tau"][at], tau.statistic, at)
        s, variance, z, p = by_formula(x, y)
        if n > 2:
            if not shared and not tied and n <= 60:
                c.compare("mk_pvalue", exact["mk_pvalue"][at], stats.kendalltau(x, y, method="exact").pvalue, at)
            else:
                c.compare("mk_pvalue", exact["mk_pvalue"][at], p, at)
            c.compare("mk_pvalue", normal["mk_pvalue"][at], p, at)
        if not shared:
            of = mk.original_test(y)
            s, variance, z = of.s, of.var_s, of.z
        c.compare("mk_s", exact["mk_s"][at], float(s), at)
        c.compare("mk_var", exact["mk_var"][at], float(variance), at)
        c.compare("mk_z", exact["mk_z"][at], float(z), at)
    return c.passed()


def check_seasons(name, paths, date_of, read, folder, *options):
    """Compares the fields of seasons with those of the medians of months."""
    days = np.array([date_of(path) for path in paths])
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(int)
    stack = np.stack([read(path) for path in paths])
    got = fields_of(folder, paths, *options, "--season", "month")
    c = Comparison(f"{name}, within months")
    first = months.min() // 12 * 12
    for at in np.ndindex(stack.shape[1:]):
        series = np.full(months.max() - first + 1, np.nan)
        for month in np.unique(months):
            scenes = stack[months == month, *at]
            if np.isfinite(scenes).any():
                series[month - first] = np.nanmedian(scenes)
        if math.isnan(got["mk_pvalue"][at]):
            continue  # seasonal_test fails where no season has two years
        of = mk.seasonal_test(series, period=12)
        c.compare("sen_slope", got["sen_slope"][at], float(of.slope), at)
        c.compare("mk_s", got["mk_s"][at], float(of.s), at)
        c.compare("mk_var", got["mk_var"][at], float(of.var_s), at)
        c.compare("mk_z", got["mk_z"][at], float(of.z), at)
        c.compare("mk_pvalue", got["mk_pvalue"][at], 2 * stats.norm.sf(abs(of.z)), at)
    return c.passed()


def check_methods(name, paths, date_of, read, folder):
    """Compares the methods for serial correlation of pixels without gaps."""
    stack = np.stack([read(path) for path in paths])
    results = []
    for method, test in {
        "hamed-rao": mk.hamed_rao_modification_test,
        "yue-wang": lambda y: mk.yue_wang_modification_test(y, lag=1),
        "yue-wang-all": mk.yue_wang_modification_test,
        "prewhiten": mk.pre_whitening_modification_test,
        "tfpw": mk.trend_free_pre_whitening_modification_test,
    }.items():
        got = fields_of(folder, paths, "--mk", method)
        c = Comparison(f"{name}, {method}")
        rounded = 0
        for at in np.ndindex(stack.shape[1:]):
            y = stack[:, *at]
            if not np.isfinite(y).all() or np.ptp(y) == 0:
                continue
            of = test(y)
            variance = of.var_s
            if method == "hamed-rao":
                rest = np.sort(y - of.slope * np.arange(len(y)))
                steps = np.diff(rest)
                if ((steps > 0) & (steps < 1e-13 * np.abs(y).max())).any():
                    rounded += 1
                    continue
                plain = mk.original_test(y).var_s
                variance = plain + abs(variance - plain)
            z = (of.s - np.sign(of.s)) / math.sqrt(variance) if variance > 0 else math.nan
            c.compare("sen_slope", got["sen_slope"][at], float(of.slope), at, 1e-15)
            c.compare("mk_s", got["mk_s"][at], float(of.s), at)
            c.compare("mk_var", got["mk_var"][at], float(variance), at, 1e-8)
            if of.s != 0:
                c.compare("mk_z", got["mk_z"][at], float(z), at, 1e-8)
        if rounded:
            print(f"  {rounded} pixels have ranks that rounding decides, and are not compared")
        results.append(c.passed())
    return results


def main():
    warnings.simplefilter("ignore")
    data = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared") / "data"
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for gaps in (0.1, 0.8):
            stack = Path(folder, f"stack{gaps}")
            run("synth", stack, "--width", 60, "--height", 40, "--gaps", gaps)
            results.append(check(f"synthetic-{gaps}", sorted(stack.glob("*.tif")), year, read_plane, 1.0, folder))
        if data.is_dir():
            lai = sorted(data.glob("rtrend_lai_china/yearly/LAI_*.tif"))
            sentinel = sorted(data.glob("eolearn_s2_ndvi/tif/*.tif"))
            landsat = sorted(data.glob("yatsm_landsat_p035r032/*.gtif"))
            clear = ("--band", "4", "--mask-band", "8", "--mask-keep", "0,1")
            results.append(check("rtrend_lai_china", lai, year, read_plane, 1.0, folder))
            results += check_methods("rtrend_lai_china", lai, year, read_plane, folder)
            results.append(check("eolearn_s2_ndvi", sentinel, day, read_plane, DAYS_PER_YEAR, folder))
            results.append(check_seasons("eolearn_s2_ndvi", sentinel, day, read_plane, folder))
            results.append(check("yatsm_landsat", landsat, landsat_day, read_clear, DAYS_PER_YEAR, folder, *clear))
            results.append(check_seasons("yatsm_landsat", landsat, landsat_day, read_clear, folder, *clear))
        else:
            print(f"check_ranks: the folder {data} does not exist: only synthetic stacks were compared")
    print(f"rank trends: {sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
