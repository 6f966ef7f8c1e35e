"""Code that the programs in Python share: reads a stack with rasterio, as most users do."""

import re
import sys
from pathlib import Path

import numpy as np


def files(folder):
    """Returns the rasters of a folder, and the years in their names."""
    found = sorted(Path(folder).glob("*.tif"))
    return found, np.array([float(re.search(r"(\d{4})", f.stem)[1]) for f in found])


def read(folder):
    """Returns all samples as dates x rows x columns, with NaN for gaps, and the years."""
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
    """Returns the arguments: the folder, the output, and the number of processes or threads."""
    return sys.argv[1], sys.argv[2], int(sys.argv[3])
