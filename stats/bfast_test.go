package stats

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend/kernel"
)

// monitorSeries returns the fields of BFAST monitor of one series.
func monitorSeries(t *testing.T, k kernel.Kernel, times []float64, y []float32, o Options) map[Field]float64 {
	t.Helper()
	o.Fields = BreakFields(BFASTMonitor)
	p, err := NewPlan(k, times, o)
	if err != nil {
		t.Fatal(err)
	}
	out := make([][]float64, len(o.Fields))
	for i := range out {
		out[i] = make([]float64, 1)
	}
	Fit(p, p.NewScratch(), kernel.TileOf(y, 1, len(y), 1), out)
	fields := map[Field]float64{}
	for i, f := range o.Fields {
		fields[f] = out[i][0]
	}
	return fields
}

// Dates of breaks and of stable histories, and magnitudes, are those of bfastmonitor of R.
func TestMonitorOfR(t *testing.T) {
	compared := 0
	for _, s := range readGold(t) {
		for name, raw := range s.R {
			if !strings.HasPrefix(name, "bfastmonitor") {
				continue
			}
			var want struct {
				Start, Magnitude float64
				Breakpoint       *float64
				History          [2]float64
			}
			if err := json.Unmarshal(raw, &want); err != nil {
				t.Fatal(err)
			}
			month := func(year float64) float64 { return math.Round(12 * (year - 2000)) } // of the times of R's ts
			o := MonitorOptions{Start: month(want.Start), Harmonics: 3, Period: 12}
			if strings.HasSuffix(name, "ROC") {
				o.History = HistoryROC
			}
			for _, k := range kernels(t) {
				got := monitorSeries(t, k, s.T, s.samples(), Options{Monitor: &o})
				date := math.NaN()
				if want.Breakpoint != nil {
					date = month(*want.Breakpoint)
				}
				if x := got[MonitorDate]; x != date && !(math.IsNaN(x) && math.IsNaN(date)) {
					t.Errorf("%s, %s: the break is at %v, want %v", s.Name, name, x, date)
				}
				if x := got[MonitorHistoryStart]; x != month(want.History[0]) {
					t.Errorf("%s, %s: the history begins at %v, want %v", s.Name, name, x, month(want.History[0]))
				}
				if x := got[MonitorMagnitude]; !(math.Abs(x-want.Magnitude) <= 1e-8) {
					t.Errorf("%s, %s: the magnitude is %v, want %v", s.Name, name, x, want.Magnitude)
				}
			}
			compared++
		}
	}
	if compared < 6 {
		t.Errorf("%d results of R compared", compared)
	}
}

// The critical values are those of strucchange: 1.341824510076 is in its table, 0.94789… solves its
// equation, and values between levels are interpolated.
func TestCriticalValues(t *testing.T) {
	near := func(what string, got, want, bound float64) {
		t.Helper()
		if !(math.Abs(got-want) <= bound) {
			t.Errorf("%s is %.12v, want %v", what, got, want)
		}
	}
	near("MOSUM at 0.05", criticalMOSUM(0.25, 0.05), 1.341824510076, 1e-9)
	near("MOSUM at 0.01", criticalMOSUM(0.25, 0.01), 1.521644972796, 1e-9)
	near("MOSUM at 0.001", criticalMOSUM(1, 0.001), 3.94102916093653, 1e-9)
	near("MOSUM at 0.0495", criticalMOSUM(0.5, 0.0495), (1.90200317899371+1.90575941243566)/2, 1e-9)
	near("CUSUM at 0.05", criticalCUSUM(0.05), 0.9478982, 1e-6)
	near("CUSUM at 0.01", criticalCUSUM(0.01), 1.143, 1e-3)
	for level := leastLevel; level < greatestLevel; level += 0.0003 {
		next := min(level+0.0003, greatestLevel)
		for _, w := range windows {
			if !(criticalMOSUM(w, level) > criticalMOSUM(w, next)) {
				t.Errorf("window %v: the critical value at %v is not above that at %v", w, level, next)
			}
		}
		if x := crossing(criticalCUSUM(level)); !(math.Abs(x-level) <= 1e-14) {
			t.Errorf("a Wiener process crosses the boundary of %v with probability %v", level, x)
		}
	}
}

// monitorYears are monthly times of 10 years, in years.
func monitorYears() (times []float64) {
	for i := range 120 {
		times = append(times, 2000+float64(i)/12)
	}
	return times
}

