#!/usr/bin/env bash
# Makes a Python environment that holds packages, unless it is there: venv.sh FOR FOLDER PACKAGE...
# FOR is the script that it is for, which messages begin with.
# Needs: Python 3.11 or newer with venv, and on the first run a network.
set -euo pipefail
name=$1 venv=$2
shift 2

fail() {
  printf '%s: %s\n' "$name" "$*" >&2
  exit 1
}

# The file in it, written last, says that the environment is whole and what it holds.
if [[ ! -x $venv/bin/python || $(cat "$venv/packages" 2>/dev/null) != "$*" ]]; then
  echo "$name: installing $* in $venv"
  rm -rf "$venv"
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "need Python 3.11 or newer as python3 on PATH"
  python3 -m venv "$venv" </dev/null ||
    fail "python3 cannot make a virtual environment: install its venv module (Debian: python3-venv)"
  "$venv/bin/python" -m pip install --quiet --only-binary :all: "$@" </dev/null ||
    fail "pip could not install $*: see its message above"
  echo "$*" >"$venv/packages"
fi
