#!/usr/bin/env bash
# Runs the commands of README.md and docs/*.md, and writes what they print now, and the pictures that the tutorial's make,
# into docs/. Look at the difference and at the pictures before they are committed.
# Needs: what scripts/setup.sh finds. The comparison with SciPy is run where python3 has scipy and rasterio, on PATH or
# in the environment of `make peers`; what it prints is left alone elsewhere.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [[ -x .cache/peers/venv/bin/python ]]; then
  PATH=$PWD/.cache/peers/venv/bin:$PATH
fi
go test ./cmd/pixtrend -count 1 -run '^TestDocs$' -v -update
git --no-pager diff --stat -- docs README.md
ls -l docs/pictures
