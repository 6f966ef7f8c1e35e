package raster

import (
	"context"
	"fmt"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// openCovariates opens the covariates of a model that are rasters, and describes them in the grid of
// the stack.
func (s *Stack) openCovariates(ctx context.Context, o Options) error {
	for _, c := range o.Covariates {
		if c.Table != "" {
			continue
		}
		rasters, err := s.openCovariate(ctx, c)
		if err != nil {
			return fmt.Errorf("the covariate %s: %w", c.Name, err)
		}
		s.covariates = append(s.covariates, rasters)
		s.reads.merge(rasters.reads)
		g := rasters.grid
		s.grid.Covariates = append(s.grid.Covariates, pixtrend.GridCovariate{Type: g.Type, Valid: g.Valid, Masked: g.Masked})
	}
	for _, c := range s.covariates {
		c.readers.limit /= int64(len(s.covariates) + 1)
	}
	s.readers.limit /= int64(len(s.covariates) + 1)
	return nil
}

// openCovariate opens the rasters of a covariate: one of each date of s, on its grid.
func (s *Stack) openCovariate(ctx context.Context, from Covariate) (*Stack, error) {
	if s.grid.Axis.Dates == nil {
		return nil, fault.Inputf("rasters are found by their dates, and the inputs have numbers in place of dates: give a table with a number for each input")
	}
	o := OpenOptions{Drivers: s.options.Drivers, Recursive: s.options.Recursive, Select: s.options.Select, Explain: s.options.Explain, seasonal: true}
	c, err := Open(ctx, from.Rasters, o)
	if err != nil {
		return nil, err
	}
	if err := c.matchTo(s); err != nil {
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

// matchTo puts the rasters of c in the order of the dates of s.
func (c *Stack) matchTo(s *Stack) error {
	if d := s.geo.Difference(c.geo).From(s.files[0]); d != "" {
		return fault.Inputf("%s %s: bring it to the grid of the stack, such as with gdalwarp", c.files[0], d)
	}
	byDate, names := map[timeaxis.Date][]int{}, c.Names()
	for i, d := range c.grid.Axis.Dates {
		byDate[d] = append(byDate[d], i)
	}
	var order []int
	for i, d := range s.grid.Axis.Dates {
		switch of := byDate[d]; {
		case len(of) == 0:
			return fault.Inputf("no raster among %s has the date %s of %s: there has to be one for each date", described(c.files), s.grid.Axis.Label(i), s.Names()[i])
		case len(of) > 1:
			return fault.Inputf("%s and %s have one date, %s: leave one of them out", names[of[0]], names[of[1]], s.grid.Axis.Label(i))
		default:
			order = append(order, of[0])
		}
	}
	c.planes, c.readings, c.bands, c.scaled = permuted(c.planes, order), permuted(c.readings, order), nil, false
	c.resolve(s.grid.Axis)
	return nil
}

// ReadCovariate fills dst with the samples of a covariate in w, as pixtrend.CovariateSource asks for.
func (s *Stack) ReadCovariate(ctx context.Context, worker int, covariate int, w pixtrend.Window, dst kernel.Tile) error {
	return s.covariates[covariate].Read(ctx, worker, w, 0, dst)
}
