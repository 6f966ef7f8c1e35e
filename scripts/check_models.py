#!/usr/bin/env python3
"""Compares the models of `pixtrend fit` with statsmodels on every pixel of a real stack.

Usage: check_models.py [SHARED]    reads the stack from SHARED/data (default ../shared)

Needs what check_scipy.py needs, and statsmodels; `make check-scipy` installs it. Of pixtrend it uses
nothing but the program: the terms of the models are made here, from the formulas in docs/models.md.

Values may differ by TOLERANCE times a size that float64 can keep: a coefficient by the larger of
itself and its standard error, and other values by themselves. A pixel has no fit where it has fewer
observations than coefficients plus 1, or where its observations are of too small a part of the year.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
import statsmodels.api as sm
import tifffile

from check_scipy import DAYS_PER_YEAR, day, error, read_plane, run

TOLERANCE = 1e-10
LEAST_PIVOT = 1e-3


def columns(t, degree, harmonics):
    """Returns the columns of a model and the names of their coefficients; time is in years from the middle."""
    u = (t - (t.min() + t.max()) / 2) / DAYS_PER_YEAR
    names, x = ["intercept"], [np.ones_like(u)]
    for power in range(1, degree + 1):
        names.append(("slope", "quadratic", "cubic", "quartic")[power - 1])
        x.append(u**power)
    for k in range(1, harmonics + 1):
        turns = 2 * np.pi * np.mod(k * t, DAYS_PER_YEAR) / DAYS_PER_YEAR
        names += [f"cos{k}", f"sin{k}"]
        x += [np.cos(turns), np.sin(turns)]
    return names, np.array(x).T


def pivot(x, w):
    """Returns the smallest pivot of the Cholesky factor of the normal equations, over its diagonal."""
    x = x * np.sqrt(w)[:, None] / np.abs(x).max(axis=0)
    gram = x.T @ x
    size = np.diag(gram)
    if not (size > 0).all() or np.linalg.matrix_rank(x) < x.shape[1]:
        return 0.0
    return (np.diag(np.linalg.cholesky(gram)) ** 2 / size).min()


def expected(stack, t, degree, harmonics, weights):
    """Returns the fields of every pixel, and the sizes that differences are divided by."""
    names, x = columns(t, degree, harmonics)
    fields = [field for field in names]
    fields += ["stderr", "pvalue", "intercept_stderr"]
    fields += [f"{name}_{what}" for name in names[2:] for what in ("stderr", "pvalue")]
    fields += ["r2", "rmse", "n", "fitted_first", "fitted_last"]
    for k in range(1, harmonics + 1):
        fields += [f"amplitude{k}", f"phase{k}"]
    if harmonics:
        fields += ["season_pvalue", "season_r2"]
    shape = stack.shape[1:]
    want = {field: np.full(shape, np.nan) for field in fields}
    size = {field: np.ones(shape) for field in fields}
    for row, col in np.ndindex(shape):
        series = stack[:, row, col]
        valid = np.isfinite(series) & (weights > 0)
        y, a, w = series[valid], x[valid], weights[valid]

        def put(field, value, of=None):
            want[field][row, col] = value
            size[field][row, col] = abs(value if of is None else of)

        put("n", len(y), 1)
        if len(y) <= len(names) or harmonics and pivot(a, w) < LEAST_PIVOT:
            continue
        fit = sm.WLS(y, a, weights=w).fit()
        for j, name in enumerate(names):
            put(name, fit.params[j], max(abs(fit.params[j]), fit.bse[j]))
            if j == 0:
                put("intercept_stderr", fit.bse[j])
            elif j == 1:
                put("stderr", fit.bse[j])
                put("pvalue", fit.pvalues[j])
            else:
                put(f"{name}_stderr", fit.bse[j])
                put(f"{name}_pvalue", fit.pvalues[j])
        put("r2", fit.rsquared, 1)  # 1 minus a share
        put("rmse", np.sqrt((w * fit.resid**2).sum() / w.sum()))
        trend = a[:, : degree + 1] @ fit.params[: degree + 1]
        put("fitted_first", trend[0], np.abs(y).max())
        put("fitted_last", trend[-1], np.abs(y).max())
        for k in range(1, harmonics + 1):
            cos, sin = fit.params[degree + 2 * k - 1], fit.params[degree + 2 * k]
            put(f"amplitude{k}", np.hypot(cos, sin))
            put(f"phase{k}", 1 + np.mod(np.arctan2(sin, cos), 2 * np.pi) / (2 * np.pi * k) * DAYS_PER_YEAR, DAYS_PER_YEAR)
        if harmonics:
            put("season_pvalue", float(fit.f_test(np.eye(len(names))[degree + 1 :]).pvalue))
            rest = sm.WLS(y, a[:, : degree + 1], weights=w).fit()
            put("season_r2", 1 - fit.ssr / rest.ssr)
    return fields, want, size


def check(name, paths, degree, harmonics, weighted, folder):
    """Fits paths with both programs, prints the largest error, and returns whether all pass."""
    t = np.array([day(path) for path in paths], dtype=np.float64)
    stack = np.stack([read_plane(path) for path in paths])
    weights = np.ones(len(t))
    options = ["--degree", degree, "--ot", "Float64", "-q", "-o", Path(folder, f"{name}.tif")]
    if harmonics:
        options += ["--harmonics", harmonics]
    if weighted:
        weights = np.array([0 if i % 7 == 3 else 0.5 + i % 3 for i in range(len(t))])
        for same in np.unique(t):  # scenes of one day have one weight
            weights[t == same] = weights[t == same][0]
        rows = {np.datetime64(int(d), "D"): w for d, w in zip(t, weights)}
        Path(folder, "weights.csv").write_text("".join(f"{d},{w}\n" for d, w in rows.items()))
        options += ["--weights", "@" + str(Path(folder, "weights.csv"))]
    middle = (t.min() + t.max()) / 2
    if middle != int(middle):
        raise SystemExit(f"check_models: the middle of the dates is half a day, {middle}")
    options += ["--intercept-at", np.datetime64(int(middle), "D")]
    fields, want, size = expected(stack, t, degree, harmonics, weights)
    run("fit", *paths, *options, "--stats", ",".join(fields))
    with tifffile.TiffFile(Path(folder, f"{name}.tif")) as tif:
        bands = tif.asarray()
    if bands.shape[-1] == len(fields):
        bands = np.moveaxis(bands, -1, 0)
    passed, largest = True, ("", 0.0)
    for band, field in zip(bands, fields):
        worst, (row, col) = error(band, want[field], size[field])
        if not worst <= TOLERANCE:
            print(f"  {field:16} FAIL relative error {worst:.2e} at row {row}, col {col}, "
                  f"got {band[row, col]:.17g}, expected {want[field][row, col]:.17g}")
            passed = False
        largest = max(largest, (worst, field), key=lambda x: x[0] if isinstance(x[0], float) else 0.0)
    print(f"{name}: {np.isfinite(want['slope']).sum()} of {want['slope'].size} pixels, {len(fields)} fields, "
          f"{'ok  ' if passed else 'FAIL'} max relative error {largest[0]:.2e} ({largest[1]})")
    return passed


def main():
    data = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared") / "data"
    paths = sorted(data.glob("eolearn_s2_ndvi/tif/*.tif"))
    if not paths:
        print(f"check_models: NOT TESTED: {data} has no eolearn_s2_ndvi")
        return 0
    if (day(paths[0]) + day(paths[-1])) % 2:
        paths = paths[:-1]  # so that the middle is a day
    with tempfile.TemporaryDirectory() as folder:
        results = [check(name, paths, degree, harmonics, weighted, folder) for name, degree, harmonics, weighted in (
            ("harmonics-2", 1, 2, False), ("degree-3", 3, 0, False), ("weighted-line", 1, 0, True),
            ("weighted-degree-2-harmonics-3", 2, 3, True))]
    print(f"models: {sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
