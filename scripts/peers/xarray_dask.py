#!/usr/bin/env python3
"""xarray with dask: chunks of 512 rows by rioxarray, polyfit over the years in THREADS threads."""

import dask
import numpy as np
import rioxarray
import xarray as xr
from stack import files, job

if __name__ == "__main__":
    folder, out, threads = job()
    found, years = files(folder)
    dask.config.set(scheduler="threads", num_workers=threads)
    rasters = [rioxarray.open_rasterio(f, chunks={"y": 512}, masked=True).squeeze("band", drop=True) for f in found]
    a = xr.concat(rasters, dim="year").assign_coords(year=years).chunk({"year": -1})
    np.save(out, a.polyfit("year", 1).polyfit_coefficients.sel(degree=1).to_numpy())
