package stats

import (
	"fmt"
	"math"
	"slices"

	"github.com/pixtrend/pixtrend/internal/regress"
	"github.com/pixtrend/pixtrend/kernel"
)

// Options say what to fit. The zero value asks for the slope a unit of time, of all that is finite.
type Options struct {
	Fields  []Field      // in the order of the results; nil: Slope
	PerUnit float64      // slopes are multiplied by it: 365.2425 makes "per year" of days. 0: 1
	Valid   kernel.Valid // which samples are observations, in stored units
	MinObs  int          // observations below which a pixel has no result, at least 2. 0: 2
	// A stored sample s means s·Scale + Offset. 0: 1
	Scale, Offset float64
	InterceptAt   float64 // time at which Intercept is the value of the line
	Confidence    float64 // of the limits SlopeLo and SlopeHi, between 0 and 1. 0: 0.95
	Significance  float64 // TrendClass tells p-values below it; between 0 and 1
}

// DefaultConfidence is what Options.Confidence stands for when it is 0.
const DefaultConfidence = 0.95

// Plan is a fit made ready: any number of goroutines may use one.
type Plan struct {
	k       kernel.Kernel
	axis    axis
	at      []float64 // the times as they were given
	fields  []Field
	valid   kernel.Valid
	line    kernel.Line
	times   regress.Times
	byCount *regress.ByCount
	ends    bool // whether a field depends on the first or last observation
}

// NewPlan makes a plan for tiles whose plane i was taken at times[i], in any unit. The numbers
// must be finite and hold at least two different ones; they need not be sorted, but results are
// the same bits only where the order is the same.
func NewPlan(k kernel.Kernel, times []float64, o Options) (*Plan, error) {
	for i, t := range times {
		if math.IsNaN(t) || math.IsInf(t, 0) {
			return nil, fmt.Errorf("stats: time %d is %v: times are finite numbers", i, t)
		}
	}
	if len(times) < 2 {
		return nil, fmt.Errorf("stats: a trend needs two dates, got %d", len(times))
	}
	for _, x := range []float64{o.PerUnit, o.Scale, o.Offset, o.InterceptAt} {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, fmt.Errorf("stats: unit %v, scale %v, offset %v and time of the intercept %v must be finite", o.PerUnit, o.Scale, o.Offset, o.InterceptAt)
		}
	}
	if o.Confidence == 0 {
		o.Confidence = DefaultConfidence
	}
	if !(o.Confidence > 0 && o.Confidence < 1) {
		return nil, fmt.Errorf("stats: the confidence %v does not lie between 0 and 1", o.Confidence)
	}
	p := &Plan{k: k, axis: newAxis(times), at: slices.Clone(times), fields: slices.Clone(o.Fields), valid: o.Valid}
	scale, perUnit := orOne(o.Scale), orOne(o.PerUnit)
	p.line = kernel.Line{Axis: p.axis.Axis, Scale: p.axis.perTau() * perUnit * scale, MinObs: o.MinObs}
	p.times = regress.Times{Mean: p.axis.mean(0), PerTau: p.axis.g / p.axis.n, Zero: o.InterceptAt, PerTime: 1 / float64(perUnit*scale), Scale: scale, Offset: o.Offset}
	if p.axis.Step == 0 {
		return nil, fmt.Errorf("stats: a trend needs two different dates, all %d are %v", len(times), times[0])
	}
	if len(p.fields) == 0 {
		p.fields = []Field{Slope}
	}
	switch {
	case o.MinObs == 0:
		p.line.MinObs = 2
	case o.MinObs < 2:
		return nil, fmt.Errorf("stats: a line needs at least 2 observations, the minimum is set to %d", o.MinObs)
	}
	for i, f := range p.fields {
		if int(f) >= len(fieldNames) || slices.Contains(p.fields[:i], f) {
			return nil, fmt.Errorf("stats: field %v is unknown or asked for twice", f)
		}
	}
	if p.has(TrendClass) && !(o.Significance > 0 && o.Significance < 1) {
		return nil, fmt.Errorf("stats: the field %v tells p-values below a level of significance between 0 and 1, not %v", TrendClass, o.Significance)
	}
	p.ends = p.has(First, Last, FittedFirst, FittedLast, Change)
	p.byCount = regress.NewByCount(len(times))
	p.byCount.Level = o.Significance
	if p.has(PValue, TrendClass) {
		setTails(p.byCount, len(times))
	}
	if p.has(SlopeLo, SlopeHi) {
		setQuantiles(p.byCount, len(times), o.Confidence)
	}
	return p, nil
}

