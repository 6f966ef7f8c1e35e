package regress

import (
	"math"
	"slices"
	"sort"

	"github.com/pixtrend/pixtrend/kernel"
)

// Sums in float64 lose digits where results are small differences of large sums. Such pixels are
// few. Finish finds them by their sums and lists them in Scratch.Again. Their results are then
// computed a second time from their series, in about 106 bits, by Second. All of that is portable
// code, and it depends on the sums and the series alone, so the bits are the same on every ISA.
// Pixels that are not listed keep the results of Finish.
//
// There are two reasons for a second look, and each is for those results that can lose digits for
// it. Otherwise a result could depend on which other results are computed.
//
//   - The times of the observations are clustered: Ctt = n·Στ² − (Στ)² is a small share of n·Στ².
//     All results are computed again. Without gaps this never happens, because the axis is centred.
//   - The line is nearly perfect, or the first observation is far from the others, or the squares of
//     the samples leave the range of float64. The results that depend on the sum of squared residuals
//     are computed again. They are those for which needs.residual is set.
type reasons uint8

const (
	clustered reasons = 1 << iota
	residuals
)

const (
	// MinSpread is the least share of n·Στ² that Ctt may be. Below it, slopes lose more than 8 bits by
	// rounding errors of Στ².
	MinSpread = 1. / (1 << 8)
	// MinSpreadExact is MinSpread for axes whose sums are exact. Only the 6 bits are lost that n·Στd
	// has in common with Στ·Σd.
	MinSpreadExact = 1. / (1 << 12)

	// A line is nearly perfect if 1−r² is less than the larger of these, the second for each date.
	// The sums of many dates have larger rounding errors.
	minUnexplained     = 1. / (1 << 10)
	minUnexplainedEach = 1. / (1 << 20)
	// Below this, the products in d = Ctt·Cyy·(1−r²) can have lost bits to underflow.
	minD = 1. / (1 << 350) / (1 << 350)
	// The first observation is far from the others if Cyy is a smaller share of n·Σd². With fewer
	// observations than its inverse, that cannot be, because the first is one of them.
	minVariance = 1. / (1 << 7)
	// The mean is corrected if it is a smaller share of the first observation.
	minMean = 1. / (1 << 10)
)

// Doubts has the limits of what is computed a second time.
type Doubts struct {
	spread      float64 // least share of n·Στ² that Ctt may be; 0: no observations of the axis can be less
	unexplained float64 // least 1−r², for observations that are not clustered at all
	variance    float64 // least share of n·Σd² that Cyy may be; 0: it cannot be less
}

// NewDoubts returns the limits for an axis. minSpread is MinSpread, MinSpreadExact, or 0 if no
// observations can be clustered.
func NewDoubts(dates int, minSpread float64) Doubts {
	d := Doubts{spread: minSpread, unexplained: max(minUnexplained, float64(dates)*minUnexplainedEach)}
	if dates > 1/minVariance {
		d.variance = minVariance
	}
	return d
}

// Lines is what the results of the pixels of a tile are computed from, beside their sums.
type Lines struct {
	Line    kernel.Line
	Times   Times
	ByCount *ByCount
}

// crowded reports whether the times of n observations are clustered, with ctt = n·Στ² − (Στ)².
func (d *Doubts) crowded(n, tt, ctt float64) bool {
	return d.spread > 0 && !(ctt >= float64(n*tt)*d.spread)
}

// perfect reports whether results that depend on residuals have lost digits, with the values of
// resultsOf for n observations.
func (d *Doubts) perfect(n, t, yy, ctt, cty, cyy, det float64) bool {
	// Ctt + (Στ)² is n·Στ², of which Ctt has the rounding errors.
	whole := math.FMA(float64(t*t), cyy, float64(ctt*cyy))
	// In a constant series, Cty is 0. It keeps its results.
	return n > 2 && math.Abs(cty) > 0 && (!(det > math.FMA(whole, d.unexplained, minD)) ||
		d.variance > 0 && !(cyy >= float64(n*yy)*d.variance))
}

