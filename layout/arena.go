package layout

import (
	"fmt"
	"os"
	"unsafe"
)

// Arena is a piece of memory outside the Go heap from which buffers are cut. On Linux, an arena of
// 2 MiB or more begins at the boundary of a huge page, and an arena of 32 MiB or more asks for huge
// pages, which make address translation cheaper when many planes are read side by side. The system
// places a page on the NUMA node of the thread that first writes to it ([Touch]), so each worker
// should create its own arena or write its part first.
//
// An Arena is not safe for concurrent use. The buffers are independent of each other.
type Arena struct {
	reserved []byte // as the system returned it
	mem      []byte // the part from which buffers are cut
	used     int
}

// hugeBytes is the size of a huge page of amd64, and of arm64 with pages of 4 KiB.
const hugeBytes = 2 << 20

// NewArena returns an arena of size bytes. Close releases them.
func NewArena(size int) (*Arena, error) {
	if size < 0 {
		return nil, fmt.Errorf("layout: arena of %d bytes", size)
	}
	a := &Arena{}
	if err := a.reserve(max(size, 1)); err != nil {
		return nil, fmt.Errorf("layout: %d bytes of memory for tiles: %w", size, err)
	}
	return a, nil
}

// Cut returns the next n bytes. They begin on a cache line, so the size of each buffer counts as
// rounded up to 64 bytes. Cut panics if fewer bytes are left, because the caller chose the size of
// the arena.
func (a *Arena) Cut(n int) []byte {
	if n < 0 || n > len(a.mem)-a.used {
		panic(fmt.Sprintf("layout: %d bytes cut from an arena with %d left", n, len(a.mem)-a.used))
	}
	b := a.mem[a.used : a.used+n : a.used+n]
	a.used = min(len(a.mem), (a.used+n+lineBytes-1)/lineBytes*lineBytes)
	return b
}

// Close releases the memory. The buffers that were cut from it must not be used again.
func (a *Arena) Close() error {
	reserved := a.reserved
	*a = Arena{}
	return release(reserved)
}

// Touch writes to every page of b, a buffer cut from an arena, without changing its content. Pages
// that nobody has written to are placed on the NUMA node of the calling thread. A worker that is
// bound to CPUs calls Touch on memory that it will use if another thread would write to it first.
// Touch also avoids page faults later.
func Touch(b []byte) {
	if len(b) == 0 || populate(b) {
		return
	}
	page := os.Getpagesize()
	at := 0
	for at < len(b) {
		write(&b[at], b[at])
		at += page - int(uintptr(unsafe.Pointer(&b[at])))%page
	}
}

// write is not inlined, because the compiler would remove a store of the value that is already
// there.
//
//go:noinline
func write(b *byte, x byte) { *b = x }

// from returns the offset of the first byte of b whose address is a multiple of n, a power of two.
func from(b []byte, n int) int {
	return -int(uintptr(unsafe.Pointer(&b[0]))) & (n - 1)
}
