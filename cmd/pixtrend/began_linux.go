package main

import (
	"time"

	"golang.org/x/sys/unix"
)

// loading returns the CPU time of the main thread, which loads the libraries. The CPU time of the
// process would include threads that some libraries start.
func loading() time.Duration {
	var used unix.Rusage
	if unix.Getrusage(unix.RUSAGE_THREAD, &used) != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
