package pixtrend

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/layout"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// A call refuses every option that it does not use, whichever options there are.
func TestOptionsThatAreNotUsed(t *testing.T) {
	s := drawScene[int16](8, 5, 4, Years(1, 5))
	stack := s.stack(t, layout.BSQ, s.inOrder())
	workers := []string{"Threads", "Pin", "ISA", "Progress"}
	fit := append([]string{"Fields", "MinObs", "InterceptAt", "Confidence", "Significance", "Rank", "Model", "Residuals", "Detrended", "Deseasoned", "LandTrendr", "Monitor", "Fitted", "Vertices"}, workers...)
	for _, call := range []struct {
		name string
		uses []string
		do   func(o Options) error
	}{
		{"Map", workers, func(o Options) error { return Map(t.Context(), stack, o, func(Tile[int16]) error { return nil }) }},
		{"Pack", workers, func(o Options) error {
			packed, err := stack.Pack(t.Context(), o)
			if err == nil {
				err = packed.Close()
			}
			return err
		}},
		{"Fit", fit, func(o Options) error { _, err := Fit(t.Context(), stack, o); return err }},
		{"Fit", fit, func(o Options) error {
			_, err := FitInto(t.Context(), stack, o, planes[float64](1+o.series().planes(5), stack.Pixels()))
			return err
		}},
	} {
		for i := range reflect.TypeFor[Options]().NumField() {
			name := reflect.TypeFor[Options]().Field(i).Name
			var o Options
			switch field := reflect.ValueOf(&o).Elem().Field(i); name {
			case "Fields":
				o.Fields = []stats.Field{stats.Mean}
			case "Rank":
				o.Rank.NormalP = true
				if slices.Contains(call.uses, name) {
					o.Fields = []stats.Field{stats.MKPValue}
				}
			case "InterceptAt":
				o.InterceptAt = "2003"
			case "ISA":
				o.ISA = "generic"
			case "Model":
				o.Model.Degree = 2
			case "Deseasoned":
				o.Deseasoned = true
				if slices.Contains(call.uses, name) {
					o.Model = Model{Harmonics: 1, Period: 3.5}
				}
			case "LandTrendr", "Fitted", "Vertices":
				if name == "LandTrendr" {
					o.LandTrendr = &stats.LandTrendrOptions{}
					*o.LandTrendr = stats.DefaultLandTrendr()
				} else {
					field.SetBool(true)
				}
				if slices.Contains(call.uses, name) {
					o.Fields = []stats.Field{stats.Segments}
				}
			case "Monitor":
				o.Monitor = &MonitorOptions{Start: "0004"}
				if slices.Contains(call.uses, name) {
					o.Fields = []stats.Field{stats.MonitorDate}
				}
			case "Progress":
				o.Progress = func(int, int) {}
			case "Confidence", "Significance":
				field.SetFloat(0.5)
			default:
				switch {
				case field.CanInt():
					field.SetInt(2)
				case field.CanUint():
					field.SetUint(1)
				default:
					field.SetBool(true)
				}
			}
			err := call.do(o)
			var refused *OptionError
			if slices.Contains(call.uses, name) {
				if err != nil {
					t.Errorf("%s with %s: %v", call.name, name, err)
				}
			} else if !errors.As(err, &refused) || *refused != (OptionError{call.name, name}) {
				t.Errorf("%s with %s: %v", call.name, name, err)
			}
		}
	}
	g := gridOf(10, 10, 3, 0, 0, s.stack(t, layout.BSQ, s.inOrder()).view.Type)
	var refused *OptionError
	if _, err := NewStreamPlan(g, Options{Progress: func(int, int) {}}); !errors.As(err, &refused) || refused.Option != "Progress" {
		t.Errorf("a plan with progress: %v", err)
	}
}

