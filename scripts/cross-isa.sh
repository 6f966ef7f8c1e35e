#!/usr/bin/env bash
# Tests the kernels for other processors: arm64 with NEON, amd64 with and without AVX2. Builds the
# tests for each and runs them under qemu, which takes a few minutes. Times under qemu say
# nothing about the speed on a real processor.
# Needs: Go, and qemu-aarch64 and qemu-x86_64 of version 7.2 or later, which has AVX2 (Debian:
# qemu-user).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
  printf 'cross-isa: %s\n' "$*" >&2
  exit 1
}

for qemu in qemu-aarch64 qemu-x86_64; do
  command -v "$qemu" >/dev/null || fail "needs $qemu on PATH (Debian: apt-get install qemu-user)"
done

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# These tests compare the bits of a fixed tile, and the portable code with exact arithmetic. The
# others need a second implementation to compare with.
portable='^(TestGoldenBits|TestGoldenModels|TestGoldenMonitor|TestByHand|TestAgainstExactArithmetic)$'
# These tests only read the source of the assembly, which needs no emulation.
text='Assembly|Encodings'
# Ranks and models have assembly for amd64 alone, which is tested without emulation. Under it they
# take many minutes. TestGoldenModels, and TestGoldenRanks of stats, compare their bits.
long='^Test(DegenerateRanks|Ranks|RankScratch|Models|Robust|LongSeries|Siegel)'

# build ARCH PACKAGE...: compiles the tests of each package.
build() {
  local arch=$1 package
  shift
  for package in "$@"; do
    GOARCH=$arch CGO_ENABLED=0 go test -c -o "$dir/$arch/${package/#./root}.test" "./$package"
  done
}

# leg NAME: prints a heading for the runs that follow.
leg() { printf '\n== %s\n' "$1"; }

# run PACKAGE [FLAG...]: runs the tests of a package on ${cpu[@]}.
run() {
  local package=$1 start=$SECONDS
  shift
  (cd "$package" && "${cpu[@]}" "$dir/$arch/${package/#./root}.test" -test.short -test.timeout 10m "$@") >"$dir/log" 2>&1 || {
    cat "$dir/log"
    fail "FAILED: $package on ${cpu[*]}, PIXTREND_ISA=$PIXTREND_ISA"
  }
  printf '   ok  %-16s %3d s\n' "$package" $((SECONDS - start))
}

# picks BEST [FORCED]: fails unless this processor selects BEST by itself, and FORCED (default BEST)
# if PIXTREND_ISA names it. Sets PIXTREND_ISA to FORCED for the runs that follow.
picks() {
  export PIXTREND_WANT_ISA=$1 PIXTREND_ISA=${2:-$1}
  run kernel -test.v -test.run '^(TestBestISA|TestForcedISARuns)$'
  local passed
  passed=$(grep -c -E '^--- PASS: (TestBestISA|TestForcedISARuns)' "$dir/log") || true
  ((passed == 2)) || fail "TestBestISA and TestForcedISARuns did not both pass on ${cpu[*]}"
  printf '   best is %s; runs %s\n' "$1" "$PIXTREND_ISA"
}

build arm64 kernel layout stats .
build amd64 kernel internal/regress stats

arch=arm64 cpu=(qemu-aarch64)
leg "arm64, neon"
picks neon
run kernel -test.skip "$text|$long"
run layout
# The others count and sort, which takes minutes and is the same on all processors.
run stats -test.skip '^Test(Discoveries|Quantiles|HardSeries|LongSeries|Histogram|SegmentsOfZeit|Events|Trajectories)'
run .

leg "arm64, generic"
picks neon generic
run kernel -test.run "$portable"

arch=amd64
leg "amd64 without AVX: generic"
cpu=(qemu-x86_64 -cpu Nehalem)
picks generic
run kernel -test.run "$portable"

leg "amd64 with AVX2 but without FMA: generic"
cpu=(qemu-x86_64 -cpu "Haswell-noTSX,-fma,-pcid,-x2apic,-tsc-deadline,-invpcid")
picks generic
run kernel -test.run '^TestGoldenBits$'

# The tests above compare AVX2 with the other instruction sets on a processor that has it. Here it
# must do without AVX-512. TestGuardPages is left out: qemu 7.2 reads 32 bytes for the 16 that
# VCVTDQ2PD reads into a Y register.
leg "amd64 with AVX2 but without AVX-512: avx2"
cpu=(qemu-x86_64 -cpu "Haswell-noTSX,-pcid,-x2apic,-tsc-deadline,-invpcid")
picks avx2
run kernel -test.run '^Test(Golden.*|ByHand|SameBits|Ends|OddAxes|MinObs|SlopeSparse|Coefficients.*)$'
run internal/regress -test.skip "$text"
run stats -test.run '^Test(Golden|OneNaN|SlopeIsTheSame|LanesSameBits|WhoHasLanes)'

printf '\ncross-isa: every leg passed\n'
