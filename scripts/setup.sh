#!/usr/bin/env bash
# Installs the tools that building pixtrend needs and this machine lacks:
#   Go 1.26 (Go 1.21 or newer fetches it by itself unless GOTOOLCHAIN=local), C and C++ compilers,
#   make, pkg-config, and GDAL 3.6 or newer with its headers.
#
#   scripts/setup.sh           installs what is missing, and prints nothing if nothing is
#   scripts/setup.sh --check   installs nothing, lists what is missing, and fails if anything is
#
# Needs, if something is missing: apt-get, dnf or brew, and for the first two root or sudo.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

need_go=1.26
need_gdal=3.6
pkg_config=${PKG_CONFIG:-pkg-config} # as cgo does

say() { printf 'setup: %s\n' "$*"; }
fail() {
  say "$@" >&2
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

# at_least HAVE NEED: succeeds if the version HAVE (3.10.1, 3.7dev) is NEED (3.6) or newer.
at_least() {
  local major=${1%%.*} minor=${1#*.}
  minor=${minor%%[!0-9]*}
  ((major > ${2%%.*} || (major == ${2%%.*} && ${minor:-0} >= ${2#*.})))
}

# In the repository, go prints the version that go.mod makes it switch to.
go_version() { go version 2>/dev/null | sed -n 's/.* go\([0-9]*\.[0-9]*\).*/\1/p'; }

gdal_version() { "$pkg_config" --modversion gdal 2>/dev/null || true; }

# The compilers that cgo calls. On macOS, those in /usr/bin exist even if the compilers are not
# installed.
have_compilers() {
  local cc=${CC:-gcc} cxx=${CXX:-g++}
  if [[ $(uname -s) == Darwin ]]; then
    xcode-select -p >/dev/null 2>&1
  else
    have "${cc%% *}" && have "${cxx%% *}"
  fi
}

# find_missing: prints the tools that are missing, one on each line.
find_missing() {
  have go || echo Go
  have_compilers || echo compilers
  have make || echo make
  have "$pkg_config" || echo pkg-config
  [[ -n $(gdal_version) ]] || echo GDAL
}

# find_too_old: prints a sentence about a tool that is too old. No package would help.
find_too_old() {
  local version
  if have go; then
    version=$(go_version) || true
    if [[ -z $version ]]; then
      echo "'go version' fails, and Go $need_go is needed: run it to see why, or install Go from https://go.dev/dl"
      return
    elif ! at_least "$version" "$need_go"; then
      echo "found Go $version, need $need_go: install it from https://go.dev/dl, or set GOTOOLCHAIN=auto, with which Go 1.21 and newer fetch it"
      return
    fi
  fi
  version=$(gdal_version)
  if [[ -n $version ]] && ! at_least "$version" "$need_gdal"; then
    echo "found GDAL $version, need $need_gdal: install a newer one and name the folder of its gdal.pc in PKG_CONFIG_PATH"
  fi
}

find_manager() {
  local name
  for name in apt-get dnf brew; do
    if have "$name"; then
      echo "$name"
      return
    fi
  done
}

# title TOOL: prints its name for a sentence.
title() {
  case $1 in
    compilers) echo "C and C++ compilers" ;;
    GDAL) echo "GDAL headers" ;;
    *) echo "$1" ;;
  esac
}

# package_of TOOL: prints the packages of $manager that install it.
package_of() {
  case $manager/$1 in
    apt-get/Go) echo golang-go ;;
    apt-get/compilers) echo gcc g++ libc6-dev ;;
    apt-get/GDAL) echo libgdal-dev ;;
    dnf/Go) echo golang ;;
    dnf/compilers) echo gcc gcc-c++ ;;
    dnf/pkg-config) echo pkgconf-pkg-config ;;
    dnf/GDAL) echo gdal-devel ;;
    brew/Go) echo go ;;
    brew/GDAL) echo gdal ;;
    *) echo "$1" ;; # make and pkg-config go by their own names
  esac
}

as_root() {
  if [[ $(id -u) == 0 ]]; then
    "$@"
  else
    sudo "$@"
  fi
}

# install_packages PACKAGE...: prints only the errors of the package manager.
install_packages() {
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300)
  case $manager in
    apt-get)
      # The package lists of a new machine are empty, and those of an old one stale. A source that
      # fails is ignored: the installation below fails if it was needed.
      as_root "${apt[@]}" update </dev/null || true
      as_root "${apt[@]}" install -y --no-install-recommends "$@" </dev/null >/dev/null
      ;;
    dnf) as_root dnf -y -q --setopt=install_weak_deps=False install "$@" </dev/null >/dev/null ;;
    brew) brew install --quiet "$@" </dev/null >/dev/null ;;
  esac
}

check_only=false
case ${1:-} in
  '') ;;
  --check) check_only=true ;;
  *)
    say "unknown argument $1: use --check or none" >&2
    exit 2
    ;;
esac

missing=$(find_missing)
too_old=$(find_too_old)

if $check_only; then
  for thing in $missing; do say "$(title "$thing") not found"; done
  [[ -z $too_old ]] || say "$too_old"
  [[ -z $missing && -z $too_old ]]
  exit
fi

[[ -z $too_old ]] || fail "$too_old"
[[ -n $missing ]] || exit 0

titles=
for thing in $missing; do titles+="${titles:+, }$(title "$thing")"; done
manager=$(find_manager)
[[ -n $manager ]] ||
  fail "$titles not found, and neither apt-get, dnf nor brew: install them by hand and run this again"
[[ $manager == brew || $(id -u) == 0 ]] || have sudo ||
  fail "$titles not found, and $manager needs root or sudo: run scripts/setup.sh as root"
[[ $manager != brew || $missing != *compilers* ]] ||
  fail "$titles not found: run 'xcode-select --install' for the compilers, then this again"

packages=()
for thing in $missing; do
  read -ra names <<<"$(package_of "$thing")"
  packages+=("${names[@]}")
done
say "$titles not found; installing ${packages[*]} with $manager (can take some minutes)"
install_packages "${packages[@]}" || fail "$manager could not install ${packages[*]}: its message is above"

hash -r
too_old=$(find_too_old)
[[ -z $too_old ]] || fail "$too_old"
missing=$(find_missing)
[[ -z $missing ]] ||
  fail "installed ${packages[*]}, but still not found: ${missing//$'\n'/, } (is it on PATH, or in PKG_CONFIG_PATH?)"
say "done"
