package pixtrend

import (
	"fmt"
	"math"
	"testing"

	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// composed returns the composites of a scene's dates, two at a time, and their values computed
// otherwise: the largest observation of each two dates, without scale and offset.
func composed[T kernel.Sample](t *testing.T, s scene[T], hidden func(date, pixel int) bool) (groups []timeaxis.Group, axis timeaxis.Axis, want [][]float64) {
	t.Helper()
	limits := s.valid.Limits(kernel.DTypeOf[T]())
	var years []timeaxis.Date
	for first := 0; first < len(s.dates); first += 2 {
		end := min(first+2, len(s.dates))
		years = append(years, timeaxis.Year(2001+len(groups)))
		groups = append(groups, timeaxis.Group{Date: years[len(groups)], First: first, End: end})
		plane := make([]float64, s.width*s.height)
		for p := range plane {
			plane[p] = math.NaN()
			for date := first; date < end; date++ {
				if y := float64(s.planes[date][p]); limits.Observation(y) && !hidden(date, p) && !(plane[p] >= y) {
					plane[p] = y
				}
			}
		}
		want = append(want, plane)
	}
	axis, _, err := timeaxis.NewAxis(years)
	if err != nil {
		t.Fatal(err)
	}
	return groups, axis, want
}

// Composites that are written, and those that are fitted, are those of each pixel by itself, whether
// dates are read together or in parts, with and without masks.
func TestComposites(t *testing.T) {
	s := drawScene[int16](1, 29, 13, days(9))
	largest, err := stats.ParseComposite("max")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		whole, masked, parts bool
		o                    Options
	}{
		{},
		{masked: true},
		{whole: true},
		{whole: true, masked: true, parts: true},
		{o: Options{WindowWidth: 7, WindowHeight: 3}},
	} {
		for threads := 1; threads <= 3; threads += 2 {
			name := fmt.Sprintf("%+v, %d threads", c, threads)
			hidden := func(date, pixel int) bool { return c.masked && (date+pixel)%3 == 0 }
			groups, axis, want := composed(t, s, hidden)
			source := func() *store[int16] {
				st := newStore(t, s, threads)
				st.grid.WholeBlocks, st.grid.Masked, st.hidden = c.whole, c.masked, hidden
				st.grid.BlockWidth, st.grid.BlockHeight = 16, 13
				return st
			}
			compose := func(st *store[int16]) *Composites {
				composites, err := Compose(st, groups, axis, largest, threads)
				if err != nil {
					t.Fatal(err)
				}
				return composites
			}
			st := source()
			st.out = planes[float64](len(groups), s.width*s.height)
			o := c.o
			o.Threads, o.Samples, o.Float64 = threads, true, true
			if c.parts {
				o.TileMemory = 13 << 10 * int64(threads)
				if p, err := NewStreamPlan(compose(st).Grid(), o); err != nil || p.DatesAtOnce == len(groups) {
					t.Fatalf("%s: %d dates at once, %v", name, p.DatesAtOnce, err)
				}
			}
			if _, err := Stream(t.Context(), compose(st), st, o); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			scaled := planes[float64](len(want), len(want[0]))
			for i, plane := range want {
				for p, y := range plane {
					scaled[i][p] = math.FMA(y, s.scale, s.offset)
				}
			}
			if err := differ(scaled, st.out); err != nil {
				t.Errorf("%s: samples: %v", name, err)
			}

			// A stack of the same numbers in memory has the same fit.
			st = source()
			o.Samples, o.Fields, o.TileMemory = false, all, 0
			if _, err := Stream(t.Context(), compose(st), st, o); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			same := scene[float32]{width: s.width, height: s.height, scale: s.scale, offset: s.offset}
			for i, plane := range want {
				same.dates = append(same.dates, groups[i].Date)
				same.planes = append(same.planes, make([]float32, len(plane)))
				for p, y := range plane {
					same.planes[i][p] = float32(y)
				}
			}
			if err := differ(fit64(t, same), st.out); err != nil {
				t.Errorf("%s: fit: %v", name, err)
			}
		}
	}
}

// A negative scale turns the largest value into the smallest sample.
func TestCompositesOfANegativeScale(t *testing.T) {
	s := scene[int16]{width: 1, height: 1, dates: days(4), planes: [][]int16{{5}, {3}, {8}, {9}}, scale: -2, offset: 1}
	groups, axis, _ := composed(t, s, func(int, int) bool { return false })
	for how, want := range map[string][]float64{"max": {-5, -15}, "min": {-9, -17}, "p25": {-8, -16.5}, "count": {2, 2}} {
		by, err := stats.ParseComposite(how)
		if err != nil {
			t.Fatal(err)
		}
		st := newStore(t, s, 1)
		composites, err := Compose(st, groups, axis, by, 1)
		if err != nil {
			t.Fatal(err)
		}
		st.out = planes[float64](2, 1)
		if _, err := Stream(t.Context(), composites, st, Options{Samples: true, Float64: true, Threads: 1}); err != nil {
			t.Fatal(err)
		}
		for i, y := range want {
			if st.out[i][0] != y {
				t.Errorf("%s of composite %d is %v, want %v", how, i, st.out[i][0], y)
			}
		}
	}
}

func TestComposeRefuses(t *testing.T) {
	s := drawScene[int16](1, 4, 4, days(6))
	groups, axis, _ := composed(t, s, func(int, int) bool { return false })
	st := newStore(t, s, 1)
	for name, bad := range map[string][]timeaxis.Group{
		"too few":   groups[:2],
		"empty":     {groups[0], groups[1], {First: 4, End: 4}},
		"overlap":   {groups[0], groups[1], {First: 3, End: 6}},
		"too many":  {groups[0], groups[1], {First: 4, End: 7}},
		"backwards": {groups[1], groups[0], groups[2]},
	} {
		if _, err := Compose(st, bad, axis, stats.Composite{}, 1); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := NewStreamPlan(st.grid, Options{Samples: true, Fields: all}); err == nil {
		t.Error("samples beside fields are not refused")
	}
	if _, err := NewStreamPlan(st.grid, Options{Samples: true, Residuals: true}); err == nil {
		t.Error("samples beside residuals are not refused")
	}
}
