package stats

import (
	"fmt"
	"math"
	"slices"
	"unsafe"

	"github.com/pixtrend/pixtrend/internal/regress"
	"github.com/pixtrend/pixtrend/kernel"
)

// model is the estimator of the fields of any Model but a line.
type model struct {
	k          kernel.Kernel
	basis      *basis
	of         kernel.Model
	valid      kernel.Valid
	times      []float64
	fields     []Field
	minObs     float64
	factors    []float64 // by term: from a coefficient of the columns to one in the units of the field
	offset     float64   // of values
	scale      float64
	zero       []float64        // by term: its value in the intercept
	tails      *regress.ByCount // those of degrees of freedom that are two less; nil: no field needs them
	quantile   []float64        // by degrees of freedom; nil: no field needs them
	level      float64          // of TrendClass
	phases     []float64        // of each harmonic: the length of its period, in the unit of the phase
	origin     float64          // of phases
	farthest   float64          // distance of neighbouring observations
	confidence float64          // of limits
	need       modelNeeds
	axis       kernel.Axis
	plain      bool // no weight is 0 and no covariate has gaps: every observation counts
}

// modelNeeds is what fields need beside the coefficients.
type modelNeeds struct {
	variance                                        []bool // by column
	covariance, squares, total, mean, ends, weights bool
}

// timeColumn is the number of the column of time.
const timeColumn = 1

// modelPixels is how many pixels of a model are fitted at a time.
const modelPixels = 256

// newModel makes the model of p ready for fields. o has no zeros that stand for defaults.
func newModel(p *Plan, fields []Field, o Options) (*model, error) {
	b := newBasis(o.Model, p.frame, p.times)
	m := &model{k: p.k, basis: b, of: kernel.NewModel(b.columns, o.Model.Rasters(), o.Model.Weights), valid: p.valid, times: p.times, fields: fields,
		minObs: float64(o.MinObs), scale: o.Scale, offset: o.Offset, level: o.Significance, confidence: o.Confidence}
	for i, t := range b.terms {
		factor := b.units[i] * o.Scale
		for range t.number {
			if t.kind == powerTerm {
				factor *= o.PerUnit
			}
		}
		m.factors = append(m.factors, factor)
		switch t.kind {
		case cosineTerm, sineTerm, stepTerm:
			m.zero = append(m.zero, 0)
		case covariateTerm:
			// Of a raster it is that of the stored samples, from which the mean of a pixel is subtracted.
			c := o.Model.Covariates[t.number-1]
			if m.zero = append(m.zero, -b.center[t.number-1]*b.units[i]); c.ofPixels() {
				m.zero[i] = -c.Offset * b.units[i]
			}
		default:
			m.zero = append(m.zero, b.value(t, o.InterceptAt))
		}
	}
	m.axis, m.plain = p.axis.Axis, o.Model.Rasters() == 0 && !slices.Contains(o.Model.Weights, 0)
	if m.ar1() {
		m.farthest = farthest(p.times)
	}
	for k := 1; k <= o.Model.Harmonics; k++ {
		m.phases = append(m.phases, o.Model.Period/float64(k))
	}
	if o.Model.YearPhases {
		m.origin = 1
		for k := range m.phases {
			m.phases[k] = daysPerYear / float64(k+1)
		}
	}
	if err := m.checkDates(); err != nil {
		return nil, err
	}
	m.need.variance = make([]bool, len(b.terms))
	for _, f := range fields {
		m.need.add(f, b, o.Model.Weights != nil)
	}
	most := len(p.times) - len(b.terms)
	for _, f := range fields {
		if f == PValue || f == TrendClass || f.Info().part == pvaluePart {
			m.tails = regress.NewByCount(max(most, 0) + 2)
			setTails(m.tails, most+2)
			break
		}
	}
	for _, f := range fields {
		if f == SlopeLo || f == SlopeHi {
			m.quantile = make([]float64, max(most, 0)+1)
			m.quantile[0] = math.NaN()
			for df := 1; df <= most; df++ {
				m.quantile[df] = quantile(df, o.Confidence)
			}
			break
		}
	}
	return m, nil
}

