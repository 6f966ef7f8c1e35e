"""Fits of files by the program."""

import os
import resource
import signal
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import pytest
import rasterio

import pixtrend
from pixtrend import files


def test_flags_of_options():
    flags = files._flags({
        "harmonics": 2, "stats": ["slope", "pvalue"], "valid_range": (0, None), "from_": np.datetime64("2001-07-15"),
        "co": {"COMPRESS": "ZSTD", "ZSTD_LEVEL": 9}, "if_": ["VRT", "NetCDF"], "overwrite": True, "ar1": False,
        "nodata": None, "covariate": {"enso": "@enso.csv"}, "x": np.array([0.5, 2.0]), "intercept_at": -1,
    })  # fmt: skip
    assert flags == [
        "--harmonics=2", "--stats=slope,pvalue", "--valid-range=0,", "--from=2001-07-15",
        "--co=COMPRESS=ZSTD", "--co=ZSTD_LEVEL=9", "--if=VRT", "--if=NetCDF", "--overwrite",
        "--covariate=enso=@enso.csv", "--x=0.5,2.0", "--intercept-at=-1",
    ]  # fmt: skip


def test_repeated_flags_are_those_of_the_help(command):
    text = subprocess.run([command, "fit", "--help"], capture_output=True, text=True, check=True).stdout
    options, entry = {}, ""
    for line in text.splitlines():
        if line.lstrip().startswith("-"):
            entry = line.split("--", 1)[1].split()[0]
        options[entry] = options.get(entry, "") + " " + line.strip()
    assert {name for name, help in options.items() if "may be repeated" in help} == files._REPEATED


def test_fit_files(command, scenes, tmp_path):
    out = tmp_path / "trend.tif"
    summary = pixtrend.fit_files(scenes, out, program=command, stats=["slope", "pvalue"], min_obs=3, threads=1)
    by_hand = tmp_path / "by hand.tif"
    flags = ["-q", "--stats", "slope,pvalue", "--min-obs", "3", "-o", by_hand]
    subprocess.run([command, "fit", *flags, scenes], check=True)
    with rasterio.open(out) as got, rasterio.open(by_hand) as want:
        assert got.descriptions == want.descriptions == ("slope", "pvalue")
        assert got.read().tobytes() == want.read().tobytes()
    assert summary["output"] == str(out)
    assert summary["width"] == 60


def test_several_inputs_and_odd_names(command, scenes, tmp_path):
    """Names that begin with a hyphen are inputs, and not flags."""
    (tmp_path / "-odd").symlink_to(scenes)
    here = os.getcwd()
    os.chdir(tmp_path)
    try:
        pixtrend.fit_files("-odd", "-trend.tif", program=command)
        pixtrend.fit_files(sorted(scenes.iterdir()), "trend.tif", program=command)
        with rasterio.open("./-trend.tif") as a, rasterio.open("trend.tif") as b:
            assert a.read().tobytes() == b.read().tobytes()
    finally:
        os.chdir(here)


def test_errors_are_the_sentences_of_the_program(command, scenes, tmp_path):
    out = tmp_path / "trend.tif"
    with pytest.raises(ValueError, match="--harmonix"):
        pixtrend.fit_files(scenes, out, program=command, harmonix=2)
    with pytest.raises(ValueError, match="whole number from 1 to 4"):
        pixtrend.fit_files(scenes, out, program=command, harmonics=9)
    with pytest.raises(pixtrend.ProgramError, match="missing") as failed:
        pixtrend.fit_files(tmp_path / "missing", out, program=command)
    assert failed.value.code == 1
    assert not str(failed.value).startswith("pixtrend: ")
    with pytest.raises(FileNotFoundError, match="not-installed is not found: install it"):
        pixtrend.fit_files(scenes, out, program="not-installed")
    assert not out.exists()


def test_warnings_are_python_warnings(command, scenes, tmp_path):
    dates = ["2001", "2001", *(str(y) for y in range(2002, 2008))]
    with pytest.warns(UserWarning, match="2001"):
        pixtrend.fit_files(scenes, tmp_path / "trend.tif", program=command, dates=dates)


def test_interrupt_ends_the_program(tmp_path):
    """KeyboardInterrupt ends the program, and leaves none behind."""
    pid = tmp_path / "pid"
    program = tmp_path / "pixtrend"
    program.write_text(f"#!/bin/sh\necho $$ > {pid}.new; mv {pid}.new {pid}; trap 'exit 130' INT\nwhile :; do sleep 0.02; done\n")
    program.chmod(0o755)

    def interrupt():
        while not pid.exists():
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        pixtrend.fit_files("in", "out.tif", program=program)
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


def test_signals_are_codes(tmp_path):
    program = tmp_path / "pixtrend"
    program.write_text("#!/bin/sh\nkill -KILL $$\n")
    program.chmod(0o755)
    with pytest.raises(pixtrend.ProgramError, match="printed nothing") as failed:
        pixtrend.fit_files("in", "out.tif", program=program)
    assert failed.value.code == 128 + signal.SIGKILL


def test_other_modules_are_not_imported():
    """Fits of files need neither the library nor xarray."""
    code = textwrap.dedent("""
        import sys, pixtrend
        pixtrend.fit_files
        assert not {"xarray", "dask", "distributed"} & set(sys.modules), sorted(sys.modules)
    """)
    subprocess.run([sys.executable, "-c", code], check=True)


def test_sentence_of_a_full_disk(command, scenes, tmp_path):
    """A failure after the work has begun has the sentence alone, without the progress before it."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises(pixtrend.ProgramError, match="^cannot write .*trend.tif") as failed:
            pixtrend.fit_files(scenes, tmp_path / "trend.tif", program=command)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert failed.value.code == 1
    assert list(tmp_path.iterdir()) == []
