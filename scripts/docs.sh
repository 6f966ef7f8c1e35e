#!/usr/bin/env bash
# Runs the commands of README.md and docs/*.md, and updates their output and the pictures in docs/.
# Look at the difference and at the pictures before you commit them.
# Needs: what scripts/setup.sh finds. The comparison with SciPy also needs scipy and rasterio in
# python3, on PATH or in the environment of `make peers`. Without them, its output is not updated.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [[ -x .cache/peers/venv/bin/python ]]; then
  PATH=$PWD/.cache/peers/venv/bin:$PATH
fi
go test ./cmd/pixtrend -count 1 -run '^TestDocs$' -v -update
git --no-pager diff --stat -- docs README.md
ls -l docs/pictures
