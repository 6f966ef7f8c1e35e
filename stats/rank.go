package stats

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/pixtrend/pixtrend/internal/selection"
	"github.com/pixtrend/pixtrend/kernel"
)

// RankOptions says how the fields of ranks are computed. docs/ranks.md has definitions and sources.
// The zero value compares all dates with each other, and takes observations for independent.
type RankOptions struct {
	Method         Method // what the test does about serial correlation
	NormalP        bool   // p-values follow from the normal distribution, and never from exact counts
	JointIntercept bool   // SenIntercept is the median of y − slope·t, not median(y) − slope·median(t)
	// Steps is the place of each date in a regular series: how many years, months or other steps it
	// is after the first date. Every Method but Original needs it.
	Steps []int
	// Season is the season of each date, from 0 on, and Year the year that this season belongs to.
	// If they are set, dates are compared within their season only, and all observations of a
	// season and year count as one, their median. Dates ascend by year, then by season.
	Season, Year []int
	PerYear      float64 // with seasons: slopes per year are multiplied by it, as others by PerUnit. 0: 1
	// SeasonCovariance adds the covariance of the seasons to the variance of S.
	SeasonCovariance bool
}

// UnusedError says that an option is set and none of the fields depends on it.
type UnusedError struct {
	Option string // the field of Options, such as Rank.Method
	Field  Field  // one that depends on it
}

func (e *UnusedError) Error() string {
	return fmt.Sprintf("stats: no field depends on Options.%s, as %v does: leave it unset", e.Option, e.Field)
}

// CheckUse returns an *UnusedError if an option is set that none of the fields depends on. NewPlan
// does so too. No field stands for Slope.
func (o RankOptions) CheckUse(fields []Field) error {
	for _, x := range []struct {
		option string
		set    bool
		by     []Field
	}{
		{"Method", o.Method == Zhang, []Field{MKPValue, MKS, MKVar, MKTau, MKZ, MKClass, SenSlope, SenIntercept, SenLo, SenHi}},
		{"Method", o.Method != Original && o.Method != Zhang, []Field{MKPValue, MKS, MKVar, MKTau, MKZ, MKClass}},
		{"NormalP", o.NormalP, []Field{MKPValue, MKClass}},
		{"JointIntercept", o.JointIntercept, []Field{SenIntercept}},
		{"Season", o.Season != nil, []Field{SenSlope, SenIntercept, SenLo, SenHi, SiegelSlope, MKS, MKVar, MKTau, MKZ, MKPValue, MKClass}},
		{"SeasonCovariance", o.SeasonCovariance, []Field{MKPValue, MKVar, MKZ, MKClass}},
	} {
		if x.set && !slices.ContainsFunc(x.by, func(f Field) bool { return slices.Contains(fields, f) }) {
			return &UnusedError{"Rank." + x.option, x.by[0]}
		}
	}
	return nil
}

// rank is the estimator of medians of slopes and of the test of Mann and Kendall. The kernel counts
// and selects. What is left is done in float64, a pixel at a time.
type rank struct {
	k      kernel.Kernel
	valid  kernel.Valid
	fields []Field
	o      RankOptions
	minObs float64
	level  float64 // of significance
	z      float64 // quantile of the normal distribution, for limits of slopes
	exact  exactTails

	at      []float64       // the times in the frame of the plan
	dates   kernel.RankAxis // of at
	axis    kernel.RankAxis // of what is ranked: the dates, or the cells of seasons
	seasons *seasonal       // nil: dates are compared with all others

	perUnit       float64 // what turns a slope on axis, of stored samples, into one as it is written
	perTime       float64 // what turns it into one per unit of at
	zero          float64 // time at which the intercept is the value of the line, in the frame
	scale, offset float64

	tests   bool // whether a field of the test is asked for
	merges  bool // whether observations become medians of a season and year before they are ranked
	whitens bool // whether they are freed of serial correlation before they are ranked

	pixels int // number of pixels of a block
	bytes  int // of the memory of a goroutine
}

// A block has rankPixels pixels. If samples are changed before they are ranked, it has fewer where
// the changed ones would take more than rankBytes.
const (
	rankPixels = 4 * kernel.PanelPixels
	rankBytes  = 1 << 20
)

