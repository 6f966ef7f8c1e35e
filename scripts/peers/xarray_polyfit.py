#!/usr/bin/env python3
"""xarray: polyfit along the years."""

import numpy as np
import xarray as xr
from stack import job, read

if __name__ == "__main__":
    folder, out, _ = job()
    stack, years = read(folder)
    a = xr.DataArray(stack, dims=("year", "y", "x"), coords={"year": years})
    np.save(out, a.polyfit("year", 1).polyfit_coefficients.sel(degree=1).to_numpy())
