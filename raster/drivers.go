package raster

import (
	"slices"

	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
)

// usualDrivers are the drivers of formats that have to be named and that stacks are usually in.
var usualDrivers = []string{"VRT", "AAIGrid"}

// identifying returns those of usualDrivers that this GDAL has. They tell a file of theirs from its first
// bytes, so that none is opened.
func identifying() []string {
	return slices.DeleteFunc(slices.Clone(usualDrivers), func(name string) bool { return !gdal.HasDriver(name) })
}

// Readable returns the drivers of this GDAL that read rasters other than GeoTIFF, by their names in
// OpenOptions.Drivers: those of the formats that need not be named, usual ones that must be, and the
// number of the others.
func Readable() (unasked, usual []string, others int) {
	for _, name := range gdal.RasterReaders() {
		switch {
		case name == "GTiff", name == "COG":
		case slices.Contains(gdal.Formats(), name):
			unasked = append(unasked, name)
		case slices.Contains(usualDrivers, name):
			usual = append(usual, name)
		default:
			others++
		}
	}
	for _, names := range []struct{ those, order []string }{{unasked, gdal.Formats()}, {usual, usualDrivers}} {
		slices.SortFunc(names.those, func(a, b string) int { return slices.Index(names.order, a) - slices.Index(names.order, b) })
	}
	return unasked, usual, others
}

// checkDrivers refuses names that no driver of this GDAL has.
func checkDrivers(names []string) error {
	if len(names) == 0 {
		return nil
	}
	for _, name := range names {
		if !gdal.HasDriver(name) {
			return fault.Inputf("this GDAL has no driver %q: name one that 'gdalinfo --formats' lists, such as VRT", name)
		}
	}
	return nil
}
