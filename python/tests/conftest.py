"""What several tests use."""

import os
import signal
import subprocess
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]

long = pytest.mark.skipif(not os.environ.get("PIXTREND_LONG"), reason="it takes long: make python-long runs it")

# A shell starts jobs in the background with interrupts ignored, and tests of interrupts would wait for ever.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def rng():
    return np.random.default_rng(19)


@pytest.fixture(scope="session")
def command():
    """The path of pixtrend, the command."""
    path = Path(os.environ.get("PIXTREND", ROOT / "bin" / "pixtrend"))
    if not path.is_file():
        pytest.skip(f"{path} does not exist: run make build first")
    return path


@pytest.fixture(scope="session")
def program(command, tmp_path_factory):
    """Runs the command in a folder of its own."""
    folder = tmp_path_factory.mktemp("program")

    def run(*args):
        subprocess.run([command, *map(str, args)], cwd=folder, check=True, capture_output=True, text=True)
        return folder

    return run


@pytest.fixture(scope="session")
def scenes(command, tmp_path_factory):
    """A folder with eight rasters of 60 × 50 pixels, 2000 to 2007."""
    folder = tmp_path_factory.mktemp("scenes")
    size = ["--width", "60", "--height", "50", "--dates", "2000-2007", "--gaps", "0.2"]
    subprocess.run([command, "synth", folder, "-q", *size], check=True)
    return folder


@pytest.fixture(scope="session")
def shared():
    """The folder of the real stacks, which are not in this repository."""
    folder = Path(os.environ.get("SHARED", ROOT.parent / "shared")) / "data"
    if not folder.is_dir():
        pytest.skip(f"{folder} does not exist")
    return folder


def same_bits(a, b):
    """Reports whether two arrays have the same type, shape and bits."""
    a, b = np.asarray(a), np.asarray(b)
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def gappy(rng, shape, share=0.2, dtype=np.float64):
    """Returns a random stack of which a share is NaN."""
    a = rng.normal(size=shape)
    a[rng.random(shape) < share] = np.nan
    return a.astype(dtype)
