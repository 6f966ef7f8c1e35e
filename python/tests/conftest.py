"""What several tests use."""

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def rng():
    return np.random.default_rng(19)


@pytest.fixture(scope="session")
def program(tmp_path_factory):
    """Runs pixtrend, the command, in a folder of its own."""
    path = Path(os.environ.get("PIXTREND", ROOT / "bin" / "pixtrend"))
    if not path.is_file():
        pytest.skip(f"{path} does not exist: run make build first")
    folder = tmp_path_factory.mktemp("program")

    def run(*args):
        subprocess.run([path, *map(str, args)], cwd=folder, check=True, capture_output=True, text=True)
        return folder

    return run


def same_bits(a, b):
    """Reports whether two arrays have the same type, shape and bits."""
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def gappy(rng, shape, share=0.2, dtype=np.float64):
    """Returns a random stack of which a share is NaN."""
    a = rng.normal(size=shape)
    a[rng.random(shape) < share] = np.nan
    return a.astype(dtype)
