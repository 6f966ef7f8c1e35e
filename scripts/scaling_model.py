#!/usr/bin/env python3
"""Predicts the rate of fits of stacks in memory on servers of two sockets, for docs/scaling.md.

Usage: scaling_model.py             print the table
       scaling_model.py --update    write it into docs/scaling.md
       scaling_model.py --check     fail if docs/scaling.md has another one

docs/scaling.md states the model and its sources. Needs Python 3.8 or newer and nothing else.
"""

import json

import page_table

RUN = page_table.ROOT / "bench" / "runs" / "2026-11-24-amd-epyc" / "report.json"

THREADS = (1, 2, 4, 8, 16, 32, 64, 96, 128)
SHARE = 8  # cores that share one link to memory: a CCD of Zen 3 and Zen 4
# Cores of both sockets, and the rates of STREAM's triad on all of them in GB/s, the lowest and the
# highest of those published.
SERVERS = {
    "HBv3, Zen 3": (120, 330, 350),
    "HBv4, Zen 4": (176, 650, 780),
}


def measured() -> dict:
    """Returns, by share of gaps, the rates of the kernel and of reading on one thread and on two."""
    found: dict = {}
    for r in json.loads(RUN.read_text())["results"]:
        key = dict(part.split("=", 1) for part in r["name"].split("/") if "=" in part)
        if key["study"] != "scaling" or key.get("ws") != "ram":
            continue
        strong = key.get("scaling") == "strong" and key.get("pin") == "cpu" and key["arm"] == "avx512" and "again" not in key
        if strong or key["arm"] == "read":
            found.setdefault(key["gaps"], {})["read" if key["arm"] == "read" else "fit", int(key["threads"])] = r["gb_per_s"]["value"]
    return found


def predict(rates: dict, threads: int, cores: int, stream: float) -> float:
    """Returns the rate of a fit in GB/s of samples."""
    used = min(threads, cores)
    link, of_reading = rates["read", 2], rates["fit", 2] / rates["read", 2]
    rate = 0.0
    for socket in range(2):  # the cores of one socket are filled before those of the other
        here = min(max(0, used - socket * cores // 2), cores // 2)
        links = -(-here // SHARE)
        whole, rest = divmod(here, SHARE)
        own = [min(k * rates["fit", 1], link * of_reading) for k in [SHARE] * whole + [rest] * (links - whole)]
        rate += min(sum(own), stream / 2 * of_reading)
    return rate


def table() -> str:
    rates = measured()
    lines = ["| threads | " + " | ".join(f"{name}, {'no' if gaps == '0' else '20 %'} gaps" for name in SERVERS for gaps in ("0", "0.2")) + " |"]
    lines.append("|---|" + "---|" * (2 * len(SERVERS)))
    for threads in THREADS:
        cells = []
        for cores, low, high in SERVERS.values():
            for gaps in ("0", "0.2"):
                found = [f"{predict(rates[gaps], threads, cores, stream):.0f}" for stream in (low, high)]
                cells.append((found[0] if found[0] == found[1] else "–".join(found)) + ("" if threads <= cores else " *"))
        lines.append(f"| {threads} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


page_table.main("scaling_model", "docs/scaling.md", table())
