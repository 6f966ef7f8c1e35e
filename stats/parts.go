package stats

import (
	"fmt"

	"github.com/pixtrend/pixtrend/kernel"
)

// Sums is the state of some pixels to which dates are added a few at a time, for stacks of which
// not all dates of a pixel can be in memory together. The fields have the bits that Fit gives them.
type Sums struct {
	of     []sums      // by share of the plan
	planes []outPlanes // by share
	done   []bool      // by share: whether its fields are written
	next   int         // the date that is added next
}

// SumsBytes returns the memory that Sums take for a pixel.
func (p *Plan) SumsBytes() int {
	bytes := 0
	for _, share := range p.shares {
		if e, ok := share.estimator.(partsEstimator); ok {
			bytes += e.sumsBytes()
		}
	}
	return bytes
}

// NewSums returns sums of no date for up to that many pixels. It panics if AllDates.
func (p *Plan) NewSums(pixels int) *Sums {
	s := &Sums{done: make([]bool, len(p.shares))}
	for _, share := range p.shares {
		e, ok := share.estimator.(partsEstimator)
		if !ok {
			panic(fmt.Sprintf("stats: the field %v needs all dates of a pixel together", p.fields[share.fields[0]]))
		}
		s.of, s.planes = append(s.of, e.newSums(pixels)), append(s.planes, roomFor(share))
	}
	return s
}

// Reset removes all dates from s.
func (s *Sums) Reset() {
	for _, of := range s.of {
		of.reset()
	}
	clear(s.done)
	s.next = 0
}

// Add adds the dates of t, of which the first is date first of the plan. Each date is added once,
// in order. Add panics on any other order, and if t has more pixels than s.
func (p *Plan) Add(s *Sums, t kernel.Tile, first int) {
	if first != s.next || first+t.Dates > p.Dates() {
		panic(fmt.Sprintf("stats: dates %d to %d of %d added after %d", first, first+t.Dates, p.Dates(), s.next))
	}
	for i, of := range s.of {
		if !s.done[i] {
			of.add(t, first)
			t.InCache = true
		}
	}
	s.next += t.Dates
}

// Finish writes the fields of the pixels that out has room for, as Fit does, once all dates are
// added. If it returns true, the fields of some pixels need a second look at their samples, because
// their sums have lost digits (see regress.Second). All dates are then added again, in the same order, and
// Finish is called again with the same out, until it returns false:
//
//	for again := true; again; again = stats.Finish(plan, sums, out) {
//		// Add all dates.
//	}
func Finish[F float32 | float64](p *Plan, s *Sums, out [][]F) (again bool) {
	if s.next != p.Dates() {
		panic(fmt.Sprintf("stats: sums of %d dates of %d", s.next, p.Dates()))
	}
	for i, share := range p.shares {
		if !s.done[i] {
			s.done[i] = !s.of[i].finish(planesOf(share, s.planes[i], out, 0, len(out[0])))
			again = again || !s.done[i]
		}
	}
	if again {
		s.next = 0
	}
	return again
}
