package kernel

import (
	"fmt"
	"math"
	"slices"
)

// Axis is the time axis of a tile: one number a date, in the order of the planes.
type Axis struct {
	Tau  []float64 // finite; the kernels only read it
	T    float64   // Σ Tau, added in order
	TT   float64   // Σ Tau², fused multiply-adds in order
	Step float64   // least distance between two different numbers; 0: all are equal

	whole  *wholeAxis // the axis as 16-bit integers, nil where it does not suit them
	counts []uint64   // what each date adds to counts, nil where they could overflow
	added  float64    // what counts add to each τ
}

// Counts are n, Σ(τ+a) and Σ τ² of a pixel in one word, for axes of integers: 12, 20 and 32 bits from the
// lowest up. One addition then serves all three. a is the greatest |τ|, so that no field ever borrows from the
// next. All are exact, like the sums in float64 that they stand for.
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

// NewAxis returns the axis with its sums. It keeps tau, which must not change afterwards.
// A number that is not finite panics.
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

// Centred reports whether the axis sums to exactly zero, so that the slope of a pixel without a
// gap is a dot product with it.
func (a Axis) Centred() bool { return a.T == 0 }

// MinCtt is what Σ(τ−τ̄)² of a pixel must exceed for it to have observations at two dates: two different ones
// make it at least half of their squared distance, and rounding errors are far below a quarter.
func (a Axis) MinCtt() float64 { return float64(a.Step*a.Step) / 4 }

// wholeAxis is an axis of integers for samples of 8 or 16 bits, whose sums are added in 32 bits, two
// dates at a time, and carried over to float64 every so many pairs.
//
// With |τ| ≤ m and samples taken as −2^15 … 2^15−1, r pairs of dates sum to at most
//
//	|Σ τ·y| ≤ 2r · m · 2^15     Σ τ² ≤ 2r · m²     |Σ y| ≤ 2r · 2^15
//
// The first stays below 2^31 where 2r·m ≤ 2^16 − 1, the second then too, since m < 2^15, and so
// does the third. What is carried over is exact: with N ≤ 2^15 dates, every sum, also of d = y − y₀
// in place of y and of the products with n, is an integer below 2^15 · 2^15 · 2^16 = 2^46.
type wholeAxis struct {
	pairs  []int16 // τ; after an odd number of dates a 0
	period int     // r, at least minPeriod
}

const (
	maxWholeDates = 1 << 15
	// minPeriod keeps carrying over rare enough to be worth it.
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
	return w
}
