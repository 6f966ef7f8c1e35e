#!/usr/bin/env python3
"""Fits the trend of a stack as pixtrend's users did before: scipy.stats.linregress, pixel by pixel.

Usage: linregress.py STACK_FOLDER SLOPE_TIF [PROCESSES]

The procedure is that of the post which pixtrend answers: read all rasters, pile them into an array of
pixels x dates x 2, call linregress for every pixel in PROCESSES processes (default 1: in this one), and
reshape the slopes. Gaps are left out, as linregress knows none. The time from the first read to the
finished array is printed, and how far SLOPE_TIF (from `pixtrend fit`) is from it.

Needs numpy, scipy and tifffile: `make check-scipy` brings them in .cache/venv.
"""

import re
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import scipy
import tifffile
from scipy import stats


def linear_trend(array):
    slopes = []
    for x, y in array.transpose(0, 2, 1):
        kept = ~np.isnan(y)
        slopes.append(stats.linregress(x[kept], y[kept])[0] if kept.sum() > 1 else np.nan)
    return slopes


def fit(folder, processes):
    files = sorted(Path(folder).glob("ndvi_*.tif"))
    years = np.array([int(re.search(r"(\d{4})", f.stem)[1]) for f in files], dtype=float)
    planes = [tifffile.imread(f) for f in files]
    y = np.stack([p.ravel() for p in planes], axis=1).astype(float)
    array = np.stack([np.broadcast_to(years, y.shape), y], axis=2)
    if processes == 1:
        slopes = linear_trend(array)
    else:
        cuts = np.linspace(0, len(array), processes + 1, dtype=int)
        with ProcessPoolExecutor(max_workers=processes) as pool:
            slopes = np.concatenate(list(pool.map(linear_trend, [array[i:j] for i, j in zip(cuts, cuts[1:])])))
    return np.array(slopes).reshape(planes[0].shape), len(files)


def main():
    if len(sys.argv) not in (3, 4):
        raise SystemExit(__doc__)
    processes = int(sys.argv[3]) if len(sys.argv) == 4 else 1
    start = time.perf_counter()
    slopes, dates = fit(sys.argv[1], processes)
    seconds = time.perf_counter() - start
    ours = tifffile.imread(sys.argv[2])
    if not np.array_equal(np.isnan(ours), np.isnan(slopes)):
        raise SystemExit("the two do not have results at the same pixels")
    far = np.nanmax(np.abs(ours - slopes)) / np.nanstd(slopes)
    print(f"scipy {scipy.__version__}, numpy {np.__version__}, {processes} process(es): "
          f"{slopes.size} pixels x {dates} dates in {seconds:.1f} s; largest difference {far:.1e} of the slopes' spread")


if __name__ == "__main__":
    main()