// Each row of the table of pixels without a break in docs/breaks.md.
func TestDegenerateMonitor(t *testing.T) {
	times := monitorYears()
	noise := func(i int) float64 { return float64(i*i%17) / 100 }
	if i := int(12 * 8); times[i] != 2008 {
		t.Fatal(times[i])
	}
	nan := math.NaN()
	any := math.Inf(1)
	for _, c := range []struct {
		name                                  string
		y                                     func(i int) float64
		date, magnitude, start, history, r, n float64
		minObs                                int
	}{
		{"no observations", func(int) float64 { return nan }, nan, nan, nan, 0, nan, 0, 0},
		{"fewer observations than MinObs", noise, nan, nan, nan, nan, nan, 120, 121},
		{"history as long as the model", func(i int) float64 { return map[bool]float64{true: noise(i), false: nan}[i >= 92] }, nan, nan, times[92], 4, nan, 28, 0},
		{"window of one", func(i int) float64 { return map[bool]float64{true: noise(i), false: nan}[i >= 89] }, nan, nan, times[89], 7, any, 31, 0},
		{"history of one season", func(i int) float64 { return map[bool]float64{true: noise(i), false: nan}[i%12 < 2 || i >= 96] }, nan, nan, 2000, 16, any, 40, 0},
		{"no monitored observations", func(i int) float64 { return map[bool]float64{true: nan, false: noise(i)}[i >= 96] }, nan, nan, 2000, 96, any, 96, 0},
		{"constant", func(int) float64 { return 7 }, nan, 0, 2000, 96, nan, 120, 0},
		{"constant history, then another", func(i int) float64 { return map[bool]float64{true: 9, false: 7}[i >= 100] }, times[100], 2, 2000, 96, nan, 120, 0},
		{"break", func(i int) float64 { return noise(i) + map[bool]float64{true: 5}[i >= 100] }, times[100], any, 2000, 96, any, 120, 0},
	} {
		y := make([]float32, len(times))
		for i := range y {
			y[i] = float32(c.y(i))
		}
		got := monitorSeries(t, kernel.Best(), times, y, Options{MinObs: c.minObs, Monitor: &MonitorOptions{Start: 2008, Harmonics: 1, Period: 1}})
		for f, want := range map[Field]float64{MonitorDate: c.date, MonitorMagnitude: c.magnitude, MonitorHistoryStart: c.start,
			MonitorHistory: c.history, MonitorR2: c.r, MonitorN: c.n} {
			if want != any && !(math.Abs(got[f]-want) <= 1e-12) && !(math.IsNaN(got[f]) && math.IsNaN(want)) {
				t.Errorf("%s: %v is %v, want %v", c.name, f, got[f], want)
			}
		}
	}
}

// Magnitudes are in the unit of the samples, whatever they are stored in.
func TestMonitorScale(t *testing.T) {
	times := monitorYears()
	y := make([]float32, len(times))
	for i := range y {
		y[i] = float32(1000 + i*i%17)
		if i >= 100 {
			y[i] -= 300
		}
	}
	o := MonitorOptions{Start: 2008, Harmonics: 1, Period: 1}
	plain := monitorSeries(t, kernel.Best(), times, y, Options{Monitor: &o})
	scaled := monitorSeries(t, kernel.Best(), times, y, Options{Monitor: &o, Scale: -0.01, Offset: 5})
	if scaled[MonitorMagnitude] != plain[MonitorMagnitude]*-0.01 || scaled[MonitorDate] != plain[MonitorDate] {
		t.Errorf("break at %v of %v, with a scale at %v of %v", plain[MonitorDate], plain[MonitorMagnitude], scaled[MonitorDate], scaled[MonitorMagnitude])
	}
}

// Options and dates that no pixel can have a result with are errors.
func TestWrongMonitorOptions(t *testing.T) {
	times := monitorYears()
	good := MonitorOptions{Start: 2008, Harmonics: 3, Period: 1}
	for name, c := range map[string]struct {
		change func(*MonitorOptions)
		dates  bool // the error is a MonitorDatesError
	}{
		"start after the dates":       {func(o *MonitorOptions) { o.Start = 2011 }, true},
		"start before the dates":      {func(o *MonitorOptions) { o.Start = 1999 }, true},
		"short history":               {func(o *MonitorOptions) { o.Start = 2000.6 }, true},
		"history from a late date":    {func(o *MonitorOptions) { o.History, o.From = HistoryFrom, 2007.9 }, true},
		"history from after start":    {func(o *MonitorOptions) { o.History, o.From = HistoryFrom, 2009 }, false},
		"start is no number":          {func(o *MonitorOptions) { o.Start = math.NaN() }, false},
		"unknown history":             {func(o *MonitorOptions) { o.History = 9 }, false},
		"window without a value":      {func(o *MonitorOptions) { o.Window = 0.3 }, false},
		"level above 0.05":            {func(o *MonitorOptions) { o.Level = 0.1 }, false},
		"level below 0.001":           {func(o *MonitorOptions) { o.Level = 0.0009 }, false},
		"too many harmonics":          {func(o *MonitorOptions) { o.Harmonics = 5 }, false},
		"harmonics without a period":  {func(o *MonitorOptions) { o.Period = 0 }, false},
		"harmonics that cannot be":    {func(o *MonitorOptions) { o.Period = 1. / 12 }, false},
		"history of a part of a year": {func(o *MonitorOptions) { o.Start, o.History, o.From, o.Harmonics = 2004, HistoryFrom, 2003.7, 1 }, true},
	} {
		o := good
		c.change(&o)
		_, err := NewPlan(kernel.Best(), times, Options{Fields: []Field{MonitorDate}, Monitor: &o})
		var dates *MonitorDatesError
		if err == nil || errors.As(err, &dates) != c.dates {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
	if _, err := NewPlan(kernel.Best(), times, Options{Fields: []Field{MonitorDate}}); err == nil {
		t.Error("no error without options")
	}
}
