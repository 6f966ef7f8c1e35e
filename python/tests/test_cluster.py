"""A cluster of dask.distributed: a scheduler and workers that are processes of their own."""

import os
import signal
import subprocess
import threading
import time

import dask
import dask.array
import numpy as np
import pytest
import rasterio
import rioxarray
import xarray as xr
from dask.distributed import Client, LocalCluster
from conftest import long, same_bits

import pixtrend

pytestmark = long
stats = ["slope", "pvalue", "sen_slope", "n"]


@pytest.fixture(scope="module")
def client():
    """Three workers, spawned, with a nanny each that starts another if the worker dies."""
    settings = {"distributed.worker.multiprocessing-method": "spawn", "distributed.comm.timeouts.connect": "2s"}
    with dask.config.set(settings):
        with LocalCluster(n_workers=3, threads_per_worker=2, processes=True, host="127.0.0.1", dashboard_address=None) as cluster:
            with Client(cluster) as client:
                yield client


def kill_a_worker(client):
    """Kills a worker as the system does if memory is short."""
    pids = client.run(os.getpid)
    assert len(set(pids.values()) | {os.getpid()}) == len(pids) + 1
    os.kill(next(iter(pids.values())), signal.SIGKILL)


def slowly(block):
    time.sleep(0.05)
    return block


def compute_with_a_worker_killed(client, ds):
    """Computes a Dataset, and kills a worker once some chunks are done and others are not."""
    ds = client.persist(ds)
    futures = client.futures_of(ds)
    while not (done := sum(f.done() for f in futures)):
        time.sleep(0.01)
    kill_a_worker(client)
    assert done < len(futures)
    return ds.compute()


def of_the_program(command, folder, out, **options):
    """Returns what the program writes, by the name of the band."""
    pixtrend.fit_files(folder, out, program=command, stats=stats, **options)
    with rasterio.open(out) as r:
        return dict(zip(r.descriptions, r.read()))


def opened(files, times, chunks):
    """A lazy stack of files, as rioxarray opens it."""
    rasters = [rioxarray.open_rasterio(f, chunks=chunks, lock=False).squeeze("band", drop=True) for f in files]
    return xr.concat(rasters, dim=xr.DataArray(times, dims="time", name="time"), combine_attrs="override").chunk(time=-1)


def test_files_with_a_worker_killed(client, command, tmp_path):
    size = ["--width", "400", "--height", "300", "--gaps", "0.2"]
    subprocess.run([command, "synth", tmp_path / "demo", "-q", *size], check=True)
    files = sorted((tmp_path / "demo").iterdir())
    da = opened(files, [int(f.stem[-4:]) for f in files], {"x": 200, "y": 75})
    da = da.copy(data=da.data.map_blocks(slowly, dtype=da.dtype))
    got = compute_with_a_worker_killed(client, pixtrend.trend(da, stats=stats))
    want = of_the_program(command, tmp_path / "demo", tmp_path / "trend.tif")
    assert all(same_bits(got[name], want[name]) for name in stats)
    with rasterio.open(tmp_path / "trend.tif") as r:
        assert got.slope.rio.crs == r.crs
        assert got.slope.rio.transform() == r.transform


def test_real_stack(client, command, shared, tmp_path):
    """68 scenes of Sentinel-2 with clouds and 64 × 64 blocks."""
    folder = shared / "eolearn_s2_ndvi" / "tif"
    files = sorted(folder.glob("*.tif"))
    times = [np.datetime64(f"{f.stem[8:12]}-{f.stem[12:14]}-{f.stem[14:16]}") for f in files]
    got = pixtrend.trend(opened(files, times, {"x": 64, "y": 64}), stats=stats).compute()
    want = of_the_program(command, folder, tmp_path / "trend.tif")
    assert all(same_bits(got[name], want[name]) for name in stats)


def test_large_stack_with_a_worker_killed(client):
    """8192² pixels of 21 years, 5.6 GB, that are made on the workers; one of them dies."""

    def block(block_info):
        _, y, x = block_info[None]["chunk-location"]
        return samples_of(y, x)

    chunks = ((21,), (1024,) * 8, (1024,) * 8)
    da = xr.DataArray(dask.array.map_blocks(block, chunks=chunks, dtype="float32"), {"time": range(1995, 2016)}, ("time", "y", "x"))
    got = compute_with_a_worker_killed(client, pixtrend.trend(da, stats=["slope", "n"]))
    assert got.slope.shape == (8192, 8192)
    for y, x in np.ndindex(8, 8):
        want = pixtrend.fit(samples_of(y, x), np.arange(1995, 2016), ["slope", "n"])
        part = {"y": slice(1024 * y, 1024 * y + 1024), "x": slice(1024 * x, 1024 * x + 1024)}
        assert same_bits(got.slope[part], want["slope"]) and same_bits(got.n[part], want["n"])


