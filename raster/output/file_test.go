package output

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/atomicfile"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/kernel"
)

// readBands returns the bands of a GeoTIFF or a VRT, row by row. It reads with godal, so that what writes is not
// checked by this module.
func readBands(t *testing.T, path string) (bands [][]float64) {
	t.Helper()
	if err := godal.RegisterInternalDrivers(); err != nil {
		t.Fatal(err)
	}
	ds, err := godal.Open(path, godal.RasterOnly(), godal.Drivers("GTiff", "VRT"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ds.Close() }()
	s := ds.Structure()
	for _, b := range ds.Bands() {
		samples := make([]float64, s.SizeX*s.SizeY)
		if err := b.Read(0, 0, samples, s.SizeX, s.SizeY); err != nil {
			t.Fatal(err)
		}
		bands = append(bands, samples)
	}
	return bands
}

// listing returns the names in a folder.
func listing(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// checkError fails the test unless err is about an output, and mentions all words.
func checkError(t *testing.T, err error, words ...string) {
	t.Helper()
	if !errors.Is(err, fault.ErrOutput) {
		t.Fatalf("%v is not %v", err, fault.ErrOutput)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q does not mention %q", err, word)
		}
	}
}

// A File that is not committed leaves nothing, however it ends.
func TestFile(t *testing.T) {
	spec := Spec{Width: 5, Height: 4, Type: kernel.Float64, Bands: []Band{{Name: "a", Unit: "m", Metadata: map[string]string{"KEY": "value"}}, {Name: "b"}}, CRS: "EPSG:4326", GeoTransform: [6]float64{500000, 30, 0, 4600000, 0, -30}}
	samples := kernel.TileOf(make([]float64, 2*5*4), 5*4, 2, 5*4)
	for p := range 5 * 4 {
		kernel.Plane[float64](samples, 0)[p], kernel.Plane[float64](samples, 1)[p] = float64(p), -float64(p)
	}
	out := filepath.Join(t.TempDir(), "out.tif")
	f, err := Create(out, spec)
	if err != nil {
		t.Fatal(err)
	}
	f.Abort()
	f.Abort()
	if left := listing(t, filepath.Dir(out)); len(left) > 0 {
		t.Errorf("left by Abort: %s", left)
	}

	if f, err = Create(out, spec); err != nil {
		t.Fatal(err)
	}
	if err := f.Write(pixtrend.Window{Width: 5, Height: 4}, samples); err != nil {
		t.Fatal(err)
	}
	if atomicfile.Exists(out) {
		t.Error("the target is there before Commit")
	}
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	f.Abort()
	if got, want := readBands(t, out), [][]float64{kernel.Plane[float64](samples, 0), kernel.Plane[float64](samples, 1)}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}

	for name, s := range map[string]Spec{
		"int16":    {Width: 5, Height: 4, Type: kernel.Int16, Bands: spec.Bands},
		"no bands": {Width: 5, Height: 4, Type: kernel.Float32},
		"no size":  {Type: kernel.Float32, Bands: spec.Bands},
		"bad CRS":  {Width: 5, Height: 4, Type: kernel.Float32, Bands: spec.Bands, CRS: "EPSG:0"},
	} {
		t.Run(name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out.tif")
			f, err := Create(out, s)
			if err == nil {
				f.Abort()
			}
			checkError(t, err, out)
			if left := listing(t, filepath.Dir(out)); len(left) > 0 {
				t.Errorf("left behind: %s", left)
			}
		})
	}
}
