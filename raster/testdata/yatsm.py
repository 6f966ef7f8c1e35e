"""Makes yatsm.csv: scipy.stats.linregress of NDVI at every pixel of the Landsat stack among the shared data.

    python3 yatsm.py FOLDER > yatsm.csv    # with numpy 2.4.6, scipy 1.17.1 and tifffile 2026.3.3

NDVI is (b4 − b3)/(b4 + b3) of surface reflectances, where band 8 (Fmask) is 0 and both are valid; t is in days since
1970-01-01 and the slope a day. Scenes that share a date stay apart. Besides the fields of linregress come r², t, the
root of the mean squared residual, the mean, and the 95 % limits of the slope by scipy.stats.t.
"""

import datetime
import re
import sys
from pathlib import Path

import numpy as np
import tifffile
from scipy import stats

EPOCH = datetime.date(1970, 1, 1).toordinal()
scenes = []
for path in Path(sys.argv[1]).glob("L*_stack.gtif"):
    year, day = re.match(r"L..\d{6}(\d{4})(\d{3})", path.name).groups()
    bands = tifffile.imread(path).astype(np.float64)
    if bands.shape[0] != 8:
        bands = np.moveaxis(bands, -1, 0)
    scenes.append((datetime.date(int(year), 1, 1).toordinal() - EPOCH + int(day) - 1, path.name, bands))
scenes.sort(key=lambda scene: scene[:2])
t = np.array([scene[0] for scene in scenes], dtype=np.float64)
stack = np.stack([scene[2] for scene in scenes])
red, nir, clear = stack[:, 2], stack[:, 3], stack[:, 7] == 0
with np.errstate(divide="ignore", invalid="ignore"):
    ndvi = (nir - red) / (nir + red)
valid = clear & (red != -9999) & (nir != -9999) & np.isfinite(ndvi)

print("row,col,n,slope,intercept,rvalue,r2,tvalue,pvalue,stderr,intercept_stderr,rmse,mean,first,last,slope_lo,slope_hi")
for row, col in np.ndindex(ndvi.shape[1:]):
    ok = valid[:, row, col]
    x, y = t[ok], ndvi[ok, row, col]
    if len(x) < 3:
        print(row, col, len(x), *["nan"] * 14, sep=",")
        continue
    fit = stats.linregress(x, y)
    residuals = y - fit.intercept - fit.slope * x
    margin = stats.t.ppf(0.975, len(x) - 2) * fit.stderr
    numbers = [fit.slope, fit.intercept, fit.rvalue, fit.rvalue**2, fit.slope / fit.stderr, fit.pvalue, fit.stderr, fit.intercept_stderr,
               np.sqrt(np.mean(residuals**2)), np.mean(y), x[0], x[-1], fit.slope - margin, fit.slope + margin]
    print(row, col, len(x), *(repr(float(number)) for number in numbers), sep=",")
