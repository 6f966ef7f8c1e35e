package bench

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestMedian(t *testing.T) {
	for _, tt := range []struct {
		xs   []float64
		want float64
	}{{[]float64{3}, 3}, {[]float64{4, 1}, 2.5}, {[]float64{9, 1, 5}, 5}, {[]float64{4, 1, 3, 2}, 2.5}} {
		before := slices.Clone(tt.xs)
		if got := Median(tt.xs); got != tt.want || !slices.Equal(tt.xs, before) {
			t.Errorf("the median of %v is %v, want %v; it leaves %v", before, got, tt.want, tt.xs)
		}
	}
	if !math.IsNaN(Median(nil)) || !math.IsNaN(MedianOf(nil).Low) {
		t.Error("nothing has a median")
	}
}

// The interval contains the true median as often as it claims, within what 15 samples allow. The
// samples are skewed like times: exp of a normal variable, whose median is 1.
func TestIntervalCovers(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	times := func(median float64) []float64 {
		xs := make([]float64, 15)
		for i := range xs {
			xs[i] = median * math.Exp(0.2*rng.NormFloat64())
		}
		return xs
	}
	const trials = 400
	medians, ratios := 0, 0
	for range trials {
		x := times(1)
		if m := MedianOf(x); m.Contains(1) {
			medians++
		} else if !(m.Low <= m.Value && m.Value <= m.High) {
			t.Fatalf("%+v of %v", m, x)
		}
		if RatioOf(times(3), times(2)).Contains(1.5) {
			ratios++
		}
	}
	for what, n := range map[string]int{"median": medians, "ratio": ratios} {
		if share := float64(n) / trials; !(share >= 0.91 && share <= 0.99) {
			t.Errorf("the interval of the %s covers in %.3f of the trials, want about 0.95", what, share)
		}
	}
}

func TestIntervalIsRepeatable(t *testing.T) {
	xs := []float64{1, 1.1, 1.2, 5, 0.9, 1, 1.3, 1.05, 0.95, 1.02}
	if a, b := MedianOf(xs), MedianOf(xs); a != b {
		t.Errorf("%+v, then %+v", a, b)
	}
	if one := MedianOf([]float64{2}); one != (Interval{2, 2, 2}) {
		t.Errorf("of one sample: %+v", one)
	}
	if r := RatioOf([]float64{4, 4, 4}, []float64{2, 2}); r != (Interval{2, 2, 2}) {
		t.Errorf("of equal samples: %+v", r)
	}
}
