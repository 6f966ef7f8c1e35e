package pixtrend

import (
	"errors"
	"slices"

	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// landTrendr returns the options of LandTrendr.
func (o Options) landTrendr() stats.LandTrendrOptions {
	if o.LandTrendr == nil {
		return stats.DefaultLandTrendr()
	}
	return *o.LandTrendr
}

// landTrendrOn returns the options of LandTrendr on an axis; nil if they are not needed.
func (o Options) landTrendrOn(axis timeaxis.Axis) (*stats.LandTrendrOptions, error) {
	uses := slices.ContainsFunc(o.Fields, func(f stats.Field) bool { return stats.IsField(f) && f.Info().Estimator == stats.LandTrendr })
	switch {
	case uses:
		of := o.landTrendr()
		of.PerYear = 1
		if axis.CountsDays() {
			of.PerYear = daysPerYear
		}
		return &of, nil
	case o.LandTrendr != nil:
		return nil, &stats.UnusedError{Option: "LandTrendr", Field: stats.Segments}
	case o.Fitted || o.Vertices:
		return nil, errors.New("pixtrend: a trajectory and its vertices are those of LandTrendr: ask for one of its fields, such as stats.Segments")
	}
	return nil, nil
}
