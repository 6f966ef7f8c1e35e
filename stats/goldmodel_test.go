package stats

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/pixtrend/pixtrend/kernel"
)

// goldModelSeries is a series with the results of other programs. gold_robust.md beside the file says how
// they were made. float32 samples were given to them as float64.
type goldModelSeries struct {
	Name  string                     `json:"name"`
	T     []float64                  `json:"t"`
	TUnit string                     `json:"t_unit"`
	Y     []*float32                 `json:"y"`
	R     map[string]json.RawMessage `json:"R"`
}

// goldModel is the result of lm or rlm of R.
type goldModel struct {
	Coef, Se, P        []float64
	Df, Sigma, Rss, R2 float64
	S                  float64
	Converged          bool
}

// readGold returns the series with results of other programs, and skips the test where there are
// none.
func readGold(t *testing.T) []goldModelSeries {
	t.Helper()
	dir := filepath.Join("..", "..", "shared")
	if at := os.Getenv("SHARED"); at != "" {
		dir = at
	}
	data, err := os.ReadFile(filepath.Join(dir, "reference", "gold_robust.json"))
	if err != nil {
		t.Skip("gold_robust.json is absent: it stands beside the project, not in it")
	}
	var gold struct {
		Series []goldModelSeries `json:"series"`
	}
	if err := json.Unmarshal(data, &gold); err != nil {
		t.Fatal(err)
	}
	if testing.Short() { // a quarter of each kind
		var some []goldModelSeries
		for i := 0; i < len(gold.Series); i += 4 {
			some = append(some, gold.Series[i])
		}
		return some
	}
	return gold.Series
}

// result returns the model of a name; ok is false if R has none for the series.
func (s goldModelSeries) result(t *testing.T, name string) (m goldModel, ok bool) {
	raw, ok := s.R[name]
	if ok {
		if err := json.Unmarshal(raw, &m); err != nil {
			t.Fatalf("%s, %s: %v", s.Name, name, err)
		}
	}
	return m, ok
}

// samples returns the series as a tile of one pixel.
func (s goldModelSeries) samples() []float32 {
	y := make([]float32, len(s.Y))
	for i, x := range s.Y {
		if y[i] = float32(math.NaN()); x != nil {
			y[i] = *x
		}
	}
	return y
}

// goldFields are the fields of the coefficients in the order of R's results.
var goldFields = map[string][]Field{
	"linear":    {Intercept, Slope},
	"quadratic": {Intercept, Slope, Quadratic},
	"harmonic2": {Intercept, Slope, Cos1, Sin1, Cos2, Sin2},
	"harmonic3": {Intercept, Slope, Cos1, Sin1, Cos2, Sin2, Cos3, Sin3},
}

// errorsOf returns the fields of the standard error and the p-value of a coefficient; ok is false if
// there is no p-value.
func errorsOf(f Field) (stderr, p Field, ok bool) {
	switch f {
	case Intercept:
		return InterceptStderr, 0, false
	case Slope:
		return Stderr, PValue, true
	}
	return f + 1, f + 2, true
}

// Models of R's lm, on series of all kinds, agree within 1e-10. The coefficients are those of the
// axis from −1 to 1, so that slopes and intercepts are too.
func TestModelsOfR(t *testing.T) {
	compared := 0
	for _, s := range readGold(t) {
		for name, fields := range goldFields {
			for _, weighted := range []bool{false, true} {
				prefix := "lm_"
				if weighted {
					prefix = "lm_weighted_"
				}
				want, ok := s.result(t, prefix+name)
				// Of a series without noise, errors are rounding errors.
				if !ok || want.Sigma <= 1e-12*s.size() {
					continue
				}
				o := s.options(name)
				if weighted {
					for i := range s.T {
						o.Model.Weights = append(o.Model.Weights, float64(i%3+1))
					}
				}
				o.MinObs = max(2, o.Model.Coefficients())
				more := []Field{N, R2, RMSE}
				for _, f := range fields {
					if _, p, ok := errorsOf(f); ok {
						more = append(more, p)
					}
				}
				got := s.fit(t, o, kernels(t)[0], fields, more...)
				for j, f := range fields {
					stderr, p, hasP := errorsOf(f)
					near(t, s.Name+" "+prefix+name, f, got[f], want.Coef[j], max(math.Abs(want.Coef[j]), want.se(j)))
					near(t, s.Name+" "+prefix+name, stderr, got[stderr], want.se(j), want.se(j))
					if hasP && want.P != nil && !math.IsNaN(want.P[j]) {
						near(t, s.Name+" "+prefix+name, p, got[p], want.P[j], want.P[j])
					}
				}
				if !weighted {
					near(t, s.Name+" "+name, R2, got[R2], want.R2, max(want.R2, 1e-3))
					near(t, s.Name+" "+name, RMSE, got[RMSE], math.Sqrt(want.Rss/got[N]), math.Sqrt(want.Rss/got[N]))
				}
				compared++
			}
		}
	}
	if compared < 580 && !testing.Short() || compared < 120 {
		t.Errorf("%d models were compared, not the 580 and more that there are", compared)
	}
}

