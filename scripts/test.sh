#!/usr/bin/env bash
# Runs checks and tests, stops at the first that fails, and prints how long each took.
#
#   scripts/test.sh check   make check: static checks, short tests of the packages without cgo
#   scripts/test.sh         make test: these, short tests of the other packages, and short tests
#                           without assembly, with the race detector, with each instruction set, and
#                           of the Python package
#   scripts/test.sh long    make test-long: packages that have long tests without -short, all packages
#                           without assembly, and those that start goroutines with the race
#                           detector; the Python package on clusters, and with its oldest
#                           dependencies
#
# CI runs the last two.
# Needs: what scripts/setup.sh finds, and on the first run a network for the modules of staticcheck
# and actionlint. Checks the shell scripts too if shellcheck is installed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
unset PIXTREND_ISA PIXTREND_LONG # the steps below set them

case $* in
  '') goal='test' ;;
  check | long) goal=$1 ;;
  *)
    echo "test: unknown arguments $*: the only ones are check and long" >&2
    exit 2
    ;;
esac

staticcheck=honnef.co/go/tools/cmd/staticcheck@v0.8.2
actionlint=github.com/rhysd/actionlint/cmd/actionlint@v1.7.12

log=$(mktemp)    # what go test has printed so far
table=$(mktemp)  # the steps and their times
timing=$(mktemp) # what the shell's times prints
trap 'rm -f "$log" "$table" "$timing"' EXIT

# cpu_time: sets cpu to the CPU time of all finished children of this shell, in milliseconds.
cpu_time() {
  times >"$timing" # in this shell: a subshell has no children yet
  cpu=$(awk -F '[ms ]' 'NR == 2 { printf "%d", 1000 * (60 * $1 + $2 + 60 * $4 + $5) }' "$timing")
}

# summary: prints the steps with their times and the number of packages whose tests ran, one for
# each time they did. Fails if no test ran or one failed.
summary() {
  printf '\n%7s %7s\n%7s %7s  step\n' wall CPU s s
  cat "$table"
  awk '/^ok/ && !/no tests to run/ { passed++ }
       /^FAIL\t/ { failed++ }
       END { printf "\npackages: %d passed, %d failed\n", passed, failed; exit !passed || failed }' "$log"
}

# step NAME COMMAND...
step() {
  local name=$1 start=$SECONDS before cpu result=0
  shift
  printf '\n== %s\n' "$name"
  cpu_time
  before=$cpu
  "$@" || result=$?
  cpu_time
  printf '%7d %7d  %s\n' $((SECONDS - start)) $(((cpu - before + 500) / 1000)) "$name" | tee -a "$table"
  if ((result)); then
    printf '\ntest: FAILED: %s\n' "$name" >&2
    summary || true
    exit 1
  fi
}

# skip NAME REASON: records a step that cannot run here.
skip() {
  printf '\n== %s: SKIPPED, NOT TESTED: %s\n' "$1" "$2"
  printf '%7s %7s  %s: SKIPPED, NOT TESTED: %s\n' - - "$1" "$2" >>"$table"
}

gofmt_clean() {
  local found
  found=$("$(go env GOROOT)/bin/gofmt" -l .) || return
  [[ -z $found ]] || {
    printf 'not formatted by gofmt (make fmt does it):\n%s\n' "$found"
    return 1
  }
}

# test_all [FLAG...] [PACKAGE...]
test_all() { go test "$@" 2>&1 | tee -a "$log"; }

# instruction_sets: sets fastest to the fastest instruction set of this CPU and slower to the others
# that can be tested here. Records those that cannot as skipped.
instruction_sets() {
  local flags='' names isa feature lacks
  slower=() fastest=generic
  case $(uname -m) in
    arm64 | aarch64) names=(neon) ;; # every arm64 processor has NEON
    *) names=(avx2 avx512) ;;
  esac
  case $(uname -s) in
    Linux) flags=$(grep -m1 '^flags' /proc/cpuinfo) || true ;;
    Darwin) flags=$(sysctl -n machdep.cpu.features machdep.cpu.leaf7_features 2>/dev/null | tr '[:upper:]\n' '[:lower:] ') || true ;;
  esac
  for isa in "${names[@]}"; do
    lacks=
    for feature in $(features_of "$isa"); do
      [[ " $flags " == *" $feature "* ]] || lacks+=" $feature"
    done
    if [[ -z $lacks ]]; then
      slower+=("$fastest")
      fastest=$isa
    else
      skip "tests, PIXTREND_ISA=$isa" "this CPU lacks$lacks"
    fi
  done
  echo "cpu: $(uname -m), $(getconf _NPROCESSORS_ONLN) CPUs, instruction sets: ${slower[*]-} $fastest"
}

