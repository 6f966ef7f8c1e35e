package pixtrend

import (
	"context"
	"fmt"
	"slices"
	"time"
	"unsafe"

	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/stats"
)

// Result holds the fields of a fit, a plane each.
type Result struct {
	Fields []stats.Field
	Planes [][]float32 // Planes[f][p] is field f of pixel p, counted row by row
	Report Report
}

// Plane returns the plane of field f, or nil if the field was not asked for.
func (r *Result) Plane(f stats.Field) []float32 {
	if i := slices.Index(r.Fields, f); i >= 0 {
		return r.Planes[i]
	}
	return nil
}

// Fit fits every pixel of s.
func Fit(ctx context.Context, s *Stack, o Options) (*Result, error) {
	fields := o.Fields
	if len(fields) == 0 {
		fields = []stats.Field{stats.Slope}
	}
	r := &Result{Fields: fields, Planes: make([][]float32, len(fields))}
	for f := range r.Planes {
		r.Planes[f] = make([]float32, s.Pixels())
	}
	var err error
	r.Report, err = FitInto(ctx, s, o, r.Planes)
	if err != nil {
		return nil, err
	}
	return r, nil
}

// FitInto is Fit with results in the caller's memory, as float32 or float64: it writes field f of
// pixel p to out[f][p]. If it returns an error, part of out may have been written.
func FitInto[F float32 | float64](ctx context.Context, s *Stack, o Options, out [][]F) (Report, error) {
	start := time.Now()
	if err := o.refuse("Fit", false, true); err != nil {
		return Report{}, err
	}
	if err := o.Model.withoutRasters(); err != nil {
		return Report{}, err
	}
	plan, k, err := o.plan(s.axis, s.Scale, s.Offset, s.Valid, nil)
	if err != nil {
		return Report{}, err
	}
	if unsafe.Sizeof(F(0)) == 4 {
		if err := checkPrecision(plan.Fields(), s.axis.T); err != nil {
			return Report{}, err
		}
	}
	if len(out) != len(plan.Fields()) {
		return Report{}, fmt.Errorf("pixtrend: %d planes of output for %d fields", len(out), len(plan.Fields()))
	}
	for _, plane := range out {
		if len(plane) < s.Pixels() {
			return Report{}, fmt.Errorf("pixtrend: an output plane of %d numbers for %d pixels", len(plane), s.Pixels())
		}
	}
	type own struct {
		scratch *stats.Scratch
		planes  [][]F
	}
	var owns []own
	setUp := func(workers int) { owns = make([]own, workers) }
	r, err := eachTile(ctx, s, o, k, true, setUp, func(worker, first int, t kernel.Tile) error {
		w := &owns[worker]
		if w.scratch == nil {
			w.scratch = plan.NewScratch()
			w.planes = make([][]F, len(out))
		}
		for f := range out {
			w.planes[f] = out[f][first : first+t.Pixels]
		}
		stats.Fit(plan, w.scratch, t, w.planes)
		return nil
	})
	return report(r, k, s.Pixels(), s.view.Dates, start), err
}
