package raster

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/raster/output"
	"github.com/pixtrend/pixtrend/stats"
)

// breakMethod returns the method of breaks whose fields are asked for; false if there is none.
func breakMethod(o pixtrend.Options) (stats.Estimator, bool) {
	i := slices.IndexFunc(o.Fields, func(f stats.Field) bool { return stats.IsField(f) && f.Info().Estimator.OfBreaks() })
	if i < 0 {
		return 0, false
	}
	return o.Fields[i].Info().Estimator, true
}

// breaksText describes the method of breaks for people; "" if none is used.
func breaksText(o pixtrend.Options) string {
	method, is := breakMethod(o)
	switch {
	case is && method == stats.BFASTMonitor && o.Monitor != nil:
		return monitorText(*o.Monitor)
	case !is || method != stats.LandTrendr:
		return ""
	}
	l := stats.DefaultLandTrendr()
	if o.LandTrendr != nil {
		l = *o.LandTrendr
	}
	change, recovery := "losses", "not in a year"
	if l.Gain {
		change = "gains"
	}
	if l.OneYearRecovery {
		recovery = "also in a year"
	}
	return fmt.Sprintf("LandTrendr: %s, the %v; up to %d segments of %d observations, spikes %v, overshoot %d, recovery %v, %s, p-value %v, best model %v",
		change, l.Event, l.MaxSegments, cmp.Or(o.MinObs, l.MinObs), l.SpikeThreshold, l.VertexOvershoot, l.RecoveryThreshold, recovery, l.PValue, l.BestModel)
}

// monitorText describes BFAST monitor for people.
func monitorText(m pixtrend.MonitorOptions) string {
	history := map[string]string{"": "all", "all": "all", "roc": "stable by reverse-ordered CUSUM"}[m.History]
	period := "a year"
	if history == "" {
		history = "from " + m.History
	}
	if m.Period != 0 {
		period = fmt.Sprint(m.Period)
	}
	return fmt.Sprintf("BFAST monitor: from %s, history %s, line and %d harmonics of %s, moving sums of %v of the history, level %v",
		m.Start, history, m.Harmonics, period, cmp.Or(m.Window, 0.25), cmp.Or(m.Level, 0.05))
}

// explainBreaks returns an error of a plan with the options that it is about.
func explainBreaks(err error) error {
	if errors.Is(err, stats.ErrSharedDates) {
		return fault.Errorf("breaks take one raster a date, and some share one: make composites of each year with %v", Option{Field: "Composite", Value: "median"})
	}
	return err
}

// vertexBands describes the bands of vertices: their times, and then their values.
func (j *Job) vertexBands() (bands []output.Band) {
	n := j.Plan.VertexPlanes / 2
	for i := range n {
		bands = append(bands, output.Band{Name: fmt.Sprintf("year_%d", i+1), Unit: j.Grid.Axis.Counts(), Nearest: true})
	}
	for i := range n {
		bands = append(bands, output.Band{Name: fmt.Sprintf("value_%d", i+1), Unit: j.Unit, Nearest: true})
	}
	return bands
}
