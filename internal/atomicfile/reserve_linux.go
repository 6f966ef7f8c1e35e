package atomicfile

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// Reserve sets the size of a file and, if the file system can, allocates its space. A disk that is too
// small is then found before the work, and writing does not have to allocate.
func Reserve(file *os.File, size int64) error {
	for {
		err := unix.Fallocate(int(file.Fd()), 0, 0, size)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, unix.EOPNOTSUPP), errors.Is(err, unix.ENOSYS), errors.Is(err, unix.EINVAL):
			return file.Truncate(size)
		}
		return err
	}
}

// StartFlush starts writing a range of the file to the disk and does not wait for it. A later sync
// reports errors.
func StartFlush(file *os.File, at, n int64) {
	_ = unix.SyncFileRange(int(file.Fd()), at, n, unix.SYNC_FILE_RANGE_WRITE)
}
