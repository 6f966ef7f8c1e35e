#!/usr/bin/env bash
# Runs every check and test, for `make test` and in CI, and stops at the first step that fails.
# Needs: what scripts/setup.sh finds, and on the first run a network for staticcheck's module.
# Checks the shell scripts too where shellcheck is installed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
unset PIXTREND_ISA # the steps at the end set it themselves

staticcheck=honnef.co/go/tools/cmd/staticcheck@v0.8.2

# All packages but these promise to need no cgo, and so no GDAL.
needs_cgo='/(raster|cmd/pixtrend|bench/pipeline)(/|$)'
packages=$(go list ./...)
packages=$(grep -v -E "$needs_cgo" <<<"$packages")
read -ra cgo_free <<<"${packages//$'\n'/ }"

log=$(mktemp) # what go test has printed so far
trap 'rm -f "$log"' EXIT

# Counts the packages whose tests ran, once for each time they did; fails if none did or one failed.
summary() {
  awk '/^ok/ && !/no tests to run/ { passed++ }
       /^FAIL\t/ { failed++ }
       END { printf "\npackages: %d passed, %d failed\n", passed, failed; exit !passed || failed }' "$log"
}

# step NAME COMMAND...
step() {
  local name=$1 start=$SECONDS
  shift
  printf '\n== %s\n' "$name"
  if ! "$@"; then
    printf '\ntest: FAILED after %d s: %s\n' $((SECONDS - start)) "$name" >&2
    summary || true
    exit 1
  fi
  printf '   %d s\n' $((SECONDS - start))
}

cpu_flags() {
  case $(uname -s) in
    Linux) grep -m1 '^flags' /proc/cpuinfo ;;
    Darwin) sysctl -n machdep.cpu.features machdep.cpu.leaf7_features 2>/dev/null | tr '[:upper:]\n' '[:lower:] ' ;;
  esac
}

# cpu_lacks ISA: those of its features that this machine has not.
cpu_lacks() {
  local needed feature
  case $1 in
    generic | neon) needed='' ;; # every arm64 processor has NEON
    avx2) needed='avx2 fma' ;;
    avx512) needed='avx512f avx512bw avx512dq avx512vl' ;;
  esac
  for feature in $needed; do
    [[ " $flags " == *" $feature "* ]] || printf '%s ' "$feature"
  done
}

gofmt_clean() {
  local found
  found=$("$(go env GOROOT)/bin/gofmt" -l .) || return
  [[ -z $found ]] || {
    printf 'not as gofmt writes it (make fmt mends it):\n%s\n' "$found"
    return 1
  }
}

# test_all [FLAG...] [PACKAGE...]
test_all() { go test "$@" 2>&1 | tee -a "$log"; }

flags=$(cpu_flags) || true
case $(uname -m) in
  arm64 | aarch64) isas=(neon) ;;
  *) isas=(avx2 avx512) ;;
esac
present='' absent=''
for isa in "${isas[@]}"; do
  if [[ -z $(cpu_lacks "$isa") ]]; then present+=" $isa"; else absent+=" $isa"; fi
done
echo "cpu: $(uname -m), $(getconf _NPROCESSORS_ONLN) CPUs; has:${present:- none}${absent:+; lacks:$absent}"

step "gofmt" gofmt_clean
step "go.mod is tidy" go mod tidy -diff
step "go vet" go vet ./...
for arch in amd64 arm64; do
  step "go vet, $arch without cgo" env GOARCH=$arch CGO_ENABLED=0 go vet "${cgo_free[@]}"
done
step "staticcheck" go run "$staticcheck" ./...
if command -v shellcheck >/dev/null; then
  step "shellcheck" shellcheck scripts/*.sh scripts/peers/*.sh .ci/run
else
  printf '\n== shellcheck: SKIPPED, it is not installed\n'
fi

step "README's figures are those of its run" scripts/performance.py --check

step "tests" test_all -timeout 10m ./...
export CGO_ENABLED=0
# From here on -short thins the kernels' matrix out, which the step before ran whole.
step "tests without cgo" test_all -short -timeout 10m "${cgo_free[@]}"
step "tests without cgo or assembly" test_all -short -timeout 10m -tags purego "${cgo_free[@]}"
unset CGO_ENABLED
step "tests with the race detector" test_all -short -timeout 20m -race ./...

# Uncached: that the kernels depend on the variable is what these runs are to show.
for isa in generic "${isas[@]}"; do
  lacks=$(cpu_lacks "$isa")
  lacks=${lacks% }
  if [[ -n $lacks ]]; then
    printf '\n== tests, PIXTREND_ISA=%s: SKIPPED, NOT TESTED: this CPU lacks %s\n' "$isa" "$lacks"
    continue
  fi
  export PIXTREND_ISA=$isa
  step "tests, PIXTREND_ISA=$isa" test_all -short -count=1 -timeout 10m ./kernel ./layout ./stats .
  step "tests of files, PIXTREND_ISA=$isa" test_all -short -count=1 -timeout 10m -run 'Same|Against|Residuals|Rate|Mask|Index' ./raster
done

summary
