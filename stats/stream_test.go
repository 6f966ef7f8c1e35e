package stats_test

import (
	"context"
	"math"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/layout"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// scenes is a source and a sink of one stack in memory.
type scenes struct {
	grid pixtrend.Grid
	data []float32 // plane by plane
	out  [][]float64

	begun atomic.Int64 // reads of the first date of a window
}

func (s *scenes) Grid() pixtrend.Grid { return s.grid }

func (s *scenes) Read(_ context.Context, _ int, w pixtrend.Window, first int, dst kernel.Tile) error {
	if first == 0 {
		s.begun.Add(1)
	}
	for i := range dst.Dates {
		for y := range w.Height {
			at := ((first+i)*s.grid.Height+w.Y+y)*s.grid.Width + w.X
			copy(kernel.Plane[float32](dst, i)[y*w.Width:], s.data[at:at+w.Width])
		}
	}
	return nil
}

func (s *scenes) Write(w pixtrend.Window, planes kernel.Tile) error {
	for f := range s.out {
		for y := range w.Height {
			copy(s.out[f][(w.Y+y)*s.grid.Width+w.X:], kernel.Plane[float64](planes, f)[y*w.Width:][:w.Width])
		}
	}
	return nil
}

func planesOf(fields []stats.Field, pixels int) [][]float64 {
	out := make([][]float64, len(fields))
	for f := range out {
		out[f] = make([]float64, pixels)
	}
	return out
}

// An estimator that only this test knows runs beside the line through a fit of a stack in memory
// and of one in windows. Where memory is short, dates are read in parts, unless a field needs all
// of them.
func TestAnotherEstimatorStreams(t *testing.T) {
	spread, median := stats.AddTestFields(t)
	const width, height, dates = 64, 40, 200
	axis, order, err := timeaxis.NewAxis(pixtrend.Years(1801, 2000))
	if err != nil {
		t.Fatal(err)
	}
	data := make([]float32, width*height*dates)
	for i := range data {
		if data[i] = float32((i * 7919) % 1009); i%11 == 0 {
			data[i] = float32(math.NaN())
		}
	}
	stack, err := pixtrend.NewStackOn(data, layout.BSQ, width, height, axis, order)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		fields  []stats.Field
		inParts bool
	}{
		{[]stats.Field{spread, stats.PValue}, true},
		{[]stats.Field{stats.Slope, spread, stats.N}, true},
		{[]stats.Field{median, stats.Slope, spread, stats.Last}, false},
		{[]stats.Field{median}, false},
	} {
		want := planesOf(row.fields, width*height)
		for f, field := range row.fields {
			// Each alone.
			if _, err := pixtrend.FitInto(t.Context(), stack, pixtrend.Options{Fields: []stats.Field{field}}, want[f:f+1]); err != nil {
				t.Fatal(err)
			}
		}
		together := planesOf(row.fields, width*height)
		if _, err := pixtrend.FitInto(t.Context(), stack, pixtrend.Options{Fields: row.fields, Threads: 2}, together); err != nil {
			t.Fatal(err)
		}
		s := &scenes{data: data, out: planesOf(row.fields, width*height), grid: pixtrend.Grid{Width: width, Height: height,
			Axis: axis, Type: kernel.Float32, BlockWidth: 32, BlockHeight: 20, WholeBlocks: true}}
		plan, err := pixtrend.NewStreamPlan(s.grid, pixtrend.Options{Fields: row.fields, Threads: 2, Float64: true, TileMemory: 500 << 10})
		if err != nil {
			t.Fatal(err)
		}
		if inParts := plan.DatesAtOnce < dates; inParts != row.inParts || plan.TileMemory > 500<<10 {
			t.Errorf("%v: %d dates at once in %d bytes", row.fields, plan.DatesAtOnce, plan.TileMemory)
		}
		if _, err := plan.Run(t.Context(), s, s, nil); err != nil {
			t.Fatal(err)
		}
		same := func(a, b float64) bool { return a == b || a != a && b != b }
		for f, field := range row.fields {
			if !slices.EqualFunc(together[f], want[f], same) || !slices.EqualFunc(s.out[f], want[f], same) {
				t.Errorf("%v among %v is not what it is alone", field, row.fields)
			}
		}
		if f := slices.Index(row.fields, spread); f >= 0 && !(want[f][0] > 900 && want[f][0] < 1009) {
			t.Errorf("a spread of %v", want[f][0])
		}
	}
}

// Windows whose dates are read in parts are read again for pixels that need a second look, and only
// then. All fields have the bits of a fit of all dates together.
func TestSecondLookStreams(t *testing.T) {
	const width, height, dates = 64, 40, 200
	axis, order, err := timeaxis.NewAxis(pixtrend.Years(1801, 2000))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name   string
		every  int // one pixel of so many is hard
		fields []stats.Field
		again  bool
	}{
		{"no pixel", width * height * 2, []stats.Field{stats.Slope, stats.PValue, stats.FittedFirst}, false},
		{"a few", 97, []stats.Field{stats.Slope, stats.PValue, stats.FittedFirst}, true},
		{"all", 1, stats.AllFields, true},
		{"the slopes of a few", 97, []stats.Field{stats.Slope}, true},
		{"the slopes of all", 1, []stats.Field{stats.N, stats.Slope}, true},
	} {
		data := make([]float32, width*height*dates)
		for i := range data {
			date, pixel := i/(width*height), i%(width*height)
			data[i] = float32((i * 7919) % 1009)
			switch {
			case pixel%row.every != row.every-1:
			case pixel%2 == 0 && row.every > 1 || pixel%3 == 1: // nearly a line
				data[i] = float32(3*date) + data[i]/1e6
			case date < dates-4: // neighbouring dates at the end
				data[i] = float32(math.NaN())
			}
		}
		stack, err := pixtrend.NewStackOn(data, layout.BSQ, width, height, axis, order)
		if err != nil {
			t.Fatal(err)
		}
		want := planesOf(row.fields, width*height)
		if _, err := pixtrend.FitInto(t.Context(), stack, pixtrend.Options{Fields: row.fields}, want); err != nil {
			t.Fatal(err)
		}
		s := &scenes{data: data, out: planesOf(row.fields, width*height), grid: pixtrend.Grid{Width: width, Height: height,
			Axis: axis, Type: kernel.Float32, BlockWidth: 32, BlockHeight: 20, WholeBlocks: true}}
		plan, err := pixtrend.NewStreamPlan(s.grid, pixtrend.Options{Fields: row.fields, Threads: 2, Float64: true, TileMemory: 900 << 10})
		if err != nil {
			t.Fatal(err)
		}
		if plan.DatesAtOnce >= dates {
			t.Errorf("%s: %d dates at once", row.name, plan.DatesAtOnce)
		}
		if _, err := plan.Run(t.Context(), s, s, nil); err != nil {
			t.Fatal(err)
		}
		if again := int(s.begun.Load()) > plan.Windows; again != row.again {
			t.Errorf("%s: %d windows are read %d times", row.name, plan.Windows, s.begun.Load())
		}
		same := func(a, b float64) bool { return a == b || a != a && b != b }
		for f, field := range row.fields {
			if !slices.EqualFunc(s.out[f], want[f], same) {
				t.Errorf("%s: %v is not what it is in one part", row.name, field)
			}
		}
	}
}
