package pixtrend

import (
	"fmt"

	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// Model says what is fitted beside a straight line. The zero Model is the line alone. See
// stats.Model.
type Model struct {
	Degree    int // of the polynomial in time, 1 to stats.MaxDegree; 0: 1
	Harmonics int // of the season, 0 to stats.MaxHarmonics
	// Period is the length of the season: a number of days, years or steps, whatever the axis
	// counts. 0: a year, which only an axis of days has parts of.
	Period float64
	// Step is the date, or the number, from which on the level is another, as timeaxis.Axis.At reads
	// it. "": none.
	Step string
	// Covariates and Weights have a number for each plane of the axis. Every pixel has its own values
	// of the covariates without numbers, see Stack.SetCovariates and CovariateSource.
	Covariates []stats.Covariate
	Weights    []float64
	Robust     stats.Robust // against outliers
	AR1        bool         // standard errors allow for autocorrelation
}

// isZero reports whether only a line is fitted.
func (m Model) isZero() bool {
	return m.Degree == 0 && m.Harmonics == 0 && m.Period == 0 && m.Step == "" && m.Covariates == nil && m.Weights == nil &&
		m.Robust == stats.Robust{} && !m.AR1
}

// rasters returns how many covariates have values for each pixel.
func (m Model) rasters() int { return stats.Model{Covariates: m.Covariates}.Rasters() }

// PeriodError says that the period of a season is needed, or is no period of the axis.
type PeriodError struct {
	Period float64 // as it was given; 0: a year
	Counts string  // what the axis counts, such as years
	Least  float64 // the period has to be larger, if it is not 0
}

func (e *PeriodError) Error() string {
	if e.Period == 0 {
		return fmt.Sprintf("the axis counts %s, and a season of a year has no parts in these: give the length of its period in %s, more than 2", e.Counts, e.Counts)
	}
	return fmt.Sprintf("a season with a period of %v %s is too short for the dates: give one that is longer than %v", e.Period, e.Counts, e.Least)
}

// daysPerYear is the mean length of a year of the Gregorian calendar.
const daysPerYear = 365.2425

// On returns the model on an axis.
func (m Model) On(axis timeaxis.Axis) (stats.Model, error) {
	s := stats.Model{Degree: m.Degree, Harmonics: m.Harmonics, Period: m.Period, Covariates: m.Covariates, Weights: m.Weights, Robust: m.Robust, AR1: m.AR1}
	if m.Harmonics > 0 {
		days := axis.CountsDays()
		switch {
		case m.Period == 0 && !days:
			return s, &PeriodError{Counts: axis.PeriodUnit()}
		case m.Period == 0:
			s.Period, s.YearPhases = daysPerYear, true
		case !days && axis.Whole() && m.Period <= 2*float64(m.Harmonics):
			// The shortest harmonic of planes at whole numbers needs more than two of them.
			return s, &PeriodError{Period: m.Period, Counts: axis.PeriodUnit(), Least: 2 * float64(m.Harmonics)}
		}
	}
	if m.Step != "" {
		at, err := axis.At(m.Step)
		if err != nil {
			return s, fmt.Errorf("the date of the step: %w", err)
		}
		if !(at > axis.T[0] && at <= axis.T[len(axis.T)-1]) {
			return s, fmt.Errorf("no level changes at the step %s: the dates run from %s to %s, give a date after the first and not after the last", m.Step, axis.Label(0), axis.Label(len(axis.T)-1))
		}
		s.Step = &at
	}
	return s, nil
}