// leastPivot is the smallest pivot of a pixel with a season: a term of which more than 99.9 % is a
// sum of the terms before it over the observations of the pixel, as if there were none in the other
// part of the year, makes the standard errors 30 times as large as those of observations all over
// the year. With one harmonic, the observations have to be spread over about 2 months of a year, and
// with 2, 3 and 4 harmonics over 3, 5 and 6 months.
const leastPivot = 1e-3

// DatesError says that the dates do not determine the coefficients of a model, whatever the samples.
type DatesError struct {
	Coefficients int
	Dates        int  // with a weight that is not 0
	Season       bool // the dates are of too small a part of the period
}

func (e *DatesError) Error() string {
	switch {
	case e.Dates < e.Coefficients:
		return fmt.Sprintf("stats: %d dates do not determine a model of %d coefficients: use more dates, or fewer terms", e.Dates, e.Coefficients)
	case e.Season:
		return "stats: the dates are of too small a part of the period to determine its harmonics: fit fewer of them, or use more dates"
	}
	return fmt.Sprintf("stats: the dates do not determine the %d coefficients of the model, because its terms depend on each other at these dates: leave one out", e.Coefficients)
}

// checkDates returns an error if no pixel can have a fit.
func (m *model) checkDates() error {
	fits := kernel.Fits{N: make([]float64, 1), Pivot: make([]float64, 1)}
	shared := kernel.NewModel(m.basis.columns, 0, m.basis.model.Weights)
	for range m.basis.columns {
		fits.Coef = append(fits.Coef, make([]float64, 1))
	}
	t := kernel.TileOf(make([]float64, len(m.times)), 1, len(m.times), 1)
	m.k.Models(fits, kernel.NewModelScratch(shared), t, shared, kernel.Valid{}, kernel.Extra{})
	e := &DatesError{Coefficients: len(m.basis.terms), Dates: int(fits.N[0])}
	switch {
	case math.IsNaN(fits.Coef[0][0]) || e.Dates < e.Coefficients:
		return e
	case m.seasonal() && fits.Pivot[0] < leastPivot:
		e.Season = true
		return e
	}
	return nil
}

// ar1 reports whether errors allow for autocorrelation.
func (m *model) ar1() bool { return m.basis.model.AR1 }

// seasonal reports whether the model has harmonics.
func (m *model) seasonal() bool { return m.basis.model.Harmonics > 0 }

// daysPerYear is the mean length of a year of the Gregorian calendar.
const daysPerYear = 365.2425

// add notes what a field needs.
func (n *modelNeeds) add(f Field, b *basis, weighted bool) {
	switch f {
	case InterceptStderr, SeasonPValue, SeasonR2:
		n.covariance, n.squares = true, true
		for j := range n.variance {
			n.variance[j] = true
		}
	case PValue, TValue, Stderr, SlopeLo, SlopeHi, TrendClass:
		n.variance[timeColumn], n.squares = true, true
	case Lag1, EffectiveN:
		n.squares = true
	case RMSE:
		n.squares, n.weights = true, weighted
	case RValue, R2:
		n.squares, n.total = true, true
	case Mean:
		n.mean = true
	case First, Last, FittedFirst, FittedLast, Change:
		n.ends = true
	}
	if info := f.Info(); info.part == stderrPart || info.part == pvaluePart {
		n.variance[b.index(info.term)], n.squares = true, true
	}
}

// modelScratch is the memory of one goroutine.
type modelScratch struct {
	fit         *kernel.ModelScratch
	robust      *kernel.RobustScratch // of a robust fit, which has no fit
	fits        kernel.RobustFits
	variance    []float64 // of the residuals: Σ w·r²/df
	df          []float64
	mean        []float64 // of the observations
	first, last []float64 // their times
	weights     []float64 // Σ w
	sums        kernel.Sums
	rasters     []covariateRaster // by covariate that pixels have of their own
	zero        []float64
	lag1        []float64 // autocorrelation of the residuals
	effective   []float64 // number of observations
	series      []float64
	matrix      [maxTerms][maxTerms]float64
	squares, p  []float64 // of Student's t, and the p-values that follow
	column      []float64 // a field
	tails       *regress.Scratch
}

