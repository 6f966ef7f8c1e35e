package raster

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/tiff"
	"github.com/pixtrend/pixtrend/kernel"
)

// Files of every layout, and whether their samples lie as they are in memory.
var lying = []struct {
	name     string
	creation []string
	bands    int
	lies     bool
}{
	{"strips", nil, 1, true},
	{"strips of 7 rows", []string{"BLOCKYSIZE=7"}, 1, true},
	{"tiles", []string{"TILED=YES", "BLOCKXSIZE=16", "BLOCKYSIZE=32"}, 1, true},
	{"BigTIFF", []string{"BIGTIFF=YES"}, 1, true},
	{"BigTIFF tiles", []string{"BIGTIFF=YES", "TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=16"}, 1, true},
	{"bands", []string{"INTERLEAVE=BAND"}, 3, true},
	{"bands in tiles", []string{"INTERLEAVE=BAND", "TILED=YES", "BLOCKXSIZE=16", "BLOCKYSIZE=16"}, 3, true},
	{"pixels", []string{"INTERLEAVE=PIXEL"}, 3, false},
	{"big-endian", []string{"ENDIANNESS=BIG"}, 1, false},
	{"compressed", []string{"COMPRESS=DEFLATE"}, 1, false},
	{"predictor", []string{"COMPRESS=LZW", "PREDICTOR=2"}, 1, false},
}

// TestSamplesThatLie reads windows of every layout past GDAL, where that can be, and by GDAL.
func TestSamplesThatLie(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	const width, height = 83, 61
	for _, dtype := range []godal.DataType{godal.Byte, godal.Int16, godal.Float32, godal.Float64} {
		for _, l := range lying {
			if dtype == godal.Float64 && l.name == "predictor" {
				continue
			}
			path := filepath.Join(t.TempDir(), "a.tif")
			bands := newPlanes(width, height, l.bands, 0, 200).dates
			if err := (made{width: width, height: height, bands: bands, dtype: dtype, creation: l.creation}).write(path); err != nil {
				t.Fatal(err)
			}
			planes, _, direct, err := describeDirect(path)
			if err != nil {
				t.Fatal(err)
			}
			if lies := direct != nil && planes[0].stored != nil; lies != l.lies {
				t.Fatalf("%s of %v: the samples lie: %v, want %v", l.name, dtype, lies, l.lies)
			}
			if !l.lies {
				continue
			}
			file, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			var scratch []byte
			for _, p := range planes {
				for range 20 {
					w := pixtrend.Window{X: rng.IntN(width), Y: rng.IntN(height)}
					w.Width, w.Height = 1+rng.IntN(width-w.X), 1+rng.IntN(height-w.Y)
					if rng.IntN(4) == 0 {
						w.X, w.Width = 0, width
					}
					tile := kernel.Tile{Type: p.dtype, Stride: w.Pixels(), Dates: 1, Pixels: w.Pixels(), Data: make([]byte, w.Pixels()*p.dtype.Size())}
					if err := p.stored.Read(file, w, bytesOf(tile, 0), &scratch); err != nil {
						t.Fatal(err)
					}
					want := make([]float64, w.Pixels())
					for y := range w.Height {
						copy(want[y*w.Width:], bands[p.band-1][(w.Y+y)*width+w.X:][:w.Width])
					}
					for i, y := range samplesOf(tile) {
						if y != want[i] {
							t.Fatalf("%s of %v, band %d, window %+v: sample %d is %v, want %v", l.name, dtype, p.band, w, i, y, want[i])
						}
					}
				}
			}
			_ = file.Close()
		}
	}
}

// Blocks that a program wrote from the last to the first lie in as many runs, and are read past GDAL, too.
func TestScatteredSamples(t *testing.T) {
	const width, height, rows = 40, 64, 8
	s := newPlanes(width, height, 2, 0, 200)
	var m made // of the second file
	inputs := s.files(t, func(_ int, each *made) { m = *each })
	want := fitted(t, inputs, Options{})
	m.written = 1
	for _, creation := range []string{"BLOCKYSIZE=8", "TILED=YES BLOCKXSIZE=16 BLOCKYSIZE=16"} {
		m.creation = append(strings.Fields(creation), "SPARSE_OK=TRUE")
		if err := m.write(inputs[1]); err != nil {
			t.Fatal(err)
		}
		for y := height - rows; y >= 0; y -= rows {
			ds, err := godal.Open(inputs[1], godal.Update())
			if err != nil {
				t.Fatal(err)
			}
			samples := s.dates[1][y*width:][:rows*width]
			if err := errors.Join(ds.Bands()[0].Write(0, y, samples, width, rows), ds.Close()); err != nil {
				t.Fatal(err)
			}
		}
		planes, _, direct, err := describeDirect(inputs[1])
		if err != nil || direct == nil || planes[0].stored == nil {
			t.Fatalf("%s: GDAL reads the samples (%v)", creation, err)
		}
		for _, w := range [][2]int{{0, 0}, {width, 5}, {23, 20}} {
			sameBands(t, creation, want, fitted(t, inputs, Options{Fit: pixtrend.Options{WindowWidth: w[0], WindowHeight: w[1]}}))
		}
	}
}

