package gdal

/*
#include <stdlib.h>
#include <gdal.h>

static GDALDriverH identify(const char *name, char **drivers) {
	return GDALIdentifyDriverEx(name, GDAL_OF_RASTER, (const char *const *)drivers, NULL);
}
*/
import "C"

import (
	"encoding/xml"
	"strings"
	"unsafe"

	"github.com/pixtrend/pixtrend/internal/regular"
)

// RasterReaders returns the short names of all drivers of this GDAL that can read rasters.
func RasterReaders() []string {
	registerAll()
	var names []string
	for i := range C.GDALGetDriverCount() {
		d := C.GDALGetDriver(i)
		if driverItem(d, C.GDAL_DCAP_RASTER) == "YES" && driverItem(d, C.GDAL_DCAP_OPEN) == "YES" {
			names = append(names, C.GoString(C.GDALGetDriverShortName(d)))
		}
	}
	return names
}

// HasDriver reports whether this GDAL has a driver with that short name.
func HasDriver(name string) bool {
	registerNamed([]string{name})
	return driverNamed(name) != nil
}

// Identify returns the short name of the first of the named drivers that takes a file for its
// format; "" if none does. GDAL looks at the first bytes of the file alone, unless a driver can
// only find out by opening it.
func Identify(name string, drivers []string) string {
	if len(drivers) == 0 || regular.CheckSpecial(LocalFile(name)) != nil {
		return ""
	}
	registerNamed(drivers)
	cname := C.CString(name)
	defer C.free(unsafe.Pointer(cname))
	list, free := cList(drivers)
	defer free()
	var d C.GDALDriverH
	Quietly(func() { d = C.identify(cname, list) })
	if d != nil {
		return C.GoString(C.GDALGetDriverShortName(d))
	}
	return ""
}

// HasPrefix reports whether a driver opens rasters inside files whose names have that prefix:
// netCDF those of NETCDF:"f.nc":t2m, HDF4 those of HDF4_SDS:…, GTiff those of GTIFF_DIR:….
func HasPrefix(driver, prefix string) bool {
	driver, prefix = strings.ToUpper(driver), strings.ToUpper(prefix)
	return prefix == driver || strings.HasPrefix(prefix, driver+"_")
}

// PrefixDriver returns the short name of the driver of this GDAL that has a prefix; "" if none has.
func PrefixDriver(prefix string) string {
	for _, name := range RasterReaders() {
		if HasPrefix(name, prefix) {
			return name
		}
	}
	return ""
}

// withSubdatasets adds to drivers those that open the rasters inside the files of another.
func withSubdatasets(drivers []string) []string {
	var all []string
	for _, name := range drivers {
		all = append(all, name)
		if image := name + "Image"; strings.EqualFold(name, "HDF4") || strings.EqualFold(name, "HDF5") {
			all = append(all, image)
		}
	}
	return all
}

// CreationValues returns the values that a driver lists for one of its creation options; nil where
// it lists none. The driver must be registered.
func CreationValues(driver, option string) []string {
	var list struct {
		Options []struct {
			Name   string   `xml:"name,attr"`
			Values []string `xml:"Value"`
		} `xml:"Option"`
	}
	d := driverNamed(driver)
	if d == nil || xml.Unmarshal([]byte(driverItem(d, C.GDAL_DMD_CREATIONOPTIONLIST)), &list) != nil {
		return nil
	}
	for _, o := range list.Options {
		if o.Name == option {
			return o.Values
		}
	}
	return nil
}

func driverItem(d C.GDALDriverH, key string) string {
	ckey := C.CString(key)
	defer C.free(unsafe.Pointer(ckey))
	return C.GoString(C.GDALGetMetadataItem(C.GDALMajorObjectH(d), ckey, nil))
}

func driverNamed(name string) C.GDALDriverH {
	cname := C.CString(name)
	defer C.free(unsafe.Pointer(cname))
	return C.GDALGetDriverByName(cname)
}
