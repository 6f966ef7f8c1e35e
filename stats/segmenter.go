package stats

import (
	"math"
	"slices"
)

// segmenter divides the series of one pixel into straight segments, as LandTrendr of Kennedy, Yang and
// Cohen does (Remote Sensing of Environment 114, 2010; the program LandTrendr-2012). docs/breaks.md lists
// its steps and where they differ from that program. Of candidates that are equally good, it takes the
// earlier one, or the one with more segments.
//
// The order of the operations is part of the definition: sums run over the observations in date order,
// a product is rounded before it is added, and errors of lines follow from differences of prefix sums,
// see moments. Hence a line through k observations costs as much as one through two.
type segmenter struct {
	o LandTrendrOptions

	date   []int     // of each observation
	raw    []float64 // observations less the first one; negative if the change that is looked for falls
	first  float64   // the first one
	sign   float64   // of raw
	x, y   []float64 // times since the first observation, and raw without spikes
	prefix []moments // prefix[i] is that of the observations before i
	least  float64   // errors below it count as zero

	prop     []float64   // of each observation, how much of a spike it is
	vertices []int       // that all models begin with
	lines    []regressed // the segments between them
	costs    []float64   // of vertices of a model, see weakest
	costed   int         // the costs of vertices before this one are known
	angles   []float64   // of each vertex
	models   []segments
	pvalues  []float64 // of the models, while one is chosen
	joint    tridiagonal

	// The result: vertices at dates of the stack.
	at     []int
	values []float64 // less first, with sign
	pvalue float64
	rmse   float64
}

// noError is the share of the sum of squares about the first observation below which an error is
// rounding. A recovery exceeds its threshold by more than this share of it: one of the whole range in four
// years is exactly 0.25 a year, and rounding must not refuse it.
const noError = 1.0 / (1 << 36)

// segments is a model: a line through its vertices.
type segments struct {
	vertices []int     // numbers of observations
	values   []float64 // at the vertices
	slopes   []float64 // between them
	squares  []float64 // of the residuals of each segment, those of its last observation included
	pvalue   float64   // of its F test; 1 once it is refused
}

// newSegmenter returns a segmenter for series of that many dates.
func newSegmenter(o LandTrendrOptions, dates int) *segmenter {
	o.RecoveryThreshold *= 1 + noError
	floats := func(n int) []float64 { return make([]float64, n) }
	most := o.MaxSegments + 2 + o.VertexOvershoot
	s := &segmenter{o: o, date: make([]int, dates), raw: floats(dates), x: floats(dates), y: floats(dates), prefix: make([]moments, dates+1),
		prop: floats(dates), vertices: make([]int, 0, most), lines: make([]regressed, 0, most), costs: floats(o.MaxSegments + 1), angles: floats(most),
		models: make([]segments, o.MaxSegments), pvalues: make([]float64, 0, o.MaxSegments), joint: newTridiagonal(o.MaxSegments + 1),
		at: make([]int, 0, o.MaxSegments+3), values: make([]float64, 0, o.MaxSegments+3)}
	for i := range s.models {
		s.models[i] = segments{vertices: make([]int, 0, o.MaxSegments+1), values: floats(o.MaxSegments + 1), slopes: floats(o.MaxSegments), squares: floats(o.MaxSegments)}
	}
	return s
}

// bytes returns the memory of the segmenter.
func (s *segmenter) bytes() int {
	vertices := cap(s.at)
	return 8*(5*len(s.raw)+6*len(s.prefix)+3*cap(s.vertices)+4*vertices) + 24*vertices*len(s.models) + 32*vertices
}

