package stats

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend/internal/regress"
	"github.com/pixtrend/pixtrend/kernel"
)

// otherModel is a model that statsmodels fitted, see testdata/models.py.
type otherModel struct {
	Name              string
	T                 []float64
	Y                 []*float64
	Degree, Harmonics int
	Period            float64
	Step              *float64
	Weights           []float64
	Covariates        map[string][]float64
	AR1               bool
	PerUnit           float64 `json:"per_unit"`
	InterceptAt       float64 `json:"intercept_at"`
	Fields            map[string]float64
	Series            map[string][]*float64
}

func readModels(t *testing.T) (models []otherModel) {
	t.Helper()
	data, err := os.ReadFile("testdata/models.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &models); err != nil {
		t.Fatal(err)
	}
	return models
}

// series returns numbers of which nil is NaN.
func series(of []*float64) []float64 {
	s := make([]float64, len(of))
	for i, x := range of {
		if s[i] = nan; x != nil {
			s[i] = *x
		}
	}
	return s
}

// options returns the options of the model.
func (m otherModel) options() Options {
	o := Options{PerUnit: m.PerUnit, InterceptAt: m.InterceptAt,
		Model: Model{Degree: m.Degree, Harmonics: m.Harmonics, Period: m.Period, Step: m.Step, Weights: m.Weights, AR1: m.AR1}}
	if m.Period == 0 {
		o.Model.Period, o.Model.YearPhases = 365.2425, true
	}
	for _, name := range []string{"rain", "temperature"} {
		if values := m.Covariates[name]; values != nil {
			o.Model.Covariates = append(o.Model.Covariates, Covariate{Name: name, Values: values})
		}
	}
	return o
}

// Every field of models with all kinds of terms, and their series, agree with statsmodels.
func TestModelsOfStatsmodels(t *testing.T) {
	for _, m := range readModels(t) {
		for _, k := range kernels(t) {
			o := m.options()
			o.Fields = o.Model.AllFields()
			if len(m.Fields) < 15 {
				t.Fatalf("%s has %d fields", m.Name, len(m.Fields))
			}
			o.Fields = append(o.Fields, Relative)
			got := fitSeries[float64](t, k, m.T, [][]float64{series(m.Y)}, o)
			compared := 0
			for i, f := range o.Fields {
				want, ok := m.Fields[o.Model.FieldName(f)]
				if !ok {
					continue
				}
				compared++
				size := math.Abs(want)
				switch f {
				case FittedFirst, FittedLast, Change, Intercept:
					size = max(size, m.Fields["mean"])
				}
				if !(math.Abs(got[i][0]-want) <= 1e-10*size) {
					t.Errorf("%s, %v, %s: %.15g, statsmodels has %.15g", m.Name, k.ISA(), o.Model.FieldName(f), got[i][0], want)
				}
			}
			if compared != len(m.Fields) {
				t.Errorf("%s: %d of %d fields were compared", m.Name, compared, len(m.Fields))
			}
			m.compareSeries(t, k, o)
		}
	}
}

// compareSeries compares residuals and the like.
func (m otherModel) compareSeries(t *testing.T, k kernel.Kernel, o Options) {
	t.Helper()
	p, err := NewPlan(k, m.T, o)
	if err != nil {
		t.Fatal(err)
	}
	y := series(m.Y)
	var residual, detrended, deseasoned [][]float64
	for range y {
		residual, detrended = append(residual, make([]float64, 1)), append(detrended, make([]float64, 1))
		if m.Harmonics > 0 {
			deseasoned = append(deseasoned, make([]float64, 1))
		}
	}
	Series(p, p.NewScratch(), kernel.TileOf(y, 1, len(y), 1), residual, detrended, deseasoned)
	for name, got := range map[string][][]float64{"residual": residual, "detrended": detrended, "deseasoned": deseasoned} {
		want, n := series(m.Series[name]), 0
		for i := range got {
			x := got[i][0]
			if math.IsNaN(y[i]) != math.IsNaN(x) {
				t.Errorf("%s, %s of date %d is %v of an observation %v", m.Name, name, i, x, y[i])
			}
			if math.IsNaN(x) || m.Weights != nil && m.Weights[i] == 0 {
				continue
			}
			if !(math.Abs(x-want[n]) <= 1e-10*m.Fields["mean"]) {
				t.Errorf("%s, %s of date %d is %v, statsmodels has %v", m.Name, name, i, x, want[n])
			}
			n++
		}
		if got != nil && n != len(want) {
			t.Errorf("%s, %s: %d of %d compared", m.Name, name, n, len(want))
		}
	}
}

