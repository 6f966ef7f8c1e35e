#!/usr/bin/env bash
# CDO: trend of a NetCDF file, which was made of the rasters before the clock starts. Its slope is a time step, which
# is a year here.
# Usage: cdo.sh STACK.nc OUT.nc THREADS; needs cdo.
set -euo pipefail
cdo -s -O -P "$3" trend "$1" "$2.intercept" "$2"
rm -f "$2.intercept"
