package pixtrend

import (
	"fmt"

	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// RankOptions says how the fields of ranks are computed, such as stats.SenSlope and stats.MKPValue.
// docs/ranks.md has definitions and sources. An option that none of the fields depends on is a
// *stats.UnusedError.
type RankOptions struct {
	// Method is what the test of Mann and Kendall does about serial correlation. Every method but
	// stats.Original takes dates that are whole steps apart, see timeaxis.Axis.Steps.
	Method         stats.Method
	NormalP        bool // p-values follow from the normal distribution, and never from exact counts
	JointIntercept bool // stats.SenIntercept is the median of y − slope·t, not median(y) − slope·median(t)
	// Season divides the year: dates are compared within their season only, all observations of a
	// season and year count as one, their median, and slopes are those between years.
	Season           timeaxis.Seasons
	SeasonCovariance bool // add the covariance of the seasons to the variance of S
}

// CheckUse returns a *stats.UnusedError if an option is set that none of the fields depends on. No
// field stands for stats.Slope.
func (o RankOptions) CheckUse(fields []stats.Field) error {
	of := o.ofStats()
	if o.seasonal() {
		of.Season = []int{} // which they are does not matter
	}
	return of.CheckUse(fields)
}

func (o RankOptions) seasonal() bool { return o.Season != timeaxis.Seasons{} }

func (o RankOptions) ofStats() stats.RankOptions {
	return stats.RankOptions{Method: o.Method, NormalP: o.NormalP, JointIntercept: o.JointIntercept, SeasonCovariance: o.SeasonCovariance}
}

// on returns the options for an axis.
func (o RankOptions) on(axis timeaxis.Axis, fields []stats.Field) (of stats.RankOptions, err error) {
	of = o.ofStats()
	if err := o.CheckUse(fields); err != nil {
		return of, err
	}
	if o.seasonal() {
		if of.Season, of.Year, err = axis.SeasonsOf(o.Season); err != nil {
			return of, fmt.Errorf("pixtrend: the seasons: %w", err)
		}
		of.PerYear = axis.PerYear()
	} else if o.Method != stats.Original {
		if of.Steps, err = axis.Steps(); err != nil {
			return of, fmt.Errorf("pixtrend: the method %v: %w", o.Method, err)
		}
	}
	return of, nil
}