func describeDirect(path string) ([]plane, geo, *directFile, error) {
	return likenesses{}.describe(path, OpenOptions{}, nil, func() ([]plane, geo, error) {
		return describe(context.Background(), path, 1, OpenOptions{}, nil)
	})
}

func samplesOf(t kernel.Tile) []float64 {
	var out []float64
	for p := range t.Pixels {
		switch t.Type {
		case kernel.Uint8:
			out = append(out, float64(kernel.Plane[uint8](t, 0)[p]))
		case kernel.Int8:
			out = append(out, float64(kernel.Plane[int8](t, 0)[p]))
		case kernel.Uint16:
			out = append(out, float64(kernel.Plane[uint16](t, 0)[p]))
		case kernel.Int16:
			out = append(out, float64(kernel.Plane[int16](t, 0)[p]))
		case kernel.Uint32:
			out = append(out, float64(kernel.Plane[uint32](t, 0)[p]))
		case kernel.Int32:
			out = append(out, float64(kernel.Plane[int32](t, 0)[p]))
		case kernel.Float32:
			out = append(out, float64(kernel.Plane[float32](t, 0)[p]))
		default:
			out = append(out, kernel.Plane[float64](t, 0)[p])
		}
	}
	return out
}

// Sparse blocks are left to GDAL.
func TestSamplesThatDoNotLie(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.tif")
	planes := newPlanes(64, 64, 1, 0, 200)
	m := made{width: 64, height: 64, bands: planes.dates, written: 20, creation: []string{"SPARSE_OK=TRUE", "BLOCKYSIZE=8"}}
	if err := m.write(path); err != nil {
		t.Fatal(err)
	}
	if _, _, direct, err := describeDirect(path); err != nil || direct != nil {
		t.Errorf("a sparse file lies: %v, %v", direct, err)
	}
}

// A file is taken to be like the first one only if nothing but its samples differs.
func TestLikeness(t *testing.T) {
	base := made{width: 20, height: 10, bands: newPlanes(20, 10, 1, 0, 9).dates, epsg: 32617, transform: &[6]float64{500000, 30, 0, 4100000, 0, -30}, nodata: ptr(-1.0)}
	dir := t.TempDir()
	like := func(m made) string {
		t.Helper()
		path := filepath.Join(dir, "a.tif")
		if err := m.write(path); err != nil {
			t.Fatal(err)
		}
		tiff, file := tiff.Open(path)
		if tiff == nil {
			t.Fatal("the file is not read")
		}
		defer func() { _ = file.Close() }()
		return tiff.Likeness()
	}
	first := like(base)
	if first == "" {
		t.Fatal("a plain file is like nothing")
	}
	same := base
	same.bands = newPlanes(20, 10, 2, 0, 99).dates[1:]
	if like(same) != first {
		t.Error("other samples make a file unlike")
	}
	same.descriptions = []string{"ndvi 2001"}
	if like(same) != first {
		t.Error("a description makes a file unlike")
	}
	for name, change := range map[string]func(m *made){
		"nodata":    func(m *made) { m.nodata = ptr(-2.0) },
		"no nodata": func(m *made) { m.nodata = nil },
		"CRS":       func(m *made) { m.epsg = 32618 },
		"place":     func(m *made) { m.transform = &[6]float64{500030, 30, 0, 4100000, 0, -30} },
		"type":      func(m *made) { m.dtype = godal.Float64 },
		"scale":     func(m *made) { m.scale, m.offset = 0.1, 3 },
		"strips":    func(m *made) { m.creation = []string{"BLOCKYSIZE=3"} },
		"codec":     func(m *made) { m.creation = []string{"COMPRESS=LZW"} },
		"size":      func(m *made) { m.height, m.bands = 9, newPlanes(20, 9, 1, 0, 9).dates },
		"endian":    func(m *made) { m.creation = []string{"ENDIANNESS=BIG"} },
		"int8":      func(m *made) { m.dtype, m.creation = godal.Byte, []string{"PIXELTYPE=SIGNEDBYTE"} },
	} {
		other := base
		change(&other)
		if like(other) == first {
			t.Errorf("another %s makes no difference", name)
		}
	}
}

// A grid that differs in the last file is found though files are compared by their tags.
func TestGridOfTheLastFile(t *testing.T) {
	s := newPlanes(20, 10, 4, 0, 9)
	files := s.files(t, func(i int, m *made) {
		m.epsg, m.transform = 32617, &[6]float64{500000, 30, 0, 4100000, 0, -30}
		if i == 3 {
			m.transform = &[6]float64{500300, 30, 0, 4100000, 0, -30}
		}
	})
	fails(t, files, filepath.Join(t.TempDir(), "o.tif"), Options{}, fault.ErrInput, filepath.Base(files[3]), "pixels off")
}
