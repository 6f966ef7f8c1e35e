#!/usr/bin/env python3
"""scipy: theilslopes and kendalltau for each pixel, without its gaps."""

import numpy as np
from scipy import stats
from stack import job, read

if __name__ == "__main__":
    folder, out, _ = job()
    stack, times = read(folder)
    slopes = []
    for y in stack.reshape(len(stack), -1).T.astype(float):
        kept = ~np.isnan(y)
        stats.kendalltau(times[kept], y[kept])
        slopes.append(stats.theilslopes(y[kept], times[kept]).slope)
    np.save(out, np.array(slopes).reshape(stack.shape[1:]))
