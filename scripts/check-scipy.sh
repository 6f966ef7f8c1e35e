#!/usr/bin/env bash
# Compares pixtrend with scipy.stats.linregress, its rank trends with scipy and pyMannKendall, models
# with statsmodels, composites with NumPy, and breaks with zeit-cdts, on every pixel of real and
# synthetic stacks, and zones with rasterstats.
# Needs: Go, bin/pixtrend (`make check-scipy` builds it first) and Python 3.11 or newer with venv.
# Installs Python packages in .cache/venv once. Real stacks are read from $SHARED/data, where SHARED
# is ../shared by default. Without them, only the synthetic stacks are compared.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=(numpy==2.4.6 scipy==1.17.1 tifffile==2026.3.3 imagecodecs==2026.3.6 statsmodels==0.15.0 pymannkendall==1.4.3
  rasterio==1.4.4 rasterstats==0.21.0 xarray==2026.9.0 rioxarray==0.19.0 dask==2026.8.0)
# Its other requirements are large, and are not needed for LandTrendr.
alone=zeit-cdts==2.2.0
venv=.cache/venv

if [[ ! -x bin/pixtrend ]]; then
  echo "check-scipy: bin/pixtrend does not exist: run 'make check-scipy', which builds it" >&2
  exit 1
fi
scripts/venv.sh check-scipy "$venv" "${packages[@]}"
"$venv/bin/python" -m pip install --quiet --only-binary :all: --no-deps "$alone" </dev/null

# The test skips itself where rasterstats is missing, and then does not pass here.
PATH="$PWD/$venv/bin:$PATH" go test -count 1 -v -run '^TestZonesOfRasterstats$' ./raster/zones | tee /dev/stderr |
  grep -- '--- PASS: TestZonesOfRasterstats' >/dev/null
"$venv/bin/python" scripts/check_composites.py "${SHARED:-../shared}"
"$venv/bin/python" scripts/check_scipy.py "${SHARED:-../shared}"
"$venv/bin/python" scripts/check_models.py "${SHARED:-../shared}"
[[ ! -d ${SHARED:-../shared}/data ]] || "$venv/bin/python" scripts/check_breaks.py "${SHARED:-../shared}"
exec "$venv/bin/python" scripts/check_ranks.py "${SHARED:-../shared}"
