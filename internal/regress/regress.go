// Package regress computes the statistics of least squares lines (slope, standard errors, p-value
// and the like) from the sums that kernel adds up over the observations of each pixel. It serves
// package stats.
package regress

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"unsafe"

	"github.com/pixtrend/pixtrend/internal/race"
	"github.com/pixtrend/pixtrend/kernel"
)

// The results that Finish computes, as indices of its outputs.
const (
	OutSlope           = iota // Σ(τ−τ̄)(d−d̄) / Σ(τ−τ̄)² · Line.Scale, with the bits of kernel.Slope
	OutIntercept              // value of the line at Times.Zero
	OutR                      // correlation of time and samples
	OutR2                     // square of the correlation
	OutT                      // slope divided by its standard error
	OutP                      // two-sided probability of at least this |t| if there is no trend
	OutStderr                 // standard error of the slope
	OutInterceptStderr        // standard error of the intercept
	OutRMSE                   // √(Σ residuals² / n)
	OutMean                   // mean of the observations
	OutN                      // number of observations
	OutFirst                  // time of the first observation
	OutLast                   // time of the last observation
	OutFittedFirst            // value of the line at the first observation
	OutFittedLast             // value of the line at the last observation
	OutChange                 // OutFittedLast − OutFittedFirst
	OutSlopeLo                // lower limit: slope − q·stderr, with q from column ByQuantile
	OutSlopeHi                // upper limit: slope + q·stderr
	OutClass                  // sign of the slope if p is below ByCount.Level, else 0
	Outs                      // number of results
)

// Times relates the axis to time and the samples to units.
type Times struct {
	// The time of τ is Mean + PerTau·τ.
	Mean, PerTau float64
	// Where times were given far from zero, or in a unit that leaves the range of float64, these are
	// not the times as given, which are Origin + Unit·time, with one rounding. Unit is a power of two.
	Origin, Unit float64
	// Span is the distance of the last time from the first.
	Span   float64
	Doubts Doubts
	// The intercept is the value of the line at this time.
	Zero float64
	// PerTime is the factor from a slope with Line.Scale to the change of the samples, before
	// Scale, per unit of time.
	PerTime float64
	// The value of a sample s is s·Scale + Offset.
	Scale, Offset float64
}

// ByCount is a table of the numbers in formulas that depend only on a pixel's number of
// observations. It has a row for every number from 0 to the number of dates, and a column for each
// quantity.
type ByCount struct {
	Level  float64 // p-values below it make a trend, for OutClass
	dates  int
	stride int       // numbers from one column to the next
	data   []float64 // column by column, each with byWindow more rows, which the assembly may read
}

// The columns of ByCount for n observations and df = n−2. The p-value is
//
//	p = q · P(a·q + b) · √(1−r²)^df    q = 1/(1 + c·|r|)
//
// where P is a polynomial of degree Degree.
const (
	byInvN      = iota // 1/n
	byRootDF           // √df
	byInvRootDF        // 1/√df
	ByQuantile         // quantile of Student's t for the limits of the slope
	ByC                // c
	ByA                // a
	ByB                // b
	ByP                // the first of the coefficients of P, that of the highest power

	Degree    = 16
	byColumns = ByP + Degree + 1
	byWindow  = 16
)

// NewByCount returns a table for the given number of dates. Columns that are exported are NaN until
// Set sets them.
func NewByCount(dates int) *ByCount {
	b := &ByCount{dates: dates, stride: dates + byWindow}
	b.data = make([]float64, byColumns*b.stride)
	for i := range b.data {
		b.data[i] = math.NaN()
	}
	for n := 1; n <= dates; n++ {
		b.Set(byInvN, n, 1/float64(n))
		if n > 2 {
			b.Set(byRootDF, n, math.Sqrt(float64(n-2)))
			b.Set(byInvRootDF, n, 1/math.Sqrt(float64(n-2)))
		}
	}
	return b
}

