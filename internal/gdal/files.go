package gdal

/*
#include <stdlib.h>
#include <gdal.h>
#include <cpl_error.h>
#include <cpl_string.h>

static char **files_of(GDALDatasetH ds) {
	CPLPushErrorHandler(CPLQuietErrorHandler);
	char **names = GDALGetFileList(ds);
	CPLPopErrorHandler();
	return names;
}

static char **files_of_vrt(const char *name) {
	const char *drivers[] = {"VRT", NULL};
	CPLPushErrorHandler(CPLQuietErrorHandler);
	GDALDatasetH ds = GDALOpenEx(name, GDAL_OF_RASTER | GDAL_OF_READONLY, drivers, NULL, NULL);
	char **names = NULL;
	if (ds != NULL) {
		names = GDALGetFileList(ds);
		GDALClose(ds);
	}
	CPLPopErrorHandler();
	return names;
}
*/
import "C"

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unsafe"
)

// LocalFile returns the path of the file on a disk that a raster is in, such as the archive of
// /vsizip/scenes.zip/y.tif; "" if it is on no disk.
func LocalFile(name string) string {
	name = FilePath(name)
	if !strings.HasPrefix(name, "/vsi") {
		return name
	}
	if IsRemote(name) {
		return ""
	}
	for strings.HasPrefix(name, "/vsi") {
		system, rest, _ := strings.Cut(name[1:], "/")
		if system == "vsisubfile" { // offset_size,path
			_, rest, _ = strings.Cut(rest, ",")
		}
		name = rest
	}
	if braced, ok := strings.CutPrefix(name, "{"); ok { // {archive}/name
		name, _, _ = strings.Cut(braced, "}")
		if strings.HasPrefix(name, "/vsi") {
			return LocalFile(name)
		}
	}
	for ; name != "" && name != "." && name != "/"; name = filepath.Dir(name) {
		if info, err := os.Stat(name); err == nil {
			if info.IsDir() {
				return ""
			}
			return name
		}
	}
	return ""
}

// Files returns the names of the files that the raster is read from: its own, those beside it, and
// the sources of a VRT with theirs.
func (d *Dataset) Files() []string {
	if d.array != nil {
		return []string{FilePath(d.name)}
	}
	files := namesOf(C.files_of(handleOf(d.ds)))
	if d.Driver() != "VRT" {
		return files
	}
	for i := 1; i < len(files); i++ { // which grows
		if Identify(files[i], []string{"VRT"}) == "" {
			continue
		}
		for _, source := range filesOfVRT(files[i]) {
			if !slices.Contains(files, source) {
				files = append(files, source)
			}
		}
	}
	return files
}

func filesOfVRT(name string) []string {
	cname := C.CString(name)
	defer C.free(unsafe.Pointer(cname))
	return namesOf(C.files_of_vrt(cname))
}

// namesOf returns the texts of a list of GDAL's, which it frees; nil if there is no list.
func namesOf(list **C.char) (names []string) {
	if list == nil {
		return nil
	}
	defer C.CSLDestroy(list)
	names = []string{}
	for _, n := range unsafe.Slice(list, C.CSLCount(list)) {
		names = append(names, C.GoString(n))
	}
	return names
}