def samples_of(y, x):
    """Samples of a block of 1024² pixels with 15 % gaps, which depend on its place alone."""
    samples = np.random.default_rng((y, x)).random((21, 1024, 1024), "float32")
    samples[samples < 0.15] = np.nan
    return samples


def planned(command, tmp_path, parts=12, **options):
    size = ["--width", "1100", "--height", "850", "--dates", "1995-2002"]
    subprocess.run([command, "synth", tmp_path / "demo", "-q", *size, "--co", "TILED=YES"], check=True)
    pixtrend.plan_files(tmp_path / "job", tmp_path / "demo", tmp_path / "trend.tif", parts=parts, program=command, **options)
    return tmp_path / "job"


def slow_program(command, tmp_path):
    """A program that waits before it does a part, so that a worker dies during one."""
    slow = tmp_path / "slow"
    slow.write_text(f'#!/bin/sh\nif [ "$2" = run ]; then echo >>{tmp_path}/started; sleep 0.5; fi\nexec "{command}" "$@"\n')
    slow.chmod(0o755)
    return slow


def test_job_with_a_worker_killed(client, command, tmp_path):
    """The parts of a job are done, and the merged file is that of one process, byte for byte."""
    job = planned(command, tmp_path, stats=stats)
    started = tmp_path / "started"
    slow = slow_program(command, tmp_path)

    def kill():
        while not started.exists() or started.stat().st_size < 4:
            time.sleep(0.01)
        kill_a_worker(client)

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    summary = pixtrend.dask.run(job, client, program=slow)
    killer.join()
    assert started.stat().st_size > 12  # a part was done again
    pixtrend.fit_files(tmp_path / "demo", tmp_path / "alone.tif", program=command, stats=stats)
    assert (tmp_path / "trend.tif").read_bytes() == (tmp_path / "alone.tif").read_bytes()
    assert summary["output"] == str(tmp_path / "trend.tif")


def test_job_goes_on_where_it_was(client, command, tmp_path):
    job = planned(command, tmp_path)
    for part in (0, 5):
        subprocess.run([command, "job", "run", "--quiet", f"--part={part}", job], check=True)
    slow = slow_program(command, tmp_path)
    pixtrend.dask.run(job, client, program=slow)
    assert (tmp_path / "started").stat().st_size == 10
    assert (tmp_path / "trend.tif").exists()


def test_failures_of_a_job(client, command, tmp_path):
    """What fails for good is not tried again, and has the sentence of the program."""
    job = planned(command, tmp_path)
    os.utime(tmp_path / "demo" / "ndvi_1997.tif", (0, 0))
    slow = slow_program(command, tmp_path)
    with pytest.raises(pixtrend.ProgramError, match="ndvi_1997.tif"):
        pixtrend.dask.run(job, client, program=slow)
    assert (tmp_path / "started").stat().st_size <= 12
    with pytest.raises(pixtrend.ProgramError, match="no plan in"):
        pixtrend.dask.run(tmp_path / "none", client, program=command)


def test_a_part_is_tried_again(client, tmp_path):
    """The code 75 means: try again. It is, and no more often than asked for."""
    tries = tmp_path / "tries"
    program = tmp_path / "pixtrend"
    program.write_text(f"""#!/bin/sh
case $2 in
  status) echo '{{"parts_missing": "4-4"}}'; exit 3 ;;
  merge) echo '{{"output": "out.tif"}}' ;;
  run)
    echo >>{tries}
    [ $(wc -l <{tries}) -ge 3 ] || {{ echo 'pixtrend: the server is busy' >&2; exit 75; }} ;;
esac
""")
    program.chmod(0o755)
    assert pixtrend.dask.run(tmp_path, client, program=program) == {"output": "out.tif"}
    assert tries.read_text().count("\n") == 3
    tries.unlink()
    with pytest.raises(pixtrend.ProgramError, match="the server is busy") as failed:
        pixtrend.dask.run(tmp_path, client, program=program, retries=1)
    assert failed.value.code == 75
    assert tries.read_text().count("\n") == 2
