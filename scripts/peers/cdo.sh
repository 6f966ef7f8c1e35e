#!/usr/bin/env bash
# CDO: trend of a NetCDF file, which run.py makes of the rasters before the clock starts. The slope
# is per time step, which is a year in these stacks.
# Usage: cdo.sh STACK.nc OUT.nc THREADS; needs cdo.
set -euo pipefail
cdo -s -O -P "$3" trend "$1" "$2.intercept" "$2"
rm -f "$2.intercept"
