"""Code that the programs in Python share: reads a stack with rasterio, as most users do."""

import re
import sys
from pathlib import Path

import numpy as np


def files(folder):
    """Returns the rasters of a folder, and the dates in their names in years."""
    found = sorted(Path(folder).glob("*.tif"))
    return found, np.array([years(f.stem) for f in found])


def years(name):
    """Returns the year in a name, or its day divided by the mean length of a year."""
    day = re.search(r"\d{4}-\d{2}-\d{2}", name)
    if day:
        return (np.datetime64(day[0]) - np.datetime64("1970-01-01")).astype(int) / 365.2425
    return float(re.search(r"\d{4}", name)[0])


def per_year(times):
    """Returns the number of steps from one date to the next in a year."""
    return (len(times) - 1) / (times[-1] - times[0])


def read(folder):
    """Returns all samples as dates x rows x columns, with NaN for gaps, and the dates in years."""
    import rasterio

    found, times = files(folder)
    with rasterio.open(found[0]) as first:
        shape, nodata = first.shape, first.nodata
    stack = np.empty((len(found), *shape), dtype="float32")
    for i, name in enumerate(found):
        with rasterio.open(name) as r:
            stack[i] = r.read(1)
    if nodata is not None and nodata == nodata:
        stack[stack == nodata] = np.nan
    return stack, times


def terms(times):
    """Returns the terms of a line and two harmonics of a year, dates x 6. The second is time."""
    t = times - times.mean()
    angles = 2 * np.pi * np.outer(t, (1, 2))
    return np.column_stack([np.ones_like(t), t, np.cos(angles), np.sin(angles)])


def season(stack, times):
    """Returns slopes of a line with two harmonics: the normal equations of each pixel's observations.

    Pixels with fewer observations than terms have none."""
    x = terms(times)
    products = np.einsum("ti,tj->tij", x, x).reshape(len(x), -1)
    out = np.empty(stack.shape[1:])
    for row, y in enumerate(stack.transpose(1, 0, 2).astype(float)):
        kept = ~np.isnan(y)
        left = (kept.T.astype(float) @ products).reshape(-1, x.shape[1], x.shape[1])
        right = np.where(kept, y, 0).T @ x
        few = kept.sum(axis=0) < x.shape[1]
        left[few] = np.eye(x.shape[1])
        out[row] = np.where(few, np.nan, np.linalg.solve(left, right[..., None])[:, 1, 0])
    return out


def job():
    """Returns the arguments: the folder, the output, and the number of processes or threads."""
    return sys.argv[1], sys.argv[2], int(sys.argv[3])
