package stats

import (
	"fmt"
	"math"

	"github.com/pixtrend/pixtrend/internal/regress"
	"github.com/pixtrend/pixtrend/kernel"
)

// Sums are those of some pixels, to which dates are added a few at a time: for stacks of which not all
// dates of a pixel can be in memory together. What follows from them is the same bits.
type Sums struct {
	sums        kernel.Sums
	first, last []float64 // times of the first and last observation, NaN without one; nil where no field depends on them
	room        *regress.Scratch
	next        int // the date that is added next
}

// SumsBytes is the memory that the sums of a pixel take.
func (p *Plan) SumsBytes() int {
	if p.ends {
		return 9 * 8
	}
	return 7 * 8
}

// NewSums returns sums of no date for up to that many pixels.
func (p *Plan) NewSums(pixels int) *Sums {
	s := &Sums{sums: kernel.NewSums(pixels), room: new(regress.Scratch)}
	if p.ends {
		s.first, s.last = make([]float64, pixels), make([]float64, pixels)
	}
	s.Reset()
	return s
}

// Reset takes all dates out of s.
func (s *Sums) Reset() {
	for _, x := range [][]float64{s.sums.N, s.sums.T, s.sums.TT, s.sums.Y, s.sums.TY, s.sums.YY, s.sums.Ref} {
		clear(x)
	}
	fill(s.first, math.NaN())
	fill(s.last, math.NaN())
	s.next = 0
}

// Add adds the dates of t, of which the first is date first of the plan. Dates come in order, each once; another
// order panics, as does a tile of more pixels than s is for.
func (p *Plan) Add(s *Sums, t kernel.Tile, first int) {
	if first != s.next || first+t.Dates > p.Dates() {
		panic(fmt.Sprintf("stats: dates %d to %d of %d added after %d", first, first+t.Dates, p.Dates(), s.next))
	}
	if p.ends {
		p.k.Ends(s.first, s.last, t, p.at[first:first+t.Dates], p.valid)
	}
	p.k.AddSums(s.sums, t, p.axis.Tau[first:first+t.Dates], p.valid)
	s.next += t.Dates
}

// Finish writes the fields of the pixels that out has room for, as Fit does, once all dates are added.
func Finish[F float32 | float64](p *Plan, s *Sums, out [][]F) {
	if s.next != p.Dates() {
		panic(fmt.Sprintf("stats: sums of %d dates of %d", s.next, p.Dates()))
	}
	finish(p, s.sums, s.first, s.last, s.room, out, 0, len(out[0]))
}

// finish writes the fields that follow from sums, and the first and last times where they are needed, into out from
// pixel at on.
func finish[F float32 | float64](p *Plan, s kernel.Sums, first, last []float64, room *regress.Scratch, out [][]F, at, pixels int) {
	var results [regress.Outs][]F
	for i, f := range p.fields {
		results[f] = out[i][at : at+pixels]
	}
	regress.Finish(p.k, &results, s, first, last, p.line, p.times, p.byCount, room)
}
