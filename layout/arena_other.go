//go:build !linux

package layout

// reserve takes n bytes from the Go heap, beginning on a cache line.
func (a *Arena) reserve(n int) error {
	a.reserved = make([]byte, n+lineBytes)
	skip := from(a.reserved, lineBytes)
	a.mem = a.reserved[skip : skip+n : skip+n]
	return nil
}

func release([]byte) error { return nil }

func populate([]byte) bool { return false }
