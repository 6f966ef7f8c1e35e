#!/usr/bin/env python3
"""scipy.stats.linregress for each pixel, in THREADS processes, as many users do it.

It reads all rasters into an array of pixels x dates x 2, calls linregress for every pixel and
reshapes the slopes. linregress does not support gaps, so they are left out of each series.
"""

from concurrent.futures import ProcessPoolExecutor

import numpy as np
from scipy import stats
from stack import job, read


def trend(array):
    slopes = []
    for x, y in array.transpose(0, 2, 1):
        kept = ~np.isnan(y)
        slopes.append(stats.linregress(x[kept], y[kept])[0] if kept.sum() > 1 else np.nan)
    return slopes


if __name__ == "__main__":
    folder, out, processes = job()
    stack, years = read(folder)
    y = stack.reshape(len(years), -1).T.astype(float)
    array = np.stack([np.broadcast_to(years, y.shape), y], axis=2)
    if processes == 1:
        slopes = trend(array)
    else:
        cuts = np.linspace(0, len(array), processes + 1, dtype=int)
        with ProcessPoolExecutor(max_workers=processes) as pool:
            slopes = np.concatenate(list(pool.map(trend, [array[i:j] for i, j in zip(cuts, cuts[1:])])))
    np.save(out, np.array(slopes).reshape(stack.shape[1:]))
