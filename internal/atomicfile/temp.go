package atomicfile

import (
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/pixtrend/pixtrend/internal/fault"
)

// Temp is a temporary file beside its target. It has a mark that its owner lives, a lock that the
// system releases when the process ends, however it ends. The next run that writes into the folder
// removes what has no living owner.
type Temp struct {
	Path      string // the caller makes a file of this name
	target    Target
	overwrite bool
	names     []string // all files that may exist and are removed at the end, Path first
	owner     *os.File // the locked file; nil if the file system has no locks
}

// ownerSuffix is that of the file whose lock is the mark of the owner.
const ownerSuffix = ".owner"

// NewTemp reserves the name of a temporary file in the folder of a target, and removes the
// temporary files there that have lost their owner. The caller makes the file Path and ends the
// Temp with Publish or Remove. overwrite is whether Publish replaces a target that exists. Errors
// wrap fault.ErrOutput.
func NewTemp(target Target, overwrite bool) (*Temp, error) {
	folder := filepath.Dir(target.Path)
	if err := clean(folder); err != nil {
		return nil, CreateError(target.Path, err)
	}
	for {
		t := &Temp{Path: tempName(target.Path, machine()), target: target, overwrite: overwrite}
		owner, err := lockNew(t.Path + ownerSuffix)
		switch {
		case errors.Is(err, errLost):
			continue // to a run that was cleaning
		case errors.Is(err, errNoLocks):
			t.Path = tempName(target.Path, "") // which nobody cleans
		case err != nil:
			return nil, CreateError(target.Path, err)
		}
		t.owner = owner
		t.names = []string{t.Path, t.Path + ".aux.xml"}
		return t, nil
	}
}

// Beside returns the name of a further temporary file of t, that of Path with a suffix.
func (t *Temp) Beside(suffix string) string {
	name := t.Path + suffix
	if !slices.Contains(t.names, name) {
		t.names = append(t.names, name, name+".aux.xml") // which GDAL may write
	}
	return name
}

// Remove removes the temporary files. After Publish it does nothing.
func (t *Temp) Remove() {
	for _, name := range t.names {
		_ = os.RemoveAll(name) // of folders, too, such as Zarr stores
	}
	t.names = nil
	if t.owner != nil {
		_ = os.Remove(t.owner.Name()) // last, since it says that the others are not abandoned
		_ = t.owner.Close()
		t.owner = nil
	}
}

// Stage writes a file of any kind, such as a picture, under a temporary name beside a path. The
// caller ends it with Publish or Remove. Errors wrap fault.ErrOutput.
func Stage(path string, overwrite bool, write func(io.Writer) error) (*Temp, error) {
	target := Target{Path: path}
	if err := CheckTargets(overwrite, target); err != nil {
		return nil, err
	}
	t, err := NewTemp(target, overwrite)
	if err != nil {
		return nil, err
	}
	file, err := os.OpenFile(t.Path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		t.Remove()
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
		t.Remove()
		return nil, fault.Outputf("cannot write %s: %v", path, Reason(err))
	}
	return t, nil
}

// CreateError says why a temporary file for path cannot be made.
func CreateError(path string, err error) error {
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return fault.Outputf("cannot write %s: its folder refuses new files (%v), name another", path, Reason(err))
	}
	return fault.Outputf("cannot write %s: %v", path, Reason(err))
}

// tempName returns the name of a temporary file in the folder of path, such as
// .slope.tif.pixtrend-MARK-xxxxxxxxxx. It and the suffixes that are added to it are no longer than
// file systems allow, which is 255 bytes, even if the name of path is.
func tempName(path, mark string) string {
	base := filepath.Base(path)
	if len(base) > 190 {
		base = strings.ToValidUTF8(base[:190], "")
	}
	if mark != "" {
		mark += "-"
	}
	return filepath.Join(filepath.Dir(path), "."+base+nameMark+mark+strings.ToLower(rand.Text()[:10]))
}
