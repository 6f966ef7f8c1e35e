package geo

import (
	"errors"
	"math"

	"github.com/pixtrend/pixtrend/internal/gdal"
)

// CRS returns a short name of the CRS, or "none". PROJ needs some milliseconds for it.
func (g Grid) CRS() (name string) {
	gdal.OnCRSThread(func() { name = gdal.CRSName(g.WKT) })
	return name
}

// Aspect returns how many times as wide as high a pixel is, in units of the CRS; 1 if that is
// not known.
func (g Grid) Aspect() float64 {
	t := g.Transform
	aspect := math.Hypot(t[1], t[4]) / math.Hypot(t[2], t[5])
	if !g.HasTransform || !(aspect > 0) || math.IsInf(aspect, 0) {
		return 1
	}
	return aspect
}

// Flipped reports whether the first column lies in the east, and the first row in the south.
func (g Grid) Flipped() (x, y bool) {
	if !g.HasTransform || g.rotated() {
		return false, false
	}
	return g.Transform[1] < 0, g.Transform[5] > 0
}

func (g Grid) rotated() bool { return g.Transform[2] != 0 || g.Transform[4] != 0 }

// wgs84 is the CRS of longitudes and latitudes.
const wgs84 = "EPSG:4326"

// Edges returns the coordinates in the CRS of the left, bottom, right and upper edge of a raster
// whose north is up, after Flipped. known is false if the raster has no place, or is rotated.
func (g Grid) Edges() (left, bottom, right, top float64, known bool) {
	if !g.HasTransform || g.rotated() {
		return 0, 0, 0, 0, false
	}
	left, top = g.Transform[0], g.Transform[3]
	right, bottom = left+float64(g.Width)*g.Transform[1], top+float64(g.Height)*g.Transform[5]
	return min(left, right), min(bottom, top), max(left, right), max(bottom, top), true
}

// Extent returns the least x and y and the greatest x and y of the raster in its CRS.
func (g Grid) Extent() [4]float64 {
	e := [4]float64{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, corner := range [][2]float64{{0, 0}, {1, 0}, {0, 1}, {1, 1}} {
		x, y := g.At(corner)
		e = [4]float64{min(e[0], x), min(e[1], y), max(e[2], x), max(e[3], y)}
	}
	return e
}

// CRSUnit returns the unit of coordinates in the CRS, such as metre or degree; "" if it is not
// known.
func (g Grid) CRSUnit() (unit string) {
	_ = g.toLonLat(func(transform *gdal.Transform) {
		if unit = transform.LinearUnit(); transform.Geographic() {
			unit = "degree"
		}
	})
	return unit
}

// LonLat replaces coordinates in the CRS by longitudes and latitudes on WGS 84, in place: NaN for
// those that have none.
func (g Grid) LonLat(xs, ys []float64) error {
	return g.toLonLat(func(transform *gdal.Transform) { transform.ApplyEach(xs, ys) })
}

// toLonLat calls use with the transform from the CRS to longitudes and latitudes.
func (g Grid) toLonLat(use func(*gdal.Transform)) error {
	if g.WKT == "" {
		return errors.New("it has no CRS")
	}
	return gdal.WithTransform(g.WKT, wgs84, use)
}

// FromLonLat returns the place in the CRS of a longitude and latitude on WGS 84.
func (g Grid) FromLonLat(lon, lat float64) (x, y float64, err error) {
	if g.WKT == "" {
		return 0, 0, errors.New("the rasters have no CRS")
	}
	xs, ys := []float64{lon}, []float64{lat}
	if err := gdal.WithTransform(wgs84, g.WKT, func(transform *gdal.Transform) { transform.ApplyEach(xs, ys) }); err != nil {
		return 0, 0, err
	}
	if xs[0] != xs[0] {
		return 0, 0, errors.New("the CRS of the rasters has no such place")
	}
	return xs[0], ys[0], nil
}

// In returns the least and greatest x, and the least and greatest y, of the raster in another CRS. They
// are infinite if a part of the raster has no place there.
func (g Grid) In(wkt string) (at [4]float64, err error) {
	err = gdal.WithTransform(g.WKT, wkt, func(t *gdal.Transform) { at = g.within(t) })
	return at, err
}

// reach is within with a margin.
func (g Grid) reach(to *gdal.Transform) [4]float64 {
	r := g.within(to)
	if math.IsInf(r[0], 0) {
		return r
	}
	dx, dy := (r[1]-r[0])/20, (r[3]-r[2])/20
	return [4]float64{r[0] - dx, r[1] + dx, r[2] - dy, r[3] + dy}
}

// within is In by a transform.
func (g Grid) within(to *gdal.Transform) [4]float64 {
	const n = 32
	var xs, ys []float64
	for i := range n + 1 {
		for j := range n + 1 {
			column, row := float64(g.Width)*float64(i)/n, float64(g.Height)*float64(j)/n
			xs = append(xs, g.Transform[0]+column*g.Transform[1]+row*g.Transform[2])
			ys = append(ys, g.Transform[3]+column*g.Transform[4]+row*g.Transform[5])
		}
	}
	to.ApplyEach(xs, ys)
	r := [4]float64{math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)}
	for i := range xs {
		if xs[i] != xs[i] {
			return [4]float64{math.Inf(-1), math.Inf(1), math.Inf(-1), math.Inf(1)}
		}
		r = [4]float64{min(r[0], xs[i]), max(r[1], xs[i]), min(r[2], ys[i]), max(r[3], ys[i])}
	}
	return r
}

// finite reports whether a number is neither infinite nor NaN.
func finite(x float64) bool { return !math.IsInf(x, 0) && !math.IsNaN(x) }
