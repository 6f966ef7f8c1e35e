"""Fits of files on a Dask cluster: the parts of a job are the tasks, and the program does each.

Reading GeoTIFFs takes Dask nine tenths of the time. The program reads them itself, so a task is a
part of a job, which returns nothing: its results are files in the folder of the job.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from .files import PathLike, ProgramError, run_program

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["run"]

_MISSING = 3  # the exit code of `job status` if parts are missing
_AGAIN = 75  # the exit code of a part that may succeed when it is tried again


def run(job: PathLike, client: Client, *, retries: int = 3, threads: int = 1, program: PathLike = "pixtrend") -> dict[str, Any]:
    """Do the parts of a job on the workers of a Dask cluster, then merge them.

    Parts that are done already are skipped, so a run that was ended goes on where it was.

    Parameters
    ----------
    job : path
        The folder that `plan_files` or ``pixtrend job plan`` has made. All workers have to see it, the
        inputs and the output under the same names.
    client : distributed.Client
        The cluster. Its workers need the program.
    retries : int, optional
        How often a part is tried again if it fails for a reason that may pass, such as a server that does
        not answer. Parts of workers that die are done by others; the scheduler's setting
        ``distributed.scheduler.allowed-failures`` says how often.
    threads : int, optional
        The threads of a part. The default is 1, because a worker does as many tasks at a time as
        it has threads.
    program : path, optional
        The program on the workers and here. By default it is searched for on the PATH.

    Returns
    -------
    dict
        What ``pixtrend job merge --json`` prints.

    Raises
    ------
    ProgramError
        If a part fails for good, or the merge does. Its text is the program's sentence.

    Examples
    --------
    >>> import pixtrend
    >>> pixtrend.plan_files("job", "ndvi/", "trend.tif", parts=64, harmonics=2)  # doctest: +SKIP
    >>> pixtrend.dask.run("job", client)  # doctest: +SKIP
    """
    from distributed import as_completed

    job, program = os.path.abspath(job), os.fspath(program)
    missing = missing_parts(job, program)
    # Not pure: a part that has failed, or whose shards are gone, is to be done again.
    parts = client.map(_run_part, missing, job=job, threads=threads, program=program, retries=retries, pure=False)
    try:
        for part in as_completed(parts):
            failure = part.result()
            if failure is not None:
                raise ProgramError(*failure)
    finally:
        client.cancel(parts)
    return run_program(["job", "merge", "--json", "--quiet", "--", job], program=program)


def missing_parts(job: str, program: str) -> list[int]:
    """Return the numbers of the parts of a job that are not done. The program lists them as in 0,4-7."""
    status = run_program(["job", "status", "--json", "--", job], program=program, accept=[_MISSING])
    numbers = []
    for run in filter(None, status["parts_missing"].split(",")):
        first, _, last = run.partition("-")
        numbers += range(int(first), int(last or first) + 1)
    return numbers


def _run_part(part: int, job: str, threads: int, program: str) -> tuple[str, int] | None:
    """Do a part. It returns the sentence and code of an error that would come again, which is not retried."""
    try:
        run_program(["job", "run", f"--part={part}", f"--threads={threads}", "--quiet", "--", job], program=program)
    except ProgramError as e:
        if e.code == _AGAIN or e.code > 128:
            raise
        return str(e), e.code
    except ValueError as e:
        return str(e), 2
    return None
