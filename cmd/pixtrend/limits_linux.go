package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/pixtrend/pixtrend/internal/gdal"
)

// The least that a process needs. With less, Go's runtime or the C library end it with a trace.
const (
	leastFiles   = 32
	leastStack   = 128 << 10
	leastAddress = 192 << 20 // beside what is loaded, and the memory of a command
	moreThreads  = 4         // beside those that are asked for
	mostThreads  = 256       // that are tried
)

// checkFiles returns an error if the process may open so few files, or have such small stacks, that
// Go's runtime would fail.
func checkFiles() error {
	if n, limited := limitOf(unix.RLIMIT_NOFILE); limited && n < leastFiles {
		return fmt.Errorf("this process may open %d files, and it needs %d: raise the limit (ulimit -n)", n, leastFiles)
	}
	if n, limited := limitOf(unix.RLIMIT_STACK); limited && n < leastStack {
		return fmt.Errorf("threads of this process may have stacks of %d KiB, and they need %d: raise the limit (ulimit -s)", n>>10, leastStack>>10)
	}
	return nil
}

// checkLimits returns an error if the limits of the process are known to be too low for a command
// with some bytes of memory and so many threads.
func checkLimits(memory int64, threads int) error {
	need := memory + leastAddress
	if n, limited := limitOf(unix.RLIMIT_AS); limited && n-addressSpace() < need {
		return fmt.Errorf("the limit of this process's address space leaves it %d MiB, and it needs %d: raise the limit (ulimit -v), or lower --memory",
			max(0, n-addressSpace())>>20, need>>20)
	}
	if n := min(threads, mostThreads) + moreThreads; gdal.TryThreads(n) < n {
		return fmt.Errorf("the system does not let this process have %d more threads: raise the limit (ulimit -u, or that of a container), or use fewer with --threads", n)
	}
	return nil
}

func limitOf(resource int) (n int64, limited bool) {
	var limit unix.Rlimit
	if err := unix.Getrlimit(resource, &limit); err != nil || limit.Cur > 1<<62 {
		return 0, false
	}
	return int64(limit.Cur), true
}

// addressSpace returns the size of the address space that is in use; 0 if it is not known.
func addressSpace() int64 {
	text, _ := os.ReadFile("/proc/self/statm")
	pages, _, _ := bytes.Cut(text, []byte(" "))
	n, _ := strconv.ParseInt(string(pages), 10, 64)
	return n * int64(os.Getpagesize())
}
