"""The examples in docstrings."""

import doctest

import pytest
from pixtrend import _fields, _fit


@pytest.mark.parametrize("module", [_fields, _fit])
def test_examples(module):
    failed, tried = doctest.testmod(module)
    assert tried > 0 and failed == 0