// Set sets the number in a column for n observations.
func (b *ByCount) Set(column, n int, x float64) { b.data[column*b.stride+n] = x }

// At returns the number in a column for n observations.
func (b *ByCount) At(column, n int) float64 { return b.data[column*b.stride+n] }

// Scratch is the memory of one goroutine for calls of Finish, which collects results in it before
// storing them. The zero value can be used.
type Scratch struct {
	Past bool // store results past the caches, which is faster if samples come from memory
	// Again lists the pixels whose results have to be computed a second time (see Second), in
	// ascending order. Finish sets it.
	Again []int32

	again [finishPixels / 4]uint8 // not 0: one of the 4 or 8 pixels of the assembly may be among them
	stage [Outs * block]float64
	tails [4 * block]float64
	kept  [6 * 8]float64
}

// Finish computes results of every pixel from its sums s and writes result j into out[j], unless
// that is nil. Results are computed in float64 and rounded once to F. Pixels with fewer than
// line.MinObs observations, or with all observations at one date, get NaN for every result but
// OutN. The bits are the same on every ISA and do not depend on which other results are computed.
//
// first and last are the times of each pixel's first and last observation, in the time of Times.
// They may be nil if no result depends on them.
//
// Finish panics before it writes if outputs differ in length or if s, first, last or by are too
// short.
func Finish[F kernel.Float](k kernel.Kernel, out *[Outs][]F, s kernel.Sums, first, last []float64, line kernel.Line, at Times, by *ByCount, scratch *Scratch) {
	pixels := -1
	for _, o := range out {
		if o != nil && pixels < 0 {
			pixels = len(o)
		}
		if o != nil && len(o) != pixels {
			panic(fmt.Sprintf("regress: results of %d and %d pixels", len(o), pixels))
		}
	}
	for _, x := range [...][]float64{s.N, s.T, s.TT, s.Y, s.TY, s.YY, s.Ref} {
		if len(x) < pixels {
			panic(fmt.Sprintf("regress: results of %d pixels from the sums of %d", pixels, len(x)))
		}
	}
	need := needsOf(out)
	if need.ends && (len(first) < pixels || len(last) < pixels) {
		panic(fmt.Sprintf("regress: results of %d pixels from the first dates of %d and the last of %d", pixels, len(first), len(last)))
	}
	if by.dates < len(line.Axis.Tau) {
		panic(fmt.Sprintf("regress: a table of counts up to %d for %d dates", by.dates, len(line.Axis.Tau)))
	}
	scratch.Again = scratch.Again[:0]
	done := 0
	if width := width(k); width > 0 && pixels >= width {
		done = pixels / width * width
		finishBlocks(k, out, done, &s, first, last, &line, &at, by, need, scratch)
	}
	for i := done; i < pixels; i++ {
		var r [Outs]float64
		var ends [2]float64
		if need.ends {
			ends = [2]float64{first[i], last[i]}
		}
		if resultsOf(&r, &s, i, ends, &line, &at, by, need) {
			scratch.Again = append(scratch.Again, int32(i))
		}
		for j, o := range out {
			if o != nil {
				o[i] = F(kernel.OneNaN(r[j]))
			}
		}
	}
}

// block is the number of pixels whose results are collected before they are stored.
const block = 64

// finishPixels limits the pixels of one assembly call, because the garbage collector cannot
// interrupt it. Every measured call took less than 20 ns per pixel, so a call takes less than 82
// µs.
const finishPixels = 4096

