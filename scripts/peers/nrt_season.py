#!/usr/bin/env python3
"""nrt: its least squares for pixels with gaps, compiled by numba, in THREADS threads."""

import numba
import numpy as np
from nrt.stats import nanlstsq
from stack import job, read, terms

if __name__ == "__main__":
    folder, out, threads = job()
    numba.set_num_threads(threads)
    stack, times = read(folder)
    beta = nanlstsq(terms(times), stack.reshape(len(stack), -1).astype(float))
    np.save(out, beta[1].reshape(stack.shape[1:]))
