#!/usr/bin/env python3
"""Times pixtrend and other packages on arrays that are in memory, in one process, and checks the slopes.

Usage: arrays.py FOLDER [--quick] [--runs N] [--record RUN]

Writes arrays.md and arrays.json to FOLDER, and with --record to RUN too. `make peers` calls this script
after run.py. The packages run in turn, and the best time counts. The slow ones are given a part of the
rows, and their times are multiplied, as they are proportional to the pixels.
"""

import argparse
import json
import platform
import time
from importlib.metadata import version
from pathlib import Path

import dask
import dask.array
import numba
import numpy as np
import xarray as xr
from numba_loop import trend as numba_trend
from run import processor, threads
from scipy.stats import linregress

import pixtrend

machine = f"{processor()}, {threads} CPUs, {platform.system()} {platform.machine()}"
years = np.arange(1995, 2016)


def with_numpy(stack):
    centred = years - years.mean()
    w = (centred / (centred**2).sum()).astype("float32")
    return (w @ stack.reshape(len(years), -1)).reshape(stack.shape[1:])


def with_numba(stack):
    out = np.empty(stack[0].size, "float32")
    numba_trend(stack.reshape(len(years), -1), years.astype(float), out)
    return out.reshape(stack.shape[1:])


def data_array(stack):
    return xr.DataArray(stack, {"year": years}, ("year", "y", "x"))


def with_polyfit(stack):
    return data_array(stack).polyfit("year", 1).polyfit_coefficients.sel(degree=1).values


def with_scipy(stack):
    return linregress(years.astype(float)[:, None, None], stack, axis=0, nan_policy="omit").slope


def with_fit(stack):
    return pixtrend.fit(stack, years, threads=threads)["slope"]


def with_pvalues(stack):
    names = ["slope", "intercept", "rvalue", "pvalue", "stderr", "intercept_stderr"]
    return pixtrend.fit(stack, years, names, threads=threads)["slope"]


def with_trend(stack):
    return pixtrend.trend(data_array(stack), "year", threads=threads).slope.values


def with_dask(chunks):
    return pixtrend.trend(data_array(chunks), "year").slope.compute(scheduler="threads", num_workers=threads).values


# The name, the function, and the number of rows of which the time is taken: without and with gaps.
peers = [
    ("`pixtrend.fit`", with_fit, None, None),
    ("`pixtrend.fit`, scipy's six fields", with_pvalues, None, None),
    ("`pixtrend.trend`", with_trend, None, None),
    ("`pixtrend.trend`, Dask, four chunks", with_dask, None, None),
    ("numpy `w @ Y`", with_numpy, None, None),
    ("numba", with_numba, 1024, 1024),
    ("xarray `polyfit`", with_polyfit, 512, 16),
    ("scipy `linregress(axis=0)`", with_scipy, 1, 1),
]


def make(side, gaps):
    """Returns a stack with trends, noise and gaps."""
    rng = np.random.default_rng(1)
    stack = np.empty((len(years), side, side), "float32")
    slope = rng.standard_normal((side, side), "float32") / 20
    for plane, year in zip(stack, years):
        rng.random(out=plane, dtype="float32")
        plane[plane < gaps] = np.nan
        plane += slope * (year - 2005)
    return stack


def reference(stack):
    """Returns slopes in float64."""
    kept = ~np.isnan(stack)
    n = kept.sum(0)
    t = np.where(kept, years[:, None, None], 0.0)
    y = np.where(kept, stack, 0.0).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        dt = np.where(kept, t - t.sum(0) / n, 0)
        return (dt * y).sum(0) / (dt**2).sum(0)


def timed(function, stack):
    begin = time.perf_counter()
    result = function(stack)
    return time.perf_counter() - begin, result


def measure(side, gaps, runs):
    """Returns, for each package, its seconds for all pixels, its largest error and its lost pixels."""
    stack = make(side, gaps)
    chunks = dask.array.from_array(stack, chunks=(-1, side // 2, side // 2), name=False)
    want = reference(stack[:, :32])  # rows that results are compared on
    found = {}
    for turn in range(runs):
        for name, function, rows, rows_with_gaps in peers:
            rows = rows_with_gaps if gaps else rows
            result = found.setdefault(name, {"seconds": [], "scaled": bool(rows)})
            if turn and result["seconds"][0] > 5:
                continue
            part = chunks if function is with_dask else stack[:, :rows] if rows else stack
            seconds, slopes = timed(function, part)
            result["seconds"].append(seconds * side / part.shape[1])
            if turn == 0:
                height = min(32, part.shape[1])
                error = np.abs(slopes[:height] - want[:height])
                result["lost"] = float(np.isnan(slopes[:height])[~np.isnan(want[:height])].mean())
                result["error"] = float(np.nanmax(error)) if result["lost"] < 1 else None
    return found


def digits(x):
    return f"{x:.3f}" if x < 1 else f"{x:.2f}" if x < 10 else f"{x:,.0f}"


def table(side, results):
    lines = [
        f"### {side} × {side} × {len(years)} years, float32\n",
        "| | seconds | times `pixtrend.fit` | with 20 % gaps | times `pixtrend.fit` | pixels lost |",
        "|---|---|---|---|---|---|",
    ]
    ours = [min(r["`pixtrend.fit`"]["seconds"]) for r in results]
    for name, *_ in peers:
        cells = []
        for r, our in zip(results, ours):
            best = min(r[name]["seconds"])
            cells += [digits(best) + (" *" if r[name]["scaled"] else ""), f"{best / our:.2f}" if best < 20 * our else f"{best / our:,.0f}"]
        lines.append(f"| {name} | {' | '.join(cells)} | {results[1][name]['lost']:.0%} |")
    return "\n".join(lines)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("folder", type=Path)
    p.add_argument("--quick", action="store_true", help="use small arrays, to see whether everything works")
    p.add_argument("--runs", type=int, default=5)
    p.add_argument("--record", type=Path, metavar="RUN", help="write the table to this folder as well")
    args, _ = p.parse_known_args()  # the rest is for run.py
    numba.set_num_threads(threads)
    side = 512 if args.quick else 4096
    results = [measure(side, gaps, args.runs) for gaps in (0, 0.2)]
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy", "numba", "xarray", "dask"))
    text = [
        "## Arrays in memory\n",
        f"{machine}, {time.strftime('%Y-%m-%d')}, {packages}. The slopes of an array in memory into another: the best of {args.runs} runs",
        "in turn in one process. Times with * are scaled by the pixels from those of some rows.\n",
        table(side, results),
    ]
    for folder in filter(None, (args.folder, args.record)):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "arrays.md").write_text("\n".join(text) + "\n")
        found = [{"gaps": gaps, "peers": r} for gaps, r in zip((0, 0.2), results)]
        (folder / "arrays.json").write_text(json.dumps({"machine": machine, "side": side, "results": found}, indent=1) + "\n")
    print("\n".join(text))


if __name__ == "__main__":
    main()
