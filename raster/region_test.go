package raster

import (
	"fmt"
	"math"
	"path/filepath"
	"testing"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/raster/geo"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// A fit of a region has the bits of the same pixels of the fit of the whole, and their place.
func TestRegion(t *testing.T) {
	s := newPlanes(150, 90, 5, -50, 300).gappy(-9999)
	nodata := -9999.0
	for name, creation := range map[string][]string{
		"strips":            nil,
		"tiles":             {"TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=16"},
		"compressed tiles":  {"TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=16", "COMPRESS=DEFLATE", "PREDICTOR=3"},
		"compressed strips": {"COMPRESS=LZW", "BLOCKYSIZE=7"},
		"large tiles":       {"TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=64", "COMPRESS=ZSTD"},
	} {
		inputs := s.files(t, func(_ int, m *made) { m.nodata, m.creation = &nodata, creation })
		whole := fitted(t, inputs, all())
		for _, w := range []pixtrend.Window{{X: 0, Y: 0, Width: 150, Height: 90}, {X: 37, Y: 21, Width: 70, Height: 50},
			{X: 149, Y: 89, Width: 1, Height: 1}, {X: 32, Y: 16, Width: 64, Height: 32}, {X: 0, Y: 5, Width: 150, Height: 1}} {
			for _, window := range []int{0, 11} {
				o := all()
				o.Region.Window = w
				o.Fit.WindowWidth, o.Fit.WindowHeight = window, window
				out := fit(t, inputs, o)
				bands, _ := readAll(t, out)
				for f, plane := range bands {
					for p, x := range plane {
						want := whole[f][(w.Y+p/w.Width)*150+w.X+p%w.Width]
						if math.Float64bits(x) != math.Float64bits(want) {
							t.Fatalf("%s, %+v: field %d of pixel %d is %v, want %v", name, w, f, p, x, want)
						}
					}
				}
				if text := header(t, out).Metadata("PIXTREND_REGION"); w.Width < 150 && text != fmt.Sprintf("%d,%d,%d,%d", w.X, w.Y, w.Width, w.Height) {
					t.Errorf("%s, %+v: the metadata say %q", name, w, text)
				}
				got, err := header(t, out).GeoTransform()
				if want := [6]float64{500000 + 30*float64(w.X), 30, 0, 4600000 - 30*float64(w.Y), 0, -30}; err != nil || got != want {
					t.Errorf("%s, %+v: the transform is %v, want %v", name, w, got, want)
				}
			}
		}
		// Composites of a region are those of the whole.
		o := Options{OpenOptions: OpenOptions{Composite: compositeOf(t, timeaxis.EachYear, "max"), Region: Region{Window: pixtrend.Window{X: 37, Y: 21, Width: 70, Height: 50}}}}
		part := filepath.Join(t.TempDir(), "part.tif")
		runComposites(t, inputs, part, o)
		bands, _ := readAll(t, part)
		for i, plane := range bands {
			for p, x := range plane {
				if want := s.dates[i][(21+p/70)*150+37+p%70]; x != want && !(x != x && want == -9999) {
					t.Fatalf("%s: composite %d of pixel %d is %v, want %v", name, i, p, x, want)
				}
			}
		}
	}
}

// Windows of a region end where blocks of the files do, so that no block is decoded for two of them.
func TestWindowsOfARegionAreBlocks(t *testing.T) {
	s := newPlanes(150, 90, 3, 0, 9)
	inputs := s.files(t, func(_ int, m *made) {
		m.creation = []string{"TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=16", "COMPRESS=DEFLATE"}
	})
	o := all()
	o.Region.Window, o.Fit.Threads = pixtrend.Window{X: 37, Y: 21, Width: 70, Height: 50}, 1
	j, err := Prepare(t.Context(), inputs, filepath.Join(t.TempDir(), "out.tif"), o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = j.Close() }()
	if j.Plan.WindowWidth%32 != 0 && j.Plan.WindowWidth != 37%32+70 || j.Plan.WindowHeight%16 != 0 && j.Plan.WindowHeight != 21%16+50 {
		t.Errorf("windows of %d × %d", j.Plan.WindowWidth, j.Plan.WindowHeight)
	}
}

func TestBox(t *testing.T) {
	g := geo.Grid{Width: 100, Height: 50, HasTransform: true, Transform: usualPlace}
	southUp := geo.Grid{Width: 100, Height: 50, HasTransform: true, Transform: [6]float64{0, 1, 0, 0, 0, 1}}
	for _, c := range []struct {
		g    geo.Grid
		box  string
		want string // X Y Width Height, or a part of the error
	}{
		{g, "500000,4598500,503000,4600000", "whole"},
		{g, "0,0,1e9,1e9", "whole"},
		{g, "500030,4599940,500090,4599970", "1 1 2 1"},
		{g, "500044.9,4599940,500075.1,4599970", "1 1 2 1"},
		{g, "500045,4599955,500075,4599985", "1 0 1 1"}, // centres at the least x and the greatest y are inside
		{g, "500045.1,4599940,500074.9,4599970", "no pixel"},
		{g, "503000,4598500,503100,4600000", "no pixel"},
		{southUp, "1,2,4,7", "1 2 3 5"},
		{geo.Grid{Width: 9, Height: 9}, "1,2,4,7", "not georeferenced"},
		{geo.Grid{Width: 9, Height: 9, HasTransform: true, Transform: [6]float64{0, 1, 0.1, 0, 0, 1}}, "1,2,4,7", "rotated"},
	} {
		r, err := ParseBox(c.box)
		if err != nil {
			t.Fatal(err)
		}
		w, err := r.rectangle(c.g, "a.tif")
		switch got := fmt.Sprint(w.X, w.Y, w.Width, w.Height); {
		case err != nil:
			checkError(t, err, fault.ErrInput, c.want, "a.tif")
		case c.want == "whole" && w == (pixtrend.Window{}):
		case got != c.want:
			t.Errorf("%s is %s, want %s", c.box, got, c.want)
		}
	}
}

func TestRegionsThatAreRefused(t *testing.T) {
	for _, s := range []string{"", "1,2,3", "1,2,3,4,5", "1,2,0,4", "-1,2,3,4", "1,2,3,x", "1.5,2,3,4", "1e300,0,1,1", "NaN,0,1,1", "0,0,0,0", "1 2 3 4"} {
		if r, err := ParseWindow(s); err == nil {
			t.Errorf("the window %q is read as %+v", s, r)
		}
	}
	for _, s := range []string{"", "1,2,3", "3,0,1,2", "0,3,2,1", "0,0,0,1", "NaN,0,1,1", "0,0,Inf,1"} {
		if r, err := ParseBox(s); err == nil {
			t.Errorf("the box %q is read as %+v", s, r)
		}
	}
	inputs := newPlanes(20, 10, 3, 0, 9).files(t, nil)
	o := all()
	for _, w := range []pixtrend.Window{{X: 15, Width: 6, Height: 1}, {Y: 10, Width: 1, Height: 1}, {X: math.MaxInt32, Width: math.MaxInt32, Height: 1}} {
		o.Region.Window = w
		fails(t, inputs, filepath.Join(t.TempDir(), "out.tif"), o, fault.ErrInput, "20 × 10 pixels")
	}
}
