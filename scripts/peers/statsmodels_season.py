#!/usr/bin/env python3
"""statsmodels: OLS for each pixel, without its gaps."""

import numpy as np
import statsmodels.api as sm
from stack import job, read, terms

if __name__ == "__main__":
    folder, out, _ = job()
    stack, times = read(folder)
    x = terms(times)
    slopes = []
    for y in stack.reshape(len(stack), -1).T.astype(float):
        kept = ~np.isnan(y)
        if kept.sum() <= x.shape[1]:
            slopes.append(np.nan)
            continue
        fit = sm.OLS(y[kept], x[kept]).fit()
        _ = fit.pvalues
        slopes.append(fit.params[1])
    np.save(out, np.array(slopes).reshape(stack.shape[1:]))
