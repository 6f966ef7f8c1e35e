package raster

/*
#include <stdlib.h>
#include <gdal.h>
*/
import "C"

import (
	"encoding/xml"
	"slices"
	"strings"
	"unsafe"
)

// usualDrivers are those of what stacks come in beside GeoTIFF.
var usualDrivers = []string{"VRT", "netCDF", "HDF5", "HDF4", "Zarr", "GRIB", "JP2OpenJPEG", "ENVI", "HFA", "AAIGrid"}

// Readable returns the usual drivers of this GDAL that read rasters beside GeoTIFF, as OpenOptions.Drivers names them, and how many
// others it has.
func Readable() (usual []string, others int) {
	registerAll()
	for i := range C.GDALGetDriverCount() {
		d := C.GDALGetDriver(i)
		name := C.GoString(C.GDALGetDriverShortName(d))
		switch {
		case name == "GTiff", name == "COG", driverItem(d, C.GDAL_DCAP_RASTER) != "YES", driverItem(d, C.GDAL_DCAP_OPEN) != "YES":
		case slices.Contains(usualDrivers, name):
			usual = append(usual, name)
		default:
			others++
		}
	}
	slices.SortFunc(usual, func(a, b string) int { return slices.Index(usualDrivers, a) - slices.Index(usualDrivers, b) })
	return usual, others
}

func driverItem(d C.GDALDriverH, key string) string {
	ckey := C.CString(key)
	defer C.free(unsafe.Pointer(ckey))
	return C.GoString(C.GDALGetMetadataItem(C.GDALMajorObjectH(d), ckey, nil))
}

// Writable returns those formats that this GDAL can write.
func Writable() []Format {
	var formats []Format
	if register() == nil {
		formats = append(formats, GTiff)
	}
	if registerCOG() == nil {
		formats = append(formats, COG)
	}
	return formats
}

// checkDrivers refuses names that no driver of this GDAL has.
func checkDrivers(names []string) error {
	if len(names) == 0 {
		return nil
	}
	registerAll()
	for _, name := range names {
		if driverNamed(name) == nil {
			return inputErrorf("this GDAL has no driver %q: name one that 'gdalinfo --formats' lists, such as VRT", name)
		}
	}
	return nil
}

func driverNamed(name string) C.GDALDriverH {
	cname := C.CString(name)
	defer C.free(unsafe.Pointer(cname))
	return C.GDALGetDriverByName(cname)
}

// forBits are compressions of pictures and of bits, which slopes are not.
var forBits = []string{"NONE", "CCITTRLE", "CCITTFAX3", "CCITTFAX4", "JPEG", "WEBP", "JXL"}

// Compressions returns what this GDAL can compress the numbers of a GeoTIFF with, such as DEFLATE, for the creation option COMPRESS.
func Compressions() []string {
	return slices.DeleteFunc(compressions(GTiff), func(method string) bool { return slices.Contains(forBits, strings.ToUpper(method)) })
}

// compressions returns the values of a format's creation option COMPRESS; nil where it does not tell.
func compressions(f Format) []string {
	if register() != nil || f == COG && registerCOG() != nil {
		return nil
	}
	var list struct {
		Options []struct {
			Name   string   `xml:"name,attr"`
			Values []string `xml:"Value"`
		} `xml:"Option"`
	}
	d := driverNamed(string(f))
	if d == nil || xml.Unmarshal([]byte(driverItem(d, C.GDAL_DMD_CREATIONOPTIONLIST)), &list) != nil {
		return nil
	}
	for _, o := range list.Options {
		if o.Name == "COMPRESS" {
			return o.Values
		}
	}
	return nil
}