// MostCrowded returns the largest number of observations, at dates of an axis, that can be clustered.
// It may return more. If the greatest number is n, then n−1 observations can be clustered too: one of
// n can always be left out so that the others are clustered no less.
func MostCrowded(tau []float64, minSpread float64) int {
	// Those most clustered are neighbours, and on one side of the mean of the axis.
	sorted := slices.Sorted(slices.Values(tau))
	t, tt := make([]pair, len(tau)+1), make([]pair, len(tau)+1) // of the first dates
	for i, x := range sorted {
		t[i+1] = t[i].plus(pair{x, 0})
		tt[i+1] = tt[i].plus(twoProduct(x, x))
	}
	return sort.Search(len(tau), func(more int) bool {
		n := more + 1
		for i := range len(tau) - n + 1 {
			a, b := t[i+n].minus(t[i]), tt[i+n].minus(tt[i]).times(pair{float64(n), 0})
			if b.minus(a.times(a)).hi < 2*minSpread*b.hi {
				return false
			}
		}
		return true
	})
}

// Crowded reports whether the results of pixel i of s have to be computed a second time because its
// observations are clustered.
func (l *Lines) Crowded(s *kernel.Sums, i int) bool {
	n, t := s.N[i], s.T[i]
	if !(n >= 2 && n >= float64(l.Line.MinObs)) {
		return false
	}
	_, ctt := determinant(n, s.TT[i], t, t)
	return l.Times.Doubts.crowded(n, s.TT[i], ctt)
}

// reasons returns why the results of pixel i of s have to be computed a second time.
func (l *Lines) reasons(s *kernel.Sums, i int, need needs) (why reasons) {
	if l.Crowded(s, i) {
		return clustered | residuals
	}
	if !need.residual {
		return 0
	}
	n, t, y := s.N[i], s.T[i], s.Y[i]
	ctt, rounded := determinant(n, s.TT[i], t, t)
	if !exists(&l.Line, n, rounded) {
		return 0
	}
	cty, _ := determinant(n, s.TY[i], t, y)
	cyy, _ := determinant(n, s.YY[i], y, y)
	d, _ := determinant(ctt, cyy, cty, cty)
	if l.Times.Doubts.perfect(n, t, s.YY[i], ctt, cty, cyy, d) {
		return residuals
	}
	return 0
}

// Second is a second look at the series of one pixel. It begins with the line of the first look,
// and then adds the squares and products of the residuals of that line. These are small where the
// line is nearly perfect, so that they can be added without cancellation. Times and samples are
// scaled by powers of two, so that no product leaves the range of float64.
type Second struct {
	why reasons

	// The scales. A sample or time is multiplied by them.
	perSample, perTime float64
	// The line of the first look: its mean time, its value there, and its slope.
	time, value, slope float64

	n                float64
	u, uu, e, ue, ee pair // sums over times u from the mean time, and residuals e

	// The first observation, and the first one at another time, relative to it, for the question
	// whether all observations are exactly on the line through these two.
	time0, sample0   float64
	timeTo, sampleTo float64 // zeros: there is none
	twoTimes         bool
	straight         bool
}

// Begin begins the second look at pixel i of s, for those results of it that out has room for.
func Begin[F kernel.Float](l *Lines, out *[Outs][]F, s *kernel.Sums, i int) Second {
	return l.begin(s, i, l.reasons(s, i, needsOf(out)))
}

func (l *Lines) begin(s *kernel.Sums, i int, why reasons) Second {
	n, t, tt := s.N[i], s.T[i], s.TT[i]
	k := Second{why: why, perTime: perUnit(l.Times.Span), straight: true}
	variance := s.YY[i] / n
	size := math.Sqrt(variance)
	if !(variance > 1e-280 && variance < 1e280) { // its terms can have left the range
		size = max(math.Abs(s.Y[i])/n, math.Abs(s.TY[i])/n/math.Sqrt(tt/n))
	}
	k.perSample = perUnit(size)
	mean := s.Ref[i] + s.Y[i]/n
	meanTime := math.FMA(l.Times.PerTau, t/n, l.Times.Mean)
	k.time, k.value = meanTime*k.perTime, mean*k.perSample
	if why&clustered == 0 {
		perTau := l.Line
		perTau.Scale = 1
		k.slope = s.Slope(i, perTau) * k.perSample / float64(l.Times.PerTau*k.perTime)
	}
	for _, x := range []*float64{&k.time, &k.value, &k.slope} {
		if math.IsNaN(*x) || math.IsInf(*x, 0) {
			*x = 0
		}
	}
	return k
}

// perUnit returns the power of two that scales a number of that size to about 1.
func perUnit(size float64) float64 {
	if !(size > 0) || math.IsInf(size, 1) {
		return 1
	}
	return math.Ldexp(1, -min(max(math.Ilogb(size), -1000), 1000))
}

