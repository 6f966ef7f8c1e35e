"""Builds the library of kernels for the wheel, and tags the wheel with the platform it is for.

The library comes from the Go sources around this folder, or from the file that PIXTREND_LIBRARY names.
If the package ziglang is installed, it is the C compiler and links the symbols of glibc 2.17, so that
the wheel is one of manylinux_2_17. Otherwise the wheel is for machines like this one.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

GLIBC = "2.17"


class CustomBuildHook(BuildHookInterface):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        folder = Path(self.root)
        library = folder / "src" / "pixtrend" / "_pixtrend.so"
        if given := os.environ.get("PIXTREND_LIBRARY"):
            shutil.copyfile(given, library)
        else:
            build(folder.parent, library)
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform_of(library)}"


def build(repository: Path, library: Path) -> None:
    """Runs go build."""
    if not (repository / "go.mod").is_file():
        sys.exit(
            "pixtrend is built inside its repository: run pip in python/ of a clone, "
            "or name a library in PIXTREND_LIBRARY"
        )
    if not shutil.which("go"):
        sys.exit("building pixtrend needs Go 1.26 or newer on PATH: install it from https://go.dev/dl")
    env = dict(os.environ, CGO_ENABLED="1")
    if "CC" not in env and importlib.util.find_spec("ziglang"):
        env["CC"] = f"{sys.executable} -m ziglang cc -target {platform.machine()}-linux-gnu.{GLIBC}"
    # The file is replaced as a whole: processes may have loaded the old one.
    partial = library.with_suffix(".new")
    command = [
        "go",
        "build",
        "-buildmode=c-shared",
        "-buildvcs=false",
        "-trimpath",
        "-ldflags=-s -w",
        "-o",
        str(partial),
        "./python/capi",
    ]
    try:
        subprocess.run(command, cwd=repository, env=env, check=True)
    except subprocess.CalledProcessError:
        sys.exit("go build failed: its message is above")
    partial.with_suffix(".h").unlink(missing_ok=True)  # the header that cgo writes beside it
    partial.replace(library)


def platform_of(library: Path) -> str:
    """Returns the platform tag: of manylinux if the library needs no newer glibc."""
    versions = re.findall(rb"GLIBC_(\d+)\.(\d+)", library.read_bytes())
    newest = max((int(major), int(minor)) for major, minor in versions) if versions else None
    if newest and newest <= tuple(map(int, GLIBC.split("."))):
        return f"manylinux_{GLIBC.replace('.', '_')}_{platform.machine()}"
    return re.sub(r"[-.]", "_", sysconfig.get_platform())
