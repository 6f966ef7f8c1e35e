package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/pixtrend/pixtrend/internal/fault"
)

// Target is a file that a run writes.
type Target struct {
	Path string
	// Sidecars are the names that files have which other programs read as a part of the file. If
	// such a file is there before the run, it describes another file.
	Sidecars []string
}

// Exists reports whether there is a file, or a folder, at path.
func Exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// named reports whether there is anything of that name, if only a link to nothing.
func named(path string) bool {
	_, err := os.Lstat(path)
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

// CheckTargets returns an error if the targets of a run cannot all become its outputs, as far as
// can be seen without writing. The error wraps fault.ErrOutput.
func CheckTargets(overwrite bool, targets ...Target) error {
	var taken [][]place // by the targets before
	for _, t := range targets {
		if err := t.check(overwrite); err != nil {
			return err
		}
		mine := t.places()
		for j, others := range taken {
			if err := checkApart(t, targets[j], mine, others); err != nil {
				return err
			}
		}
		taken = append(taken, mine)
	}
	return nil
}

// place is where a name leads, through whatever links. It need not exist.
type place struct {
	name         string
	file, folder fs.FileInfo // nil if there is none
}

// places returns the places of the names that a target takes, that of Path first.
func (t Target) places() []place {
	var places []place
	folder, _ := os.Stat(filepath.Dir(t.Path))
	for _, name := range append([]string{t.Path}, t.Sidecars...) {
		file, _ := os.Stat(name)
		places = append(places, place{name, file, folder})
	}
	return places
}

func (p place) same(q place) bool {
	if p.file != nil && q.file != nil && os.SameFile(p.file, q.file) {
		return true
	}
	return filepath.Base(p.name) == filepath.Base(q.name) && p.folder != nil && q.folder != nil && os.SameFile(p.folder, q.folder)
}

// checkApart returns an error if a place of a target is also one of another.
func checkApart(a, b Target, ofA, ofB []place) error {
	for i, p := range ofA {
		for j, q := range ofB {
			switch {
			case !p.same(q):
			case i+j == 0:
				return fault.Outputf("the output %s is given twice: name another file for each", a.Path)
			case i == 0:
				return fault.Outputf("the output %s would be read with another, %s: name another file", a.Path, b.Path)
			case j == 0:
				return fault.Outputf("the output %s would be read with another, %s: name another file", b.Path, a.Path)
			default:
				return fault.Outputf("the outputs %s and %s would be read with one file, %s: name another file for one of them", b.Path, a.Path, p.name)
			}
		}
	}
	return nil
}

// check returns an error if t cannot become an output.
func (t Target) check(overwrite bool) error {
	if err := checkPath(t.Path, overwrite); err != nil {
		return err
	}
	for _, name := range t.Sidecars {
		info, err := os.Lstat(name)
		switch {
		case err != nil:
		case info.IsDir():
			return fault.Outputf("the output %s would be read with the folder %s: name another", t.Path, name)
		case !overwrite:
			return fault.Outputf("the output %s would be read with %s, which is there already: remove it, name another output, or replace both with %v",
				t.Path, name, fault.Option{Field: "Overwrite"})
		}
	}
	return nil
}

// checkPath returns an error if path cannot become an output, as far as can be seen without
// writing. The error wraps fault.ErrOutput.
func checkPath(path string, overwrite bool) error {
	if path == "" {
		return fault.Outputf("the output has no name")
	}
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return fault.Outputf("the output %s is a folder: name a file in it", path)
	case err == nil && !info.Mode().IsRegular(), isOfSystem(path):
		return fault.Outputf("the output %s is not a regular file: name another", path)
	case err == nil && !overwrite:
		return fault.Outputf("the output %s exists: name another, or replace it with %v", path, fault.Option{Field: "Overwrite"})
	case errors.Is(err, fs.ErrNotExist) && !overwrite:
		if named(path) {
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

// isOfSystem reports whether path is a link of the system's, such as /dev/stdout. Where it leads to
// a regular file, it still must not be replaced.
func isOfSystem(path string) bool {
	for range 40 { // as many as Linux follows
		next, err := os.Readlink(path)
		if err != nil {
			return false
		}
		if !filepath.IsAbs(next) {
			next = filepath.Join(filepath.Dir(path), next)
		}
		if strings.HasPrefix(next, "/proc/") || strings.HasPrefix(next, "/dev/") {
			return true
		}
		path = next
	}
	return false
}

// LinkWarning says what is replaced if a target that is overwritten is a link; "" if it is none.
func LinkWarning(path string) string {
	to, err := os.Readlink(path)
	if err != nil {
		return ""
	}
	return "the output " + path + " is a link to " + to + ": the link is replaced, and what it leads to stays as it is"
}

// replace renames a file. It replaces a file that has the name only with overwrite.
func (s system) replace(tmp, target string, overwrite bool) error {
	if overwrite {
		if info, err := os.Lstat(target); err == nil && info.Mode().Type()&^fs.ModeSymlink != 0 {
			return errors.New("something that is not a regular file has come there while it was made")
		}
		return s.rename(tmp, target)
	}
	// Unlike a rename, a link never replaces a file that was made meanwhile. If the file system has
	// no links, the target is looked for once more instead.
	switch err := s.link(tmp, target); {
	case err == nil:
		_ = s.remove(tmp)
		return nil
	case errors.Is(err, fs.ErrExist), named(target):
		return errors.New("a file of that name has come while it was made")
	}
	return s.rename(tmp, target)
}

// Sync syncs a file to the disk.
func Sync(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}

// syncFolder syncs the names in a folder to the disk, on file systems that can.
func syncFolder(path string) error {
	err := Sync(path)
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	return err
}
