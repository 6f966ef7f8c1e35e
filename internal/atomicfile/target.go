package atomicfile

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/pixtrend/pixtrend/internal/fault"
)

// Exists reports whether there is a file, or a folder, at path.
func Exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// Reason returns the cause of an error of package os, without the call and the path. The caller's
// sentence names the path.
func Reason(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}

// CheckTarget returns an error if path cannot become an output, as far as can be seen without
// writing. The error wraps fault.ErrOutput.
func CheckTarget(path string, overwrite bool) error {
	if path == "" {
		return fault.Outputf("the output has no name")
	}
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return fault.Outputf("the output %s is a folder: name a file in it", path)
	case err == nil && !info.Mode().IsRegular():
		return fault.Outputf("the output %s is not a regular file: name another", path)
	case err == nil && !overwrite:
		return fault.Outputf("the output %s exists: name another, or replace it with %v", path, fault.Option{Field: "Overwrite"})
	case errors.Is(err, fs.ErrNotExist) && !overwrite:
		if _, err := os.Lstat(path); err == nil {
			return fault.Outputf("the output %s exists, as a link to nothing: name another, or replace it with %v", path, fault.Option{Field: "Overwrite"})
		}
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return fault.Outputf("cannot write %s: %v: name another", path, Reason(err))
	}
	dir := filepath.Dir(path)
	switch info, err := os.Stat(dir); {
	case errors.Is(err, fs.ErrNotExist):
		return fault.Outputf("cannot write %s: the folder %s does not exist, make it first", path, dir)
	case err != nil:
		return fault.Outputf("cannot write %s: %v", path, Reason(err))
	case !info.IsDir():
		return fault.Outputf("cannot write %s: %s is not a folder", path, dir)
	}
	return nil
}

// CreateError says why the temporary file for path cannot be made.
func CreateError(path string, err error) error {
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return fault.Outputf("cannot write %s: its folder refuses new files (%v), name another", path, Reason(err))
	}
	return fault.Outputf("cannot write %s: %v", path, Reason(err))
}

// TempName returns the name of a temporary file in the folder of path, such as
// .slope.tif.pixtrend-xxxxxxxxxx. It and what callers append to it are no longer than file systems
// allow, which is 255 bytes, even if the name of path is.
func TempName(path string) string {
	base := filepath.Base(path)
	if len(base) > 200 {
		base = strings.ToValidUTF8(base[:200], "")
	}
	return filepath.Join(filepath.Dir(path), "."+base+".pixtrend-"+strings.ToLower(rand.Text()[:10]))
}

// Rename renames a file. It replaces an existing target only with overwrite.
func Rename(tmp, target string, overwrite bool) error {
	if overwrite {
		return os.Rename(tmp, target)
	}
	// Unlike a rename, a link never replaces a file that was made meanwhile. If the file system has
	// no links, the target is looked for once more instead.
	switch err := os.Link(tmp, target); {
	case err == nil:
		_ = os.Remove(tmp)
		return nil
	case errors.Is(err, fs.ErrExist), Exists(target):
		return errors.New("a file of that name has come while it was made")
	}
	return os.Rename(tmp, target)
}

// Sync syncs a file or a folder to the disk.
func Sync(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}