// A curve has the values of Series at the dates, and those of the fields at others.
func TestCurve(t *testing.T) {
	for _, m := range readModels(t) {
		o := m.options()
		c, err := NewCurve(m.T, series(m.Y), o)
		if err != nil || c == nil {
			t.Fatal(m.Name, err)
		}
		n := 0
		for i, y := range series(m.Y) {
			if math.IsNaN(y) || m.Weights != nil && m.Weights[i] == 0 {
				continue
			}
			fitted, lo, hi := c.AtDate(i)
			if want := y - series(m.Series["residual"])[n]; !(math.Abs(fitted-want) <= 1e-10*math.Abs(m.Fields["mean"])) || !(lo < fitted && fitted < hi) {
				t.Errorf("%s: %v (%v to %v) at date %d, want %v", m.Name, fitted, lo, hi, i, want)
			}
			if n == 0 && !(math.Abs(c.Trend(m.T[i])-m.Fields["fitted_first"]) <= 1e-10*m.Fields["mean"]) {
				t.Errorf("%s: the trend is %v at first, want %v", m.Name, c.Trend(m.T[i]), m.Fields["fitted_first"])
			}
			n++
		}
		if len(m.Covariates) > 0 || m.Harmonics > 0 || m.Step != nil {
			continue
		}
		// The limits at the date of the intercept are those of the intercept.
		y, lo, hi := c.At(o.InterceptAt)
		q := (m.Fields["slope_hi"] - m.Fields["slope"]) / m.Fields["stderr"]
		if want := q * m.Fields["intercept_stderr"]; !(math.Abs(y-m.Fields["intercept"]) <= 1e-10*math.Abs(y)) ||
			!(math.Abs(hi-y-want) <= 1e-8*want) || !(math.Abs(y-lo-want) <= 1e-8*want) {
			t.Errorf("%s: %v (%v to %v), want %v ∓ %v", m.Name, y, lo, hi, m.Fields["intercept"], want)
		}
	}
}

// Models of pixels with and without gaps have the same bits on every ISA, alone and beside others, and
// for every selection of fields.
func TestModelsAreTheSameAlone(t *testing.T) {
	const dates, pixels = 40, 300
	times := make([]float64, dates)
	r := rand.New(rand.NewPCG(3, 4))
	for i := range times {
		times[i] = 15000 + float64(i*23) + float64(r.IntN(9))
	}
	y := make([]float32, dates*pixels)
	for i := range y {
		y[i] = float32(290 + r.NormFloat64())
		if p := i % pixels; p%3 > 0 && r.IntN(10) < 3 || p%50 == 7 {
			y[i] = float32(nan)
		}
	}
	at := 15400.0
	for name, m := range map[string]Model{
		"season": {Harmonics: 2, Period: 365.2425, YearPhases: true},
		"all":    {Degree: 2, Harmonics: 1, Period: 365.2425, Step: &at, Weights: weightsOf(dates), AR1: true},
		"robust": {Harmonics: 1, Period: 200, Robust: Robust{Psi: kernel.Bisquare}},
	} {
		o := Options{Model: m, Fields: append(m.AllFields(), Relative)}
		var first [][]float32
		for _, k := range kernels(t) {
			p, err := NewPlan(k, times, o)
			if err != nil {
				t.Fatal(name, err)
			}
			out := planesFor(len(o.Fields), pixels)
			Fit(p, p.NewScratch(), kernel.TileOf(y, pixels, dates, pixels), out)
			if first == nil {
				first = out
			}
			s := p.NewScratch()
			for f, field := range o.Fields {
				if !equalBits(out[f], first[f]) {
					t.Errorf("%s, %v: %v differs from that of %v", name, k.ISA(), field, kernels(t)[0].ISA())
				}
			}
			for pixel := 0; pixel < pixels; pixel += 37 {
				alone := planesFor(len(o.Fields), 1)
				series := make([]float32, dates)
				for i := range series {
					series[i] = y[i*pixels+pixel]
				}
				Fit(p, s, kernel.TileOf(series, 1, dates, 1), alone)
				for f, field := range o.Fields {
					if !equalBits(alone[f], out[f][pixel:pixel+1]) {
						t.Errorf("%s, %v: %v of pixel %d is %v alone and %v among others", name, k.ISA(), field, pixel, alone[f][0], out[f][pixel])
					}
				}
			}
			for f, field := range o.Fields {
				if testing.Short() && f%4 != 0 {
					continue
				}
				one := o
				one.Fields = []Field{field}
				q, err := NewPlan(k, times, one)
				if err != nil {
					t.Fatal(err)
				}
				only := planesFor(1, pixels)
				Fit(q, q.NewScratch(), kernel.TileOf(y, pixels, dates, pixels), only)
				if !equalBits(only[0], out[f]) {
					t.Errorf("%s, %v: %v differs where it is the only field", name, k.ISA(), field)
				}
			}
		}
	}
}

