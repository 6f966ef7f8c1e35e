#!/usr/bin/env python3
"""numpy: normal equations of each pixel's own observations, solved for rows of pixels at a time."""

import numpy as np
from stack import job, read, season

if __name__ == "__main__":
    folder, out, _ = job()
    stack, times = read(folder)
    np.save(out, season(stack, times))
