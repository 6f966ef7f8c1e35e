package stats

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/pixtrend/pixtrend/kernel"
)

// The fields of BFAST monitor, which follow those of LandTrendr.
const (
	MonitorDate         Field = firstMonitor + iota // first observation at which the moving sum is outside its boundary
	MonitorMagnitude                                // median of the monitored observations less the model
	MonitorHistoryStart                             // first observation of the stable history
	MonitorHistory                                  // observations of the stable history
	MonitorR2                                       // share of the variance in the stable history that the model explains
	MonitorN                                        // observations of the stable history and of the monitoring period

	firstMonitor = SegmentsPValue + 1
)

// monitorRows are the rows of the fields of BFAST monitor in the table.
var monitorRows = []FieldInfo{
	MonitorDate - firstMonitor: {Name: "date", Unit: UnitTime, Nearest: true,
		Help: "date of the break, the first observation at which the moving sum crosses its boundary"},
	MonitorMagnitude - firstMonitor: {Name: "magnitude", Unit: UnitSamples,
		Help: "median of the monitored observations minus the model"},
	MonitorHistoryStart - firstMonitor: {Name: "history_start", Unit: UnitTime, Nearest: true,
		Help: "date of the first observation of the stable history"},
	MonitorHistory - firstMonitor: {Name: "history", Unit: UnitCount, Nearest: true,
		Help: "number of observations of the stable history"},
	MonitorR2 - firstMonitor: {Name: "r2", Help: "share of the variance in the stable history that the model explains"},
	MonitorN - firstMonitor: {Name: "n", Unit: UnitCount, Nearest: true,
		Help: "number of observations, of the stable history and monitored"},
}

// MonitorOptions says how BFAST monitor looks for a break, as bfastmonitor of R's package bfast does. See
// kernel.Kernel.Monitor for the computation.
type MonitorOptions struct {
	Start     float64 // time from which on observations are monitored; those before it are the history
	History   History // which part of the history is stable
	From      float64 // with HistoryFrom: the time at which it begins
	Harmonics int     // of the model, beside a line; 0 to MaxHarmonics
	Period    float64 // of the first harmonic, in the unit of the times
	Window    float64 // of the moving sums, as a share of the stable history: 0.25, 0.5 or 1. 0: 0.25
	Level     float64 // significance level of the test, and of that of HistoryROC: 0.001 to 0.05. 0: 0.05
}

// History says which part of the observations before Start the model is fitted to.
type History uint8

// The histories.
const (
	HistoryAll  History = iota // all observations
	HistoryROC                 // those after the last change that a reverse-ordered CUSUM test finds
	HistoryFrom                // those from MonitorOptions.From on
)

// MonitorDatesError says that the dates of a stack do not suit the options of BFAST monitor.
type MonitorDatesError struct {
	Start        float64
	First, Last  float64 // of the dates
	History      int     // dates of the history
	Coefficients int
}

func (e *MonitorDatesError) Error() string {
	if e.Start > e.Last {
		return fmt.Sprintf("stats: monitoring begins at %v, after the last date, %v: begin at a date of the stack", e.Start, e.Last)
	}
	return fmt.Sprintf("stats: %d dates before monitoring begins, at %v, do not determine a model of %d coefficients: begin later, or fit fewer terms",
		e.History, e.Start, e.Coefficients)
}

// model returns the model of the history.
func (o *MonitorOptions) model() Model { return Model{Harmonics: o.Harmonics, Period: o.Period} }

// check returns an error if an option is out of range or the times are not in order.
func (o *MonitorOptions) check(times []float64) error {
	switch {
	case math.IsNaN(o.Start) || math.IsInf(o.Start, 0):
		return fmt.Errorf("stats: monitoring from time %v: times are finite numbers", o.Start)
	case o.History > HistoryFrom:
		return fmt.Errorf("stats: History(%d) is unknown", o.History)
	case o.History == HistoryFrom && !(o.From < o.Start):
		return fmt.Errorf("stats: a history from %v until %v is empty: give an earlier time", o.From, o.Start)
	case windowOf(o.Window) < 0:
		return fmt.Errorf("stats: moving sums over %v of the history: give 0.25, 0.5 or 1", o.Window)
	case !(o.Level >= leastLevel && o.Level <= greatestLevel):
		return fmt.Errorf("stats: a test at the level %v: give %v to %v", o.Level, leastLevel, greatestLevel)
	case !slices.IsSorted(times):
		return errors.New("stats: BFAST monitor takes times in ascending order")
	}
	return o.model().check(len(times))
}

// monitor is the estimator of BFAST monitor.
type monitor struct {
	k       kernel.Kernel
	columns [][]float64 // of the model, at all times
	of      kernel.Monitor
	valid   kernel.Valid
	times   []float64
	fields  []Field
	minObs  float64

	scale, offset float64
}

// newMonitor makes the estimator ready for fields.
func newMonitor(p *Plan, fields []Field, o Options) (*monitor, error) {
	if o.Monitor == nil {
		return nil, errors.New("stats: BFAST monitor needs Options.Monitor, which says when monitoring begins")
	}
	m := *o.Monitor
	m.Window, m.Level = cmp.Or(m.Window, 0.25), cmp.Or(m.Level, greatestLevel)
	if err := m.check(p.times); err != nil {
		return nil, err
	}
	at := func(time float64) int { i, _ := slices.BinarySearch(p.times, time); return i }
	of := kernel.Monitoring{Start: at(m.Start), Window: m.Window, Critical: criticalMOSUM(m.Window, m.Level)}
	switch m.History {
	case HistoryFrom:
		of.From = at(m.From)
	case HistoryROC:
		of.Reverse = criticalCUSUM(m.Level)
	}
	columns, err := m.columns(p, of)
	if err != nil {
		return nil, err
	}
	if m.Harmonics > 0 {
		of.LeastPivot = leastPivot
	}
	history := make([][]float64, len(columns))
	for j, column := range columns {
		history[j] = column[of.From:of.Start]
	}
	if err := checkColumns(p.k, history, nil, len(columns), m.Harmonics > 0); err != nil {
		return nil, err
	}
	return &monitor{k: p.k, columns: columns, of: kernel.NewMonitor(columns, of), valid: p.valid, times: p.times, fields: fields,
		minObs: float64(p.minObs), scale: o.Scale, offset: o.Offset}, nil
}

