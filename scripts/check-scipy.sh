#!/usr/bin/env bash
# Compares pixtrend with scipy.stats.linregress, its rank trends with scipy and pyMannKendall, and
# composites with NumPy, on every pixel of real and synthetic stacks.
# Needs: bin/pixtrend (`make check-scipy` builds it first) and Python 3.11 or newer with venv.
# Installs Python packages in .cache/venv once. Real stacks are read from $SHARED/data, where SHARED
# is ../shared by default. Without them, only the synthetic stacks are compared.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=(numpy==2.4.6 scipy==1.17.1 tifffile==2026.3.3 imagecodecs==2026.3.6 pymannkendall==1.4.3)
venv=.cache/venv

if [[ ! -x bin/pixtrend ]]; then
  echo "check-scipy: bin/pixtrend does not exist: run 'make check-scipy', which builds it" >&2
  exit 1
fi
scripts/venv.sh check-scipy "$venv" "${packages[@]}"

"$venv/bin/python" scripts/check_composites.py "${SHARED:-../shared}"
"$venv/bin/python" scripts/check_scipy.py "${SHARED:-../shared}"
exec "$venv/bin/python" scripts/check_ranks.py "${SHARED:-../shared}"
