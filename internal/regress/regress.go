package regress

import (
	"fmt"
	"math"
	"math/bits"
	"unsafe"

	"github.com/pixtrend/pixtrend/internal/race"
	"github.com/pixtrend/pixtrend/kernel"
)

// The results that Finish knows how to write, as indices of what it writes to.
const (
	OutSlope           = iota // Σ(τ−τ̄)(d−d̄) / Σ(τ−τ̄)² times Line.Scale, as Slope has it
	OutIntercept              // the line at Times.Zero
	OutR                      // correlation of time and samples
	OutR2                     // its square
	OutT                      // slope over its standard error
	OutP                      // two-sided probability of a |t| as large, where there is no trend
	OutStderr                 // standard error of the slope
	OutInterceptStderr        // standard error of the intercept
	OutRMSE                   // √(Σ residuals² / n)
	OutMean                   // of the observations
	OutN                      // observations
	OutFirst                  // time of the first observation
	OutLast                   // and of the last
	OutFittedFirst            // the line at the first observation
	OutFittedLast             // and at the last
	OutChange                 // from the one to the other
	OutSlopeLo                // slope less ByCount's quantile times its standard error
	OutSlopeHi                // and more it
	OutClass                  // sign of the slope where p is below Line.Level, else 0
	Outs
)

// Times say how the axis stands in time, and samples in units, which an intercept depends on.
type Times struct {
	// The time of τ is Mean + PerTau·τ.
	Mean, PerTau float64
	// The intercept is the value of the line at this time.
	Zero float64
	// The slope of a Line, divided by the scale of its units, is multiplied by this to be a change of the
	// samples a unit of that time.
	PerTime float64
	// A sample s means s·Scale + Offset.
	Scale, Offset float64
}

// ByCount holds what depends on a pixel's number of observations alone: a column for each number of the
// formulas, with a row for every count from 0 to the dates.
type ByCount struct {
	Level  float64 // p-values below it make a trend, for OutClass
	dates  int
	stride int       // numbers from a column to the next
	data   []float64 // rows beyond the dates let the assembly read windows of byWindow rows
}

// The columns of ByCount, for n observations and df = n−2. With w = |r| and q = 1/(1 + c·w),
//
//	p = q · P(a·q + b) · √(1−r²)^df
//
// P being a polynomial of degree Degree.
const (
	byInvN      = iota // 1/n
	byRootDF           // √df
	byInvRootDF        // 1/√df
	ByQuantile         // quantile of t for the limits of the slope
	ByC                // c
	ByA                // a
	ByB                // b
	ByP                // and on: coefficients of P, the highest first

	Degree    = 16
	byColumns = ByP + Degree + 1
	byWindow  = 16
)

// NewByCount returns a table for up to that many dates. What Set does not set is NaN.
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

// Set sets the number that column has for n observations.
func (b *ByCount) Set(column, n int, x float64) { b.data[column*b.stride+n] = x }

// At returns the number that column has for n observations.
func (b *ByCount) At(column, n int) float64 { return b.data[column*b.stride+n] }

// Room is where results are gathered before they are written: scratch memory that a goroutine keeps for Finish. The zero
// value is ready.
type Scratch struct {
	Past  bool // results go past the caches, which pays where more than these hold passes through them
	stage [Outs * block]float64
	tails [4 * block]float64
	kept  [6 * 8]float64
}

// Finish writes results of every pixel of s: result j into out[j], unless that is nil. They are computed in float64
// and rounded once to F. Pixels with fewer than MinObs observations, or with all of them at one date, have
// NaN in every result but n. The bits are the same on every ISA, and whatever other results are asked for.
//
// first and last are the times of each pixel's first and last observation, on the clock of Times; they may be nil where no
// result depends on them. It panics before it writes where outputs differ in length, or s, first, last or by are
// too short.
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
		resultsOf(&r, &s, i, ends, &line, &at, by, need)
		for j, o := range out {
			if o != nil {
				o[i] = F(r[j])
			}
		}
	}
}

// block is how many pixels are gathered before they are written.
const block = 64

// finishPixels is how many pixels one assembly call takes at most, since the garbage collector cannot interrupt it:
// none was measured that took 20 ns a pixel.
const finishPixels = 4096

// finishing is the one argument of the assembly of Finish, which finds its fields through go_asm.h.
type finishing struct {
	pixels                          int // a multiple of what the body does at once
	n, t, tt, y, ty, yy, ref        *float64
	first, last                     *float64             // nil: no result depends on them
	results                         [Outs]unsafe.Pointer // nil: not wanted
	past                            int                  // 1: they are stored past the caches
	stage                           *[Outs * block]float64
	tails                           *[4 * block]float64
	kept                            *[6 * 8]float64
	num, minObs, minCtt, level      float64 // of the Line
	timePerTau, meanTime, zero      float64 // Times
	perTime, unitScale, unitOffset  float64
	rmseUnit, interceptUnit         float64
	by                              *float64 // the first column of ByCount
	byStride                        int      // bytes to the next
	byTail                          int      // bytes to column ByC
	residual, tail                  int      // 1: some result depends on them
	dfBits                          int      // that degrees of freedom have at most
	one, two                        float64  // constants
	wholeOne, wholeTwo, wholeWindow int
}

