package stats

import (
	"math"
	"slices"
)

// fewestPairs is how many pairs of neighbouring observations an autocorrelation is estimated from,
// at least.
const fewestPairs = 10

// farthest returns the largest distance of neighbouring observations: one and a half times the
// median distance of different dates that follow each other.
func farthest(times []float64) float64 {
	sorted := slices.Compact(slices.Sorted(slices.Values(times)))
	var steps []float64
	for i, t := range sorted[1:] {
		steps = append(steps, t-sorted[i])
	}
	slices.Sort(steps)
	n := len(steps)
	return 1.5 * (steps[(n-1)/2] + steps[n/2]) / 2
}

// correlate corrects the degrees of freedom and the variance of the residuals of pixel i for their
// serial correlation, by the effective sample size of Santer et al. (International Journal of
// Climatology 28, 2008, section 4.1):
//
//	nₑ = n·(1 − r₁)/(1 + r₁)    variance = Σr²/(nₑ − coefficients)
//
// r₁ is the lag-1 autocorrelation of the residuals, 0 if it is negative. On an even axis without
// gaps it is Σ rᵢ·rᵢ₊₁ / Σ rᵢ². Otherwise the sum runs over the observations that follow each other
// at most farthest apart, and is multiplied by n − 1 over their number. Where there are fewer than
// fewestPairs of these, and where nₑ does not exceed the coefficients, errors are NaN.
func (m *model) correlate(s *modelScratch, i int) {
	n, pairs, products, squares := 0.0, 0.0, 0.0, 0.0
	before, at := 0.0, math.NaN()
	for date, y := range s.series {
		w := m.weight(date)
		if y != y || w == 0 {
			continue
		}
		fitted := 0.0
		for j := len(m.basis.terms) - 1; j >= 0; j-- {
			fitted = math.FMA(s.fits.Coef[j][i], m.column(s, j, date, i), fitted)
		}
		r, time := (y-fitted)*math.Sqrt(w), m.times[date]
		if d := time - at; d > 0 && d <= m.farthest {
			pairs, products = pairs+1, products+float64(before*r)
		}
		n, squares, before, at = n+1, squares+float64(r*r), r, time
	}
	r1 := max(0, products*(n-1)/pairs/squares)
	if squares == 0 {
		r1 = 0
	}
	if pairs < fewestPairs {
		r1 = math.NaN()
	}
	effective := n * (1 - r1) / (1 + r1)
	df := effective - float64(len(m.basis.terms))
	if !(df > 0) {
		df = math.NaN()
	}
	s.lag1[i], s.effective[i] = r1, effective
	s.variance[i] *= s.df[i] / df
	s.df[i] = df
}
