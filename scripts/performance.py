#!/usr/bin/env python3
"""Writes the performance figures of README.md and docs/performance.md from a committed run.

Usage: performance.py RUN       write them from bench/runs/RUN
       performance.py --check   fail if a page does not have the figures of its run

A run is a folder that `bin/pixtrend bench all --record bench/runs` has made and that holds the peers too
(`make peers PEERS="--record bench/runs/RUN"`). In each page the figures lie between two comments, and the
first comment names the run. Ranks and seasons have figures of their own between two other comments, so
that their run may be another, in which bench is not needed. RUN fills those that it has figures for.
Needs Python 3.8 or newer and nothing else.
"""

import json
import re
import sys
import textwrap
from pathlib import Path

root = Path(__file__).resolve().parent.parent
section = re.compile(r"<!-- figures of (?P<what>(?:ranks and seasons in )?)bench/runs/(?P<run>\S+), by scripts/performance.py -->\n.*?<!-- end of figures -->\n", re.S)


def digits(x):
    """Formats a number with two significant digits."""
    return f"{x:.2f}" if x < 1 else f"{x:.1f}" if x < 10 else f"{float(f'{x:.2g}'):,.0f}"


def named(peer):
    """The name of a peer in text. No word of it is wider than a column of a man page."""
    return peer.replace(", process pool", " in a process pool").replace(", dask", " with dask").replace(" (no regress)", "")


def peers_table(results):
    heads = [f"{r['stack'].split('-')[0]}, {r['what']}" for r in results]
    lines = [f"| seconds | {' | '.join(heads)} |", "|---|" + "---|" * len(results)]
    for rows in zip(*(r["rows"] for r in results)):
        cells = [f"`{rows[0]['peer']}`" if rows[0]["peer"] == "pixtrend fit" else named(rows[0]["peer"])]
        for row, result in zip(rows, results):
            assert row["peer"] == rows[0]["peer"]
            if "error" not in row:
                cells.append(row.get("why", "missing").replace(": it is not installed", "").replace("failed: not done", "not done"))
                continue
            cells.append(digits(min(row["seconds"])))
            lost = row["lost"] / (result["width"] * result["height"])
            if lost > 0:
                cells[-1] += f" ({100 * lost:.0f} % lost)"
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def any_lost(results):
    return any(row.get("lost", 0) > 0 for r in results for row in r["rows"])


def nearest_and_farthest(result):
    """Returns the times of the fastest and the slowest other program, divided by pixtrend's."""
    best = {r["peer"]: min(r["seconds"]) for r in result["rows"] if "error" in r}
    ours = best.pop("pixtrend fit")
    near, far = min(best, key=best.get), max(best, key=best.get)
    return f"{digits(best[near] / ours)} times ({named(near)}) to {digits(best[far] / ours)} times ({named(far)})"


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
        f"{digits(one['gb_per_s']['value'])} GB/s of samples on one thread and at {digits(most['gb_per_s']['value'])} GB/s on {key(most['name'], 'threads')}. "
        f"That is {digits(one['over_pixel']['value'])} and {digits(most['over_pixel']['value'])} times as fast as a loop over the pixels in Go, "
        f"and {digits(one['of_ceiling']['value'])} and {digits(most['of_ceiling']['value'])} of the rate at which as many threads can read the samples"
    )


def over_floor(report):
    """Returns, by case, the time of a fit divided by that of reading or decoding, on all threads."""
    rows = [r for r in report["pipeline"]["rows"] if r["stats"] == "slope"]
    most = max(r["threads"] for r in rows)
    return {r["case"]: f"{r['ratio']:.2f}" for r in rows if r["threads"] == most}


def start(report):
    """Returns the time of the smallest fit, which the run has in a note."""
    return next(m[1] for m in (re.search(r"a fit of \S+ × \S+ pixels and \d+ dates (\d.*)", n) for n in report["pipeline"]["notes"]) if m)


def slopes(peers):
    """Returns the results of least-squares slopes."""
    return [r for r in peers["results"] if r.get("method", "slope") == "slope"]


methods = {
    "ranks": "Theil–Sen slopes and Mann–Kendall tests",
    "season": "Slopes beside two harmonics of a year, with p-values and amplitudes,",
}


def of_method(peers, method):
    return [r for r in peers["results"] if r.get("method") == method]


def others(peers):
    """Returns a table for each method other than slopes, with a sentence before it."""
    blocks = []
    for method, what in methods.items():
        if results := of_method(peers, method):
            sizes = " and ".join(f"{r['width']} × {r['height']} pixels and {r['dates']} dates" for r in results)
            blocks += [f"{what} of stacks of {sizes} with 20 % gaps, measured {results[0]['date']}:", peers_table(results)]
    return blocks


def nearest(peers):
    """Returns a sentence for each method other than slopes."""
    sentences = []
    for method, what in methods.items():
        for result in of_method(peers, method):
            best = {r["peer"]: min(r["seconds"]) for r in result["rows"] if "error" in r}
            ours = best.pop("pixtrend fit")
            near = min(best, key=best.get)
            sentences.append(
                f"{what} of {result['width']} × {result['height']} pixels and {result['dates']} dates take {digits(ours)} seconds, "
                f"{digits(best[near] / ours)} times less than {named(near)}, the fastest other program."
            )
    return sentences