// segment finds the segments of a series, whose gaps are NaN, at the given times. It returns false if
// there are too few observations.
func (s *segmenter) segment(series, times []float64) bool {
	s.setSign()
	n := 0
	for i, y := range series {
		if y != y {
			continue
		}
		if n == 0 {
			s.first, s.date[0] = y, i
		}
		s.date[n], s.x[n], s.raw[n] = i, times[i]-times[s.date[0]], s.sign*(y-s.first)
		n++
	}
	if n < s.o.MinObs {
		return false
	}
	s.date, s.raw, s.x, s.y = s.date[:n], s.raw[:n], s.x[:n], s.y[:n]
	copy(s.y, s.raw)
	if s.o.SpikeThreshold < 1 {
		s.despike()
	}
	s.addUp(0)
	s.least = noError * s.prefix[n].yy
	s.split()
	s.cull()
	models := s.ladder(false)
	best := s.choose(models)
	if !(models[best].pvalue <= s.o.PValue) {
		models = s.ladder(true)
		best = s.choose(models)
	}
	s.conclude(&models[best], times)
	s.setRMSE(times)
	s.date, s.raw, s.x, s.y = s.date[:len(series)], s.raw[:len(series)], s.x[:len(series)], s.y[:len(series)]
	return true
}

// setSign sets what observations are multiplied by, so that the change that is looked for rises.
func (s *segmenter) setSign() {
	s.sign = -1
	if s.o.Gain {
		s.sign = 1
	}
}

// despike moves the observation that is most of a spike towards the mean of its neighbours, and does so again
// while it was more of one than SpikeThreshold. An observation is a spike if its neighbours differ little
// from each other, compared with what it differs from them.
func (s *segmenter) despike() {
	n := len(s.y)
	s.prop[0] = 0
	for i := 1; i < n-1; i++ {
		s.prop[i] = s.spike(i)
	}
	for range mostMoves * n { // few series need more than n moves
		at := 0
		for i := 1; i < n-1; i++ {
			if s.prop[i] > s.prop[at] {
				at = i
			}
		}
		if at == 0 {
			return
		}
		most := s.prop[at]
		s.y[at] += float64(most * ((s.y[at-1]+s.y[at+1])/2 - s.y[at]))
		for i := max(1, at-1); i <= min(n-2, at+1); i++ {
			s.prop[i] = s.spike(i)
		}
		if most <= s.o.SpikeThreshold {
			return
		}
	}
}

// mostMoves is how often despike moves an observation at most, for each one there is.
const mostMoves = 20

// spike returns 0 for an observation between its neighbours, up to 1 for one beside equal neighbours.
func (s *segmenter) spike(i int) float64 {
	most := max(math.Abs(s.y[i]-s.y[i-1]), math.Abs(s.y[i]-s.y[i+1]))
	if most == 0 {
		return 0
	}
	return 1 - math.Abs(s.y[i+1]-s.y[i-1])/most
}

// addUp computes the prefix sums from observation i on.
func (s *segmenter) addUp(i int) {
	sum := s.prefix[i]
	for ; i < len(s.y); i++ {
		s.prefix[i] = sum
		x, y := s.x[i], s.y[i]
		sum.x += x
		sum.xx += float64(x * x)
		sum.y += y
		sum.xy += float64(x * y)
		sum.yy += float64(y * y)
	}
	s.prefix[i] = sum
}

// regressed is a segment with its regression.
type regressed struct{ value, slope, mse float64 }

// split finds vertices: the first and last observation, and then, in the segment with the largest mean
// squared error about its own regression, the observation farthest from it.
func (s *segmenter) split() {
	n := len(s.y)
	most := min(s.o.MaxSegments+1+s.o.VertexOvershoot, n-2)
	s.vertices = append(s.vertices[:0], 0, n-1)
	s.lines = append(s.lines[:0], s.regress(0, n-1))
	for len(s.vertices) < most {
		worst := 0
		for i := range s.lines {
			if s.lines[i].mse > s.lines[worst].mse {
				worst = i
			}
		}
		if s.lines[worst].mse == 0 {
			return
		}
		from, to := s.vertices[worst], s.vertices[worst+1]
		at := s.farthest(from, to, s.lines[worst])
		if at < 0 {
			s.lines[worst].mse = 0
			continue
		}
		s.vertices = append(s.vertices, 0)
		copy(s.vertices[worst+2:], s.vertices[worst+1:])
		s.vertices[worst+1] = at
		s.lines = append(s.lines, regressed{})
		copy(s.lines[worst+1:], s.lines[worst:])
		s.lines[worst], s.lines[worst+1] = s.regress(from, at), s.regress(at, to)
	}
}

