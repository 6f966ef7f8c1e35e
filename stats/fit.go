package stats

import (
	"fmt"
	"math"
	"slices"

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
}

// Plan is a fit made ready: any number of goroutines may use one.
type Plan struct {
	k                 kernel.Kernel
	axis              axis
	fields            []Field
	valid             kernel.Valid
	minObs            float64
	slope             float64 // times Cτy/Cττ: the slope in result units
	perTime           float64 // times that slope: stored units a unit of t
	meanTime          float64 // mean t of all dates
	scale, offset     float64
	slopeAt, interAt  int // index of the field, -1 if not asked for
	nAt               int
	dotProductIsSlope bool // gap-free pixels need no sums
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
	for _, x := range []float64{o.PerUnit, o.Scale, o.Offset} {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, fmt.Errorf("stats: unit %v, scale %v and offset %v must be finite", o.PerUnit, o.Scale, o.Offset)
		}
	}
	p := &Plan{k: k, axis: newAxis(times), fields: slices.Clone(o.Fields), valid: o.Valid, offset: o.Offset,
		scale: orOne(o.Scale), minObs: float64(o.MinObs)}
	if p.axis.step == 0 {
		return nil, fmt.Errorf("stats: a trend needs two different dates, all %d are %v", len(times), times[0])
	}
	if len(p.fields) == 0 {
		p.fields = []Field{Slope}
	}
	switch {
	case o.MinObs == 0:
		p.minObs = 2
	case o.MinObs < 2:
		return nil, fmt.Errorf("stats: a line needs at least 2 observations, the minimum is set to %d", o.MinObs)
	}
	for i, f := range p.fields {
		if int(f) >= len(fieldNames) || slices.Contains(p.fields[:i], f) {
			return nil, fmt.Errorf("stats: field %v is unknown or asked for twice", f)
		}
	}
	p.slope = p.axis.perTau() * orOne(o.PerUnit) * p.scale
	p.perTime = 1 / float64(orOne(o.PerUnit)*p.scale)
	p.meanTime = p.axis.mean(0)
	p.slopeAt = slices.Index(p.fields, Slope)
	p.interAt = slices.Index(p.fields, Intercept)
	p.nAt = slices.Index(p.fields, N)
	p.dotProductIsSlope = p.interAt < 0 && p.slopeAt >= 0 && p.minObs <= float64(len(times))
	return p, nil
}

func orOne(x float64) float64 {
	if x == 0 {
		return 1
	}
	return x
}

// Fields returns the fields in the order of the results.
func (p *Plan) Fields() []Field { return slices.Clone(p.fields) }

// Dates returns the number of planes that tiles must have.
func (p *Plan) Dates() int { return len(p.axis.Tau) }

// blockPixels is how many pixels are fitted at a time: their sums (56 bytes a pixel) stay in the
// L2 cache beside the samples.
const blockPixels = 1024

// gapRun is how many pixels go through the sums when the dot product has met a gap, before it is
// tried again.
const gapRun = 256

// Scratch is the memory of one goroutine's fits.
type Scratch struct {
	sums  kernel.Sums
	slope []float64
}

// NewScratch returns memory for one goroutine.
func (p *Plan) NewScratch() *Scratch {
	return &Scratch{sums: kernel.NewSums(blockPixels), slope: make([]float64, blockPixels)}
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
	for lo := 0; lo < t.Pixels; lo += blockPixels {
		hi := min(lo+blockPixels, t.Pixels)
		if p.dotProductIsSlope {
			fitSlope(p, s, t.Slice(lo, hi), out, lo)
		} else {
			fitSums(p, s, t.Slice(lo, hi), out, lo)
		}
	}
}

// fitSlope fits a block by the dot product where there is no gap, and by sums where there is.
func fitSlope[F float32 | float64](p *Plan, s *Scratch, t kernel.Tile, out [][]F, at int) {
	for done := 0; done < t.Pixels; {
		n := p.k.Slope(s.slope, t.Slice(done, t.Pixels), p.axis.Axis, p.slope, p.valid)
		if t.Packed && done+n < t.Pixels {
			n -= n % kernel.PanelPixels // where the tile can be cut
		}
		to := out[p.slopeAt][at+done:]
		for i, b := range s.slope[:n] {
			to[i] = F(b)
		}
		if p.nAt >= 0 {
			fill(out[p.nAt][at+done:at+done+n], F(t.Dates))
		}
		done += n
		if m := min(gapRun, t.Pixels-done); m > 0 {
			fitSums(p, s, t.Slice(done, done+m), out, at+done)
			done += m
		}
	}
}

// fitSums fits a block by its sums.
func fitSums[F float32 | float64](p *Plan, s *Scratch, t kernel.Tile, out [][]F, at int) {
	p.k.Sums(s.sums, t, p.axis.Axis, p.valid)
	if p.nAt >= 0 {
		for i, n := range s.sums.N[:t.Pixels] {
			out[p.nAt][at+i] = F(n)
		}
	}
	if p.slopeAt < 0 && p.interAt < 0 {
		return
	}
	for i := range t.Pixels {
		slope, intercept := p.line(&s.sums, i)
		if p.slopeAt >= 0 {
			out[p.slopeAt][at+i] = F(slope)
		}
		if p.interAt >= 0 {
			out[p.interAt][at+i] = F(intercept)
		}
	}
}

// line returns the line of pixel i. Multiplications and additions that the compiler might fuse on
// some machines are either fused here, by math.FMA, or kept apart by a conversion: the bits are
// the same everywhere.
func (p *Plan) line(s *kernel.Sums, i int) (slope, intercept float64) {
	n := s.N[i]
	if n < p.minObs {
		return math.NaN(), math.NaN()
	}
	cty, ctt := s.TY[i], s.TT[i]
	meanTime := p.meanTime
	if s.T[i] != 0 {
		tm := s.T[i] / n // mean τ
		cty = math.FMA(-tm, s.Y[i], cty)
		ctt = math.FMA(-tm, s.T[i], ctt)
		meanTime = p.axis.mean(tm)
	}
	// Two different dates make Cττ at least half of their squared distance; rounding errors are
	// far below a quarter.
	if !(ctt > float64(p.axis.step*p.axis.step)/4) {
		return math.NaN(), math.NaN()
	}
	slope = float64(cty*p.slope) / ctt
	if p.interAt < 0 {
		return slope, 0
	}
	mean := s.Ref[i] + s.Y[i]/n
	intercept = math.FMA(-float64(slope*p.perTime), meanTime, mean)
	return slope, math.FMA(p.scale, intercept, p.offset)
}

func fill[F float32 | float64](s []F, x F) {
	for i := range s {
		s[i] = x
	}
}
