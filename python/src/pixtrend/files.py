"""Fits of files: this module runs the program pixtrend, which reads and writes rasters with GDAL."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import warnings
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import numpy as np

__all__ = ["ProgramError", "fit_files", "plan_files", "run_program"]

PathLike = str | os.PathLike[str]

# The flags of which each value needs a flag of its own. The values of other flags are lists with
# commas. A test compares these names with the help of the program.
_REPEATED = {"co", "covariate", "if", "mask-from"}

_USAGE = 2  # the exit code for a wrong command line


class ProgramError(RuntimeError):
    """The program failed. Its text is the sentence that the program printed.

    Attributes
    ----------
    code : int
        The exit code: 1 if the program failed, 3 if parts of a job are missing, 75 if it may succeed
        when it is tried again, and 128 plus the number of the signal that ended it.
    """

    def __init__(self, sentence: str, code: int) -> None:
        super().__init__(sentence, code)
        self.code = code

    def __str__(self) -> str:
        return str(self.args[0])


def fit_files(
    inputs: PathLike | Iterable[PathLike], output: PathLike, *, program: PathLike = "pixtrend", **options: Any
) -> dict[str, Any]:
    """Fit the trend of rasters and write it as a GeoTIFF, as the command ``pixtrend fit`` does.

    The program has to be installed; the Python package does not contain it.

    Parameters
    ----------
    inputs : path or iterable of paths
        Files, folders, patterns, ``@list.txt`` or URLs, as on the command line.
    output : path
        The GeoTIFF to write.
    program : path, optional
        The program. By default it is searched for on the PATH.
    **options
        The flags of ``pixtrend fit``, with underscores for hyphens: ``harmonics=2`` is
        ``--harmonics 2``, and ``valid_range=(0, None)`` is ``--valid-range 0,``. True gives a flag
        without a value, and False and None leave it out. Lists are joined by commas, or give one flag
        for each value where the flag may be repeated. A mapping gives ``NAME=VALUE``. Words that are
        reserved in Python have an underscore at their end: ``from_=2001`` is ``--from 2001``.

    Returns
    -------
    dict
        What ``pixtrend fit --json`` prints. Its warnings are also Python warnings.

    Raises
    ------
    ValueError
        If the options are wrong. The text is the program's sentence.
    ProgramError
        If the fit failed. Nothing is written then.
    FileNotFoundError
        If the program is not found.

    Examples
    --------
    >>> fit_files("ndvi/", "trend.tif", stats=["slope", "pvalue"], fdr=0.05, overwrite=True)  # doctest: +SKIP
    """
    command = ["fit", *_flags(options), f"--output={os.fspath(output)}", "--json", "--quiet", "--", *_inputs(inputs)]
    return run_program(command, program=program)


def plan_files(
    job: PathLike,
    inputs: PathLike | Iterable[PathLike],
    output: PathLike,
    *,
    parts: int,
    program: PathLike = "pixtrend",
    **options: Any,
) -> dict[str, Any]:
    """Plan a fit in parts, as the command ``pixtrend job plan`` does.

    Parameters
    ----------
    job : path
        The folder of the job, which all machines that work on it have to see under this name.
    inputs, output, program, **options
        As in `fit_files`.
    parts : int
        The number of parts. Each is one task of `pixtrend.dask.run`.

    Returns
    -------
    dict
        What ``pixtrend job plan --json`` prints.
    """
    command = ["job", "plan", *_flags({"parts": parts, **options}), f"--output={os.fspath(output)}", "--json", "--quiet"]
    return run_program([*command, "--", os.fspath(job), *_inputs(inputs)], program=program)


def run_program(arguments: Iterable[str], *, program: PathLike = "pixtrend", accept: Iterable[int] = ()) -> dict[str, Any]:
    """Run the program and return the JSON object that it prints, or an empty dict if it prints none.

    A `KeyboardInterrupt` ends the program too. Exit codes in `accept` are no errors.
    """
    command = [os.fspath(program), *arguments]
    try:
        # In a session of its own, the program gets Ctrl-C from this process alone: a second signal
        # would end it before it has removed its temporary files.
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            encoding="utf-8", errors="replace", start_new_session=True,
        )  # fmt: skip
    except FileNotFoundError:
        raise FileNotFoundError(
            f"the program {command[0]} is not found: install it, or name it with program='/path/to/pixtrend'"
        ) from None
    try:
        out, messages = child.communicate()
    except BaseException:
        _end(child)
        raise
    if child.returncode != 0 and child.returncode not in accept:
        raise _error(child.returncode, messages)
    result = json.loads(out) if out.strip() else {}
    for sentence in result.get("warnings") or []:
        warnings.warn(sentence, stacklevel=3)
    return result


def _end(child: subprocess.Popen[str]) -> None:
    """Asks the program to end, and kills it if it does not."""
    child.send_signal(signal.SIGINT)
    try:
        child.wait(timeout=10)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    for pipe in (child.stdout, child.stderr):
        if pipe:
            pipe.close()


def _error(code: int, messages: str) -> Exception:
    """Returns the exception of an exit code and of what was printed on standard error."""
    lines = messages.strip().splitlines()
    sentence = lines[-1].removeprefix("pixtrend: ") if lines else f"the program pixtrend printed nothing, and its exit code is {code}"
    if code == _USAGE:
        return ValueError(sentence)
    return ProgramError(sentence, code if code >= 0 else 128 - code)


def _inputs(inputs: PathLike | Iterable[PathLike]) -> list[str]:
    if isinstance(inputs, (str, os.PathLike)):
        return [os.fspath(inputs)]
    return [os.fspath(i) for i in inputs]


def _flags(options: Mapping[str, Any]) -> list[str]:
    """Returns options as flags of the command line."""
    flags = []
    for name, value in options.items():
        flag = name.removesuffix("_").replace("_", "-")
        if value is None or value is False:
            continue
        if value is True:
            flags.append(f"--{flag}")
            continue
        if isinstance(value, Mapping):
            values = [f"{k}={_text(v)}" for k, v in value.items()]
        elif isinstance(value, (list, tuple, np.ndarray)):
            values = [_text(v) for v in value]
        else:
            values = [_text(value)]
        if flag not in _REPEATED:
            values = [",".join(values)]
        flags += [f"--{flag}={v}" for v in values]
    return flags


def _text(value: Any) -> str:
    """Returns a value as the command line reads it. The end of a range that is left out is None."""
    if value is None:
        return ""
    if isinstance(value, (date, np.datetime64)):
        return str(value)[: len("2001-07-15")]
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    return str(value)
