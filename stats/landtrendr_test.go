package stats

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend/kernel"
)

// goldSegments are the vertices that zeit-cdts 2.2.0 finds, a port of LandTrendr-2012, for changes that rise.
type goldSegments struct {
	Vertices [][2]float64 `json:"vertices"`
	RMSE     float64      `json:"rmse"`
}

func goldLandTrendr(t *testing.T) map[string]goldSegments {
	t.Helper()
	goldOf(t) // skips without the file
	text, err := os.ReadFile("../../shared/reference/gold_robust.json")
	if err != nil {
		t.Fatal(err)
	}
	var gold struct {
		Breaks struct {
			Zeit struct{ Results map[string]goldSegments } `json:"zeit_landtrendr"`
		}
	}
	if err := json.Unmarshal(text, &gold); err != nil {
		t.Fatal(err)
	}
	return gold.Breaks.Zeit.Results
}

// The vertices of each series are those of zeit-cdts: all in the same years, and but for one series with
// the same values. Series 140 has whole numbers, and models that cost the same tie: zeit-cdts removes
// another vertex where its rounding errors decide.
func TestSegmentsOfZeit(t *testing.T) {
	gold := goldLandTrendr(t)
	o := DefaultLandTrendr()
	o.Gain, o.PerYear = true, 1
	compared := 0
	for _, of := range goldOf(t) {
		want, is := gold[fmt.Sprint(of.ID)]
		if !is {
			continue
		}
		compared++
		s := newSegmenter(o, len(of.T))
		var series []float64
		for _, y := range of.samples() {
			series = append(series, float64(y))
		}
		if !s.segment(series, of.T) || len(s.at) != len(want.Vertices) {
			t.Errorf("%d, %s: vertices at %v, want %v", of.ID, of.Name, s.at, want.Vertices)
			continue
		}
		for i, at := range s.at {
			year, value := want.Vertices[i][0], want.Vertices[i][1]
			if of.T[at] != year {
				t.Errorf("%d, %s: vertex %d is in %v, want %v", of.ID, of.Name, i, of.T[at], year)
			}
			if got := s.first + s.sign*s.values[i]; !(math.Abs(got-value) <= 1e-8*math.Abs(value)+1e-10) && of.ID != 140 {
				t.Errorf("%d, %s: vertex %d has the value %v, want %v", of.ID, of.Name, i, got, value)
			}
		}
		n := float64(of.observations())
		if rmse := want.RMSE * math.Sqrt((n-float64(len(s.at)))/n); !(math.Abs(s.rmse-rmse) <= 1e-8*rmse) && of.ID != 140 {
			t.Errorf("%d, %s: the error is %v, want %v", of.ID, of.Name, s.rmse, rmse)
		}
	}
	if compared != 45 {
		t.Errorf("%d series compared", compared)
	}
}

// fell returns a series of n years that is level, falls at year at by loss and recovers in so many years.
func fell(n, at, years int, loss float64) []float64 {
	y := make([]float64, n)
	for i := range y {
		y[i] = 0.75
		if i >= at {
			y[i] -= loss * max(0, 1-float64(i-at)/float64(years))
		}
	}
	return y
}

