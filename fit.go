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
	// The series that the options ask for, a plane for each date of the axis, see stats.Series.
	Residuals, Detrended, Deseasoned [][]float32
	Fitted                           [][]float32 // of breaks, see stats.Trajectories
	Vertices                         [][]float32 // of breaks: their times, then their values
	Report                           Report
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
	dates := s.view.Dates
	planes := make([][]float32, len(fields)+o.series().planes(dates))
	for f := range planes {
		planes[f] = make([]float32, s.Pixels())
	}
	report, err := FitInto(ctx, s, o, planes)
	if err != nil {
		return nil, err
	}
	r := &Result{Fields: fields, Planes: planes[:len(fields)], Report: report}
	of := cutSeries(o.series(), dates, planes[len(fields):])
	r.Residuals, r.Detrended, r.Deseasoned, r.Fitted, r.Vertices = of.residuals, of.detrended, of.deseasoned, of.fitted, of.vertices
	return r, nil
}

// FitInto is Fit with results in the caller's memory, as float32 or float64: it writes field f of
// pixel p to out[f][p]. The planes of Options.Residuals, one for each date of the axis, follow the
// fields, then those of Options.Detrended, Deseasoned, Fitted and Vertices. If FitInto returns an error,
// part of out may have been written.
func FitInto[F float32 | float64](ctx context.Context, s *Stack, o Options, out [][]F) (Report, error) {
	start := time.Now()
	if err := o.refuse("Fit", false, true); err != nil {
		return Report{}, err
	}
	if n := o.Model.rasters(); n != len(s.covariates) {
		return Report{}, fmt.Errorf("pixtrend: %d covariates of the model have values for each pixel, and the stack has %d", n, len(s.covariates))
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
	asked := o.series()
	if n := asked.planes(plan.Dates()); len(out) != len(plan.Fields())+n {
		return Report{}, fmt.Errorf("pixtrend: %d planes of output for %d fields and %d planes of series", len(out), len(plan.Fields()), n)
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
	var inPlace func(first int, series []byte) int
	if asked == (series{}) {
		inPlace = func(first int, series []byte) int {
			pixels := len(series) / (s.view.Dates * s.view.Type.Size())
			planes := make([][]F, len(out))
			for f := range out {
				planes[f] = out[f][first : first+pixels]
			}
			return stats.FitInterleaved(plan, s.view.Type, series, planes)
		}
	}
	r, err := eachTile(ctx, s, o, k, true, setUp, inPlace, func(worker, first int, t kernel.Tile, rasters []kernel.Raster) error {
		w := &owns[worker]
		if w.scratch == nil {
			w.scratch = plan.NewScratch()
			w.planes = make([][]F, len(out))
		}
		for f := range out {
			w.planes[f] = out[f][first : first+t.Pixels]
		}
		w.scratch.SetRasters(rasters)
		fitTile(plan, w.scratch, t, asked, w.planes)
		return nil
	})
	return report(r, k, s.Pixels(), s.view.Dates, start), err
}
