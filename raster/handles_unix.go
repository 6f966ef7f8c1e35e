//go:build unix

package raster

import "golang.org/x/sys/unix"

// handleLimit returns how many files may be kept open: what the process may have, less enough for
// the handles of one window each worker opens for a moment, the output, and the program itself.
func handleLimit() int64 {
	const spare = 96
	var lim unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &lim); err != nil {
		return 256 - spare
	}
	return max(0, int64(min(uint64(lim.Cur), 1<<20))-spare)
}