func orOne(x float64) float64 {
	if x == 0 {
		return 1
	}
	return x
}

// has reports whether one of fields is asked for.
func (p *Plan) has(fields ...Field) bool {
	return slices.ContainsFunc(fields, func(f Field) bool { return slices.Contains(p.fields, f) })
}

// Fields returns the fields in the order of the results.
func (p *Plan) Fields() []Field { return slices.Clone(p.fields) }

// Dates returns the number of planes that tiles must have.
func (p *Plan) Dates() int { return len(p.axis.Tau) }

// blockPixels is how many pixels are fitted at a time: their sums (72 bytes a pixel with the times of their first and
// last observation) stay in the L2 cache beside the samples.
const blockPixels = 1024

// Scratch is the memory of one goroutine's fits.
type Scratch struct {
	sums        kernel.Sums
	first, last []float64
	whole       bool // whether first and last hold the first and the last date throughout
	room        *regress.Scratch
}

// NewScratch returns memory for one goroutine.
func (p *Plan) NewScratch() *Scratch {
	s := &Scratch{}
	if !p.kernelDoesAll() {
		s.sums, s.room = kernel.NewSums(blockPixels), new(regress.Scratch)
	}
	if p.ends {
		s.first, s.last = make([]float64, blockPixels), make([]float64, blockPixels)
	}
	return s
}

// Fit fits every pixel of t and writes field f of pixel i to out[f][i], in the order of the plan's
// fields. Numbers are computed in float64 and rounded once to F. It panics before it writes where
// t has not the plan's dates or out is too short.
func Fit[F float32 | float64](p *Plan, s *Scratch, t kernel.Tile, out [][]F) {
	if t.Dates != p.Dates() {
		panic(fmt.Sprintf("stats: tile of %d dates for a plan of %d", t.Dates, p.Dates()))
	}
	if len(out) != len(p.fields) {
		panic(fmt.Sprintf("stats: %d planes of output for %d fields", len(out), len(p.fields)))
	}
	for _, o := range out {
		if len(o) < t.Pixels {
			panic(fmt.Sprintf("stats: %d numbers of output for a tile of %d pixels", len(o), t.Pixels))
		}
	}
	if p.kernelDoesAll() {
		var n []F
		if i := slices.Index(p.fields, N); i >= 0 {
			n = out[i]
		}
		kernel.Slope(p.k, out[slices.Index(p.fields, Slope)], n, t, p.line, p.valid)
		return
	}
	s.room.Past = !t.InCache
	for lo := 0; lo < t.Pixels; lo += blockPixels {
		fitBlock(p, s, t.Slice(lo, min(lo+blockPixels, t.Pixels)), out, lo)
	}
}

// kernelDoesAll reports whether slope, with n or without, is all that is asked for: the kernel then
// writes the results.
func (p *Plan) kernelDoesAll() bool {
	return slices.Contains(p.fields, Slope) && !slices.ContainsFunc(p.fields, func(f Field) bool { return f != Slope && f != N })
}

// fitBlock fits the pixels of t, by their sums, into out from pixel at on.
func fitBlock[F float32 | float64](p *Plan, s *Scratch, t kernel.Tile, out [][]F, at int) {
	p.k.Sums(s.sums, t, p.axis.Axis, p.valid)
	if p.ends {
		p.findEnds(s, t)
	}
	finish(p, s.sums, s.first, s.last, s.room, out, at, t.Pixels)
}

// findEnds finds the first and the last observation of every pixel of t, of which the sums are known.
func (p *Plan) findEnds(s *Scratch, t kernel.Tile) {
	first, last := s.first[:t.Pixels], s.last[:t.Pixels]
	whole, gaps := float64(t.Dates), false
	for _, n := range s.sums.N[:t.Pixels] {
		gaps = gaps || n != whole
	}
	if !gaps {
		if !s.whole {
			fill(s.first, p.at[0])
			fill(s.last, p.at[t.Dates-1])
			s.whole = true
		}
		return
	}
	s.whole = false
	fill(first, math.NaN())
	fill(last, math.NaN())
	p.k.Ends(first, last, t, p.at, p.valid)
}

func fill(s []float64, x float64) {
	for i := range s {
		s[i] = x
	}
}
