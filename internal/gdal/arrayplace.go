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
		unknown := x.name
		if dx != 0 {
			unknown = y.name
		}
		a.remarks = append(a.remarks, fmt.Sprintf("its dimension %s has one coordinate and no bounds, so that the size of its pixels is not known: "+
			"the result does not say where it lies", foreign.Printable(unknown)))
		return nil
	}
	if dy > 0 {
		a.flipped = true
		y0, dy = y0+dy*float64(y.size-1), -dy
	}
	degrees := isDegrees(x.index.unit(), 'e') || isDegrees(y.index.unit(), 'n')
	if err := a.checkUnits(x, y, degrees); err != nil {
		return err
	}
	if least, most := y0+dy*float64(y.size-1), y0; degrees && !(least >= -90.001 && most <= 90.001) {
		a.remarks = append(a.remarks, fmt.Sprintf("its latitudes go from %.6g to %.6g, which are none: the result has them as coordinates and no CRS", least, most))
		a.place.wkt, degrees = "", false
	}
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
	if name := a.md.text("grid_mapping"); name != "" && a.place.wkt == "" {
		a.remarks = append(a.remarks, fmt.Sprintf("its grid mapping %s gives no CRS that GDAL reads: the result has its coordinates and no CRS", foreign.Printable(name)))
	}
	return nil
}

// checkUnits returns an error if the coordinates are in degrees and the CRS is projected, or the other way round.
func (a *array) checkUnits(x, y mdDimension, degrees bool) error {
	if a.place.wkt == "" {
		return nil
	}
	sr, err := godal.NewSpatialRefFromWKT(a.place.wkt)
	if err != nil {
		return nil // of which the raster will say more
	}
	defer sr.Close()
	lengths := isLength(x.index.unit()) || isLength(y.index.unit())
	if sr.Geographic() && lengths || !sr.Geographic() && degrees {
		return contentError("the coordinates of its dimensions %s and %s are in %q and %q, and its CRS is in other units: mend the grid mapping or the coordinates",
			foreign.Printable(x.name), foreign.Printable(y.name), foreign.Printable(x.index.unit()), foreign.Printable(y.index.unit()))
	}
	return nil
}

// hasNoUnit reports whether the coordinates of a dimension have one of these names, and no unit.
func (d mdDimension) hasNoUnit(names ...string) bool {
	return d.index.unit() == "" && slices.Contains(names, strings.ToLower(d.name))
}

// turnedBack returns the left edge of a map in degrees, turned once around the earth if all of the map lies
// east of 180° or west of -180°.
func (a *array) turnedBack(left, dx float64, width int) float64 {
	right := left + dx*float64(width)
	least, most := min(left, right), max(left, right)
	const slack = 1e-6
	switch {
	case least >= 180-slack:
		return left - 360
	case most <= -180+slack:
		return left + 360
	case least < -180-math.Abs(dx)-slack || most > 180+math.Abs(dx)+slack:
		a.remarks = append(a.remarks, fmt.Sprintf("its longitudes go from %.6g to %.6g: the result keeps them, so that places west of Greenwich lie beyond 180 in it", least, most))
	}
	return left
}

// spacing returns the first coordinate of a dimension and the distance of the next, in units of the
// CRS. If there is no next, it is the size of the only pixel by its bounds; 0 if there are none.
func (a *array) spacing(d mdDimension, mapping *mdArray) (first, step float64, err error) {
	values, err := d.index.values()
	if err != nil {
		return 0, 0, fmt.Errorf("the coordinates of its dimension %s cannot be read: %w", foreign.Printable(d.name), err)
	}
	n := len(values)
	if n > 1 {
		step = (values[n-1] - values[0]) / float64(n-1)
	} else {
		step = a.bounded(d)
	}
	for i, v := range values {
		if off := math.Abs(v - (values[0] + step*float64(i))); !(off <= evenly*math.Abs(step)) && n > 1 {
			return 0, 0, contentError("the coordinates of its dimension %s are not evenly spaced, so that its pixels make no grid: bring it to one first (cdo remapbil, or xarray's interp)", foreign.Printable(d.name))
		}
	}
	scale, err := a.metres(d, mapping)
	return values[0] * scale, step * scale, err
}

// bounded returns the size of the only pixel along a dimension by the bounds of its coordinate; 0 if there are none.
func (a *array) bounded(d mdDimension) float64 {
	bounds := a.file.find(d.index.text("bounds"), d.index)
	if bounds == nil || len(bounds.dims) != 2 || bounds.dims[0].size != 1 || bounds.dims[1].size != 2 {
		return 0
	}
	var ends [2]float64
	if err := bounds.read([]C.GUInt64{0, 0}, []C.size_t{1, 2}, nil, C.GDT_Float64, unsafe.Pointer(&ends[0]), 16); err != nil {
		return 0
	}
	if size := math.Abs(ends[1] - ends[0]); size > 0 && !math.IsInf(size, 0) {
		return size
	}
	return 0
}

// metres returns the factor of coordinates in the unit of the CRS.
func (a *array) metres(d mdDimension, mapping *mdArray) (float64, error) {
	unit := strings.ToLower(strings.TrimSpace(d.index.unit()))
	switch {
	case unit == "", unit == "1", slices.Contains(metreNames, unit), strings.HasPrefix(unit, "degree"):
		return 1, nil
	case slices.Contains(kilometreNames, unit):
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

var (
	metreNames     = []string{"m", "metre", "metres", "meter", "meters"}
	kilometreNames = []string{"km", "kilometre", "kilometres", "kilometer", "kilometers"}
)

// isLength reports whether a unit is metres or kilometres.
func isLength(unit string) bool {
	unit = strings.ToLower(strings.TrimSpace(unit))
	return slices.Contains(metreNames, unit) || slices.Contains(kilometreNames, unit)
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