func TestDegenerateLandTrendr(t *testing.T) {
	times := years(2001, 2024)
	level := func(y float64) []float64 { return slices.Repeat([]float64{y}, 24) }
	turned := func(y []float64) []float64 {
		for i := range y {
			y[i] = -y[i]
		}
		return y
	}
	gaps := func(y []float64, at ...int) []float64 {
		for _, i := range at {
			y[i] = nan
		}
		return y
	}
	flat := map[Field]float64{Segments: 1, SegmentsPValue: 1, SegmentsRMSE: 0}
	// Exact lines: down from 2010 to 2011, then up to 2017.
	loss := map[Field]float64{BreakYear: 2011, BreakMagnitude: 0.5, BreakDuration: 1, BreakRate: 0.5, BreakBefore: 0.75, BreakAfter: 0.25,
		Segments: 4, SegmentsRMSE: 0, SegmentsPValue: 0}
	gain := maps.Clone(loss)
	gain[BreakBefore], gain[BreakAfter] = -0.75, -0.25
	late := maps.Clone(loss)
	late[Segments] = 5 // a level one before the first observation
	for _, row := range []struct {
		name string
		y    []float64
		gain bool
		want map[Field]float64
	}{
		{"no observation", level(nan), false, nil},
		{"five observations", append(slices.Repeat([]float64{nan}, 19), 1, 2, 1, 4, 2), false, nil},
		{"six observations", append(slices.Repeat([]float64{nan}, 18), 1, 1, 1, 1, 1, 1), false, flat},
		{"constant", level(7), false, flat},
		{"constant with gaps", gaps(level(7), 0, 5, 6, 23), false, flat},
		{"exact segments", fell(24, 10, 8, 0.5), false, loss},
		{"exact segments, gains", turned(fell(24, 10, 8, 0.5)), true, gain},
		{"exact segments with gaps", gaps(fell(24, 10, 8, 0.5), 4, 13), false, loss},
		{"the first years are missing", gaps(fell(24, 10, 8, 0.5), 0, 1), false, late},
	} {
		o := DefaultLandTrendr()
		o.Gain, o.SpikeThreshold = row.gain, 1
		for _, k := range kernels(t) {
			series := make([][]float64, 70)
			for p := range series {
				series[p] = fell(24, 3+p%10, 9, 0.3)
			}
			series[0], series[64] = row.y, row.y
			fields := BreakFields(LandTrendr)
			out := fitSeries[float64](t, k, times, series, Options{Fields: fields, LandTrendr: &o})
			for _, p := range []int{0, 64} {
				for f, field := range fields {
					got, want := out[f][p], nan
					if x, ok := row.want[field]; ok {
						want = x
					}
					if field == BreakDSNR && row.want[Segments] > 1 {
						continue // the magnitude over rounding errors, or NaN without any
					}
					if !(math.Abs(got-want) <= 1e-9*max(1, math.Abs(want)) || got != got && want != want) {
						t.Errorf("%s, %v: %v is %v, want %v", row.name, k.ISA(), field, got, want)
					}
				}
			}
		}
	}
}

// disturbedSeries returns some of the series of the benchmark.
func disturbedSeries(pixels, dates int) [][]float64 {
	samples := disturbed(pixels, dates, 0.15)
	series := make([][]float64, pixels)
	for p := range series {
		for i := range dates {
			series[p] = append(series[p], float64(samples[i*pixels+p]))
		}
	}
	return series
}

// A pixel has the same bits whatever its neighbours, the fields and the kernel are.
func TestLandTrendrIsTheSameAlone(t *testing.T) {
	times, series := years(1985, 2016), disturbedSeries(300, 32)
	fields := BreakFields(LandTrendr)
	var want [][]float64
	for _, k := range kernels(t) {
		all := fitSeries[float64](t, k, times, series, Options{Fields: fields})
		if want == nil {
			want = all
		}
		for f, field := range fields {
			if !sameBits(all[f], want[f]) {
				t.Errorf("%v: %v differs", k.ISA(), field)
			}
			alone := fitSeries[float64](t, k, times, series[69:70], Options{Fields: []Field{N, field, SenSlope}})
			if !sameBits(alone[1], want[f][69:70]) {
				t.Errorf("%v: %v of one pixel differs alone", k.ISA(), field)
			}
		}
	}
	found := 0
	for _, year := range want[0] {
		if year == year {
			found++
		}
	}
	if found < 100 || found > 290 {
		t.Errorf("%d of 300 pixels have a break", found)
	}
}

// The segments do not depend on the unit of samples or times.
func TestLandTrendrInOtherUnits(t *testing.T) {
	times, series := years(1985, 2016), disturbedSeries(300, 32)
	fields := BreakFields(LandTrendr)
	k := kernel.Best()
	want := fitSeries[float64](t, k, times, series, Options{Fields: fields})
	scaled, days := make([][]float64, len(series)), make([]float64, len(times))
	for p, y := range series {
		for _, y := range y {
			scaled[p] = append(scaled[p], 3-y*4096)
		}
	}
	for i, year := range times {
		days[i] = (year - 1970) * 256 // years of 256 days
	}
	o := DefaultLandTrendr()
	o.PerYear = 256
	got := fitSeries[float64](t, k, days, scaled, Options{Fields: fields, LandTrendr: &o, PerUnit: 256, Scale: -1. / 4096, Offset: 3. / 4096})
	for f, field := range fields {
		for p := range series {
			x, y := got[f][p], want[f][p]
			if field == BreakYear {
				x = x/256 + 1970
			}
			if !(math.Abs(x-y) <= 1e-9*max(1, math.Abs(y)) || x != x && y != y) {
				t.Errorf("%v of pixel %d is %v, want %v", field, p, x, y)
			}
		}
	}
}

