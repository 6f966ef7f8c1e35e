"""Gives DataArrays the accessor ``da.pixtrend`` without importing xarray, which takes long."""

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from types import ModuleType


def register_when_imported() -> None:
    """Register the accessor now if xarray is imported, or else as soon as it is."""
    if sys.modules.get("xarray"):
        _register()
    else:
        sys.meta_path.insert(0, _Finder())


def _register() -> None:
    import xarray

    from .xr import Accessor

    xarray.register_dataarray_accessor("pixtrend")(Accessor)


class _Finder(importlib.abc.MetaPathFinder):
    """Finds xarray as the other finders do, and registers the accessor once it is executed."""

    def find_spec(self, name: str, path: object = None, target: ModuleType | None = None) -> importlib.machinery.ModuleSpec | None:
        if name != "xarray" or self not in sys.meta_path:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is None or spec.loader is None:
            return spec
        execute = spec.loader.exec_module

        def exec_module(module: ModuleType) -> None:
            execute(module)
            _register()

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec
