//go:build !unix

// Package guard makes buffers for tests that are next to a page without access. On systems without
// mmap they are ordinary buffers.
package guard

import "testing"

// Head returns n bytes.
func Head(_ testing.TB, n int) []byte { return make([]byte, n) }

// Tail returns n bytes.
func Tail(_ testing.TB, n int) []byte { return make([]byte, n) }
