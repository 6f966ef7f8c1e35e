#!/usr/bin/env python3
"""pyMannKendall for each pixel. Its slopes are per observation and become per year, as if none were missing."""

import numpy as np
import pymannkendall
from stack import job, per_year, read


def slope(y):
    y = y[~np.isnan(y)]
    return pymannkendall.original_test(y).slope if len(y) > 1 else np.nan


if __name__ == "__main__":
    folder, out, _ = job()
    stack, times = read(folder)
    slopes = [slope(y) for y in stack.reshape(len(stack), -1).T]
    np.save(out, np.array(slopes).reshape(stack.shape[1:]) * per_year(times))
