package raster

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// What is read from memory first is what the file has, wherever it is, and whether the system still has it
// in memory.
func TestCachedFirst(t *testing.T) {
	const far = 5 << 30 // an offset of more than 32 bits
	file, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	content := make([]byte, 1<<20)
	for i := range content {
		content[i] = byte(i >> 8 * 31)
	}
	if _, err := file.WriteAt(content, far); err != nil {
		t.Fatal(err)
	}
	if n := readCached(file, make([]byte, 4096), far); n != 4096 {
		t.Logf("SKIPPED, NOT TESTED: of 4096 bytes, this file system reads %d without waiting", n)
	}
	if err := file.Sync(); err != nil {
		t.Fatal(err)
	}
	end := int64(far + len(content))
	for _, forget := range []int64{0, 300 << 10, 1 << 20} { // bytes that the system is told to drop
		if err := unix.Fadvise(int(file.Fd()), far, forget, unix.FADV_DONTNEED); forget > 0 && err != nil {
			t.Fatal(err)
		}
		for _, at := range []int64{0, far - 100, far, far + 70000, end - 100, end, end + 100} {
			got, want := make([]byte, 500<<10), make([]byte, 500<<10)
			n, err := cachedFirst{file}.ReadAt(got, at)
			wantN, wantErr := file.ReadAt(want, at)
			if n != wantN || !bytes.Equal(got, want) || !errors.Is(err, wantErr) {
				t.Errorf("%d bytes dropped, from %d on: %d bytes and %v, want %d and %v", forget, at, n, err, wantN, wantErr)
			}
			if at == end && !errors.Is(err, io.EOF) {
				t.Errorf("at the end: %v", err)
			}
		}
	}
	if n, err := (cachedFirst{file}).ReadAt(nil, 0); n != 0 || err != nil {
		t.Errorf("nothing: %d, %v", n, err)
	}
}