// finishBlocks is Finish for the first pixels, as many as the assembly can do.
func finishBlocks[F kernel.Float](k kernel.Kernel, out *[Outs][]F, pixels int, s *kernel.Sums, first, last []float64, line *kernel.Line, at *Times, by *ByCount, need needs, scratch *Scratch) {
	p := finishing{num: line.Scale, minObs: float64(line.MinObs), minCtt: line.Axis.MinCtt(), level: by.Level,
		timePerTau: at.PerTau, meanTime: at.Mean, zero: at.Zero, perTime: at.PerTime, unitScale: at.Scale, unitOffset: at.Offset,
		rmseUnit: rmseUnit(line, at), interceptUnit: at.interceptUnit(), stage: &scratch.stage, tails: &scratch.tails, kept: &scratch.kept,
		by: &by.data[0], byStride: 8 * by.stride, byTail: 8 * ByC * by.stride, dfBits: bits.Len(uint(max(0, by.dates-2))),
		one: 1, two: 2, wholeOne: 1, wholeTwo: 2, wholeWindow: byWindow - 1}
	if scratch.Past {
		p.past = 1
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
		finish(k, &p, unsafe.Sizeof(F(0)) == 4)
	}
}

// needs say what results depend on.
type needs struct {
	ends     bool // the times of the first and last observation
	residual bool // the sum of squared residuals
	tail     bool // the polynomials of the table
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

// rmseUnit is what turns √(d/Ctt)·√|Scale|/n, with d as in resultsOf, into the root of the mean squared residual.
func rmseUnit(line *kernel.Line, at *Times) float64 {
	return math.Abs(at.Scale) / math.Sqrt(math.Abs(line.Scale))
}

// interceptUnit is what turns a slope in the units of a Line into one a unit of Times.
func (at *Times) interceptUnit() float64 { return math.Abs(at.PerTime * at.Scale) }

// exists reports whether a pixel of n observations, with n·Στ² − (Στ)² = ctt, has a line, as for
// kernel.Slope.
func exists(line *kernel.Line, n, ctt float64) bool {
	return ctt > float64(n*line.Axis.MinCtt()) && n >= float64(line.MinObs)
}

// determinant returns a·b − c·d, and beside it what a·b and the rounded c·d give. The first is within one and a half
// units of its last place (Jeannerod, Louvet and Muller, Mathematics of Computation 82, 2013); the second is what
// slopes are made of.
func determinant(a, b, c, d float64) (exact, rounded float64) {
	product := c * d
	rounded = math.FMA(a, b, -product)
	return rounded + math.FMA(-c, d, product), rounded
}

// resultsOf is Finish for pixel i, of which it computes what is needed. The assembly does the same in the same order.
func resultsOf(r *[Outs]float64, s *kernel.Sums, i int, ends [2]float64, line *kernel.Line, at *Times, by *ByCount, need needs) {
	n, t, y := s.N[i], s.T[i], s.Y[i]
	ctt, roundedCtt := determinant(n, s.TT[i], t, t)
	if !exists(line, n, roundedCtt) {
		for j := range r {
			r[j] = math.NaN()
		}
		r[OutN] = n
		return
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
	r[OutMean] = math.FMA(mean, at.Scale, at.Offset)
	r[OutIntercept] = lineAt(at.Zero)
	r[OutFirst], r[OutLast] = ends[0], ends[1]
	r[OutFittedFirst], r[OutFittedLast] = lineAt(ends[0]), lineAt(ends[1])
	r[OutChange] = float64(perTime*float64(ends[1]-ends[0])) * at.Scale
	if !need.residual {
		return
	}

	// d = Ctt·Cyy·(1−r²) = Ctt·n·SSE, each C being n times a centred sum. Two observations leave no residuals.
	cty, _ := determinant(n, s.TY[i], t, y)
	cyy, _ := determinant(n, s.YY[i], y, y)
	d, _ := determinant(ctt, cyy, cty, cty)
	if d < 0 || n <= 2 {
		d = 0
	}
	inv := 1 / math.Sqrt(ctt*cyy) // infinite of a constant series, whose r, t and p become NaN
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
		return
	}

	q := 1 / math.FMA(column(ByC), w, 1)
	z := math.FMA(column(ByA), q, column(ByB))
	// Even and odd powers apart take half as long as one after the other.
	zz := z * z
	even, odd := column(ByP), column(ByP+1)
	for j := 2; j < Degree; j += 2 {
		even = math.FMA(even, zz, column(ByP+j))
		odd = math.FMA(odd, zz, column(ByP+j+1))
	}
	even = math.FMA(even, zz, column(ByP+Degree))
	p := math.FMA(odd, z, even)
	power, square := 1.0, root*inv // of √(1−r²)
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
	r[OutP] = p
	switch {
	case p < by.Level:
		r[OutClass] = math.Copysign(1, slope)
	case p >= by.Level:
		r[OutClass] = 0
	default:
		r[OutClass] = p
	}
}
