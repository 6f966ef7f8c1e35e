#!/usr/bin/env python3
"""xarray: curvefit of the line and the harmonics."""

import numpy as np
import xarray as xr
from stack import job, read


def model(t, level, slope, c1, s1, c2, s2):
    a = 2 * np.pi * t
    return level + slope * t + c1 * np.cos(a) + s1 * np.sin(a) + c2 * np.cos(2 * a) + s2 * np.sin(2 * a)


if __name__ == "__main__":
    folder, out, _ = job()
    stack, times = read(folder)
    a = xr.DataArray(stack.astype(float), dims=("time", "y", "x"), coords={"time": times - times.mean()})
    fit = a.curvefit("time", model, errors="ignore")
    np.save(out, fit.curvefit_coefficients.sel(param="slope").to_numpy())