// finishing is the argument of the assembly, which takes the offsets of the fields from go_asm.h.
type finishing struct {
	pixels                          int // a multiple of width
	n, t, tt, y, ty, yy, ref        *float64
	first, last                     *float64             // nil: no result depends on them
	results                         [Outs]unsafe.Pointer // nil: do not compute
	past                            int                  // 1: store results past the caches
	stage                           *[Outs * block]float64
	tails                           *[4 * block]float64
	kept                            *[6 * 8]float64
	num, minObs, minCtt, level      float64 // of the Line
	timePerTau, meanTime, zero      float64 // Times
	perTime, unitScale, unitOffset  float64
	rmseUnit, interceptUnit         float64
	by                              *float64 // the first column of ByCount
	byStride                        int      // bytes to the next column
	byTail                          int      // bytes to column ByC
	residual, tail                  int      // as in needs
	dfBits                          int      // bits of the greatest number of degrees of freedom
	one, two                        float64  // constants
	nan                             float64  // kernel.NaN()
	nan32                           float32
	again                           *[finishPixels / 4]uint8
	timeUnit, timeOrigin            float64 // Times
	crowds, manyDates               int     // 1: Doubts.spread, Doubts.variance is not 0
	spread, unexplained, variance   float64 // Doubts
	minMean, minD                   float64
	wholeOne, wholeTwo, wholeWindow int
}

// finishBlocks is Finish in assembly, for the given number of pixels.
func finishBlocks[F kernel.Float](k kernel.Kernel, out *[Outs][]F, pixels int, s *kernel.Sums, first, last []float64, line *kernel.Line, at *Times, by *ByCount, need needs, scratch *Scratch) {
	p := finishing{num: line.Scale, minObs: float64(line.MinObs), minCtt: line.Axis.MinCtt(), level: by.Level,
		timePerTau: at.PerTau, meanTime: at.Mean, zero: at.Zero, perTime: at.PerTime, unitScale: at.Scale, unitOffset: at.Offset,
		rmseUnit: rmseUnit(line, at), interceptUnit: at.interceptUnit(), stage: &scratch.stage, tails: &scratch.tails, kept: &scratch.kept,
		by: &by.data[0], byStride: 8 * by.stride, byTail: 8 * ByC * by.stride, dfBits: bits.Len(uint(max(0, by.dates-2))),
		again: &scratch.again, timeUnit: at.Unit, timeOrigin: at.Origin, minMean: minMean, minD: minD,
		spread: at.Doubts.spread, unexplained: at.Doubts.unexplained, variance: at.Doubts.variance,
		one: 1, two: 2, nan: kernel.NaN(), nan32: float32(kernel.NaN()), wholeOne: 1, wholeTwo: 2, wholeWindow: byWindow - 1}
	if scratch.Past {
		p.past = 1
	}
	if at.Doubts.spread > 0 {
		p.crowds = 1
	}
	if at.Doubts.variance > 0 {
		p.manyDates = 1
	}
	if need.residual {
		p.residual = 1
	}
	if need.tail {
		p.tail = 1
	}
	for _, o := range out {
		race.Write(o)
	}
	for from := 0; from < pixels; from += finishPixels {
		p.pixels = min(pixels-from, finishPixels)
		p.n, p.t, p.tt, p.ref = &s.N[from], &s.T[from], &s.TT[from], &s.Ref[from]
		p.y, p.ty, p.yy = &s.Y[from], &s.TY[from], &s.YY[from]
		if need.ends {
			p.first, p.last = &first[from], &last[from]
		}
		for j, o := range out {
			if o != nil {
				p.results[j] = unsafe.Pointer(&o[from])
			}
		}
		clear(scratch.again[:p.pixels/width(k)])
		finish(k, &p, unsafe.Sizeof(F(0)) == 4)
		listAgain(scratch, width(k), from, p.pixels, s, line, at, by, need)
	}
}

// listAgain adds those of the given pixels to scratch.Again that the assembly marked in
// scratch.again, width pixels at a time.
func listAgain(scratch *Scratch, width, from, pixels int, s *kernel.Sums, line *kernel.Line, at *Times, by *ByCount, need needs) {
	marks := scratch.again[:pixels/width]
	l := Lines{*line, *at, by}
	for g := 0; g < len(marks); g++ {
		if g+8 <= len(marks) && binary.LittleEndian.Uint64(marks[g:]) == 0 {
			g += 7
			continue
		}
		if marks[g] == 0 {
			continue
		}
		for i := from + g*width; i < from+(g+1)*width; i++ {
			if l.reasons(s, i, need) != 0 {
				scratch.Again = append(scratch.Again, int32(i))
			}
		}
	}
}

