"""What the peers in Python share: a stack read as people do, with rasterio, and slopes written as numpy's file."""

import re
import sys
from pathlib import Path

import numpy as np


def files(folder):
    """The rasters of a folder with their years, which stand in the names."""
    found = sorted(Path(folder).glob("*.tif"))
    return found, np.array([float(re.search(r"(\d{4})", f.stem)[1]) for f in found])


def read(folder):
    """All samples as an array of dates x rows x columns, gaps as NaN, and the years."""
    import rasterio

    found, years = files(folder)
    with rasterio.open(found[0]) as first:
        shape, nodata = first.shape, first.nodata
    stack = np.empty((len(found), *shape), dtype="float32")
    for i, name in enumerate(found):
        with rasterio.open(name) as r:
            stack[i] = r.read(1)
    if nodata is not None and nodata == nodata:
        stack[stack == nodata] = np.nan
    return stack, years


def job():
    """The folder, where slopes go, and how many processes or threads, from the command line."""
    return sys.argv[1], sys.argv[2], int(sys.argv[3])
