//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package atomicfile

import (
	"os"
	"path/filepath"
	"testing"
)

// A name is locked once at a time, whoever locks it, and the lock of a process that is gone is free.
func TestTryLock(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.lock")
	lock := func(want bool) *Lock {
		t.Helper()
		l, held, err := TryLock(path)
		if err != nil || held != want {
			t.Fatalf("held is %v, want %v; %v", held, want, err)
		}
		return l
	}
	first := lock(true)
	lock(false)
	first.Release()
	if named(path) {
		t.Error("the file of the lock stays")
	}
	second := lock(true)
	lock(false)
	second.Release()
	put(t, path, "") // of a process that was killed
	lock(true).Release()
	if _, _, err := TryLock(filepath.Join(dir, "none", "a.lock")); err == nil {
		t.Error("a lock in no folder")
	}
	if err := os.Mkdir(path, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, held, err := TryLock(path); err == nil || held {
		t.Errorf("a folder is locked: %v", err)
	}
}
