package ceiling

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

const hugeBytes = 2 << 20

// Buffer maps n bytes that begin at the boundary of a huge page, and requests huge pages for them.
// The bytes are never released, because a process that measures needs them until its end.
func Buffer(n int) ([]byte, error) {
	b, err := unix.Mmap(-1, 0, n+hugeBytes, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return nil, err
	}
	skip := -int(uintptr(unsafe.Pointer(&b[0]))) & (hugeBytes - 1)
	b = b[skip : skip+n : skip+n]
	_ = unix.Madvise(b, unix.MADV_HUGEPAGE)
	return b, nil
}
