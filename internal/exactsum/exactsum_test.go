package exactsum

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// exact returns the quotient of the sums of two lists by rational numbers.
func exact(a, b []float64) float64 {
	sum := func(xs []float64) *big.Rat {
		s := new(big.Rat)
		for _, x := range xs {
			s.Add(s, new(big.Rat).SetFloat64(x))
		}
		return s
	}
	q, _ := new(big.Rat).Quo(sum(a), sum(b)).Float64()
	return q
}

// Sums are those of exact arithmetic, and the same in any order.
func TestQuotient(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for name, number := range map[string]func(i int) float64{
		"samples":   func(int) float64 { return rng.NormFloat64()*5 + 280 },
		"cancel":    func(i int) float64 { return []float64{1e17, 1, -1e17}[i%3] },
		"extremes":  func(i int) float64 { return []float64{math.MaxFloat64, 5e-324, -math.MaxFloat64, 1}[i%4] },
		"large":     func(int) float64 { return math.MaxFloat64 },
		"denormals": func(i int) float64 { return float64(i%7-3) * 5e-324 },
		"any": func(int) float64 {
			return math.Float64frombits(rng.Uint64() &^ (1 << 62)) // finite
		},
		"negative": func(i int) float64 { return -float64(i) / 3 },
	} {
		// Enough for several carries.
		xs, ones := make([]float64, 3*most+17), make([]float64, 3*most+17)
		for i := range xs {
			xs[i], ones[i] = number(i), 1
		}
		var sum, n Sum
		for i, x := range xs {
			sum.Add(x)
			n.Add(ones[i])
		}
		want := exact(xs, ones)
		if got := Quotient(&sum, &n); got != want {
			t.Errorf("%s: the mean is %v, want %v", name, got, want)
		}
		var other Sum
		for _, i := range rng.Perm(len(xs)) {
			other.Add(xs[i])
		}
		if got := Quotient(&other, &n); got != want {
			t.Errorf("%s: in another order the mean is %v, want %v", name, got, want)
		}
	}
	var none Sum
	if q := Quotient(&none, &none); q == q {
		t.Errorf("0 / 0 is %v", q)
	}
}

func BenchmarkAdd(b *testing.B) {
	var s Sum
	for i := range b.N {
		s.Add(280 + float64(i&1023))
	}
}
