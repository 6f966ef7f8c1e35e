package layout

import (
	"fmt"
	"os"
	"unsafe"
)

// Arena is one piece of memory outside the Go heap that buffers are cut from. On Linux, one of 2 MiB
// or more begins on a huge page's boundary, and one of 32 MiB or more asks for huge pages, which spare the
// address translation of many planes read side by side. Its pages are placed on the NUMA node of the thread that writes
// them first ([Touch]), so each worker makes its own, or writes its part first.
// An Arena is not for concurrent use; what was cut from it is.
type Arena struct {
	reserved []byte // as the system gave it
	mem      []byte // the part that is cut
	used     int
}

// hugeBytes is the size of a huge page of amd64, and of arm64 with pages of 4 KiB.
const hugeBytes = 2 << 20

// NewArena returns an arena of that many bytes. Close gives them back.
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

// Cut returns the next n bytes, beginning on a cache line. It panics when the arena is used up:
// whoever makes one knows what will be cut from it, each piece rounded up to 64 bytes.
func (a *Arena) Cut(n int) []byte {
	if n < 0 || n > len(a.mem)-a.used {
		panic(fmt.Sprintf("layout: %d bytes cut from an arena with %d left", n, len(a.mem)-a.used))
	}
	b := a.mem[a.used : a.used+n : a.used+n]
	a.used = min(len(a.mem), (a.used+n+lineBytes-1)/lineBytes*lineBytes)
	return b
}

// Close gives the memory back. What was cut from it must not be used again.
func (a *Arena) Close() error {
	reserved := a.reserved
	*a = Arena{}
	return release(reserved)
}

// Touch makes the calling thread the first to write the pages of b, which was cut from an arena, and
// leaves what b holds as it is. Where there is more than one NUMA node, untouched pages are placed on
// the thread's own: a worker that is bound to CPUs calls it on memory that it will use and
// another would write first. It also spares the page faults later on.
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

// write is no inlined store: the compiler would drop one of what is there.
//
//go:noinline
func write(b *byte, x byte) { *b = x }

// from returns how many bytes into b an address is that n divides.
func from(b []byte, n int) int {
	return -int(uintptr(unsafe.Pointer(&b[0]))) & (n - 1)
}
