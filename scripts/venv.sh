#!/usr/bin/env bash
# Makes a Python environment with packages, unless it exists already.
#
#   scripts/venv.sh NAME FOLDER PACKAGE...    messages begin with NAME
#
# PYTHON names another Python than python3, of any version.
# Needs: Python 3.11 or newer with venv, and on the first run a network.
set -euo pipefail
name=$1 venv=$2 python=${PYTHON:-python3}
shift 2

fail() {
  printf '%s: %s\n' "$name" "$*" >&2
  exit 1
}

# The file packages is written last. It shows that the environment is complete, and which packages
# it has.
if [[ ! -x $venv/bin/python || $(cat "$venv/packages" 2>/dev/null) != "$*" ]]; then
  echo "$name: installing $* in $venv"
  rm -rf "$venv"
  [[ -n ${PYTHON:-} ]] || python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "python3 on PATH is not Python 3.11 or newer: install it"
  "$python" -m venv "$venv" </dev/null ||
    fail "$python -m venv $venv failed: install its venv module (Debian: python3-venv)"
  "$venv/bin/python" -m pip install --quiet --only-binary :all: "$@" </dev/null ||
    fail "pip could not install $*: its message is above"
  echo "$*" >"$venv/packages"
fi
