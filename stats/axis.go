package stats

import (
	"math"

	"github.com/pixtrend/pixtrend/kernel"
)

// axis is the centred time axis τ, from which times follow as t = origin + (g·τ + sum)/n.
type axis struct {
	kernel.Axis
	origin, sum, g, n float64
}

// perTau returns the change of τ per unit of t.
func (a axis) perTau() float64 { return a.n / a.g }

// mean returns the mean time of observations whose mean τ is m.
func (a axis) mean(m float64) float64 { return a.origin + math.FMA(a.g, m, a.sum)/a.n }

// newAxis centres times, which are finite and not empty. Whole times become whole τ that sum to
// exactly zero, as long as N·(max−min) is below 2^53. For others τ is t − mean, rounded.
func newAxis(times []float64) axis {
	n := float64(len(times))
	lo, hi := times[0], times[0]
	whole := true
	for _, t := range times {
		lo, hi = min(lo, t), max(hi, t)
		whole = whole && t == math.Trunc(t)
	}
	tau := make([]float64, len(times))
	a := axis{origin: lo, g: 1, n: n}
	if whole && n*(hi-lo) < 1<<53 && math.Abs(lo) < 1<<53 && math.Abs(hi) < 1<<53 {
		var sum, common int64
		for _, t := range times {
			sum += int64(t - lo)
		}
		for i, t := range times {
			x := int64(len(times))*int64(t-lo) - sum
			tau[i] = float64(x)
			common = gcd(common, x)
		}
		a.sum = float64(sum)
		if common > 1 {
			a.g = float64(common)
			for i := range tau {
				tau[i] /= a.g // exact
			}
		}
	} else {
		// τ is in units of t, so n is 1. The mean is taken of the differences from lo.
		var sum float64
		for _, t := range times {
			sum += (t - lo) / n
		}
		for i, t := range times {
			tau[i] = (t - lo) - sum
		}
		a.sum, a.n = sum, 1
	}
	a.Axis = kernel.NewAxis(tau)
	return a
}

func gcd(a, b int64) int64 {
	if b < 0 {
		b = -b
	}
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
