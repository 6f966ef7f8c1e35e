package stats

import (
	"math"
	"slices"
	"unsafe"

	"github.com/pixtrend/pixtrend/internal/regress"
	"github.com/pixtrend/pixtrend/kernel"
)

// needs says what the line computes for a field beside the sums.
type needs uint8

const (
	needsEnds      needs = 1 << iota // the times of the first and the last observation
	needsTails                       // the polynomials of p-values
	needsQuantiles                   // the quantiles of confidence limits
)

// line is the estimator of the fields of regress.Finish: an ordinary least-squares line, which
// follows from sums over the observations of a pixel.
type line struct {
	k       kernel.Kernel
	axis    axis
	at      []float64 // the times as they were given
	valid   kernel.Valid
	fields  []Field
	line    kernel.Line
	times   regress.Times
	byCount *regress.ByCount
	ends    bool // whether a field needs the first or last observation
}

// newLine makes the line of p ready for fields. o has no zeros that stand for defaults.
func newLine(p *Plan, fields []Field, o Options) *line {
	a := p.axis
	l := &line{k: p.k, axis: a, at: p.at, valid: p.valid, fields: fields,
		line: kernel.Line{Axis: a.Axis, Scale: a.perTau() * o.PerUnit * o.Scale, MinObs: o.MinObs},
		times: regress.Times{Mean: a.mean(0), PerTau: a.g / a.n, Zero: o.InterceptAt,
			PerTime: 1 / float64(o.PerUnit*o.Scale), Scale: o.Scale, Offset: o.Offset},
		byCount: regress.NewByCount(len(p.at))}
	l.byCount.Level = o.Significance
	var all needs
	for _, f := range fields {
		all |= f.Info().needs
	}
	l.ends = all&needsEnds != 0
	if all&needsTails != 0 {
		setTails(l.byCount, len(p.at))
	}
	if all&needsQuantiles != 0 {
		setQuantiles(l.byCount, len(p.at), o.Confidence)
	}
	return l
}

// kernelDoesAll reports whether the fields are the slope alone or the slope and n: kernel.Slope
// then writes them, without sums in between.
func (l *line) kernelDoesAll() bool {
	others := slices.ContainsFunc(l.fields, func(f Field) bool { return f != Slope && f != N })
	return slices.Contains(l.fields, Slope) && !others
}

// lineScratch holds the sums of blockPixels pixels.
type lineScratch struct {
	sums        kernel.Sums
	first, last []float64
	whole       bool // whether first and last hold the first and the last date throughout
	room        *regress.Scratch
}

func (l *line) newScratch() any {
	s := &lineScratch{}
	if !l.kernelDoesAll() {
		s.sums, s.room = kernel.NewSums(blockPixels), new(regress.Scratch)
	}
	if l.ends {
		s.first, s.last = make([]float64, blockPixels), make([]float64, blockPixels)
	}
	return s
}

func (l *line) scratchBytes() int {
	if l.kernelDoesAll() {
		return 0
	}
	return blockPixels*l.sumsBytes() + int(unsafe.Sizeof(regress.Scratch{}))
}

func (l *line) fit(scratch any, t kernel.Tile, out outPlanes) {
	if out.f64 != nil {
		fitLine(l, scratch.(*lineScratch), t, out.f64)
	} else {
		fitLine(l, scratch.(*lineScratch), t, out.f32)
	}
}

func fitLine[F float32 | float64](l *line, s *lineScratch, t kernel.Tile, out [][]F) {
	if l.kernelDoesAll() {
		var n []F
		if i := slices.Index(l.fields, N); i >= 0 {
			n = out[i]
		}
		kernel.Slope(l.k, out[slices.Index(l.fields, Slope)], n, t, l.line, l.valid)
		return
	}
	s.room.Past = !t.InCache
	for lo := 0; lo < t.Pixels; lo += blockPixels {
		block := t.Slice(lo, min(lo+blockPixels, t.Pixels))
		l.k.Sums(s.sums, block, l.axis.Axis, l.valid)
		if l.ends {
			l.findEnds(s, block)
		}
		finishLine(l, s.sums, s.first, s.last, s.room, out, lo, block.Pixels)
	}
}

// findEnds finds the first and the last observation of every pixel of t, whose sums are known.
func (l *line) findEnds(s *lineScratch, t kernel.Tile) {
	first, last := s.first[:t.Pixels], s.last[:t.Pixels]
	whole, gaps := float64(t.Dates), false
	for _, n := range s.sums.N[:t.Pixels] {
		gaps = gaps || n != whole
	}
	if !gaps {
		if !s.whole {
			fill(s.first, l.at[0])
			fill(s.last, l.at[t.Dates-1])
			s.whole = true
		}
		return
	}
	s.whole = false
	fill(first, math.NaN())
	fill(last, math.NaN())
	l.k.Ends(first, last, t, l.at, l.valid)
}

func fill(s []float64, x float64) {
	for i := range s {
		s[i] = x
	}
}

// finishLine writes the fields that follow from s, and from the first and last times where a field
// needs them, to pixel at of out and on.
func finishLine[F float32 | float64](l *line, s kernel.Sums, first, last []float64,
	room *regress.Scratch, out [][]F, at, pixels int) {
	var results [regress.Outs][]F
	for i, f := range l.fields {
		results[f] = out[i][at : at+pixels]
	}
	regress.Finish(l.k, &results, s, first, last, l.line, l.times, l.byCount, room)
}

// lineSums is the sums of a line between one part of the dates and the next.
type lineSums struct {
	line        *line
	sums        kernel.Sums
	first, last []float64 // NaN without an observation; nil where no field needs them
	room        *regress.Scratch
}

func (l *line) sumsBytes() int {
	if l.ends {
		return 9 * 8
	}
	return 7 * 8
}

func (l *line) newSums(pixels int) sums {
	s := &lineSums{line: l, sums: kernel.NewSums(pixels), room: new(regress.Scratch)}
	if l.ends {
		s.first, s.last = make([]float64, pixels), make([]float64, pixels)
	}
	s.reset()
	return s
}

func (s *lineSums) reset() {
	for _, x := range [][]float64{s.sums.N, s.sums.T, s.sums.TT, s.sums.Y, s.sums.TY, s.sums.YY, s.sums.Ref} {
		clear(x)
	}
	fill(s.first, math.NaN())
	fill(s.last, math.NaN())
}

func (s *lineSums) add(t kernel.Tile, first int) {
	l := s.line
	if l.ends {
		l.k.Ends(s.first, s.last, t, l.at[first:first+t.Dates], l.valid)
	}
	l.k.AddSums(s.sums, t, l.axis.Tau[first:first+t.Dates], l.valid)
}

func (s *lineSums) finish(out outPlanes) {
	if out.f64 != nil {
		finishLine(s.line, s.sums, s.first, s.last, s.room, out.f64, 0, len(out.f64[0]))
	} else {
		finishLine(s.line, s.sums, s.first, s.last, s.room, out.f32, 0, len(out.f32[0]))
	}
}
