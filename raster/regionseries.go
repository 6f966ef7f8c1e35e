package raster

import (
	"context"
	"errors"
	"fmt"

	"github.com/dustin/go-humanize"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// RegionOptions say how the pixels of a region become one series.
type RegionOptions struct {
	// By is what the observations of the pixels at a date become: their mean, median or any
	// percentile, or the least or the greatest of them, which the zero Composite is. Counts are
	// refused.
	By stats.Composite
	// MinShare is the least share of the pixels, from 0 to 1, that have to be observed at a date.
	// With fewer, the date is a gap.
	MinShare float64
	Progress func(done, total int) // pixels that are read, never called concurrently; may be nil
}

// SeriesRegion is the region of a series, and what the observations of its pixels became at each
// date.
type SeriesRegion struct {
	By       string  `json:"by"`                 // such as mean or p90
	Weighted bool    `json:"weighted_by_area"`   // whether pixels count by their area on the ellipsoid
	Pixels   int64   `json:"pixels"`             // all of the region
	Polygons string  `json:"polygons,omitempty"` // that they lie in, as Job.Polygons
	Column   int     `json:"column"`             // the first of the smallest rectangle that has the pixels, counted from 0
	Row      int     `json:"row"`
	Width    int     `json:"width"` // of this rectangle
	Height   int     `json:"height"`
	MinShare float64 `json:"min_share"` // as RegionOptions.MinShare
}

// String describes the pixels for people, such as "mean of 4,253 pixels in the polygons of
// basin.gpkg".
func (r *SeriesRegion) String() string {
	text := fmt.Sprintf("%s of %s pixels", r.By, humanize.Comma(r.Pixels))
	if r.Pixels == 1 {
		text = r.By + " of 1 pixel"
	}
	if r.Polygons != "" {
		return text + " in the polygons of " + r.Polygons
	}
	return text + fmt.Sprintf(" in columns %d–%d and rows %d–%d",
		r.Column, r.Column+r.Width-1, r.Row, r.Row+r.Height-1)
}

// RegionDate is how much of a region was observed at a date.
type RegionDate struct {
	Pixels int64   `json:"pixels"` // with an observation
	Share  float64 `json:"share"`  // of all pixels of the region
}

// ReadRegionSeries reads the pixels of Options.Region, makes one value of their observations at
// each date, and fits the series of these values. If the options ask for composites, they are made
// for each pixel first. Pixels count the same, except in the mean on a grid of longitudes and
// latitudes, where they count by their area on the ellipsoid.
//
// The mean is rounded once, so the result does not depend on threads, windows and memory.
// Percentiles interpolate linearly between neighbours. The region is read twice for those between
// the least and the greatest value, or more often if the memory is small.
//
// Options and targets are as in ReadSeries; the number of threads is that of o.Fit. A covariate
// that is a raster is an error.
func ReadRegionSeries(ctx context.Context, inputs []string, of RegionOptions, o Options, targets ...string,
) (*Series, error) {
	b, err := newBudget(o.Memory)
	if err != nil {
		return nil, err
	}
	if err := of.check(o); err != nil {
		return nil, err
	}
	o.polygonMemory = polygonMemory(b.total)
	s, memory, err := openSeries(ctx, inputs, o, targets)
	if err != nil {
		return nil, err
	}
	defer func() { _ = s.Close() }()
	r, err := s.newRegionReader(of, o, memory)
	if err != nil {
		return nil, err
	}
	defer r.close()
	one := &oneSeries{axis: s.fittedAxis()}
	fit, err := s.plan(one.Grid(), o)
	if err != nil {
		return nil, err
	}
	if err := r.read(ctx); err != nil {
		return nil, err
	}
	dates := r.seriesDates()
	for _, d := range dates {
		y := nan
		if d.Observed != nil {
			y = float64(*d.Observed)
		}
		one.values = append(one.values, y)
	}
	if _, err := fit.plan.Run(ctx, one, fit, nil); err != nil {
		return nil, err
	}
	result, err := fit.series(dates, nil)
	if err != nil {
		return nil, err
	}
	result.Region = r.region()
	return s.end(ctx, result)
}

// check returns an error if the options have no series of a region.
func (of RegionOptions) check(o Options) error {
	switch {
	case o.Region == (Region{}):
		return errors.New("the series of a region needs one: set Options.Region")
	case of.By.IsCount():
		return errors.New("the series of a region is a mean or a percentile: " +
			"set RegionOptions.By, and find counts in RegionDate")
	case !(of.MinShare >= 0 && of.MinShare <= 1):
		return fault.Errorf("the least share of the pixels is %v: give a number from 0 to 1", of.MinShare)
	}
	for _, c := range o.Covariates {
		if c.Table == "" {
			return fault.Inputf("the covariate %s is a raster, which has no single value at a date for a region: "+
				"give a table with a number for each date", c.Name)
		}
	}
	return nil
}

// oneSeries is a series in memory as the Source of a fit. NaN is a gap.
type oneSeries struct {
	axis   timeaxis.Axis
	values []float64
}

// Grid describes the series.
func (s *oneSeries) Grid() pixtrend.Grid {
	return pixtrend.Grid{Width: 1, Height: 1, Axis: s.axis, Type: kernel.Float64}
}

// Read copies the values.
func (s *oneSeries) Read(_ context.Context, _ int, _ pixtrend.Window, first int, dst kernel.Tile) error {
	for i := range dst.Dates {
		kernel.Plane[float64](dst, i)[0] = s.values[first+i]
	}
	return nil
}