// Fields that are times are refused where float32 does not hold the times.
func TestTimesOfFloat32(t *testing.T) {
	for _, tt := range []struct {
		times []float64
		lost  float64 // 0: none
	}{
		{[]float64{1995, 1996, 2015}, 0},
		{[]float64{0.1, 0.2, 338.8}, 0}, // rounded, as all results are
		{[]float64{-1 << 24, 0, 1 << 24}, 0},
		{[]float64{0, 1e9, 1e9 + 64}, 0},
		{[]float64{0, 1<<24 + 1, 1 << 25}, 1<<24 + 1},
		{[]float64{1e9, 1e9 + 1, 1e9 + 3}, 1e9 + 1},
		{[]float64{1e9, 1e9 + 100}, 1e9 + 100},
		{[]float64{20000.5, 20000.5001}, 20000.5001},
		{[]float64{1, 1e300}, 1e300},
	} {
		axis, _, err := timeaxis.NewXAxis(tt.times, "")
		if err != nil {
			t.Fatal(err)
		}
		g := Grid{Width: 1, Height: 1, Axis: axis, Type: kernel.Float32}
		s, err := NewStackOn(make([]float32, len(tt.times)), layout.BSQ, 1, 1, axis, []int{0, 1, 2}[:len(tt.times)])
		if err != nil {
			t.Fatal(err)
		}
		for _, fields := range [][]stats.Field{{stats.First}, {stats.Slope, stats.Last}, {stats.Slope, stats.FittedLast, stats.Change}} {
			lost := tt.lost
			if len(fields) == 3 {
				lost = 0
			}
			check := func(what string, err error, lost float64) {
				t.Helper()
				e := (*PrecisionError)(nil)
				if errors.As(err, &e) != (lost != 0) || lost == 0 && err != nil || e != nil && (e.Time != lost || e.Field != fields[len(fields)-1]) {
					t.Errorf("%s of %v on %v: %v", what, fields, tt.times, err)
				}
			}
			_, err := NewStreamPlan(g, Options{Fields: fields})
			check("a stream", err, lost)
			_, err = NewStreamPlan(g, Options{Fields: fields, Float64: true})
			check("a stream in float64", err, 0)
			_, err = Fit(t.Context(), s, Options{Fields: fields})
			check("a fit", err, lost)
			_, err = FitInto(t.Context(), s, Options{Fields: fields}, planes[float64](len(fields), 1))
			check("a fit in float64", err, 0)
		}
	}
}

// BFAST monitor in memory is that of stats, with its dates read on the axis; dates that do not suit it are
// errors that name them.
func TestMonitorOptions(t *testing.T) {
	var axis []float64
	for i := range 40 {
		axis = append(axis, float64(2000+i))
	}
	s := drawScene[float32](8, 5, 4, Years(2000, 2039))
	stack := s.stack(t, layout.BSQ, s.inOrder())
	samples, _ := s.data(layout.BSQ, s.inOrder())
	fields := stats.BreakFields(stats.BFASTMonitor)
	for history, want := range map[string]stats.MonitorOptions{
		"": {}, "all": {}, "roc": {History: stats.HistoryROC}, "2005": {History: stats.HistoryFrom, From: 2005},
	} {
		got, err := Fit(t.Context(), stack, Options{Fields: fields, Monitor: &MonitorOptions{Start: "2030", History: history}})
		if err != nil {
			t.Fatal(err)
		}
		want.Start = 2030
		plan, err := stats.NewPlan(kernel.Best(), axis, stats.Options{Fields: fields, Monitor: &want, Valid: s.valid, Scale: s.scale, Offset: s.offset})
		if err != nil {
			t.Fatal(err)
		}
		planes := planes[float32](len(fields), stack.Pixels())
		stats.Fit(plan, plan.NewScratch(), kernel.TileOf(samples, stack.Pixels(), 40, stack.Pixels()), planes)
		for i, f := range fields {
			for p := range planes[i] {
				if x, y := got.Plane(f)[p], planes[i][p]; x != y && !(x != x && y != y) {
					t.Fatalf("history %q, %v of pixel %d: %v, want %v", history, f, p, x, y)
				}
			}
		}
	}
	for _, tt := range []struct{ start, history, want string }{
		{"2040", "", "run from 2000 to 2039"},
		{"2002", "", "the 2 dates of the history, before 2002"},
		{"2030", "2031", "history begins at 2031"},
		{"2030-01-01", "", "is a day"},
	} {
		_, err := Fit(t.Context(), stack, Options{Fields: fields, Monitor: &MonitorOptions{Start: tt.start, History: tt.history}})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("start %s, history %s: the error is %v", tt.start, tt.history, err)
		}
	}
}
