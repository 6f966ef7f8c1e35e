package output

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/internal/tiff"
)

// Format is the kind of file that is written.
type Format string

const (
	GTiff Format = "GTiff" // a GeoTIFF, by default in tiles of 256 × 256
	COG   Format = "COG"   // a cloud-optimized GeoTIFF: tiles of 512 × 512, and overviews
	// NetCDF and Zarr have a variable for each field, compressed in chunks of 256 × 256.
	NetCDF Format = "NetCDF" // NetCDF-4
	Zarr   Format = "Zarr"   // a folder, which cannot take the place of another
)

// formatEnds are the ends of the names of the formats but for GeoTIFF.
var formatEnds = map[Format][]string{NetCDF: {".nc", ".nc4"}, Zarr: {".zarr"}}

// ParseFormat reads the name of a format.
func ParseFormat(s string) (Format, error) {
	for _, f := range []Format{GTiff, COG, NetCDF, Zarr} {
		if strings.EqualFold(s, string(f)) {
			return f, nil
		}
	}
	return "", errors.New("give GTiff, COG, NetCDF or Zarr")
}

// OfArrays reports whether a format is one of files of arrays.
func (f Format) OfArrays() bool { return f == NetCDF || f == Zarr }

// driver returns GDAL's name of a format.
func (f Format) driver() string {
	if f == NetCDF {
		return "netCDF"
	}
	return string(f)
}

// CheckName reports whether a file of a format may have a name. Other programs believe the end of a
// name.
func (f Format) CheckName(path string) error {
	end := filepath.Ext(path)
	switch {
	case f.OfArrays() && path != "" && !slices.Contains(formatEnds[f], strings.ToLower(end)):
		return fault.Outputf("cannot write %s: the output is %s, and its name is not that of one: name one that ends in %s", path, f, formatEnds[f][0])
	case f.OfArrays():
		return nil
	case path == "-":
		return fault.Outputf("the output - would be standard output, and a GeoTIFF is written to a file: name one, such as slope.tif")
	case len(end) > 1 && !tiff.HasName(path) && isLetter(end[1]):
		return fault.Outputf("cannot write %s: the output is a GeoTIFF, and the end %s of the name is not that of one: name a file that ends in .tif", path, end)
	}
	return nil
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// Writable returns those formats that this GDAL can write.
func Writable() []Format {
	var formats []Format
	if gdal.Register() == nil {
		formats = append(formats, GTiff)
	}
	if gdal.RegisterCOG() == nil {
		formats = append(formats, COG)
	}
	for _, f := range []Format{NetCDF, Zarr} {
		if gdal.RegisterArrays(f.driver()) == nil {
			formats = append(formats, f)
		}
	}
	return formats
}

// forBits are compressions that cannot hold slopes: of pictures, of bits, and none.
var forBits = []string{"NONE", "CCITTRLE", "CCITTFAX3", "CCITTFAX4", "JPEG", "WEBP", "JXL"}

// Compressions returns the values of the creation option COMPRESS, such as DEFLATE, with which this
// GDAL compresses numbers in a GeoTIFF.
func Compressions() []string {
	return slices.DeleteFunc(compressions(GTiff), func(method string) bool { return slices.Contains(forBits, strings.ToUpper(method)) })
}

// compressions returns the values of a format's creation option COMPRESS; nil if the driver lists
// none.
func compressions(f Format) []string {
	if gdal.Register() != nil || f == COG && gdal.RegisterCOG() != nil {
		return nil
	}
	return gdal.CreationValues(string(f), "COMPRESS")
}