// A recovery of exactly the threshold is allowed in any unit. This pixel of leaf area has a model of three
// segments, of which the last recovers the whole range in four years.
func TestRecoveryAtTheThreshold(t *testing.T) {
	y := []float32{0.23624201, 0.3527174, 0.28152174, 0.1951087, 0.28858697, 0.3228261, 0.25326088, 0.30978262, 0.29945654, 0.35597825,
		0.3027174, 0.31847826, 0.35163045, 0.4527174, 0.35108697, 0.19673973, 0.28478262, 0.3869565, 0.3206522, 0.40543479}
	var series [][]float64
	for factor := 1; factor < 100; factor++ {
		var scaled []float64
		for _, y := range y {
			scaled = append(scaled, float64(y)*float64(factor))
		}
		series = append(series, scaled)
	}
	o := DefaultLandTrendr()
	o.OneYearRecovery = true
	for _, k := range kernels(t) {
		out := fitSeries[float64](t, k, years(2001, 2020), series, Options{Fields: []Field{Segments}, LandTrendr: &o})
		for p, n := range out[0] {
			if n != 3 {
				t.Errorf("%v, times %d: %v segments", k.ISA(), p+1, n)
			}
		}
	}
}

// The bits are the same on every architecture.
func TestGoldenLandTrendr(t *testing.T) {
	const golden = 0xf7b19a7159bb3339
	for _, k := range kernels(t) {
		out := fitSeries[float64](t, k, years(1985, 2016), disturbedSeries(300, 32), Options{Fields: BreakFields(LandTrendr)})
		if got := hashOf(t, out...); got != golden {
			t.Errorf("%v: the fields have hash %#016x, want %#016x", k.ISA(), got, uint64(golden))
		}
	}
}

// The trajectory joins its vertices, and agrees with the fields.
func TestTrajectories(t *testing.T) {
	times, series := years(1985, 2016), disturbedSeries(200, 32)
	p, err := NewPlan(kernel.Best(), times, Options{Fields: BreakFields(LandTrendr), Scale: 0.5, Offset: 2})
	if err != nil {
		t.Fatal(err)
	}
	fields := fitPlan[float64](p, series)
	data := make([]float64, len(times)*len(series))
	for x, y := range series {
		for i := range times {
			data[i*len(series)+x] = y[i]
		}
	}
	planes := func(n int) [][]float64 {
		all := make([][]float64, n)
		for i := range all {
			all[i] = make([]float64, len(series))
		}
		return all
	}
	fitted, vertices := planes(len(times)), planes(DefaultLandTrendr().VertexPlanes())
	Trajectories(p, p.NewScratch(), kernel.TileOf(data, len(series), len(times), len(series)), fitted, vertices)
	at := func(f Field, x int) float64 { return fields[slices.Index(p.Fields(), f)][x] }
	for x := range series {
		n, squares, count := 0, 0.0, 0.0
		for n < 7 && vertices[n][x] == vertices[n][x] {
			year, value := vertices[n][x], vertices[7+n][x]
			if !(math.Abs(fitted[int(year)-1985][x]-value) <= 1e-12) {
				t.Errorf("pixel %d: the trajectory has the value %v at the vertex %v, %v", x, fitted[int(year)-1985][x], year, value)
			}
			n++
		}
		for i := range times {
			if y := series[x][i]; y == y {
				d := y*0.5 + 2 - fitted[i][x]
				squares, count = squares+d*d, count+1
			}
		}
		if rmse := math.Sqrt(squares / count); !(math.Abs(rmse-at(SegmentsRMSE, x)) <= 1e-12) || float64(n-1) != at(Segments, x) {
			t.Errorf("pixel %d: %d segments with an error of %v, the fields are %v and %v", x, n-1, rmse, at(Segments, x), at(SegmentsRMSE, x))
		}
		if year := at(BreakYear, x); year == year {
			before, after := fitted[int(year)-1986][x], fitted[int(year)-1986+int(at(BreakDuration, x))][x]
			if !(math.Abs(before-at(BreakBefore, x)) <= 1e-12) || !(math.Abs(after-at(BreakAfter, x)) <= 1e-12) ||
				!(math.Abs(before-after-at(BreakMagnitude, x)) <= 1e-12) {
				t.Errorf("pixel %d: from %v to %v, the fields are %v, %v and %v", x, before, after, at(BreakBefore, x), at(BreakAfter, x), at(BreakMagnitude, x))
			}
		}
	}
}

