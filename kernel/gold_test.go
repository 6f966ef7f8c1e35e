package kernel

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"
)

// goldSeries is a series with the results of R, from a file that is not part of the repository.
type goldSeries struct {
	ID   int
	T    []float64
	Unit string     `json:"t_unit"`
	Y    []*float32 // null: a gap
	R    map[string]json.RawMessage
}

// goldFit is a result of lm or of rlm.
type goldFit struct {
	Coef, SE       []*float64
	Sigma, RSS, R2 *float64
	S              *float64
	Converged      bool
}

func readGold(t *testing.T) []goldSeries {
	data, err := os.ReadFile("../../shared/reference/gold_robust.json")
	if err != nil {
		t.Skip("no gold values here: ", err)
	}
	var gold struct{ Series []goldSeries }
	if err := json.Unmarshal(data, &gold); err != nil {
		t.Fatal(err)
	}
	return gold.Series
}

// columns returns the columns of one of R's models, or nil if the model is not known.
func (g goldSeries) columns(t *testing.T, model string) [][]float64 {
	var mid, half float64
	for name, to := range map[string]*float64{"mid": &mid, "half": &half} {
		if err := json.Unmarshal(g.R[name], to); err != nil {
			t.Fatal(g.ID, err)
		}
	}
	year := 365.2425
	if g.Unit == "month" {
		year = 12
	}
	column := func(f func(t float64) float64) []float64 {
		x := make([]float64, len(g.T))
		for i, t := range g.T {
			x[i] = f(t)
		}
		return x
	}
	u := func(t float64) float64 { return (t - mid) / half }
	x := [][]float64{column(func(float64) float64 { return 1 }), column(u)}
	harmonics := 0
	switch model {
	case "linear":
	case "quadratic":
		x = append(x, column(func(t float64) float64 { return u(t) * u(t) }))
	case "harmonic2":
		harmonics = 2
	case "harmonic3":
		harmonics = 3
	default:
		return nil
	}
	for h := range harmonics {
		angle := func(t float64) float64 { return 2 * math.Pi * t / year * float64(h+1) }
		x = append(x, column(func(t float64) float64 { return math.Cos(angle(t)) }),
			column(func(t float64) float64 { return math.Sin(angle(t)) }))
	}
	return x
}

// Least squares and robust fits agree with lm and MASS::rlm of R.
func TestModelsOfR(t *testing.T) {
	fits := map[string]int{}
	for _, g := range readGold(t) {
		tile := newTile(Float32, len(g.T), 1, 1)
		greatest := 0.0
		for i, y := range g.Y {
			v := math.NaN()
			if y != nil {
				v = float64(*y)
				greatest = max(greatest, math.Abs(v))
			}
			set(tile.Data, Float32, i, v)
		}
		for name, raw := range g.R {
			kind, _, found := strings.Cut(name, "lm_")
			if !found || kind != "" && kind != "r" {
				continue
			}
			var want goldFit
			if err := json.Unmarshal(raw, &want); err != nil {
				t.Fatal(g.ID, name, err)
			}
			x := g.columns(t, name[strings.LastIndexByte(name, '_')+1:])
			if x == nil {
				t.Fatalf("%d: unknown model %s", g.ID, name)
			}
			var weights []float64
			if strings.HasPrefix(name, "lm_weighted") {
				for i := range g.T {
					weights = append(weights, float64(1+i%3))
				}
			}
			m := NewModel(x, 0, weights)
			// The rounding errors of y, of exact lines for example, are not compared.
			near := func(what string, got float64, want *float64, size, bound float64) {
				if want == nil || math.IsNaN(*want) {
					return
				}
				if err := math.Abs(got - *want); !(err <= bound*max(size, math.Abs(*want))+1e-14*greatest) {
					t.Errorf("series %d, %s: %s is %.15g, want %.15g", g.ID, name, what, got, *want)
				}
			}
			if kind == "r" {
				if !want.Converged || want.S == nil || !(*want.S > 1e-12*greatest) {
					continue
				}
				r := Robust{Psi: Huber, Rounds: 200, Accuracy: 1e-10}
				if strings.HasPrefix(name, "rlm_bisquare") {
					r.Psi = Bisquare
				}
				got := RobustFits{Fits: newFits(len(x), 1), Variance: make([]float64, 1), Scale: make([]float64, 1), Rounds: make([]float64, 1)}
				Best().Robust(got, NewRobustScratch(m), tile, m, Valid{}, Extra{}, r)
				for j := range x {
					se := math.Sqrt(got.Variance[0] * got.Var[j][0])
					near("coefficient", got.Coef[j][0], want.Coef[j], se, 1e-8)
					near("standard error", se, want.SE[j], 0, 1e-7)
				}
				near("scale", got.Scale[0], want.S, 0, 1e-8)
				fits[name]++
				continue
			}
			got := newFits(len(x), 1)
			Best().Models(got, NewModelScratch(m), tile, m, Valid{}, Extra{})
			sigma := math.Sqrt(got.RSS[0] / (got.N[0] - float64(len(x))))
			near("sigma", sigma, want.Sigma, 0, 1e-10)
			near("RSS", got.RSS[0], want.RSS, 0, 1e-10)
			near("r2", 1-got.RSS[0]/got.TSS[0], want.R2, 1, 1e-12)
			for j := range x {
				se := sigma * math.Sqrt(got.Var[j][0])
				near("coefficient", got.Coef[j][0], want.Coef[j], se, 1e-10)
				near("standard error", se, want.SE[j], 0, 1e-10)
			}
			fits[name]++
		}
	}
	t.Log(fits)
	for _, name := range []string{"lm_linear", "lm_quadratic", "lm_harmonic2", "lm_harmonic3", "lm_weighted_linear", "rlm_huber_linear", "rlm_bisquare_linear"} {
		if fits[name] < 20 {
			t.Errorf("only %d fits %s", fits[name], name)
		}
	}
}
