package stats

import (
	"math"
	"math/bits"
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
	k      kernel.Kernel
	axis   axis
	at     []float64 // the times in the frame of the plan
	valid  kernel.Valid
	fields []Field
	lines  regress.Lines
	ends   bool // whether a field needs the first or last observation
	few    int  // observations that can be clustered, see regress.MostCrowded; 0: none that make a line
	// The number of pixels for each one that can be added a second time at once, if dates come in
	// parts.
	againOf int
}

// newLine makes the line of p ready for fields. o has no zeros that stand for defaults.
func newLine(p *Plan, fields []Field, o Options) *line {
	a := p.axis
	l := &line{k: p.k, axis: a, at: p.at, valid: p.valid, fields: fields}
	perUnit := o.PerUnit / p.frame.unit // slopes are per unit of time as given
	l.lines = regress.Lines{
		Line: kernel.Line{Axis: a.Axis, Scale: a.perTau() * perUnit * o.Scale, MinObs: o.MinObs},
		Times: regress.Times{Mean: a.mean(0), PerTau: a.g / a.n, Origin: p.frame.origin, Unit: p.frame.unit,
			Span: slices.Max(p.at) - slices.Min(p.at),
			Zero: p.frame.in(o.InterceptAt), PerTime: 1 / float64(perUnit*o.Scale), Scale: o.Scale, Offset: o.Offset},
		ByCount: regress.NewByCount(len(p.at))}
	l.lines.ByCount.Level = o.Significance
	minSpread := regress.MinSpread
	if a.exact {
		minSpread = regress.MinSpreadExact
	}
	if l.few = regress.MostCrowded(a.Tau, minSpread); l.few < o.MinObs {
		l.few, minSpread = 0, 0
	}
	l.lines.Times.Doubts = regress.NewDoubts(len(p.at), minSpread)
	var all needs
	// Clustered observations are rarer than nearly perfect lines.
	l.againOf = 64
	for _, f := range fields {
		all |= f.Info().needs
		if regress.OfResiduals[f] {
			l.againOf = 4
		}
	}
	l.ends = all&needsEnds != 0
	if all&needsTails != 0 {
		setTails(l.lines.ByCount, len(p.at))
	}
	if all&needsQuantiles != 0 {
		setQuantiles(l.lines.ByCount, len(p.at), o.Confidence)
	}
	return l
}

// kernelDoesAll reports whether the fields are the slope alone or the slope and n: kernel.Slope
// then writes them, without sums in between.
func (l *line) kernelDoesAll() bool {
	others := slices.ContainsFunc(l.fields, func(f Field) bool { return f != Slope && f != N })
	return slices.Contains(l.fields, Slope) && !others
}

// lineScratch holds the sums of blockPixels pixels, or, where kernel.Slope does all, of the pixels of
// a panel.
type lineScratch struct {
	sums        kernel.Sums
	first, last []float64
	whole       bool // whether first and last hold the first and the last date throughout
	room        *regress.Scratch
	series      []float64 // of a pixel that is computed a second time
	sparse      []bool    // by panel: whether a pixel has few observations
}

func (l *line) newScratch() any {
	s := &lineScratch{}
	if !l.kernelDoesAll() || l.few > 0 {
		s.series = make([]float64, len(l.at))
	}
	if !l.kernelDoesAll() {
		s.sums, s.room = kernel.NewSums(blockPixels), &regress.Scratch{Again: make([]int32, 0, blockPixels)}
	} else if l.few > 0 {
		s.sums, s.sparse = kernel.NewSums(kernel.PanelPixels), make([]bool, blockPixels/kernel.PanelPixels)
	}
	if l.ends {
		s.first, s.last = make([]float64, blockPixels), make([]float64, blockPixels)
	}
	return s
}

