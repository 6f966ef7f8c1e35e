//go:build !linux

package layout

import "unsafe"

// reserve takes n bytes from the Go heap, beginning on a cache line.
func reserve(n int) ([]byte, error) {
	b := make([]byte, n+lineBytes)
	skip := -int(uintptr(unsafe.Pointer(&b[0]))) & (lineBytes - 1)
	return b[skip : skip+n], nil
}

func release([]byte) error { return nil }
