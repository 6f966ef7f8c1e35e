package stats

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/pixtrend/pixtrend/kernel"
)

// Method is what the test of Mann and Kendall does about the serial correlation of observations. With
// b the slope of Theil and Sen, and r_k the correlation of observations that are k steps apart:
type Method uint8

const (
	Original   Method = iota // nothing: observations are independent
	HamedRao                 // the variance of S is inflated by the r_k of the ranks of y − b·t (Hamed and Rao 1998)
	YueWang                  // by r₁ of y − b·t (Yue and Wang 2004)
	YueWangAll               // by all r_k of y − b·t, which finds trends in noise; as pyMannKendall does by default
	Prewhiten                // y_t − r₁·y_{t−1} is ranked (von Storch 1995)
	TFPW                     // the same of y − b·t, with b·t added again (Yue and others 2002)
	Zhang                    // (y_t − r₁·y_{t−1})/(1 − r₁), r₁ being that of y − b·t and b that of the result (Zhang and others 2000)
)

var methodNames = []string{"original", "hamed-rao", "yue-wang", "yue-wang-all", "prewhiten", "tfpw", "zhang"}

// MethodNames returns the names that ParseMethod reads.
func MethodNames() []string { return slices.Clone(methodNames) }

// ParseMethod reads the name of a method.
func ParseMethod(s string) (Method, error) {
	if i := slices.Index(methodNames, strings.ToLower(s)); i >= 0 {
		return Method(i), nil
	}
	return 0, fmt.Errorf("%q is no method: write %s", s, strings.Join(methodNames, ", "))
}

// String returns the name that ParseMethod reads.
func (m Method) String() string {
	if int(m) >= len(methodNames) {
		return fmt.Sprintf("Method(%d)", uint8(m))
	}
	return methodNames[m]
}

// inflates reports whether the method changes the variance of S.
func (m Method) inflates() bool { return m == HamedRao || m == YueWang || m == YueWangAll }

const (
	// leastLagged is the number of pairs of neighbours that r₁ needs. A pixel with fewer has no test.
	leastLagged = 10
	// lagQuantile is that of the normal distribution for a level of 0.05, from which on Hamed and Rao
	// count r_k.
	lagQuantile = 1.959963984540054

	// The rules by which Zhang's iteration ends, those of R's zyp: r₁ below zhangLeast is none, and
	// changes up to these are.
	zhangLeast  = 0.05
	zhangR      = 1e-4
	zhangSlope  = 1e-3 // of the slope
	zhangRounds = 500
)

// checkSteps returns an error unless the steps of n dates begin at 0 and ascend.
func checkSteps(steps []int, n int) error {
	if len(steps) != n {
		return fmt.Errorf("stats: %d steps for %d dates: serial correlation takes regular dates", len(steps), n)
	}
	for i, at := range steps {
		if i == 0 && at != 0 || i > 0 && at <= steps[i-1] || at > 4*n {
			return fmt.Errorf("stats: date %d is at step %d of a regular series: steps count from 0 and ascend", i, at)
		}
	}
	return nil
}

// lagScratch is the memory for serial correlations of a pixel.
type lagScratch struct {
	d        []float64 // by step: the series less its mean; NaN: gap
	order    []int     // of the observations
	n        float64   // observations
	variance float64   // Σd²/n
	least    float64   // values that differ by less are equal: only rounding sets them apart

	// Of Zhang's iteration.
	active      []int     // the pixels that are not done
	lag, before []float64 // r₁ of each pixel, and that of the round before
	results     kernel.Ranks
}

// newLagScratch returns memory for pixels whose results are like those of like.
func newLagScratch(o RankOptions, like kernel.Ranks, pixels int) lagScratch {
	l := lagScratch{d: make([]float64, o.Steps[len(o.Steps)-1]+1), order: make([]int, 0, len(o.Steps))}
	if o.Method == Zhang {
		l.active, l.lag, l.before = make([]int, 0, pixels), make([]float64, pixels), make([]float64, pixels)
		of := func(result []float64) []float64 {
			if result == nil {
				return nil
			}
			return make([]float64, pixels)
		}
		l.results = kernel.Ranks{N: of(like.N), Pairs: of(like.Pairs), TiedY: of(like.TiedY), TiedT: of(like.TiedT),
			S: of(like.S), Var: of(like.Var), Slope: of(like.Slope), Lo: of(like.Lo), Hi: of(like.Hi)}
	}
	return l
}

