package trendmap

import (
	"errors"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend/raster"
)

// Options that make no map are refused before the raster is looked at, and nothing is written.
func TestOptions(t *testing.T) {
	dir := t.TempDir()
	for want, o := range map[string]Options{
		"from 2 to 12 classes":       {Classes: 13},
		`is called "jenks"`:          {Method: "jenks"},
		"finite numbers that ascend": {Breaks: []float64{1, 0}},
		"cannot be held against 1":   {MaskP: 1},
		"from 100 to 60000 pixels":   {Size: 70000},
		"from 10 to 2400 pixels":     {DPI: 5},
		`no frame is called "utm"`:   {Frame: "utm"},
		"do not name one band":       {Band: 2, Field: "slope"},
		`no mask is called "n"`:      {Mask: "n"},
		"exclude each other":         {Mask: FDRMask, MaskP: 0.05},
		"use BrBG":                   {Palette: "jet"},
		"there is no such file":      {},
	} {
		_, err := Draw(t.Context(), filepath.Join(dir, "trend.tif"), filepath.Join(dir, "map.png"), o)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", o, err, want)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// Of a raster that is too large to be read whole, the map is the same, and shares are about the
// same.
func TestSampled(t *testing.T) {
	const side = 1536
	path := filepath.Join(t.TempDir(), "trend.tif")
	if err := godal.RegisterInternalDrivers(); err != nil {
		t.Fatal(err)
	}
	ds, err := godal.Create(godal.GTiff, path, 2, godal.Float32, side, side, godal.CreationOption("TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=64"))
	if err != nil {
		t.Fatal(err)
	}
	slopes, pvalues := make([]float32, side*side), make([]float32, side*side)
	for p := range slopes {
		x, y := float64(p%side)/side, float64(p/side)/side
		slopes[p], pvalues[p] = float32(math.Sin(9*x)+y-0.5), float32(math.Abs(math.Cos(20*x*y)))
		if p%11 == 0 {
			slopes[p] = float32(math.NaN())
		}
	}
	for i, values := range [][]float32{slopes, pvalues} {
		b := ds.Bands()[i]
		if err := errors.Join(b.SetDescription([]string{"slope", "pvalue"}[i]), b.Write(0, 0, values, side, side)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(ds.SetNoData(math.NaN()), ds.Close()); err != nil {
		t.Fatal(err)
	}
	for _, maskP := range []float64{0, 0.6} {
		var of [2]*drawing
		for i, most := range []int64{0, 1 << 21} {
			trend, err := raster.OpenTrend(t.Context(), path, nil)
			if err != nil {
				t.Fatal(err)
			}
			of[i] = &drawing{Trend: trend, o: Options{Size: side / 2, Memory: 1 << 30, Breaks: []float64{-0.8, -0.2, 0.1, 0.9}, MaskP: maskP, whole: most}}
			if err := errors.Join(of[i].prepare(t.Context()), of[i].read(t.Context()), trend.Close()); err != nil {
				t.Fatal(err)
			}
		}
		all, some := of[0], of[1]
		if all.sampled || !some.sampled || some.classes.Total() > 1<<19 {
			t.Fatalf("sampled: %v, %v; %d pixels", all.sampled, some.sampled, some.classes.Total())
		}
		colors := make([]color.NRGBA, 5)
		want, got := all.cells.Image(all.classes, colors, false, false), some.cells.Image(some.classes, colors, false, false)
		if !slices.Equal(want.Pix, got.Pix) {
			t.Errorf("p below %v: the map is another", maskP)
		}
		for i := range all.classes.Pixels {
			a, b := float64(all.classes.Pixels[i])/float64(all.classes.Total()), float64(some.classes.Pixels[i])/float64(some.classes.Total())
			if !(math.Abs(a-b) < 0.08) {
				t.Errorf("p below %v: the share of class %d is %.3f, of the sample %.3f", maskP, i, a, b)
			}
		}
	}
}

// Blocks that GDAL has to hold count, and are refused before they are read.
func TestLargeBlocks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "block.tif")
	if err := godal.RegisterInternalDrivers(); err != nil {
		t.Fatal(err)
	}
	ds, err := godal.Create(godal.GTiff, path, 1, godal.Float32, 4000, 4000, godal.CreationOption("COMPRESS=DEFLATE", "BLOCKYSIZE=4000"))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(ds.Bands()[0].Fill(1, 0), ds.Close()); err != nil {
		t.Fatal(err)
	}
	output := filepath.Join(t.TempDir(), "map.png")
	_, err = Draw(t.Context(), path, output, Options{Memory: 200 << 20})
	if err == nil || !strings.Contains(err.Error(), "the blocks of "+path+" take 123 MiB to read") || !strings.Contains(err.Error(), "the option Memory") {
		t.Errorf("%v: want what the blocks take", err)
	}
	if _, err := Draw(t.Context(), path, output, Options{Memory: 300 << 20}); err != nil {
		t.Error(err)
	}
}
