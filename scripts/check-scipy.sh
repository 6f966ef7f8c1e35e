#!/usr/bin/env bash
# Compares pixtrend with scipy.stats.linregress on every pixel of real and synthetic stacks.
# Needs: bin/pixtrend (`make check-scipy` builds it first) and Python 3.11 or newer with venv;
# its packages go to .cache/venv, once. The real stacks are looked for in $SHARED/data, SHARED
# being ../shared by default; without them only the synthetic one is compared.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=(numpy==2.4.6 scipy==1.17.1 tifffile==2026.3.3 imagecodecs==2026.3.6)
venv=.cache/venv

if [[ ! -x bin/pixtrend ]]; then
  echo "check-scipy: there is no bin/pixtrend: run 'make check-scipy', which builds it" >&2
  exit 1
fi
scripts/venv.sh check-scipy "$venv" "${packages[@]}"

exec "$venv/bin/python" scripts/check_scipy.py "${SHARED:-../shared}"
