#!/usr/bin/env bash
# Prints the version of these sources for builds: 0.2.0 at the tag v0.2.0 and outside of git, else
# 0.2.0+136c590 with the commit, and -dirty after it if files have changed since. The release comes
# from version.go.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

release=$(sed -n 's/^const Version = "\(.*\)"$/\1/p' version.go)
[[ -n $release ]] || {
  echo "version: version.go has no line 'const Version = \"...\"'" >&2
  exit 1
}
# Only this repository counts: a tarball may have been unpacked inside another one.
commit=
if [[ -e .git ]]; then
  commit=$(git describe --always --dirty --exclude '*' 2>/dev/null || true)
fi
if [[ -n $commit && $commit != *-dirty && -n $(git tag --points-at HEAD --list "v$release") ]]; then
  commit=
fi
echo "$release${commit:+"+$commit"}"
