#!/usr/bin/env bash
# GRASS: r.series method=slope over external links to the rasters, on THREADS threads. The slope is
# per map, which is a year in these stacks.
# Usage: grass.sh STACK_FOLDER OUT.tif THREADS; needs grass.
set -euo pipefail
db=$(mktemp -d)
trap 'rm -rf "$db"' EXIT
rasters=("$1"/*.tif)
grass -c "${rasters[0]}" -e "$db/here" >"$db/log" 2>&1
cat >"$db/job.sh" <<'JOB'
set -euo pipefail
maps=""
for f in "$STACK"/*.tif; do
  name=m$(basename "$f" .tif | tr -c 'A-Za-z0-9\n' _)
  r.external -o --q input="$f" output="$name"
  maps="$maps,$name"
done
g.region raster="$name"
r.series --q input="${maps#,}" output=slope method=slope nprocs="$THREADS"
r.out.gdal -c -f --q input=slope output="$OUT" type=Float32
JOB
STACK=$(realpath "$1") OUT=$(realpath "$(dirname "$2")")/$(basename "$2") THREADS=$3 \
  grass "$db/here/PERMANENT" --exec bash "$db/job.sh" >"$db/log" 2>&1 || { cat "$db/log" >&2; exit 1; }
