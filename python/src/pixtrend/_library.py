"""The shared library of kernels, loaded when it is first used. python/capi/pixtrend.h describes it."""

from __future__ import annotations

import ctypes
import json
import os
import threading
from pathlib import Path
from typing import Any

ABI = 1
OK, VALUE, BUG, FORKED, SHORT = range(5)
_MESSAGE = 1 << 13  # bytes of an error's sentence, at most


class ForkedError(RuntimeError):
    """The process is a fork of one in which pixtrend had been used.

    The threads of the kernels do not exist in the child, so that a fit there would never end. Start
    processes with `multiprocessing.get_context("spawn")` or `"forkserver"` instead, or use pixtrend
    for the first time in the child.
    """

    def __init__(self) -> None:
        super().__init__(
            "pixtrend was used before this process was forked, and cannot work in the child: "
            "start processes with the method 'spawn' or 'forkserver' of multiprocessing"
        )


class Array(ctypes.Structure):
    """px_array."""

    _fields_ = [
        ("data", ctypes.c_void_p),
        ("dtype", ctypes.c_int64),
        ("stride_date", ctypes.c_int64),
        ("stride_y", ctypes.c_int64),
        ("stride_x", ctypes.c_int64),
    ]


class FitArgs(ctypes.Structure):
    """px_fit_args."""

    _fields_ = [
        ("size", ctypes.c_int64),
        ("options", ctypes.c_char_p),
        ("times", ctypes.c_void_p),
        ("dates", ctypes.c_int64),
        ("height", ctypes.c_int64),
        ("width", ctypes.c_int64),
        ("samples", Array),
        ("mask", Array),
        ("covariates", ctypes.POINTER(Array)),
        ("ncovariates", ctypes.c_int64),
        ("out", ctypes.POINTER(ctypes.c_void_p)),
        ("nout", ctypes.c_int64),
        ("threads", ctypes.c_int64),
    ]


_library: ctypes.CDLL | None = None
_forked = False
_loading = threading.Lock()


def _in_child() -> None:
    global _forked, _loading
    _forked = _library is not None
    _loading = threading.Lock()  # a thread of the parent may have held the old one


os.register_at_fork(after_in_child=_in_child)


def load() -> ctypes.CDLL:
    """Returns the library, which the first call loads. CDLL gives up the GIL during a call."""
    global _library
    if _forked:
        raise ForkedError
    with _loading:
        if _library is None:
            path = Path(__file__).with_name("_pixtrend.so")
            try:
                library = ctypes.CDLL(str(path))
            except OSError as e:
                raise ImportError(
                    f"pixtrend cannot load its kernels: {e}: install the package for this platform again"
                ) from e
            if library.px_abi() != ABI:
                raise ImportError(
                    f"{path} is of another release than the Python code beside it: install the package again"
                )
            _library = library
    return _library


def check(code: int, message: bytes) -> None:
    """Raises the error that a function of the library returned."""
    if code == OK:
        return
    text = message.decode("utf-8", "replace")
    if code == VALUE:
        raise ValueError(text)
    if code == FORKED:
        raise ForkedError
    raise RuntimeError(f"pixtrend has a bug, please report it: {text}")


def fit(args: FitArgs) -> None:
    """Calls px_fit."""
    message = ctypes.create_string_buffer(_MESSAGE)
    code = load().px_fit(ctypes.byref(args), message, ctypes.c_int64(len(message)))
    check(code, message.value)


def reply(function: str, *args: Any) -> Any:
    """Calls a function that replies with JSON, and returns what it says."""
    n = 1 << 16
    while True:
        message = ctypes.create_string_buffer(n)
        code = getattr(load(), function)(*args, message, ctypes.c_int64(n))
        if code != SHORT:
            check(code, message.value)
            return json.loads(message.value)
        n *= 4


def discoveries(data: int, count: int, dtype: int, rate: float) -> tuple[float, int, int]:
    """Calls px_fdr. Returns the threshold, the number of discoveries, and that of p-values."""
    threshold, found, of = ctypes.c_double(), ctypes.c_int64(), ctypes.c_int64()
    message = ctypes.create_string_buffer(_MESSAGE)
    code = load().px_fdr(
        ctypes.c_void_p(data),
        ctypes.c_int64(count),
        ctypes.c_int32(dtype),
        ctypes.c_double(rate),
        ctypes.byref(threshold),
        ctypes.byref(found),
        ctypes.byref(of),
        message,
        ctypes.c_int64(len(message)),
    )
    check(code, message.value)
    return threshold.value, found.value, of.value
