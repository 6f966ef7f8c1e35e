// Package ceiling measures what memory can deliver: the fastest sequential read of a buffer, which
// nothing that reads it once can pass. Benchmarks set their rates against it, in the same run.
package ceiling

import "github.com/klauspost/cpuid/v2"

// Read reads b once from its start to its end, with the widest registers and fetching ahead bytes
// ahead (0: the hardware's prefetchers alone), and returns some function of it. len(b) beyond the
// last multiple of 256 is left out.
func Read(b []byte, ahead int) uint64 {
	b = b[:len(b)/256*256]
	if len(b) == 0 {
		return 0
	}
	return read(b, ahead)
}

// Aheads are distances worth trying: which is best depends on the processor.
var Aheads = []int{0, 512, 1024, 2048, 4096, 8192}

// LastLevelCache returns the bytes of the largest cache, 32 MiB where the processor does not tell.
func LastLevelCache() int {
	if n := max(cpuid.CPU.Cache.L3, cpuid.CPU.Cache.L2); n > 0 {
		return n
	}
	return 32 << 20
}
