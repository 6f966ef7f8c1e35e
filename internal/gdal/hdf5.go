package gdal

/*
#cgo LDFLAGS: -ldl
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>

// HDF5 prints what it meets, such as that an attribute is not there, on standard error, unless the
// thread that calls it has turned that off. GDAL loads the library, if it has it at all.
static void quiet_hdf5(void) {
	int (*set_auto)(long stack, void *function, void *data) =
		(int (*)(long, void *, void *))dlsym(RTLD_DEFAULT, "H5Eset_auto2");
	if (set_auto != NULL)
		set_auto(0, NULL, NULL);
}
*/
import "C"

import (
	"runtime"
	"slices"
	"strings"
)

// usesHDF5 reports whether any of the named drivers reads files through HDF5.
func usesHDF5(drivers []string) bool {
	return slices.ContainsFunc(drivers, func(name string) bool {
		return strings.EqualFold(name, "netCDF") || strings.HasPrefix(strings.ToUpper(name), "HDF5")
	})
}

// quietHDF5 keeps HDF5 from printing messages until restore is called, on the same goroutine.
func quietHDF5() (restore func()) {
	runtime.LockOSThread()
	C.quiet_hdf5()
	return runtime.UnlockOSThread
}