// Robust models agree with rlm of R's MASS, where that converged. Both end by the same rule.
func TestRobustModelsOfR(t *testing.T) {
	compared := 0
	for _, s := range readGold(t) {
		for psi, prefix := range map[kernel.Psi]string{kernel.Huber: "rlm_huber_", kernel.Bisquare: "rlm_bisquare_"} {
			for name, fields := range goldFields {
				want, ok := s.result(t, prefix+name)
				if !ok || !want.Converged || want.S <= 1e-9*s.size() {
					continue
				}
				o := s.options(name)
				o.Model.Robust = Robust{Psi: psi, Rounds: 200, Accuracy: 1e-10}
				o.MinObs = max(2, o.Model.Coefficients())
				got := s.fit(t, o, kernels(t)[0], fields, RobustScale)
				for j, f := range fields {
					stderr, _, _ := errorsOf(f)
					near(t, s.Name+" "+prefix+name, f, got[f], want.Coef[j], max(math.Abs(want.Coef[j]), want.se(j)))
					near(t, s.Name+" "+prefix+name, stderr, got[stderr], want.se(j), want.se(j))
				}
				near(t, s.Name+" "+prefix+name, RobustScale, got[RobustScale], want.S, want.S)
				compared++
			}
		}
	}
	if compared < 450 && !testing.Short() || compared < 90 {
		t.Errorf("%d models were compared, not the 450 and more that there are", compared)
	}
}

// se returns a standard error; NaN if R has none.
func (m goldModel) se(j int) float64 {
	if j >= len(m.Se) {
		return math.NaN()
	}
	return m.Se[j]
}

// near compares within 1e-10 of size. R has NaN where a perfect fit leaves noise.
func near(t *testing.T, what string, f Field, got, want, size float64) {
	t.Helper()
	if math.IsNaN(want) || math.IsNaN(size) {
		return
	}
	if !(math.Abs(got-want) <= 1e-10*size) {
		t.Errorf("%s, %v: %.15g, R has %.15g", what, f, got, want)
	}
}

// options returns the options of a model of the gold series, with the axis of its coefficients.
func (s goldModelSeries) options(name string) Options {
	lo, hi := slices.Min(s.T), slices.Max(s.T)
	mid, half := (lo+hi)/2, (hi-lo)/2
	o := Options{PerUnit: half, InterceptAt: mid}
	switch name {
	case "quadratic":
		o.Model.Degree = 2
	case "harmonic2", "harmonic3":
		o.Model.Harmonics, o.Model.Period = int(name[8]-'0'), 12
		if s.TUnit == "day" {
			o.Model.Period = 365.2425
		}
	}
	return o
}

// fit fits a gold series and returns all fields of the model.
func (s goldModelSeries) fit(t *testing.T, o Options, k kernel.Kernel, fields []Field, more ...Field) map[Field]float64 {
	t.Helper()
	o.Fields = append(slices.Clone(fields), more...)
	for _, f := range fields {
		stderr, _, _ := errorsOf(f)
		o.Fields = append(o.Fields, stderr)
	}
	out := fitSeries[float64](t, k, s.T, [][]float64{widened(s.samples())}, o)
	got := map[Field]float64{}
	for i, f := range o.Fields {
		got[f] = out[i][0]
	}
	return got
}

// size returns the largest absolute sample.
func (s goldModelSeries) size() (size float64) {
	for _, y := range s.Y {
		if y != nil {
			size = max(size, math.Abs(float64(*y)))
		}
	}
	return size
}

func widened(y []float32) []float64 {
	wide := make([]float64, len(y))
	for i, x := range y {
		wide[i] = float64(x)
	}
	return wide
}
