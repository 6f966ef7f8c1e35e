package geo

import (
	"math"
	"testing"
)

func TestGround(t *testing.T) {
	for _, tt := range []struct {
		name          string
		epsg          int
		transform     [6]float64
		width, height int
		known         bool
		metres        float64
		uneven, turns bool
		feet          bool
		north         float64
		flipX, flipY  bool
		metresWithin  float64
	}{
		{name: "UTM", epsg: 32617, transform: [6]float64{500000, 30, 0, 4690000, 0, -30}, width: 10, height: 10, known: true, metres: 30 / 0.9996, metresWithin: 1e-5},
		{name: "from the south", epsg: 32617, transform: [6]float64{500000, 30, 0, 4690000, 0, 30}, width: 10, height: 10, known: true, metres: 30 / 0.9996, flipY: true, metresWithin: 1e-5},
		{name: "from the east", epsg: 32617, transform: [6]float64{500300, -30, 0, 4690000, 0, -30}, width: 10, height: 10, known: true, metres: 30 / 0.9996, flipX: true, metresWithin: 1e-5},
		{name: "degrees at the equator", epsg: 4326, transform: [6]float64{0, 0.1, 0, 0.5, 0, -0.1}, width: 10, height: 10, known: true, metres: 11131.95, metresWithin: 1e-6},
		{name: "degrees at 60°", epsg: 4326, transform: [6]float64{0, 0.1, 0, 60.05, 0, -0.1}, width: 10, height: 1, known: true, metres: 5580.02, metresWithin: 1e-4},
		{name: "the world in degrees", epsg: 4326, transform: [6]float64{-180, 1, 0, 90, 0, -1}, width: 360, height: 180, known: true, metres: 111319.5, uneven: true, metresWithin: 1e-4},
		{name: "web Mercator at 60°", epsg: 3857, transform: [6]float64{0, 100, 0, 8399800, 0, -100}, width: 10, height: 10, known: true, metres: 50.1, metresWithin: 5e-3},
		{name: "feet of New York", epsg: 2263, transform: [6]float64{984000, 100, 0, 200000, 0, -100}, width: 10, height: 10, known: true, metres: 30.48, feet: true, metresWithin: 1e-3},
		{name: "around the pole", epsg: 3413, transform: [6]float64{-2000000, 10000, 0, 3000000, 0, -10000}, width: 400, height: 400, known: true, metres: 10000, uneven: true, turns: true, north: math.NaN(), metresWithin: 0.05},
		{name: "polar, a small part", epsg: 3413, transform: [6]float64{-2000000, 30, 0, 0, 0, -30}, width: 100, height: 100, known: true, metres: 30, north: math.Pi / 2, metresWithin: 0.05},
		{name: "rotated", epsg: 32617, transform: [6]float64{500000, 30, 5, 4690000, 5, -30}, width: 10, height: 10},
		{name: "no CRS", transform: [6]float64{500000, 30, 0, 4690000, 0, -30}, width: 10, height: 10},
	} {
		grid := Grid{Width: tt.width, Height: tt.height, Transform: tt.transform, HasTransform: true, WKT: wktOf(tt.epsg)}
		g, known := grid.Ground()
		flipX, flipY := grid.Flipped()
		if known != tt.known || flipX != tt.flipX || flipY != tt.flipY {
			t.Errorf("%s: known %v, flipped %v, %v", tt.name, known, flipX, flipY)
			continue
		}
		if !known {
			continue
		}
		if !(math.Abs(g.Metres/tt.metres-1) <= tt.metresWithin) || g.Uneven != tt.uneven || g.Turns != tt.turns || g.Feet != tt.feet {
			t.Errorf("%s: %+v, want %+v", tt.name, g, tt)
		}
		if !math.IsNaN(tt.north) && !(math.Abs(math.Remainder(g.North-tt.north, 2*math.Pi)) < 0.04) {
			t.Errorf("%s: north is %v from up", tt.name, g.North)
		}
	}
	if g, known := (Grid{Width: 2, Height: 2, Transform: [6]float64{0, 1, 0, 0, 0, 1}}).Ground(); known {
		t.Errorf("a raster without a place lies at %+v", g)
	}
}
