// Package regular opens the files that a user names. Opening a named pipe or reading a device may
// never end, so only regular files are read.
package regular

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// KindError says that a path names something other than a regular file. Its text is a part of a
// sentence that names the path.
type KindError struct{ Kind string }

func (e *KindError) Error() string { return "it is " + e.Kind + ", and only regular files are read" }

// Check returns a KindError if a path names something other than a regular file, and an error of
// package os if it cannot be found.
func Check(path string) error {
	_, err := Stat(path)
	return err
}

// Stat is os.Stat for regular files.
func Stat(path string) (fs.FileInfo, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	return info, check(info.Mode())
}

func check(mode fs.FileMode) error {
	if mode.IsRegular() {
		return nil
	}
	return &KindError{kindOf(mode)}
}

// IsSpecial reports whether a file of a mode is a pipe, a socket or a device.
func IsSpecial(mode fs.FileMode) bool {
	return mode.Type()&^(fs.ModeDir|fs.ModeSymlink) != 0
}

// CheckSpecial returns a KindError if a path names a pipe, a socket or a device. It is for what
// another library opens, which reports a missing file and may read a folder.
func CheckSpecial(path string) error {
	if info, err := os.Stat(path); err == nil && IsSpecial(info.Mode()) {
		return check(info.Mode())
	}
	return nil
}

func kindOf(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeNamedPipe != 0:
		return "a pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	}
	return "a device"
}

// Open opens a regular file for reading, and does not wait for anything else.
func Open(path string) (*os.File, error) {
	if err := Check(path); err != nil {
		return nil, err
	}
	// If a pipe takes the place of the file now, opening it does not wait for a writer.
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil {
		err = check(info.Mode())
	}
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return file, nil
}

// mostText is the size of the largest text that ReadText reads: a list of a million names.
const mostText = 64 << 20

// ReadText reads a regular file of up to 64 MiB.
func ReadText(path string) ([]byte, error) {
	file, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.LimitReader(file, mostText+1))
	if err == nil && len(text) > mostText {
		return nil, fmt.Errorf("it has more than the %d MiB that are read of a text", mostText>>20)
	}
	return text, err
}
