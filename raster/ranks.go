package raster

import (
	"errors"
	"math"
	"slices"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// Items of metadata of bands that say how a field of ranks was computed.
const (
	methodItem     = "MK_METHOD"     // what the test did about serial correlation
	seasonItem     = "SEASON"        // within which dates were compared
	covarianceItem = "MK_COVARIANCE" // of what the variance of S has the covariance
	normalItem     = "MK_P"          // how p-values follow
)

// rankItems returns the items of the band of a field; nil if it is not of ranks, or is of the
// defaults.
func rankItems(f stats.Field, o pixtrend.RankOptions) map[string]string {
	if f.Info().Estimator != stats.Rank {
		return nil
	}
	items := map[string]string{}
	test := slices.Contains([]stats.Field{stats.MKS, stats.MKVar, stats.MKTau, stats.MKZ, stats.MKPValue, stats.MKClass}, f)
	if o.Method == stats.Zhang && f != stats.SiegelSlope || o.Method != stats.Original && test {
		items[methodItem] = o.Method.String()
	}
	if o.Season != (timeaxis.Seasons{}) {
		items[seasonItem] = o.Season.String()
	}
	if o.SeasonCovariance && test {
		items[covarianceItem] = "seasons"
	}
	if f == stats.MKPValue || f == stats.MKClass {
		items[normalItem] = "exact"
		if o.NormalP || o.Method != stats.Original || o.Season != (timeaxis.Seasons{}) {
			items[normalItem] = "normal"
		}
	}
	return items
}

// explainRanks returns an error of a plan with the options that it is about.
func explainRanks(err error, o pixtrend.RankOptions) error {
	unused := (*stats.UnusedError)(nil)
	switch {
	case errors.As(err, &unused):
		return fault.Errorf("%v is set, and none of the fields depends on it: ask for one that does with %v",
			Option{Field: "Fit." + unused.Option}, Option{Field: "Fit.Fields", Value: unused.Field.String()})
	case errors.Is(err, timeaxis.ErrIrregular):
		return fault.Errorf("%v takes dates that are whole steps apart: %v: leave it out, or count rasters as steps with %v",
			Option{Field: "Fit.Rank.Method", Value: o.Method.String()}, errors.Unwrap(err), Option{Field: "Per", Value: "step"})
	case errors.Is(err, timeaxis.ErrNoSeasons):
		return fault.Errorf("%v does not suit the dates: %v: leave it out", Option{Field: "Fit.Rank.Season", Value: o.Season.String()}, errors.Unwrap(err))
	}
	return err
}

// inSeasons reports whether all fields of a trend are of ranks within seasons, so that a yearly cycle
// does not distort them.
func inSeasons(o pixtrend.Options) bool {
	distorted := func(f stats.Field) bool {
		return f.Info().Estimator != stats.Rank && f.OfTrend()
	}
	return o.Rank.Season != timeaxis.Seasons{} && !slices.ContainsFunc(o.Fields, distorted)
}

// senLine is the line of Theil and Sen of a series, in units of the axis.
type senLine struct {
	origin, value float64 // the time of the intercept, and the intercept
	middle        float64 // median of the times of the observations, where the lines of lo and hi meet it
	slope, lo, hi float64
}

// newSenLine returns the line that the fields of s describe; its slope is NaN if there is none.
func (s *Series) newSenLine(value map[stats.Field]float64, at string) senLine {
	slope, found := value[stats.SenSlope]
	if !found {
		return senLine{slope: nan}
	}
	per := s.Axis.PerUnit
	l := senLine{value: value[stats.SenIntercept], slope: slope / per, lo: value[stats.SenLo] / per, hi: value[stats.SenHi] / per}
	if at != "" {
		l.origin, _ = s.Axis.At(at) // the plan of the fit has read it
	}
	var times []float64 // ascend
	for _, d := range s.Dates {
		if d.Gap == "" {
			times = append(times, d.T)
		}
	}
	if n := len(times); n > 0 {
		l.middle = (times[(n-1)/2] + times[n/2]) / 2
	}
	return l
}

// HasSenLine reports whether the pixel has a line of Theil and Sen that can be compared with the fit.
// Beside a model with a season, its slope has to be within seasons.
func (s *Series) HasSenLine() bool { return !math.IsNaN(s.sen.slope) && (s.inSeasons || !s.seasonal) }

// SenLine returns the value of the line of Theil and Sen at t, a time like those in Axis.T, and the
// values of the lines that have the limits of its slope and meet it at the median time of the
// observations. All are NaN if there is no line.
func (s *Series) SenLine(t float64) (y, lo, hi float64) {
	l := s.sen
	middle := l.value + l.slope*(l.middle-l.origin)
	dt := t - l.middle
	return middle + l.slope*dt, middle + l.lo*dt, middle + l.hi*dt
}
