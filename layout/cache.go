package layout

import "github.com/klauspost/cpuid/v2"

// l2Bytes returns the size of a core's L2 cache. Where the processor does not tell (virtual
// machines may hide it), it is taken as 256 KiB, the smallest of the last fifteen years.
func l2Bytes() int {
	if n := cpuid.CPU.Cache.L2; n > 0 {
		return n
	}
	return 256 << 10
}

// l3Bytes returns the size of the last-level cache that a core sees, 0 where the processor does not
// tell.
func l3Bytes() int { return max(0, cpuid.CPU.Cache.L3) }
