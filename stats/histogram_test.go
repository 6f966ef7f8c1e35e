package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestHistogramLimits(t *testing.T) {
	for _, tt := range []struct {
		lo, hi float64
		want   []float64
	}{
		{-3, 5, []float64{-3, -2, -1, 0, 1, 2, 3, 4, 5}},
		{-0.0061, 0.0078, []float64{-0.008, -0.006, -0.004, -0.002, 0, 0.002, 0.004, 0.006, 0.008}},
		{0.003, 0.031, []float64{0, 0.005, 0.01, 0.015, 0.02, 0.025, 0.03, 0.035}},
		{-250, -41, []float64{-250, -200, -150, -100, -50, 0}},
		{1e6, 1e6 + 7, []float64{1000000, 1000001, 1000002, 1000003, 1000004, 1000005, 1000006, 1000007}},
		{2e-20, 9e-20, []float64{2e-20, 3e-20, 4e-20, 5e-20, 6e-20, 7e-20, 8e-20, 9e-20}},
		{-7e22, 7e22, []float64{-8e22, -6e22, -4e22, -2e22, 0, 2e22, 4e22, 6e22, 8e22}},
		{1e36, 1.4e37, []float64{0, 2e36, 4e36, 6e36, 8e36, 1e37, 1.2e37, 1.4e37}},
		{-3e-30, 3e-30, []float64{-3e-30, -2e-30, -1e-30, 0, 1e-30, 2e-30, 3e-30}},
		{1 - 3.9e-9, 1 + 3.9e-9, []float64{0.999999996, 0.999999997, 0.999999998, 0.999999999, 1, 1.000000001, 1.000000002, 1.000000003, 1.000000004}},
		{1, 1, []float64{}},
		{2, 1, []float64{}},
		{1, math.Nextafter(1, 2), []float64{}},
		{math.Inf(-1), 0, []float64{}},
		{math.NaN(), 1, []float64{}},
	} {
		if got := NewSampler(1).Histogram(tt.lo, tt.hi).Limits; !slices.Equal(got, tt.want) {
			t.Errorf("from %v to %v: %v, want %v", tt.lo, tt.hi, got, tt.want)
		}
	}
}

// Any value is in the right class, and there are few classes.
func TestHistogram(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 3))
	for n := range 400 {
		s := NewSampler(n + 1)
		spread, middle := math.Pow(10, float64(n%13)-6), []float64{0, 0, 0.5, -40}[n%4]
		var values []float64
		for p := range n + 1 {
			x := float64(float32((rng.NormFloat64() + middle) * spread))
			if n%2 == 0 && spread > 1 {
				x = math.Round(x) // many are limits
			}
			if n%3 == 0 && p%5 == 0 {
				x = 0
			}
			values = append(values, x)
			if n%5 == 0 {
				Sample(s, p, []float32{float32(x)})
			} else {
				Sample(s, p, []float64{x})
			}
		}
		q := s.Quantiles(0.01, 0.99)
		h := s.Histogram(q[0], q[1])
		negative, zero := 0, 0
		counts := make([]int, len(h.Counts))
		for _, x := range values {
			if x < 0 {
				negative++
			}
			if x == 0 {
				zero++
			}
			if len(counts) > 0 {
				counts[len(h.Limits)-len(slices.DeleteFunc(slices.Clone(h.Limits), func(limit float64) bool { return limit <= x }))]++
			}
		}
		if h.Negative != negative || h.Zero != zero || !slices.Equal(h.Counts, counts) {
			t.Errorf("%d values of %v: %+v, want %v with %d below zero and %d zero", n+1, spread, h, counts, negative, zero)
		}
		if q[0] == q[1] {
			continue
		}
		if len(h.Limits) < 5 || len(h.Limits) > 11 || h.Limits[0] > q[0] || h.Limits[len(h.Limits)-1] < q[1] {
			t.Errorf("%d values: limits %v for %v", n+1, h.Limits, q)
		}
		if q[0] < 0 && q[1] > 0 && !slices.Contains(h.Limits, 0) {
			t.Errorf("zero is not among the limits %v", h.Limits)
		}
	}
}

// Equal values have no classes, but their signs are counted.
func TestHistogramOfOneValue(t *testing.T) {
	s := NewSampler(3)
	Sample(s, 0, []float64{-2, -2, -2})
	if h := s.Histogram(-2, -2); len(h.Limits) != 0 || len(h.Counts) != 0 || h.Negative != 3 || h.Zero != 0 {
		t.Errorf("%+v", h)
	}
}

func BenchmarkHistogram(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	s := NewSampler(sampleMost)
	for p := range sampleMost {
		Sample(s, p, []float64{rng.NormFloat64()})
	}
	q := s.Quantiles(0.01, 0.99)
	for b.Loop() {
		s.Histogram(q[0], q[1])
	}
}
