package stats

import (
	"fmt"
	"math"
)

// Discoveries finds the p-values that are significant at a false discovery rate: of the tests that
// it calls significant, that share is expected to be so by chance. Tests have to be independent or
// positively dependent. Of m p-values in ascending order, the first k are significant, k being the
// largest number with p(k) ≤ k·rate/m (Benjamini and Hochberg 1995, J. R. Stat. Soc. B 57, 289–300,
// https://doi.org/10.1111/j.2517-6161.1995.tb02031.x).
//
// A search takes a megabyte, however many p-values there are. It counts all of them twice, rarely a
// few more times:
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
	upTo      []int64 // by the upper half of the bits: a count, and after the first round a running sum
	within    []int64 // counts of the values whose upper half is at, by their lower half
	at        int     // -1 in the first round, which counts the upper halves
	done      bool
	threshold float64
	found     int64
}

// NewDiscoveries begins a search. It panics unless the rate is between 0 and 1.
func NewDiscoveries(rate float64) *Discoveries {
	if !(rate > 0 && rate < 1) {
		panic(fmt.Sprintf("stats: false discovery rate %v", rate))
	}
	return &Discoveries{rate: rate, upTo: make([]int64, 1<<16), within: make([]int64, 1<<16), at: -1, threshold: math.NaN()}
}

// Count counts some of the p-values, which are between 0 and 1. NaN is not counted.
func Count[F float32 | float64](d *Discoveries, ps []F) {
	for _, p := range ps {
		if p != p {
			continue
		}
		bits := math.Float32bits(float32(p)) // in the order of the values, since none is negative
		if d.at < 0 {
			d.upTo[bits>>16&0x7fff]++
		} else if int(bits>>16) == d.at {
			d.within[bits&0xffff]++
		}
	}
}

// Next ends a round, in which all p-values have been counted once.
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
		// The smallest p-value with this upper half, at the highest rank that it could have.
		if k := d.upTo[d.at]; k > below && d.small(float64(math.Float32frombits(uint32(d.at)<<16)), k) {
			return
		}
	}
	d.done = true
}

// small reports whether p is significant as the k-th smallest.
func (d *Discoveries) small(p float64, k int64) bool {
	return p*float64(d.m) <= float64(k)*d.rate
}

// Done reports whether the search has ended.
func (d *Discoveries) Done() bool { return d.done }

// Threshold returns the largest significant p-value (NaN if there is none), the number of
// significant ones, and the number of all that were counted.
func (d *Discoveries) Threshold() (p float64, found, of int64) { return d.threshold, d.found, d.m }
