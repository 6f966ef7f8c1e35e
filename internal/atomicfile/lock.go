package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Lock is an advisory lock on a name, which the system releases when the process ends, however it
// ends. The lock is a file, which exists while it is held.
type Lock struct{ file *os.File } // nil if the file system has no locks

// TryLock locks a name. held is false if another process, or another Lock, holds it. If the file
// system has no locks, everybody holds it.
func TryLock(path string) (l *Lock, held bool, err error) {
	for {
		file, err := lockNew(path)
		if errors.Is(err, fs.ErrExist) {
			file, err = lockAbandoned(path)
		}
		switch {
		case err == nil:
			return &Lock{file}, true, nil
		case errors.Is(err, errNoLocks):
			return &Lock{}, true, nil
		case errors.Is(err, fs.ErrNotExist) && Exists(filepath.Dir(path)):
			continue // it was released between the two
		case errors.Is(err, errLost):
			return nil, false, nil
		}
		return nil, false, CreateError(path, err)
	}
}

// Release ends the lock and removes its file.
func (l *Lock) Release() {
	if l.file != nil {
		_ = os.Remove(l.file.Name()) // before others can lock it
		_ = l.file.Close()
	}
}