func (m *model) newScratch() any {
	planes := func(n int) [][]float64 {
		all := make([][]float64, n)
		for i := range all {
			all[i] = make([]float64, modelPixels)
		}
		return all
	}
	n := len(m.basis.terms)
	one := func() []float64 { return make([]float64, modelPixels) }
	s := &modelScratch{variance: one(), df: one(), column: one(), series: make([]float64, len(m.times))}
	s.fits.Fits = kernel.Fits{N: one(), Coef: planes(n)}
	if m.basis.model.Robust.isZero() {
		s.fit = kernel.NewModelScratch(m.of)
	} else {
		s.robust = kernel.NewRobustScratch(m.of)
		s.fits.Variance, s.fits.Scale, s.fits.Rounds = s.variance, one(), one()
	}
	if m.seasonal() {
		s.fits.Pivot = one()
	}
	s.fits.Var = make([][]float64, n)
	for j, needed := range m.need.variance {
		if needed {
			s.fits.Var[j] = one()
		}
	}
	if m.need.covariance {
		s.fits.Cov = planes(n * (n - 1) / 2)
	}
	if m.need.squares {
		s.fits.RSS = one()
	}
	if m.need.total {
		s.fits.TSS = one()
	}
	if m.need.mean {
		s.mean, s.sums = one(), kernel.NewSums(modelPixels)
	}
	if m.need.ends {
		s.first, s.last = one(), one()
	}
	if m.need.weights {
		s.weights = one()
	}
	for range m.basis.model.Rasters() {
		s.rasters = append(s.rasters, covariateRaster{make([]float64, len(m.times)*modelPixels), one()})
	}
	s.zero = make([]float64, n)
	if m.ar1() {
		s.lag1, s.effective = one(), one()
	}
	if m.tails != nil {
		s.squares, s.p, s.tails = one(), one(), &regress.Scratch{}
	}
	return s
}

func (m *model) scratchBytes() int {
	n := len(m.basis.terms)
	planes := 20 + 2*n
	if m.need.covariance {
		planes += n * (n - 1) / 2
	}
	planes += m.basis.model.Rasters() * (len(m.times) + 1)
	return 8*planes*modelPixels + 8*len(m.times) + m.of.ScratchBytes(!m.basis.model.Robust.isZero()) + int(unsafe.Sizeof(modelScratch{})) +
		int(unsafe.Sizeof(regress.Scratch{}))
}

func (m *model) fit(scratch any, t kernel.Tile, out outPlanes) {
	if out.f64 != nil {
		fitModel(m, scratch.(*modelScratch), t, out.rasters, out.f64)
	} else {
		fitModel(m, scratch.(*modelScratch), t, out.rasters, out.f32)
	}
}

func fitModel[F float32 | float64](m *model, s *modelScratch, t kernel.Tile, rasters []kernel.Raster, out [][]F) {
	for lo := 0; lo < t.Pixels; lo += modelPixels {
		hi := min(lo+modelPixels, t.Pixels)
		m.solve(s, t.Slice(lo, hi), rastersOf(rasters, lo, hi))
		for i, f := range m.fields {
			putField(m, s, f, out[i][lo:hi])
		}
	}
}

// solve fits the pixels of t, and finds what fields need. All is NaN, but the number of
// observations, where a pixel has no fit.
func (m *model) solve(s *modelScratch, t kernel.Tile, rasters []kernel.Raster) {
	extra := m.center(s, t, rasters)
	robust := m.basis.model.Robust
	if robust.isZero() {
		m.k.Models(s.fits.Fits, s.fit, t, m.of, m.valid, extra)
	} else {
		m.k.Robust(s.fits, s.robust, t, m.of, m.valid, extra, robust.kernel())
	}
	for i, n := range s.fits.N[:t.Pixels] {
		if n < m.minObs || m.seasonal() && !(s.fits.Pivot[i] >= leastPivot) {
			for _, c := range s.fits.Coef {
				c[i] = math.NaN()
			}
		}
	}
	if m.need.squares {
		m.scatter(s, t.Pixels)
	}
	if m.plain {
		m.summarize(s, t)
	}
	if m.need.weights || m.ar1() || !m.plain && (m.need.mean || m.need.ends) {
		m.describe(s, t)
	}
}

