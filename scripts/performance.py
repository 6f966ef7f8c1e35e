#!/usr/bin/env python3
"""Writes the performance section of README.md from a committed run.

Usage: performance.py RUN       write the section from bench/runs/RUN
       performance.py --check   fail if the section differs from what its run gives

A run is a folder that `bin/pixtrend bench all --record bench/runs` has made, and that
`make peers PEERS="--record bench/runs/RUN"` has added other programs to. The section lies between
two comments, of which the first names the run. Needs Python 3.8 or newer and no packages.
"""

import json
import re
import sys
import textwrap
from pathlib import Path

root = Path(__file__).resolve().parent.parent
section = re.compile(r"<!-- figures of bench/runs/(\S+), by scripts/performance.py -->\n.*?<!-- end of figures -->\n", re.S)


def digits(x):
    """Formats a number with two significant digits."""
    return f"{x:.2f}" if x < 1 else f"{x:.1f}" if x < 10 else f"{float(f'{x:.2g}'):,.0f}"


def peers_table(results):
    heads = [f"{r['width']} × {r['height']} × {r['dates']} years, {r['what']}" for r in results]
    lines = [f"| seconds | {' | '.join(heads)} |", "|---|" + "---|" * len(results)]
    for rows in zip(*(r["rows"] for r in results)):
        cells = [f"`{rows[0]['peer']}`" if rows[0]["peer"] == "pixtrend fit" else rows[0]["peer"]]
        for row, result in zip(rows, results):
            assert row["peer"] == rows[0]["peer"]
            if "error" not in row:
                cells.append(row.get("why", "missing").replace(": it is not installed", ""))
                continue
            cells.append(digits(min(row["seconds"])))
            lost = row["lost"] / (result["width"] * result["height"])
            if lost > 0:
                cells[-1] += f", but {100 * lost:.0f} % of the pixels are lost"
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def nearest_and_farthest(result):
    """Returns the times of the fastest and the slowest other program, divided by pixtrend's."""
    best = {r["peer"]: min(r["seconds"]) for r in result["rows"] if "error" in r}
    ours = best.pop("pixtrend fit")
    near, far = min(best, key=best.get), max(best, key=best.get)
    return f"{digits(best[near] / ours)} times ({near}) to {digits(best[far] / ours)} times ({far})"


def key(name, k):
    """Returns the value of a key in the name of a result, KEY=VALUE/KEY=VALUE."""
    return dict(part.split("=", 1) for part in name.split("/") if "=" in part).get(k, "")


def in_memory(report):
    """Describes the speed for slopes of packed float32 without gaps, on one thread and on all."""
    want = {"study": "scaling", "scaling": "strong", "pin": "cpu", "dtype": "float32", "gaps": "0", "arm": report["environment"]["isa"], "again": ""}
    found = [r for r in report["results"] if all(key(r["name"], k) == v for k, v in want.items())]
    found.sort(key=lambda r: int(key(r["name"], "threads")))
    one, most = found[0], found[-1]
    return (
        f"{digits(one['gb_per_s']['value'])} GB/s of samples on one thread and {digits(most['gb_per_s']['value'])} on {key(most['name'], 'threads')}, "
        f"{digits(one['over_pixel']['value'])} and {digits(most['over_pixel']['value'])} times as fast as a loop over the pixels in Go, "
        f"and at {digits(one['of_ceiling']['value'])} and {digits(most['of_ceiling']['value'])} of the rate at which as many threads can read them"
    )


def over_floor(report):
    """Returns, by case, the time of a fit divided by that of reading or decoding, on all threads."""
    rows = [r for r in report["pipeline"]["rows"] if r["stats"] == "slope"]
    most = max(r["threads"] for r in rows)
    return {r["case"]: f"{r['ratio']:.2f}" for r in rows if r["threads"] == most}


def start(report):
    """Returns the time of the smallest fit, which the run has in a note."""
    return next(m[1] for m in (re.search(r"a fit of \S+ × \S+ pixels and \d+ dates (\d.*)", n) for n in report["pipeline"]["notes"]) if m)


def write(run):
    folder = root / "bench" / "runs" / run
    report = json.loads((folder / "report.json").read_text())
    peers = json.loads((folder / "peers.json").read_text())
    e, link, floor = report["environment"], f"bench/runs/{run}", over_floor(report)
    small, large = (next(r for r in peers["results"] if r["stack"] == name) for name in ("small", "large"))
    paragraphs = [
        f"Whole processes, from the start until the slopes are in a file, on {e['cpus']} CPUs of a virtual machine ({e['cpu']}, {e['isa']}), files in memory, "
        f"the best of {peers['runs']} runs, or of one that takes more than a minute, measured {e['time'][:10]}:",
        peers_table(peers["results"]),
        f"Without gaps and compression the others take {nearest_and_farthest(large)} as long on the large stack, and {nearest_and_farthest(small)} on the small one. "
        f"Stacks that are in memory already are fitted at {in_memory(report)}.",
        f"Where it is not faster: compressed files take the time of decoding them ({floor['int16-deflate']} of it with DEFLATE, {floor['int16-zstd']} with ZSTD, {floor['int16-lzw']} with LZW, "
        f"of what GDAL takes), so that programs which decode the same files, or read them unpacked, come nearer. Uncompressed ones take {floor['f32']} times what reading takes, "
        f"most of it the loading of GDAL and the writing. No fit of files takes less than {start(report)}, the start of the program: of a few hundred pixels square CDO is as fast.",
        f"[The run]({link}/report.md) has tables, plots, every sample and the machine, and [its peers]({link}/peers.md) threads, memory, errors and versions. "
        f"To repeat it: `make build`, `bin/pixtrend bench all --record bench/runs`, `make peers`.",
    ]
    text = "\n\n".join("\n".join(p if isinstance(p, list) else textwrap.wrap(p, 120, break_on_hyphens=False, break_long_words=False)) for p in paragraphs)
    return f"<!-- figures of bench/runs/{run}, by scripts/performance.py -->\n{text}\n<!-- end of figures -->\n"


def main():
    readme = root / "README.md"
    text = readme.read_text()
    found = section.search(text)
    if len(sys.argv) != 2 or not found:
        sys.exit(__doc__ if found else "performance: README.md lacks the two comments around the figures")
    check = sys.argv[1] == "--check"
    run = found[1] if check else Path(sys.argv[1]).name
    made = text[: found.start()] + write(run) + text[found.end() :]
    if check and made != text:
        sys.exit(f"performance: the figures in README.md differ from those of bench/runs/{run}: run scripts/performance.py {run}")
    if not check:
        readme.write_text(made)


if __name__ == "__main__":
    main()
