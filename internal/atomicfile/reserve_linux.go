package atomicfile

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// Reserve gives the file its size and, where the file system can, its place on the disk: a disk that
// is too small is found out before the work, and writing need not look for room.
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

// StartFlush asks for bytes of the file to be brought to the disk, and does not wait until they are.
// Sync, later, tells whether they could be.
func StartFlush(file *os.File, at, n int64) {
	_ = unix.SyncFileRange(int(file.Fd()), at, n, unix.SYNC_FILE_RANGE_WRITE)
}