// scatter sets the degrees of freedom of the first pixels, NaN where there are none, and the variance
// of the residuals, unless the kernel has set it after a robust fit.
func (m *model) scatter(s *modelScratch, pixels int) {
	squares, df, variance := s.fits.RSS[:pixels], s.df[:pixels], s.variance[:pixels]
	columns := float64(len(m.basis.terms))
	for i, n := range s.fits.N[:pixels] {
		// As many observations as coefficients say nothing of scatter.
		if df[i] = n - columns; df[i] <= 0 {
			squares[i], df[i] = 0*squares[i], math.NaN()
		}
	}
	if !m.basis.model.Robust.isZero() {
		return
	}
	for i := range variance {
		variance[i] = squares[i] / df[i]
	}
}

// summarize finds the mean and the ends of the observations of t, where all observations count.
func (m *model) summarize(s *modelScratch, t kernel.Tile) {
	if m.need.mean {
		m.k.Sums(s.sums, t, m.axis, m.valid)
		for p := range t.Pixels {
			s.mean[p] = s.sums.Ref[p] + s.sums.Y[p]/s.sums.N[p]
		}
	}
	if m.need.ends {
		fill(s.first[:t.Pixels], math.NaN())
		fill(s.last[:t.Pixels], math.NaN())
		m.k.Ends(s.first, s.last, t, m.times, m.valid)
	}
}

// describe finds the mean and the ends of the observations of t that count, where not all do, and
// their weights, and corrects for the autocorrelation of the residuals.
func (m *model) describe(s *modelScratch, t kernel.Tile) {
	for p := range t.Pixels {
		m.observations(s, t, p)
		var n, sum, all float64
		first, last, ref := math.NaN(), math.NaN(), 0.0
		for i, y := range s.series {
			w := m.weight(i)
			if y != y || w == 0 {
				continue
			}
			if n == 0 {
				first, ref = m.times[i], y
			}
			last = m.times[i]
			n, sum, all = n+1, sum+(y-ref), all+w
		}
		if m.need.mean && !m.plain {
			s.mean[p] = ref + sum/n
		}
		if m.need.ends && !m.plain {
			s.first[p], s.last[p] = first, last
		}
		if m.need.weights {
			s.weights[p] = all
		}
		if m.ar1() {
			m.correlate(s, p)
		}
	}
}

// putField writes a field of the pixels that are solved. It is NaN where a pixel has no fit, but for
// N.
func putField[F float32 | float64](m *model, s *modelScratch, f Field, out []F) {
	j, part := m.partOf(f)
	x, fitted := s.column[:len(out)], s.fits.Coef[j][:len(out)]
	switch {
	case f == N:
		x, fitted = s.fits.N[:len(out)], s.fits.N[:len(out)]
	case part != noPart:
		x = m.partOfTerm(s, j, part, x)
	default:
		m.setField(s, f, x)
	}
	nan := F(kernel.NaN())
	for i, value := range x {
		if out[i] = F(value); value != value || fitted[i] != fitted[i] {
			out[i] = nan
		}
	}
}

// partOf returns which part of which coefficient a field is. The part of a field that belongs to the
// whole model is noPart.
func (m *model) partOf(f Field) (j int, part part) {
	switch info := f.Info(); {
	case f == Slope:
		return timeColumn, estimatePart
	case f == Stderr:
		return timeColumn, stderrPart
	case f == PValue:
		return timeColumn, pvaluePart
	case info.part != noPart:
		return m.basis.index(info.term), info.part
	}
	return timeColumn, noPart
}