# features_of ISA: the CPU features that it needs, as the system names them.
features_of() {
  case $1 in
    avx2) echo avx2 fma ;;
    avx512) echo avx512f avx512bw avx512dq avx512vl ;;
  esac
}

# test_forced ISA: the tests that depend on PIXTREND_ISA. Those of kernel, layout and stats do not:
# they take each instruction set by itself. Not cached, to show that the variable is obeyed.
test_forced() {
  export PIXTREND_ISA=$1
  local result=0
  test_all -count=1 -run '^TestForcedISARuns$' ./kernel &&
    test_all -short -count=1 -timeout 10m . &&
    test_all -short -count=1 -timeout 10m -run 'Same|Against|Residuals|Rate|Mask|Index' ./raster || result=$?
  unset PIXTREND_ISA
  return $result
}

# test_python [long]: a step with the tests of the Python package.
test_python() {
  if python3 -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    step "the Python package" scripts/python.sh "$@"
  else
    skip "the Python package" "python3 on PATH is not Python 3.11 or newer with venv"
  fi
}

# without_cgo COMMAND...
without_cgo() { CGO_ENABLED=0 "$@"; }

# long_tests: the tests of the packages that have long ones. In the others nothing depends on -short.
long_tests() {
  local found
  found=$(grep -rlE --include='*_test.go' 'testing\.Short\(\)|PIXTREND_LONG' --exclude-dir=.cache .) || return
  mapfile -t found < <(printf '%s\n' "$found" | sed 's|/[^/]*$||' | sort -u)
  PIXTREND_LONG=1 test_all -timeout 60m "${found[@]}"
}

step "packages: only those that may do depend on cgo" scripts/packages.sh check
packages=$(scripts/packages.sh without-cgo)
read -ra cgo_free <<<"${packages//$'\n'/ }"
packages=$(scripts/packages.sh with-cgo)
read -ra cgo <<<"${packages//$'\n'/ }"
packages=$(scripts/packages.sh assembly)
read -ra assembly <<<"${packages//$'\n'/ }"
instruction_sets

if [[ $goal != long ]]; then
  step "commit subjects" scripts/subjects.sh
  step "gofmt" gofmt_clean
  step "go.mod is tidy" go mod tidy -diff
  step "go vet" go vet ./...
  step "staticcheck" go run "$staticcheck" ./...
  if command -v shellcheck >/dev/null; then
    step "shellcheck" shellcheck scripts/*.sh scripts/peers/*.sh .ci/run
  else
    skip "shellcheck" "it is not installed"
  fi
  step "README's figures are those of its run" scripts/performance.py --check
  step "the study in docs/scale.md is that of its script" scripts/scale_study.py --check
  step "the prediction in docs/scaling.md is that of its script" scripts/scaling_model.py --check
  step "tests without cgo" without_cgo test_all -short -timeout 10m "${cgo_free[@]}"
fi

if [[ $goal == test ]]; then
  step "tests with cgo" test_all -short -timeout 10m "${cgo[@]}"
  # What has no assembly and needs none is compiled no differently with purego.
  step "tests without assembly" without_cgo test_all -short -timeout 10m -tags purego . "${assembly[@]}"
  step "tests with the race detector: workers and streams" test_all -short -timeout 20m -race . ./runner
  # The tests above ran with the fastest instruction set.
  for isa in ${slower[@]+"${slower[@]}"}; do
    step "tests, PIXTREND_ISA=$isa" test_forced "$isa"
  done
  test_python
fi

if [[ $goal == long ]]; then
  for arch in amd64 arm64; do
    step "go vet without cgo, $arch" env GOARCH="$arch" CGO_ENABLED=0 go vet "${cgo_free[@]}"
  done
  step "actionlint" go run "$actionlint"
  # Without -short, which thins out the kernels' matrix of shapes and gaps.
  step "packages with long tests" long_tests
  step "tests without cgo or assembly" without_cgo test_all -short -timeout 10m -tags purego "${cgo_free[@]}"
  # kernel and stats start no goroutines. The tests of cmd run programs that have no race detector;
  # what these do is in the other packages. Those of python/capi describe arrays that are not there,
  # which the detector's checks of pointers end.
  packages=$(go list ./... | grep -vE '/(kernel|stats|cmd|python)(/|$)')
  read -ra racing <<<"${packages//$'\n'/ }"
  step "tests with the race detector" test_all -short -timeout 20m -race "${racing[@]}"
  step "tests, PIXTREND_ISA=$fastest" test_forced "$fastest"
  test_python long
fi

summary
