package stats

import (
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/pixtrend/pixtrend/kernel"
)

// A goldSeries is a series with what other programs compute of it: scipy 1.17.1, pyMannKendall 1.4.3
// and its later commit ec2e3ab (hamed_rao_head), and R 4.2.2 with zyp 0.11-1 and rkt 1.7. All had the
// samples as float32, widened.
type goldSeries struct {
	ID     int                 `json:"id"`
	Name   string              `json:"name"`
	T      []float64           `json:"t"`
	Unit   string              `json:"t_unit"`
	Y      []*float64          `json:"y"`
	Period *int                `json:"period"`
	SciPy  map[string]goldFits `json:"scipy"`
	PyMK   map[string]goldFits `json:"pymannkendall"`
	R      map[string]any      `json:"R"`
}

type goldFits map[string]*float64

func goldOf(t *testing.T) []goldSeries {
	t.Helper()
	text, err := os.ReadFile("../../shared/reference/gold_robust.json")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("gold_robust.json, which other programs have computed, is not beside this checkout")
	}
	if err != nil {
		t.Fatal(err)
	}
	var gold struct{ Series []goldSeries }
	if err := json.Unmarshal(text, &gold); err != nil {
		t.Fatal(err)
	}
	if len(gold.Series) != 192 {
		t.Fatalf("%d series", len(gold.Series))
	}
	return gold.Series
}

// samples returns the series as float32, NaN in gaps.
func (s goldSeries) samples() []float32 {
	y := make([]float32, len(s.Y))
	for i, v := range s.Y {
		y[i] = float32(math.NaN())
		if v != nil {
			y[i] = float32(*v)
		}
	}
	return y
}

// whole reports whether the series has no gaps, shared whether dates are equal, and tied whether
// observations are.
func (s goldSeries) whole() bool { return !slices.Contains(s.Y, nil) }
func (s goldSeries) shared() bool {
	seen := map[float64]bool{}
	for i, t := range s.T {
		if s.Y[i] != nil && seen[t] {
			return true
		}
		seen[t] = seen[t] || s.Y[i] != nil
	}
	return false
}
func (s goldSeries) tied() bool {
	seen := map[float64]bool{}
	for _, y := range s.Y {
		if y != nil && seen[*y] {
			return true
		}
		if y != nil {
			seen[*y] = true
		}
	}
	return false
}
func (s goldSeries) observations() (n int) {
	for _, y := range s.Y {
		if y != nil {
			n++
		}
	}
	return n
}

// steps returns the steps of a regular series, nil if it is not one.
func (s goldSeries) steps() []int {
	if s.Unit == "day" || s.shared() {
		return nil
	}
	steps := make([]int, len(s.T))
	for i, t := range s.T {
		steps[i] = int(t - s.T[0])
	}
	return steps
}

// fitOne returns fields of one series.
func fitOne(t *testing.T, times []float64, y []float32, o Options) map[Field]float64 {
	t.Helper()
	p, err := NewPlan(kernel.Best(), times, o)
	if err != nil {
		t.Fatal(err)
	}
	out := make([][]float64, len(o.Fields))
	for i := range out {
		out[i] = make([]float64, 1)
	}
	Fit(p, p.NewScratch(), kernel.TileOf(y, 1, len(y), 1), out)
	result := map[Field]float64{}
	for i, f := range o.Fields {
		result[f] = out[i][0]
	}
	return result
}

var rankFields = []Field{SenSlope, SenIntercept, SenLo, SenHi, SiegelSlope, MKS, MKVar, MKTau, MKZ, MKPValue}

// goldCheck compares numbers, and counts them by what they are.
type goldCheck struct {
	*testing.T
	count map[string]int
}

// same compares got with a number of the gold file, which has 13 digits, and of which nil is NaN.
func (c goldCheck) same(s goldSeries, what string, got float64, want *float64, tolerance float64) {
	c.Helper()
	c.count[what]++
	if want == nil {
		if !math.IsNaN(got) {
			c.Errorf("%s: %s is %v, not NaN", s.Name, what, got)
		}
		return
	}
	if !(math.Abs(got-*want) <= tolerance*math.Max(math.Abs(*want), 1e-6)) {
		c.Errorf("%s: %s is %.14g, and %.14g in the gold file", s.Name, what, got, *want)
	}
}

// sameFloat32 compares all bits of float32.
func (c goldCheck) sameFloat32(s goldSeries, what string, got float64, want *float64) {
	c.Helper()
	c.count[what]++
	if want == nil {
		if !math.IsNaN(got) {
			c.Errorf("%s: %s is %v, not NaN", s.Name, what, got)
		}
	} else if float32(got) != float32(*want) {
		c.Errorf("%s: %s is %v, and %v in the gold file", s.Name, what, got, *want)
	}
}