// partOfTerm returns a part of coefficient j of the first pixels, in the memory of x or of s.
func (m *model) partOfTerm(s *modelScratch, j int, part part, x []float64) []float64 {
	coefs, factor := s.fits.Coef[j][:len(x)], m.factors[j]
	switch part {
	case estimatePart:
		for i, coef := range coefs {
			x[i] = coef * factor
		}
	case stderrPart:
		m.stderrs(s, j, x)
	case pvaluePart:
		return m.pvalues(s, j, len(x))
	case amplitudePart:
		for i, coef := range coefs {
			other := s.fits.Coef[j+1][i]
			x[i] = math.Sqrt(float64(coef*coef)+float64(other*other)) * math.Abs(factor)
		}
	case phasePart:
		period := m.phases[m.basis.terms[j].number-1]
		for i, coef := range coefs {
			x[i] = m.origin + float64(arctangent(s.fits.Coef[j+1][i]*factor, coef*factor)*period)
		}
	}
	return x
}

// setField sets x to a field of the first pixels that belongs to the whole model.
func (m *model) setField(s *modelScratch, f Field, x []float64) {
	switch f {
	case TValue, SlopeLo, SlopeHi:
		m.stderrs(s, timeColumn, x)
	case TrendClass:
		copy(x, m.pvalues(s, timeColumn, len(x)))
	}
	for i := range x {
		slope := float64(s.fits.Coef[timeColumn][i] * m.factors[timeColumn])
		switch f {
		case TValue:
			x[i] = slope / x[i]
		case TrendClass:
			x[i] = m.class(x[i], slope)
		case SlopeLo:
			x[i] = slope - float64(m.margin(s, i)*x[i])
		case SlopeHi:
			x[i] = slope + float64(m.margin(s, i)*x[i])
		case R2:
			x[i] = m.r2(s, i)
		case RValue:
			x[i] = math.Copysign(math.Sqrt(m.r2(s, i)), slope)
		case RMSE:
			n := s.fits.N[i]
			if m.need.weights {
				n = s.weights[i]
			}
			x[i] = math.Sqrt(s.fits.RSS[i]/n) * math.Abs(m.scale)
		case Mean:
			x[i] = math.FMA(s.mean[i], m.scale, m.offset)
		case First:
			x[i] = s.first[i]
		case Last:
			x[i] = s.last[i]
		case Intercept:
			x[i] = math.FMA(m.at(s, i, m.zeroOf(s, i)), m.scale, m.offset)
		case InterceptStderr:
			x[i] = math.Sqrt(m.spread(s, i, m.zeroOf(s, i))*s.variance[i]) * math.Abs(m.scale)
		case FittedFirst:
			x[i] = math.FMA(m.trend(s, i, s.first[i], math.NaN()), m.scale, m.offset)
		case FittedLast:
			x[i] = math.FMA(m.trend(s, i, s.last[i], math.NaN()), m.scale, m.offset)
		case Change:
			x[i] = m.trend(s, i, s.last[i], s.first[i]) * m.scale
		case SeasonPValue, SeasonR2:
			x[i] = m.season(s, i, f)
		case RobustScale:
			x[i] = s.fits.Scale[i] * math.Abs(m.scale)
		case RobustRounds:
			x[i] = s.fits.Rounds[i]
		case Lag1:
			x[i] = s.lag1[i]
		case EffectiveN:
			x[i] = s.effective[i]
		}
	}
}

// stderrs sets x to the standard errors of coefficient j of the first pixels, in the units of its
// field.
func (m *model) stderrs(s *modelScratch, j int, x []float64) {
	factor, variances, variance := math.Abs(m.factors[j]), s.fits.Var[j][:len(x)], s.variance[:len(x)]
	for i, v := range variances {
		x[i] = math.Sqrt(v*variance[i]) * factor
	}
}

// pvalues returns the two-sided p-values of coefficient j of the first pixels, in the memory of s.
func (m *model) pvalues(s *modelScratch, j, pixels int) []float64 {
	coefs, variances, variance := s.fits.Coef[j][:pixels], s.fits.Var[j][:pixels], s.variance[:pixels]
	squares, df, p := s.squares[:pixels], s.df[:pixels], s.p[:pixels]
	for i, coef := range coefs {
		squares[i] = float64(coef*coef) / (variances[i] * variance[i])
	}
	if !m.ar1() {
		m.tails.PValues(m.k, p, squares, df, s.tails)
		return p
	}
	for i, square := range squares {
		if p[i] = math.NaN(); square == square && df[i] == df[i] {
			p[i] = studentTail(square, df[i])
		}
	}
	return p
}

