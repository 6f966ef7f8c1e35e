package layout

import "github.com/klauspost/cpuid/v2"

// l2Bytes returns the size of a core's L2 cache. If it is unknown, as in some virtual machines,
// l2Bytes returns 256 KiB, the smallest size of the last fifteen years.
func l2Bytes() int {
	if n := cpuid.CPU.Cache.L2; n > 0 {
		return n
	}
	return 256 << 10
}

// l3Bytes returns the size of the last-level cache of a core, or 0 if it is unknown.
func l3Bytes() int { return max(0, cpuid.CPU.Cache.L3) }