func weightsOf(dates int) []float64 {
	w := make([]float64, dates)
	for i := range w {
		w[i] = float64(i%4) / 2
	}
	return w
}

func equalBits(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) })
}

// The rows of the table of degenerate pixels in docs/models.md.
func TestDegenerateModels(t *testing.T) {
	const dates = 60
	times, season := make([]float64, dates), make([]float64, dates)
	for i := range times {
		times[i] = float64(i) * 30
		season[i] = 2 + math.Sin(times[i]/50) + float64(i*i%7)
	}
	keep := func(of func(i int) bool) []float64 {
		y := slices.Clone(season)
		for i := range y {
			if !of(i) {
				y[i] = nan
			}
		}
		return y
	}
	o := Options{Model: Model{Harmonics: 2, Period: 365.2425}}
	o.Fields = o.Model.AllFields()
	month := func(i int) int { return int(math.Mod(times[i], 365.2425) / 30.436875) }
	for _, row := range []struct {
		name   string
		y      []float64
		minObs int
		fitted bool
		errors bool // standard errors
	}{
		{"all", season, 0, true, true},
		{"7 observations", keep(func(i int) bool { return i%8 == 0 && i < 56 }), 0, true, true},
		{"6 observations", keep(func(i int) bool { return i%8 == 0 && i < 48 }), 0, false, false},
		{"6 observations, which are asked for", keep(func(i int) bool { return i%8 == 0 && i < 48 }), 6, true, false},
		{"5 observations", keep(func(i int) bool { return i%8 == 0 && i < 40 }), 2, false, false},
		{"none", keep(func(int) bool { return false }), 0, false, false},
		{"5 months of every year", keep(func(i int) bool { return month(i) >= 4 && month(i) < 9 }), 0, true, true},
		{"2 months of every year", keep(func(i int) bool { return month(i) >= 5 && month(i) < 7 }), 0, false, false},
	} {
		for _, k := range kernels(t) {
			o.MinObs = row.minObs
			got := fitSeries[float64](t, k, times, [][]float64{row.y}, o)
			n := 0
			for _, y := range row.y {
				if y == y {
					n++
				}
			}
			for i, f := range o.Fields {
				x, isError := got[i][0], false
				switch p := f.Info().part; f {
				case Stderr, InterceptStderr, TValue, PValue, SlopeLo, SlopeHi, SeasonPValue:
					isError = true
				default:
					isError = p == stderrPart || p == pvaluePart
				}
				want := row.fitted && (!isError || row.errors)
				if f == N && x != float64(n) || f != N && math.IsNaN(x) == want {
					t.Errorf("%s, %v: %v is %v, n is %d", row.name, k.ISA(), f, x, n)
				}
			}
		}
	}
	constant := fitSeries[float64](t, kernels(t)[0], times, [][]float64{slices.Repeat([]float64{7}, dates)}, o)
	for i, f := range o.Fields {
		want, x := nan, constant[i][0]
		switch p := f.Info().part; f {
		case Slope, Stderr, InterceptStderr, RMSE, Change, SlopeLo, SlopeHi:
			want = 0
		case Intercept, Mean, FittedFirst, FittedLast:
			want = 7
		case N, First, Last:
			continue
		default:
			if p == estimatePart || p == stderrPart || p == amplitudePart {
				want = 0
			}
		}
		if x != want && !(math.IsNaN(x) && math.IsNaN(want)) {
			t.Errorf("%v of a constant series is %v, want %v", f, x, want)
		}
	}
}