// Add adds an observation. Observations are added in the order of the dates. t is in the time of
// Times.
func (k *Second) Add(t, sample float64) {
	t, sample = float64(t*k.perTime), float64(sample*k.perSample)
	u, e := k.residual(t, sample)
	k.n++
	k.u.add(u)
	k.uu.add(u.times(u))
	k.e.add(e)
	k.ue.add(u.times(e))
	k.ee.add(e.times(e))

	if k.n == 1 {
		k.time0, k.sample0 = t, sample
		return
	}
	k.twoTimes = k.twoTimes || t != k.time0
	if k.straight {
		k.follow(twoSum(t, -k.time0), twoSum(sample, -k.sample0))
	}
}

// residual returns a scaled time relative to the mean time of the first look, and the residual of a
// scaled sample from the line of the first look.
func (k *Second) residual(t, sample float64) (u, e pair) {
	u, d := twoSum(t, -k.time), twoSum(sample, -k.value)
	p := twoProduct(k.slope, u.hi)
	e = twoSum(d.hi, -p.hi)
	return u, fastTwoSum(e.hi, e.lo+((d.lo-p.lo)-float64(k.slope*u.lo)))
}

// follow notes whether an observation is on the line through the first two. Differences that are
// not exact count as if they were not on it.
func (k *Second) follow(t, sample pair) {
	switch {
	case t.lo != 0 || sample.lo != 0:
		k.straight = false
	case t.hi == 0:
		k.straight = sample.hi == 0
	case k.timeTo == 0:
		k.timeTo, k.sampleTo = t.hi, sample.hi
	default:
		k.straight = twoProduct(sample.hi, k.timeTo) == twoProduct(k.sampleTo, t.hi)
	}
}

// A secondLine is the least squares line of a second look, in scaled units.
type secondLine struct {
	mean, meanTime    pair
	slope, correction float64 // correction: the change of the slope from the first look
	sxx, sse          float64 // sums of squares: of the times from their mean, and of the residuals
}

// line returns the line. ok is false if all observations are at one time.
func (k *Second) line() (l secondLine, ok bool) {
	n := pair{k.n, 0}
	u, uu, e, ue, ee := k.u.normal(), k.uu.normal(), k.e.normal(), k.ue.normal(), k.ee.normal()
	cuu := n.times(uu).minus(u.times(u))
	cue := n.times(ue).minus(u.times(e))
	cee := n.times(ee).minus(e.times(e))
	if !k.twoTimes || !(cuu.hi > 0) {
		return l, false
	}
	correction := cue.over(cuu)
	l.correction = correction.hi
	l.slope = correction.plus(pair{k.slope, 0}).hi
	l.sxx = cuu.hi / k.n
	// cee − cue²/cuu is n times the sum of squared residuals.
	if rest := cee.minus(cue.times(correction)).hi; rest > 0 && k.n > 2 {
		l.sse = rest / k.n
	}
	l.meanTime = u.over(n).plus(pair{k.time, 0})
	l.mean = e.plus(u.times(pair{k.slope, 0})).over(n).plus(pair{k.value, 0})
	if k.straight {
		l.slope, l.sse = k.sampleTo/k.timeTo, 0
	}
	return l, true
}

// End writes the results that the second look at pixel i of s was for. ends are the times of the
// pixel's first and last observation, if a result depends on them.
func End[F kernel.Float](l *Lines, out *[Outs][]F, s *kernel.Sums, i int, ends [2]float64, k *Second) {
	line, ok := k.line()
	state := noLine
	if ok {
		state = oneLine
	}
	end(l, out, s, i, ends, k, line, state)
}

// lineState says what is known of the line of a second look.
type lineState uint8

const (
	noLine   lineState = iota // all observations are at one time
	oneLine                   // it is known
	lostLine                  // the sums that it would follow from have left the range of float64
)

// end writes the results of a line, which the second look at pixel i of s was for.
func end[F kernel.Float](l *Lines, out *[Outs][]F, s *kernel.Sums, i int, ends [2]float64, k *Second, line secondLine, state lineState) {
	var r [Outs]float64
	r[OutSlope] = s.Slope(i, l.Line)
	l.results(&r, k, line, state == oneLine, ends)
	for j, o := range out {
		if o != nil && (k.why&clustered != 0 || OfResiduals[j]) {
			o[i] = F(kernel.OneNaN(r[j]))
		}
	}
}

