#!/usr/bin/env python3
"""Compares `pixtrend breaks` with zeit-cdts on every pixel of a stack of leaf area index.

Usage: check_breaks.py [SHARED]    reads SHARED/data/rtrend_lai_china/yearly (default ../shared)

Needs bin/pixtrend, numpy, rasterio and zeit-cdts 2.2.0, a port of LandTrendr-2012; `make check-scipy` installs
them. This script shares no code with pixtrend. It fails if the years of the vertices differ in more than 5 % of the pixels, or in more than 5 %
of those with more than one segment. docs/breaks.md says what the others follow from.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import rasterio
from zeit._landtrendr import run_landtrendr_batch

VERTICES = 7


def read(name):
    with rasterio.open(name) as r:
        return r.read().astype("float64")


def of_zeit(stack, first, loss):
    """Returns the years and values of the vertices, NaN beyond the last."""
    years = np.arange(first, first + len(stack))
    series = np.ascontiguousarray(stack.transpose(1, 2, 0))
    found, counts, _ = run_landtrendr_batch(years, series, no_data_value=np.nan, n_jobs=1, modifier=-1.0 if loss else 1.0)
    found = found.reshape(*stack.shape[1:], VERTICES, 2).copy()
    found[np.arange(VERTICES) >= counts.reshape(stack.shape[1:])[..., None]] = np.nan
    return np.moveaxis(found, (2, 3), (1, 0))


def main():
    shared = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared")
    files = sorted((shared / "data/rtrend_lai_china/yearly").glob("*.tif"))
    if not files:
        sys.exit(f"check_breaks: {shared} has no stack of leaf area index")
    stack = np.concatenate([read(f) for f in files])
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        for loss in (True, False):
            want = of_zeit(stack, 2001, loss)
            for options in ([], ["--one-year-recovery"]):
                args = ["--direction", "loss" if loss else "gain", "--ot", "Float64", "--overwrite", "-q", *options]
                out, vertices = f"{folder}/breaks.tif", f"{folder}/vertices.tif"
                subprocess.run(["bin/pixtrend", "breaks", *map(str, files), "-o", out, "--vertices", vertices, *args], check=True)
                got = read(vertices).reshape(2, VERTICES, *stack.shape[1:])
                years = ((got[0] == want[0]) | (np.isnan(got[0]) & np.isnan(want[0]))).all(0)
                values = years & (np.isnan(want[1]) | (np.abs(got[1] - want[1]) <= 1e-9 * (1 + np.abs(want[1])))).all(0)
                several = ~np.isnan(want[0][2])
                print(f"{' '.join(args[:2] + options)}: years {years.mean():.2%}, also values {values.mean():.2%}; "
                      f"of {several.sum()} pixels with several segments, years {years[several].mean():.2%}")
                failed |= not (years.mean() >= 0.95 and years[several].mean() >= 0.95)
    sys.exit(failed)


if __name__ == "__main__":
    main()
