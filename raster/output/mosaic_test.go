package output

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/kernel"
)

// GDAL reads from a mosaic the bands of its parts, in their places, and NaN elsewhere. A mosaic that exists
// keeps the others from being written.
func TestMosaicOfParts(t *testing.T) {
	dir := t.TempDir()
	var parts []Part
	for i, w := range []pixtrend.Window{{Width: 2, Height: 1}, {X: 2, Width: 1, Height: 2}} {
		part := Part{filepath.Join(dir, string(rune('a'+i))+".tif"), w}
		f, err := Create(part.Path, Spec{Width: w.Width, Height: w.Height, Type: kernel.Float32, Bands: make([]Band, 3)})
		if err != nil {
			t.Fatal(err)
		}
		samples := []float32{1, 2, 3, 4, 5, 6}
		for s := range samples {
			samples[s] += float32(10 * i)
		}
		if err := f.Write(pixtrend.Window{Width: w.Width, Height: w.Height}, kernel.TileOf(samples, 2, 3, 2)); err != nil {
			t.Fatal(err)
		}
		if err := f.Commit(); err != nil {
			t.Fatal(err)
		}
		parts = append(parts, part)
	}
	m := Mosaic{Name: filepath.Join(dir, "m.vrt"), Spec: Spec{Width: 3, Height: 2, Type: kernel.Float32, Bands: make([]Band, 2)}, Parts: parts, First: 2}
	if err := WriteMosaics(t.Context(), false, m); err != nil {
		t.Fatal(err)
	}
	got := readBands(t, m.Name)
	for b := range got {
		if y := got[b][3]; y == y || got[b][4] == got[b][4] {
			t.Errorf("%v, want no number where no part lies", got[b])
		}
		got[b][3], got[b][4] = 0, 0
	}
	if want := [][]float64{{3, 4, 13, 0, 0, 14}, {5, 6, 15, 0, 0, 16}}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	other := m
	other.Name = filepath.Join(dir, "other.vrt")
	checkError(t, WriteMosaics(t.Context(), false, other, m), "m.vrt")
	if left := strings.Join(listing(t, dir), " "); left != "a.tif b.tif m.vrt" {
		t.Errorf("the folder holds %s", left)
	}
}
