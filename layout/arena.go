package layout

import "fmt"

// Arena is one piece of memory outside the Go heap that buffers are cut from. On Linux it asks for
// huge pages, which spare the address translation of many planes read side by side; its pages
// are placed on the NUMA node of the worker that writes them first, so each worker makes its own.
// An Arena is not for concurrent use.
type Arena struct {
	mem  []byte
	used int
}

// NewArena returns an arena of that many bytes. Close gives them back.
func NewArena(size int) (*Arena, error) {
	if size < 0 {
		return nil, fmt.Errorf("layout: arena of %d bytes", size)
	}
	mem, err := reserve(max(size, 1))
	if err != nil {
		return nil, fmt.Errorf("layout: %d bytes of memory for tiles: %w", size, err)
	}
	return &Arena{mem: mem[:len(mem):len(mem)]}, nil
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
	mem := a.mem
	a.mem, a.used = nil, 0
	return release(mem)
}