// Of several changes, the fields describe the one that is asked for.
func TestEvents(t *testing.T) {
	times := years(2001, 2024)
	y := make([]float64, 24)
	for i := range y { // down by 0.3 in one year, up again, down by 0.5 in ten years, then level
		switch {
		case i < 4:
			y[i] = 0.9
		case i < 10:
			y[i] = 0.6 + 0.05*float64(i-4)
		case i < 20:
			y[i] = 0.9 - 0.05*float64(i-10)
		default:
			y[i] = 0.4
		}
	}
	for event, want := range map[Event]float64{Greatest: 2012, Newest: 2012, Oldest: 2005, Fastest: 2005, Longest: 2012} {
		o := DefaultLandTrendr()
		o.Event, o.SpikeThreshold = event, 1
		out := fitSeries[float64](t, kernel.Best(), times, [][]float64{y}, Options{Fields: []Field{BreakYear, Segments}, LandTrendr: &o})
		if out[0][0] != want {
			t.Errorf("%v: the break is in %v, want %v, of %v segments", event, out[0][0], want, out[1][0])
		}
		if of, err := ParseEvent(event.String()); err != nil || of != event {
			t.Errorf("%v reads as %v, %v", event, of, err)
		}
	}
}

func TestWrongLandTrendr(t *testing.T) {
	for want, change := range map[string]func(*LandTrendrOptions){
		"0 segments":        func(o *LandTrendrOptions) { o.MaxSegments = 0 },
		"give 1 to 24":      func(o *LandTrendrOptions) { o.MaxSegments = 25 },
		"-1 vertices":       func(o *LandTrendrOptions) { o.VertexOvershoot = -1 },
		"spikes of 1.5":     func(o *LandTrendrOptions) { o.SpikeThreshold = 1.5 },
		"p-value of 1 ":     func(o *LandTrendrOptions) { o.PValue = 1 },
		"recovery of NaN":   func(o *LandTrendrOptions) { o.RecoveryThreshold = nan },
		"proportion of 2.5": func(o *LandTrendrOptions) { o.BestModel = 2.5 },
		"set to 1":          func(o *LandTrendrOptions) { o.MinObs = 1 },
		"Event(9)":          func(o *LandTrendrOptions) { o.Event = 9 },
	} {
		o := DefaultLandTrendr()
		change(&o)
		if _, err := NewPlan(kernel.Best(), years(2001, 2020), Options{Fields: []Field{Segments}, LandTrendr: &o}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
	if _, err := NewPlan(kernel.Best(), []float64{2001, 2002, 2002, 2003}, Options{Fields: []Field{Segments}}); !errors.Is(err, ErrSharedDates) {
		t.Errorf("equal dates: %v", err)
	}
	if _, err := ParseBreakFields(LandTrendr, "year,slope"); err == nil || !strings.Contains(err.Error(), "landtrendr") {
		t.Errorf("slope is read as a field of breaks: %v", err)
	}
	if fields, err := ParseBreakFields(LandTrendr, "rmse, year"); err != nil || !slices.Equal(fields, []Field{SegmentsRMSE, BreakYear}) {
		t.Errorf("rmse, year: %v, %v", fields, err)
	}
	if _, err := ParseFields("segments"); err == nil {
		t.Error("segments is read as a field of a trend")
	}
}

// Series of wild numbers end, and give no infinite loop.
func TestLandTrendrOfExtremes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var series [][]float64
	for p := range 300 {
		y := make([]float64, 40)
		for i := range y {
			switch p % 3 {
			case 0:
				y[i] = math.Ldexp(r.Float64()-0.5, r.IntN(2000)-1000)
			case 1:
				y[i] = float64(i % 2)
			default:
				y[i] = float64(r.IntN(2)) * math.SmallestNonzeroFloat64
			}
		}
		series = append(series, y)
	}
	out := fitSeries[float64](t, kernel.Best(), years(1985, 2024), series, Options{Fields: []Field{Segments}})
	for p, n := range out[0] {
		if !(n >= 1 && n <= 6) {
			t.Errorf("pixel %d has %v segments", p, n)
		}
	}
}