// OfResiduals says which results depend on the sum of squared residuals.
var OfResiduals = [Outs]bool{OutR: true, OutR2: true, OutT: true, OutP: true, OutStderr: true, OutInterceptStderr: true,
	OutRMSE: true, OutSlopeLo: true, OutSlopeHi: true, OutClass: true}

// Residuals writes the differences between the observations of a second look and their line, without
// Scale, over the observations in series, and returns the mean of the observations, with Scale and
// Offset. Gaps are NaN. Without a line, all are.
func (l *Lines) Residuals(k *Second, times, series []float64) (mean float64) {
	line, ok := k.line()
	samples := -math.Ilogb(k.perSample)
	// The line of the first look is away from the new one by this at the mean time.
	away := k.e.normal().hi / k.n
	meanTime := k.u.normal().hi / k.n
	for i, y := range series {
		if y != y {
			continue
		}
		u, e := k.residual(float64(times[i]*k.perTime), float64(y*k.perSample))
		series[i] = math.Ldexp((e.hi-away)-float64(line.correction*(u.hi-meanTime)), samples)
		if !ok {
			series[i] = math.NaN()
		}
	}
	return math.FMA(math.Ldexp(line.mean.hi, samples), l.Times.Scale, l.Times.Offset)
}

// results computes the results that the second look is for. The others keep what r has, which must
// include the slope.
func (l *Lines) results(r *[Outs]float64, k *Second, line secondLine, ok bool, ends [2]float64) {
	at := &l.Times
	if !ok || !(k.n >= float64(l.Line.MinObs)) {
		for j := range r {
			r[j] = math.NaN()
		}
		r[OutN] = k.n
		return
	}
	// The exponents from scaled units to those of Times: of samples, and of slopes.
	samples := -math.Ilogb(k.perSample)
	slopes := samples + math.Ilogb(k.perTime)
	count := int(k.n)
	column := func(c int) float64 { return l.ByCount.At(c, count) }
	if k.why&clustered != 0 {
		lineAt := func(time float64) float64 {
			away := twoSum(time*k.perTime, -line.meanTime.hi)
			value := line.mean.plus(pair{float64(line.slope * (away.hi + (away.lo - line.meanTime.lo))), 0}).hi
			return math.FMA(math.Ldexp(value, samples), at.Scale, at.Offset)
		}
		r[OutSlope] = math.Ldexp(line.slope, slopes) / at.PerTime
		r[OutMean] = math.FMA(math.Ldexp(line.mean.hi, samples), at.Scale, at.Offset)
		r[OutIntercept] = lineAt(at.Zero)
		r[OutN] = k.n
		r[OutFirst], r[OutLast] = at.given(ends[0]), at.given(ends[1])
		r[OutFittedFirst], r[OutFittedLast] = lineAt(ends[0]), lineAt(ends[1])
		r[OutChange] = math.Ldexp(line.slope*float64(float64(ends[1]-ends[0])*k.perTime), samples) * at.Scale
	}
	slope := r[OutSlope]
	// Of the sum of squares about the mean, the line explains slope²·sxx.
	explained := float64(float64(line.slope*line.slope) * line.sxx)
	total := explained + line.sse
	w, root := math.Sqrt(explained/total), math.Sqrt(line.sse/total)
	if count <= 2 {
		w = math.FMA(w, 0, 1)
	}
	deviation := math.Sqrt(line.sse)
	stderr := math.Ldexp(deviation/math.Sqrt(line.sxx), slopes) / math.Abs(at.PerTime) * column(byInvRootDF)
	away := float64(at.Zero*k.perTime) - line.meanTime.hi
	spread := math.Sqrt(math.FMA(away, away, line.sxx/k.n))
	margin := column(ByQuantile)
	r[OutR] = math.Copysign(w, slope)
	r[OutR2] = w * w
	r[OutRMSE] = math.Ldexp(math.Sqrt(line.sse/k.n), samples) * math.Abs(at.Scale)
	r[OutStderr] = stderr
	r[OutInterceptStderr] = math.Ldexp(deviation/math.Sqrt(line.sxx)*spread, samples) * math.Abs(at.Scale) * column(byInvRootDF)
	r[OutT] = math.Copysign(float64(math.Sqrt(explained)*column(byRootDF))/deviation, slope)
	r[OutSlopeLo], r[OutSlopeHi] = math.FMA(-margin, stderr, slope), math.FMA(margin, stderr, slope)
	r[OutP] = l.ByCount.p(count, w, root)
	r[OutClass] = l.ByCount.class(r[OutP], slope)
}
