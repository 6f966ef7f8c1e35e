package raster

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/pixtrend/pixtrend/internal/atomicfile"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/internal/regular"
)

// reads are the local files that a result is made from, as they were when they were first looked
// at: rasters, the files that belong to them, and lists of names and dates.
type reads struct {
	files []readFile
	known map[string]bool
}

type readFile struct {
	path string
	info fs.FileInfo
}

// add notes the file that a raster is in, or a file that belongs to it, before it is opened. A file
// that is not there is left to what opens it. The error is for a sentence that names the raster.
func (r *reads) add(name string) error {
	path := gdal.LocalFile(name)
	if path == "" || r.known[path] {
		return nil
	}
	info, err := os.Stat(path)
	if err != nil || info.IsDir() {
		return nil // such as Zarr, whose rasters are folders
	}
	if err := regular.CheckSpecial(path); err != nil {
		return err
	}
	r.note(readFile{path, info})
	return nil
}

func (r *reads) note(f readFile) {
	if r.known == nil {
		r.known = map[string]bool{}
	}
	if !r.known[f.path] {
		r.known[f.path] = true
		r.files = append(r.files, f)
	}
}

// merge notes the files of another stack.
func (r *reads) merge(other reads) {
	for _, f := range other.files {
		r.note(f)
	}
}

// addFiles notes the files that GDAL reads a raster from.
func (r *reads) addFiles(files []string) error {
	for _, f := range files {
		if err := r.add(f); err != nil {
			return fmt.Errorf("%s, which belongs to it, cannot be read: %w", gdal.DisplayName(f), err)
		}
	}
	return nil
}

// filesOf returns the files that an open raster is read from, if there may be more than one.
func filesOf(ds *gdal.Dataset, name string, folders *gdal.Folders) []string {
	if gdal.IsRemote(name) {
		return nil
	}
	beside, listed := folders.Sidecars(name)
	switch {
	case listed && len(beside) == 0 && ds.Driver() == "GTiff":
		return nil
	case ds.OverviewFile() != "": // GDAL would open it to list it
		files := []string{name}
		for _, end := range beside {
			files = append(files, filepath.Join(filepath.Dir(name), end))
		}
		return files
	}
	return ds.Files()
}

// describeFile describes a file and notes what it is read from. look asks GDAL.
func (s *Stack) describeFile(i int, known likenesses, o OpenOptions, look func(i int) ([]plane, geo, error)) ([]plane, geo, *directFile, error) {
	name := s.sources[i]
	err := s.reads.add(name)
	if err == nil && !strings.HasPrefix(name, "/vsi") {
		err = s.reads.addFiles([]string{name + terraEnd})
	}
	if err != nil {
		return nil, geo{}, nil, fault.Inputf("cannot use %s: %v", s.files[i], err)
	}
	planes, g, direct, err := known.describe(name, o, s.folders, func() ([]plane, geo, error) { return look(i) })
	if err == nil {
		err = s.applyScene(i, planes, o)
	}
	if err == nil && len(planes) > 0 {
		if err := s.reads.addFiles(planes[0].files); err != nil {
			return nil, geo{}, nil, fault.Inputf("cannot use %s: %v", s.files[i], err)
		}
	}
	return planes, g, direct, err
}

// checkTargets reports whether targets can be written, and take the place of nothing that is read.
// It returns warnings about links that are replaced.
func (r *reads) checkTargets(overwrite bool, targets []atomicfile.Target) (warnings []string, err error) {
	for _, t := range targets {
		if err := r.checkApart(t); err != nil {
			return nil, err
		}
		if warning := atomicfile.LinkWarning(t.Path); warning != "" {
			warnings = append(warnings, warning)
		}
	}
	return warnings, atomicfile.CheckTargets(overwrite, targets...)
}

// checkApart returns an error if a target, or a file beside it that it would take away, is read.
func (r *reads) checkApart(t atomicfile.Target) error {
	for i, name := range append([]string{t.Path}, t.Sidecars...) {
		info, err := os.Stat(name)
		if err != nil {
			continue
		}
		for _, f := range r.files {
			switch {
			case !os.SameFile(info, f.info):
			case i > 0:
				return fault.Outputf("the output %s would take the place of %s, which is an input: name another", t.Path, name)
			case f.path != name:
				return fault.Outputf("the output %s is also an input, as %s: name another", name, f.path)
			default:
				return fault.Outputf("the output %s is also an input: name another", name)
			}
		}
	}
	return nil
}

// unchanged checks that the files are still those that were first looked at. A worker opens each
// file for itself, so that a file that is written or replaced meanwhile gives a mixed result. It
// warns of files that have lost their names, which may have been read whole before.
func (r *reads) unchanged() (warnings []string, err error) {
	var gone []string
	for _, f := range r.files {
		now, err := os.Stat(f.path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			gone = append(gone, f.path)
		case err != nil:
			return nil, fault.Inputf("cannot check whether %s has changed: %v", f.path, atomicfile.Reason(err))
		case !os.SameFile(now, f.info), now.Size() != f.info.Size(), !now.ModTime().Equal(f.info.ModTime()):
			return nil, fault.Inputf("%s is no longer the file that was checked: run again when nothing writes to it", gdal.DisplayName(f.path))
		}
	}
	if len(gone) > 0 {
		warnings = append(warnings, fmt.Sprintf("%s%s could not be checked at the end: it has been removed or renamed; the samples that were read are used", gone[0], others(len(gone)-1)))
	}
	return warnings, nil
}
