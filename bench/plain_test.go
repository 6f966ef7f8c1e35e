package bench

import (
	"errors"
	"math"
	"testing"

	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/stats"
)

// Each series is made of the columns of a model, so its slope is known. The plain code has to find that
// slope. The robust fit has to find it although some observations are outliers.
func TestPlainModel(t *testing.T) {
	p := problem{dates: 48}
	times := p.times()
	season := stats.Model{Degree: 2, Harmonics: 2, Period: 12}
	bisquare := season
	bisquare.Robust.Psi = kernel.Bisquare
	for name, c := range map[string]struct {
		model   stats.Model
		outlier float64
	}{"least squares": {season, 0}, "bisquare": {bisquare, 50}} {
		y := make([]float64, len(times))
		for i, u := range times {
			y[i] = 3 + 0.25*u - 0.01*u*u + 2*math.Cos(2*math.Pi*u/12) - math.Sin(2*math.Pi*u/6) + 0.01*math.Sin(float64(i*i))
			if c.model.Robust.Psi == 0 {
				y[i] -= 0.01 * math.Sin(float64(i*i))
			}
		}
		y[5], y[11], y[40] = math.NaN(), y[11]+c.outlier, math.NaN()
		tolerance := 1e-13
		if c.outlier > 0 {
			tolerance = 2e-4 // a tenth of what the outlier adds to the slope of least squares
		}
		if got := newPlainModel(c.model, times).slope(y); !(math.Abs(got-0.25) <= tolerance) {
			t.Errorf("%s: slope %v, want 0.25", name, got)
		}
		for i := range y[:41] {
			y[i] = math.NaN()
		}
		if got := newPlainModel(c.model, times).slope(y); got == got {
			t.Errorf("%s: slope %v of 7 observations", name, got)
		}
	}
}

func TestPlainSen(t *testing.T) {
	nan := math.NaN()
	all := plainSen{times: []float64{0, 1, 2, 4}, season: make([]int, 4)}
	if got := all.slope([]float64{1, nan, 5, 3}); got != 0.5 {
		t.Errorf("slope %v of 2, 0.5 and -1", got)
	}
	seasons := plainSen{times: []float64{0, 0, 1, 1}, season: []int{0, 1, 0, 1}}
	if got := seasons.slope([]float64{1, 10, 2, 14}); got != 2.5 {
		t.Errorf("slope %v of 1 and 4", got)
	}
	if got := all.slope([]float64{nan, 1, nan, nan}); got == got {
		t.Errorf("slope %v of one observation", got)
	}
}

// A slope that is wrong in its last digits is found.
func TestWrongEstimate(t *testing.T) {
	cases, _ := rankCases()
	e := cases[0]
	e.problem = e.sized(1)
	m, err := newMemory(t.Context(), e.problem, kernel.Best(), make([]byte, 1<<16), false)
	if err != nil {
		t.Fatal(err)
	}
	f := &fits{estimate: e, m: m, slope: e.plain(), y: make([]float64, e.dates)}
	out := make([]float32, e.pixels)
	for p := range out {
		out[p] = float32(f.slope(m.series(f.y, p)))
	}
	if err := m.compare(out, mostEstimates, f.reference); err != nil {
		t.Error(err)
	}
	out[7] = math.Nextafter32(math.Nextafter32(out[7], 1), 1)
	if err := m.compare(out, mostEstimates, f.reference); !errors.Is(err, ErrWrong) {
		t.Errorf("a slope two float32 away: %v", err)
	}
}
