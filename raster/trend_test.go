package raster

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
)

// trend opens a raster that is made for it.
func trend(t *testing.T, m made) *Trend {
	t.Helper()
	name := filepath.Join(t.TempDir(), "trend.tif")
	if err := m.write(name); err != nil {
		t.Fatal(err)
	}
	return openTrend(t, name)
}

func openTrend(t *testing.T, name string) *Trend {
	t.Helper()
	d, err := OpenTrend(t.Context(), name, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// whole reads a band by its windows.
func whole(t *testing.T, d *Trend, band int) []float64 {
	t.Helper()
	windows := d.Windows(band, 1<<40)
	all := make([]float64, d.Width*d.Height)
	seen := make([]bool, len(all))
	for _, w := range windows {
		values, err := d.Read(t.Context(), band, w)
		if err != nil {
			t.Fatal(err)
		}
		for i, x := range values {
			p := (w.Y+i/w.Width)*d.Width + w.X + i%w.Width
			if seen[p] {
				t.Fatalf("pixel %d is in two windows", p)
			}
			all[p], seen[p] = x, true
		}
	}
	if slices.Contains(seen, false) {
		t.Fatal("a pixel is in no window")
	}
	return all
}

func TestTrendRead(t *testing.T) {
	inf := math.Inf(1)
	for _, tt := range []struct {
		name string
		make made
		want []float64
	}{
		{"nodata in its own type", made{bands: [][]float64{{1, float64(float32(-3.4e38)), 3, nan, inf, -inf}}, nodata: ptr(-3.4e38)}, []float64{1, nan, 3, nan, nan, nan}},
		{"scale and offset after nodata", made{dtype: godal.Int16, bands: [][]float64{{0, 10, -20, 0, 5, 1}}, nodata: ptr(0.), scale: 0.5, offset: 100}, []float64{nan, 105, 90, nan, 102.5, 100.5}},
		{"signed bytes", made{dtype: godal.Byte, creation: []string{"PIXELTYPE=SIGNEDBYTE"}, bands: [][]float64{{0, 1, 127, -1, -128, 5}}, nodata: ptr(5.)}, []float64{0, 1, 127, -1, -128, nan}},
		{"doubles", made{dtype: godal.Float64, bands: [][]float64{{1e-300, 2, 3, 4, 5, 6}}}, []float64{1e-300, 2, 3, 4, 5, 6}},
	} {
		tt.make.width, tt.make.height = 3, 2
		got := whole(t, trend(t, tt.make), 0)
		if !slices.EqualFunc(got, tt.want, func(a, b float64) bool { return a == b || a != a && b != b }) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// A mask in the file hides pixels.
func TestTrendMask(t *testing.T) {
	name := filepath.Join(t.TempDir(), "masked.tif")
	if err := (made{width: 3, height: 2, bands: [][]float64{{1, 2, 3, 4, 5, 6}}}).write(name); err != nil {
		t.Fatal(err)
	}
	ds, err := godal.Open(name, godal.Update())
	if err != nil {
		t.Fatal(err)
	}
	mask, err := ds.CreateMaskBand(gdal.MaskPerDataset)
	if err == nil {
		err = mask.Write(0, 0, []byte{255, 0, 255, 255, 255, 0}, 3, 2)
	}
	if err != nil || ds.Close() != nil {
		t.Fatal(err)
	}
	want := []float64{1, nan, 3, 4, 5, nan}
	if got := whole(t, openTrend(t, name), 0); !slices.EqualFunc(got, want, func(a, b float64) bool { return a == b || a != a && b != b }) {
		t.Errorf("%v, want %v", got, want)
	}
}

// Windows are whole blocks, cover every pixel once, and are spread where not all are wanted.
func TestTrendWindows(t *testing.T) {
	const w, h = 1500, 1100
	values := newPlanes(w, h, 1, 0, 1000).dates[0]
	for _, creation := range [][]string{nil, {"TILED=YES", "BLOCKXSIZE=256", "BLOCKYSIZE=128"}, {"BLOCKYSIZE=1100", "COMPRESS=LZW"}, {"BLOCKYSIZE=1"}} {
		d := trend(t, made{width: w, height: h, bands: [][]float64{values}, creation: creation})
		if got := whole(t, d, 0); !slices.Equal(got, values) {
			t.Errorf("%v: windows do not give what is in the raster", creation)
		}
	}
	d := trend(t, made{width: w, height: h, bands: [][]float64{values}, creation: []string{"TILED=YES"}})
	some := d.Windows(0, w*h-1)
	if len(some) == 0 {
		t.Fatal("no windows")
	}
	pixels := 0
	for _, w := range some {
		pixels += w.Width * w.Height
	}
	if pixels >= w*h {
		t.Errorf("all %d pixels are read", pixels)
	}
	again := d.Windows(0, w*h-1)
	if !slices.Equal(some, again) {
		t.Error("other windows the second time")
	}
}

// A smaller raster has averages of what there is, or some of its pixels; and overviews are used, in
// the file or beside it.
func TestTrendReduced(t *testing.T) {
	const n = 512
	values := make([]float64, n*n)
	for p := range values {
		if values[p] = float64(p%n/64 + 8*(p/n/64)); p%3 == 0 {
			values[p] = nan
		}
	}
	m := made{width: n, height: n, bands: [][]float64{values}, nodata: ptr(nan), creation: []string{"TILED=YES"}}
	for _, nearest := range []bool{false, true} {
		d := trend(t, m)
		got, err := d.Reduced(t.Context(), 0, 8, 8, nearest)
		if err != nil {
			t.Fatal(err)
		}
		for i, x := range got {
			if x != float64(i) && !(nearest && x != x) {
				t.Fatalf("nearest %v: cell %d is %v", nearest, i, x)
			}
		}
	}
	for _, inside := range []bool{true, false} { // or in a file beside it
		name := filepath.Join(t.TempDir(), "overviews.tif")
		if err := m.write(name); err != nil {
			t.Fatal(err)
		}
		var how []godal.OpenOption
		if inside {
			how = append(how, godal.Update())
		}
		ds, err := godal.Open(name, how...)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(ds.BuildOverviews(godal.Levels(2, 4, 8)), ds.Close()); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(name + ".ovr"); (err == nil) == inside {
			t.Errorf("inside %v: a file beside it: %v", inside, err)
		}
		d := openTrend(t, name)
		if got := d.bands[0].Overviews(); got != 3 {
			t.Errorf("inside %v: %d overviews, want 3", inside, got)
		}
	}
}

// What cannot be used is an error in one sentence.
func TestOpenTrendErrors(t *testing.T) {
	dir := t.TempDir()
	empty, text := filepath.Join(dir, "empty.tif"), filepath.Join(dir, "text.tif")
	if err := os.WriteFile(empty, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(text, []byte("slope"), 0o666); err != nil {
		t.Fatal(err)
	}
	for name, words := range map[string][]string{
		filepath.Join(dir, "none.tif"): {"none.tif"},
		empty:                          {"empty.tif", "it is empty"},
		text:                           {"text.tif", "not a GeoTIFF", "gdal_translate"},
	} {
		_, err := OpenTrend(t.Context(), name, nil)
		checkError(t, err, fault.ErrInput, words...)
	}
	// A file that is cut short is found out when its end is read.
	cut := filepath.Join(dir, "cut.tif")
	if err := (made{width: 600, height: 600, bands: newPlanes(600, 600, 1, 0, 9).dates, creation: []string{"COMPRESS=DEFLATE"}}).write(cut); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(cut)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(cut, info.Size()/2); err != nil {
		t.Fatal(err)
	}
	if d, err := OpenTrend(t.Context(), cut, nil); err == nil {
		defer func() { _ = d.Close() }()
		_, err = d.Read(t.Context(), 0, pixtrend.Window{Width: 600, Height: 600})
		checkError(t, err, fault.ErrInput, "cut.tif", "damaged")
	} else {
		checkError(t, err, fault.ErrInput, "cut.tif")
	}
}
