package stats

import (
	"math"
	"slices"

	"github.com/pixtrend/pixtrend/kernel"
)

// axis is the centred time axis τ, from which times follow as t = origin + (g·τ + sum)/n.
type axis struct {
	kernel.Axis
	origin, sum, g, n float64
	exact             bool // whether n·Στ² and (Στ)² over any dates are exact
}

// A frame relates times as given to times that the line is computed from: given = origin + unit·t,
// exactly. Where all times are far from zero, origin is the first of them, so that rounding errors
// are relative to the distances between times. Where squares of these would leave the range of
// float64, unit is a power of two. Otherwise both kinds of times are the same.
type frame struct{ origin, unit float64 }

// farTimes is the distance from zero, in spans of the times, beyond which a frame has an origin.
// The times of nearer ones lose at most 4 bits.
const farTimes = 16

// newFrame returns the frame of times, and the times in it.
func newFrame(times []float64) (frame, []float64) {
	lo, hi := slices.Min(times), slices.Max(times)
	f := frame{unit: 1}
	if span := hi - lo; span > 0 && (span < 1e-100 || span > 1e100) && !math.IsInf(span, 1) {
		f.unit = math.Ldexp(1, min(max(math.Ilogb(span), -1000), 1000))
	}
	if min(math.Abs(lo), math.Abs(hi)) > farTimes*(hi-lo) {
		f.origin = lo
	}
	in := make([]float64, len(times))
	for i, t := range times {
		in[i] = f.in(t)
	}
	return f, in
}

// in returns a time in the frame.
func (f frame) in(t float64) float64 { return (t - f.origin) / f.unit }

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
	a.exact = a.n > 1 && n*a.TT < 1<<53 // (Στ)² is not larger
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
