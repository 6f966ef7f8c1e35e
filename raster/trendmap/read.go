package trendmap

import (
	"cmp"
	"context"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/render"
)

// read finds the classes, counts their pixels and brings the raster to the size of the map.
func (d *drawing) read(ctx context.Context) error {
	most := cmp.Or(d.o.whole, Whole)
	if d.sampled {
		most /= sampleOf
	}
	windows := d.Windows(d.band, most)
	pixels, done := 0, 0
	for _, w := range windows {
		pixels += w.Width * w.Height
	}
	step := func(w pixtrend.Window) {
		if done += w.Width * w.Height; d.o.Progress != nil {
			d.o.Progress(done, 2*pixels)
		}
	}
	if err := d.classify(ctx, windows, pixels, step); err != nil {
		return err
	}
	if !d.sampled {
		d.cells = render.NewCells(d.layout, d.kind.Nearest, d.mask.band >= 0)
	}
	for _, w := range windows {
		if err := d.count(ctx, w); err != nil {
			return err
		}
		step(w)
	}
	if d.mask.band < 0 && d.kind.Limits == nil && !d.kind.Years && d.o.Method == Quantile {
		d.classes.Merge()
	}
	if d.sampled {
		return d.readReduced(ctx)
	}
	return nil
}

// classify reads the windows and finds the limits of the classes.
func (d *drawing) classify(ctx context.Context, windows []pixtrend.Window, pixels int, step func(pixtrend.Window)) error {
	survey, taken := render.NewSurvey(pixels), 0
	ranked := d.o.Breaks == nil && d.kind.Limits == nil && d.o.Method == Quantile
	survey.Keep(ranked && !d.kind.Signed, ranked && (d.kind.Signed || d.kind.Title == ""))
	for _, w := range windows {
		values, err := d.Read(ctx, d.band, w)
		if err != nil {
			return err
		}
		for y := range w.Height {
			first := (w.Y+y)*d.Width + w.X
			if d.sampled {
				first = taken + y*w.Width
			}
			survey.Add(first, values[y*w.Width:(y+1)*w.Width])
		}
		taken += w.Width * w.Height
		step(w)
	}
	d.signed = d.kind.Signed || d.kind.Title == "" && survey.Min < 0 && survey.Max > 0
	quantiles, intervals := survey.Quantiles, survey.Intervals
	if d.signed {
		quantiles, intervals = survey.SignedQuantiles, survey.SignedIntervals
	}
	switch {
	case d.o.Breaks != nil:
		d.classes = survey.Breaks(d.o.Breaks)
	case d.kind.Limits != nil:
		d.classes = survey.Breaks(d.kind.Limits)
	case d.kind.Years && survey.Whole:
		d.classes = survey.Years()
	case d.o.Method == Equal:
		d.classes = intervals(d.o.Classes)
	default:
		d.classes = quantiles(d.o.Classes)
	}
	return nil
}

// count reads a window, counts its pixels by class and adds them to the map.
func (d *drawing) count(ctx context.Context, w pixtrend.Window) error {
	values, err := d.Read(ctx, d.band, w)
	if err != nil {
		return err
	}
	var weak []bool
	if d.mask.band >= 0 {
		decisive, err := d.Read(ctx, d.mask.band, w)
		if err != nil {
			return err
		}
		weak = d.mask.marks(decisive, d.weak)
		d.weak = weak
	}
	d.classes.Count(values, weak)
	if d.cells != nil {
		d.cells.Add(w.X, w.Y, w.Width, values, weak)
	}
	return nil
}

// readReduced fills the map from a smaller raster, which GDAL makes or takes from overviews. Each
// cell of the map gets some pixels of it.
func (d *drawing) readReduced(ctx context.Context) error {
	small := d.layout
	small.RasterWidth, small.RasterHeight = d.reducedSize()
	d.cells = render.NewCells(small, d.kind.Nearest, d.mask.band >= 0)
	values, err := d.Reduced(ctx, d.band, small.RasterWidth, small.RasterHeight, d.kind.Nearest)
	if err != nil {
		return err
	}
	var weak []bool
	if d.mask.band >= 0 {
		decisive, err := d.Reduced(ctx, d.mask.band, small.RasterWidth, small.RasterHeight, true)
		if err != nil {
			return err
		}
		weak = d.mask.marks(decisive, nil)
	}
	d.cells.Add(0, 0, small.RasterWidth, values, weak)
	return nil
}
