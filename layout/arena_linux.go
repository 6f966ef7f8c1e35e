package layout

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// hugeLeast is from how many bytes on huge pages are asked for. Getting the first ones can take the system
// 10 ms, while it moves others' pages out of the way; a tile that is read over and over is not worth that.
const hugeLeast = 32 << 20

// reserve maps n bytes. From 2 MiB on they begin on a huge page, and from hugeLeast on they are marked for
// such: the kernel backs them with them where it can, and a refusal changes nothing but speed. What is mapped
// to find a boundary is never touched, and takes no memory.
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

// populate is Touch in one call. Linux has it from 5.14 on.
func populate(b []byte) bool {
	page := os.Getpagesize()
	before := int(uintptr(unsafe.Pointer(&b[0]))) % page
	whole := unsafe.Slice((*byte)(unsafe.Add(unsafe.Pointer(&b[0]), -before)), before+len(b))
	return unix.Madvise(whole, unix.MADV_POPULATE_WRITE) == nil
}