// newRank makes the estimator ready for fields. o has no zeros that stand for defaults.
func newRank(p *Plan, fields []Field, o Options) (*rank, error) {
	if err := o.Rank.check(fields[0], p.at); err != nil {
		return nil, err
	}
	r := &rank{k: p.k, valid: p.valid, fields: fields, o: o.Rank, minObs: float64(o.MinObs), level: o.Significance,
		z: normalQuantile(o.Confidence), at: p.at, dates: kernel.NewRankAxis(p.at, nil), zero: p.frame.in(o.InterceptAt),
		perUnit: o.PerUnit / p.frame.unit * o.Scale, perTime: 1, scale: o.Scale, offset: o.Offset, pixels: rankPixels}
	r.axis = r.dates
	r.tests = r.asks(MKS, MKVar, MKTau, MKZ, MKPValue, MKClass)
	if o.Rank.Season != nil {
		r.seasons = newSeasonal(o.Rank)
		perYear := cmp.Or(o.Rank.PerYear, 1)
		r.axis, r.perUnit, r.perTime = r.seasons.axis, perYear*o.Scale, perYear*p.frame.unit/o.PerUnit
		r.merges = r.seasons.cells() < len(p.at)
	}
	r.whitens = o.Rank.Method == Zhang || r.tests && (o.Rank.Method == Prewhiten || o.Rank.Method == TFPW)
	if r.tests && r.seasons == nil && o.Rank.Method == Original && !o.Rank.NormalP {
		r.exact = newExactTails(len(p.at))
	}
	if r.merges || r.whitens {
		panels := rankBytes / (8 * kernel.PanelPixels * len(p.at))
		r.pixels = min(rankPixels, max(1, panels)*kernel.PanelPixels)
	}
	r.bytes = r.newRankScratch().bytes(r)
	return r, nil
}

// check returns an error if the options do not suit a field and the times.
func (o *RankOptions) check(field Field, at []float64) error {
	switch n := len(at); {
	case n > kernel.MaxRankDates:
		return fmt.Errorf("stats: the field %v takes up to %d dates, not %d", field, kernel.MaxRankDates, n)
	case !slices.IsSorted(at):
		return fmt.Errorf("stats: the field %v takes times in ascending order", field)
	case int(o.Method) >= len(methodNames):
		return fmt.Errorf("stats: %v is unknown", o.Method)
	case o.Season == nil && o.Method != Original:
		return checkSteps(o.Steps, n)
	case o.Season == nil && o.SeasonCovariance:
		return fmt.Errorf("stats: a covariance of seasons is asked for, and there are no seasons")
	case o.Season == nil:
		return nil
	case o.Method != Original:
		return fmt.Errorf("stats: the method %v is not for seasons: their covariance accounts for serial correlation", o.Method)
	case math.IsNaN(o.PerYear) || math.IsInf(o.PerYear, 0):
		return fmt.Errorf("stats: the unit of slopes is %v of a year", o.PerYear)
	}
	return checkSeasons(o.Season, o.Year, len(at))
}

// asks reports whether one of fields is asked for.
func (r *rank) asks(fields ...Field) bool {
	return slices.ContainsFunc(fields, func(f Field) bool { return slices.Contains(r.fields, f) })
}

// rankScratch is the memory of one goroutine. Results are a number for each pixel of a block, nil if
// they are not needed.
type rankScratch struct {
	n       []float64    // observations
	trend   kernel.Ranks // slopes and medians
	test    kernel.Ranks // what the test follows from
	both    kernel.Ranks // the same memory as trend and test
	z, p    []float64    // of the test
	joint   []float64    // medians of y − slope·t, of stored samples
	changed []float64    // the samples that are ranked, if they are changed, in planes of rank.pixels

	series []float64 // observations of a pixel, by date
	slopes []float64
	lags   lagScratch
	table  seasonTable

	kernels [2][kernel.Float64 + 1]*kernel.RankScratch // for dates and axis
}

func (r *rank) newScratch() any   { return r.newRankScratch() }
func (r *rank) scratchBytes() int { return r.bytes }