// floats returns the size of l in words, and more than it.
func (l *lagScratch) floats() int { return len(l.d) + cap(l.order) + 12*len(l.lag) }

// set sets the series, by date, with NaN in gaps.
func (l *lagScratch) set(series []float64, steps []int, least float64) {
	for i := range l.d {
		l.d[i] = math.NaN()
	}
	l.n, l.variance, l.least = 0, 0, least
	sum, lo, hi := 0.0, math.Inf(1), math.Inf(-1)
	for _, y := range series {
		if y == y {
			l.n++
			sum += y
			lo, hi = min(lo, y), max(hi, y)
		}
	}
	mean := sum / l.n
	for i, y := range series {
		if y != y {
			continue
		}
		d := y - mean
		if hi-lo <= least {
			d = 0
		}
		l.d[steps[i]] = d
		l.variance = math.FMA(d, d, l.variance)
	}
	l.variance /= l.n
}

// correlation returns r_k, and the number of pairs that are k steps apart. With m such pairs,
//
//	r_k = (Σ d_i·d_{i+k} / (m+k)) / (Σd²/n)
//
// Without gaps m+k is n, and this is the usual, biased, estimate. With gaps it is that of R's acf
// with na.pass. It is 0 for a constant series.
func (l *lagScratch) correlation(k int) (r float64, pairs int) {
	sum := 0.0
	for i := k; i < len(l.d); i++ {
		if a, b := l.d[i], l.d[i-k]; a == a && b == b {
			sum = math.FMA(a, b, sum)
			pairs++
		}
	}
	if pairs == 0 || l.variance == 0 {
		return 0, pairs
	}
	return max(-1, min(1, sum/float64(pairs+k)/l.variance)), pairs
}

// first returns r₁, NaN if it has too few pairs.
func (l *lagScratch) first() float64 {
	r, pairs := l.correlation(1)
	if pairs < leastLagged {
		return math.NaN()
	}
	return r
}

// toRanks replaces the series by its ranks less their mean. Equal values have the mean of their
// ranks.
func (l *lagScratch) toRanks() {
	l.order = l.order[:0]
	for i, d := range l.d {
		if d == d {
			l.order = append(l.order, i)
		}
	}
	slices.SortFunc(l.order, func(i, j int) int { return int(signOf(l.d[i] - l.d[j])) })
	l.variance = 0
	for lo := 0; lo < len(l.order); {
		hi := lo + 1
		for hi < len(l.order) && !(l.d[l.order[hi]]-l.d[l.order[hi-1]] > l.least) {
			hi++
		}
		rank := (float64(lo+hi) - l.n) / 2
		for _, i := range l.order[lo:hi] {
			l.d[i] = rank
		}
		l.variance = math.FMA(float64(hi-lo)*rank, rank, l.variance)
		lo = hi
	}
	l.variance /= l.n
}

// detrend writes y − slope·t of s.series to s.slopes, with y and t counting from the first
// observation, so that offsets cost no digits. The slope is often that of two observations, of which
// equal values are left. least is more than what rounding leaves between these, and than what it
// leaves of an exact line, and far less than two float32 samples differ by.
func (r *rank) detrend(s *rankScratch, slope float64) (series []float64, least float64) {
	series = s.slopes[:len(s.series)]
	from := slices.IndexFunc(s.series, func(y float64) bool { return y == y })
	for i, y := range s.series {
		series[i] = math.NaN()
		if y == y {
			series[i] = math.FMA(-slope, r.at[i]-r.at[from], y-s.series[from])
			least = max(least, math.Abs(y))
		}
	}
	return series, least * 0x1p-48
}

// inflation returns what the variance of S is multiplied by because of the serial correlation of
// s.series, which has n observations; NaN if there are too few pairs.
func (r *rank) inflation(s *rankScratch, slope, n float64) float64 {
	l := &s.lags
	series, least := r.detrend(s, slope)
	l.set(series, r.o.Steps, least)
	if r.o.Method == HamedRao {
		l.toRanks()
	}
	first := l.first()
	switch {
	case first != first:
		return first
	case r.o.Method == YueWang:
		return math.FMA(2*(1-1/n), first, 1)
	}
	limit := lagQuantile / math.Sqrt(n)
	sum := 0.0
	for k := 1.0; k < n; k++ {
		c, _ := l.correlation(int(k))
		switch {
		case r.o.Method == YueWangAll:
			sum = math.FMA(1-k/n, c, sum)
		case math.Abs(c) > limit:
			sum = math.FMA((n-k)*(n-k-1)*(n-k-2), c, sum)
		}
	}
	if r.o.Method == HamedRao {
		sum = math.Abs(sum) / (n * (n - 1) * (n - 2))
	}
	return math.FMA(2, sum, 1)
}

