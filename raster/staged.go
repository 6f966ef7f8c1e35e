package raster

import (
	"io"
	"os"
	"path/filepath"
)

// Staged is a file of any kind, such as a picture, that is whole and on the disk, but has not got its name yet.
type Staged struct {
	target, tmp string
	overwrite   bool
}

// CheckTarget reports whether path can become an output, without writing anything. The error wraps ErrOutput.
func CheckTarget(path string, overwrite bool) error { return checkTarget(path, overwrite) }

// Stage writes a file beside path. Whoever gets a Staged ends it with Publish or Drop.
func Stage(path string, overwrite bool, write func(io.Writer) error) (*Staged, error) {
	if err := checkTarget(path, overwrite); err != nil {
		return nil, err
	}
	s := &Staged{path, besides(path), overwrite}
	file, err := os.OpenFile(s.tmp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return nil, outputErrorf("cannot write %s: its folder refuses new files (%v), name another", path, reason(err))
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
		return nil, outputErrorf("cannot write %s: %v", path, reason(err))
	}
	return s, nil
}

// Publish gives the file its name. On error nothing is left.
func (s *Staged) Publish() error {
	err := moveTo(s.tmp, s.target, s.overwrite)
	if err == nil {
		err = syncPath(filepath.Dir(s.target))
	} else {
		s.Drop()
	}
	if err != nil {
		return outputErrorf("cannot write %s: %v", s.target, reason(err))
	}
	return nil
}

// Drop removes the file. After Publish it does nothing.
func (s *Staged) Drop() { _ = os.Remove(s.tmp) }
