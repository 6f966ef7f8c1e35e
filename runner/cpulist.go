package runner

import (
	"fmt"
	"strconv"
	"strings"
)

// maxCPUs is a limit of CPU ids, 8 times the largest NR_CPUS of Linux. It prevents a damaged
// cpulist from being expanded into gigabytes, and ends the search for the size of the kernel's
// mask.
const maxCPUs = 1 << 16

// parseCPUList parses the kernel's list format, such as "0-3,8,10-11\n", and returns ascending ids.
// Blank input is the empty list, which sysfs has for a node with memory and no CPU.
//
// The kernel prints these lists in ascending order without overlap. Anything else is an error.
func parseCPUList(s string) ([]int, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return nil, nil
	}
	var ids []int
	next := 0 // the smallest id that may follow
	for part := range strings.SplitSeq(s, ",") {
		lo, hi, isRange := strings.Cut(part, "-")
		if !isRange {
			hi = lo
		}
		first, err := parseCPU(lo)
		if err != nil {
			return nil, fmt.Errorf("cpulist %q: %w", s, err)
		}
		last, err := parseCPU(hi)
		if err != nil {
			return nil, fmt.Errorf("cpulist %q: %w", s, err)
		}
		if first < next || last < first {
			return nil, fmt.Errorf("cpulist %q: %q is not in ascending order", s, part)
		}
		for id := first; id <= last; id++ {
			ids = append(ids, id)
		}
		next = last + 1
	}
	return ids, nil
}

// parseCPU reads one id. ParseUint takes no sign and, in base 10, no underscore.
func parseCPU(s string) (int, error) {
	id, err := strconv.ParseUint(s, 10, 32)
	if err != nil || id >= maxCPUs {
		return 0, fmt.Errorf("%q is not a CPU id below %d", s, maxCPUs)
	}
	return int(id), nil
}
