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

	"github.com/airbusgeo/godal"
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

// forBits are compressions of pictures and of bits, which slopes are not.
var forBits = []string{"NONE", "CCITTRLE", "CCITTFAX3", "CCITTFAX4", "JPEG", "WEBP", "JXL"}

// Compressions returns what this GDAL can compress the numbers of a GeoTIFF with, such as DEFLATE, for the creation option COMPRESS.
func Compressions() []string {
	if register() != nil {
		return nil
	}
	driver, ok := godal.RasterDriver(godal.GTiff)
	if !ok {
		return nil
	}
	var list struct {
		Options []struct {
			Name   string   `xml:"name,attr"`
			Values []string `xml:"Value"`
		} `xml:"Option"`
	}
	if xml.Unmarshal([]byte(driver.Metadata("DMD_CREATIONOPTIONLIST")), &list) != nil {
		return nil
	}
	var methods []string
	for _, o := range list.Options {
		for _, value := range o.Values {
			if o.Name == "COMPRESS" && !slices.Contains(forBits, strings.ToUpper(value)) {
				methods = append(methods, value)
			}
		}
	}
	return methods
}
