#!/usr/bin/env python3
"""xarray with dask: rasters by rioxarray, polyfit over the years in THREADS threads.

Usage: xarray_dask.py rows|files STACK_FOLDER OUT.npy THREADS

rows reads chunks of 512 rows of each file, which are whole tiles. files reads each file in one chunk
and divides these into chunks of 512 rows of all years."""

import sys

import dask
import numpy as np
import rioxarray
import xarray as xr
from stack import files, job

if __name__ == "__main__":
    how = sys.argv.pop(1)
    folder, out, threads = job()
    found, years = files(folder)
    dask.config.set(scheduler="threads", num_workers=threads)
    chunks = {"y": 512, "x": -1} if how == "rows" else {"y": -1, "x": -1}
    rasters = [rioxarray.open_rasterio(f, chunks=chunks, lock=False, masked=True).squeeze("band", drop=True) for f in found]
    a = xr.concat(rasters, dim="year").assign_coords(year=years).chunk({"year": -1, "y": 512})
    np.save(out, a.polyfit("year", 1).polyfit_coefficients.sel(degree=1).to_numpy())
