#!/usr/bin/env python3
"""Compares `pixtrend composite` with NumPy on every pixel of real and synthetic scenes.

Usage: check_composites.py [SHARED]    reads real scenes from SHARED/data (default ../shared)

Needs what check_scipy.py needs. Maxima, minima and counts must be equal. Means and percentiles may
differ by 8 units in the last place of the largest sample of the pixel, since NumPy adds and
interpolates in another order.
"""

import re
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import tifffile

from check_scipy import read_plane, run

HOW = {
    "max": lambda s: np.nanmax(s, axis=0),
    "min": lambda s: np.nanmin(s, axis=0),
    "mean": lambda s: np.nanmean(s, axis=0),
    "median": lambda s: np.nanmedian(s, axis=0),
    "p90": lambda s: np.nanpercentile(s, 90, axis=0),
    "p2.5": lambda s: np.nanpercentile(s, 2.5, axis=0),
    "count": lambda s: np.isfinite(s).sum(axis=0).astype(float),
}


def day(path):
    """Returns year and month in a name such as S2_NDVI_20150711T100008 or ndvi_2010-01-17."""
    date = re.search(r"(\d{4})-?(\d{2})-?\d{2}(T\d{6})?$", path.stem)
    return int(date[1]), int(date[2])


def winter(date):
    """Returns the season of a month; a winter is of the year of its January."""
    year, month = date
    return (year + month // 12, month % 12 // 3)


PERIODS = {"annual": lambda date: date[0], "seasonal": winter, "monthly": lambda date: date}


def check(name, paths, folder):
    """Compares the composites of all periods, and returns whether all are equal."""
    scenes = {path: read_plane(path) for path in paths}
    passed = True
    for period, key in PERIODS.items():
        groups = sorted({key(day(path)) for path in paths})
        for how, of in HOW.items():
            output = Path(folder) / f"{name}-{period}-{how}.tif"
            run("composite", *paths, "-o", output, "-q", f"--{period}", how, "--ot", "Float64", "--co", "INTERLEAVE=BAND")
            got = tifffile.imread(output).reshape(len(groups), *scenes[paths[0]].shape)
            worst = 0.0
            for plane, group in zip(got, groups):
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # of pixels without an observation
                    samples = np.stack([scenes[path] for path in paths if key(day(path)) == group])
                    want, largest = of(samples), np.nanmax(np.abs(samples), axis=0)
                if not np.array_equal(np.isnan(plane), np.isnan(want)):
                    worst = np.inf
                    continue
                units = np.abs(plane - want) / np.spacing(np.nan_to_num(largest))
                worst = max(worst, np.nanmax(units, initial=0.0))
            good = worst <= (8 if how in ("mean", "median", "p90", "p2.5") else 0)
            passed &= good
            print(f"{name}: {period} {how}: {'ok  ' if good else 'FAIL'} {len(groups)} composites, {worst:.0f} units in the last place")
    return passed


def main():
    data = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared") / "data"
    results = []
    with tempfile.TemporaryDirectory() as folder:
        stack = Path(folder, "scenes")
        run("synth", stack, "--every", 16, "--dates", "2010-2012", "--width", 120, "--height", 90, "--gaps", 0.3, "-q")
        results.append(check("synthetic", sorted(stack.glob("*.tif")), folder))
        if data.is_dir():
            results.append(check("eolearn_s2_ndvi", sorted(data.glob("eolearn_s2_ndvi/tif/*.tif")), folder))
        else:
            print(f"check_composites: the folder {data} does not exist: only synthetic scenes were compared")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
