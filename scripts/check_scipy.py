#!/usr/bin/env python3
"""Compares `pixtrend fit` with scipy.stats.linregress on every pixel of real and synthetic stacks.

Usage: check_scipy.py [SHARED]    reads real stacks from SHARED/data (default ../shared)

Needs bin/pixtrend, numpy, scipy, tifffile and imagecodecs; `make check-scipy` installs them. This
script shares no code with pixtrend: it reads files with tifffile and takes dates from their names.

Both programs must give NaN at the same pixels, and n must be equal. Degenerate pixels follow
docs/semantics.md instead of scipy: if n is 2 or the series is constant, pvalue is NaN. Other values
may differ by TOLERANCE times a size that float64 can keep:

* slope: the largest of |slope|, its standard error, and 1e-6 * max|y| / (range of t). A slope near
  zero is the rest of sums that cancel. None of its digits need be right, but its error must be
  small beside its standard error. The third size matters for constant series only, where slope and
  standard error are both rounding errors: TOLERANCE times it is a few units in the last place of y.
* intercept: the larger of |intercept| and max|y|, because the intercept is a mean of y minus the
  slope times a mean of t, which may cancel too.
* rvalue: 1.
* stderr, intercept_stderr, pvalue: their own values, times 1e-3 / (1 - r**2) if that is above 1.
  The sum of squared residuals is a difference, and a nearly perfect line leaves no digit of it.
"""

import datetime
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import tifffile
from scipy import stats

TOLERANCE = {"slope": 1e-11, "intercept": 1e-11, "rvalue": 1e-11, "stderr": 1e-11, "intercept_stderr": 1e-11, "pvalue": 1e-9, "n": 0}
FIELDS = tuple(TOLERANCE)
DAYS_PER_YEAR = 365.2425
PIXTREND = "bin/pixtrend"


def run(*arguments):
    """Runs pixtrend, which prints its own error message."""
    command = [PIXTREND, *map(str, arguments)]
    status = subprocess.run(command, stdin=subprocess.DEVNULL).returncode
    if status != 0:
        raise SystemExit(f"check_scipy: pixtrend {arguments[0]} ended with exit status {status}")


def year(path):
    """Returns the year in a name such as LAI_2001.tif."""
    return int(re.fullmatch(r".*_(\d{4})", path.stem)[1])


def day(path):
    """Returns the days since 1970-01-01 in a name such as S2_NDVI_20150711T100008.tif."""
    date = re.fullmatch(r".*_(\d{8})T\d{6}", path.stem)[1]
    return datetime.date.fromisoformat(date).toordinal() - datetime.date(1970, 1, 1).toordinal()


def read_plane(path):
    """Returns the samples of a single-band file as float64, with NaN for gaps."""
    with tifffile.TiffFile(path) as tif:
        page = tif.pages[0]
        samples = page.asarray()
        plane = samples.astype(np.float64)
        if "GDAL_NODATA" in page.tags:
            plane[samples == page.nodata] = np.nan
    if plane.ndim != 2:
        raise SystemExit(f"check_scipy: {path} has more than one band: {plane.shape}")
    plane[~np.isfinite(plane)] = np.nan
    return plane


def read_fields(path):
    """Returns the bands of pixtrend's output, interleaved by pixel or not."""
    with tifffile.TiffFile(path) as tif:
        page = tif.pages[0]
        bands = page.asarray()
        if page.planarconfig == tifffile.PLANARCONFIG.CONTIG:
            bands = np.moveaxis(bands, -1, 0)
        nodata = page.tags["GDAL_NODATA"].value if "GDAL_NODATA" in page.tags else "none"
    if bands.shape[0] != len(FIELDS) or bands.dtype != np.float64 or nodata.strip("\0 ") != "nan":
        raise SystemExit(
            f"check_scipy: {path} has shape {bands.shape}, type {bands.dtype}, nodata {nodata}; "
            f"expected {len(FIELDS)} bands of float64, nodata nan"
        )
    return dict(zip(FIELDS, bands))


