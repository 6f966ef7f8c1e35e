#!/usr/bin/env bash
# Times pixtrend beside scipy, numpy, numba, xarray, dask, GRASS, CDO and terra on the same stacks, and checks their
# results (scripts/peers/run.py). The table goes to .cache/peers/stacks/peers.md.
# Needs: bin/pixtrend (`make peers` builds it first), Python 3.11 or newer with venv, 10 GB of disk and half an hour.
# What Python packages can give goes to .cache/peers/venv, once; GRASS, CDO and R with terra are installed with apt-get
# where that can be (as root), or else listed as missing. Arguments go to run.py: --quick for a look in minutes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=(numpy==2.4.6 scipy==1.17.1 rasterio==1.4.4 numba==0.68.1 xarray==2026.9.0 rioxarray==0.19.0 dask==2026.8.0 netCDF4==1.7.5.1.post1)
venv=.cache/peers/venv

fail() {
  printf 'peers: %s\n' "$*" >&2
  exit 1
}

[[ -x bin/pixtrend ]] || fail "there is no bin/pixtrend: run 'make peers', which builds it"

if [[ ! -x $venv/bin/python || $(cat "$venv/packages" 2>/dev/null) != "${packages[*]}" ]]; then
  echo "peers: installing ${packages[*]} in $venv"
  rm -rf "$venv"
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "need Python 3.11 or newer as python3 on PATH"
  python3 -m venv "$venv" </dev/null || fail "python3 cannot make a virtual environment: install its venv module (Debian: python3-venv)"
  "$venv/bin/python" -m pip install --quiet --only-binary :all: "${packages[@]}" </dev/null || fail "pip could not install ${packages[*]}: see its message above"
  echo "${packages[*]}" >"$venv/packages"
fi

missing=()
command -v grass >/dev/null || missing+=(grass-core)
command -v cdo >/dev/null || missing+=(cdo)
Rscript -e 'library(terra)' >/dev/null 2>&1 || missing+=(r-cran-terra)
if ((${#missing[@]})) && command -v apt-get >/dev/null && [[ $(id -u) == 0 ]]; then
  for package in "${missing[@]}"; do
    echo "peers: installing $package with apt-get"
    { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$package"; } >/dev/null 2>&1 </dev/null ||
      echo "peers: $package cannot be installed: it will be listed as missing"
  done
fi

exec "$venv/bin/python" scripts/peers/run.py bin/pixtrend .cache/peers/stacks "$@"
