package geo

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend/internal/gdal"
)

// utm are pixels of 30 m in UTM zone 17.
var utm = [6]float64{500000, 30, 0, 4600000, 0, -30}

// gridOf returns a grid of 100 × 50 pixels with a CRS.
func gridOf(crs string, transform [6]float64) Grid {
	g := Grid{Width: 100, Height: 50, Transform: transform, HasTransform: true}
	if crs != "" {
		gdal.OnCRSThread(func() { g.WKT = gdal.WKTOf(crs) })
	}
	return g
}

// wktOf returns the CRS of a number of EPSG; "" for 0.
func wktOf(epsg int) string {
	if epsg == 0 {
		return ""
	}
	return gridOf(fmt.Sprint("EPSG:", epsg), utm).WKT
}

func TestPlace(t *testing.T) {
	// The central meridian of UTM zone 17 is 81° W; 4649776.22 is the northing of 42° N on it
	// (Snyder 1987, equation 8-10).
	g := gridOf("EPSG:32617", [6]float64{500000, 30, 0, 4649776.22, 0, -30})
	left, bottom, right, top, known := g.Edges()
	if !known || left != 500000 || right != 503000 || top != 4649776.22 || math.Abs(bottom-4648276.22) > 1e-6 || g.CRSUnit() != "metre" {
		t.Errorf("%v, %v, %v, %v, %v in %s", left, bottom, right, top, known, g.CRSUnit())
	}
	xs, ys := []float64{500000, 1e300}, []float64{4649776.22, 0}
	if err := g.LonLat(xs, ys); err != nil || math.Abs(xs[0]+81) > 1e-9 || math.Abs(ys[0]-42) > 1e-7 || xs[1] == xs[1] {
		t.Errorf("%v, %v, %v", xs, ys, err)
	}
	if x, y, err := g.FromLonLat(-81, 42); err != nil || math.Abs(x-500000) > 1e-3 || math.Abs(y-4649776.22) > 1e-2 {
		t.Errorf("%v, %v, %v", x, y, err)
	}
	if g = gridOf("EPSG:4326", [6]float64{10, 0.5, 0, 40, 0, 0.5}); g.CRSUnit() != "degree" {
		t.Errorf("the unit is %q", g.CRSUnit())
	}
	if _, bottom, _, top, known = g.Edges(); !known || bottom != 40 || top != 65 { // the first row is in the south
		t.Errorf("%v to %v, %v", bottom, top, known)
	}
	if _, _, _, _, known = gridOf("EPSG:4326", [6]float64{10, 0.5, 0.1, 40, 0.1, -0.5}).Edges(); known {
		t.Error("a rotated raster has edges")
	}
	g = gridOf("", [6]float64{10, 0.5, 0, 40, 0, -0.5})
	if err := g.LonLat(xs, ys); err == nil || !strings.Contains(err.Error(), "it has no CRS") || g.CRSUnit() != "" {
		t.Errorf("%v, %q", err, g.CRSUnit())
	}
}
