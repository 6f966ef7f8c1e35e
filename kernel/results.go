package kernel

import (
	"fmt"
	"math"
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
	rows    int
	columns [byCountColumns][]float64
}

// The columns of ByCount, for n observations and df = n−2. With w = |r| and q = 1/(1 + c·w),
//
//	p = q · P(a·q + b) · √(1−r²)^df
//
// P being a polynomial of degree Degree.
const (
	ByRootDF    = iota // √df
	ByInvRootDF        // 1/√df
	ByQuantile         // quantile of t for the limits of the slope
	ByC                // c
	ByA                // a
	ByB                // b
	ByP                // and on: coefficients of P, the highest first

	Degree         = 16
	byCountColumns = ByP + Degree + 1
)

// NewByCount returns a table for counts from 0 to dates, filled with NaN.
func NewByCount(dates int) *ByCount {
	b := &ByCount{rows: dates + 1}
	for c := range b.columns {
		b.columns[c] = make([]float64, b.rows)
		for i := range b.columns[c] {
			b.columns[c][i] = math.NaN()
		}
	}
	return b
}

// Set sets the number that column has for n observations.
func (b *ByCount) Set(column, n int, x float64) { b.columns[column][n] = x }

// At returns the number that column has for n observations.
func (b *ByCount) At(column, n int) float64 { return b.columns[column][n] }

// Finish writes results of every pixel of s: result j into out[j], unless that is nil. They are computed in float64
// and rounded once to F. Pixels with fewer than MinObs observations, or with all of them at one date, have
// NaN in every result but n. The bits are the same on every ISA, and whatever other results are asked for.
//
// first and last are the times of each pixel's first and last observation, on the clock of Times; they may be nil where no
// result depends on them, and so may by. It panics before it writes where outputs differ in length, or s, first, last
// or by are too short.
func Finish[F Float](k Kernel, out *[Outs][]F, s Sums, first, last []float64, line Line, at Times, by *ByCount) {
	pixels := -1
	for _, o := range out {
		if o != nil && pixels < 0 {
			pixels = len(o)
		}
		if o != nil && len(o) != pixels {
			panic(fmt.Sprintf("kernel: results of %d and %d pixels", len(o), pixels))
		}
	}
	for _, x := range s.slices() {
		if len(x) < pixels {
			panic(fmt.Sprintf("kernel: results of %d pixels from the sums of %d", pixels, len(x)))
		}
	}
	need := needsOf(out)
	if need.ends && (len(first) < pixels || len(last) < pixels) {
		panic(fmt.Sprintf("kernel: results of %d pixels from the first dates of %d and the last of %d", pixels, len(first), len(last)))
	}
	if need.byCount && (by == nil || by.rows <= len(line.Axis.Tau)) {
		panic(fmt.Sprintf("kernel: no table of the counts up to %d", len(line.Axis.Tau)))
	}
	for i := range max(0, pixels) {
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

// needs say what results depend on.
type needs struct {
	ends     bool // the times of the first and last observation
	residual bool // the sum of squared residuals
	byCount  bool // the table
	tail     bool // its polynomials
}

func needsOf[F Float](out *[Outs][]F) needs {
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
	n.byCount = n.tail || any(OutT, OutStderr, OutInterceptStderr, OutSlopeLo, OutSlopeHi)
	n.residual = n.byCount || any(OutR, OutR2, OutRMSE)
	return n
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
func resultsOf(r *[Outs]float64, s *Sums, i int, ends [2]float64, line *Line, at *Times, by *ByCount, need needs) {
	n, t, y := s.N[i], s.T[i], s.Y[i]
	slope := s.Slope(i, *line)
	if slope != slope {
		for j := range r {
			r[j] = math.NaN()
		}
		r[OutN] = n
		return
	}
	r[OutSlope], r[OutN] = slope, n

	perTime := slope * at.PerTime
	meanTime := math.FMA(at.PerTau, t/n, at.Mean)
	mean := s.Ref[i] + y/n
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
	ctt, roundedCtt := determinant(n, s.TT[i], t, t)
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
	r[OutRMSE] = math.Abs(at.Scale) * float64(math.Sqrt(d/ctt)/n)
	if !need.byCount {
		return
	}

	count := int(n)
	column := func(c int) float64 { return by.columns[c][count] }
	root := math.Sqrt(d)
	stderr := float64(root*math.Abs(line.Scale/roundedCtt)) * column(ByInvRootDF)
	spread := float64(at.PerTau*math.Sqrt(ctt)) / n
	away := at.Zero - meanTime
	margin := column(ByQuantile)
	r[OutStderr] = stderr
	r[OutInterceptStderr] = float64(stderr*math.Abs(at.PerTime*at.Scale)) * math.Sqrt(math.FMA(away, away, float64(spread*spread)))
	r[OutT] = math.Copysign(float64(math.Abs(cty)*column(ByRootDF))/root, slope)
	r[OutSlopeLo], r[OutSlopeHi] = math.FMA(-margin, stderr, slope), math.FMA(margin, stderr, slope)
	if !need.tail {
		return
	}

	q := 1 / math.FMA(column(ByC), w, 1)
	z := math.FMA(column(ByA), q, column(ByB))
	p := column(ByP)
	for j := 1; j <= Degree; j++ {
		p = math.FMA(p, z, column(ByP+j))
	}
	p *= q
	power := root * inv // √(1−r²)
	for df := count - 2; df > 0; df >>= 1 {
		if df&1 != 0 {
			p *= power
		}
		power *= power
	}
	if p > 1 {
		p = 1
	}
	r[OutP] = p
	switch {
	case p < line.Level:
		r[OutClass] = math.Copysign(1, slope)
	case p >= line.Level:
		r[OutClass] = 0
	default:
		r[OutClass] = p
	}
}
