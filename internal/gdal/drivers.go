package gdal

/*
#include <stdlib.h>
#include <gdal.h>
*/
import "C"

import (
	"encoding/xml"
	"unsafe"
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
	registerAll()
	return driverNamed(name) != nil
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
