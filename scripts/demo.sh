#!/usr/bin/env bash
# Makes the demo stack (a city's yearly maximum NDVI, 1995-2015) in demo/, fits its trend and draws it.
# Needs: bin/pixtrend; `make demo` builds it first.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [[ ! -x bin/pixtrend ]]; then
  echo "demo: there is no bin/pixtrend: run 'make demo', which builds it" >&2
  exit 1
fi

# run COMMAND: shows a command line as one would type it, then runs it.
run() {
  printf '\n$ %s\n' "$1"
  bash -c "$1"
}

run "bin/pixtrend synth demo --overwrite"
run "bin/pixtrend fit 'demo/ndvi_*.tif' -o demo/slope.tif --overwrite"
run "bin/pixtrend map demo/slope.tif -o demo/map.png --overwrite"

cat <<'END'

The trend lies in demo/slope.tif, in NDVI per year, and its picture in demo/map.png: look at it.
Next, on your own rasters: bin/pixtrend fit 'ndvi_*.tif' -o slope.tif
All options: bin/pixtrend fit --help; a walk from files to a map: bin/pixtrend help tutorial
END