// whiten writes the samples that Prewhiten or TFPW rank to s.changed.
func (r *rank) whiten(s *rankScratch, t kernel.Tile) {
	for p := range t.Pixels {
		t.Series(s.series, p, r.valid)
		series, slope := s.series, 0.0
		if r.o.Method == TFPW {
			slope = s.trend.Slope[p]
			var least float64
			series, least = r.detrend(s, slope)
			s.lags.set(series, r.o.Steps, least)
		} else {
			s.lags.set(series, r.o.Steps, 0)
		}
		lag := s.lags.first()
		for i := range series {
			s.changed[i*r.pixels+p] = math.FMA(slope, r.at[i]-r.at[0], r.without(series, i, lag))
		}
	}
}

// without returns y_t − lag·y_{t−1} at date i, NaN if one of them is missing.
func (r *rank) without(series []float64, i int, lag float64) float64 {
	if i == 0 || r.o.Steps[i] != r.o.Steps[i-1]+1 {
		return math.NaN()
	}
	return math.FMA(-lag, series[i-1], series[i])
}

// zhang sets slopes, and what the test follows from, by the iteration of Zhang and others, with the
// rules of R's zyp. Pixel l.active[i] of the block is pixel i of the whitened samples.
func (r *rank) zhang(s *rankScratch, t kernel.Tile) {
	l := &s.lags
	l.active = l.active[:0]
	for p := range t.Pixels {
		l.active = append(l.active, p)
	}
	for round := 0; len(l.active) > 0 && round < zhangRounds; round++ {
		r.whitenAgain(s, t, round == 0)
		r.rankAgain(s, round == 0)
	}
}

// whitenAgain whitens the active pixels by r₁ of what is left of them without their slopes. Those
// whose r₁ is none any longer are no longer active, and keep their results.
func (r *rank) whitenAgain(s *rankScratch, t kernel.Tile, begin bool) {
	l, slots := &s.lags, 0
	for _, p := range l.active {
		t.Series(s.series, p, r.valid)
		rest, least := s.series, 0.0
		if !begin {
			rest, least = r.detrend(s, s.both.Slope[p])
		}
		l.set(rest, r.o.Steps, least)
		lag := l.first()
		none := lag < zhangLeast
		if begin {
			s.n[p] = l.n
			l.before[p] = math.Inf(1)
		} else if none && math.Abs(lag-l.lag[p]) <= zhangR {
			continue
		} else {
			l.before[p] = l.lag[p]
		}
		divisor := 1 - lag
		if begin {
			divisor = 1 // as zyp 0.11 begins
		}
		for i := range s.series {
			y := s.series[i]
			if !begin || !none {
				y = r.without(s.series, i, lag) / divisor
			}
			s.changed[i*r.pixels+slots] = y
		}
		l.lag[p], l.active[slots] = lag, p
		slots++
	}
	l.active = l.active[:slots]
}

// rankAgain ranks the active pixels. Those whose slope and r₁ change no longer, or that have none,
// are no longer active.
func (r *rank) rankAgain(s *rankScratch, begin bool) {
	l, slots := &s.lags, 0
	if len(l.active) == 0 {
		return
	}
	r.ranks(s, l.results, r.changed(s, len(l.active)), true)
	from, to := resultsOf(&l.results), resultsOf(&s.both)
	for slot, p := range l.active {
		before, slope := s.both.Slope[p], l.results.Slope[slot]
		for i := range to {
			if to[i] != nil {
				to[i][p] = from[i][slot]
			}
		}
		settled := math.Abs(slope-before) <= zhangSlope*math.Abs(slope) && math.Abs(l.lag[p]-l.before[p]) <= zhangR
		switch {
		case begin && l.lag[p] < zhangLeast, slope != slope, !begin && settled:
			continue
		}
		l.active[slots] = p
		slots++
	}
	l.active = l.active[:slots]
}

// resultsOf returns the results that Zhang's iteration sets.
func resultsOf(r *kernel.Ranks) [9][]float64 {
	return [...][]float64{r.N, r.Pairs, r.TiedY, r.TiedT, r.S, r.Var, r.Slope, r.Lo, r.Hi}
}
