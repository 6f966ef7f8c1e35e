#!/usr/bin/env python3
"""Makes ranks.json: small series with the rank trends that scipy and pyMannKendall compute of them.

Needs numpy 2.4.6, scipy 1.17.1 and pymannkendall 1.4.3. Series are those of a fixed seed, rounded to
multiples of 1/64, which float32 holds exactly.
"""

import json

import numpy as np
import pymannkendall as mk
from scipy import stats

rng = np.random.default_rng(17)
series = []
for n, ties, gaps in [(4, 0, 0), (7, 0, 0), (12, 0, 0), (21, 0, 0), (21, 1, 0), (21, 0, 4), (40, 0, 8), (40, 1, 8), (60, 0, 0), (70, 0, 7)]:
    y = np.round(64 * (20 + np.cumsum(rng.normal(size=n)))) / 64
    if ties:
        y = np.round(y)
    else:
        y += np.argsort(rng.permutation(n)) / 4096  # no two are equal
    t = 1990 + np.arange(n)
    seen = np.ones(n, bool)
    seen[rng.permutation(n)[:gaps]] = False
    x, z = t[seen], y[seen].astype(np.float32).astype(float)
    sen = stats.theilslopes(z, x)
    of = mk.original_test(z)
    want = {
        "sen_slope": sen.slope, "sen_intercept": sen.intercept, "sen_lo": sen.low_slope, "sen_hi": sen.high_slope,
        "siegel_slope": stats.siegelslopes(z, x).slope, "mk_s": of.s, "mk_var": of.var_s, "mk_z": of.z,
        "mk_tau": stats.kendalltau(x, z).statistic,
    }
    tied = len(np.unique(z)) < len(z)
    want["mk_pvalue"] = 2 * stats.norm.sf(abs(of.z)) if tied or len(z) > 60 else stats.kendalltau(x, z, method="exact").pvalue
    series.append({
        "t": t.tolist(), "y": [float(np.float32(v)) if s else None for v, s in zip(y, seen)],
        "want": {name: float(value) for name, value in want.items()},
    })
print(json.dumps(series).replace("}, {", "},\n {"))
