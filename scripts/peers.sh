#!/usr/bin/env bash
# Times pixtrend, scipy, numpy, numba, xarray, dask, GRASS, CDO, terra, zeit-cdts, pyMannKendall, nrt and
# statsmodels on the same stacks, and checks their results (scripts/peers/run.py). Then times breaks beside
# zeit-cdts (scripts/peers/breaks.py), and the Python package and others on arrays in memory
# (scripts/peers/arrays.py). Writes the tables to .cache/peers/stacks/peers.md, breaks.md and arrays.md.
#
#   scripts/peers.sh [options of run.py]    --quick takes some minutes instead of half an hour
#
# Needs: bin/pixtrend (`make peers` builds it first), Python 3.11 or newer with venv, 10 GB of disk.
# Installs Python packages in .cache/peers/venv once. Installs GRASS, CDO and R with terra and
# Rcpp with apt-get if run as root. Programs that are still missing are listed as missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=(numpy==2.4.6 scipy==1.17.1 rasterio==1.4.4 numba==0.68.1 xarray==2026.9.0 rioxarray==0.19.0 dask==2026.8.0 netCDF4==1.7.5.1.post1 pymannkendall==1.4.3 statsmodels==0.15.0)
# Their own requirements are not needed for what is timed, and are large.
alone=(zeit-cdts==2.2.0 nrt==0.3.0)
venv=.cache/peers/venv

if [[ ! -x bin/pixtrend ]]; then
  echo "peers: bin/pixtrend does not exist: run 'make peers', which builds it" >&2
  exit 1
fi
scripts/venv.sh peers "$venv" "${packages[@]}"
"$venv/bin/python" -m pip install --quiet --only-binary :all: --no-deps "${alone[@]}" </dev/null

missing=()
command -v grass >/dev/null || missing+=(grass-core)
command -v cdo >/dev/null || missing+=(cdo)
Rscript -e 'library(terra)' >/dev/null 2>&1 || missing+=(r-cran-terra)
Rscript -e 'library(Rcpp)' >/dev/null 2>&1 || missing+=(r-cran-rcpp)
if ((${#missing[@]})) && command -v apt-get >/dev/null && [[ $(id -u) == 0 ]]; then
  for package in "${missing[@]}"; do
    echo "peers: installing $package with apt-get"
    { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$package"; } >/dev/null 2>&1 </dev/null ||
      echo "peers: apt-get cannot install $package: its program will be listed as missing"
  done
fi

"$venv/bin/python" scripts/peers/run.py bin/pixtrend .cache/peers/stacks "$@"
"$venv/bin/python" scripts/peers/breaks.py bin/pixtrend .cache/peers/stacks "$@"
"$venv/bin/python" -m pip install --quiet --force-reinstall --no-deps ./python </dev/null
exec "$venv/bin/python" scripts/peers/arrays.py .cache/peers/stacks "$@"
