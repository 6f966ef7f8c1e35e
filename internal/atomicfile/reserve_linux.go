package atomicfile

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// Reserve gives the file its size and, if the file system can, allocates its space on the disk: a
// disk that is too small is then an error before the work, and writes need not allocate.
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

// StartFlush starts to write n bytes of the file to the disk, and does not wait. A later Sync
// reports errors.
func StartFlush(file *os.File, at, n int64) {
	_ = unix.SyncFileRange(int(file.Fd()), at, n, unix.SYNC_FILE_RANGE_WRITE)
}
