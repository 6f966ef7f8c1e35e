package kernel

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// MaxRankDates is the largest number of dates of a RankAxis. The number of pairs of dates, and with
// it the time that a pixel takes, grows with its square.
const MaxRankDates = 10000

// RankAxis holds the times of a tile's dates for rank trends, and the groups (seasons) within which
// dates are compared. Create it with [NewRankAxis].
type RankAxis struct {
	dates int

	// Slots are the dates in the order of their groups and, in a group, of their times.
	order []int32   // number of the date in each slot
	times []float64 // of each slot
	begin []int32   // for each slot, the first slot of its group
	equal []int32   // for each slot, the first slot of its group with the same time
	ends  []int32   // for each group, the slot after its last
	tied  bool      // a group has equal times
}

// NewRankAxis returns the axis for one finite time per date. If groups is not nil, it has the group
// of each date, and dates are compared within their group only. The times of a group ascend, and
// some may be equal. The slices are copied. It panics if they have other shapes, or if there are
// more than MaxRankDates dates.
func NewRankAxis(times []float64, groups []int) RankAxis {
	n := len(times)
	if n > MaxRankDates {
		panic(fmt.Sprintf("kernel: %d dates, more than %d, on an axis of ranks", n, MaxRankDates))
	}
	if groups != nil && len(groups) != n {
		panic(fmt.Sprintf("kernel: %d groups for %d times", len(groups), n))
	}
	a := RankAxis{dates: n, order: make([]int32, n), times: make([]float64, n), begin: make([]int32, n), equal: make([]int32, n)}
	for i := range a.order {
		a.order[i] = int32(i)
	}
	group := func(slot int) int {
		if groups == nil {
			return 0
		}
		return groups[a.order[slot]]
	}
	if groups != nil {
		slices.SortStableFunc(a.order, func(i, j int32) int { return cmp.Compare(groups[i], groups[j]) })
	}
	for s, date := range a.order {
		t := times[date]
		if math.IsNaN(t) || math.IsInf(t, 0) {
			panic(fmt.Sprintf("kernel: time %d of an axis of ranks is %v", date, t))
		}
		a.times[s] = t
		switch {
		case s == 0 || group(s) != group(s-1):
			if s > 0 {
				a.ends = append(a.ends, int32(s))
			}
			a.begin[s], a.equal[s] = int32(s), int32(s)
		case t < a.times[s-1]:
			panic(fmt.Sprintf("kernel: time %v of date %d of an axis of ranks is before the time %v of its group", t, date, a.times[s-1]))
		case math.IsInf(t-a.times[a.begin[s-1]], 0):
			panic(fmt.Sprintf("kernel: times %v and %v of an axis of ranks have no finite difference", a.times[a.begin[s-1]], t))
		default:
			a.begin[s], a.equal[s] = a.begin[s-1], int32(s)
			if t == a.times[s-1] {
				a.equal[s], a.tied = a.equal[s-1], true
			}
		}
	}
	if n > 0 {
		a.ends = append(a.ends, int32(n))
	}
	return a
}

// pairs returns the number of pairs of different times.
func (a RankAxis) pairs() int {
	n := 0
	for s := range a.order {
		n += int(a.equal[s] - a.begin[s])
	}
	return n
}

// is reports whether a and b are copies of one axis.
func (a RankAxis) is(b RankAxis) bool {
	return a.dates == b.dates && (a.dates == 0 || &a.order[0] == &b.order[0])
}

// Ranks holds the results of [Kernel.Ranks], one number per pixel in each slice. A slice that is
// nil is not computed. The others have at least as many numbers as the tile has pixels.
//
// A pair is two observations of one group at different times. Results that need a pair are NaN for
// a pixel that has none: one with fewer than two observations, or with all at one time.
type Ranks struct {
	N     []float64 // number of observations
	Pairs []float64 // number of pairs
	TiedY []float64 // Σ t(t−1)/2 over the runs of t equal samples of a group
	TiedT []float64 // Σ u(u−1)/2 over the runs of u equal times of a group

	// S is Mann and Kendall's S: the number of pairs whose later sample is greater minus the number
	// of those whose later sample is less.
	S []float64
	// Var is the variance of S under the null hypothesis, with ties in samples and in times
	// (Kendall, Rank Correlation Methods, 1975), summed over the groups. A group whose samples are all
	// equal adds 0.
	Var []float64
	// Slope is the median of the quotients (y₂ − y₁) / (t₂ − t₁) of all pairs (Sen, Journal of the
	// American Statistical Association 63, 1968). Differences and quotients are float64, each
	// rounded once. If the number of pairs is even, the slope is the mean of the two in the middle.
	Slope []float64
	// Lo and Hi are limits of the slope. They are the quotients with the numbers
	//
	//	max(round((P − z·√Var)/2) − 1, 0)    min(round((P + z·√Var)/2), P − 1)
	//
	// in ascending order from 0, where P is Pairs and halves are rounded to even. So are those of
	// scipy.stats.theilslopes.
	Lo, Hi []float64

	// Siegel is the median, over the observations, of the median quotient of each with the others of its
	// group at other times (Siegel, Biometrika 69, 1982). A median of −Inf and +Inf is left out.
	Siegel []float64

	MedianY []float64 // median of the observations; NaN without any
	MedianT []float64 // median of their times; NaN without any
}