// columns returns the columns of the model at all times, scaled by the times of the history.
func (o *MonitorOptions) columns(p *Plan, of kernel.Monitoring) (columns [][]float64, err error) {
	times := p.times[of.From:of.Start]
	coefficients := o.model().Coefficients()
	if of.Start == len(p.times) || len(times) <= coefficients || times[0] == times[len(times)-1] {
		return nil, &MonitorDatesError{o.Start, p.times[0], p.times[len(p.times)-1], len(times), coefficients}
	}
	b := newBasis(o.model(), p.frame, times)
	for _, t := range b.terms {
		var column []float64
		for _, time := range p.times {
			column = append(column, b.value(t, time))
		}
		columns = append(columns, column)
	}
	return columns, nil
}

// monitorScratch is the memory of one goroutine.
type monitorScratch struct {
	kernel *kernel.MonitorScratch
	breaks kernel.Breaks
}

func (m *monitor) newScratch() any {
	s := &monitorScratch{kernel: kernel.NewMonitorScratch(m.of)}
	one := func() []float64 { return make([]float64, modelPixels) }
	s.breaks = kernel.Breaks{N: one(), Monitored: one(), Pivot: one()}
	for range m.columns {
		s.breaks.Coef = append(s.breaks.Coef, one())
	}
	for _, f := range m.fields {
		switch f {
		case MonitorDate:
			s.breaks.Break = one()
		case MonitorMagnitude:
			s.breaks.Magnitude = one()
		case MonitorHistoryStart:
			s.breaks.First = one()
		case MonitorR2:
			s.breaks.RSS, s.breaks.TSS = one(), one()
		}
	}
	return s
}

func (m *monitor) scratchBytes() int { return 8*(7+len(m.columns))*modelPixels + m.of.ScratchBytes() }

func (m *monitor) fit(scratch any, t kernel.Tile, out outPlanes) {
	if out.f64 != nil {
		fitMonitor(m, scratch.(*monitorScratch), t, out.f64)
	} else {
		fitMonitor(m, scratch.(*monitorScratch), t, out.f32)
	}
}

func fitMonitor[F float32 | float64](m *monitor, s *monitorScratch, t kernel.Tile, out [][]F) {
	for lo := 0; lo < t.Pixels; lo += modelPixels {
		hi := min(lo+modelPixels, t.Pixels)
		m.k.Monitor(s.breaks, s.kernel, t.Slice(lo, hi), m.of, m.valid)
		for i, f := range m.fields {
			for p, to := 0, out[i][lo:hi]; p < len(to); p++ {
				to[p] = F(m.value(&s.breaks, f, p))
			}
		}
	}
}

// value returns a field of a pixel.
func (m *monitor) value(b *kernel.Breaks, f Field, p int) float64 {
	n := b.N[p] + b.Monitored[p]
	switch {
	case f == MonitorN:
		return n
	case n < m.minObs:
		return math.NaN()
	case f == MonitorHistory:
		return b.N[p]
	case f == MonitorDate:
		return m.timeOf(b.Break[p])
	case f == MonitorHistoryStart:
		return m.timeOf(b.First[p])
	case f == MonitorMagnitude:
		return b.Magnitude[p] * m.scale
	case b.N[p] <= float64(m.of.Columns()):
		return math.NaN() // as many observations as coefficients always fit
	}
	return 1 - b.RSS[p]/b.TSS[p]
}

// predict fits a model to the history of each pixel of t, and writes its values: fitted[i][p] is the value
// for pixel p at date i. Values are NaN for pixels that are not monitored.
func predict[F float32 | float64](m *monitor, s *monitorScratch, t kernel.Tile, fitted [][]F) {
	for lo := 0; lo < t.Pixels; lo += modelPixels {
		hi := min(lo+modelPixels, t.Pixels)
		m.k.Monitor(s.breaks, s.kernel, t.Slice(lo, hi), m.of, m.valid)
		for p := range hi - lo {
			monitored := m.isMonitored(&s.breaks, p)
			for i := range fitted {
				y := kernel.NaN()
				if monitored {
					y = 0
					for j, column := range m.columns {
						y = math.FMA(s.breaks.Coef[j][p], column[i], y)
					}
					y = math.FMA(y, m.scale, m.offset)
				}
				fitted[i][lo+p] = F(y)
			}
		}
	}
}

// isMonitored reports whether a pixel can have a break.
func (m *monitor) isMonitored(b *kernel.Breaks, p int) bool {
	n := b.N[p]
	return n > float64(len(m.columns)) && m.of.Window*n >= 2 && b.Pivot[p] >= m.of.LeastPivot && b.Pivot[p] > 0 && n+b.Monitored[p] >= m.minObs
}

// timeOf returns the time of a date, NaN if there is none.
func (m *monitor) timeOf(date float64) float64 {
	if date != date {
		return date
	}
	return m.times[int(date)]
}
