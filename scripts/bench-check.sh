#!/usr/bin/env bash
# Compares the speed of the working tree with that of a base commit on this machine, for `make
# bench-check`. Builds both, runs them in turn, and fails if the working tree is more than 10 %
# slower, beyond the noise.
#
#   BASE=v0.2.0 scripts/bench-check.sh [options of pixtrend-bench check]
#
# BASE is any commit. The default is origin/main; without one, HEAD if files have changed since,
# else HEAD~1. The harness of the working tree measures both versions. It is compiled against the
# code of the base, too.
# Needs: git and Go.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

base=${BASE:-}
if [[ -z $base ]]; then
  if git rev-parse --verify --quiet 'origin/main^{commit}' >/dev/null; then
    base=origin/main
  elif [[ -n $(git status --porcelain) ]]; then
    base=HEAD
  else
    base=HEAD~1
  fi
fi
commit=$(git rev-parse --verify --quiet "$base^{commit}") || {
  echo "bench-check: this clone has no commit $base: name another one, as in 'make bench-check BASE=HEAD~3'" >&2
  exit 2
}

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
git archive "$commit" | tar -x -C "$tree"
rm -rf "$tree/bench" "$tree/cmd/pixtrend-bench" "$tree/internal/ceiling"
cp -R bench "$tree/bench"
cp -R cmd/pixtrend-bench "$tree/cmd/pixtrend-bench"
cp -R internal/ceiling "$tree/internal/ceiling"
rm -rf "$tree/bench/pipeline" "$tree/bench/runs"
cp go.mod go.sum "$tree/"

export CGO_ENABLED=0
mkdir -p bin
echo "bench-check: building $base ($(git rev-parse --short "$commit")) and the working tree" >&2
(cd "$tree" && go build -buildvcs=false -ldflags "-X main.version=$(git -C "$OLDPWD" rev-parse --short "$commit")" -o old ./cmd/pixtrend-bench) || {
  echo "bench-check: the harness of the working tree does not compile against $base: name a later commit, as in 'make bench-check BASE=HEAD~1'" >&2
  exit 1
}
go build -buildvcs=false -ldflags "-X main.version=$(scripts/version.sh)" -o "$tree/new" ./cmd/pixtrend-bench
"$tree/new" check "$tree/old" "$tree/new" "$@"
