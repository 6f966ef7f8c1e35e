package raster

import (
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// readCached fills b with what is at a place in a file as far as the system has it in memory, and
// returns how many bytes these are. It never waits for a disk. Telling Go's scheduler of each call
// would wake other threads, which have nothing to do, on the CPUs of the workers. So it is not told of
// these calls, which take no longer than those of assembly: 30 to 60 µs.
func readCached(file *os.File, b []byte, at int64) (n int) {
	const atOnce = 256 << 10
	for n < len(b) {
		part := b[n:min(n+atOnce, len(b))]
		got := preadCached(file, part, at+int64(n))
		n += got
		if got < len(part) {
			break
		}
	}
	return n
}

// preadCached is readCached in one call of the system.
func preadCached(file *os.File, b []byte, at int64) int {
	part := unix.Iovec{Base: &b[0]}
	part.SetLen(len(b))
	const half = unsafe.Sizeof(uintptr(0)) * 4 // bits of half a word: a machine of 32 bits takes the offset in two words
	high := uintptr(uint64(at) >> half >> half)
	n, _, err := unix.RawSyscall6(unix.SYS_PREADV2,
		file.Fd(), uintptr(unsafe.Pointer(&part)), 1, uintptr(at), high, unix.RWF_NOWAIT)
	runtime.KeepAlive(file)
	if err != 0 {
		return 0
	}
	return int(n)
}
