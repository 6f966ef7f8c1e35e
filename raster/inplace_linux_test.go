package raster

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/stats"
)

// viewOf returns the source of a fit of files, if it has windows in place.
func viewOf(t *testing.T, inputs []string, o Options) (*Job, pixtrend.ViewSource) {
	t.Helper()
	job, err := Prepare(t.Context(), inputs, filepath.Join(t.TempDir(), "out.tif"), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = job.Close() })
	from, _ := job.source.(pixtrend.ViewSource)
	return job, from
}

// view is View, and skips the test if the file system does not say what it has in memory.
func view(t *testing.T, from pixtrend.ViewSource, w pixtrend.Window, use func(kernel.Tile)) error {
	t.Helper()
	viewed, err := from.View(t.Context(), 0, w, use)
	if !viewed && err == nil {
		t.Skip("SKIPPED, NOT TESTED: this file system does not read without waiting, so no window is fitted in place")
	}
	return err
}

// What is viewed is what is read, of the whole stack and of a part, and fits have the same results.
func TestView(t *testing.T) {
	const width, height = 83, 190
	s := newPlanes(width, height, 5, 0, 200)
	for _, dtype := range []godal.DataType{godal.Byte, godal.Int16, godal.Float32, godal.Float64} {
		for _, creation := range []string{"", "BLOCKYSIZE=7", "BIGTIFF=YES"} {
			inputs := s.files(t, func(_ int, m *made) { m.dtype, m.creation = dtype, strings.Fields(creation) })
			for _, part := range []string{"", "0,50,83,100"} {
				o := Options{}
				if part != "" {
					o.Region.Window = pixtrend.Window{Y: 50, Width: width, Height: 100}
				}
				job, from := viewOf(t, inputs, o)
				if from == nil {
					t.Fatalf("%v %s: files in strips are not fitted in place", dtype, creation)
				}
				for _, w := range []pixtrend.Window{{Width: width, Height: 100}, {Y: 3, Width: width, Height: 17}, {Y: 99, Width: width, Height: 1}} {
					want := kernel.Tile{Type: job.Grid.Type, Stride: w.Pixels(), Dates: 5, Pixels: w.Pixels()}
					want.Data = make([]byte, 5*w.Pixels()*want.Type.Size())
					if err := from.Read(t.Context(), 0, w, 0, want); err != nil {
						t.Fatal(err)
					}
					err := view(t, from, w, func(got kernel.Tile) {
						if err := got.Check(); err != nil || got.Type != want.Type || got.Dates != 5 || got.Pixels != w.Pixels() {
							t.Fatalf("%v %s %+v: a tile of %d × %d %v: %v", dtype, creation, w, got.Dates, got.Pixels, got.Type, err)
						}
						for i := range 5 {
							if string(got.PlaneBytes(i)) != string(want.PlaneBytes(i)) {
								t.Fatalf("%v %s %+v: plane %d differs from what is read", dtype, creation, w, i)
							}
						}
					})
					if err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
}

// Bands of one file are viewed if they lie one after the other.
func TestViewBands(t *testing.T) {
	const width, height = 90, 70
	s := newPlanes(width, height, 4, 0, 200)
	for interleave, inPlace := range map[string]bool{"BAND": true, "PIXEL": false} {
		path := filepath.Join(t.TempDir(), "bands.tif")
		m := made{width: width, height: height, bands: s.dates, creation: []string{"INTERLEAVE=" + interleave}, descriptions: []string{"2001", "2002", "2003", "2004"}}
		if err := m.write(path); err != nil {
			t.Fatal(err)
		}
		_, from := viewOf(t, []string{path}, Options{})
		if (from != nil) != inPlace {
			t.Errorf("%s: fitted in place: %v, want %v", interleave, from != nil, inPlace)
		}
		if !inPlace {
			continue
		}
		w := pixtrend.Window{Y: 10, Width: width, Height: 33}
		err := view(t, from, w, func(tile kernel.Tile) {
			for i := range 4 {
				for p, y := range kernel.Plane[float32](tile, i) {
					if want := float32(s.dates[i][w.Y*width+p]); y != want {
						t.Fatalf("%s: sample %d of band %d is %v, want %v", interleave, p, i+1, y, want)
					}
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Windows that are no whole rows, tiles, masks, files of different types and composites are read.
func TestViewElsewhere(t *testing.T) {
	s := newPlanes(64, 64, 3, 0, 200)
	plain := s.files(t, nil)
	_, from := viewOf(t, plain, Options{})
	if viewed, err := from.View(t.Context(), 0, pixtrend.Window{Width: 63, Height: 5}, func(kernel.Tile) { t.Error("used") }); viewed || err != nil {
		t.Errorf("a part of each row: %v, %v", viewed, err)
	}
	for name, each := range map[string]func(i int, m *made){
		"tiles":      func(_ int, m *made) { m.creation = []string{"TILED=YES", "BLOCKXSIZE=16", "BLOCKYSIZE=16"} },
		"compressed": func(_ int, m *made) { m.creation = []string{"COMPRESS=DEFLATE"} },
		"types":      func(i int, m *made) { m.dtype = []godal.DataType{godal.Byte, godal.Int16, godal.Byte}[i] },
	} {
		if _, from := viewOf(t, s.files(t, each), Options{}); from != nil {
			t.Errorf("%s are fitted in place", name)
		}
	}
}

// A file that is cut short while its window is fitted is an error that names it, wherever the kernel is then.
func TestViewCutShort(t *testing.T) {
	const width, height, kept = 64, 4000, 100 << 10 // bytes
	s := newPlanes(width, height, 3, 0, 200)
	for _, isa := range kernel.Available() {
		k, err := kernel.New(isa)
		if err != nil {
			t.Fatal(err)
		}
		for _, fields := range [][]stats.Field{{stats.Slope}, {stats.Slope, stats.PValue}} {
			plan, err := stats.NewPlan(k, []float64{2001, 2002, 2003}, stats.Options{Fields: fields})
			if err != nil {
				t.Fatal(err)
			}
			out := [][]float32{make([]float32, width*height), make([]float32, width*height)}[:len(fields)]
			inputs := s.files(t, nil)
			job, from := viewOf(t, inputs, Options{})
			err = view(t, from, pixtrend.Window{Width: width, Height: height}, func(tile kernel.Tile) {
				if err := os.Truncate(inputs[1], kept); err != nil {
					t.Fatal(err)
				}
				stats.Fit(plan, plan.NewScratch(), tile, out)
				t.Errorf("%v %v: samples that are not there are fitted", isa, fields)
			})
			if !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), inputs[1]) {
				t.Errorf("%v %v: %v, want that %s is damaged", isa, fields, err, inputs[1])
			}
			if _, err := job.Run(t.Context(), nil); err == nil {
				t.Errorf("%v %v: a file that was cut short is fitted", isa, fields)
			}
		}
	}
}
