package geo

import (
	"math"
	"testing"

	"github.com/pixtrend/pixtrend/internal/gdal"
)

// A box in another CRS is the smallest one in that of the rasters that has all of it.
func TestBoxOfAnotherCRS(t *testing.T) {
	for _, tt := range []struct {
		name string
		g    Grid
		box  [4]float64
	}{
		{"UTM", Grid{Width: 400, Height: 300, HasTransform: true, Transform: [6]float64{200000, 1500, 0, 5000000, 0, -1500}, WKT: wktOf(32617)}, [4]float64{-84, -79, 41.5, 44.5}},
		{"longitudes to 360", Grid{Width: 360, Height: 180, HasTransform: true, Transform: [6]float64{0, 1, 0, 90, 0, -1}, WKT: wktOf(4326)}, [4]float64{-40, -30, 10, 20}},
	} {
		w, err := tt.g.InBox(tt.box, "EPSG:4326", "a.tif")
		if err != nil {
			t.Fatal(err)
		}
		// The pixels whose centres lie in the box, and those at its sides.
		var xs, ys []float64
		for i := range tt.g.Width * tt.g.Height {
			xs = append(xs, tt.g.Transform[0]+(float64(i%tt.g.Width)+0.5)*tt.g.Transform[1])
			ys = append(ys, tt.g.Transform[3]+(float64(i/tt.g.Width)+0.5)*tt.g.Transform[5])
		}
		if err := gdal.WithTransform(tt.g.WKT, "EPSG:4326", func(tr *gdal.Transform) { tr.ApplyEach(xs, ys) }); err != nil {
			t.Fatal(err)
		}
		x0, x1, y0, y1 := math.MaxInt, 0, math.MaxInt, 0
		for i := range xs {
			x, y := i%tt.g.Width, i/tt.g.Width
			lon := math.Remainder(xs[i], 360)
			if lon >= tt.box[0] && lon <= tt.box[1] && ys[i] >= tt.box[2] && ys[i] <= tt.box[3] {
				x0, x1, y0, y1 = min(x0, x), max(x1, x+1), min(y0, y), max(y1, y+1)
			}
		}
		if near := func(a, b int) bool { return a-b <= 1 && b-a <= 1 }; !near(w.X, x0) || !near(w.Y, y0) || !near(w.X+w.Width, x1) || !near(w.Y+w.Height, y1) {
			t.Errorf("%s: the window is %+v, want %d to %d and %d to %d", tt.name, w, x0, x1, y0, y1)
		}
	}
}
