package pixtrend

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/stats"
)

// viewing is a store that has every second of its windows, which are whole rows, in memory.
type viewing struct {
	*store[int16]
	all     []int16
	rows    int // of a window
	views   atomic.Int32
	failing bool
}

func (v *viewing) View(_ context.Context, _ int, w Window, use func(kernel.Tile)) (bool, error) {
	if w.Y/v.rows%2 == 1 {
		return false, nil
	}
	v.views.Add(1)
	plane := v.grid.Width * v.grid.Height
	use(kernel.TileOf(v.all[w.Y*v.grid.Width:], plane, len(v.scene.dates), w.Pixels()))
	if v.failing {
		return true, errBroken
	}
	return true, nil
}

func newViewing(t *testing.T, rows int) *viewing {
	s := drawScene[int16](3, 64, 40, days(20))
	return &viewing{store: newStore(t, s, 2), rows: rows, all: slices.Concat(s.planes...)}
}

// Windows that a source has in memory are not read, and have the results of those that are.
func TestStreamOfViews(t *testing.T) {
	const rows, windows = 4, 10
	for _, row := range []struct {
		name   string
		fields []stats.Field
		set    func(*viewing, *Options)
		views  int
	}{
		{name: "all fields of the line", fields: all, views: windows / 2},
		{name: "one thread", fields: all, set: func(_ *viewing, o *Options) { o.Threads = 1 }, views: windows / 2},
		{name: "fields that need all dates", fields: []stats.Field{stats.Slope, stats.SenSlope}},
		{name: "samples", set: func(_ *viewing, o *Options) { o.Samples = true }},
		{name: "masked", fields: all, set: func(v *viewing, _ *Options) {
			v.grid.Masked, v.hidden = true, func(int, int) bool { return false }
		}},
	} {
		st := newViewing(t, rows)
		o := Options{Fields: row.fields, Threads: 2, Float64: true, WindowWidth: 64, WindowHeight: rows}
		if row.set != nil {
			row.set(st, &o)
		}
		n := len(row.fields)
		if o.Samples {
			n = len(st.scene.dates)
		}
		st.out = planes[float64](n, 64*40)
		if _, err := Stream(t.Context(), st, st, o); err != nil {
			t.Fatalf("%s: %v", row.name, err)
		}
		if views, reads := int(st.views.Load()), int(st.read.Load()); views != row.views || views+reads != windows {
			t.Errorf("%s: %d windows viewed and %d read, want %d and %d", row.name, views, reads, row.views, windows-row.views)
		}
		if err := differ(st.once(), st.seen); err != nil {
			t.Errorf("%s: windows over pixels: %v", row.name, err)
		}
		plain := newViewing(t, rows).store
		if row.set != nil {
			row.set(&viewing{store: plain}, &o)
		}
		plain.out = planes[float64](n, 64*40)
		if _, err := Stream(t.Context(), plain, plain, o); err != nil {
			t.Fatalf("%s: %v", row.name, err)
		}
		if err := differ(plain.out, st.out); err != nil {
			t.Errorf("%s: %v", row.name, err)
		}
	}
}

// The results of a view that fails are not written.
func TestStreamOfFailingViews(t *testing.T) {
	st := newViewing(t, 40)
	st.failing = true
	_, err := Stream(t.Context(), st, st, Options{WindowWidth: 64, WindowHeight: 40})
	if !errors.Is(err, errBroken) || st.written.Load() != 0 {
		t.Errorf("%v, %d windows written", err, st.written.Load())
	}
}