def stack(peers, name):
    return next(r for r in slopes(peers) if r["stack"] == name)


def sizes(peers):
    small, large = stack(peers, "small"), stack(peers, "large")
    return (
        f"The small stacks have {small['width']} × {small['height']} pixels and {small['dates']} years, "
        f"the large ones {large['width']} × {large['height']} pixels and {large['dates']} years."
    )


def conditions(report, peers):
    e = report["environment"]
    return (
        f"The figures are wall-clock seconds of whole processes, from the start until the slopes are in a file, on {e['cpus']} CPUs of a virtual machine ({e['cpu']}, {e['isa']}). "
        f"The files were in the page cache. Each figure is the best of {peers['runs']} runs, or one run where it takes more than a minute. {sizes(peers)} Measured {e['time'][:10]}."
    )


def readme(run, report, peers):
    """The short form: three stacks, and where the other figures are."""
    results = [r for r in slopes(peers) if "gaps" not in r["what"]]
    return [
        conditions(report, peers),
        peers_table(results),
        f"For compressed files decoding dominates, so other programs come closer. On rasters of a few hundred pixels square CDO is as fast, because a fit takes at least {start(report)} to start. "
        f"[docs/performance.md](docs/performance.md#compared-with-other-programs) has the figures for {'stacks with gaps and for ' if len(results) < len(slopes(peers)) else ''}samples in memory. "
        f"[The run](bench/runs/{run}/report.md) and [its peers](bench/runs/{run}/peers.md) have the rest.",
    ]


def page(run, report, peers):
    """The long form: all stacks, and what each figure is measured against."""
    floor = over_floor(report)
    small, large = stack(peers, "small"), stack(peers, "large")
    return [
        conditions(report, peers),
        peers_table(slopes(peers)),
        *(["Lost pixels have two observations or more and a slope, but none in that program's result."] if any_lost(slopes(peers)) else []),
        f"Without gaps and compression the others take {nearest_and_farthest(large)} as long as pixtrend on the large stack, and {nearest_and_farthest(small)} as long on the small one.",
        f"Stacks that are in memory already are fitted at {in_memory(report)}.",
        f"For compressed files decoding dominates, so other programs come closer. A fit takes {floor['int16-deflate']} times as long as GDAL takes to decode the files with DEFLATE, "
        f"{floor['int16-zstd']} times with ZSTD and {floor['int16-lzw']} times with LZW. A fit of uncompressed files takes {floor['f32']} times as long as reading them; loading GDAL and writing account for most of that. "
        f"A fit of files takes at least {start(report)}, which the program needs to start. On rasters of a few hundred pixels square CDO is therefore as fast.",
        f"[The run](../bench/runs/{run}/report.md) has tables, plots, every sample and the machine. [Its peers](../bench/runs/{run}/peers.md) have threads, memory, errors and versions. "
        f"To repeat it: `make build`, `bin/pixtrend bench all --record bench/runs`, `make peers`.",
    ]


def ranks_and_seasons(peers):
    """The machine and the conditions of the figures for methods other than slopes."""
    return (
        f"Rank trends and seasons, on {peers['machine'].split(', Linux')[0]}, as whole processes on files in the page cache. Each figure is the best of {peers['runs']} runs, "
        f"or one run where it takes more than a minute."
    )


def readme_others(run, report, peers):
    return [f"{ranks_and_seasons(peers)} {' '.join(nearest(peers))} [The run](bench/runs/{run}/peers.md) has all programs."]


def page_others(run, report, peers):
    return [ranks_and_seasons(peers), *others(peers), f"[The run](../bench/runs/{run}/peers.md) has threads, memory, errors and versions."]


# What a page says of a run, by what its first comment says.
pages = {
    "README.md": {"": readme, "ranks and seasons in ": readme_others},
    "docs/performance.md": {"": page, "ranks and seasons in ": page_others},
}


def has(run, what):
    """Reports whether a run has figures for what a comment says."""
    peers = json.loads((root / "bench" / "runs" / run / "peers.json").read_text())
    return bool(slopes(peers)) if what == "" else any(of_method(peers, m) for m in methods)


def write(run, what, paragraphs):
    folder = root / "bench" / "runs" / run
    peers = json.loads((folder / "peers.json").read_text())
    report = json.loads((folder / "report.json").read_text()) if what == "" else None
    text = "\n\n".join(
        "\n".join(p if isinstance(p, list) else textwrap.wrap(p, 100, break_on_hyphens=False, break_long_words=False)) for p in paragraphs(run, report, peers)
    )
    return f"<!-- figures of {what}bench/runs/{run}, by scripts/performance.py -->\n{text}\n<!-- end of figures -->\n"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    check = sys.argv[1] == "--check"
    for name, kinds in pages.items():
        text = made = (root / name).read_text()
        found = list(section.finditer(text))
        if {m["what"] for m in found} != set(kinds):
            sys.exit(f"performance: {name} lacks the comments around its figures")
        for m in found:
            run = m["run"] if check else Path(sys.argv[1]).name
            if check or has(run, m["what"]):
                made = made.replace(m[0], write(run, m["what"], kinds[m["what"]]))
        if check and made != text:
            sys.exit(f"performance: the figures in {name} are not those of their runs in bench/runs: run scripts/performance.py RUN")
        if not check:
            (root / name).write_text(made)


if __name__ == "__main__":
    main()
