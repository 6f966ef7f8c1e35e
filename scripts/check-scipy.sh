#!/usr/bin/env bash
# Compares pixtrend with scipy.stats.linregress on every pixel of real and synthetic stacks.
# Needs: bin/pixtrend (`make check-scipy` builds it first) and Python 3.11 or newer with venv;
# its packages go to .cache/venv, once. The real stacks are looked for in $SHARED/data, SHARED
# being ../shared by default; without them only the synthetic one is compared.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=(numpy==2.4.6 scipy==1.17.1 tifffile==2026.3.3 imagecodecs==2026.3.6)
venv=.cache/venv

fail() {
  printf 'check-scipy: %s\n' "$*" >&2
  exit 1
}

[[ -x bin/pixtrend ]] || fail "there is no bin/pixtrend: run 'make check-scipy', which builds it"

# The file in it, written last, says that the environment is whole and what it holds.
if [[ ! -x $venv/bin/python || $(cat "$venv/packages" 2>/dev/null) != "${packages[*]}" ]]; then
  echo "check-scipy: installing ${packages[*]} in $venv"
  rm -rf "$venv"
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "need Python 3.11 or newer as python3 on PATH"
  python3 -m venv "$venv" </dev/null ||
    fail "python3 cannot make a virtual environment: install its venv module (Debian: python3-venv)"
  "$venv/bin/python" -m pip install --quiet --only-binary :all: "${packages[@]}" </dev/null ||
    fail "pip could not install ${packages[*]}: see its message above"
  echo "${packages[*]}" >"$venv/packages"
fi

exec "$venv/bin/python" scripts/check_scipy.py "${SHARED:-../shared}"
