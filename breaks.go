package pixtrend

import (
	"errors"
	"fmt"
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
	switch {
	case o.uses(stats.LandTrendr):
		of := o.landTrendr()
		of.PerYear = 1
		if axis.CountsDays() {
			of.PerYear = daysPerYear
		}
		return &of, nil
	case o.LandTrendr != nil:
		return nil, &stats.UnusedError{Option: "LandTrendr", Field: stats.Segments}
	case o.Vertices || o.Fitted && !o.uses(stats.BFASTMonitor):
		return nil, errors.New("pixtrend: a trajectory and its vertices are those of LandTrendr: ask for one of its fields, such as stats.Segments")
	}
	return nil, nil
}

// uses reports whether a field is one of a method of breaks.
func (o Options) uses(method stats.Estimator) bool {
	return slices.ContainsFunc(o.Fields, func(f stats.Field) bool { return stats.IsField(f) && f.Info().Estimator == method })
}

// MonitorOptions says how BFAST monitor looks for a break. See stats.MonitorOptions.
type MonitorOptions struct {
	Start string // the date, or the number, from which on observations are monitored, as timeaxis.Axis.At reads it
	// History is the stable history, to which the model is fitted: "all" or "" for all observations before
	// Start, "roc" for those after the last change that a reverse-ordered CUSUM test finds, or the date, or
	// the number, at which it begins.
	History   string
	Harmonics int     // of the model, 0 to stats.MaxHarmonics
	Period    float64 // of the season, as that of Model
	Window    float64 // of the moving sums, as a share of the stable history: 0.25, 0.5 or 1. 0: 0.25
	Level     float64 // significance level of the tests, 0.001 to 0.05. 0: 0.05
}

// monitorOn returns the options of BFAST monitor on an axis; nil if they are not needed.
func (o Options) monitorOn(axis timeaxis.Axis) (*stats.MonitorOptions, error) {
	m := o.Monitor
	switch {
	case !o.uses(stats.BFASTMonitor) && m != nil:
		return nil, &stats.UnusedError{Option: "Monitor", Field: stats.MonitorDate}
	case m == nil:
		return nil, nil
	}
	model, err := Model{Harmonics: m.Harmonics, Period: m.Period}.On(axis)
	if err != nil {
		return nil, err
	}
	of := &stats.MonitorOptions{Harmonics: m.Harmonics, Period: model.Period, Window: m.Window, Level: m.Level}
	if of.Start, err = axis.At(m.Start); err != nil {
		return nil, fmt.Errorf("the beginning of monitoring: %w", err)
	}
	switch m.History {
	case "", "all":
	case "roc":
		of.History = stats.HistoryROC
	default:
		of.History = stats.HistoryFrom
		if of.From, err = axis.At(m.History); err != nil {
			return nil, fmt.Errorf("the beginning of the history: %w", err)
		}
		if !(of.From < of.Start) {
			return nil, fmt.Errorf("the history begins at %s, and monitoring at %s: give an earlier date of the history", m.History, m.Start)
		}
	}
	return of, nil
}

// monitorError returns an error of stats with dates of the axis in place of numbers.
func (o Options) monitorError(err error, axis timeaxis.Axis) error {
	dates := (*stats.MonitorDatesError)(nil)
	if !errors.As(err, &dates) {
		return err
	}
	return &MonitorDatesError{Start: o.Monitor.Start, First: axis.Label(0), Last: axis.Label(len(axis.T) - 1), Dates: *dates}
}

// MonitorDatesError says that the dates of a stack do not suit Options.Monitor.
type MonitorDatesError struct {
	Start, First, Last string // dates
	Dates              stats.MonitorDatesError
}

func (e *MonitorDatesError) Error() string {
	if e.Dates.Start > e.Dates.Last {
		return fmt.Sprintf("monitoring begins at %s, and the dates run from %s to %s: begin at one of them", e.Start, e.First, e.Last)
	}
	return fmt.Sprintf("the %d dates of the history, before %s, do not determine a model of %d coefficients: begin to monitor later, or fit fewer harmonics",
		e.Dates.History, e.Start, e.Dates.Coefficients)
}
