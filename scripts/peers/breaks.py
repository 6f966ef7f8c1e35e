#!/usr/bin/env python3
"""Times LandTrendr and BFAST monitor of pixtrend and of zeit-cdts on the same series, and compares the results.

Usage: breaks.py PIXTREND FOLDER [--quick] [--runs N] [--record RUN]

Writes breaks.md and breaks.json to FOLDER, and with --record to RUN too. `make peers` calls this script after
run.py. pixtrend runs as a whole process, from files to files, on one thread. zeit-cdts is given arrays in
memory, on one thread; reading is not in its time. They run in turn, and the best time counts.

nrt's monitors are not here: they take the scenes one by one, and have other boundaries than bfastmonitor.
"""

import argparse
import json
import platform
import subprocess
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import rasterio
from run import processor, threads
from zeit._bfast import BFM_METRIC_NAMES, fit_bfast_monitor_batch
from zeit._landtrendr import run_landtrendr_batch

machine = f"{processor()}, {threads} CPUs, {platform.system()} {platform.machine()}"
first_year, years, months, monitored = 1985, 40, 240, 144
vertices = 7


def forests(pixels, gaps):
    """Returns series of years: level with noise, three in four with a loss and a recovery.

    The first and last year have no gap: there zeit-cdts drops vertices by values that are cut to whole numbers.
    """
    rng = np.random.default_rng(7)
    at = rng.integers(0, years, pixels)
    loss = np.where(rng.random(pixels) < 0.25, 0, 0.1 + 0.5 * rng.random(pixels))
    after = np.arange(years)[:, None] - at
    stack = 0.7 + 0.03 * rng.standard_normal((years, pixels))
    stack -= np.where(after >= 0, loss * np.maximum(0, 1 - after / rng.integers(3, 23, pixels)), 0)
    stack[1:-1][rng.random((years - 2, pixels)) < gaps] = np.nan
    return stack.astype("float32")


def seasons(pixels, gaps):
    """Returns monthly series with a season and a trend, of which half change after the history."""
    rng = np.random.default_rng(8)
    t = np.arange(months)[:, None]
    stack = 0.5 + 0.2 * np.sin(2 * np.pi * t / 12) + 1e-4 * t + 0.05 * rng.standard_normal((months, pixels))
    stack -= np.where(t >= rng.integers(monitored, 2 * months - monitored, pixels), 0.2, 0)
    stack[rng.random(stack.shape) < gaps] = np.nan
    return stack.astype("float32")


def write(folder, stack, names, side):
    folder.mkdir(parents=True, exist_ok=True)
    place = rasterio.transform.from_origin(500000, 5000000, 30, 30)
    for plane, name in zip(stack, names):
        with rasterio.open(folder / f"ndvi_{name}.tif", "w", driver="GTiff", width=side, height=side, count=1, dtype="float32",
                           nodata=np.nan, crs="EPSG:32633", transform=place) as r:
            r.write(plane.reshape(side, side), 1)


def read(name):
    with rasterio.open(name) as r:
        return r.read().astype("float64").reshape(r.count, -1)


class Stack:
    """Series in memory, as zeit-cdts takes them, and in files, as pixtrend does."""

    def __init__(self, folder, stack, names, side):
        self.folder, self.out = folder, folder.with_suffix(".tif")
        self.series = np.ascontiguousarray(stack.T.astype("float64"))
        write(folder, stack, names, side)

    def pixtrend(self, program, *options):
        command = [program, "breaks", str(self.folder), "-o", str(self.out), "--overwrite", "-q", "--threads", "1", "--ot", "Float64"]
        subprocess.run([*command, *self.options, *options], check=True)


