"""Processes, threads, signals and memory."""

import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import threading

import numpy as np
import pixtrend
import pytest
from conftest import same_bits

YEARS = np.arange(21) + 1995


def python(code, **environment):
    """Runs a program in a new interpreter, which has to end within a minute, and returns its output."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=60,
        env=dict(os.environ, **environment),
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def slope_of(stack):
    return pixtrend.fit(stack, YEARS).slope


SETUP = """
import os, sys, threading
import numpy as np, pixtrend
years, stack = np.arange(2001, 2022), np.random.default_rng(1).normal(size=(21, 50, 40))
def child():
    try:
        pixtrend.fit(stack, years)
    except pixtrend.ForkedError as e:
        return "spawn" in str(e) and "forkserver" in str(e)
    return False
def forked():
    pid = os.fork()
    if pid == 0:
        os._exit(7 if child() else 8)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
"""


@pytest.mark.parametrize(
    "before", ["pixtrend.fields()", "pixtrend.fit(stack, years)", "pixtrend.fit(stack, years, threads=1)"]
)
def test_fork_after_use_is_refused(before):
    for _ in range(3):
        assert python(f"{SETUP}\n{before}\nprint(forked())") == "7"


def test_fork_is_noticed_by_the_library():
    """Even if Python does not know of the fork, as in a process that C code forked."""
    forget = "import pixtrend._library as l\nos.register_at_fork(after_in_child=lambda: setattr(l, '_forked', False))"
    assert python(f"{SETUP}\npixtrend.fields()\n{forget}\nprint(forked())") == "7"


def test_fork_before_use_works():
    assert python(f"{SETUP}\nprint(forked(), pixtrend.fit(stack, years).slope.shape)") == "8 (50, 40)"


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_other_processes_work(method, rng):
    stack = rng.normal(size=(21, 30, 20))
    want = slope_of(stack)
    with multiprocessing.get_context(method).Pool(2) as pool:
        for got in pool.map_async(slope_of, [stack] * 4).get(timeout=60):
            assert same_bits(got, want)


def test_subprocess_works(rng):
    slope_of(rng.normal(size=(21, 3)))
    assert (
        subprocess.run([sys.executable, "-c", "print(1)"], capture_output=True, timeout=60, check=True).stdout == b"1\n"
    )


def test_import_is_light():
    """The library is not loaded before it is used."""
    assert python("import sys, pixtrend\nprint('xarray' in sys.modules, pixtrend._library._library)") == "False None"
    assert python("import pixtrend\nprint(pixtrend.__version__)") == pixtrend.__version__


@pytest.mark.parametrize("how", [dict(stats="siegel_slope"), dict(robust="bisquare", harmonics=4, period=37.5)])
def test_interrupt(how, rng):
    """Ctrl-C ends a fit before it is done, and the next one works."""
    stack, seen = rng.normal(size=(200, 300, 400)).astype(np.float32), []

    def progress(done, total):
        seen.append((done, total))
        if len(seen) == 2:
            threading.Timer(0.001, signal.raise_signal, [signal.SIGINT]).start()

    with pytest.raises(KeyboardInterrupt):
        pixtrend.fit(stack, np.arange(1801, 2001), progress=progress, **how)
    assert 2 <= len(seen) and seen[-1][0] < seen[-1][1] == 120_000
    assert slope_of(rng.normal(size=(21, 5))).shape == (5,)


def test_an_exception_of_progress_ends_the_fit(rng):
    def progress(done, total):
        raise LookupError

    with pytest.raises(LookupError):
        pixtrend.fit(rng.normal(size=(21, 1000)), YEARS, progress=progress)


class Bar:
    """A progress bar as tqdm has them."""

    n = total = 0

    def update(self, n):
        assert n > 0
        self.n += n


def test_progress(rng):
    stack, seen, bar = rng.normal(size=(21, 300, 1000)), [], Bar()
    pixtrend.fit(stack, YEARS, progress=lambda done, total: seen.append((done, total)))
    pixtrend.fit(stack[:, :, :999], YEARS, progress=bar)
    assert (
        len(seen) > 1
        and seen == sorted(seen)
        and seen[-1] == (300_000, 300_000)
        and {total for _, total in seen} == {300_000}
    )
    assert bar.n == bar.total == 299_700


def test_threads(rng):
    """Threads of Python fit at once, each with any number of threads of its own."""
    stacks = [rng.normal(size=(21, 40 + i, 300)) for i in range(8)]
    want = [pixtrend.fit(s, YEARS, threads=1).slope for s in stacks]
    wrong = []

    def work(i):
        for k in range(20):
            if not same_bits(pixtrend.fit(stacks[i], YEARS, threads=1 + (i + k) % 3).slope, want[i]):
                wrong.append(i)

    threads = [threading.Thread(target=work, args=[i]) for i in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not wrong
    with pytest.raises(ValueError, match="threads is 0"):
        pixtrend.fit(stacks[0], YEARS, threads=0)


def test_gil_is_given_up(rng):
    """Other threads of Python run during a call."""
    stack, counted, done = rng.normal(size=(200, 1000)).astype(np.float32), [0], threading.Event()

    def count():
        while not done.is_set():
            counted[0] += 1

    counter = threading.Thread(target=count)
    counter.start()
    try:
        before = counted[0]
        pixtrend.fit(stack, np.arange(1801, 2001), "siegel_slope")
        after = counted[0]
    finally:
        done.set()
        counter.join()
    assert after > before


def resident():
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="memory is read from /proc")
def test_memory_of_many_calls(rng):
    stack = rng.normal(size=(21, 30, 40))
    mask, turned = rng.random(stack.shape) < 0.2, np.moveaxis(stack, 0, 2).copy()

    def call(n):
        for i in range(n):
            pixtrend.fit(stack, YEARS, ["slope", "pvalue"])
            pixtrend.fit(turned, YEARS, axis=2, mask=np.moveaxis(mask, 0, 2), residuals=i % 10 == 0)

    call(300)
    before = resident()
    call(5000 if os.environ.get("PIXTREND_LONG") else 700)
    assert resident() - before < 2 << 20
