//go:build !linux

package atomicfile

import "os"

// Reserve gives the file its size.
func reserve(file *os.File, size int64) error { return file.Truncate(size) }

// StartFlush leaves all to Sync.
func startFlush(*os.File, int64, int64) {}
