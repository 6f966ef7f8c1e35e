//go:build linux || darwin

package pipeline

import (
	"time"

	"golang.org/x/sys/unix"
)

// FreeBytes returns what an ordinary user may still write in the folder.
func FreeBytes(dir string) (int64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, err
	}
	return int64(st.Bavail) * int64(st.Bsize), nil
}

// cpuSeconds returns the CPU time of this process and of the programs that it ran.
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