// needs says which intermediate values some result depends on.
type needs struct {
	ends     bool // the times of the first and last observation
	residual bool // the sum of squared residuals
	tail     bool // the polynomials of ByCount
}

func needsOf[F kernel.Float](out *[Outs][]F) needs {
	any := func(results ...int) bool {
		for _, j := range results {
			if out[j] != nil {
				return true
			}
		}
		return false
	}
	var n needs
	n.ends = any(OutFirst, OutLast, OutFittedFirst, OutFittedLast, OutChange)
	n.tail = any(OutP, OutClass)
	n.residual = n.tail || any(OutR, OutR2, OutT, OutStderr, OutInterceptStderr, OutRMSE, OutSlopeLo, OutSlopeHi)
	return n
}

// rmseUnit is the factor from √(d/Ctt)·√|line.Scale|/n, with d as in resultsOf, to the root mean
// squared residual.
func rmseUnit(line *kernel.Line, at *Times) float64 {
	return math.Abs(at.Scale) / math.Sqrt(math.Abs(line.Scale))
}

// interceptUnit is the factor from a slope with Line.Scale to a slope per unit of time.
func (at *Times) interceptUnit() float64 { return math.Abs(at.PerTime * at.Scale) }

// exists reports whether a pixel of n observations, with n·Στ² − (Στ)² = ctt, has a line, as for
// kernel.Slope.
func exists(line *kernel.Line, n, ctt float64) bool {
	return ctt > float64(n*line.Axis.MinCtt()) && n >= float64(line.MinObs)
}

// determinant returns a·b − c·d twice. exact is within one and a half units in its last place
// (Jeannerod, Louvet and Muller, Mathematics of Computation 82, 2013). rounded is computed from the
// rounded product c·d, as slopes are.
func determinant(a, b, c, d float64) (exact, rounded float64) {
	product := c * d
	rounded = math.FMA(a, b, -product)
	return rounded + math.FMA(-c, d, product), rounded
}

