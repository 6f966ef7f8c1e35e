#!/usr/bin/env python3
"""numba: a compiled loop over pixels in THREADS threads, two passes over the valid samples."""

import numba
import numpy as np
from stack import job, read


@numba.njit(parallel=True)
def trend(stack, years, out):
    for p in numba.prange(stack.shape[1]):
        n, sx, sy = 0, 0.0, 0.0
        for i in range(len(years)):
            y = stack[i, p]
            if y == y:
                n, sx, sy = n + 1, sx + years[i], sy + y
        sxx, sxy = 0.0, 0.0
        if n > 1:
            mx, my = sx / n, sy / n
            for i in range(len(years)):
                y = stack[i, p]
                if y == y:
                    sxx += (years[i] - mx) ** 2
                    sxy += (years[i] - mx) * (y - my)
        out[p] = sxy / sxx if sxx > 0 else np.nan


if __name__ == "__main__":
    folder, out, threads = job()
    numba.set_num_threads(threads)
    stack, years = read(folder)
    slopes = np.empty(stack[0].size)
    trend(stack.reshape(len(years), -1), years, slopes)
    np.save(out, slopes.reshape(stack.shape[1:]))
