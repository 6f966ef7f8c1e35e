#!/usr/bin/env python3
"""Times pixtrend and other programs on the same stacks, as whole processes, and checks results.

Usage: run.py PIXTREND FOLDER [--quick] [--runs N] [--stacks small,large] [--record RUN]

Makes stacks in FOLDER, or in FOLDER/quick with --quick, and writes peers.md and peers.json there.
--record writes both to RUN too, a folder that `pixtrend bench all --record` has made. `make peers`
calls this script. A program that is not installed is listed as missing. The programs run in turn.
The best time counts, because other work on the machine can only add time. Each slope is compared
with a two-pass fit in float64, which this script computes with numpy.
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
from stack import files, read

here = Path(__file__).parent
longest = 20 * 60  # seconds; a run that takes longer is stopped
once = 60  # seconds; a program that takes longer runs once
threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


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
    def script(name):
        return [sys.executable, str(here / name)]

    def python(*packages):
        return ", ".join(f"{p} {version(p)}" for p in packages)

    terra = first_line("Rscript", "-e", 'cat("R", as.character(getRversion()), "terra", as.character(packageVersion("terra")))')
    grass = first_line("grass", "--config", "version")
    linregress = python("scipy", "numpy")
    return [
        Peer("pixtrend fit", first_line(pixtrend, "--version"), [pixtrend, "fit", "-q", "--overwrite", "--threads"]),
        Peer("scipy linregress", linregress, script("linregress.py"), threads=1, slow=True),
        Peer("scipy linregress, process pool", linregress, script("linregress.py"), slow=True),
        Peer("numpy w @ Y", python("numpy"), script("numpy_dot.py")),
        Peer("numba", python("numba"), script("numba_loop.py")),
        Peer("xarray polyfit", python("xarray"), script("xarray_polyfit.py"), threads=1),
        Peer("xarray polyfit, dask", python("xarray", "dask"), script("xarray_dask.py")),
        Peer("GRASS r.series", grass and f"GRASS {grass}", [str(here / "grass.sh")]),
        Peer("CDO trend", first_line("cdo", "--version"), [str(here / "cdo.sh")], netcdf=True),
        Peer("terra", terra, ["Rscript", str(here / "terra.R")], threads=1),
    ]


def run(peer, folder, out):
    """Runs a program, which writes slopes to out, and returns its seconds and peak kilobytes."""
    if peer.name == "pixtrend fit":
        command = [*peer.command, str(peer.threads), "-o", str(out), str(folder)]
    else:
        command = [*peer.command, str(folder) + ".nc" if peer.netcdf else str(folder), str(out), str(peer.threads)]
    log = out.with_suffix(".log")
    timed = [sys.executable, "-S", "-E", str(here / "timed.py"), str(longest), str(log), *command]
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


def reference(folder):
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


def compare(got, want):
    """Returns the largest error by the standard deviation of slopes, and the number of lost pixels."""
    if got.shape != want.shape:
        raise RuntimeError(f"the result has the shape {got.shape}, expected {want.shape}")
    both = ~np.isnan(got) & ~np.isnan(want)
    error = np.abs(got[both] - want[both]).max() / np.nanstd(want) if both.any() else float("nan")
    return float(error), int((np.isnan(got) & ~np.isnan(want)).sum())


def make(pixtrend, folder, quick):
    """Makes the stacks that do not exist, and returns their names, folders and descriptions."""
    side = 512 if quick else 4096
    small = ["--width", "200", "--height", "210"] if quick else []
    large = ["--width", str(side), "--height", str(side), "--gaps", "0"]
    stacks = [
        ("small", "float32", [*small, "--gaps", "0"]),
        ("small-gaps", "float32, 20 % gaps", [*small, "--gaps", "0.2"]),
        ("large", "float32", large),
    ]
    for name, _, args in stacks:
        if not (folder / name).exists():
            subprocess.run([pixtrend, "synth", str(folder / name), "-q", *args], check=True)
    whole_numbers(folder / "large", folder / "large-deflate")
    stacks.append(("large-deflate", "int16 in DEFLATE tiles", None))
    return [(name, folder / name, what) for name, what, _ in stacks]


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


def measure(stack, all_peers, runs, work):
    name, folder, what = stack
    want = reference(folder)
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
                seconds, kb = run(peer, folder, out)
                row["seconds"].append(seconds)
                row["peak_kb"] = max(row["peak_kb"], kb)
                if turn == 0:
                    row["error"], row["lost"] = compare(slopes(out), want)
            except (RuntimeError, OSError, KeyError, subprocess.SubprocessError) as e:
                row["why"] = f"failed: {e}"
                alive.remove(peer)
            out.unlink(missing_ok=True)
            print(f"  {name}: {peer.name} {row['seconds'][-1:] or row['why']}", file=sys.stderr, flush=True)
    return {"stack": name, "what": what, "width": want.shape[1], "height": want.shape[0], "dates": dates, "rows": list(rows.values())}


def table(result):
    lines = [
        f"\n### {result['width']} × {result['height']} × {result['dates']} years, {result['what']}\n",
        "| | threads | seconds | times pixtrend's | peak memory | largest error | pixels lost |",
        "|---|---|---|---|---|---|---|",
    ]
    ours = min(result["rows"][0]["seconds"], default=float("nan"))
    for r in result["rows"]:
        if not r["seconds"] or "error" not in r:
            lines.append(f"| {r['peer']} | {r['threads']} | {r.get('why', '')} | | | | |")
            continue
        best = min(r["seconds"])
        seconds = f"{best:.3f}" if best < 1 else f"{best:.2f}" if best < 10 else f"{best:.1f}"
        lines.append(f"| {r['peer']} | {r['threads']} | {seconds} | {best / ours:.1f} | {r['peak_kb'] / 1024:,.0f} MiB | {r['error']:.0e} | {r['lost']:,} |")
    return "\n".join(lines)


def machine():
    """Returns the processor, the number of CPUs and the system."""
    return f"{processor()}, {threads} CPUs, {platform.system()} {platform.machine()}"


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
    p.add_argument("--stacks", default="small,small-gaps,large,large-deflate", help="stacks to measure")
    p.add_argument("--record", type=Path, metavar="RUN", help="write the tables to this folder as well")
    args = p.parse_args()
    if args.record and not args.record.is_dir():
        p.error(f"the folder {args.record} does not exist: make it with bin/pixtrend bench all --record bench/runs")
    pixtrend = str(Path(args.pixtrend).resolve())
    if args.quick:
        args.folder /= "quick"
    args.folder.mkdir(parents=True, exist_ok=True)
    all_peers = peers(pixtrend)
    stacks = [s for s in make(pixtrend, args.folder, args.quick) if s[0] in args.stacks.split(",")]
    results = [measure(s, all_peers, args.runs, args.folder) for s in stacks]
    text = [
        "## pixtrend and other programs\n",
        f"{machine()}, {time.strftime('%Y-%m-%d')}. Times are of whole processes, from the start until the slopes are in a file, with the",
        f"inputs in the page cache: the best of {args.runs} runs, or of one if it takes more than a minute. Errors are divided by the",
        "standard deviation of all slopes. Lost pixels have two observations or more and no slope in this result. CDO's NetCDF",
        "file was made before the clock started. Memory is that of the largest process.",
        *map(table, results),
        "\n### Versions\n",
        *(f"* {r.name}: {r.version or 'missing'}" for r in all_peers),
    ]
    for folder in filter(None, (args.folder, args.record)):
        (folder / "peers.md").write_text("\n".join(text) + "\n")
        (folder / "peers.json").write_text(json.dumps({"machine": machine(), "runs": args.runs, "results": results}, indent=1) + "\n")
    print("\n".join(text))


if __name__ == "__main__":
    main()
