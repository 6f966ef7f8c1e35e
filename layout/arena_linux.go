package layout

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// hugeLeast is the size in bytes from which huge pages are requested. The first ones can take 10 ms
// while the system moves other pages away, which is too long for a tile that stays in cache.
const hugeLeast = 32 << 20

// reserve maps n bytes. From 2 MiB on, they begin at the boundary of a huge page. From hugeLeast
// on, reserve also requests huge pages. If the system refuses, only speed is lost. The bytes that
// are mapped in addition to find a boundary are never touched and take no memory.
func (a *Arena) reserve(n int) error {
	size := n
	if n >= hugeBytes {
		size = (n+hugeBytes-1)/hugeBytes*hugeBytes + hugeBytes
		if size < n {
			return unix.ENOMEM
		}
	}
	b, err := unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return err
	}
	a.reserved, a.mem = b, b[:n:n]
	if n >= hugeBytes {
		skip := from(b, hugeBytes)
		if n >= hugeLeast {
			_ = unix.Madvise(b[skip:skip+size-hugeBytes], unix.MADV_HUGEPAGE)
		}
		a.mem = b[skip : skip+n : skip+n]
	}
	return nil
}

func release(b []byte) error {
	if b == nil {
		return nil
	}
	return unix.Munmap(b)
}

// populate does what Touch does in one system call, and reports whether it succeeded. It needs
// Linux 5.14.
func populate(b []byte) bool {
	page := os.Getpagesize()
	before := int(uintptr(unsafe.Pointer(&b[0]))) % page
	whole := unsafe.Slice((*byte)(unsafe.Add(unsafe.Pointer(&b[0]), -before)), before+len(b))
	return unix.Madvise(whole, unix.MADV_POPULATE_WRITE) == nil
}
