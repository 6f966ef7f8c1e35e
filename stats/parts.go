package stats

import (
	"fmt"

	"github.com/pixtrend/pixtrend/kernel"
)

// Sums are those of some pixels, to which dates are added a few at a time: for stacks of which not all
// dates of a pixel can be in memory together. What follows from them is the same bits.
type Sums struct {
	sums kernel.Sums
	next int // the date that is added next
}

// SumsBytes is the memory that the sums of a pixel take.
const SumsBytes = 7 * 8

// NewSums returns sums of no date for up to that many pixels.
func (p *Plan) NewSums(pixels int) *Sums { return &Sums{sums: kernel.NewSums(pixels)} }

// Reset takes all dates out of s.
func (s *Sums) Reset() {
	for _, x := range [][]float64{s.sums.N, s.sums.T, s.sums.TT, s.sums.Y, s.sums.TY, s.sums.YY, s.sums.Ref} {
		clear(x)
	}
	s.next = 0
}

// Add adds the dates of t, of which the first is date first of the plan. Dates come in order, each once; another
// order panics, as does a tile of more pixels than s is for.
func (p *Plan) Add(s *Sums, t kernel.Tile, first int) {
	if first != s.next || first+t.Dates > p.Dates() {
		panic(fmt.Sprintf("stats: dates %d to %d of %d added after %d", first, first+t.Dates, p.Dates(), s.next))
	}
	p.k.AddSums(s.sums, t, p.axis.Tau[first:first+t.Dates], p.valid)
	s.next += t.Dates
}

// Finish writes the fields of the pixels that out has room for, as Fit does, once all dates are added.
func Finish[F float32 | float64](p *Plan, s *Sums, out [][]F) {
	if s.next != p.Dates() {
		panic(fmt.Sprintf("stats: sums of %d dates of %d", s.next, p.Dates()))
	}
	finish(p, s.sums, out)
}

// finish writes the fields that follow from sums, for as many pixels as out has.
func finish[F float32 | float64](p *Plan, s kernel.Sums, out [][]F) {
	if p.nAt >= 0 {
		for i := range out[p.nAt] {
			out[p.nAt][i] = F(s.N[i])
		}
	}
	var slope []F
	if p.slopeAt >= 0 {
		slope = out[p.slopeAt]
	}
	if p.interAt >= 0 {
		kernel.Lines(p.k, slope, out[p.interAt], s, p.line, p.times)
		return
	}
	for i := range slope {
		slope[i] = F(s.Slope(i, p.line))
	}
}