func (l *line) scratchBytes() int {
	series := 8 * len(l.at)
	switch {
	case !l.kernelDoesAll():
		return series + blockPixels*(l.sumsOfPixel()+4) + int(unsafe.Sizeof(regress.Scratch{}))
	case l.few > 0:
		return series + kernel.PanelPixels*l.sumsOfPixel() + blockPixels/kernel.PanelPixels
	}
	return 0
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
		slopesOnly(l, s, t, out)
		return
	}
	s.room.Past = !t.InCache
	for lo := 0; lo < t.Pixels; lo += blockPixels {
		block := t.Slice(lo, min(lo+blockPixels, t.Pixels))
		l.k.Sums(s.sums, block, l.axis.Axis, l.valid)
		if l.ends {
			l.findEnds(s, block)
		}
		results := resultsIn(l, out, lo, block.Pixels)
		regress.Finish(l.k, &results, s.sums, s.first, s.last, l.lines.Line, l.lines.Times, l.lines.ByCount, s.room)
		for _, i := range s.room.Again {
			secondLook(l, s, block, int(i), &results)
		}
	}
}

// resultsIn returns where the results of the pixels from number at on are written in out.
func resultsIn[F float32 | float64](l *line, out [][]F, at, pixels int) (results [regress.Outs][]F) {
	for i, f := range l.fields {
		results[f] = out[i][at : at+pixels]
	}
	return results
}

// slopesOnly is fitLine where kernel.Slope does all. Where the observations of a pixel can be
// clustered, it is found by its sums.
func slopesOnly[F float32 | float64](l *line, s *lineScratch, t kernel.Tile, out [][]F) {
	slope, n := slopeAndN(l, out)
	if l.few == 0 {
		kernel.Slope(l.k, slope, n, t, l.lines.Line, l.valid)
		return
	}
	if len(s.sparse) < t.Panels() {
		s.sparse = make([]bool, t.Panels())
	}
	clear(s.sparse)
	kernel.SlopeSparse(l.k, slope, n, t, l.lines.Line, l.valid, l.few, s.sparse)
	for i, sparse := range s.sparse {
		if !sparse {
			continue
		}
		lo := i * kernel.PanelPixels
		panel := t.Slice(lo, min(lo+kernel.PanelPixels, t.Pixels))
		l.k.Sums(s.sums, panel, l.axis.Axis, l.valid)
		results := resultsIn(l, out, lo, panel.Pixels)
		for p := range panel.Pixels {
			if l.lines.Crowded(&s.sums, p) {
				secondLook(l, s, panel, p, &results)
			}
		}
	}
}

// slopeAndN returns the planes that kernel.Slope writes; n may be nil.
func slopeAndN[F float32 | float64](l *line, out [][]F) (slope, n []F) {
	if i := slices.Index(l.fields, N); i >= 0 {
		n = out[i]
	}
	return out[slices.Index(l.fields, Slope)], n
}

// secondLook computes those results of pixel i of t a second time that have lost digits. The sums
// of t, and the times of the first and last observations, are in s.
func secondLook[F float32 | float64](l *line, s *lineScratch, t kernel.Tile, i int, results *[regress.Outs][]F) {
	look := regress.Begin(&l.lines, results, &s.sums, i)
	l.lookAt(&look, t, i, 0, s.series)
	var ends [2]float64
	if l.ends {
		ends = [2]float64{s.first[i], s.last[i]}
	}
	regress.End(&l.lines, results, &s.sums, i, ends, &look)
}

