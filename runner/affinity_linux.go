package runner

import (
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sys/unix"
)

// allowedCPUs returns the ids of the CPUs that the calling thread may run on, in ascending order.
// There is at least one.
//
// The kernel requires a mask at least as wide as its own and does not say how wide that is, so the
// mask grows until it fits. unix.CPUSet is limited to 1024 CPUs.
func allowedCPUs() ([]int, error) {
	for n := 1024; ; n *= 2 {
		set := unix.NewCPUSet(n)
		err := unix.SchedGetaffinityDynamic(0, set)
		if errors.Is(err, unix.EINVAL) && n < maxCPUs {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("sched_getaffinity: %w", err)
		}
		var ids []int
		for id := range n {
			if set.IsSet(id) {
				ids = append(ids, id)
			}
		}
		if len(ids) == 0 {
			return nil, errors.New("sched_getaffinity: the mask is empty")
		}
		return ids, nil
	}
}

// setAffinity restricts the calling thread to the given CPUs.
func setAffinity(cpus []int) error {
	set := unix.NewCPUSet(slices.Max(cpus) + 1)
	for _, id := range cpus {
		set.Set(id)
	}
	if err := unix.SchedSetaffinityDynamic(0, set); err != nil {
		return fmt.Errorf("sched_setaffinity: %w", err)
	}
	return nil
}