func TestGoldRanks(t *testing.T) {
	c := goldCheck{t, map[string]int{}}
	for _, s := range goldOf(t) {
		scipy, sen := s.SciPy, s.SciPy["theilslopes_separate"]
		if len(s.T) < 2 || s.T[0] == s.T[len(s.T)-1] {
			continue
		}
		o := Options{Fields: rankFields}
		exact := fitOne(t, s.T, s.samples(), o)
		o.Rank = RankOptions{NormalP: true, JointIntercept: true}
		o.Confidence = 0.9
		normal := fitOne(t, s.T, s.samples(), o)
		if sen != nil {
			c.sameFloat32(s, "sen_slope", exact[SenSlope], sen["slope"])
			c.sameFloat32(s, "siegel_slope", exact[SiegelSlope], scipy["siegelslopes_separate"]["slope"])
			c.same(s, "sen_intercept", exact[SenIntercept], sen["intercept"], 1e-11)
			c.same(s, "joint intercept", normal[SenIntercept], scipy["theilslopes_joint"]["intercept"], 1e-11)
			if !(s.shared() && s.tied()) { // scipy lacks the mixed terms of the variance
				c.sameFloat32(s, "sen_lo", exact[SenLo], sen["low_slope"])
				c.sameFloat32(s, "sen_hi", exact[SenHi], sen["high_slope"])
				c.sameFloat32(s, "sen_lo of 90 %", normal[SenLo], scipy["theilslopes_0.9"]["low_slope"])
				c.sameFloat32(s, "sen_hi of 90 %", normal[SenHi], scipy["theilslopes_0.9"]["high_slope"])
			}
		}
		if tau := scipy["kendalltau"]["tau_b"]; tau != nil {
			c.same(s, "mk_tau", exact[MKTau], tau, 1e-12)
		}
		if p := scipy["kendalltau_exact"]["p"]; p != nil && !s.tied() && !s.shared() && s.observations() > 2 {
			c.same(s, "exact p", exact[MKPValue], p, 1e-11)
		}
		if mk := s.PyMK["original"]; mk != nil && !s.shared() && s.observations() > 2 {
			c.same(s, "mk_s", exact[MKS], mk["s"], 0)
			c.same(s, "mk_var", exact[MKVar], mk["var_s"], 1e-12)
			c.same(s, "mk_z", exact[MKZ], mk["z"], 1e-12)
			c.same(s, "normal p", normal[MKPValue], mk["p"], 1e-9)
		}
	}
	t.Log(c.count)
	for what, least := range map[string]int{"sen_slope": 180, "sen_lo": 180, "siegel_slope": 180, "sen_intercept": 180, "mk_tau": 170,
		"exact p": 60, "mk_s": 180, "mk_var": 180, "mk_z": 180, "normal p": 180} {
		if c.count[what] < least {
			t.Errorf("only %d values of %s are compared", c.count[what], what)
		}
	}
}

// number returns a number that R has computed, nil if it has none.
func (s goldSeries) number(of, name string) *float64 {
	result, _ := s.R[of].(map[string]any)
	if x, ok := result[name].(float64); ok {
		return &x
	}
	return nil
}

// Seasonal tests are those of pyMannKendall, also with gaps. Its test with covariance takes no gaps,
// and rkt's, which does, ignores seasons of fewer than 4 years and needs 10 years. A series whose
// variance is 0 has z 0 where its S is, and not NaN.
func TestGoldSeasons(t *testing.T) {
	c := goldCheck{t, map[string]int{}}
	for _, s := range goldOf(t) {
		if s.Unit != "month" {
			continue
		}
		o := Options{Fields: rankFields, PerUnit: 12, Rank: RankOptions{PerYear: 1}}
		for _, month := range s.T {
			o.Rank.Season = append(o.Rank.Season, int(month)%12)
			o.Rank.Year = append(o.Rank.Year, int(month)/12)
		}
		got := fitOne(t, s.T, s.samples(), o)
		mk := s.PyMK["seasonal"]
		c.same(s, "S", got[MKS], mk["s"], 0)
		c.same(s, "variance", got[MKVar], mk["var_s"], 1e-12)
		c.same(s, "z", got[MKZ], mk["z"], 1e-12)
		c.same(s, "p", got[MKPValue], mk["p"], 1e-9)
		c.sameFloat32(s, "slope", got[SenSlope], mk["slope"])
		o.Rank.SeasonCovariance = true
		got = fitOne(t, s.T, s.samples(), o)
		if s.whole() && got[MKVar] != 0 {
			mk = s.PyMK["correlated_seasonal"]
			c.same(s, "variance with covariance", got[MKVar], mk["var_s"], 1e-12)
			c.same(s, "z with covariance", got[MKZ], mk["z"], 1e-12)
			c.same(s, "p with covariance", got[MKPValue], mk["p"], 1e-9)
		}
		if variance := s.number("rkt_seasonal_correlated", "varS_corrected"); variance != nil {
			c.same(s, "variance of rkt", got[MKVar], variance, 1e-12)
		}
	}
	t.Log(c.count)
	for what, least := range map[string]int{"S": 20, "variance": 20, "z": 20, "p": 20, "slope": 20, "variance with covariance": 15, "variance of rkt": 10} {
		if c.count[what] < least {
			t.Errorf("only %d values of %s are compared", c.count[what], what)
		}
	}
}