// Plans that no pixel can have are refused, and say why.
func TestModelsThatAreRefused(t *testing.T) {
	times := years(2001, 2012)
	two := make([]float64, 12)
	two[3] = 1
	late := 2020.0
	for want, o := range map[string]Options{
		"degree 5":                       {Model: Model{Degree: 5}},
		"5 harmonics":                    {Model: Model{Harmonics: 5, Period: 30}},
		"period 0":                       {Model: Model{Harmonics: 1}},
		"11 weights for 12 times":        {Model: Model{Weights: make([]float64, 11)}},
		"weight 0 is -1":                 {Model: Model{Weights: append([]float64{-1}, make([]float64, 11)...)}},
		"0 dates do not determine":       {Model: Model{Weights: make([]float64, 12)}},
		"depend on each other":           {Model: Model{Step: &late}},
		"too small a part of the period": {Model: Model{Harmonics: 1, Period: 700}},
		"is -2":                          {Model: Model{Covariates: []Covariate{{Name: "a", Values: slices.Repeat([]float64{-2}, 12)}}}},
		"no name for a covariate":        {Model: Model{Covariates: []Covariate{{Name: "a b", Values: two}}}},
		"Slope is a field":               {Model: Model{Covariates: []Covariate{{Name: "Slope", Values: two}}}},
		"the covariates a and a_stderr":  {Model: Model{Covariates: []Covariate{{Name: "a", Values: two}, {Name: "a_stderr", Values: two}}}},
		"Model.Degree to 2":              {Fields: []Field{Quadratic}},
		"13 coefficients":                {Model: Model{Degree: 4, Harmonics: 4, Period: 30}},
		"negative":                       {Model: Model{Robust: Robust{Psi: kernel.Huber, Rounds: -1}}},
	} {
		_, err := NewPlan(kernels(t)[0], times, o)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
	var few *DatesError
	if _, err := NewPlan(kernels(t)[0], years(2001, 2003), Options{Model: Model{Degree: 3}}); !errors.As(err, &few) || few.Coefficients != 4 || few.Dates != 3 {
		t.Error(err)
	}
}

// Weights of 1, and a covariate of all zeros but one, leave what they have to.
// A model that none of the fields depends on is named, by the option that makes it one.
func TestModelsThatAreUnused(t *testing.T) {
	step, rain := 2.0, []Covariate{{Name: "rain"}}
	for _, c := range []struct {
		fields []Field
		m      Model
		want   string // "": used
	}{
		{nil, Model{Harmonics: 1}, ""},
		{[]Field{SenSlope}, Model{}, ""},
		{[]Field{SenSlope}, Model{Degree: 1}, ""},
		{[]Field{SenSlope, Slope}, Model{Harmonics: 1}, ""},
		{[]Field{Relative}, Model{Harmonics: 1}, ""},
		{[]Field{SenSlope, N, Mean, First, Last}, Model{Harmonics: 1}, "Harmonics"},
		{[]Field{MKPValue}, Model{Degree: 2}, "Degree"},
		{[]Field{MKPValue}, Model{Step: &step}, "Step"},
		{[]Field{N}, Model{Covariates: rain}, ""},
		{[]Field{MKS}, Model{Covariates: rain}, "Covariates"},
		{[]Field{Mean}, Model{Weights: []float64{1, 2}}, ""},
		{[]Field{MKS}, Model{Weights: []float64{1, 2}}, "Weights"},
		{[]Field{MKS}, Model{Robust: Robust{Psi: kernel.Huber}}, "Robust"},
		{[]Field{MKS, N}, Model{AR1: true}, "AR1"},
	} {
		err, unused := c.m.CheckUse(c.fields), (*UnusedError)(nil)
		if c.want == "" && err != nil || c.want != "" && (!errors.As(err, &unused) || unused.Option != "Model."+c.want) {
			t.Errorf("%v of %+v: %v, want %q", c.fields, c.m, err, c.want)
		}
	}
}

func TestLineAsModel(t *testing.T) {
	times, r := years(1990, 2020), rand.New(rand.NewPCG(5, 6))
	y := make([]float64, len(times))
	for i := range y {
		y[i] = math.Floor(20 * r.Float64())
	}
	o := Options{Fields: AllFields}
	line := fitSeries[float64](t, kernels(t)[0], times, [][]float64{y}, o)
	o.Model.Weights = slices.Repeat([]float64{2}, len(times))
	model := fitSeries[float64](t, kernels(t)[0], times, [][]float64{y}, o)
	for i, f := range AllFields {
		if a, b := line[i][0], model[i][0]; !(math.Abs(a-b) <= 1e-12*max(math.Abs(a), 0.1)) {
			t.Errorf("%v is %v of a line and %v of a line with equal weights", f, a, b)
		}
	}
}

// Functions that have to have the same bits on every processor, against those of package math and
// values of scipy 1.17.1: f.sf, t.sf and t.ppf.
func TestModelFunctions(t *testing.T) {
	for i := range 1000 {
		part := float64(i) / 1000
		sin, cos := sincosTurns(part)
		wantSin, wantCos := math.Sincos(2 * math.Pi * part)
		if !(math.Abs(sin-wantSin) <= 1e-15 && math.Abs(cos-wantCos) <= 1e-15) {
			t.Errorf("sine and cosine of %v turns are %v and %v, want %v and %v", part, sin, cos, wantSin, wantCos)
		}
		for _, size := range []float64{1e-200, 1, 1e150} {
			if got := arctangent(size*sin, size*cos); !(math.Abs(got-part) <= 2e-16) && size == 1 || !(math.Abs(got-part) <= 1e-15) && size > 1 {
				t.Errorf("the angle of %v turns is %v", part, got)
			}
		}
	}
	if got := arctangent(0, 0); !math.IsNaN(got) {
		t.Errorf("the angle of nothing is %v", got)
	}
	for _, row := range []struct {
		f    float64
		h    int
		df   float64
		want float64
	}{
		{3.5, 1, 10, 0.07042962777237427},
		{0.2, 2, 7.5, 0.9309733357455933},
		{12, 4, 200, 6.046498523781448e-14},
	} {
		got := fisher(row.f, row.h, row.df)
		if tolerance := 1e-12 * row.want; !(math.Abs(got-row.want) <= tolerance) {
			t.Errorf("p of F = %v with %d and %v degrees of freedom is %.15g, want %v", row.f, 2*row.h, row.df, got, row.want)
		}
	}
	for _, df := range []int{1, 2, 5, 17, 60, 399} {
		by := regress.NewByCount(df + 2)
		setTails(by, df+2)
		for _, x := range []float64{0, 0.1, 1, 2.5, 7, 40} {
			var p [1]float64
			by.PValues(kernel.Best(), p[:], []float64{x * x}, []float64{float64(df)}, &regress.Scratch{})
			a, b := p[0], studentTail(x*x, float64(df))
			if !(math.Abs(a-b) <= 1e-11*b) {
				t.Errorf("p of t = %v with %d degrees of freedom is %v by the polynomial and %v by the fraction", x, df, a, b)
			}
		}
		if a, b := quantile(df, 0.95), studentQuantile(float64(df), 0.95); !(math.Abs(a-b) <= 1e-12*a) {
			t.Errorf("the quantile of %d degrees of freedom is %v and %v", df, a, b)
		}
	}
	if got, want := studentTail(2.2*2.2, 6.5), 0.06666476680634119; !(math.Abs(got-want) <= 1e-13) {
		t.Errorf("p of t = 2.2 with 6.5 degrees of freedom is %.15g, want %v", got, want)
	}
	if got, want := studentQuantile(6.5, 0.95), 2.4020020079102764; !(math.Abs(got-want) <= 1e-12) {
		t.Errorf("the quantile of 6.5 degrees of freedom is %.15g, want %v", got, want)
	}
	if fmt.Sprint(powerOf(0.25, 2.5)) != "0.03125" {
		t.Errorf("0.25 to the power of 2.5 is %v", powerOf(0.25, 2.5))
	}
}

// planesFor returns n planes.
func planesFor(n, pixels int) [][]float32 {
	all := make([][]float32, n)
	for i := range all {
		all[i] = make([]float32, pixels)
	}
	return all
}

// A covariate of pixels has the results of one of dates where all pixels have the same values, and
// its gaps are gaps. It may have another type, and a scale and an offset.
func TestCovariatesOfPixels(t *testing.T) {
	all := readModels(t)
	m := all[slices.IndexFunc(all, func(m otherModel) bool { return len(m.Covariates) == 2 })]
	const pixels = 300
	o := m.options()
	o.Fields = append(o.Model.AllFields(), Relative)
	y, n := series(m.Y), len(m.T)
	tile := make([]float64, n*pixels)
	rain := make([]float32, n*pixels)
	for i := range y {
		for p := range pixels {
			tile[i*pixels+p], rain[i*pixels+p] = y[i], float32(m.Covariates["rain"][i]*10-50)
		}
	}
	const gap = 40 // of pixel 7
	rain[gap*pixels+7] = -9999
	hidden := slices.Clone(y)
	hidden[gap] = nan
	for _, k := range kernels(t) {
		want := fitSeries[float64](t, k, m.T, [][]float64{y, hidden}, o)
		own := o
		own.Model.Covariates = slices.Clone(o.Model.Covariates)
		own.Model.Covariates[0] = Covariate{Name: "rain", Scale: 0.1, Offset: 5}
		p, err := NewPlan(k, m.T, own)
		if err != nil {
			t.Fatal(err)
		}
		s := p.NewScratch()
		s.SetRasters([]kernel.Raster{{Tile: kernel.TileOf(rain, pixels, n, pixels), Valid: kernel.Valid{HasNodata: true, Nodata: -9999}}})
		out := planes(len(o.Fields), pixels)
		Fit(p, s, kernel.TileOf(tile, pixels, n, pixels), out)
		residual, detrended := planes(n, pixels), planes(n, pixels)
		Series(p, s, kernel.TileOf(tile, pixels, n, pixels), residual, detrended, nil)
		for i, f := range o.Fields {
			for pixel, from := range map[int]int{0: 0, 7: 1, 299: 0} {
				got, want, size := out[i][pixel], want[i][from], math.Abs(want[i][from])
				switch f {
				case FittedFirst, FittedLast: // with the mean of rain over the observations of the pixel
					continue
				case Intercept, Change:
					size = 1
				}
				if !(math.Abs(got-want) <= 1e-9*size) {
					t.Errorf("%v: %s of pixel %d is %v, want %v", k.ISA(), own.Model.FieldName(f), pixel, got, want)
				}
			}
		}
		if !math.IsNaN(residual[gap][7]) || math.IsNaN(residual[gap][8]) != math.IsNaN(y[gap]) {
			t.Errorf("%v: the residuals at the gap are %v and %v", k.ISA(), residual[gap][7], residual[gap][8])
		}
		for i, want := range series(m.Series["residual"]) {
			at := -1
			for n := 0; n <= i; {
				if at++; y[at] == y[at] && m.Weights[at] > 0 {
					n++
				}
			}
			if !(math.Abs(residual[at][0]-want) <= 1e-7) {
				t.Errorf("%v: the residual of date %d is %v, want %v", k.ISA(), at, residual[at][0], want)
			}
		}
	}
}

// The fields of models have these bits on every ISA and architecture.
const goldenModels = 0x6209481f469844ae

func TestGoldenModels(t *testing.T) {
	for _, k := range kernels(t) {
		h := fnv.New64a()
		for _, m := range readModels(t) {
			for _, robust := range []Robust{{}, {Psi: kernel.Huber}, {Psi: kernel.Bisquare}} {
				o := m.options()
				o.Model.Robust = robust
				o.Fields, o.Significance = append(o.Model.AllFields(), Relative, TrendClass), 0.05
				for _, plane := range fitSeries[float64](t, k, m.T, [][]float64{series(m.Y)}, o) {
					bits := math.Float64bits(plane[0])
					if plane[0] != plane[0] {
						bits = math.Float64bits(nan)
					}
					if err := binary.Write(h, binary.LittleEndian, bits); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		if h.Sum64() != goldenModels {
			t.Errorf("%v: the fields have hash %#016x, want %#016x", k.ISA(), h.Sum64(), uint64(goldenModels))
		}
	}
}
