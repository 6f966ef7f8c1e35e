//go:build !purego

package kernel

// Every arm64 processor that Go runs on has NEON with float64 lanes, so that nothing is asked of it.
func supported(isa ISA) bool { return isa == Generic || isa == NEON }

// maxCallSamples bounds the samples that one assembly call reads, since the garbage collector
// cannot stop a goroutine inside it. Nothing was measured: the slowest body, the sums with gaps on any axis,
// has 9 instructions a sample, which is 100 µs at two instructions a cycle and 3 GHz.
const maxCallSamples = 64 << 10
