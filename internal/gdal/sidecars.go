package gdal

/*
#include <stdlib.h>
#include <cpl_error.h>
#include <cpl_string.h>
#include <cpl_vsi.h>

static char **read_dir(const char *path) {
	CPLPushErrorHandler(CPLQuietErrorHandler);
	char **names = VSIReadDir(path);
	CPLPopErrorHandler();
	return names;
}
*/
import "C"

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"unsafe"

	"github.com/pixtrend/pixtrend/internal/regular"
)

// Folders remembers the names in folders. GDAL places and describes rasters by files beside them,
// such as world files, and left to look for them it would read the whole folder for each raster,
// which takes longer than a fit where there are thousands. The zero value is ready, and a nil one
// remembers nothing.
type Folders struct {
	NoMasks bool // masks beside rasters are not read

	mu      sync.Mutex
	lists   map[string][]fileName // by folder; nil if it cannot be listed
	checked map[string]bool       // files beside rasters that GDAL may read
}

type fileName struct {
	lower, name string
	special     bool // a pipe, a socket or a device
}

// noSidecars are extensions of files that may have the name of a raster but that GDAL's driver for
// TIFFs never reads with it: other rasters, pictures and documents. Overviews, and the .aux of
// Imagine that may hold some, are left out since nobody reads them with a stack.
var noSidecars = []string{".tif", ".tiff", ".gtif", ".gtiff", ".vrt", ".ovr", ".aux", ".rrd", ".png", ".jpg", ".jpeg", ".json", ".geojson", ".csv", ".pdf", ".html", ".zip"}

// Sidecars returns the names, without their folder, of the files that belong to a raster by their
// names. ok is false if its folder cannot be listed. There are none beside a remote raster.
func (f *Folders) Sidecars(raster string) (sidecars []string, ok bool) {
	if IsRemote(raster) {
		return nil, true
	}
	dir, base := splitName(raster)
	files := f.list(dir)
	stem := strings.ToLower(strings.TrimSuffix(base, path.Ext(base)))
	at, _ := slices.BinarySearchFunc(files, stem, func(n fileName, stem string) int { return strings.Compare(n.lower, stem) })
	for _, n := range files[at:] {
		rest, same := strings.CutPrefix(n.lower, stem)
		if !same {
			break
		}
		if (strings.HasPrefix(rest, ".") || strings.HasPrefix(rest, "_rpc")) && n.name != base && n.mayBeSidecar() {
			sidecars = append(sidecars, n.name)
		}
	}
	return sidecars, files != nil
}

// all returns the names of all files in the folder of a raster that might be read with it. Some
// products place rasters by files with other names.
func (f *Folders) all(raster string) (names []string) {
	if IsRemote(raster) {
		return nil
	}
	dir, _ := splitName(raster)
	for _, n := range f.list(dir) {
		if n.mayBeSidecar() && !n.special {
			names = append(names, n.name)
		}
	}
	return names
}

func (n fileName) mayBeSidecar() bool { return !slices.Contains(noSidecars, path.Ext(n.lower)) }

// splitName divides the name of a raster into its folder and its name there.
func splitName(raster string) (dir, base string) {
	if strings.HasPrefix(raster, "/vsi") { // whose names always have slashes
		return path.Split(raster)
	}
	return filepath.Dir(raster), filepath.Base(raster)
}

// list returns the names in a folder, nil if they cannot be read.
func (f *Folders) list(dir string) []fileName {
	if f == nil {
		return listFolder(dir)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	files, known := f.lists[dir]
	if !known {
		files = listFolder(dir)
		if f.lists == nil {
			f.lists = map[string][]fileName{}
		}
		f.lists[dir] = files
	}
	return files
}

// listFolder returns the names in a folder, sorted by their lower-case forms.
func listFolder(dir string) []fileName {
	var files []fileName
	var err error
	if strings.HasPrefix(dir, "/vsi") {
		files, err = listVirtual(dir)
	} else {
		files, err = listLocal(dir)
	}
	if err != nil {
		return nil
	}
	slices.SortFunc(files, func(a, b fileName) int { return strings.Compare(a.lower, b.lower) })
	return files
}

func listVirtual(dir string) ([]fileName, error) {
	cdir := C.CString(dir)
	defer C.free(unsafe.Pointer(cdir))
	names := namesOf(C.read_dir(cdir))
	if names == nil {
		return nil, fs.ErrNotExist
	}
	files := make([]fileName, len(names))
	for i, n := range names {
		files[i] = fileName{strings.ToLower(n), n, false}
	}
	return files, nil
}

func listLocal(dir string) ([]fileName, error) {
	folder, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer func() { _ = folder.Close() }()
	entries, err := folder.ReadDir(-1)
	files := make([]fileName, len(entries))
	for i, e := range entries {
		special := regular.IsSpecial(e.Type())
		if e.Type() == fs.ModeSymlink {
			special = regular.CheckSpecial(filepath.Join(dir, e.Name())) != nil
		}
		files[i] = fileName{strings.ToLower(e.Name()), e.Name(), special}
	}
	return files, err
}
