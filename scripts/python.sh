#!/usr/bin/env bash
# Builds the Python package, installs it with what its tests need in .cache/venv-python, and runs its
# tests.
#
#   scripts/python.sh [ARGUMENT...]    arguments are those of pytest
#
# Needs: Go, a C compiler, and Python 3.11 or newer with venv; on the first run, a network. The tests
# compare with bin/pixtrend if it exists.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=(numpy==2.4.6 scipy==1.17.1 pytest==9.0.2 hatchling==1.29.0)
venv=.cache/venv-python

scripts/venv.sh python "$venv" "${packages[@]}"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --force-reinstall ./python </dev/null
cd python
exec "../$venv/bin/python" -m pytest "$@"
