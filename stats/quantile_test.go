package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// The wanted values are those of numpy.quantile([3, 1, 4, 1, 5, 9, 2, 6], [0, 0.2, 0.5, 0.8, 1]).
func TestQuantilesAsNumpy(t *testing.T) {
	s := NewSampler(100)
	Sample(s, 0, []float64{3, 1, 4, 1, 5, 9, 2, 6, math.NaN()})
	want := []float64{1, 1.4, 3.5, 5.6, 9}
	for i, got := range s.Quantiles(0, 0.2, 0.5, 0.8, 1) {
		if !(math.Abs(got-want[i]) <= 1e-12) {
			t.Errorf("quantile %d is %v, want %v", i, got, want[i])
		}
	}
	if got := NewSampler(5).Quantiles(0.5); got != nil {
		t.Errorf("quantiles of nothing: %v", got)
	}
}

// A large raster is sampled. The sample does not depend on the order of the values.
func TestSampleOfALargeRaster(t *testing.T) {
	const pixels = 5 * sampleMost
	forth, back := NewSampler(pixels), NewSampler(pixels)
	values := make([]float32, pixels)
	for p := range values {
		values[p] = float32(p % 1000) // a pattern, as rasters have
	}
	Sample(forth, 0, values)
	for to := pixels; to > 0; { // in runs of any length
		from := max(0, to-1-to%777)
		Sample(back, from, values[from:to])
		to = from
	}
	if n := forth.Len(); n != sampleMost || back.Len() != n {
		t.Errorf("samples of %d and %d, want %d", n, back.Len(), sampleMost)
	}
	for q := 0.1; q < 1; q += 0.1 {
		a, b := forth.Quantiles(q)[0], back.Quantiles(q)[0]
		if a != b {
			t.Errorf("quantile %v: %v forth, %v back", q, a, b)
		}
		if !(math.Abs(a-1000*q) <= 5) {
			t.Errorf("quantile %v is %v", q, a)
		}
	}
}

// Selection agrees with sorting, also among ties.
func TestQuantilesOfManyTies(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for n := range 200 {
		s := NewSampler(n + 1)
		var values []float64
		for p := range n + 1 {
			x := float64(rng.IntN(1 + n/3))
			values = append(values, x)
			Sample(s, p, []float64{x})
		}
		slices.Sort(values)
		for q := 0.0; q <= 1; q += 0.125 {
			at := q * float64(n)
			k := int(at)
			want := values[k]
			if k < n {
				want += (at - float64(k)) * (values[k+1] - values[k])
			}
			if got := s.Quantiles(q)[0]; !(math.Abs(got-want) <= 1e-12*(1+want)) {
				t.Fatalf("%d values: quantile %v is %v, want %v", n+1, q, got, want)
			}
		}
	}
}

// Values of float64 keep their digits.
func TestQuantilesOfFloat64(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	s := NewSampler(1000)
	var values []float64
	for p := range 1000 {
		values = append(values, (1+1e-9*rng.NormFloat64())*float64(1-2*(p%7/6)))
		Sample(s, p, values[p:])
	}
	slices.Sort(values)
	for i, got := range s.Quantiles(0, 1./999, 100./999, 500./999, 1) {
		if want := values[[]int{0, 1, 100, 500, 999}[i]]; !(math.Abs(got-want) <= 1e-15) {
			t.Errorf("quantile %d is %.17g, want %.17g", i, got, want)
		}
	}
	q := s.Quantiles(0.2, 0.9)
	if h := s.Histogram(q[0], q[1]); len(h.Limits) < 5 || h.Limits[0] == h.Limits[1] {
		t.Errorf("from %.17g to %.17g: %v", q[0], q[1], h)
	}
}

func BenchmarkQuantiles(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	s := NewSampler(sampleMost)
	for b.Loop() {
		b.StopTimer()
		s.narrow = s.narrow[:0]
		for p := range sampleMost {
			Sample(s, p, []float32{float32(rng.NormFloat64())})
		}
		b.StartTimer()
		s.Quantiles(0.2, 0.4, 0.6, 0.8)
	}
}
