package raster

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// otherModel is a model that statsmodels fitted, see stats/testdata/models.py.
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

// modelNamed returns the model of a name.
func modelNamed(t *testing.T, name string) otherModel {
	t.Helper()
	data, err := os.ReadFile("../stats/testdata/models.json")
	if err != nil {
		t.Fatal(err)
	}
	var models []otherModel
	if err := json.Unmarshal(data, &models); err != nil {
		t.Fatal(err)
	}
	return models[slices.IndexFunc(models, func(m otherModel) bool { return m.Name == name })]
}

// date returns the date of a time.
func (m otherModel) date(x float64) string {
	if m.T[0] < 9000 {
		return fmt.Sprint(x)
	}
	return time.Unix(int64(x)*24*60*60, 0).UTC().Format("2006-01-02")
}

// files writes rasters of 2 × 1 pixels with the series, of which the second has a gap more at the
// last date.
func (m otherModel) files(t *testing.T) (inputs []string) {
	t.Helper()
	dir := t.TempDir()
	for i, x := range m.T {
		y := math.NaN()
		if m.Y[i] != nil {
			y = *m.Y[i]
		}
		other := y
		if i == len(m.T)-1 {
			other = math.NaN()
		}
		path := filepath.Join(dir, "y_"+m.date(x)+".tif")
		if err := (made{width: 2, height: 1, bands: [][]float64{{y, other}}, dtype: godal.Float64, unit: "K", transform: &[6]float64{0, 1, 0, 0, 0, -1}, epsg: 32633}).write(path); err != nil {
			t.Fatal(err)
		}
		inputs = append(inputs, path)
	}
	return inputs
}

