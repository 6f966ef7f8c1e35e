package atomicfile

import (
	"io"
	"os"
	"path/filepath"

	"github.com/pixtrend/pixtrend/internal/fault"
)

// Staged is a file of any kind, such as a picture, that is whole and on the disk under a temporary
// name.
type Staged struct {
	target, tmp string
	overwrite   bool
}

// Stage writes a file under a temporary name beside path. The caller ends it with Publish or Drop.
// Errors wrap fault.ErrOutput.
func Stage(path string, overwrite bool, write func(io.Writer) error) (*Staged, error) {
	if err := CheckTarget(path, overwrite); err != nil {
		return nil, err
	}
	s := &Staged{path, TempName(path), overwrite}
	file, err := os.OpenFile(s.tmp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return nil, CreateError(path, err)
	}
	err = write(file)
	if err == nil {
		err = file.Sync()
	}
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		s.Drop()
		return nil, fault.Outputf("cannot write %s: %v", path, Reason(err))
	}
	return s, nil
}

// Publish renames the file to its target. On error it removes the file.
func (s *Staged) Publish() error {
	err := Rename(s.tmp, s.target, s.overwrite)
	if err == nil {
		err = Sync(filepath.Dir(s.target))
	} else {
		s.Drop()
	}
	if err != nil {
		return fault.Outputf("cannot write %s: %v", s.target, Reason(err))
	}
	return nil
}

// Drop removes the file. After Publish it does nothing.
func (s *Staged) Drop() { _ = os.Remove(s.tmp) }
