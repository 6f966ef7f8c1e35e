#!/usr/bin/env python3
"""How long a fit of a continent takes on 1 to 1,000 nodes, and what bounds it: a simulation.

    scripts/scale_study.py            prints the table of docs/scale.md
    scripts/scale_study.py --update   writes it into the page, between the comments
    scripts/scale_study.py --check    fails if the page has another one

The simulation starts each part on a free node. A part waits for its start, and then reads and
computes at the same time, at the pace of the slower of the two. The parts that read share the file
system. Nothing is random but the length of parts, whose seed is fixed. Needs: Python 3.11 or newer.
"""

import dataclasses
import heapq
import random

import page_table

# The task.
PIXELS = 25e9  # a continent at 30 m
DATES = 40
FIELDS = 2  # slope and pvalue, float32
MOST_PARTS = 1000  # that Slurm's default MaxArraySize allows
PARTS_PER_NODE = 8  # so that no node is idle for long at the end

# Measured 2026-11-28 on one thread of a virtual machine with 2 CPUs (Intel Xeon, avx512) that others
# used too, so CPU times are taken: four parts of 2048 × 2048 pixels × 40 dates, int16 in DEFLATE tiles.
PART_CPU = 0.70  # seconds of CPU time of a part of 41.9 million samples, the mean of 0.64 to 0.77
PART_SAMPLES = 2048 * 2048 * 40 / 4
START_CPU = 0.10  # seconds of CPU time of a part that is done already
BYTES_PER_SAMPLE = 260 * 2**20 / (2048 * 2048 * 40)  # compressed
MERGE_CPU = 1.3 / 680e6  # seconds of CPU time per byte of output, of 680 MB
SPREAD = 0.08  # standard deviation of the time of parts, relative to the mean

# Assumed.
CPUS = 16  # of a node, all of which one part uses
EFFICIENCY = 0.9  # of 16 threads beside one
LINK = 1.25e9  # bytes/s of a node: 10 Gbit/s
FILE_SYSTEMS = [2e9, 20e9, 100e9]  # bytes/s for all nodes together
OPEN = 0.005  # seconds to open a file on the file system
SCHEDULER = 1.0  # seconds until a scheduler starts the next part on a free node
NODES = [1, 3, 10, 30, 100, 300, 1000]

NS_PER_SAMPLE = (PART_CPU - START_CPU) / PART_SAMPLES


@dataclasses.dataclass
class Part:
    cpu: float  # seconds that it computes, if it does not wait for bytes
    bytes: float  # that it reads and writes
    left: float = 1.0  # the share that is still to be done


def simulate(nodes: int, bandwidth: float) -> tuple[float, float]:
    """Returns the seconds that the parts take, and the share of that in which bytes were the limit."""
    rng = random.Random(1)
    parts = min(MOST_PARTS, PARTS_PER_NODE * nodes)
    samples = PIXELS * DATES / parts
    delay = SCHEDULER + START_CPU + DATES * OPEN
    lengths = [max(0.5, rng.gauss(1, SPREAD)) for _ in range(parts)]
    cpu, size = samples * NS_PER_SAMPLE / (CPUS * EFFICIENCY), samples * (BYTES_PER_SAMPLE + 4 * FIELDS / DATES)
    waiting = [Part(k * cpu, k * size) for k in lengths]
    starting: list[tuple[float, int, Part]] = []
    now, order, reading, bound = 0.0, 0, [], 0.0
    for _ in range(min(nodes, parts)):
        part = waiting.pop()
        heapq.heappush(starting, (delay, order := order + 1, part))
    while starting or reading:
        share = min(LINK, bandwidth / max(1, len(reading)))
        paces = [min(1 / p.cpu, share / p.bytes) for p in reading]
        step = min([p.left / pace for p, pace in zip(reading, paces)], default=float("inf"))
        if starting:
            step = min(step, starting[0][0] - now)
        if reading and share / reading[0].bytes < 1 / reading[0].cpu:
            bound += step
        now += step
        for p, pace in zip(reading, paces):
            p.left -= pace * step
        for p in [p for p in reading if p.left < 1e-9]:
            reading.remove(p)
            if waiting:
                heapq.heappush(starting, (now + delay, order := order + 1, waiting.pop()))
        while starting and starting[0][0] <= now + 1e-9:
            reading.append(heapq.heappop(starting)[2])
    return now, bound / now


def merge(bandwidth: float) -> tuple[float, str]:
    """Returns the seconds of the merge, by one process on one node, and what bounds it."""
    output = PIXELS * FIELDS * 4
    cpu, link = output * MERGE_CPU, 2 * output / min(LINK, bandwidth)
    return max(cpu, link), "the processor" if cpu > link else "the link of its node"


def text(seconds: float) -> str:
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    if seconds < 5970:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def bound_by(nodes: int, bandwidth: float, reads: float) -> str:
    if reads < 0.5:
        return "start"
    return "link" if LINK * nodes <= bandwidth else "file system"


def table() -> str:
    samples = PIXELS * DATES
    lines = [
        f"{samples / 1e12:.1f} × 10¹² samples are {samples * BYTES_PER_SAMPLE / 1e12:.2f} TB of DEFLATE, and take "
        f"{samples * NS_PER_SAMPLE / 3600:.1f} hours of one thread ({NS_PER_SAMPLE * 1e9:.1f} ns a sample).",
        f"The output has {PIXELS * FIELDS * 4 / 1e9:.0f} GB, and merging it takes {text(merge(FILE_SYSTEMS[0])[0])}, bound by {merge(FILE_SYSTEMS[0])[1]}.",
        "",
        "| nodes | " + " | ".join(f"{b / 1e9:.0f} GB/s" for b in FILE_SYSTEMS) + " |",
        "|---|" + "---|" * len(FILE_SYSTEMS),
    ]
    for nodes in NODES:
        cells = []
        for bandwidth in FILE_SYSTEMS:
            seconds, reads = simulate(nodes, bandwidth)
            cells.append(f"{text(seconds)}, {bound_by(nodes, bandwidth, reads)}")
        lines.append(f"| {nodes:,} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


page_table.main("scale_study", "docs/scale.md", table())
