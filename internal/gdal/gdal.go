package gdal

/*
#cgo pkg-config: gdal
#include <stdlib.h>
#include <gdal.h>
#include <cpl_conv.h>
#include <cpl_error.h>

// What godal does not offer: the unit of a band, and the size of the block cache.

static void push_quiet(void) { CPLPushErrorHandler(CPLQuietErrorHandler); }

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
var Register = sync.OnceValue(func() error {
	return errors.Join(godal.RegisterInternalDrivers(), registerWithoutPredictor())
})

var registerAll = sync.OnceFunc(godal.RegisterAll)

// GDALVersion returns the version of the GDAL library, such as 3.6.2.
func GDALVersion() string {
	v := godal.Version()
	return fmt.Sprintf("%d.%d.%d", v.Major(), v.Minor(), v.Revision())
}

// IgnoreWarnings is the handler for calls where GDAL warns of what does not matter here; without
// one, godal makes every warning an error.
func IgnoreWarnings(ec godal.ErrorCategory, code int, msg string) error {
	if ec <= godal.CE_Warning {
		return nil
	}
	return fmt.Errorf("%s", msg)
}

// Sentence makes one line of a GDAL error, which may have several.
func Sentence(err error) string {
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

// Cause returns the first line of a GDAL error about a file, which says what went wrong; the lines
// after it say what failed in consequence. The file's name is left to the caller's sentence.
func Cause(err error, name string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(err.Error()), "\n")
	if strings.HasPrefix(line, "unknown cpl error") {
		return "a part of it is missing" // a short read of uncompressed samples, which GDAL has no words for
	}
	for _, with := range []string{"`" + name + "' ", name + ": ", name + ":", name + ", "} {
		line = strings.ReplaceAll(line, with, "")
	}
	return WithoutSecrets(strings.TrimRight(line, ". "))
}

// Open opens a raster for reading. Its sidecar files, which may hold its nodata value, its mask or its CRS,
// are named to GDAL rather than looked for: reading a folder of thousands of scenes once a file
// would take longer than the fit.
func Open(path string, drivers []string, more ...godal.OpenOption) (*godal.Dataset, error) {
	if err := Register(); err != nil {
		return nil, err
	}
	opts := []godal.OpenOption{godal.RasterOnly(), godal.ErrLogger(IgnoreWarnings),
		// Uncompressed samples go straight from the file to the tile, past GDAL's block cache.
		godal.ConfigOption("GTIFF_DIRECT_IO=YES")}
	if len(drivers) == 0 {
		drivers = []string{"GTiff"}
	} else {
		registerAll()
	}
	opts = append(opts, godal.Drivers(drivers...))
	if !strings.HasPrefix(path, "/vsi") {
		if siblings := Sidecars(path); len(siblings) > 0 {
			opts = append(opts, godal.SiblingFiles(siblings...))
		}
	}
	return godal.Open(path, append(opts, more...)...)
}

func Sidecars(path string) []string {
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

// bandHandle returns what GDAL knows a band by, which godal keeps to itself: its Band holds nothing else, or this
// does not compile.
func bandHandle(b godal.Band) C.GDALRasterBandH {
	const handleBytes = unsafe.Sizeof(C.GDALRasterBandH(nil))
	var _ = [1]byte{}[handleBytes-unsafe.Sizeof(b)]
	return *(*C.GDALRasterBandH)(unsafe.Pointer(&b))
}

// Unit returns the unit of a band, or "" where there is none.
func Unit(b godal.Band) string { return C.GoString(C.GDALGetRasterUnitType(bandHandle(b))) }

func SetUnit(b godal.Band, unit string) error {
	text := C.CString(unit)
	defer C.free(unsafe.Pointer(text))
	if C.GDALSetRasterUnitType(bandHandle(b), text) != C.CE_None {
		return fmt.Errorf("the unit %q cannot be set", unit)
	}
	return nil
}

// OnCRSThread calls f on a thread that is kept for it. PROJ has a context a thread, and each opens its data base and
// looks a CRS up anew, which takes some milliseconds: so what has to do with a CRS is done on one. f does not call
// OnCRSThread.
func OnCRSThread(f func()) {
	done := make(chan struct{})
	crsThread() <- func() {
		defer close(done)
		f()
	}
	<-done
}

var crsThread = sync.OnceValue(func() chan<- func() {
	calls := make(chan func())
	go func() {
		runtime.LockOSThread()
		for f := range calls {
			f()
		}
	}()
	return calls
})

// MaskFlags asks for the band's mask flags. godal takes no handler for it, and GDAL would print its warnings
// of what it reads for the answer; its handlers belong to a thread.
func MaskFlags(b godal.Band) int {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	C.push_quiet()
	defer C.CPLPopErrorHandler()
	return b.MaskFlags()
}

// SetBlockCache sets the bytes that GDAL may hold blocks in, in the whole process, and returns a
// function that sets it back.
func SetBlockCache(bytes int64) (restore func()) {
	before := C.GDALGetCacheMax64()
	C.GDALSetCacheMax64(C.GIntBig(bytes))
	return func() { C.GDALSetCacheMax64(before) }
}
