package raster

/*
#cgo pkg-config: gdal
#include <stdlib.h>
#include <gdal.h>
#include <cpl_conv.h>
#include <cpl_error.h>

// What godal does not offer: the unit of a band, and the size of the block cache. Errors are
// returned, not printed.

static void push_quiet(void) { CPLPushErrorHandler(CPLQuietErrorHandler); }

static const char *set_units(const char *path, int n, char **units) {
	push_quiet();
	const char *failed = NULL;
	GDALDatasetH ds = GDALOpen(path, GA_Update);
	if (ds == NULL) {
		failed = "it cannot be opened again";
	} else {
		for (int i = 0; i < n && failed == NULL; i++) {
			if (GDALSetRasterUnitType(GDALGetRasterBand(ds, i + 1), units[i]) != CE_None)
				failed = "the unit of a band cannot be set";
		}
		CPLErrorReset();
		GDALClose(ds);
		if (failed == NULL && CPLGetLastErrorType() >= CE_Failure)
			failed = "its header cannot be written";
	}
	CPLPopErrorHandler();
	return failed;
}

static char *get_unit(const char *path, int band) {
	push_quiet();
	char *unit = NULL;
	const char *drivers[] = {"GTiff", NULL};
	GDALDatasetH ds = GDALOpenEx(path, GDAL_OF_RASTER | GDAL_OF_READONLY, drivers, NULL, NULL);
	if (ds != NULL) {
		if (band <= GDALGetRasterCount(ds))
			unit = CPLStrdup(GDALGetRasterUnitType(GDALGetRasterBand(ds, band)));
		GDALClose(ds);
	}
	CPLPopErrorHandler();
	return unit;
}
*/
import "C"

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"unsafe"

	"github.com/airbusgeo/godal"
)

// register makes GDAL ready once; its registration must not run twice at the same time.
var register = sync.OnceValue(func() error {
	return errors.Join(godal.RegisterInternalDrivers(), registerPlain())
})

var registerAll = sync.OnceFunc(godal.RegisterAll)

// GDALVersion returns the version of the GDAL library, such as 3.6.2.
func GDALVersion() string {
	v := godal.Version()
	return fmt.Sprintf("%d.%d.%d", v.Major(), v.Minor(), v.Revision())
}

// ignoreWarnings is the handler for calls where GDAL warns of what does not matter here; without
// one, godal makes every warning an error.
func ignoreWarnings(ec godal.ErrorCategory, code int, msg string) error {
	if ec <= godal.CE_Warning {
		return nil
	}
	return fmt.Errorf("%s", msg)
}

// sentence makes one line of a GDAL error, which may have several.
func sentence(err error) string {
	seen := map[string]bool{}
	var lines []string
	for line := range strings.Lines(err.Error()) {
		if line = strings.TrimRight(strings.TrimSpace(line), "."); line != "" && !seen[line] {
			seen[line] = true
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "; ")
}

// cause returns the first line of a GDAL error about a file, which says what went wrong; the lines
// after it say what failed in consequence. The file's name is left to the caller's sentence.
func cause(err error, name string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(err.Error()), "\n")
	if strings.HasPrefix(line, "unknown cpl error") {
		return "a part of it is missing" // a short read of uncompressed samples, which GDAL has no words for
	}
	for _, with := range []string{"`" + name + "' ", name + ": ", name + ":", name + ", "} {
		line = strings.ReplaceAll(line, with, "")
	}
	return scrubbed(strings.TrimRight(line, ". "))
}

// open opens a raster for reading. Its sidecar files, which may hold its nodata value, its mask or its CRS,
// are named to GDAL rather than looked for: reading a folder of thousands of scenes once a file
// would take longer than the fit.
func open(path string, drivers []string, more ...godal.OpenOption) (*godal.Dataset, error) {
	if err := register(); err != nil {
		return nil, err
	}
	opts := []godal.OpenOption{godal.RasterOnly(), godal.ErrLogger(ignoreWarnings),
		// Uncompressed samples go straight from the file to the tile, past GDAL's block cache.
		godal.ConfigOption("GTIFF_DIRECT_IO=YES")}
	if len(drivers) == 0 {
		drivers = []string{"GTiff"}
	} else {
		registerAll()
	}
	opts = append(opts, godal.Drivers(drivers...))
	if !strings.HasPrefix(path, "/vsi") {
		if siblings := sidecars(path); len(siblings) > 0 {
			opts = append(opts, godal.SiblingFiles(siblings...))
		}
	}
	return godal.Open(path, append(opts, more...)...)
}

func sidecars(path string) []string {
	base := filepath.Base(path)
	stem := strings.TrimSuffix(base, filepath.Ext(base))
	var found []string
	for _, name := range []string{base + ".aux.xml", base + ".msk", stem + ".tfw", stem + ".TFW"} {
		if _, err := os.Stat(filepath.Join(filepath.Dir(path), name)); err == nil {
			found = append(found, name)
		}
	}
	return found
}

// setUnits writes the unit of every band into a file that nobody has open.
func setUnits(path string, units []string) error {
	cpath := C.CString(path)
	defer C.free(unsafe.Pointer(cpath))
	cunits := make([]*C.char, len(units))
	for i, u := range units {
		cunits[i] = C.CString(u)
		defer C.free(unsafe.Pointer(cunits[i]))
	}
	list := (**C.char)(C.malloc(C.size_t(len(units)+1) * C.size_t(unsafe.Sizeof(cunits[0]))))
	defer C.free(unsafe.Pointer(list))
	copy(unsafe.Slice(list, len(units)), cunits)
	if failed := C.set_units(cpath, C.int(len(units)), list); failed != nil {
		return fmt.Errorf("%s", C.GoString(failed))
	}
	return nil
}

// maskFlags asks for the band's mask flags. godal takes no handler for it, and GDAL would print its warnings
// of what it reads for the answer; its handlers belong to a thread.
func maskFlags(b godal.Band) int {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	C.push_quiet()
	defer C.CPLPopErrorHandler()
	return b.MaskFlags()
}

// unitOf returns the unit of a band, or "" where there is none or it cannot be read.
func unitOf(path string, band int) string {
	if isRemote(path) {
		return remoteUnit(path, band)
	}
	cpath := C.CString(path)
	defer C.free(unsafe.Pointer(cpath))
	unit := C.get_unit(cpath, C.int(band))
	if unit == nil {
		return ""
	}
	defer C.VSIFree(unsafe.Pointer(unit))
	return C.GoString(unit)
}

// blockCache sets the bytes that GDAL may hold blocks in, in the whole process, and returns a
// function that sets it back.
func blockCache(bytes int64) (restore func()) {
	before := C.GDALGetCacheMax64()
	C.GDALSetCacheMax64(C.GIntBig(bytes))
	return func() { C.GDALSetCacheMax64(before) }
}