// resultsOf computes those results of pixel i that are needed, and reports whether some have to be
// computed a second time. The assembly performs the same operations in the same order.
func resultsOf(r *[Outs]float64, s *kernel.Sums, i int, ends [2]float64, line *kernel.Line, at *Times, by *ByCount, need needs) (again bool) {
	n, t, y := s.N[i], s.T[i], s.Y[i]
	ctt, roundedCtt := determinant(n, s.TT[i], t, t)
	again = n >= 2 && n >= float64(line.MinObs) && at.Doubts.crowded(n, s.TT[i], roundedCtt)
	if !exists(line, n, roundedCtt) {
		for j := range r {
			r[j] = math.NaN()
		}
		r[OutN] = n
		return again
	}
	slope := s.Slope(i, *line)
	r[OutSlope], r[OutN] = slope, n

	count := int(n)
	column := func(c int) float64 { return by.At(c, count) }
	invN := column(byInvN)
	perTime := slope * at.PerTime
	meanTime := math.FMA(at.PerTau, t*invN, at.Mean)
	mean := math.FMA(y, invN, s.Ref[i])
	lineAt := func(time float64) float64 {
		return math.FMA(math.FMA(perTime, time-meanTime, mean), at.Scale, at.Offset)
	}
	r[OutMean] = math.FMA(corrected(mean, n, y, invN, s.Ref[i]), at.Scale, at.Offset)
	r[OutIntercept] = lineAt(at.Zero)
	r[OutFirst], r[OutLast] = at.given(ends[0]), at.given(ends[1])
	r[OutFittedFirst], r[OutFittedLast] = lineAt(ends[0]), lineAt(ends[1])
	r[OutChange] = float64(perTime*float64(ends[1]-ends[0])) * at.Scale
	if !need.residual {
		return again
	}

	// d = Ctt·Cyy·(1−r²) = Ctt·n·SSE, where each C is n times a centred sum. With two observations,
	// the residuals are zero.
	cty, _ := determinant(n, s.TY[i], t, y)
	cyy, _ := determinant(n, s.YY[i], y, y)
	d, _ := determinant(ctt, cyy, cty, cty)
	if d < 0 || n <= 2 {
		d = 0
	}
	again = again || at.Doubts.perfect(n, t, s.YY[i], ctt, cty, cyy, d)
	inv := 1 / math.Sqrt(ctt*cyy) // infinite for a constant series, so its r, t and p become NaN
	w := math.Abs(cty) * inv
	if w > 1 {
		w = 1
	}
	if n <= 2 {
		w = math.FMA(w, 0, 1)
	}
	r[OutR] = math.Copysign(w, slope)
	r[OutR2] = w * w

	root, perCtt := math.Sqrt(d), math.Abs(line.Scale/roundedCtt)
	stderr := float64(root*perCtt) * column(byInvRootDF)
	perN := at.PerTau * invN
	away := at.Zero - meanTime
	spread := math.Sqrt(math.FMA(away, away, float64(perN*perN)*ctt))
	margin := column(ByQuantile)
	r[OutRMSE] = float64(float64(root*math.Sqrt(perCtt))*invN) * rmseUnit(line, at)
	r[OutStderr] = stderr
	r[OutInterceptStderr] = float64(stderr*at.interceptUnit()) * spread
	r[OutT] = math.Copysign(float64(math.Abs(cty)*column(byRootDF))/root, slope)
	r[OutSlopeLo], r[OutSlopeHi] = math.FMA(-margin, stderr, slope), math.FMA(margin, stderr, slope)
	if !need.tail {
		return again
	}

	r[OutP] = by.p(count, w, root*inv)
	r[OutClass] = by.class(r[OutP], slope)
	return again
}

// corrected returns mean, which is ref + y/n. If little of ref is left, the rounding errors of
// invN = 1/n and of the product are large beside the mean, so the quotient is corrected first.
func corrected(mean, n, y, invN, ref float64) float64 {
	if math.Abs(mean) < math.Abs(ref)*minMean {
		quotient := float64(y * invN)
		mean = ref + math.FMA(invN, math.FMA(-n, quotient, y), quotient)
	}
	return mean
}

// given returns a time as it was given.
func (at *Times) given(time float64) float64 { return math.FMA(time, at.Unit, at.Origin) }

// p returns the p-value of count observations with w = |r| and root = √(1−r²).
func (b *ByCount) p(count int, w, root float64) float64 {
	column := func(c int) float64 { return b.At(c, count) }
	q := 1 / math.FMA(column(ByC), w, 1)
	z := math.FMA(column(ByA), q, column(ByB))
	// Adding even and odd powers separately takes half as long.
	zz := z * z
	even, odd := column(ByP), column(ByP+1)
	for j := 2; j < Degree; j += 2 {
		even = math.FMA(even, zz, column(ByP+j))
		odd = math.FMA(odd, zz, column(ByP+j+1))
	}
	even = math.FMA(even, zz, column(ByP+Degree))
	p := math.FMA(odd, z, even)
	power, square := 1.0, root
	for df := count - 2; df > 0; df >>= 1 {
		if df&1 != 0 {
			power *= square
		}
		square *= square
	}
	p = float64(p*q) * power
	if p > 1 {
		p = 1
	}
	return p
}

// class returns the OutClass of a slope with p-value p.
func (b *ByCount) class(p, slope float64) float64 {
	switch {
	case p < b.Level:
		return math.Copysign(1, slope)
	case p >= b.Level:
		return 0
	}
	return p
}
