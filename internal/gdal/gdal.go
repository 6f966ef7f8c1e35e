package gdal

/*
#cgo pkg-config: gdal
#include <stdlib.h>
#include <gdal.h>
#include <cpl_conv.h>
*/
import "C"

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"unsafe"

	"github.com/airbusgeo/godal"
)

// Register registers the drivers of GeoTIFFs and of rasters in memory, once, and no others: GDAL
// opens files beside a raster with any driver that is registered. GDAL's registration must not run
// twice at the same time.
var Register = sync.OnceValue(func() error {
	neverWriteBesideInputs()
	registration.Lock()
	defer registration.Unlock()
	return errors.Join(godal.RegisterRaster(godal.GTiff, godal.Memory), registerWithoutPredictor())
})

var registration sync.Mutex

// registerNamed registers drivers by their names, and all drivers if one has to be looked for.
func registerNamed(names []string) {
	registration.Lock()
	defer registration.Unlock()
	for _, name := range names {
		if driverNamed(name) == nil && godal.RegisterRaster(godal.DriverName(name)) != nil || driverNamed(name) == nil {
			registerAll()
			return
		}
	}
}

// neverWriteBesideInputs stops GDAL from writing a .properties file beside a compressed archive
// that it reads.
func neverWriteBesideInputs() {
	key, no := C.CString("CPL_VSIL_GZIP_WRITE_PROPERTIES"), C.CString("NO")
	defer C.free(unsafe.Pointer(key))
	defer C.free(unsafe.Pointer(no))
	C.CPLSetConfigOption(key, no)
}

var registerAll = sync.OnceFunc(godal.RegisterAll)

// Version returns the version of the GDAL library, such as 3.6.2.
func Version() string {
	v := godal.Version()
	return fmt.Sprintf("%d.%d.%d", v.Major(), v.Minor(), v.Revision())
}

// ignoreWarnings is an error handler for calls whose warnings do not matter. Without a handler,
// godal makes every warning an error.
func ignoreWarnings(ec godal.ErrorCategory, code int, msg string) error {
	if ec <= godal.CE_Warning {
		return nil
	}
	return fmt.Errorf("%s", msg)
}

// Sentence returns the lines of a GDAL error as one line.
func Sentence(err error) string {
	seen := map[string]bool{}
	var lines []string
	for line := range strings.Lines(err.Error()) {
		if line = plain(line, ""); line != "" && !seen[line] {
			seen[line] = true
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "; ")
}

// Cause returns the first line of a GDAL error about a file, without the file's name. It says what
// went wrong; the lines after it say what failed in consequence.
func Cause(err error, name string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(err.Error()), "\n")
	if strings.HasPrefix(line, "unknown cpl error") || strings.Contains(line, " bytes, expected ") {
		return "a part of it is missing" // GDAL has no message for some short reads, and libtiff only numbers
	}
	return plain(line, name)
}
