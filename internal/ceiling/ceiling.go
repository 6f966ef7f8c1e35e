// Package ceiling has the fastest sequential read of a buffer. Its rate is an upper limit for
// everything that reads a buffer once, and benchmarks compare their rates with it in the same run.
package ceiling

import "github.com/klauspost/cpuid/v2"

// Read reads b once from its start to its end with the widest registers of the processor and
// returns a value that depends on the content. It prefetches at a distance of ahead bytes; if ahead
// is 0, only the hardware prefetches. The bytes after the last multiple of 256 are not read.
func Read(b []byte, ahead int) uint64 {
	b = b[:len(b)/256*256]
	if len(b) == 0 {
		return 0
	}
	return read(b, ahead)
}

// Aheads has values of ahead to try. The best one depends on the processor.
var Aheads = []int{0, 512, 1024, 2048, 4096, 8192}

// LastLevelCache returns the size of the largest cache in bytes, or 32 MiB if it is unknown.
func LastLevelCache() int {
	if n := max(cpuid.CPU.Cache.L3, cpuid.CPU.Cache.L2); n > 0 {
		return n
	}
	return 32 << 20
}
