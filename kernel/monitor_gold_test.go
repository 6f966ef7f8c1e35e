package kernel

import (
	"encoding/json"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// goldMonitor is a result of bfastmonitor of R. Breakpoint and History are times of R's ts, in years.
type goldMonitor struct {
	Start, Magnitude float64
	Breakpoint       *float64
	History          [2]float64
	Order            int
	Critval          float64
	N                int `json:"n_history"`
}

// compareMonitor compares the results of one series with those of R. Times are those of the dates.
func compareMonitor(t *testing.T, name string, times, y []float64, order int, want goldMonitor) {
	t.Helper()
	columns := [][]float64{nil, nil}
	for i := range times {
		columns[0] = append(columns[0], 1)
		columns[1] = append(columns[1], 2*(times[i]-times[0])/(times[len(times)-1]-times[0])-1)
	}
	for k := 1; k <= order; k++ {
		var cos, sin []float64
		for _, t := range times {
			cos, sin = append(cos, math.Cos(2*math.Pi*t*float64(k))), append(sin, math.Sin(2*math.Pi*t*float64(k)))
		}
		columns = append(columns, cos, sin)
	}
	o := Monitoring{Window: 0.25, Critical: defaultCritical}
	if strings.Contains(name, "ROC") {
		o.Reverse = defaultReverse
	}
	for o.Start < len(times) && times[o.Start] < want.Start-1e-9 {
		o.Start++
	}
	tile := TileOf(y, 1, len(y), 1)
	got := breaksOf(Best(), tile, NewMonitor(columns, o), Valid{})
	at := func(date float64) float64 {
		if math.IsNaN(date) {
			return date
		}
		return times[int(date)]
	}
	breakpoint := math.NaN()
	if want.Breakpoint != nil {
		breakpoint = *want.Breakpoint
	}
	same := func(what string, got, want, bound float64) {
		if !(math.Abs(got-want) <= bound) && !(math.IsNaN(got) && math.IsNaN(want)) {
			t.Errorf("%s: %s is %.12v, want %.12v", name, what, got, want)
		}
	}
	same("break", at(got.Break[0]), breakpoint, 1e-6)
	same("magnitude", got.Magnitude[0], want.Magnitude, 1e-8)
	same("history", at(got.First[0]), want.History[0], 1e-6)
	same("critical value", o.Critical, want.Critval, 1e-9)
	if want.N != 0 {
		same("n", got.N[0], float64(want.N), 0)
	}
}

// Breaks, magnitudes and stable histories are those of bfastmonitor of R, for monthly series.
func TestMonitorOfR(t *testing.T) {
	compared := 0
	for _, g := range readGold(t) {
		for name, raw := range g.R {
			if !strings.HasPrefix(name, "bfastmonitor") {
				continue
			}
			var want goldMonitor
			if err := json.Unmarshal(raw, &want); err != nil {
				t.Fatal(g.ID, name, err)
			}
			times, y := make([]float64, len(g.T)), make([]float64, len(g.T))
			for i := range g.T {
				times[i], y[i] = 2000+g.T[i]/12, math.NaN()
				if g.Y[i] != nil {
					y[i] = float64(*g.Y[i])
				}
			}
			compareMonitor(t, strconv.Itoa(g.ID)+" "+name, times, y, want.Order, want)
			compared++
		}
	}
	if compared < 28 {
		t.Errorf("%d results of R compared, want 28", compared)
	}
}

// The same for Landsat scenes, which bfast takes on a grid of 365 days a year.
func TestMonitorOfDaysOfR(t *testing.T) {
	data, err := os.ReadFile("../../shared/reference/gold_robust.json")
	if err != nil {
		t.Skip("no gold values here: ", err)
	}
	var gold struct {
		Breaks struct {
			Grid map[string]json.RawMessage `json:"R_bfastmonitor_daily_grid"`
		}
	}
	if err := json.Unmarshal(data, &gold); err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, g := range readGold(t) {
		var results map[string]json.RawMessage
		if raw := gold.Breaks.Grid[strconv.Itoa(g.ID)]; len(raw) == 0 || json.Unmarshal(raw, &results) != nil {
			continue // an empty list
		}
		var times, y []float64
		for i, day := range g.T {
			if g.Y[i] == nil {
				continue
			}
			times, y = append(times, gridTime(day)), append(y, float64(*g.Y[i]))
		}
		for name, raw := range results {
			if !strings.HasPrefix(name, "bfastmonitor") {
				continue
			}
			var want goldMonitor
			if err := json.Unmarshal(raw, &want); err != nil {
				t.Fatal(g.ID, name, err)
			}
			order := int(name[len(name)-1] - '0')
			compareMonitor(t, strconv.Itoa(g.ID)+" "+name, times, y, order, want)
			compared++
		}
	}
	if compared < 12 {
		t.Errorf("%d results of R compared, want 12", compared)
	}
}

// gridTime returns the time in years of a day since 1970 on a grid of 365 days a year.
func gridTime(day float64) float64 {
	date := time.Unix(int64(day)*86400, 0).UTC()
	return float64(date.Year()) + float64(min(date.YearDay()-1, 364))/365
}