// regress returns the regression of the observations from i to j.
func (s *segmenter) regress(i, j int) (r regressed) {
	if j-i < 2 {
		return r
	}
	m := s.moments(i, j)
	r.value, r.slope = m.regression()
	if e := m.errorOf(r.value, r.slope); e > s.least {
		r.mse = e / m.n
	}
	return r
}

// farthest returns the observation between i and j that is farthest from their regression, −1 if there is
// none. The last but one of the series is one only if the series rises after it, so that no segment of
// a single year recovers at the end.
func (s *segmenter) farthest(i, j int, r regressed) int {
	last := j - 1
	if j == len(s.y)-1 && !(s.y[j] > s.y[j-1]) {
		last--
	}
	at, most, from := -1, 0.0, s.x[i]
	xs := s.x[:last+1]
	for k, y := range s.y[:last+1] {
		if k <= i {
			continue
		}
		if d := math.Abs(y - (r.value + float64(r.slope*(xs[k]-from)))); d > most {
			at, most = k, d
		}
	}
	return at
}

// cull drops vertices until MaxSegments are left: each time the one where the line bends least. Values
// are scaled to the width of the series. A vertex before a rise counts more.
func (s *segmenter) cull() {
	excess := len(s.vertices) - (s.o.MaxSegments + 1)
	if excess <= 0 {
		return
	}
	width := s.x[len(s.x)-1]
	scale := width / (rangeOf(s.y))
	value := func(i int) float64 { return s.y[s.vertices[i]] * scale }
	time := func(i int) float64 { return s.x[s.vertices[i]] }
	s.dropLeast(excess, func(i int) float64 {
		return bend(time(i)-time(i-1), time(i+1)-time(i), value(i)-value(i-1), value(i+1)-value(i), width)
	}, func(i int) { s.vertices = slices.Delete(s.vertices, i, i+1) }, len(s.vertices))
}

// dropLeast removes so many of the inner ones of n vertices, each time the one with the least angle.
func (s *segmenter) dropLeast(so int, angle func(i int) float64, remove func(i int), n int) {
	for i := 1; i < n-1; i++ {
		s.angles[i] = angle(i)
	}
	for ; so > 0; so-- {
		least := 1
		for i := 2; i < n-1; i++ {
			if s.angles[i] < s.angles[least] {
				least = i
			}
		}
		remove(least)
		n--
		copy(s.angles[least:n], s.angles[least+1:n+1])
		for i := max(1, least-1); i <= min(least, n-2); i++ {
			s.angles[i] = angle(i)
		}
	}
}

// rangeOf returns the greatest value less the least.
func rangeOf(values []float64) float64 {
	lo, hi := values[0], values[0]
	for _, x := range values {
		if x < lo {
			lo = x
		}
		if x > hi {
			hi = x
		}
	}
	return hi - lo
}

// bend returns how much a line bends at a vertex, from the times before and after it and the changes in
// these: the larger of the angles to the horizontal, weighted by up to 3 before a rise of the whole range.
func bend(before, after, change, next, span float64) float64 {
	steepest := max(math.Abs(change)/before, math.Abs(next)/after)
	return angleOf(steepest) * (1 + max(0, 2*next/span))
}

// angleOf returns the angle in radians whose tangent is x, 0 or more, to 2e−8 (Abramowitz and Stegun, 4.4.49).
// Angles are only compared with each other.
func angleOf(x float64) float64 {
	steep := x > 1
	if steep {
		x = 1 / x
	}
	square, sum := float64(x*x), 0.0
	for _, c := range arctangents {
		sum = c + float64(square*sum)
	}
	if steep {
		return math.Pi/2 - float64(x*sum)
	}
	return x * sum
}

var arctangents = [...]float64{0.0028662257, -0.0161657367, 0.0429096138, -0.0752896400, 0.1065626393, -0.1420889944, 0.1999355085, -0.3333314528, 1}

