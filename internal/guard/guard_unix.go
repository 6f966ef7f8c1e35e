//go:build unix

// Package guard makes buffers for tests that are next to a page without access. A kernel that reads
// or writes a byte too many crashes instead of passing the test.
package guard

import (
	"testing"

	"golang.org/x/sys/unix"
)

// Head returns n zero bytes that begin right after a page without access. They are unmapped when
// the test ends.
func Head(t testing.TB, n int) []byte { return mapped(t, n)[:n:n] }

// Tail returns n zero bytes that end right before a page without access. They are unmapped when the
// test ends.
func Tail(t testing.TB, n int) []byte {
	b := mapped(t, n)
	return b[len(b)-n:]
}

func mapped(t testing.TB, n int) []byte {
	t.Helper()
	page := unix.Getpagesize()
	inner := (max(n, 1) + page - 1) / page * page
	b, err := unix.Mmap(-1, 0, inner+2*page, unix.PROT_NONE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		t.Fatalf("guard: mmap: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Munmap(b); err != nil {
			t.Errorf("guard: munmap: %v", err)
		}
	})
	b2 := b[page : page+inner : page+inner]
	if err := unix.Mprotect(b2, unix.PROT_READ|unix.PROT_WRITE); err != nil {
		t.Fatalf("guard: mprotect: %v", err)
	}
	return b2
}
