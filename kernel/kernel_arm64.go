//go:build !purego

package kernel

// supported needs no test of the processor: every arm64 processor that Go runs on has NEON with
// float64 lanes.
func supported(isa ISA) bool { return isa == Generic || isa == NEON }

// maxCallSamples limits the samples of one assembly call, because the garbage collector cannot stop
// a goroutine during the call. The limit is estimated, not measured: the slowest bodies, sums of
// 32-bit integers with gaps on any axis, have 10 instructions per sample, which take 110 µs per
// call at two instructions per cycle and 3 GHz.
const maxCallSamples = 64 << 10

func passesAreFaster() bool { return false }
