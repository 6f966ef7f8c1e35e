package gdal

/*
#include <stdlib.h>
#include <gdal.h>
#include <ogr_srs_api.h>
#include <cpl_conv.h>

// wkt_of_array returns the CRS of an array, which the caller frees; NULL if it has none.
static char *wkt_of_array(GDALMDArrayH array) {
	OGRSpatialReferenceH srs = GDALMDArrayGetSpatialRef(array);
	char *wkt = NULL;
	if (srs == NULL)
		return NULL;
	OSRExportToWkt(srs, &wkt);
	OSRRelease(srs);
	return wkt;
}
*/
import "C"

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend/internal/foreign"
)

// arrayPlace is where an array lies.
type arrayPlace struct {
	how       Place
	transform [6]float64
	wkt       string
}

// evenly is how far coordinates may lie from even spacing, as a share of the spacing. Coordinates in
// float32 are as far off as that.
const evenly = 0.01

// findPlace sets where the array lies, by the coordinates of its columns and rows, and by its grid
// mapping.
func (a *array) findPlace() error {
	x, y := a.md.dims[a.x], a.md.dims[a.y]
	mapping := a.mapping()
	a.place.wkt = a.crs(mapping)
	if x.index == nil || y.index == nil {
		a.placeByOther(mapping)
		return nil
	}
	x0, dx, err := a.spacing(x, mapping)
	if err != nil {
		return err
	}
	y0, dy, err := a.spacing(y, mapping)
	if err != nil {
		return err
	}
	if dx == 0 || dy == 0 {
		return nil // one column or row, of which no size is known
	}
	if dy > 0 {
		a.flipped = true
		y0, dy = y0+dy*float64(y.size-1), -dy
	}
	degrees := isDegrees(x.index.unit(), 'e') || isDegrees(y.index.unit(), 'n')
	named := x.hasNoUnit("longitude", "lon") && y.hasNoUnit("latitude", "lat") && x0 >= -180 && x0+dx*float64(x.size-1) <= 360 && y0 <= 90 && y0+dy*float64(y.size-1) >= -90
	if (degrees || named) && a.place.wkt == "" && mapping == nil {
		a.place.wkt = wgs84()
		if degrees {
			a.remarks = append(a.remarks, "it gives longitudes and latitudes and no figure of the earth: they are taken to be on WGS 84")
		} else {
			a.remarks = append(a.remarks, fmt.Sprintf("its dimensions are called %s and %s and have no units: they are taken for longitudes and latitudes on WGS 84", foreign.Printable(x.name), foreign.Printable(y.name)))
		}
		degrees = true
	}
	left := x0 - dx/2
	if degrees {
		left = a.turnedBack(left, dx, x.size)
	}
	a.place.how = Affine
	a.place.transform = [6]float64{left, dx, 0, y0 - dy/2, 0, dy}
	return nil
}

// hasNoUnit reports whether the coordinates of a dimension have one of these names, and no unit.
func (d mdDimension) hasNoUnit(names ...string) bool {
	return d.index.unit() == "" && slices.Contains(names, strings.ToLower(d.name))
}

// turnedBack returns the left edge of a map in degrees, less a turn of the earth if all of the map lies
// east of 180°.
func (a *array) turnedBack(left, dx float64, width int) float64 {
	right := left + dx*float64(width)
	least, most := min(left, right), max(left, right)
	const slack = 1e-6
	switch {
	case least >= 180-slack:
		return left - 360
	case most > 180+math.Abs(dx)+slack:
		a.remarks = append(a.remarks, fmt.Sprintf("its longitudes go from %.6g to %.6g: the result keeps them, so that places west of Greenwich lie beyond 180 in it", least, most))
	}
	return left
}

// spacing returns the first coordinate of a dimension and the distance of the next, in units of the
// CRS; 0 if there is no next.
func (a *array) spacing(d mdDimension, mapping *mdArray) (first, step float64, err error) {
	values, err := d.index.values()
	if err != nil {
		return 0, 0, fmt.Errorf("the coordinates of its dimension %s cannot be read: %w", foreign.Printable(d.name), err)
	}
	n := len(values)
	if n > 1 {
		step = (values[n-1] - values[0]) / float64(n-1)
	}
	for i, v := range values {
		if off := math.Abs(v - (values[0] + step*float64(i))); !(off <= evenly*math.Abs(step)) && n > 1 {
			return 0, 0, contentError("the coordinates of its dimension %s are not evenly spaced, so that its pixels make no grid: bring it to one first (cdo remapbil, or xarray's interp)", foreign.Printable(d.name))
		}
	}
	scale, err := a.metres(d, mapping)
	return values[0] * scale, step * scale, err
}