// margin returns the quantile of Student's t for the limits of pixel i.
func (m *model) margin(s *modelScratch, i int) float64 {
	df := s.df[i]
	switch {
	case df != df:
		return math.NaN()
	case m.ar1():
		return studentQuantile(df, m.confidence)
	}
	return m.quantile[int(df)]
}

// class returns the direction of the trend.
func (m *model) class(p, slope float64) float64 {
	switch {
	case p != p:
		return p
	case p >= m.level:
		return 0
	}
	return math.Copysign(1, slope)
}

func (m *model) r2(s *modelScratch, i int) float64 {
	return max(0, 1-s.fits.RSS[i]/s.fits.TSS[i]) // NaN of a constant series
}

// at returns Σ coefficient·gⱼ of pixel i.
func (m *model) at(s *modelScratch, i int, g []float64) float64 {
	sum := 0.0
	for j := len(g) - 1; j >= 0; j-- {
		sum = math.FMA(s.fits.Coef[j][i], g[j], sum)
	}
	return sum
}

// spread returns gᵀ(XᵀWX)⁻¹g of pixel i.
func (m *model) spread(s *modelScratch, i int, g []float64) float64 {
	sum := 0.0
	for r := range g {
		row := g[r] * s.fits.Var[r][i]
		for c := range r {
			row = math.FMA(2*g[c], s.fits.Cov[r*(r-1)/2+c][i], row)
		}
		sum = math.FMA(g[r], row, sum)
	}
	return sum
}

// trend returns the value of the trend of pixel i at a time, which is the model without harmonics
// and with covariates at their mean. If from is no NaN, its value there is subtracted.
func (m *model) trend(s *modelScratch, i int, time, from float64) float64 {
	b, sum := m.basis, 0.0
	for j := len(b.terms) - 1; j >= 0; j-- {
		t := b.terms[j]
		switch t.kind {
		case constantTerm, powerTerm, stepTerm:
			x := b.value(t, time)
			if from == from {
				x -= b.value(t, from)
			}
			sum = math.FMA(s.fits.Coef[j][i], x, sum)
		}
	}
	return sum
}

// season returns the F test of the harmonics of pixel i, or the share of the variance that they
// explain of what the rest of the model leaves. The sum of squares that harmonics with the
// coefficients b explain is bᵀC⁻¹b, C being their part of (XᵀWX)⁻¹ (Draper and Smith, Applied
// Regression Analysis, 3rd ed., section 6.1).
func (m *model) season(s *modelScratch, i int, f Field) float64 {
	first, n := m.basis.index(term{cosineTerm, 1}), 2*m.basis.model.Harmonics
	l := &s.matrix
	var z [maxTerms]float64
	explained := 0.0
	for r := range n {
		for c := range r + 1 {
			if row := first + r; c == r {
				l[r][c] = s.fits.Var[row][i]
			} else {
				l[r][c] = s.fits.Cov[row*(row-1)/2+first+c][i]
			}
			for k := range c {
				l[r][c] = math.FMA(-l[r][k], l[c][k], l[r][c])
			}
			if c < r {
				l[r][c] /= l[c][c]
			}
		}
		l[r][r] = math.Sqrt(l[r][r])
		z[r] = s.fits.Coef[first+r][i]
		for k := range r {
			z[r] = math.FMA(-l[r][k], z[k], z[r])
		}
		z[r] /= l[r][r]
		explained = math.FMA(z[r], z[r], explained)
	}
	if f == SeasonR2 {
		return explained / (explained + s.fits.RSS[i])
	}
	ratio := explained / float64(n) / s.variance[i]
	if ratio != ratio {
		return ratio
	}
	return fisher(ratio, n/2, s.df[i])
}
