#!/usr/bin/env python3
"""Writes what scipy.stats.linregress makes of NDVI of a real Landsat stack, as raster/testdata/yatsm_ndvi.csv has it.

Usage: yatsm_reference.py [SHARED] >raster/testdata/yatsm_ndvi.csv    (SHARED is by default ../shared)

Needs numpy, scipy and tifffile; `make check-scipy` brings them, to .cache/venv. Nothing is shared with
pixtrend: the bands are read with tifffile, and the days are taken from the names here. NDVI is
(b4 - b3)/(b4 + b3) in float64, of samples that are not nodata, where band 8 is 0 (clear land) or 1 (clear
water) and b4 + b3 is not 0. t is days since 1970-01-01; slope and stderr are per year of 365.2425 days.
"""

import datetime
import sys
from pathlib import Path

import numpy as np
import scipy
import tifffile
from scipy import stats

DAYS_PER_YEAR = 365.2425
NODATA = -9999


def day(path):
    """Days since 1970-01-01 of LxSPPPRRRYYYYDDD…; day 366 of a year of 365 is the next 1 January."""
    first = datetime.date(int(path.name[9:13]), 1, 1)
    return (first - datetime.date(1970, 1, 1)).days + int(path.name[13:16]) - 1


def main():
    shared = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared")
    paths = sorted((shared / "data/yatsm_landsat_p035r032").rglob("*_stack.gtif"), key=day)
    if not paths:
        raise SystemExit(f"yatsm_reference: there is no stack in {shared}/data/yatsm_landsat_p035r032")
    times = np.array([day(p) for p in paths], dtype=np.float64)
    bands = np.array([tifffile.imread(p) for p in paths]).astype(np.float64)  # date, row, column, band
    red, infrared, fmask = bands[..., 2], bands[..., 3], bands[..., 7]
    good = np.isin(fmask, (0, 1)) & (red != NODATA) & (infrared != NODATA) & (infrared + red != 0)
    print(f"# {len(paths)} dates; scipy {scipy.__version__}, numpy {np.__version__}; made by scripts/yatsm_reference.py")
    print("row,column,slope,intercept,rvalue,pvalue,stderr,intercept_stderr,n")
    for row, column in np.ndindex(good.shape[1:]):
        ok = good[:, row, column]
        a, b = infrared[ok, row, column], red[ok, row, column]
        if ok.sum() < 3:
            print(f"{row},{column},,,,,,,{ok.sum()}")
            continue
        r = stats.linregress(times[ok], (a - b) / (a + b))
        fields = (r.slope * DAYS_PER_YEAR, r.intercept, r.rvalue, r.pvalue, r.stderr * DAYS_PER_YEAR, r.intercept_stderr)
        print(f"{row},{column}," + ",".join(repr(float(x)) for x in fields) + f",{ok.sum()}")


if __name__ == "__main__":
    main()