def linregress(stack, t, per_year):
    """Returns the expected fields, and the sizes that differences are divided by (see above)."""
    _, height, width = stack.shape
    want = {field: np.full((height, width), np.nan) for field in FIELDS}
    size = {field: np.ones((height, width)) for field in FIELDS}
    for row, col in np.ndindex(height, width):
        series = stack[:, row, col]
        valid = np.isfinite(series)
        x, y = t[valid], series[valid]
        want["n"][row, col] = len(y)
        if len(y) < 2 or np.ptp(x) == 0:
            continue
        fit = stats.linregress(x, y)
        largest = np.abs(y).max()
        floor = 1e-6 * largest / np.ptp(x)
        want["slope"][row, col] = fit.slope * per_year
        want["intercept"][row, col] = fit.intercept
        size["slope"][row, col] = max(abs(fit.slope), fit.stderr, floor) * per_year
        size["intercept"][row, col] = max(abs(fit.intercept), largest)
        if np.ptp(y) == 0:
            if len(y) > 2:
                want["stderr"][row, col] = want["intercept_stderr"][row, col] = 0
            continue
        want["rvalue"][row, col] = fit.rvalue
        if len(y) == 2:
            continue
        lost = max(1, 1e-3 / max((1 - fit.rvalue) * (1 + fit.rvalue), 1e-16))
        want["stderr"][row, col] = fit.stderr * per_year
        want["intercept_stderr"][row, col] = fit.intercept_stderr
        want["pvalue"][row, col] = fit.pvalue
        size["stderr"][row, col] = fit.stderr * per_year * lost
        size["intercept_stderr"][row, col] = fit.intercept_stderr * lost
        size["pvalue"][row, col] = fit.pvalue * lost
    return want, size


def error(got, want, size):
    """Returns the largest relative error and its place. If only one value is NaN, it is infinite."""
    both_nan = np.isnan(got) & np.isnan(want)
    with np.errstate(divide="ignore", invalid="ignore"):
        errors = np.where(both_nan | (got == want), 0.0, np.abs(got - want) / size)
    errors[np.isnan(errors)] = np.inf
    worst = np.unravel_index(errors.argmax(), errors.shape)
    return errors[worst], worst


def check(name, paths, date_of, per_year, folder):
    """Fits paths with both programs, prints the largest errors, and returns whether all pass."""
    if not paths:
        raise SystemExit(f"check_scipy: {name}: no files found")
    output = Path(folder) / f"{name}.tif"
    run("fit", *paths, "-o", output, "-q", "--stats", ",".join(FIELDS), "--ot", "Float64")

    t = np.array([date_of(path) for path in paths], dtype=np.float64)
    stack = np.stack([read_plane(path) for path in paths])
    got = read_fields(output)
    want, size = linregress(stack, t, per_year)

    gaps = np.isnan(stack).mean()
    fitted = np.isfinite(want["slope"]).sum()
    print(
        f"{name}: {stack.shape[2]}x{stack.shape[1]} pixels, {len(t)} dates, {gaps:.1%} gaps, "
        f"{fitted} pixels with a trend"
    )
    passed = True
    for field in FIELDS:
        tolerance = TOLERANCE[field]
        if got[field].shape != want[field].shape:
            print(f"  {field:16} FAIL: shape {got[field].shape}, expected {want[field].shape}")
            passed = False
            continue
        worst, (row, col) = error(got[field], want[field], size[field])
        good = bool(worst <= tolerance)
        passed &= good
        where = f", got {got[field][row, col]:.17g}, expected {want[field][row, col]:.17g}"
        print(
            f"  {field:16} {'ok  ' if good else 'FAIL'} max relative error {worst:.2e} "
            f"at row {row}, col {col}{'' if good else where}"
        )
    return passed


def main():
    data = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared") / "data"
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for gaps in (0.1, 0.8):  # with many gaps, some pixels have two observations
            stack = Path(folder, f"stack{gaps}")
            run("synth", stack, "--width", 120, "--height", 90, "--gaps", gaps)
            paths = sorted(stack.glob("*.tif"))
            results.append(check(f"synthetic-{gaps}", paths, year, 1.0, folder))
        if data.is_dir():
            paths = sorted(data.glob("rtrend_lai_china/yearly/LAI_*.tif"))
            results.append(check("rtrend_lai_china", paths, year, 1.0, folder))
            paths = sorted(data.glob("eolearn_s2_ndvi/tif/*.tif"))
            results.append(check("eolearn_s2_ndvi", paths, day, DAYS_PER_YEAR, folder))
        else:
            print(f"check_scipy: the folder {data} does not exist: only synthetic stacks were compared")
    print(f"stacks: {sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
