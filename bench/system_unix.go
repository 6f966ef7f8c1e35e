//go:build linux || darwin

package bench

import (
	"time"

	"golang.org/x/sys/unix"
)

// cpuSeconds returns the CPU time of this process and its child processes.
func cpuSeconds() float64 {
	var sum time.Duration
	for _, who := range []int{unix.RUSAGE_SELF, unix.RUSAGE_CHILDREN} {
		var u unix.Rusage
		if unix.Getrusage(who, &u) == nil {
			sum += time.Duration(u.Utime.Nano() + u.Stime.Nano())
		}
	}
	return sum.Seconds()
}
