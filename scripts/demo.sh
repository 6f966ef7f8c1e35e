#!/usr/bin/env bash
# Makes the demo stack (the yearly maximum NDVI of a city, 1995-2015) in demo/, fits its trend and
# draws a map.
# Needs: bin/pixtrend; `make demo` builds it first.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [[ ! -x bin/pixtrend ]]; then
  echo "demo: bin/pixtrend does not exist: run 'make demo', which builds it" >&2
  exit 1
fi

# run COMMAND: prints a command line, then runs it.
run() {
  printf '\n$ %s\n' "$1"
  bash -c "$1"
}

run "bin/pixtrend synth demo --overwrite"
run "bin/pixtrend fit 'demo/ndvi_*.tif' -o demo/slope.tif --overwrite"
run "bin/pixtrend map demo/slope.tif -o demo/map.png --overwrite"

cat <<'END'

demo/slope.tif has the trend in NDVI per year, and demo/map.png is a map of it.
Fit your own rasters with: bin/pixtrend fit 'ndvi_*.tif' -o slope.tif
For all options, see bin/pixtrend fit --help; for a tutorial, bin/pixtrend help tutorial
END
