//go:build cgo

package main

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/stats"
)

// with returns the options of a line over years as JSON, with some of them replaced.
func with(t *testing.T, changes map[string]any) string {
	t.Helper()
	o := map[string]any{"times": "years", "dtype": "float64"}
	maps.Copy(o, changes)
	text, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// samplesOf is the stack of the tests: date i of pixel p is 2·i + p, the dates being those of times.
func samplesOf(times []float64, pixels int) []float32 {
	var samples []float32
	for _, at := range times {
		for p := range pixels {
			samples = append(samples, float32(2*(at-2001))+float32(p))
		}
	}
	return samples
}

// Results and series are written where the caller wants them, whatever the order of the times.
func TestFitOfPointers(t *testing.T) {
	times := []float64{2003, 2001, 2002, 2006}
	const width, height = 3, 2
	samples := samplesOf(times, width*height)
	samples[0] = -9999 // of pixel 0 in 2003
	p, err := newProblem(with(t, map[string]any{"stats": []string{"slope", "n"}, "residuals": true, "nodata": -9999, "scale": 0.5}), times)
	if err != nil {
		t.Fatal(err)
	}
	out := make([][]float64, 2+len(times))
	c := call{width: width, height: height, samples: array{unsafe.Pointer(&samples[0]), int(kernel.Float32), width * height, width, 1}}
	for i := range out {
		out[i] = make([]float64, width*height)
		c.out = append(c.out, unsafe.Pointer(&out[i][0]))
	}
	if err := p.fit(c); err != nil {
		t.Fatal(err)
	}
	for pixel := range width * height {
		n := 4.0
		if pixel == 0 {
			n = 3
		}
		if out[0][pixel] != 1 || out[1][pixel] != n {
			t.Errorf("pixel %d: slope %v, n %v", pixel, out[0][pixel], out[1][pixel])
		}
		for date := range times {
			if r := out[2+date][pixel]; (r != r) != (pixel == 0 && date == 0) || math.Abs(r) > 1e-12 {
				t.Errorf("residual %d of pixel %d is %v", date, pixel, r)
			}
		}
	}
}

// What the caller gets wrong is an error in its words, and never a panic.
func TestWrongOptions(t *testing.T) {
	years := []float64{2001, 2002, 2003, 2004, 2005, 2006}
	for want, changes := range map[string]map[string]any{
		`unknown field "harmonic"`:              {"harmonic": 2},
		"it is years, days or numbers":          {"times": "weeks"},
		"are float32 or float64":                {"dtype": "int16"},
		"it needs harmonics=2 or more":          {"stats": []string{"cos2"}, "harmonics": 1, "period": 4},
		"it needs ar1=True":                     {"stats": []string{"lag1"}},
		"give the length of its period":         {"harmonics": 1},
		"too short for the dates":               {"harmonics": 1, "period": 2},
		"mk is for fields of ranks":             {"mk": "hamed-rao"},
		"season_covariance needs seasons":       {"season_covariance": true},
		"seasons need days":                     {"season": "month", "stats": []string{"mk_s"}},
		"confidence is 0: give a number":        {"confidence": 0},
		"significance is 1: give a number":      {"significance": 1},
		"exclude each other":                    {"significance": 0.1, "fdr": 0.1},
		"min_obs is 0: give 2 or more":          {"min_obs": 0},
		"scale is 0":                            {"scale": 0},
		"degree is 0: give 1 to 4":              {"degree": 0},
		"period is the length of a season":      {"period": 3},
		"valid_range runs from 2 to 1":          {"valid_range": []float64{2, 1}},
		"weights: 2 numbers for 6 dates":        {"weights": []float64{1, 2}},
		"the covariate rain: 0 numbers":         {"covariates": []any{map[string]any{"name": "rain", "values": []float64{}}}},
		"a covariate cannot be called slope":    {"covariates": []any{map[string]any{"name": "slope"}}},
		"is no way to treat outliers":           {"robust": "tukey"},
		"degree is for fields of the line":      {"degree": 2, "stats": []string{"mk_s"}},
		`sen_intercept is "both"`:               {"sen_intercept": "both"},
		"trend_class needs a level":             {"stats": []string{"trend_class"}},
		"asked for twice":                       {"stats": []string{"n", "n"}},
		"deseasoned observations need a season": {"deseasoned": true},
	} {
		p, err := newProblem(with(t, changes), years)
		if err == nil {
			_, err = p.describe()
		}
		if err == nil || !strings.Contains(sentence(err), want) {
			t.Errorf("%v: %v, want %q", changes, err, want)
		}
	}
	for _, times := range [][]float64{nil, {2001}, {2001, 2001}} {
		if _, err := newProblem(with(t, nil), times); err == nil {
			t.Errorf("a line through %v", times)
		}
	}
	p, err := newProblem(with(t, map[string]any{"stats": []string{"first"}, "dtype": "float32", "times": "numbers"}), []float64{0, 1<<24 + 1})
	if err == nil {
		_, err = p.describe()
	}
	if err == nil || !strings.Contains(sentence(err), "give dtype='float64'") {
		t.Error(err)
	}
}

func TestWrongArrays(t *testing.T) {
	times := []float64{2001, 2002}
	p, err := newProblem(with(t, map[string]any{"nodata": 300}), times)
	if err != nil {
		t.Fatal(err)
	}
	samples := samplesOf(times, 6)
	at, result := unsafe.Pointer(&samples[0]), make([]float64, 6)
	out := []unsafe.Pointer{unsafe.Pointer(&result[0])}
	good := call{width: 3, height: 2, samples: array{at, int(kernel.Float32), 6, 3, 1}, out: out}
	if err := p.fit(good); err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]func(c *call){
		"type 0":          func(c *call) { c.samples.dtype = 0 },
		"type 300":        func(c *call) { c.samples.dtype = 256 + int(kernel.Uint8) },
		"nodata of bytes": func(c *call) { c.samples.dtype = int(kernel.Uint8) },
		"no memory":       func(c *call) { c.samples.data = nil },
		"odd memory":      func(c *call) { c.samples.data = unsafe.Add(at, 1) },
		"no pixels":       func(c *call) { c.width = 0 },
		"too many pixels": func(c *call) { c.width, c.samples.strideY = 1<<40, 1<<41 },
		"backwards":       func(c *call) { c.samples.strideY = -3 },
		"holes":           func(c *call) { c.samples.strideX = 2 },
		"one row":         func(c *call) { c.samples.strideY = 0 },
		"one plane":       func(c *call) { c.samples.strideDate = 0 },
		"overlapping":     func(c *call) { c.samples.strideDate = 2 },
		"-1 threads":      func(c *call) { c.threads = -1 },
		"no output":       func(c *call) { c.out = nil },
		"NULL output":     func(c *call) { c.out = []unsafe.Pointer{nil} },
		"two outputs":     func(c *call) { c.out = []unsafe.Pointer{out[0], out[0]} },
		"int16 mask":      func(c *call) { c.mask = c.samples; c.mask.dtype = int(kernel.Int16) },
		"a covariate":     func(c *call) { c.covariates = []array{c.samples} },
	} {
		c := good
		change(&c)
		if err := p.fit(c); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
}

// Every field is described for Python.
func TestAllFields(t *testing.T) {
	rows := allFields()
	if len(rows) != len(stats.Fields()) {
		t.Errorf("%d rows", len(rows))
	}
	for _, row := range rows {
		if row.Name == "" || row.Help == "" || strings.Contains(row.Unit, "Unit(") {
			t.Errorf("%+v", row)
		}
	}
	p, err := newProblem(with(t, map[string]any{"stats": []string{"slope", "rain_pvalue"}, "fdr": 0.1,
		"covariates": []any{map[string]any{"name": "rain"}}}), []float64{2001, 2002, 2003, 2004})
	if err != nil {
		t.Fatal(err)
	}
	d, err := p.describe()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range d.Fields {
		names = append(names, f.Name)
	}
	if !slices.Equal(names, []string{"slope", "rain_pvalue", "pvalue", "trend_class"}) || d.Fields[1].Row != "covariate1_pvalue" || d.Unit != "year" {
		t.Errorf("%+v", d)
	}
}

func TestDiscover(t *testing.T) {
	ps := []float64{0.001, 0.02, math.NaN(), 0.03, 0.8}
	p, found, of, err := discover(unsafe.Pointer(&ps[0]), len(ps), kernel.Float64, 0.05)
	if p != 0.03 || found != 3 || of != 4 || err != nil {
		t.Error(p, found, of, err)
	}
	for _, rate := range []float64{0, 1, math.NaN()} {
		if _, _, _, err := discover(unsafe.Pointer(&ps[0]), len(ps), kernel.Float64, rate); err == nil {
			t.Errorf("the rate %v is taken", rate)
		}
	}
	if _, _, _, err := discover(nil, 3, kernel.Float64, 0.1); err == nil {
		t.Error("no memory")
	}
}