// ladder fits models with fewer and fewer segments, and returns them. If together is set, all values at
// vertices of a model are fitted together, else from left to right.
func (s *segmenter) ladder(together bool) []segments {
	m := &s.models[0]
	m.vertices = append(m.vertices[:0], s.vertices...)
	same := 0 // segments that are those of the model before
	s.costed = 0
	for i := 0; ; i++ {
		m := &s.models[i]
		if together {
			s.fitTogether(m)
		} else {
			s.fitFromLeft(m, same)
		}
		if len(m.vertices) == 2 {
			return s.models[:i+1]
		}
		drop, end := -1, m.values[len(m.values)-1]
		if together {
			s.costed = 0
		} else {
			drop, end = s.recovering(m)
		}
		if drop < 0 {
			drop = s.weakest(m, end)
		}
		same = drop - 1
		s.costed = min(s.costed, same)
		next := &s.models[i+1]
		next.vertices = append(append(next.vertices[:0], m.vertices[:drop]...), m.vertices[drop+1:]...)
		copy(next.values[:drop], m.values)
		copy(next.slopes[:same], m.slopes)
		copy(next.squares[:same], m.squares)
	}
}

// fitFromLeft fits the values of a model, whose first segments are known, as many as same says. A segment
// joins its vertices' observations, or is a regression, where that has less error. The regression of
// every segment but the first begins where the segment before it ends.
func (s *segmenter) fitFromLeft(m *segments, same int) {
	m.resize()
	if same == 0 {
		m.values[0] = s.y[0]
	}
	for i := same; i < len(m.slopes); i++ {
		from, to := m.vertices[i], m.vertices[i+1]
		over, span := s.moments(from, to), s.x[to]-s.x[from]
		begin, end := m.values[i], s.y[to]
		slope := (end - begin) / span
		e := over.errorOf(begin, slope)
		a, b := begin, 0.0
		if i == 0 {
			a, b = over.regression()
		} else {
			b = (over.xy - float64(begin*over.x)) / over.xx
		}
		if of := over.errorOf(a, b); of < e {
			begin, slope, e, end = a, b, of, a+float64(b*span)
		}
		if i > 0 { // the vertex counts with the segment before it
			d := s.y[from] - begin
			e -= float64(d * d)
		}
		m.values[i], m.values[i+1], m.slopes[i], m.squares[i] = begin, end, slope, e
	}
	sum := 0.0
	for _, e := range m.squares {
		sum += e
	}
	m.pvalue = s.test(len(m.vertices), max(sum, 0))
}

// resize makes room for what belongs to the vertices.
func (m *segments) resize() {
	k := len(m.vertices)
	m.values, m.slopes, m.squares = m.values[:k], m.slopes[:k-1], m.squares[:k-1]
}

// fitTogether fits the values of a model by least squares of all observations.
func (s *segmenter) fitTogether(m *segments) {
	k := len(m.vertices)
	m.resize()
	t := s.joint.begin(k)
	for i := range m.slopes {
		from, to := m.vertices[i], m.vertices[i+1]
		over, span := s.moments(from, to-1), s.x[to]-s.x[from]
		// u is 0 at the vertex before and 1 at the one after.
		u, uu, uy := over.x/span, over.xx/(span*span), over.xy/span
		t.diagonal[i] += over.n - 2*u + uu
		t.diagonal[i+1] += uu
		t.beside[i] = u - uu
		t.right[i] += over.y - uy
		t.right[i+1] += uy
	}
	t.diagonal[k-1]++
	t.right[k-1] += s.y[m.vertices[k-1]]
	t.solve(m.values)
	squares := 0.0
	for i := range m.slopes {
		from, to := m.vertices[i], m.vertices[i+1]
		m.slopes[i] = (m.values[i+1] - m.values[i]) / (s.x[to] - s.x[from])
		squares += s.moments(from, to-1).errorOf(m.values[i], m.slopes[i])
	}
	d := s.y[m.vertices[k-1]] - m.values[k-1]
	m.pvalue = s.test(k, squares+float64(d*d))
}

