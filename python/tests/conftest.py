"""Fixtures that the tests share."""

import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

root = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def program() -> str:
    """The program pixtrend. scripts/python.sh builds it and sets PIXTREND_PROGRAM."""
    found = os.environ.get("PIXTREND_PROGRAM") or shutil.which("pixtrend") or shutil.which(root / "bin" / "pixtrend")
    if not found:
        pytest.skip("the program pixtrend is neither on the PATH nor in bin: make build")
    return str(found)


@pytest.fixture(scope="session")
def scenes(program, tmp_path_factory) -> Path:
    """A folder with eight rasters of 60 × 50 pixels, 2000 to 2007."""
    folder = tmp_path_factory.mktemp("scenes")
    subprocess.run(
        [program, "synth", folder, "-q", "--width", "60", "--height", "50", "--dates", "2000-2007", "--gaps", "0.2"], check=True
    )
    return folder


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20260119)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of the real stacks, which are not in this repository."""
    folder = Path(os.environ.get("SHARED", root.parent / "shared")) / "data"
    if not folder.is_dir():
        pytest.skip(f"{folder} does not exist")
    return folder
