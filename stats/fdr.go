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
// A search takes up to two megabytes, however many p-values there are. It usually reads float32
// values twice and float64 values four times; a few more passes are rarely needed:
//
//	d := stats.NewDiscoveries(0.05)
//	for !d.Done() {
//		stats.Count(d, ps) // all of them, in any order and in any pieces
//		d.Next()
//	}
//
// P-values of float32 were rounded, so they are compared with k·rate/m rounded in the same way: a
// p-value that equals the limit in float64 is then also significant as float32.
type Discoveries struct {
	rate      float64
	m         int64
	narrow    bool // the p-values are float32
	digits    []digit
	prefix    uint64 // the digits before the last one of digits, in the upper bits
	done      bool
	threshold float64
	found     int64
}

// A digit is 16 bits of the p-values that have the same upper bits. Digits are in the order of the
// values, because no p-value is negative.
type digit struct {
	counts []int64 // by value of the digit; after its round, running sums
	below  int64   // number of smaller p-values that differ in the upper bits
	at     int     // value whose p-values the next digit counts
}

const digitBits = 16

// NewDiscoveries begins a search. It panics unless the rate is between 0 and 1.
func NewDiscoveries(rate float64) *Discoveries {
	if !(rate > 0 && rate < 1) {
		panic(fmt.Sprintf("stats: false discovery rate %v", rate))
	}
	d := &Discoveries{rate: rate, threshold: math.NaN()}
	d.push(0)
	return d
}

// LevelOf returns a level of significance with which classes mark every p-value that may turn out to be
// significant at a false discovery rate, in float32 too.
func LevelOf(rate float64) float64 {
	narrow := float64(math.Nextafter32(float32(rate), 1))
	return min(math.Nextafter(max(narrow, rate), 1), math.Nextafter(1, 0))
}

// push begins the next digit.
func (d *Discoveries) push(below int64) {
	d.digits = append(d.digits, digit{counts: make([]int64, 1<<digitBits), below: below})
}

// Count counts some of the p-values, which are between 0 and 1. NaN is not counted. All calls for
// one search have the same type.
func Count[F float32 | float64](d *Discoveries, ps []F) {
	last := len(d.digits) - 1
	counts, before := d.digits[last].counts, digitBits*last
	switch ps := any(ps).(type) {
	case []float32:
		d.narrow = true
		for _, p := range ps {
			// Shifts by 32 and more give 0, and the sign of -0 is removed.
			if bits := math.Float32bits(p) &^ (1 << 31); p == p && uint64(bits)>>(32-before)<<(32-before) == d.prefix {
				counts[bits<<before>>digitBits]++
			}
		}
	case []float64:
		for _, p := range ps {
			if bits := math.Float64bits(p) &^ (1 << 63); p == p && bits>>(64-before)<<(64-before) == d.prefix {
				counts[bits<<before>>(64-digitBits)]++
			}
		}
	}
}

// Next ends a round, in which all p-values have been counted once.
func (d *Discoveries) Next() {
	width := 64
	if d.narrow {
		width = 32
	}
	last := &d.digits[len(d.digits)-1]
	for i := range last.counts[1:] {
		last.counts[i+1] += last.counts[i]
	}
	last.at = len(last.counts)
	if len(d.digits) == 1 {
		d.m = last.counts[len(last.counts)-1]
	}
	// The search continues with the next smaller value of the last digit, or of the one before it
	// if none is left.
	for len(d.digits) > 0 {
		last := &d.digits[len(d.digits)-1]
		shift := width - digitBits*len(d.digits)
		d.prefix = d.prefix >> (shift + digitBits) << (shift + digitBits)
		for last.at--; last.at >= 0; last.at-- {
			below := int64(0)
			if last.at > 0 {
				below = last.counts[last.at-1]
			}
			// The smallest p-value with these digits, at the highest rank that it could have.
			bits, k := d.prefix|uint64(last.at)<<shift, last.below+last.counts[last.at]
			p := math.Float64frombits(bits)
			if d.narrow {
				p = float64(math.Float32frombits(uint32(bits)))
			}
			if last.counts[last.at] == below || !d.small(p, k) {
				continue
			}
			if shift == 0 {
				d.threshold, d.found, d.done = p, k, true
				return
			}
			d.prefix = bits
			d.push(last.below + below)
			return
		}
		d.digits = d.digits[:len(d.digits)-1]
	}
	d.done = true
}

// small reports whether p is significant as the k-th smallest.
func (d *Discoveries) small(p float64, k int64) bool {
	return p*float64(d.m) <= float64(k)*d.rate || d.narrow && float32(p) <= float32(float64(k)*d.rate/float64(d.m))
}

// Done reports whether the search has ended.
func (d *Discoveries) Done() bool { return d.done }

// Threshold returns the largest significant p-value (NaN if there is none), the number of
// significant ones, and the number of all that were counted.
func (d *Discoveries) Threshold() (p float64, found, of int64) { return d.threshold, d.found, d.m }
