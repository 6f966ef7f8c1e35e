package regress

import (
	"fmt"
	"math"
	"math/bits"

	"github.com/pixtrend/pixtrend/kernel"
)

// PValues computes two-sided p-values of Student's t. squares[i] is the square of a t, and df[i] is
// its degrees of freedom, a whole number; the p-value is written to p[i]. It is NaN if squares[i] or
// df[i] is NaN, or if df[i] is 0. The columns of b from ByC on must have been set for df[i]+2
// observations. The bits are the same on every ISA.
//
// PValues panics if the slices differ in length.
func (b *ByCount) PValues(k kernel.Kernel, p, squares, df []float64, scratch *Scratch) {
	if len(squares) != len(p) || len(df) != len(p) {
		panic(fmt.Sprintf("regress: %d p-values of %d and %d numbers", len(p), len(squares), len(df)))
	}
	for lo := 0; lo < len(p); lo += block {
		hi := min(lo+block, len(p))
		b.pValues(k, p[lo:hi], squares[lo:hi], df[lo:hi], scratch)
	}
}

// pValues is PValues of up to block pixels.
func (b *ByCount) pValues(k kernel.Kernel, p, squares, df []float64, scratch *Scratch) {
	counts, t := scratch.tails[:block], scratch.tails[block:2*block]
	for i, n := range df {
		// Without a result, the row of the table is that of no degrees of freedom, which is NaN.
		if counts[i], t[i] = n+2, squares[i]; !(n > 0) || t[i] != t[i] {
			counts[i], t[i] = 2, 0
		}
	}
	done := 0
	if w := width(k); w > 0 && len(p) >= w {
		done = len(p) / w * w
		f := finishing{pixels: done, stage: &scratch.stage, tails: &scratch.tails, level: b.Level, by: &b.data[0], byStride: 8 * b.stride,
			byTail: 8 * ByC * b.stride, dfBits: bits.Len(uint(max(0, b.dates-2))), one: 1, two: 2, wholeOne: 1, wholeTwo: 2, wholeWindow: byWindow - 1}
		student(k, &f)
		copy(p[:done], scratch.stage[OutP*block:])
	}
	for i := done; i < len(p); i++ {
		df := counts[i] - 2
		length := df + t[i]
		p[i] = b.p(int(counts[i]), math.Sqrt(t[i]/length), math.Sqrt(df/length))
	}
	for i, x := range squares {
		if x > math.MaxFloat64 && df[i] > 0 {
			p[i] = 0
		}
	}
}