// metres returns the factor of coordinates in the unit of the CRS.
func (a *array) metres(d mdDimension, mapping *mdArray) (float64, error) {
	unit := strings.ToLower(strings.TrimSpace(d.index.unit()))
	switch {
	case unit == "", unit == "1", unit == "m", unit == "metre", unit == "metres", unit == "meter", unit == "meters", strings.HasPrefix(unit, "degree"):
		return 1, nil
	case unit == "km", unit == "kilometre", unit == "kilometres", unit == "kilometer", unit == "kilometers":
		return 1000, nil
	case (unit == "rad" || unit == "radian" || unit == "radians") && mapping != nil:
		if height := mapping.numbers("perspective_point_height"); len(height) == 1 { // of a geostationary satellite
			return height[0], nil
		}
	}
	if a.place.wkt == "" {
		return 1, nil // without a CRS they are numbers
	}
	return 0, contentError("the coordinates of its dimension %s are in %q, which is not the unit of a CRS: convert them to metres or degrees", foreign.Printable(d.name), foreign.Printable(unit))
}

// isDegrees reports whether a unit is that of longitudes ('e') or latitudes ('n'), such as
// degrees_east.
func isDegrees(unit string, towards byte) bool {
	rest, ok := strings.CutPrefix(strings.ToLower(unit), "degree")
	rest = strings.Trim(strings.TrimPrefix(rest, "s"), "_ ")
	return ok && rest != "" && rest[0] == towards
}

// mapping returns the array whose attributes are the grid mapping; nil if there is none.
func (a *array) mapping() *mdArray {
	name, _, _ := strings.Cut(a.md.text("grid_mapping"), ":")
	if name = strings.TrimSpace(name); name == "" {
		return nil
	}
	return a.file.find(name, a.md)
}

// crs returns the CRS as WKT; "" if there is none.
func (a *array) crs(mapping *mdArray) string {
	if wkt := C.wkt_of_array(a.md.h); wkt != nil {
		defer C.VSIFree(unsafe.Pointer(wkt))
		return C.GoString(wkt)
	}
	if mapping == nil {
		return ""
	}
	for _, attribute := range []string{"crs_wkt", "spatial_ref"} {
		text := mapping.text(attribute)
		if text == "" {
			continue
		}
		sr, err := godal.NewSpatialRef(text, godal.ErrLogger(ignoreWarnings))
		if err != nil {
			continue
		}
		defer sr.Close()
		if wkt, err := sr.WKT(); err == nil {
			return wkt
		}
	}
	return ""
}

// wgs84 returns the CRS of longitudes and latitudes.
func wgs84() string {
	sr, err := godal.NewSpatialRefFromEPSG(4326)
	if err != nil {
		return ""
	}
	defer sr.Close()
	wkt, _ := sr.WKT()
	return wkt
}

// placeByOther sets the place of an array whose columns or rows have no coordinates: by the transform
// that GDAL and rioxarray write into the grid mapping, or by the coordinates of each pixel.
func (a *array) placeByOther(mapping *mdArray) {
	if mapping != nil {
		if t := sixNumbers(mapping.text("GeoTransform")); t != nil {
			a.place.how, a.place.transform = Affine, *t
			return
		}
	}
	want := []string{a.md.dims[a.x].name, a.md.dims[a.y].name}
	for _, name := range strings.Fields(a.md.text("coordinates")) {
		c := a.file.find(name, a.md)
		if c == nil || len(c.dims) != 2 {
			continue
		}
		if slices.Contains(want, c.dims[0].name) && slices.Contains(want, c.dims[1].name) {
			a.place.how = Geolocation
		}
	}
}

// sixNumbers reads a transform in GDAL's order; nil if it is none.
func sixNumbers(text string) *[6]float64 {
	fields := strings.Fields(text)
	if len(fields) != 6 {
		return nil
	}
	var t [6]float64
	for i, f := range fields {
		x, err := strconv.ParseFloat(f, 64)
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			return nil
		}
		t[i] = x
	}
	return &t
}

// validRange returns the valid range that the attributes of the CF conventions give, in stored units; nil
// if there is none. A range of floating-point numbers is of the unpacked values if the samples are packed whole numbers.
func (a *array) validRange() *[2]float64 {
	lo, hi := math.Inf(-1), math.Inf(1)
	of := ""
	if r := a.md.numbers("valid_range"); len(r) == 2 {
		lo, hi, of = r[0], r[1], "valid_range"
	} else {
		if r := a.md.numbers("valid_min"); len(r) == 1 {
			lo, of = r[0], "valid_min"
		}
		if r := a.md.numbers("valid_max"); len(r) == 1 {
			hi, of = r[0], "valid_max"
		}
	}
	if of == "" {
		return nil
	}
	scale, offset := a.scaling()
	if (scale != 1 || offset != 0) && a.md.isFloat(of) && C.GDALDataTypeIsInteger(a.md.dataType()) != 0 {
		lo, hi = (lo-offset)/scale, (hi-offset)/scale
		if scale < 0 {
			lo, hi = hi, lo
		}
		lo, hi = math.Ceil(lo-1e-6), math.Floor(hi+1e-6)
	}
	return &[2]float64{lo, hi}
}

// scaling returns the factor of the samples, and the offset that is added to the product.
func (a *array) scaling() (scale, offset float64) {
	var has C.int
	if scale = float64(C.GDALMDArrayGetScale(a.md.h, &has)); has == 0 {
		scale = 1
	}
	if offset = float64(C.GDALMDArrayGetOffset(a.md.h, &has)); has == 0 {
		offset = 0
	}
	return scale, offset
}
