#!/usr/bin/env bash
# Builds the Python package, installs it with what its tests need, and runs its tests.
#
#   scripts/python.sh [ARGUMENT...]    the tests that take seconds; arguments are those of pytest
#   scripts/python.sh long             those that take longer, and all others with the oldest packages
#
# The tests compare with bin/pixtrend, which is built first. Environments are kept in .cache/python.
# Needs: Go, a C compiler, GDAL, and Python 3.11 or newer with venv; for the oldest packages Python 3.10 or
# 3.11; on the first run, a network.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD

newest=(numpy==2.4.6 scipy==1.17.1 xarray==2026.9.0 dask==2026.8.0 distributed==2026.8.0 rioxarray==0.19.0 rasterio==1.4.4
  cftime==1.6.6.1 netCDF4==1.7.5.1.post1 h5py==3.16.0 zarr==3.1.6 tifffile==2026.3.3 matplotlib==3.11.2 ipykernel==7.4.0 nbclient==0.11.0 nbformat==5.11.1 pytest==9.0.2 hatchling==1.29.0)
# python/pyproject.toml promises these.
oldest=(numpy==1.23.5 scipy==1.9.3 pandas==1.5.3 xarray==2022.12.0 dask==2022.12.0 distributed==2022.12.0 rioxarray==0.13.3
  rasterio==1.3.9 cftime==1.6.2 tifffile==2022.10.10 pytest==9.0.2 hatchling==1.29.0)

# install VENV PACKAGE...: makes an environment and installs pixtrend in it.
install() {
  scripts/venv.sh python ".cache/python/$1" "${@:2}"
  ".cache/python/$1/bin/python" -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --force-reinstall ./python </dev/null
}

# test_in VENV [ARGUMENT...]
test_in() { (cd python && "$root/.cache/python/$1/bin/python" -m pytest "${@:2}"); }

# old_python: prints a Python that the oldest packages were made for.
old_python() {
  local candidate
  for candidate in python3.10 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.10.*/bin/python3 python3.11 python3; do
    if "$candidate" -c 'import sys, venv; sys.exit(not (3, 10) <= sys.version_info < (3, 12))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
}

make -s build
export PIXTREND=$root/bin/pixtrend
if [[ ${1:-} != long ]]; then
  install newest "${newest[@]}"
  test_in newest "$@"
  exit
fi
shift
install newest "${newest[@]}"
PIXTREND_LONG=1 test_in newest tests/test_cluster.py tests/test_notebook.py tests/test_processes.py "$@"
old=$(old_python)
if [[ -z $old ]]; then
  echo "python: SKIPPED, NOT TESTED: the oldest packages, for which Python 3.10 or 3.11 is missing"
  exit
fi
PYTHON=$old install oldest "${oldest[@]}"
echo "python: $("$old" --version), ${oldest[*]}"
test_in oldest --ignore tests/test_notebook.py "$@"
