#!/usr/bin/env python3
"""numba: all slopes of a pixel and their median, and S with its variance, in THREADS threads."""

import math

import numba
import numpy as np
from stack import job, read


@numba.njit(parallel=True)
def trend(stack, times, out, p_values):
    for p in numba.prange(stack.shape[1]):
        n, s = 0, 0
        t, y = np.empty(len(times)), np.empty(len(times))
        for i in range(len(times)):
            if stack[i, p] == stack[i, p]:
                t[n], y[n], n = times[i], stack[i, p], n + 1
        slopes, pairs = np.empty(n * (n - 1) // 2), 0
        for i in range(n):
            for j in range(i + 1, n):
                slopes[pairs], pairs = (y[j] - y[i]) / (t[j] - t[i]), pairs + 1
                s += (y[j] > y[i]) - (y[j] < y[i])
        out[p] = np.median(slopes) if pairs > 0 else np.nan
        y = np.sort(y[:n])
        var, run = n * (n - 1) * (2 * n + 5), 1
        for i in range(1, n + 1):
            if i < n and y[i] == y[i - 1]:
                run += 1
            else:
                var, run = var - run * (run - 1) * (2 * run + 5), 1
        z = max(abs(s) - 1, 0) / math.sqrt(var / 18) if var > 0 else np.nan
        p_values[p] = math.erfc(z / math.sqrt(2))


if __name__ == "__main__":
    folder, out, threads = job()
    numba.set_num_threads(threads)
    stack, times = read(folder)
    slopes, p_values = np.empty(stack[0].size), np.empty(stack[0].size)
    trend(stack.reshape(len(times), -1), times, slopes, p_values)
    np.save(out, slopes.reshape(stack.shape[1:]))