// Methods are those of pyMannKendall for series without gaps, whose gaps it closes, and that of R's
// zyp with gaps too. Exceptions are
//   - a series of ties whose ranks of y − b·t are decided by rounding in pyMannKendall;
//   - two series for which Zhang's iteration does not converge;
//   - p-values of zyp, which are float32.
func TestGoldSerial(t *testing.T) {
	c := goldCheck{t, map[string]int{}}
	for _, s := range goldOf(t) {
		steps := s.steps()
		if steps == nil || s.observations() < 11 {
			continue
		}
		fit := func(m Method) map[Field]float64 {
			return fitOne(t, s.T, s.samples(), Options{Fields: rankFields, Rank: RankOptions{Method: m, Steps: steps}})
		}
		for method, of := range map[Method]string{HamedRao: "hamed_rao_head", YueWang: "yue_wang_lag1", YueWangAll: "yue_wang",
			Prewhiten: "pre_whitening", TFPW: "trend_free_pre_whitening"} {
			mk := s.PyMK[of]
			if mk == nil || !s.whole() || method == HamedRao && s.Name == "step of two values" {
				continue
			}
			got := fit(method)
			c.same(s, "S of "+of, got[MKS], mk["s"], 0)
			c.same(s, "variance of "+of, got[MKVar], mk["var_s"], 1e-9)
			c.same(s, "z of "+of, got[MKZ], mk["z"], 1e-9)
			c.same(s, "p of "+of, got[MKPValue], mk["p"], 1e-8)
			c.sameFloat32(s, "slope of "+of, got[SenSlope], mk["slope"])
		}
		if rounds := s.number("zyp_zhang", "nruns"); rounds != nil && *rounds < zhangRounds {
			got := fit(Zhang)
			c.same(s, "slope of zyp", got[SenSlope], s.number("zyp_zhang", "trend"), 1e-10)
			c.same(s, "tau of zyp", got[MKTau], s.number("zyp_zhang", "tau"), 1e-6)
			if p := *s.number("zyp_zhang", "sig"); !(math.Abs(got[MKPValue]-p) <= 1e-7) {
				t.Errorf("%s: p of zyp is %v, and %v in the gold file", s.Name, got[MKPValue], p)
			}
		}
	}
	t.Log(c.count)
	for what, least := range map[string]int{"S of hamed_rao_head": 70, "z of yue_wang_lag1": 35, "z of yue_wang": 70, "S of pre_whitening": 70,
		"S of trend_free_pre_whitening": 70, "slope of zyp": 30} {
		if c.count[what] < least {
			t.Errorf("only %d values of %s are compared", c.count[what], what)
		}
	}
}

// The values of testdata/ranks.json are those of scipy 1.17.1 and pyMannKendall 1.4.3, as
// testdata/ranks.py computes them.
func TestRanksOfSciPy(t *testing.T) {
	text, err := os.ReadFile("testdata/ranks.json")
	if err != nil {
		t.Fatal(err)
	}
	var series []struct {
		T    []float64
		Y    []*float64
		Want map[string]float64
	}
	if err := json.Unmarshal(text, &series); err != nil {
		t.Fatal(err)
	}
	if len(series) != 10 {
		t.Fatalf("%d series", len(series))
	}
	for i, s := range series {
		got := fitOne(t, s.T, goldSeries{Y: s.Y}.samples(), Options{Fields: rankFields})
		for _, f := range rankFields {
			want, found := s.Want[f.String()]
			if !found || !(math.Abs(got[f]-want) <= 1e-12*math.Abs(want)) {
				t.Errorf("series %d: %v is %v, and scipy and pyMannKendall have %v", i, f, got[f], want)
			}
			if f.Info().Unit == UnitPerTime && got[f] != want {
				t.Errorf("series %d: %v differs in its last bits: %v, not %v", i, f, got[f], want)
			}
		}
	}
}
