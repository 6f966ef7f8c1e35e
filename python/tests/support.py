"""Functions that the tests share."""

import os

import numpy as np
import pytest

long = pytest.mark.skipif(not os.environ.get("PIXTREND_LONG"), reason="it takes long: make python-long runs it")


def same_bits(a, b) -> bool:
    """Whether two arrays have the same type, shape and bits. NaNs are equal whatever their payload."""
    a, b = np.asarray(a), np.asarray(b)
    if a.dtype != b.dtype or a.shape != b.shape:
        return False
    nan = np.isnan(a)
    bits = f"u{a.itemsize}"
    return bool((nan == np.isnan(b)).all() and (a[~nan].view(bits) == b[~nan].view(bits)).all())
