#!/usr/bin/env bash
# Runs fit, info, series and map on rasters that lie, which it makes itself, and holds what they do
# against what GDAL reads: its values or a refusal, within 600 MiB and 20 s, and no line on standard
# error but those of pixtrend. Then it makes system calls fail (if strace is installed), kills runs
# at 200 moments, puts pipes beside rasters, and reads from servers that misbehave.
#
#   scripts/hostile.sh [MUTANTS] [SEED]     MUTANTS files (default 3000), from seed SEED on (0)
#
# KEEP=DIR keeps the files of mutants with faults in DIR/SEED. Takes a few minutes on two cores.
# Needs: what scripts/setup.sh finds; strace for a part.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if (($# > 2)) || [[ ! ${1:-1} =~ ^[0-9]+$ || ! ${2:-0} =~ ^[0-9]+$ ]]; then
  echo "hostile: give a number of mutants and a seed, such as 3000 0" >&2
  exit 2
fi
if [[ -n ${KEEP:-} ]]; then
  mkdir -p "$KEEP"
  PIXTREND_HOSTILE_KEEP=$(cd "$KEEP" && pwd)
  export PIXTREND_HOSTILE_KEEP
fi
command -v strace >/dev/null || echo "hostile: failing system calls: SKIPPED, NOT TESTED: strace is not installed"

PIXTREND_LONG=1 PIXTREND_HOSTILE=${1:-3000} PIXTREND_HOSTILE_SEED=${2:-0} go test -count=1 -timeout 60m -v \
  -run '^(TestHostile|TestFailingCalls|TestKilledAtAnyMoment|TestPipesBeside|TestForeignText)$' ./cmd/pixtrend
PIXTREND_LONG=1 go test -count=1 -timeout 20m -run '^(TestServersThatMisbehave|TestSidecarsOpenNothingElse|TestDamagedMasks)$' ./raster
