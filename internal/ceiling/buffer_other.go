//go:build !linux

package ceiling

// Buffer returns n bytes.
func Buffer(n int) ([]byte, error) { return make([]byte, n), nil }
