package stats

import (
	"fmt"
	"math"
)

// Discoveries finds the p-values that are small enough for a false discovery rate: of all tests that are then taken
// for significant, that share is expected to be so by chance, where tests are independent or depend positively
// (Benjamini and Hochberg 1995, J. R. Stat. Soc. B 57, 289–300, https://doi.org/10.1111/j.2517-6161.1995.tb02031.x):
// of m p-values in ascending order, the first k, k being the largest with p(k) ≤ k·rate/m.
//
// It takes a megabyte, however many p-values there are, and sees them two times, or, seldom, a few times more:
//
//	d := stats.NewDiscoveries(0.05)
//	for !d.Done() {
//		stats.Count(d, ps) // all of them, in any order and in any pieces
//		d.Next()
//	}
//
// P-values are taken as float32.
type Discoveries struct {
	rate      float64
	m         int64
	upTo      []int64 // by the upper half of the bits: first how many there are, then how many up to there
	within    []int64 // of those with the upper half at, by the lower half
	at        int     // -1 while the upper halves are counted
	done      bool
	threshold float64
	found     int64
}

// NewDiscoveries begins the search for a rate between 0 and 1, and panics for any other.
func NewDiscoveries(rate float64) *Discoveries {
	if !(rate > 0 && rate < 1) {
		panic(fmt.Sprintf("stats: false discovery rate %v", rate))
	}
	return &Discoveries{rate: rate, upTo: make([]int64, 1<<16), within: make([]int64, 1<<16), at: -1, threshold: math.NaN()}
}

// Count takes some of the p-values, which lie between 0 and 1. NaN is no test.
func Count[F float32 | float64](d *Discoveries, ps []F) {
	for _, p := range ps {
		if p != p {
			continue
		}
		bits := math.Float32bits(float32(p)) // in the order of the numbers, where these are not negative
		if d.at < 0 {
			d.upTo[bits>>16&0x7fff]++
		} else if int(bits>>16) == d.at {
			d.within[bits&0xffff]++
		}
	}
}

// Next is called when all p-values have been counted.
func (d *Discoveries) Next() {
	last := len(d.upTo)
	if d.at < 0 {
		for i := 1; i < len(d.upTo); i++ {
			d.upTo[i] += d.upTo[i-1]
		}
		d.m = d.upTo[len(d.upTo)-1]
	} else {
		k := d.upTo[d.at]
		for lower := len(d.within) - 1; lower >= 0; lower-- {
			if p := float64(math.Float32frombits(uint32(d.at)<<16 | uint32(lower))); d.within[lower] > 0 && d.small(p, k) {
				d.threshold, d.found, d.done = p, k, true
				return
			}
			k -= d.within[lower]
		}
		last = d.at
		clear(d.within)
	}
	for d.at = last - 1; d.at >= 0; d.at-- {
		below := int64(0)
		if d.at > 0 {
			below = d.upTo[d.at-1]
		}
		// The smallest p that may be there, beside as many as may be up to there.
		if k := d.upTo[d.at]; k > below && d.small(float64(math.Float32frombits(uint32(d.at)<<16)), k) {
			return
		}
	}
	d.done = true
}

// small reports whether p is small enough for the k-th.
func (d *Discoveries) small(p float64, k int64) bool {
	return p*float64(d.m) <= float64(k)*d.rate
}

// Done reports whether all is known.
func (d *Discoveries) Done() bool { return d.done }

// Threshold returns the largest p-value that is significant, NaN if none is, and how many are, of how many.
func (d *Discoveries) Threshold() (p float64, found, of int64) { return d.threshold, d.found, d.m }