// test returns the p-value of the F test of a model with that many vertices, whose squared residuals sum
// to squares, against a constant. Each segment counts for two parameters. As in single precision, it is
// a multiple of 2^−24, so that models with p-values below half of that are equally good.
func (s *segmenter) test(vertices int, squares float64) float64 {
	n := float64(len(s.y))
	all := s.prefix[len(s.y)]
	total := all.yy - float64(all.y*all.y)/n
	df := n - float64(2*vertices) + 1
	if squares <= s.least {
		squares = 0
	}
	if !(df > 0) || !(total > squares) {
		return 1
	}
	of := float64(2 * (vertices - 1))
	return float64(1 - float32(1-fisher((total-squares)/of/(squares/df), vertices-1, df)))
}

// weakest returns the inner vertex of a model whose removal costs least: the mean squared error, a unit
// of time, of the line from the vertex before it to the one after it. end is the value at the last vertex.
func (s *segmenter) weakest(m *segments, end float64) int {
	last := len(m.vertices) - 1
	for i := max(1, s.costed); i < last; i++ {
		from, to := m.vertices[i-1], m.vertices[i+1]
		begin, value := m.values[i-1], m.values[i+1]
		if i+1 == last {
			value = end
		}
		span := s.x[to] - s.x[from]
		s.costs[i] = s.moments(from, to).errorOf(begin, (value-begin)/span) / span
	}
	s.costed = last
	at := 1
	for i := 2; i < last; i++ {
		if s.costs[i] < s.costs[at] {
			at = i
		}
	}
	return at
}

// recovering returns the vertex at the end of the segment that recovers fastest, if it does so faster than
// is allowed, else −1. The observation at that vertex is replaced by one between its neighbours. At
// the last observation, which remains a vertex, it is replaced by the one before, and recovering returns
// −1. It also returns the value at the last vertex, which is then that of this observation.
func (s *segmenter) recovering(m *segments) (drop int, end float64) {
	end = m.values[len(m.values)-1]
	i, recovery := m.fastestRecovery()
	if !(recovery*s.o.PerYear > s.o.RecoveryThreshold) {
		return -1, end
	}
	at := m.vertices[i+1]
	if at == len(s.y)-1 {
		s.y[at] = s.y[at-1]
		s.addUp(at)
		return -1, s.y[at]
	}
	slope := (s.y[at+1] - s.y[at-1]) / (s.x[at+1] - s.x[at-1])
	s.y[at] = s.y[at-1] + float64((s.x[at]-s.x[at-1])*slope)
	s.addUp(at)
	return i + 1, end
}

// fastestRecovery returns the segment that falls fastest, and what share of the range of the model it
// falls in a unit of time; 0 if none falls.
func (m *segments) fastestRecovery() (segment int, share float64) {
	steepest := 0.0
	for i, slope := range m.slopes {
		if slope < steepest {
			segment, steepest = i, slope
		}
	}
	if steepest == 0 {
		return 0, 0
	}
	return segment, -steepest / (rangeOf(m.values))
}

// choose returns the model to use. Models that are refused have a p-value of 1 then.
func (s *segmenter) choose(models []segments) (best int) {
	s.pvalues = s.pvalues[:0]
	for i := range models {
		s.pvalues = append(s.pvalues, models[i].pvalue)
	}
	best = chooseModel(s.pvalues, s.o.BestModel, func(i int) bool { return s.allowed(&models[i]) })
	models[best].pvalue = s.pvalues[best]
	return best
}

// chooseModel returns the model to use: the one with the most segments among those whose p-values are close
// to the least. A model with a recovery that is not allowed is refused: its p-value becomes 1, and the choice
// is made again.
func chooseModel(pvalues []float64, factor float64, allowed func(i int) bool) (best int) {
	if factor <= 1 {
		factor = 2 - factor
	}
	for {
		least := pvalues[0]
		for _, p := range pvalues[1:] {
			if p < least {
				least = p
			}
		}
		best = 0
		for !(pvalues[best] <= factor*least) {
			best++
		}
		if pvalues[best] == 1 || allowed(best) {
			return best
		}
		pvalues[best] = 1
	}
}