class LandTrendr(Stack):
    name = f"LandTrendr, {years} years"
    options = ["--method", "landtrendr", "--one-year-recovery"]  # which zeit-cdts always accepts

    def __init__(self, folder, side, gaps):
        self.years = np.arange(first_year, first_year + years)
        super().__init__(folder / "years", forests(side * side, gaps), self.years, side)
        self.series = self.series.reshape(side, side, years)

    def zeit(self):
        found, self.counts, _ = run_landtrendr_batch(self.years, self.series, no_data_value=np.nan, n_jobs=1, modifier=-1.0)
        self.found = found

    def agreement(self, program):
        """Returns the share of pixels whose vertices lie in the same years."""
        name = self.folder.with_suffix(".vertices.tif")
        self.pixtrend(program, "--vertices", str(name))
        got = read(name)[:vertices].T
        want = self.found.reshape(len(got), vertices, 2)[..., 0].copy()
        want[np.arange(vertices) >= self.counts.reshape(-1, 1)] = np.nan
        return ((got == want) | (np.isnan(got) & np.isnan(want))).all(1).mean()


class Monitor(Stack):
    name = f"BFAST monitor, {months} months, a line and 3 harmonics"

    def __init__(self, folder, side, gaps):
        self.months = [f"{1995 + i // 12}-{i % 12 + 1:02}-01" for i in range(months)]
        super().__init__(folder / "months", seasons(side * side, gaps), self.months, side)
        self.options = ["--method", "bfast-monitor", "--start", self.months[monitored]]

    def zeit(self):
        self.found = fit_bfast_monitor_batch(self.series, 1995.0, 1995.0 + monitored / 12, 12, order=3, n_jobs=1)

    def agreement(self, program):
        """Returns the share of pixels whose breaks are in the same month. pixtrend computes with days."""
        got = read(self.out)[0]
        days = np.array(self.months, "datetime64[D]").astype(float)
        index = np.where(np.isnan(got), -1, np.searchsorted(days, got))
        found = dict(zip(BFM_METRIC_NAMES, self.found))
        want = np.where(found["has_break"] > 0, found["breakpoint_idx"], -1)
        return (index == want).mean()


def timed(function, *args):
    begin = time.perf_counter()
    function(*args)
    return time.perf_counter() - begin


def measure(program, folder, side, runs):
    """Returns a row of results for each method, without and with gaps."""
    rows = []
    for method in (LandTrendr, Monitor):
        for gaps in (0, 0.2):
            stack = method(folder, side, gaps)
            times = [(timed(stack.pixtrend, program), timed(stack.zeit)) for _ in range(runs)]
            ours, zeit = (min(t) for t in zip(*times))
            rows.append({"method": method.name, "gaps": gaps, "series": side * side, "pixtrend_s": ours, "zeit_s": zeit, "agreement": stack.agreement(program)})
    return rows


def table(rows):
    lines = ["| | gaps | pixtrend, 1,000 series per second | zeit-cdts | times | same breaks |", "|---|---|---|---|---|---|"]
    for r in rows:
        ours, zeit = (r["series"] / r[f"{name}_s"] / 1000 for name in ("pixtrend", "zeit"))
        lines.append(f"| {r['method']} | {r['gaps']:.0%} | {ours:,.0f} | {zeit:,.0f} | {ours / zeit:.1f} | {r['agreement']:.1%} |")
    return "\n".join(lines)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("pixtrend")
    p.add_argument("folder", type=Path)
    p.add_argument("--quick", action="store_true", help="use small stacks, to see whether everything works")
    p.add_argument("--runs", type=int, default=5)
    p.add_argument("--record", type=Path, metavar="RUN", help="write the table to this folder as well")
    args, _ = p.parse_known_args()  # the rest is for run.py
    rows = measure(args.pixtrend, args.folder / "breaks", 128 if args.quick else 512, args.runs)
    text = [
        "## Breaks\n",
        f"{machine}, {time.strftime('%Y-%m-%d')}, zeit-cdts {version('zeit-cdts')}. One thread, float32, the best of {args.runs} runs in turn.",
        "pixtrend reads and writes files as a whole process; zeit-cdts computes from arrays in memory.\n",
        table(rows),
    ]
    for folder in filter(None, (args.folder, args.record)):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "breaks.md").write_text("\n".join(text) + "\n")
        (folder / "breaks.json").write_text(json.dumps({"machine": machine, "results": rows}, indent=1) + "\n")
    print("\n".join(text))


if __name__ == "__main__":
    main()
