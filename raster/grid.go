package raster

import (
	"fmt"
	"math"

	"github.com/pixtrend/pixtrend/internal/gdal"
)

// geo is what places a raster on the earth.
type geo struct {
	width, height int
	transform     [6]float64
	hasTransform  bool
	wkt           string
	epoch         float64 // the coordinate epoch of a dynamic CRS; 0: none
}

// differs says how the grid b departs from a, which is that of first; "" if it does not.
func (a geo) differs(b geo, first string) string {
	how, where := a.departure(b)
	if where != "" {
		return fmt.Sprintf("%s, where %s, %s", how, first, where)
	}
	if how != "" {
		return how + " " + first
	}
	return ""
}

// departure says what b does and what a does instead, "" where that is clear; how is "" if they do not differ.
func (a geo) departure(b geo) (how, where string) {
	switch {
	case a.width != b.width || a.height != b.height:
		return fmt.Sprintf("has %d × %d pixels", b.width, b.height), fmt.Sprintf("has %d × %d", a.width, a.height)
	case !gdal.SameCRS(a.wkt, b.wkt):
		return "has the CRS " + gdal.CRSName(b.wkt), "has " + gdal.CRSName(a.wkt)
	case a.hasTransform && !b.hasTransform:
		return "is not georeferenced", "is"
	case b.hasTransform && !a.hasTransform:
		return "is georeferenced", "is not"
	}
	// The corners in pixels of the first.
	det := a.transform[1]*a.transform[5] - a.transform[2]*a.transform[4]
	for _, c := range [][2]float64{{0, 0}, {1, 0}, {0, 1}, {1, 1}} {
		x, y := c[0]*float64(a.width), c[1]*float64(a.height)
		dx := (b.transform[0] - a.transform[0]) + x*(b.transform[1]-a.transform[1]) + y*(b.transform[2]-a.transform[2])
		dy := (b.transform[3] - a.transform[3]) + x*(b.transform[4]-a.transform[4]) + y*(b.transform[5]-a.transform[5])
		px := (dx*a.transform[5] - dy*a.transform[2]) / det
		py := (dy*a.transform[1] - dx*a.transform[4]) / det
		if d := math.Hypot(px, py); !(d <= 1e-3) {
			if a.transform == b.transform {
				continue // without an extent there is no measure
			}
			return fmt.Sprintf("lies %.3g pixels off", d), ""
		}
	}
	return "", ""
}
