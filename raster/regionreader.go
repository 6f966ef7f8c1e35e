package raster

import (
	"context"
	"math"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/exactsum"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/internal/quantiles"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/raster/geo"
)

// regionReader reads the observations of a region. It is the Sink of a stream of samples.
type regionReader struct {
	RegionOptions
	stack  *seriesStack
	source pixtrend.Source
	inside pixtrend.Region // the pixels of the region; nil: all of the source
	plan   pixtrend.StreamPlan
	memory budget
	keep   int64           // bytes of values that percentiles may hold
	areas  *geo.PixelAreas // nil: pixels count the same
	dates  []dateSums
	search *quantiles.Search // nil: the sums are being added
	passes int               // that are complete
}

// dateSums is what is known of the observations at a date.
type dateSums struct {
	count    int64
	min, max float64
	sum      exactsum.Sum // of the observations, by their weights
	weights  exactsum.Sum // 0 if pixels count the same
}

const (
	// dateSumsBytes is a little more than the size of a dateSums.
	dateSumsBytes = 1200
	// areaUnit is the weight of a pixel of one square metre. The earth has less than 2^49 square
	// metres. So each weight is below 1, and its product with an observation does not overflow.
	areaUnit = 1.0 / (1 << 49)
)

// newRegionReader plans how the region is read.
func (s *seriesStack) newRegionReader(of RegionOptions, o Options, memory budget) (*regionReader, error) {
	r := &regionReader{RegionOptions: of, stack: s, memory: memory}
	memory.region += int64(len(s.fittedAxis().T)) * dateSumsBytes
	if r.searches() {
		r.keep = memory.total / 8
		memory.region += r.keep
	}
	var err error
	if r.source, err = s.fitted(s.region, o.Fit.Threads); err != nil {
		return nil, err
	}
	grid := r.source.Grid()
	r.inside = grid.Region
	r.plan, err = s.planWithin(memory, grid, pixtrend.Options{Samples: true, Float64: true,
		Threads: o.Fit.Threads, Pin: o.Fit.Pin, ISA: o.Fit.ISA})
	if err != nil {
		return nil, err
	}
	s.keepFilesWithin(memory, r.plan)
	r.dates = make([]dateSums, len(s.fittedAxis().T))
	for i := range r.dates {
		r.dates[i].min, r.dates[i].max = math.Inf(1), math.Inf(-1)
	}
	if _, percentile := of.By.Percentile(); !percentile {
		r.areas = s.areasInDegrees()
	}
	return r, nil
}

func (r *regionReader) close() {
	if r.areas != nil {
		r.areas.Close()
	}
}

// searches reports whether the value of a date is found by a search, as that of a percentile is
// which is neither the least nor the greatest observation.
func (r *regionReader) searches() bool {
	percent, percentile := r.By.Percentile()
	return percentile && percent > 0 && percent < 100
}

// areasInDegrees returns the areas of the pixels of the region if the grid is one of longitudes and
// latitudes, whose pixels differ in area; nil for other grids. It adds a warning if the areas are
// not known.
func (s *seriesStack) areasInDegrees() *geo.PixelAreas {
	g := s.part()
	if g.WKT == "" || !g.HasTransform {
		return nil
	}
	areas := g.PixelAreas()
	if areas == nil {
		s.warnings = append(s.warnings,
			"the areas of the pixels of "+s.files[0]+" on the earth are not known: they count the same in the mean")
		return nil
	}
	if !areas.Geographic() {
		areas.Close()
		return nil
	}
	return areas
}

// read reads the region: once for counts and means, and again for percentiles.
func (r *regionReader) read(ctx context.Context) error {
	defer gdal.ShareBlockCache(r.memory.readCache())()
	defer r.stack.returnLargeBlocks()()
	if err := r.pass(ctx); err != nil {
		return err
	}
	if !r.searches() {
		return nil
	}
	groups := make([]quantiles.Group, len(r.dates))
	for i, d := range r.dates {
		groups[i] = quantiles.Group{Count: d.count, Min: d.min, Max: d.max}
	}
	percent, _ := r.By.Percentile()
	r.search = quantiles.New(groups, r.keep, percent/100)
	for r.search.Next() {
		if err := r.pass(ctx); err != nil {
			return err
		}
	}
	return nil
}