// lookAt adds the observations of pixel i of t, the first date of which is date first of the plan.
// series is scratch memory.
func (l *line) lookAt(look *regress.Second, t kernel.Tile, i, first int, series []float64) {
	t.Series(series, i, l.valid)
	for date, y := range series[:t.Dates] {
		if y == y {
			look.Add(l.at[first+date], y)
		}
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

// lineSums is the sums of a line between one part of the dates and the next. After the last part,
// pixels that have to be computed a second time remain. Their dates are added again, for a part of
// the pixels at a time, so that memory stays bounded.
type lineSums struct {
	line        *line
	sums        kernel.Sums
	run         []float64 // see Kernel.AddSums
	first, last []float64 // NaN without an observation; nil where no field needs them
	room        *regress.Scratch

	again  []uint64 // a bit for each pixel that remains
	pixels []int32  // those that are being added again
	looks  []regress.Second
	series []float64
}

func (l *line) sumsOfPixel() int {
	if l.ends {
		return 9 * 8
	}
	return 7 * 8
}

func (l *line) sumsBytes() int {
	bytes := l.sumsOfPixel() + 1 + (int(unsafe.Sizeof(regress.Second{}))+4+l.againOf-1)/l.againOf
	if len(l.at) > kernel.RunDates {
		bytes += 8
	}
	return bytes
}

func (l *line) newSums(pixels int) sums {
	s := &lineSums{line: l, sums: kernel.NewSums(pixels), again: make([]uint64, (pixels+63)/64),
		room: &regress.Scratch{Again: make([]int32, 0, blockPixels)}, series: make([]float64, len(l.at))}
	if len(l.at) > kernel.RunDates {
		s.run = make([]float64, pixels)
	}
	if l.ends {
		s.first, s.last = make([]float64, pixels), make([]float64, pixels)
	}
	s.reset()
	return s
}

func (s *lineSums) reset() {
	for _, x := range [][]float64{s.sums.N, s.sums.T, s.sums.TT, s.sums.Y, s.sums.TY, s.sums.YY, s.sums.Ref, s.run} {
		clear(x)
	}
	fill(s.first, math.NaN())
	fill(s.last, math.NaN())
	clear(s.again)
	s.pixels = s.pixels[:0]
}

func (s *lineSums) add(t kernel.Tile, first int) {
	l := s.line
	if len(s.pixels) > 0 {
		for j, i := range s.pixels {
			l.lookAt(&s.looks[j], t, int(i), first, s.series)
		}
		return
	}
	if l.ends {
		l.k.Ends(s.first, s.last, t, l.at[first:first+t.Dates], l.valid)
	}
	l.k.AddSums(s.sums, s.run, t, l.axis.Axis, first, l.valid)
}

func (s *lineSums) finish(out outPlanes) (again bool) {
	if out.f64 != nil {
		return finishSums(s, out.f64)
	}
	return finishSums(s, out.f32)
}

func finishSums[F float32 | float64](s *lineSums, out [][]F) (again bool) {
	l := s.line
	results := resultsIn(l, out, 0, len(out[0]))
	if len(s.pixels) == 0 {
		for lo := 0; lo < len(out[0]); lo += blockPixels {
			finishBlock(s, out, lo, min(lo+blockPixels, len(out[0])))
		}
	}
	for j, i := range s.pixels {
		var ends [2]float64
		if l.ends {
			ends = [2]float64{s.first[i], s.last[i]}
		}
		regress.End(&l.lines, &results, &s.sums, int(i), ends, &s.looks[j])
	}
	// The next pixels to be added again.
	most := (len(s.sums.N) + l.againOf - 1) / l.againOf
	s.pixels, s.looks = s.pixels[:0], s.looks[:0]
	for word := range s.again {
		for s.again[word] != 0 && len(s.pixels) < most {
			i := 64*word + bits.TrailingZeros64(s.again[word])
			s.again[word] &= s.again[word] - 1
			if s.looks == nil {
				s.pixels, s.looks = make([]int32, 0, most), make([]regress.Second, 0, most)
			}
			s.pixels = append(s.pixels, int32(i))
			s.looks = append(s.looks, regress.Begin(&l.lines, &results, &s.sums, i))
		}
	}
	return len(s.pixels) > 0
}

// finishBlock writes the fields of the pixels [lo, hi) that follow from their sums, and notes which
// have to be computed a second time.
func finishBlock[F float32 | float64](s *lineSums, out [][]F, lo, hi int) {
	l := s.line
	part := func(x []float64) []float64 {
		if x == nil {
			return nil
		}
		return x[lo:hi]
	}
	sums := kernel.Sums{N: part(s.sums.N), T: part(s.sums.T), TT: part(s.sums.TT), Y: part(s.sums.Y),
		TY: part(s.sums.TY), YY: part(s.sums.YY), Ref: part(s.sums.Ref)}
	results := resultsIn(l, out, lo, hi-lo)
	regress.Finish(l.k, &results, sums, part(s.first), part(s.last), l.lines.Line, l.lines.Times, l.lines.ByCount, s.room)
	for _, i := range s.room.Again {
		at := lo + int(i)
		s.again[at/64] |= 1 << (at % 64)
	}
}
