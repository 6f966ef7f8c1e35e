#!/usr/bin/env python3
"""zeit-cdts: Theil-Sen and Mann-Kendall in THREADS threads of Rust. Its slopes are per step and become per year."""

import numpy as np
import xarray as xr
import zeit
from stack import job, per_year, read

if __name__ == "__main__":
    folder, out, threads = job()
    stack, times = read(folder)
    a = xr.DataArray(stack, dims=("time", "y", "x"))
    slopes = zeit.mann_kendall(a, method="original", nodata=None, n_jobs=threads)["slope"].to_numpy()
    np.save(out, slopes * per_year(times))