// allowed reports whether a model recovers only as the options allow.
func (s *segmenter) allowed(m *segments) bool {
	if _, recovery := m.fastestRecovery(); recovery*s.o.PerYear > s.o.RecoveryThreshold {
		return false
	}
	if s.o.OneYearRecovery {
		return true
	}
	for i, slope := range m.slopes {
		if slope < 0 && s.x[m.vertices[i+1]]-s.x[m.vertices[i]] <= longestYear*s.o.PerYear {
			return false
		}
	}
	return true
}

// longestYear is what counts as a year or less, in years: the dates of two yearly rasters may be some
// days more than a year apart.
const longestYear = 1.1

// conclude sets the vertices at dates of the stack: those of the model, and the first and last date, up to
// which the line is level. Without a model that is significant, there is one line, at the mean of the
// observations.
func (s *segmenter) conclude(m *segments, times []float64) {
	s.at, s.values, s.pvalue = s.at[:0], s.values[:0], m.pvalue
	last := len(times) - 1
	if !(m.pvalue <= s.o.PValue) {
		sum := 0.0
		for _, y := range s.y {
			sum += y
		}
		mean := sum / float64(len(s.y))
		s.at, s.values, s.pvalue = append(s.at, 0, last), append(s.values, mean, mean), 1
		return
	}
	for i, v := range m.vertices {
		s.at, s.values = append(s.at, s.date[v]), append(s.values, m.values[i])
	}
	if s.at[0] > 0 {
		s.at, s.values = slices.Insert(s.at, 0, 0), slices.Insert(s.values, 0, s.values[0])
		s.cullEnds(times)
	}
	if end := len(s.at) - 1; s.at[end] < last {
		s.at, s.values = append(s.at, last), append(s.values, s.values[end])
		s.cullEnds(times)
	}
}

// cullEnds drops the vertex where the line bends least if there is one too many.
func (s *segmenter) cullEnds(times []float64) {
	n := len(s.at)
	if n <= s.o.MaxSegments+1 {
		return
	}
	width := times[len(times)-1] - times[0]
	scale := width / (rangeOf(s.values))
	span := func(i int) float64 { return times[s.at[i+1]] - times[s.at[i]] }
	change := func(i int) float64 { return (s.values[i+1] - s.values[i]) * scale }
	s.dropLeast(1, func(i int) float64 { return bend(span(i-1), span(i), change(i-1), change(i), width) }, func(i int) {
		s.at, s.values = slices.Delete(s.at, i, i+1), slices.Delete(s.values, i, i+1)
	}, n)
}

// setRMSE computes the error of the line, of all observations as they were given.
func (s *segmenter) setRMSE(times []float64) {
	squares, i, dates := 0.0, 0, s.date[:len(s.raw)]
	for segment, end := range s.at[1:] {
		from, slope := s.segmentAt(segment, times)
		value := s.values[segment]
		for ; i < len(dates) && dates[i] <= end; i++ {
			d := s.raw[i] - (value + float64(slope*(times[dates[i]]-from)))
			squares += float64(d * d)
		}
	}
	s.rmse = math.Sqrt(squares / float64(len(s.raw)))
}

// segmentAt returns the time at which a segment of the line begins, and its slope.
func (s *segmenter) segmentAt(i int, times []float64) (from, slope float64) {
	from = times[s.at[i]]
	return from, (s.values[i+1] - s.values[i]) / (times[s.at[i+1]] - from)
}

// event returns the segment that rises as the options choose, −1 if none rises.
func (s *segmenter) event(times []float64) int {
	best, most := -1, math.Inf(-1)
	for i := range len(s.at) - 1 {
		change, time := s.values[i+1]-s.values[i], times[s.at[i+1]]-times[s.at[i]]
		if !(change > 0) {
			continue
		}
		weight := change
		switch s.o.Event {
		case Newest:
			weight = float64(i)
		case Oldest:
			weight = -float64(i)
		case Fastest:
			weight = change / time
		case Longest:
			weight = time
		}
		if weight > most {
			best, most = i, weight
		}
	}
	return best
}