// table writes numbers of dates in reverse, with a row of a date that no raster has.
func (m otherModel) table(t *testing.T, values []float64) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "numbers.csv")
	var b strings.Builder
	fmt.Fprintf(&b, "date,number\n%s,77\n", m.date(m.T[0]-1))
	for i := range values {
		fmt.Fprintf(&b, "%s,%v\n", m.date(m.T[len(values)-1-i]), values[len(values)-1-i])
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// options returns the options of the model.
func (m otherModel) options(t *testing.T) Options {
	t.Helper()
	o := Options{Fit: pixtrend.Options{InterceptAt: m.date(m.InterceptAt), Float64: true,
		Model: pixtrend.Model{Degree: m.Degree, Harmonics: m.Harmonics, Period: m.Period, AR1: m.AR1}}}
	if m.PerUnit == 10 {
		o.Per = timeaxis.PerDecade
	}
	if m.Step != nil {
		o.Fit.Model.Step = m.date(*m.Step)
	}
	if m.Weights != nil {
		o.Weights = m.table(t, m.Weights)
	}
	for _, name := range []string{"rain", "temperature"} {
		if values := m.Covariates[name]; values != nil {
			o.Covariates = append(o.Covariates, Covariate{Name: name, Table: m.table(t, values)})
		}
	}
	return o
}

// A fit of files writes the values that statsmodels computes, in bands with the names and units of the
// fields. The series of a pixel has the same values.
func TestModelsOfFiles(t *testing.T) {
	for name, wants := range map[string]struct{ model, units string }{
		"season": {"line, 2 harmonics of a year", "slope K/year, cos2 K, phase1 day of the year, season_pvalue 1"},
		"season, step, covariates, weights": {"line, 1 harmonic of a year, step at 2005-08-05, covariate rain, covariate temperature, weighted",
			"rain K/rain, rain_stderr K/rain, rain_pvalue 1, step K"},
		"line with autocorrelation and gaps, a decade": {"line, errors with autocorrelation", "slope K/decade, relative %/decade, lag1 1, effective_n 1"},
		"cycle of 11 years":                            {"polynomial of degree 2, 1 harmonic of 11 years", "quadratic K/year², phase1 years"},
	} {
		m := modelNamed(t, name)
		inputs, o := m.files(t), m.options(t)
		o.Fit.Fields = append(o.Model().AllFields(), stats.Relative)
		o.Residuals, o.Detrend = filepath.Join(t.TempDir(), "r.tif"), filepath.Join(t.TempDir(), "d.tif")
		outputs := map[string]string{"residual": o.Residuals, "detrended": o.Detrend}
		if m.Harmonics > 0 {
			o.Deseason = filepath.Join(t.TempDir(), "s.tif")
			outputs["deseasoned"] = o.Deseason
		}
		path := fit(t, inputs, o)
		bands, _ := readAll(t, path)
		ds, err := openRaster(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := ds.Metadata("PIXTREND_MODEL"); got != wants.model {
			t.Errorf("%s: the model is %q, want %q", name, got, wants.model)
		}
		compared, units := 0, map[string]string{}
		for i, b := range ds.Bands() {
			units[b.Description()] = unitOf(b)
			want, ok := m.Fields[b.Description()]
			if !ok {
				continue
			}
			compared++
			if size := max(math.Abs(want), 1e-3*math.Abs(m.Fields["mean"])); !(math.Abs(bands[i][0]-want) <= 1e-10*size) {
				t.Errorf("%s, %s: %.15g, statsmodels has %.15g", name, b.Description(), bands[i][0], want)
			}
		}
		_ = ds.Close()
		if compared != len(m.Fields) {
			t.Errorf("%s: %d of %d fields were compared", name, compared, len(m.Fields))
		}
		for field := range strings.SplitSeq(wants.units, ", ") {
			band, unit, _ := strings.Cut(field, " ")
			if units[band] != unit {
				t.Errorf("%s: %s is in %q, want %q", name, band, units[band], unit)
			}
		}
		for what, path := range outputs {
			got, _ := readAll(t, path)
			n := 0
			for i := range got {
				if m.Y[i] == nil || m.Weights != nil && m.Weights[i] == 0 {
					continue
				}
				if want := *m.Series[what][n]; !(math.Abs(got[i][0]-want) <= 1e-10*math.Abs(m.Fields["mean"])) {
					t.Errorf("%s, %s of date %d is %v, want %v", name, what, i, got[i][0], want)
				}
				n++
			}
		}
		o.Residuals, o.Detrend, o.Deseason = "", "", ""
		for pixel := range 2 {
			s := series(t, inputs, pixel, 0, o)
			sameFields(t, name, s, o.Fit.Fields, bands, pixel)
			for _, d := range s.Dates {
				if d.Observed != nil && !(math.Abs(float64(*d.Observed-*d.Fitted-*d.Residual)) <= 1e-10*math.Abs(m.Fields["mean"])) {
					t.Errorf("%s, %s: %v is not %v and %v", name, d.Label, *d.Observed, *d.Fitted, *d.Residual)
				}
			}
		}
	}
}

// sameFields compares those fields of a series that a fit has, to the last bit.
func sameFields(t *testing.T, what string, s *Series, fields []stats.Field, bands [][]float64, pixel int) {
	t.Helper()
	for i, field := range fields {
		if field == stats.Relative {
			continue // no field of a series
		}
		f := s.Field(field)
		if f.Name == "" {
			t.Errorf("%s: the series has no %v", what, field)
		}
		if got := f.Value; got == nil && !math.IsNaN(bands[i][pixel]) || got != nil && float64(*got) != bands[i][pixel] {
			t.Errorf("%s: %v of pixel %d is %v in the series and %v in the fit", what, field, pixel, got, bands[i][pixel])
		}
	}
}

// What a model cannot be made of is refused before anything is written.
func TestModelsOfFilesThatAreRefused(t *testing.T) {
	m := modelNamed(t, "season")
	inputs := m.files(t)
	short := m.table(t, m.T[:20])
	years := newPlanes(3, 2, 8, 0, 99).files(t, func(int, *made) {})
	negative := m.table(t, slices.Repeat([]float64{-1}, len(m.T)))
	for _, row := range []struct {
		inputs []string
		o      Options
		want   string
	}{
		{inputs, Options{Weights: short}, "weights: no number is given for"},
		{inputs, Options{Weights: negative}, "is -1: weights are 0 or more"},
		{inputs, Options{Weights: t.TempDir() + "/absent.csv"}, "weights: cannot read"},
		{inputs, Options{Covariates: []Covariate{{Name: "rain", Table: short}}}, "the covariate rain: no number is given for"},
		{years, Options{Weights: short}, "line 2"},
		{years, Options{Fit: pixtrend.Options{Model: pixtrend.Model{Harmonics: 1}}}, "a season of a year has no parts"},
		{inputs, Options{Fit: pixtrend.Options{Model: pixtrend.Model{Step: "1990-01-01"}}}, "no level changes at the step 1990-01-01"},
		{inputs, Options{Deseason: t.TempDir() + "/s.tif"}, "Harmonics"},
		{years, Options{Fit: pixtrend.Options{Model: pixtrend.Model{Degree: 4, Harmonics: 2, Period: 5.5}}}, "8 dates do not determine a model of 9 coefficients"},
		{inputs, Options{Fit: pixtrend.Options{Model: pixtrend.Model{Weights: m.T}}}, "Options.Fit.Model"},
	} {
		fails(t, row.inputs, t.TempDir()+"/x.tif", row.o, nil, row.want)
	}
	for _, s := range []string{"rain", "rain=", "rain=@", "2rain=@r.csv", "slope=@r.csv", "cosK=@r.csv"} {
		if c, err := ParseCovariate(s); err == nil {
			t.Errorf("%q reads as %+v", s, c)
		}
	}
	if c, err := ParseCovariate("rain=@dir/r=1.csv"); err != nil || c.Name != "rain" || c.Table != "dir/r=1.csv" || c.Rasters != nil {
		t.Errorf("%+v, %v", c, err)
	}
}

// A covariate of rasters has the results of a table with the same numbers, whatever their type and
// scale, and gaps of it are gaps.
func TestCovariateRasters(t *testing.T) {
	m := modelNamed(t, "season, step, covariates, weights")
	inputs, o := m.files(t), m.options(t)
	o.Fit.Fields = o.Model().AllFields()
	dir := t.TempDir()
	for i, x := range m.T {
		stored := m.Covariates["rain"][i]*10 - 50
		nodata := -9999.0
		other := stored
		if i == 40 {
			other = nodata
		}
		path := filepath.Join(dir, "rain_"+m.date(x)+".tif")
		if err := (made{width: 2, height: 1, bands: [][]float64{{stored, other}}, dtype: godal.Int16, scale: 0.1, offset: 5, nodata: &nodata, transform: &[6]float64{0, 1, 0, 0, 0, -1}, epsg: 32633}).write(path); err != nil {
			t.Fatal(err)
		}
	}
	extra := filepath.Join(dir, "rain_1990-01-01.tif")
	if err := (made{width: 2, height: 1, bands: [][]float64{{1, 1}}, transform: &[6]float64{0, 1, 0, 0, 0, -1}, epsg: 32633}).write(extra); err != nil {
		t.Fatal(err)
	}
	o.Covariates[0] = Covariate{Name: "rain", Rasters: []string{dir}}
	o.Residuals = filepath.Join(t.TempDir(), "r.tif")
	path := fit(t, inputs, o)
	bands, _ := readAll(t, path)
	for i, f := range o.Fit.Fields {
		name := o.Model().FieldName(f)
		want, ok := m.Fields[name]
		size := max(math.Abs(want), 1e-2*math.Abs(m.Fields["mean"]))
		if ok && !strings.HasPrefix(name, "fitted") && !(math.Abs(bands[i][0]-want) <= 1e-9*size) {
			t.Errorf("%s is %.15g, statsmodels has %.15g", name, bands[i][0], want)
		}
		if f == stats.N {
			if counted := m.Y[40] != nil && m.Weights[40] > 0; counted != (bands[i][1] < bands[i][0]-1) && counted {
				t.Errorf("%v and %v observations", bands[i][0], bands[i][1])
			}
		}
	}
	residuals, _ := readAll(t, o.Residuals)
	if !math.IsNaN(residuals[40][1]) || math.IsNaN(residuals[40][0]) != (m.Y[40] == nil) {
		t.Errorf("the residuals at the gap are %v", residuals[40])
	}
	o.Residuals = ""
	for pixel := range 2 {
		s := series(t, inputs, pixel, 0, o)
		sameFields(t, "covariates", s, o.Fit.Fields, bands, pixel)
		for _, d := range s.Dates {
			if d.Residual != nil && !(math.Abs(float64(*d.Observed-*d.Fitted-*d.Residual)) <= 1e-9) {
				t.Errorf("%s: %v is not %v and %v", d.Label, *d.Observed, *d.Fitted, *d.Residual)
			}
		}
	}
	if err := os.Remove(filepath.Join(dir, "rain_"+m.date(m.T[10])+".tif")); err != nil {
		t.Fatal(err)
	}
	fails(t, inputs, t.TempDir()+"/x.tif", o, nil, "the covariate rain: ", "has the date "+m.date(m.T[10]))
	wide := newPlanes(3, 1, 2, 0, 9).files(t, func(int, *made) {})
	o.Covariates[0].Rasters = wide
	fails(t, inputs, t.TempDir()+"/x.tif", o, nil, "the covariate rain: ", "has 3 × 1 pixels")
	o.Covariates[0].Rasters = []string{dir}
	fails(t, inputs, extra, Options{Overwrite: true, Covariates: o.Covariates}, nil, "the covariate rain: ")
}

// Windows, threads and layouts of rasters of a covariate do not matter to the bits.
func TestCovariateRastersInWindows(t *testing.T) {
	inputs := newPlanes(70, 40, 12, 0, 99).gappy(7).files(t, func(_ int, m *made) { nodata := 7.0; m.nodata = &nodata })
	rain := newPlanes(70, 40, 12, -40, 30).with(func(i, p int, y float64) float64 { return y + float64(i*p%13) }).files(t, func(_ int, m *made) {
		nodata := 3.0
		m.nodata, m.creation = &nodata, []string{"COMPRESS=DEFLATE", "TILED=YES", "BLOCKXSIZE=16", "BLOCKYSIZE=16"}
	})
	o := Options{Covariates: []Covariate{{Name: "rain", Rasters: rain}}}
	o.Fit.Fields = o.Model().AllFields()
	var first [][]float64
	for _, windows := range [][2]int{{0, 0}, {70, 1}, {13, 9}} {
		o.Fit.WindowWidth, o.Fit.WindowHeight, o.Fit.Threads = windows[0], windows[1], 1+windows[0]%3
		bands, _ := readAll(t, fit(t, inputs, o))
		if first == nil {
			first = bands
		}
		for i, f := range o.Fit.Fields {
			for p, x := range bands[i] {
				if math.Float64bits(x) != math.Float64bits(first[i][p]) {
					t.Fatalf("windows of %v: %s of pixel %d is %v, not %v", windows, o.Model().FieldName(f), p, x, first[i][p])
				}
			}
		}
	}
}
