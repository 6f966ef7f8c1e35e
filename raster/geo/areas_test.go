package geo

import (
	"math"
	"testing"

	"github.com/pixtrend/pixtrend"
)

// Areas of pixels are those on the ellipsoid, in every projection.
func TestPixelAreas(t *testing.T) {
	const a, e2 = 6378137.0, 0.00669437999014
	e := math.Sqrt(e2)
	// Snyder 1987, equation 3-12, as it is printed.
	q := func(lat float64) float64 {
		sin := math.Sin(lat)
		return (1 - e2) * (sin/(1-e2*sin*sin) - 1/(2*e)*math.Log((1-e*sin)/(1+e*sin)))
	}
	mercator := [6]float64{1100000, 150, 0, 8900000, 0, -350}
	degrees := [6]float64{-10, 0.001, 0, 62, 0, -0.002}
	for _, tt := range []struct {
		name string
		g    Grid
		want func(column, row float64) float64
		err  float64
	}{
		{"equal area", Grid{Width: 3000, Height: 3000, Transform: [6]float64{4300000, 1000, 0, 4350000, 0, -1500}, WKT: wktOf(3035)},
			func(float64, float64) float64 { return 1000 * 1500 }, 1e-5},
		{"Web Mercator", Grid{Width: 3000, Height: 3000, Transform: mercator, WKT: wktOf(3857)}, func(_, row float64) float64 {
			lat := func(row float64) float64 { return math.Atan(math.Sinh((mercator[3] + row*mercator[5]) / a)) }
			return mercator[1] / a * a * a * (q(lat(row)) - q(lat(row+1))) / 2
		}, 1e-5},
		{"UTM on its central meridian", Grid{Width: 3, Height: 3000, Transform: [6]float64{499955, 30, 0, 4600000, 0, -30}, WKT: wktOf(32617)},
			func(float64, float64) float64 { return 900 / (0.9996 * 0.9996) }, 1e-6},
		{"degrees", Grid{Width: 3000, Height: 3000, Transform: degrees, WKT: wktOf(4326)}, func(_, row float64) float64 {
			lat := func(row float64) float64 { return (degrees[3] + row*degrees[5]) * math.Pi / 180 }
			return degrees[1] * math.Pi / 180 * a * a * (q(lat(row)) - q(lat(row+1))) / 2
		}, 1e-5},
		{"rotated", Grid{Width: 300, Height: 300, Transform: [6]float64{4300000, 800, 600, 4350000, 300, -400}, WKT: wktOf(3035)},
			func(float64, float64) float64 { return 500000 }, 1e-5},
	} {
		tt.g.HasTransform = true
		areas := tt.g.PixelAreas()
		for _, w := range []pixtrend.Window{{Width: 3, Height: 200}, {X: tt.g.Width - 2, Y: tt.g.Height - 30, Width: 2, Height: 30}, {X: tt.g.Width / 3, Y: tt.g.Height / 2, Width: 1, Height: 1}} {
			for i, got := range areas.Of(w) {
				if want := tt.want(float64(w.X+i%w.Width), float64(w.Y+i/w.Width)); !(math.Abs(got/want-1) <= tt.err) {
					t.Fatalf("%s: pixel %d of %+v has %v m², want %v", tt.name, i, w, got, want)
				}
			}
		}
		areas.Close()
	}
	for _, g := range []Grid{{Width: 3, Height: 3, HasTransform: true, Transform: utm}, {Width: 3, Height: 3, WKT: wktOf(32617)}} {
		if g.PixelAreas() != nil {
			t.Errorf("pixels of %+v have areas", g)
		}
	}
}