// pass reads the region once.
func (r *regionReader) pass(ctx context.Context) error {
	_, err := r.plan.Run(ctx, r.source, r, r.progress())
	r.passes++
	return err
}

// progress returns the progress of a pass among those that are expected: two for a search, and one
// otherwise.
func (r *regionReader) progress() func(done, total int) {
	if r.Progress == nil {
		return nil
	}
	passes, before := 1, r.passes
	if r.searches() {
		passes = 2
	}
	return func(done, total int) { r.Progress(min(before*total+done, passes*total), passes*total) }
}

// Write takes the observations of a window.
func (r *regionReader) Write(w pixtrend.Window, planes kernel.Tile) error {
	var areas []float64
	if r.areas != nil {
		areas = r.areas.Of(w)
	}
	take := func(first, end int) {
		for i := range planes.Dates {
			values := kernel.Plane[float64](planes, i)[first:end]
			switch {
			case r.search != nil:
				r.search.Add(i, values)
			case areas != nil:
				r.dates[i].add(values, areas[first:end])
			default:
				r.dates[i].add(values, nil)
			}
		}
	}
	if r.inside == nil {
		take(0, w.Pixels())
		return nil
	}
	r.inside.Runs(w, func(y, first, end int) bool {
		row := (y-w.Y)*w.Width - w.X
		take(row+first, row+end)
		return true
	})
	return nil
}

// add adds observations to the sums. NaN is none, and neither is one whose scale makes it infinite.
func (d *dateSums) add(values, areas []float64) {
	for i, x := range values {
		if math.IsInf(x, 0) || math.IsNaN(x) {
			continue
		}
		if areas != nil {
			weight := areas[i] * areaUnit
			if !(weight > 0) { // it has no place on the earth
				continue
			}
			d.weights.Add(weight)
			d.sum.Add(x * weight)
		} else {
			d.sum.Add(x)
		}
		d.count++
		d.min, d.max = min(d.min, x), max(d.max, x)
	}
}

// mean returns the mean of the observations, with a single rounding.
func (d *dateSums) mean(weighted bool) float64 {
	if !weighted {
		d.weights = exactsum.Sum{}
		d.weights.Add(float64(d.count))
	}
	return exactsum.Quotient(&d.sum, &d.weights)
}

// value returns the value of a date that is observed.
func (r *regionReader) value(i int) float64 {
	switch percent, percentile := r.By.Percentile(); {
	case !percentile:
		return r.dates[i].mean(r.areas != nil)
	case percent == 0:
		return r.dates[i].min
	case percent == 100:
		return r.dates[i].max
	}
	return r.search.Of(i)[0]
}

// seriesDates returns the region at the dates that are fitted, without the fit.
func (r *regionReader) seriesDates() (dates []SeriesDate) {
	axis, names, pixels := r.stack.fittedAxis(), r.stack.Names(), r.pixels()
	for i := range r.dates {
		n := r.dates[i].count
		d := SeriesDate{Label: axis.Label(i), T: axis.T[i], RegionDate: &RegionDate{n, float64(n) / float64(pixels)}}
		if r.stack.groups == nil {
			d.Raster = names[i]
		}
		switch {
		case n == 0:
			d.Gap = "no observation"
		case d.Share < r.MinShare:
			d.Gap = "too few pixels"
		default:
			d.Observed = valueOf(r.value(i))
		}
		dates = append(dates, d)
	}
	return dates
}

// pixels returns the number of pixels of the region.
func (r *regionReader) pixels() int64 {
	if c := r.stack.cover; c != nil {
		return c.Pixels
	}
	return int64(r.window().Pixels())
}

// window returns the smallest window that has the region.
func (r *regionReader) window() pixtrend.Window {
	if w := r.stack.region; w != (pixtrend.Window{}) {
		return w
	}
	return pixtrend.Window{Width: r.stack.geo.Width, Height: r.stack.geo.Height}
}

// region describes the region.
func (r *regionReader) region() *SeriesRegion {
	w := r.window()
	return &SeriesRegion{By: r.By.String(), Weighted: r.areas != nil, Pixels: r.pixels(), MinShare: r.MinShare,
		Polygons: r.stack.options.Region.Polygons.String(), Column: w.X, Row: w.Y, Width: w.Width, Height: w.Height}
}