func (r *Ranks) slices() [12][]float64 {
	return [...][]float64{r.N, r.Pairs, r.TiedY, r.TiedT, r.S, r.Var, r.Slope, r.Lo, r.Hi, r.Siegel, r.MedianY, r.MedianT}
}

// Ranks writes the rank statistics of every pixel of t into dst. z is the quantile of the normal
// distribution for Lo and Hi, such as 1.96 for a confidence of 95 %. s is memory that NewRankScratch
// made for the axis and the type of the samples.
//
// A zero among the results is positive. The results of a pixel have the same bits on every ISA, in
// tiles of any shape and beside any neighbours: those that the definitions give.
//
// It panics before it writes if a slice of dst is shorter than the tile, if the axis does not have
// one time per date, if s is for something else, if z is negative or not finite, or if the shape of
// the tile is wrong.
func (k Kernel) Ranks(dst Ranks, s *RankScratch, t Tile, a RankAxis, v Valid, z float64) {
	if err := t.Check(); err != nil {
		panic(err.Error())
	}
	for _, r := range dst.slices() {
		if r != nil && len(r) < t.Pixels {
			panic(fmt.Sprintf("kernel: %d numbers of output for a tile of %d pixels", len(r), t.Pixels))
		}
	}
	if a.dates != t.Dates {
		panic(fmt.Sprintf("kernel: axis of %d times for a tile of %d dates", a.dates, t.Dates))
	}
	if !s.axis.is(a) || s.dtype != t.Type || s.kernel != k {
		panic(fmt.Sprintf("kernel: scratch for another axis, type or ISA: for %d dates of %s and %v, not for %d of %s and %v",
			s.axis.dates, s.dtype, s.kernel.isa, t.Dates, t.Type, k.isa))
	}
	if !(z >= 0) || math.IsInf(z, 0) {
		panic(fmt.Sprintf("kernel: quantile %v for limits of slopes", z))
	}
	if s.block != nil && t.Pixels > 0 {
		s.block.fast(dst, s, t, v, z)
		return
	}
	for p := range t.Pixels {
		t.Series(s.series, p, v)
		for slot, date := range a.order {
			s.y[slot] = s.series[date]
		}
		s.pixel(dst, p, a, z)
	}
}

// RankScratch is the memory that [Kernel.Ranks] works in. One goroutine at a time may use it.
type RankScratch struct {
	kernel Kernel
	axis   RankAxis
	dtype  DType

	series []float64 // observations of a pixel by date; NaN: gap. Then room for as many numbers
	y      []float64 // the same by slot
	sorted []float64 // room for as many
	slopes []float64 // quotients of a pixel, or some of them

	block *rankBlock // memory of the assembly; nil: there is none
}

// NewRankScratch returns memory for calls with an axis and a type of samples. Its size depends on
// the number of dates and groups alone: 0.25 MB for 21 dates and at most 18 MB for MaxRankDates.
func (k Kernel) NewRankScratch(a RankAxis, d DType) *RankScratch {
	pairs := a.pairs()
	s := &RankScratch{kernel: k, axis: a, dtype: d, block: k.newRankBlock(a, d)}
	b := make([]float64, 3*a.dates+min(pairs, maxSlopes))
	next := func(n int) []float64 {
		r := b[:n:n]
		b = b[n:]
		return r
	}
	s.series, s.y, s.sorted = next(a.dates), next(a.dates), next(a.dates)
	s.slopes = b
	return s
}

// Bytes returns the size of the memory in bytes.
func (s *RankScratch) Bytes() int {
	n := 8 * (3*s.axis.dates + len(s.slopes))
	if s.block != nil {
		n += s.block.bytes()
	}
	return n
}
