package main

import (
	"time"

	"golang.org/x/sys/unix"
)

// loading returns the CPU time of the thread that loads libraries and then runs the program's first lines; the process has others,
// which some of the libraries start.
func loading() time.Duration {
	var used unix.Rusage
	if unix.Getrusage(unix.RUSAGE_THREAD, &used) != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