func (r *rank) newRankScratch() *rankScratch {
	dates := len(r.at)
	floats := func(asked bool, n int) []float64 {
		if !asked {
			return nil
		}
		return make([]float64, n)
	}
	of := func(asked bool) []float64 { return floats(asked, r.pixels) }
	limits, joint, correlated := r.asks(SenLo, SenHi), r.asks(SenIntercept) && r.o.JointIntercept, r.o.Method != Original
	separate := r.asks(SenIntercept) && !joint
	changes := r.merges || r.whitens
	s := &rankScratch{n: of(true), z: of(r.tests), p: of(r.tests), joint: of(joint),
		changed: floats(changes, r.pixels*dates), series: floats(true, dates), slopes: floats(true, dates)}
	s.trend = kernel.Ranks{N: s.n, Slope: of(r.asks(SenSlope, SenIntercept) || correlated),
		Lo: of(limits), Hi: of(limits), MedianY: of(separate), MedianT: of(separate), Siegel: of(r.asks(SiegelSlope))}
	s.test = kernel.Ranks{N: s.n, Pairs: of(r.tests), TiedY: of(r.tests), TiedT: of(r.tests), S: of(r.tests), Var: of(r.tests)}
	if changes {
		s.test.N = of(true)
	}
	s.both = s.test
	s.both.Slope, s.both.Lo, s.both.Hi, s.both.Siegel = s.trend.Slope, s.trend.Lo, s.trend.Hi, s.trend.Siegel
	if r.seasons == nil {
		s.both.MedianY, s.both.MedianT = s.trend.MedianY, s.trend.MedianT
	} else if r.o.SeasonCovariance && r.tests {
		s.table = newSeasonTable(r.seasons)
	}
	if correlated {
		s.lags = newLagScratch(r.o, s.both, r.pixels)
	}
	return s
}

// bytes returns the size of s with the memory of the kernel, which is made when it is needed.
func (s *rankScratch) bytes(r *rank) int {
	const results = 16 // at most, for each pixel
	floats := results*r.pixels + len(s.changed) + 2*len(r.at) + s.lags.floats() + s.table.floats()
	return 8*floats + 2*r.k.NewRankScratch(r.axis, kernel.Float64).Bytes()
}

func (r *rank) fit(scratch any, t kernel.Tile, out outPlanes) {
	if out.f64 != nil {
		fitRanks(r, scratch.(*rankScratch), t, out.f64)
	} else {
		fitRanks(r, scratch.(*rankScratch), t, out.f32)
	}
}

func fitRanks[F float32 | float64](r *rank, s *rankScratch, t kernel.Tile, out [][]F) {
	for lo := 0; lo < t.Pixels; lo += r.pixels {
		block := t.Slice(lo, min(lo+r.pixels, t.Pixels))
		r.rank(s, block)
		r.test(s, block.Pixels)
		for i, f := range r.fields {
			writeRanks(r, s, f, out[i][lo:lo+block.Pixels])
		}
	}
}

// rank sets the slopes, and what the test follows from, of the pixels of a block.
func (r *rank) rank(s *rankScratch, t kernel.Tile) {
	switch {
	case r.o.Method == Zhang:
		r.ranks(s, kernel.Ranks{MedianY: s.trend.MedianY, MedianT: s.trend.MedianT, Siegel: s.trend.Siegel}, t, false)
		r.zhang(s, t)
	case r.whitens:
		r.ranks(s, s.trend, t, false)
		r.whiten(s, t)
		r.ranks(s, s.test, r.changed(s, t.Pixels), true)
	case r.merges:
		r.merge(s, t)
		r.ranks(s, s.both, r.changed(s, t.Pixels), true)
	default:
		r.ranks(s, s.both, t, true)
	}
	if r.seasons != nil && s.trend.MedianY != nil {
		r.ranks(s, kernel.Ranks{MedianY: s.trend.MedianY, MedianT: s.trend.MedianT}, t, false)
	}
	if s.joint != nil || r.tests && (r.o.Method.inflates() || r.o.SeasonCovariance) {
		for p := range t.Pixels {
			r.more(s, t, p)
		}
	}
	for p, n := range s.n[:t.Pixels] {
		if n < r.minObs {
			for _, x := range [][]float64{s.trend.Slope, s.trend.Lo, s.trend.Hi, s.trend.Siegel, s.test.S, s.test.Var} {
				if x != nil {
					x[p] = math.NaN()
				}
			}
		}
	}
}

