package kernel

import (
	"fmt"
	"math"
	"slices"
)

// Axis is the time axis of a tile: one number per date, in the order of the planes. Create it with
// [NewAxis].
type Axis struct {
	Tau  []float64 // finite; the kernels only read it
	T    float64   // Σ Tau, added in order
	TT   float64   // Σ Tau², by fused multiply-adds in order
	Step float64   // smallest distance between two different numbers; 0: all are equal

	whole  *wholeAxis // the axis as 16-bit integers; nil: it does not fit them
	counts []uint64   // the packed counts of each date; nil: their sums could overflow
	added  float64    // the a of the packed counts
}

// On an axis of integers, n, Σ(τ+a) and Σ τ² of a pixel fit into one word of 12, 20 and 32 bits,
// from the lowest bit up, so that one addition updates all three. a is the greatest |τ|. It keeps
// τ+a from being negative, so no field borrows from the next. All three are exact, as the sums in
// float64 are.
const (
	maxCountN  = 1<<12 - 1
	maxCountT  = 1<<20 - 1
	maxCountTT = 1<<32 - 1
)

func newCounts(a Axis) (counts []uint64, added float64) {
	for _, x := range a.Tau {
		if x != math.Trunc(x) {
			return nil, 0
		}
		added = max(added, math.Abs(x))
	}
	n := float64(len(a.Tau))
	if len(a.Tau) == 0 || n > maxCountN || n*added+a.T > maxCountT || a.TT > maxCountTT {
		return nil, 0
	}
	counts = make([]uint64, len(a.Tau))
	for i, x := range a.Tau {
		counts[i] = 1 + uint64(x+added)<<12 + uint64(x*x)<<32
	}
	return counts, added
}

// NewAxis returns the axis with its sums. It keeps tau, which must not change afterwards. It panics
// if a number is not finite.
func NewAxis(tau []float64) Axis {
	a := Axis{Tau: tau}
	for i, x := range tau {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			panic(fmt.Sprintf("kernel: number %d of the axis is %v", i, x))
		}
		a.T += x
		a.TT = math.FMA(x, x, a.TT)
	}
	sorted := slices.Sorted(slices.Values(tau))
	for i := 1; i < len(sorted); i++ {
		if d := sorted[i] - sorted[i-1]; d > 0 && (a.Step == 0 || d < a.Step) {
			a.Step = d
		}
	}
	a.whole = newWholeAxis(tau)
	a.counts, a.added = newCounts(a)
	return a
}

// Centred reports whether the axis sums to exactly zero. The slope of a pixel without gaps is then
// a dot product with the axis.
func (a Axis) Centred() bool { return a.T == 0 }

// MinCtt is the value that Σ(τ−τ̄)² of a pixel exceeds if the pixel has observations at two
// different dates. Two dates make the sum at least half of their squared distance. MinCtt is a
// quarter of the smallest squared distance, because rounding errors are far smaller than that.
func (a Axis) MinCtt() float64 { return float64(a.Step*a.Step) / 4 }

// wholeAxis is an axis of integers for samples of 8 or 16 bits. Sums over it are added in 32 bits,
// two dates at a time, and carried over to float64 after every period pairs.
//
// With |τ| ≤ m and samples taken as −2^15 … 2^15−1, the sums of r pairs of dates are bounded by
//
//	|Σ τ·y| ≤ 2r · m · 2^15     Σ τ² ≤ 2r · m²     |Σ y| ≤ 2r · 2^15
//
// The first is below 2^31 if 2r·m ≤ 2^16 − 1. Then the second is too, since m < 2^15, and so is the
// third. The sums in float64 are exact: with N ≤ 2^15 dates, every sum is an integer below
// 2^15 · 2^15 · 2^16 = 2^46, also with d = y − y₀ in place of y and after multiplication by n.
//
// Without masks in registers, gaps are best counted in pairs of dates too, which needs τ² as 16-bit
// integers. An axis that has them is short enough that nothing is carried over: r pairs are all
// pairs.
type wholeAxis struct {
	pairs   []int16 // τ, followed by a 0 if the number of dates is odd
	squares []int16 // τ², alike; nil: they do not fit 16 bits, or there are more than r pairs
	period  int     // r, at least minPeriod
}

const (
	maxWholeDates = 1 << 15
	// With fewer pairs per period, carrying over costs more than adding in 32 bits saves.
	minPeriod = 2
)

func newWholeAxis(tau []float64) *wholeAxis {
	if len(tau) == 0 || len(tau) >= maxWholeDates {
		return nil
	}
	w := &wholeAxis{pairs: make([]int16, (len(tau)+1)/2*2)}
	m := 1.0
	for i, x := range tau {
		m = max(m, math.Abs(x))
		if x != math.Trunc(x) || m > (1<<16-1)/(2*minPeriod) {
			return nil
		}
		w.pairs[i] = int16(x)
	}
	w.period = (1<<16 - 1) / (2 * int(m))
	if m*m <= math.MaxInt16 && len(w.pairs) <= 2*w.period {
		w.squares = make([]int16, len(w.pairs))
		for i, x := range w.pairs {
			w.squares[i] = x * x
		}
	}
	return w
}
