package trendmap

import (
	"cmp"
	"context"

	"github.com/pixtrend/pixtrend/render"
)

// read finds the classes, counts their pixels and brings the raster to the size of the map.
func (d *drawing) read(ctx context.Context) error {
	most := cmp.Or(d.o.whole, Whole)
	if d.sampled = int64(d.Width)*int64(d.Height) > most; d.sampled {
		most /= sampleOf
	}
	windows, err := d.Windows(d.band, most)
	if err != nil {
		return err
	}
	pixels := 0
	for _, w := range windows {
		pixels += w.Width * w.Height
	}
	done := 0
	step := func(n int) {
		if done += n; d.o.Progress != nil {
			d.o.Progress(done, 2*pixels)
		}
	}

	// The first pass finds the limits.
	survey, taken := render.NewSurvey(pixels), 0
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
		step(w.Width * w.Height)
	}
	switch {
	case d.o.Breaks != nil:
		d.classes = survey.Breaks(d.o.Breaks)
	case d.kind.Limits != nil:
		d.classes = survey.Breaks(d.kind.Limits)
	case d.o.Method == Equal:
		d.classes = survey.Intervals(d.o.Classes)
	default:
		d.classes = survey.Quantiles(d.o.Classes)
	}

	// The second counts by them, and gathers the map.
	layout := render.NewLayout(d.Width, d.Height, d.Aspect(), d.o.Size)
	if !d.sampled {
		d.cells = render.NewCells(layout, d.kind.Nearest, d.pvalue >= 0)
	}
	for _, w := range windows {
		values, err := d.Read(ctx, d.band, w)
		if err != nil {
			return err
		}
		var pvalues []float64
		if d.pvalue >= 0 {
			if pvalues, err = d.Read(ctx, d.pvalue, w); err != nil {
				return err
			}
		}
		d.classes.Count(values, pvalues, d.o.MaskP)
		if d.cells != nil {
			d.cells.Add(w.X, w.Y, w.Width, values, pvalues, d.o.MaskP)
		}
		step(w.Width * w.Height)
	}
	if d.pvalue < 0 && d.kind.Limits == nil && d.o.Method == Quantile {
		d.classes.Merge()
	}
	if d.sampled {
		return d.readReduced(ctx, layout)
	}
	return nil
}

// readReduced gathers the map from a smaller raster, with some pixels for each cell, that GDAL makes or takes from overviews.
func (d *drawing) readReduced(ctx context.Context, layout render.Layout) error {
	each := max(1, 3000/max(layout.Width, layout.Height))
	small := layout
	small.RasterWidth, small.RasterHeight = min(d.Width, each*layout.Width), min(d.Height, each*layout.Height)
	d.cells = render.NewCells(small, d.kind.Nearest, d.pvalue >= 0)
	values, err := d.Reduced(ctx, d.band, small.RasterWidth, small.RasterHeight, d.kind.Nearest)
	if err != nil {
		return err
	}
	var pvalues []float64
	if d.pvalue >= 0 {
		if pvalues, err = d.Reduced(ctx, d.pvalue, small.RasterWidth, small.RasterHeight, true); err != nil {
			return err
		}
	}
	d.cells.Add(0, 0, small.RasterWidth, values, pvalues, d.o.MaskP)
	return nil
}