// more sets what the kernel does not compute, of pixel p of t.
func (r *rank) more(s *rankScratch, t kernel.Tile, p int) {
	t.Series(s.series, p, r.valid)
	if s.joint != nil {
		s.joint[p] = r.jointMedian(s, s.trend.Slope[p]*r.perTime)
	}
	if r.tests && r.o.Method.inflates() {
		s.test.Var[p] *= r.inflation(s, s.trend.Slope[p], s.n[p])
	}
	if r.seasons == nil {
		return
	}
	cells := s.series[:r.seasons.cells()]
	if r.merges {
		for c := range cells {
			cells[c] = s.changed[c*r.pixels+p]
		}
	}
	if r.tests && r.o.SeasonCovariance {
		// Without equal years in a season, 18 times the variance is a whole number.
		s.test.Var[p] = (math.RoundToEven(18*s.test.Var[p]) + 6*r.seasons.covariances(s.table, cells)) / 18
	}
}

// ranks calls the kernel for t, whose dates are those of the stack, or those of r.axis.
func (r *rank) ranks(s *rankScratch, dst kernel.Ranks, t kernel.Tile, ranked bool) {
	axis, memory := r.dates, &s.kernels[0][t.Type]
	if ranked {
		axis, memory = r.axis, &s.kernels[1][t.Type]
	}
	if *memory == nil {
		*memory = r.k.NewRankScratch(axis, t.Type)
	}
	valid := r.valid
	if ranked && (r.merges || r.whitens) {
		valid = kernel.Valid{} // gaps are NaN
	}
	r.k.Ranks(dst, *memory, t, axis, valid, r.z)
}

// changed returns the tile of changed samples.
func (r *rank) changed(s *rankScratch, pixels int) kernel.Tile {
	dates := len(r.at)
	if r.merges {
		dates = r.seasons.cells()
	}
	t := kernel.TileOf(s.changed, r.pixels, dates, pixels)
	t.InCache = true
	return t
}

// writeRanks writes a field of a block.
func writeRanks[F float32 | float64](r *rank, s *rankScratch, f Field, out []F) {
	lo, hi, sign := s.trend.Lo, s.trend.Hi, 1.0
	if r.scale < 0 { // samples rise where stored ones fall
		lo, hi, sign = hi, lo, -1
	}
	switch f {
	case SenSlope:
		inUnit(out, s.trend.Slope, r.perUnit)
	case SenLo:
		inUnit(out, lo, r.perUnit)
	case SenHi:
		inUnit(out, hi, r.perUnit)
	case SiegelSlope:
		inUnit(out, s.trend.Siegel, r.perUnit)
	case SenIntercept:
		for p := range out {
			out[p] = F(math.FMA(r.intercept(s, p), r.scale, r.offset))
		}
	case MKS:
		inUnit(out, s.test.S, sign)
	case MKVar:
		inUnit(out, s.test.Var, 1)
	case MKTau:
		for p := range out {
			pairs := s.test.Pairs[p]
			out[p] = F(float64(sign*s.test.S[p])/math.Sqrt(pairs*(pairs+s.test.TiedT[p]-s.test.TiedY[p])) + 0)
		}
	case MKZ:
		inUnit(out, s.z, sign)
	case MKPValue:
		inUnit(out, s.p, 1)
	case MKClass:
		for p := range out {
			out[p] = F(classOf(s.p[p], float64(sign*s.test.S[p]), r.level))
		}
	}
}

// inUnit writes x·by, with a positive zero.
func inUnit[F float32 | float64](out []F, x []float64, by float64) {
	for p := range out {
		out[p] = F(float64(x[p]*by) + 0)
	}
}

// intercept returns the value at r.zero of the line with the slope of pixel p, of stored samples.
func (r *rank) intercept(s *rankScratch, p int) float64 {
	slope := s.trend.Slope[p] * r.perTime
	if s.joint != nil {
		return math.FMA(slope, r.zero-r.at[0], s.joint[p])
	}
	return math.FMA(slope, r.zero-s.trend.MedianT[p], s.trend.MedianY[p])
}

// jointMedian returns the median of y − slope·t over the observations in s.series, t counting from
// the first date, so that far dates cost no digits.
func (r *rank) jointMedian(s *rankScratch, slope float64) float64 {
	left := s.slopes[:0]
	for i, y := range s.series {
		if y == y {
			left = append(left, math.FMA(-slope, r.at[i]-r.at[0], y))
		}
	}
	return median(left)
}

// median returns the median of values, in whose memory it works, and NaN if there are none.
func median(values []float64) float64 {
	n := len(values)
	if n == 0 {
		return math.NaN()
	}
	upper := selection.Nth(values, n/2)
	if n%2 != 0 {
		return upper
	}
	return (slices.Max(values[:n/2]) + upper) / 2
}
