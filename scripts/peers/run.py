#!/usr/bin/env python3
"""Times pixtrend and other programs on the same stacks, as whole processes, and checks results.

Usage: run.py PIXTREND FOLDER [--quick] [--runs N] [--stacks small,large] [--record RUN]

Slopes of least squares are compared on four stacks, rank trends on two, and slopes beside a season
on one. Makes stacks in FOLDER, or in FOLDER/quick with --quick, and writes peers.md and peers.json there.
--record writes both to RUN too, a folder that `pixtrend bench all --record` has made. `make peers`
calls this script. A program that is not installed is listed as missing. The programs run in turn.
The best time counts, because other work on the machine can only add time. Each slope is compared
with one that this script computes with numpy in float64.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

import netCDF4
import numpy as np
import rasterio
from stack import files, read, season

here = Path(__file__).parent
once = 60  # seconds; a program that takes longer runs once
cpus = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
threads = len(cpus) if cpus else os.cpu_count()
busy = 0.5  # a load average above it at the start makes the times doubtful


def first_line(*command):
    """Returns the first line that a command prints, or None if it is missing or fails."""
    if not shutil.which(command[0]):
        return None
    said = subprocess.run(command, capture_output=True, text=True)
    lines = (said.stdout + said.stderr).strip().splitlines()
    return lines[0] if said.returncode == 0 and lines else None


class Peer:
    def __init__(self, name, version, command, threads=threads, netcdf=False, slow=False):
        self.name, self.version, self.command, self.threads, self.netcdf, self.slow = name, version, command, threads, netcdf, slow


def peers(pixtrend):
    """Returns the programs for each method, pixtrend first."""

    def fit(*options):
        return Peer("pixtrend fit", first_line(pixtrend, "--version"), [pixtrend, "fit", "-q", "--overwrite", *options, "--threads"])

    def script(name):
        return [sys.executable, str(here / name)]

    def python(*packages):
        return ", ".join(f"{p} {version(p)}" for p in packages)

    terra = first_line("Rscript", "-e", 'cat("R", as.character(getRversion()), "terra", as.character(packageVersion("terra")))')
    # terra 1.8 has a function for regressions. Older ones call a function in R for each pixel.
    has_regress = first_line("Rscript", "-e", 'cat(exists("regress", asNamespace("terra")))') == "TRUE"
    rcpp = terra and first_line("Rscript", "-e", 'cat("Rcpp", as.character(packageVersion("Rcpp")))')
    grass = first_line("grass", "--config", "version")
    linregress = python("scipy", "numpy")
    return {
        "slope": [
            fit(),
            Peer("scipy linregress", linregress, script("linregress.py"), threads=1, slow=True),
            Peer("scipy linregress, process pool", linregress, script("linregress.py"), slow=True),
            Peer("numpy w @ Y", python("numpy"), script("numpy_dot.py")),
            Peer("numba", python("numba"), script("numba_loop.py")),
            Peer("xarray polyfit", python("xarray"), script("xarray_polyfit.py"), threads=1),
            Peer("xarray polyfit, dask, chunks of 512 rows", python("xarray", "dask"), [*script("xarray_dask.py"), "rows"]),
            Peer("xarray polyfit, dask, a file a chunk", python("xarray", "dask"), [*script("xarray_dask.py"), "files"]),
            Peer("GRASS r.series", grass and f"GRASS {grass}", [str(here / "grass.sh")]),
            Peer("CDO trend", first_line("cdo", "--version"), [str(here / "cdo.sh")], netcdf=True),
            Peer("terra regress" if has_regress else "terra app, an R function (no regress)", terra, ["Rscript", str(here / "terra.R")], threads=1),
            Peer("terra lapp, compiled C++", rcpp and f"{terra}, {rcpp}", ["Rscript", str(here / "terra_compiled.R")], threads=1),
        ],
        "ranks": [
            fit("--stats", "sen_slope,mk_s,mk_var,mk_pvalue", "--ot", "Float64"),
            Peer("zeit-cdts", python("zeit-cdts"), script("zeit_ranks.py")),
            Peer("numba", python("numba"), script("numba_ranks.py")),
            Peer("scipy theilslopes, kendalltau", python("scipy", "numpy"), script("scipy_ranks.py"), threads=1),
            Peer("pyMannKendall", python("pymannkendall", "numpy"), script("pymannkendall_ranks.py"), threads=1),
        ],
        "season": [
            fit("--harmonics", "2", "--stats", "slope,pvalue,amplitude1,amplitude2", "--ot", "Float64"),
            Peer("numpy normal equations", python("numpy"), script("numpy_season.py")),
            Peer("nrt", python("nrt", "numba"), script("nrt_season.py")),
            Peer("xarray curvefit", python("xarray", "scipy"), script("xarray_season.py"), threads=1),
            Peer("statsmodels OLS", python("statsmodels"), script("statsmodels_season.py"), threads=1),
        ],
    }


def run(peer, folder, out, longest):
    """Runs a program, which writes slopes to out, and returns its seconds and peak kilobytes.

    It is stopped if it takes longer than longest, in seconds."""
    if peer.name == "pixtrend fit":
        command = [*peer.command, str(peer.threads), "-o", str(out), str(folder)]
    else:
        command = [*peer.command, str(folder) + ".nc" if peer.netcdf else str(folder), str(out), str(peer.threads)]
    log = out.with_suffix(".log")
    own = ",".join(map(str, cpus[: peer.threads])) if cpus else "-"  # as many CPUs as threads, the same for all
    timed = [sys.executable, "-S", "-E", str(here / "timed.py"), str(longest), own, str(log), *command]
    seconds, kilobytes, status = subprocess.run(timed, capture_output=True, text=True, check=True).stdout.split()
    if float(seconds) >= longest:
        raise RuntimeError(f"not done after {longest // 60} minutes")
    if status != "0":
        last = log.read_text(errors="replace").strip().splitlines()[-1:]
        raise RuntimeError(last[0] if last else f"exit status {status}")
    return float(seconds), int(kilobytes)


def slopes(out):
    if out.suffix == ".npy":
        return np.load(out)
    if out.suffix == ".nc":
        with netCDF4.Dataset(out) as d:
            return np.ma.filled(d["v"][0].astype(float), np.nan)
    with rasterio.open(out) as r:
        s = r.read(1).astype(float)
        if r.nodata is not None and r.nodata == r.nodata:
            s[s == r.nodata] = np.nan
        return s


def two_passes(folder):
    """Returns slopes by two passes over every series in float64, without gaps, by rows."""
    stack, years = read(folder)
    out = np.empty(stack.shape[1:])
    for y0 in range(0, stack.shape[1], 64):
        y = stack[:, y0 : y0 + 64].astype(float)
        kept = ~np.isnan(y)
        n = kept.sum(0)
        t = np.where(kept, years[:, None, None], 0.0)
        y = np.where(kept, y, 0.0)
        with np.errstate(invalid="ignore", divide="ignore"):
            dt = np.where(kept, t - t.sum(0) / n, 0.0)
            dy = np.where(kept, y - y.sum(0) / n, 0.0)
            out[y0 : y0 + 64] = (dt * dy).sum(0) / np.where(n > 1, (dt * dt).sum(0), np.nan)
    return out


def medians(folder):
    """Returns the median of the slopes between all dates of each series, by rows."""
    stack, times = read(folder)
    first, second = np.triu_indices(len(times), 1)
    gaps = (times[second] - times[first])[:, None]
    out = np.empty(stack.shape[1:])
    for row in range(len(out)):
        y = stack[:, row].astype(float)
        slopes = np.sort((y[second] - y[first]) / gaps, axis=0)  # NaN last
        n = (~np.isnan(slopes)).sum(0)
        low, high = (np.take_along_axis(slopes, np.maximum(i, 0)[None], 0)[0] for i in ((n - 1) // 2, n // 2))
        out[row] = np.where(n > 0, (low + high) / 2, np.nan)
    return out


references = {"slope": two_passes, "ranks": medians, "season": lambda folder: season(*read(folder))}


def compare(got, want):
    """Returns the largest error by the standard deviation of slopes, and the number of lost pixels."""
    if got.shape != want.shape:
        raise RuntimeError(f"the result has the shape {got.shape}, expected {want.shape}")
    both = ~np.isnan(got) & ~np.isnan(want)
    error = np.abs(got[both] - want[both]).max() / np.nanstd(want) if both.any() else float("nan")
    return float(error), int((np.isnan(got) & ~np.isnan(want)).sum())


def make(pixtrend, folder, quick):
    """Makes the stacks that do not exist. Returns their names, methods, folders and descriptions."""
    side = 512 if quick else 4096
    small = ["--width", "200", "--height", "210"] if quick else []
    large = ["--width", str(side), "--height", str(side), "--gaps", "0"]
    scenes = ["--width", "60" if quick else "200", "--height", "40" if quick else "200", "--gaps", "0.2", "--every", "30"]
    stacks = [
        ("small", "slope", "float32", [*small, "--gaps", "0"]),
        ("small-gaps", "slope", "float32, 20 % gaps", [*small, "--gaps", "0.2"]),
        ("large", "slope", "float32", large),
        ("scenes", "ranks", "float32, 20 % gaps", [*scenes, "--dates", "1996-2015"]),
    ]
    for name, _, _, args in stacks:
        if not (folder / name).exists():
            subprocess.run([pixtrend, "synth", str(folder / name), "-q", *args], check=True)
    whole_numbers(folder / "large", folder / "large-deflate")
    made = [(name, method, folder / name, what) for name, method, what, _ in stacks]
    made.insert(3, ("large-deflate", "slope", folder / "large-deflate", "int16 in DEFLATE tiles"))
    made.insert(4, ("small-gaps", "ranks", folder / "small-gaps", "float32, 20 % gaps"))
    return [*made, ("scenes", "season", folder / "scenes", "float32, 20 % gaps")]


def whole_numbers(source, target):
    """Writes a stack times 10,000 as int16, in compressed tiles."""
    if target.exists():
        return
    target.mkdir()
    for name in files(source)[0]:
        with rasterio.open(name) as r:
            profile = {**r.profile, "dtype": "int16", "nodata": None, "compress": "deflate", "predictor": 2}
            profile |= {"tiled": True, "blockxsize": 256, "blockysize": 256}
            with rasterio.open(target / name.name, "w", **profile) as w:
                w.write(np.rint(r.read(1) * 10000).astype("int16"), 1)


def netcdf(folder):
    """Writes the stack as a NetCDF file for CDO."""
    if folder.with_suffix(".nc").exists():
        return
    found, years = files(folder)
    with rasterio.open(found[0]) as r:
        height, width = r.shape
    with netCDF4.Dataset(str(folder) + ".nc", "w", format="NETCDF3_64BIT_OFFSET") as d:
        for axis, n in (("time", None), ("y", height), ("x", width)):
            d.createDimension(axis, n)
        when = d.createVariable("time", "f8", ("time",))
        when.units, when.calendar = "days since 1970-01-01", "standard"
        v = d.createVariable("v", "f4", ("time", "y", "x"), fill_value=np.float32(-9e33))
        for i, name in enumerate(found):
            with rasterio.open(name) as r:
                band = r.read(1, masked=True).astype("float32")
            v[i] = np.ma.masked_invalid(band)
            when[i] = (years[i] - 1970) * 365.2425


def measure(stack, all_peers, runs, work, longest):
    name, method, folder, what = stack
    want = references[method](folder)
    pixels, dates = want.size, len(files(folder)[0])
    rows, alive = {}, []
    for peer in all_peers:
        row = rows[peer.name] = {"peer": peer.name, "version": peer.version, "threads": peer.threads, "seconds": [], "peak_kb": 0}
        if peer.version is None:
            row["why"] = "missing: it is not installed"
        elif peer.slow and pixels > 1_000_000:
            row["why"] = "not run: hours"
        else:
            alive.append(peer)
    if any(p.netcdf for p in alive):
        netcdf(folder)
    for turn in range(runs):
        for peer in list(alive):
            if turn > 0 and rows[peer.name]["seconds"][0] > once:
                continue
            suffix = ".nc" if peer.netcdf else ".npy" if peer.command[0] == sys.executable else ".tif"
            out, row = work / f"slope{suffix}", rows[peer.name]
            try:
                seconds, kb = run(peer, folder, out, longest)
                row["seconds"].append(seconds)
                row["peak_kb"] = max(row["peak_kb"], kb)
                if turn == 0:
                    row["error"], row["lost"] = compare(slopes(out), want)
            except (RuntimeError, OSError, KeyError, subprocess.SubprocessError) as e:
                row["why"] = f"failed: {e}"
                alive.remove(peer)
            out.unlink(missing_ok=True)
            print(f"  {name}: {peer.name} {row['seconds'][-1:] or row['why']}", file=sys.stderr, flush=True)
    return {"stack": name, "method": method, "what": what, "date": time.strftime("%Y-%m-%d"), "width": want.shape[1], "height": want.shape[0], "dates": dates, "rows": list(rows.values())}


titles = {"slope": "Slopes", "ranks": "Theil–Sen and Mann–Kendall", "season": "Slopes beside two harmonics of a year"}


def small(x):
    """Formats an error with one digit, as 3 × 10⁻⁷."""
    if not x:
        return "0" if x == 0 else "none"
    digit, power = f"{x:.0e}".split("e")
    return f"{digit} × 10" + str(int(power)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def table(result):
    lines = [
        f"\n### {titles[result['method']]}: {result['width']} × {result['height']} × {result['dates']} dates, {result['what']}\n",
        "| | version | threads | seconds | times pixtrend's | peak memory | largest error | pixels lost |",
        "|---|---|---|---|---|---|---|---|",
    ]
    ours = min(result["rows"][0]["seconds"], default=float("nan"))
    for r in result["rows"]:
        if not r["seconds"] or "error" not in r:
            lines.append(f"| {r['peer']} | {r['version'] or ''} | {r['threads']} | {r.get('why', '')} | | | | |")
            continue
        best = min(r["seconds"])
        seconds = f"{best:.3f}" if best < 1 else f"{best:.2f}" if best < 10 else f"{best:.1f}"
        lines.append(f"| {r['peer']} | {r['version']} | {r['threads']} | {seconds} | {best / ours:.1f} | {r['peak_kb'] / 1024:,.0f} MiB | {small(r['error'])} | {r['lost']:,} |")
    return "\n".join(lines)


def processor():
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":")[1].strip()
    except OSError:
        pass
    return platform.processor()


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("pixtrend")
    p.add_argument("folder", type=Path)
    p.add_argument("--quick", action="store_true", help="use small stacks, to see whether everything works")
    p.add_argument("--runs", type=int, default=5)
    p.add_argument("--longest", type=int, default=5, metavar="MINUTES", help="stop a program that takes longer (default 5)")
    p.add_argument("--methods", default=",".join(titles), help="methods to measure (default %(default)s)")
    p.add_argument("--stacks", help="stacks to measure, such as small,large (default all)")
    p.add_argument("--record", type=Path, metavar="RUN", help="write the tables to this folder as well")
    args = p.parse_args()
    if args.record and not args.record.is_dir():
        p.error(f"the folder {args.record} does not exist: make it with bin/pixtrend bench all --record bench/runs")
    pixtrend = str(Path(args.pixtrend).resolve())
    if args.quick:
        args.folder /= "quick"
    args.folder.mkdir(parents=True, exist_ok=True)
    all_peers = peers(pixtrend)
    stacks = [s for s in make(pixtrend, args.folder, args.quick) if s[1] in args.methods.split(",")]
    stacks = [s for s in stacks if args.stacks is None or s[0] in args.stacks.split(",")]
    machine = f"{processor()}, {threads} CPUs, {platform.system()} {platform.machine()}"
    report = {"machine": machine, "runs": args.runs, "load": round(os.getloadavg()[0], 2), "results": []}
    if report["load"] > busy:
        print(f"run.py: the machine is busy: the load average is {report['load']:.2f}", file=sys.stderr)
    for s in stacks:
        report["results"].append(measure(s, all_peers[s[1]], args.runs, args.folder, 60 * args.longest))
        write(args.folder, report)  # what is measured is kept if a later stack fails
    if args.record:
        write(args.record, merged(args.record / "peers.json", report))
    print(text_of(report))


def merged(earlier, report):
    """Returns a report with the results of an earlier one that it does not have."""
    if not earlier.exists():
        return report
    old = json.loads(earlier.read_text())
    if (old["machine"], old["runs"]) != (report["machine"], report["runs"]):
        sys.exit(f"run.py: {earlier} has {old['runs']} runs on {old['machine']}: remove it, or measure as many there")
    have = [(r["stack"], r["method"]) for r in report["results"]]
    kept = [r for r in old["results"] if (r["stack"], r.setdefault("method", "slope")) not in have]
    return report | {"results": kept + report["results"]}


def write(folder, report):
    (folder / "peers.md").write_text(text_of(report) + "\n")
    (folder / "peers.json").write_text(json.dumps(report, indent=1) + "\n")


def load_of(report):
    """Returns a sentence about the load at the start, which older reports do not have."""
    if "load" not in report:
        return ""
    doubt = ": the machine was busy" if report["load"] > busy else ""
    return f" The load average was {report['load']:.2f} at the start{doubt}."


def text_of(report):
    """Returns a report as Markdown."""
    dates = dict.fromkeys(r["date"] for r in report["results"] if "date" in r)
    return "\n".join([
        "## pixtrend and other programs\n",
        f"{report['machine']}, {' and '.join(dates)}. Times are of whole processes, from the start until the slopes are in a file, with the",
        f"inputs in the page cache: the best of {report['runs']} runs, or of one if it takes more than a minute. Errors are divided by the",
        "standard deviation of all slopes. Lost pixels have two observations or more and no slope in this result. CDO's NetCDF",
        "file was made before the clock started. Memory is that of the largest process. zeit-cdts takes dates as evenly",
        "spaced, and pyMannKendall observations, so that its slopes are others where there are gaps. Each program",
        f"may use as many CPUs as it has threads, the same for all.{load_of(report)}",
        *map(table, report["results"]),
    ])


if __name__ == "__main__":
    main()
