//go:build !unix

// Package guard makes buffers for tests that stand against a page without access. Where there is
// no mmap they are ordinary ones.
package guard

import "testing"

// Head returns n bytes.
func Head(_ testing.TB, n int) []byte { return make([]byte, n) }

// Tail returns n bytes.
func Tail(_ testing.TB, n int) []byte { return make([]byte, n) }
