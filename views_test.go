package pixtrend

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/layout"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// larger returns the scene as a view of a larger array, whose other samples are fill.
func larger[T kernel.Sample](s scene[T], o layout.Order, perm []int, fill T) (layout.View, []timeaxis.Date) {
	const left, above, right, below = 3, 2, 5, 1
	w, h := s.width+left+right, s.height+above+below
	whole := s
	whole.width, whole.height, whole.planes = w, h, make([][]T, len(s.planes))
	for i, plane := range s.planes {
		whole.planes[i] = slices.Repeat([]T{fill}, w*h)
		for p, y := range plane {
			whole.planes[i][(p/s.width+above)*w+p%s.width+left] = y
		}
	}
	data, dates := whole.data(o, perm)
	v := layout.ViewOf(data, o, s.width, s.height, len(dates))
	row, pixel := w, 1
	switch o {
	case layout.BSQ:
		v.DateStride = w * h
	case layout.BIL:
		v.DateStride, row = w, w*len(dates)
	default:
		pixel, row = len(dates), w*len(dates)
	}
	v.RowStride = row
	v.Data = v.Data[(above*row+left*pixel)*v.Type.Size():]
	return v, dates
}

// stackOf places a view on the axis of its dates.
func stackOf(t *testing.T, v layout.View, dates []timeaxis.Date) *Stack {
	t.Helper()
	axis, order, err := timeaxis.NewAxis(dates)
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewStackView(v, axis, order)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A part of a larger array has the bits of an array of its own, and so has a packed copy.
func testParts[T kernel.Sample](t *testing.T) {
	s := drawScene[T](16, 75, 31, days(23))
	want := fit64(t, s)
	for _, o := range orders {
		for _, perm := range [][]int{s.inOrder(), s.shuffled()} {
			v, dates := larger(s, o, perm, 99)
			st := stackOf(t, v, dates)
			st.Valid, st.Scale, st.Offset = s.valid, s.scale, s.offset
			for _, of := range []*Stack{st, pack(t, st, Options{Threads: 2})} {
				got := planes[float64](len(all), len(want[0]))
				if _, err := FitInto(t.Context(), of, Options{Fields: all, Threads: 2}, got); err != nil {
					t.Fatal(err)
				}
				if err := differ(want, got); err != nil {
					t.Errorf("%v, order %v, packed %v: %v", o, perm, of.packed.Packed, err)
				}
			}
		}
	}
}

func TestPartsOfArrays(t *testing.T) {
	t.Run("uint8", testParts[uint8])
	t.Run("int16", testParts[int16])
	t.Run("float32", testParts[float32])
	t.Run("float64", testParts[float64])
}

// Slopes of interleaved pixels without gaps are computed where the samples are. They have the bits of a
// tile, and so have the pixels from a gap on, in a part of a larger array too.
func TestInterleavedSlopes(t *testing.T) {
	s := drawScene[float32](24, 201, 40, Years(1990, 2010))
	for i, plane := range s.planes {
		for p, y := range plane {
			if y == 77 || y-y != 0 {
				plane[p] = float32(i*p%17) / 3
			}
		}
	}
	s.planes[20][201*11+70], s.planes[0][201*30+200] = 77, float32(nan)
	o := Options{Fields: []stats.Field{stats.N, stats.Slope}, Threads: 1, ISA: "generic"}
	want := planes[float32](2, 201*40)
	if _, err := FitInto(t.Context(), s.stack(t, layout.BSQ, s.inOrder()), o, want); err != nil {
		t.Fatal(err)
	}
	v, dates := larger(s, layout.BIP, s.inOrder(), 99)
	part := stackOf(t, v, dates)
	part.Valid, part.Scale, part.Offset = s.valid, s.scale, s.offset
	o.ISA, o.Threads = "", 2
	for name, st := range map[string]*Stack{"whole": s.stack(t, layout.BIP, s.inOrder()), "part": part} {
		got := planes[float32](2, 201*40)
		if _, err := FitInto(t.Context(), st, o, got); err != nil {
			t.Fatal(err)
		}
		if err := differ(want, got); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// hide returns a random mask of a scene, and the scene with nodata where the mask is 0.
func hide[T kernel.Sample](s scene[T]) (mask scene[uint8], gone scene[T]) {
	rng := rand.New(rand.NewPCG(3, 3))
	mask = scene[uint8]{width: s.width, height: s.height, dates: s.dates}
	gone = s
	gone.planes = nil
	for _, plane := range s.planes {
		m, g := make([]uint8, len(plane)), slices.Clone(plane)
		for p := range m {
			if m[p] = uint8(rng.IntN(3)); m[p] == 0 {
				g[p] = T(s.valid.Nodata)
			}
		}
		mask.planes, gone.planes = append(mask.planes, m), append(gone.planes, g)
	}
	return mask, gone
}

// A mask makes gaps as nodata does, whatever the order of the mask and of the samples.
func TestMasksOfStacks(t *testing.T) {
	s := drawScene[int16](17, 70, 20, days(30))
	mask, gone := hide(s)
	want := fit64(t, gone)
	for _, o := range orders {
		for _, ofMask := range orders {
			for _, perm := range [][]int{s.inOrder(), s.shuffled()} {
				st := s.stack(t, o, perm)
				m, _ := larger(mask, ofMask, perm, 0)
				if err := st.SetMask(m); err != nil {
					t.Fatal(err)
				}
				for _, of := range []*Stack{st, pack(t, st, Options{})} {
					got := planes[float64](len(all), len(want[0]))
					if _, err := FitInto(t.Context(), of, Options{Fields: all, Threads: 2}, got); err != nil {
						t.Fatal(err)
					}
					if err := differ(want, got); err != nil {
						t.Errorf("%v with a mask in %v, packed %v: %v", o, ofMask, of.packed.Packed, err)
					}
				}
			}
		}
	}
}

// Views that do not fit are refused.
func TestWrongViews(t *testing.T) {
	s := drawScene[int16](18, 6, 5, days(4))
	st := s.stack(t, layout.BSQ, s.inOrder())
	view := func(w, h, dates int) layout.View {
		return layout.ViewOf(make([]uint8, w*h*dates), layout.BSQ, w, h, dates)
	}
	short := view(6, 5, 4)
	short.Data = short.Data[1:]
	for what, v := range map[string]layout.View{"turned": view(5, 6, 4), "of other dates": view(6, 5, 3), "short": short,
		"of int16": st.view} {
		if err := st.SetMask(v); err == nil {
			t.Errorf("a mask that is %s is taken", what)
		}
		if err := st.SetCovariates(CovariateView{View: v}); (err == nil) != (what == "of int16") {
			t.Errorf("a covariate that is %s: %v", what, err)
		}
	}
	if err := pack(t, st, Options{}).SetMask(view(6, 5, 4)); err == nil {
		t.Error("a packed stack is given a mask that it would not use")
	}
	if err := st.SetMask(view(6, 5, 4)); err != nil {
		t.Error(err)
	}
	for _, of := range []*Stack{st, pack(t, st, Options{})} {
		if err := Map(t.Context(), of, Options{}, func(Tile[int16]) error { return nil }); err == nil || !strings.Contains(err.Error(), "masks") {
			t.Errorf("Map of a stack with a mask: %v", err)
		}
	}
	if _, err := NewStackView(view(6, 5, 4), st.axis, []int{0, 1, 2}); err == nil {
		t.Error("four rasters are placed on three planes")
	}
}

// memory makes a stack in memory of a source.
func (s fewPixels) memory(t *testing.T, o layout.Order, perm []int) *Stack {
	t.Helper()
	g := s.Grid()
	samples := scene[float32]{width: g.Width, height: g.Height, dates: g.Axis.Dates, planes: planes[float32](12, 20)}
	covariate := scene[float64]{width: g.Width, height: g.Height, dates: g.Axis.Dates, planes: planes[float64](12, 20)}
	w := Window{Width: g.Width, Height: g.Height}
	for date := range 12 {
		one := kernel.Tile{Type: kernel.Float32, Data: kernel.Bytes(samples.planes[date]), Stride: 20, Dates: 1, Pixels: 20}
		all := kernel.TileOf(make([]float32, 240), 20, 12, 20)
		if err := s.Read(t.Context(), 0, w, 0, all); err != nil {
			t.Fatal(err)
		}
		copy(kernel.Plane[float32](one, 0), kernel.Plane[float32](all, date))
		for p := range 20 {
			covariate.planes[date][p] = covariateOf(p%5, p/5, date)
		}
	}
	st := samples.stack(t, o, perm)
	if s.withCovariate {
		v, _ := larger(covariate, o, perm, -1)
		if err := st.SetCovariates(CovariateView{View: v}); err != nil {
			t.Fatal(err)
		}
	}
	return st
}

// Covariates of pixels and series of stacks in memory are those of a stream.
func TestStacksAreStreams(t *testing.T) {
	for what, o := range map[string]Options{
		"covariates": {Model: Model{Covariates: []stats.Covariate{{Name: "rain"}}}, Residuals: true, Detrended: true,
			Fields: []stats.Field{stats.Slope, stats.CovariateField(0), stats.RMSE}},
		"season": {Model: Model{Harmonics: 1, Period: 3.7}, Deseasoned: true, Residuals: true},
		"line":   {Residuals: true, Detrended: true},
	} {
		of := fewPixels{o.Model.Covariates != nil}
		w := Window{Width: 5, Height: 4}
		streamed := written{}
		windows := o
		windows.WindowWidth, windows.WindowHeight = 5, 4
		if _, err := Stream(t.Context(), of, streamed, windows); err != nil {
			t.Fatal(err)
		}
		perm := []int{3, 0, 1, 2, 5, 4, 11, 6, 7, 8, 10, 9}
		for _, order := range orders {
			for _, st := range []*Stack{of.memory(t, order, (scene[uint8]{dates: Years(1, 12)}).inOrder()), of.memory(t, order, perm),
				pack(t, of.memory(t, order, perm), Options{})} {
				r, err := Fit(t.Context(), st, o)
				if err != nil {
					t.Fatal(err)
				}
				got := slices.Concat(r.Planes, r.Residuals, r.Detrended, r.Deseasoned)
				if err := differ(streamed[w], got); err != nil {
					t.Errorf("%s, %v, packed %v: %v", what, order, st.packed.Packed, err)
				}
			}
		}
	}
	st := fewPixels{}.memory(t, layout.BSQ, (scene[uint8]{dates: Years(1, 12)}).inOrder())
	if _, err := Fit(t.Context(), st, Options{Model: Model{Covariates: []stats.Covariate{{Name: "rain"}}}}); err == nil {
		t.Error("a covariate without values is fitted")
	}
	if _, err := FitInto(t.Context(), st, Options{Residuals: true}, planes[float32](12, 20)); err == nil {
		t.Error("planes are missing for the residuals")
	}
	if err := (Options{Deseasoned: true}).Check(st.axis, false); err == nil || !strings.Contains(err.Error(), "need a season") {
		t.Error(err)
	}
}
