package kernel

import (
	"math"
	"slices"

	"github.com/pixtrend/pixtrend/internal/selection"
)

// pixel computes pixel p of dst from the observations in s.y.
func (s *RankScratch) pixel(dst Ranks, p int, a RankAxis, z float64) {
	put := func(to []float64, x float64) {
		if to != nil {
			to[p] = x
		}
	}
	if dst.MedianY != nil {
		dst.MedianY[p] = s.medianOf(func(slot int) float64 { return s.y[slot] })
	}
	if dst.MedianT != nil {
		dst.MedianT[p] = s.medianOf(func(slot int) float64 { return a.times[slot] })
	}
	if dst.Siegel != nil {
		dst.Siegel[p] = s.siegel(a)
	}
	c := s.concordance(a)
	c.put(dst, p)
	pairs := int(c.pairs())
	if pairs == 0 {
		for _, to := range [...][]float64{dst.Slope, dst.Lo, dst.Hi} {
			put(to, math.NaN())
		}
		return
	}
	if dst.Slope == nil && dst.Lo == nil && dst.Hi == nil {
		return
	}
	q := s.newQuotients(a, pairs)
	if dst.Slope != nil {
		lower, upper := middle(pairs)
		dst.Slope[p] = mid(q.at(lower, upper))
	}
	lo, hi := limitRanks(c.pairs(), c.variance(), z)
	if dst.Lo != nil {
		dst.Lo[p], _ = q.at(lo, lo)
	}
	if dst.Hi != nil {
		dst.Hi[p], _ = q.at(hi, hi)
	}
}

// middle returns the numbers of the two values in the middle of n in order. They are equal if n is
// odd.
func middle(n int) (lower, upper int) { return (n - 1) / 2, n / 2 }

// mid returns the mean of a and b, or a if both are the same.
func mid(a, b float64) float64 {
	if a == b {
		return a
	}
	return positive((a + b) / 2)
}

// positive returns x, or +0 if x is -0.
func positive(x float64) float64 {
	if x == 0 {
		return 0
	}
	return x
}

// limitRanks returns the numbers of the limits among the quotients in ascending order.
func limitRanks(pairs, variance, z float64) (lo, hi int) {
	width := z * math.Sqrt(variance)
	lo = int(max(math.RoundToEven((pairs-width)/2)-1, 0))
	hi = int(min(math.RoundToEven((pairs+width)/2), pairs-1))
	return lo, hi
}

// siegel returns the median of the median quotients of the observations in s.y.
func (s *RankScratch) siegel(a RankAxis) float64 {
	medians := s.series[:0]
	begin := 0
	for _, end := range a.ends {
		for i := begin; i < int(end); i++ {
			if s.y[i] != s.y[i] {
				continue
			}
			quotients := s.sorted[:0]
			for j := begin; j < int(end); j++ {
				if s.y[j] == s.y[j] && a.times[i] != a.times[j] {
					quotients = append(quotients, (s.y[j]-s.y[i])/(a.times[j]-a.times[i]))
				}
			}
			if x := median(quotients); x == x {
				medians = append(medians, x)
			}
		}
		begin = int(end)
	}
	return median(medians)
}

// median returns the median of x, whose order it changes, and NaN if there are none.
func median(x []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	lower, upper := middle(len(x))
	a, b := two(x, lower, upper)
	return mid(positive(a), positive(b))
}

// medianOf returns the median of what pick returns for the slots that have an observation in s.y.
func (s *RankScratch) medianOf(pick func(slot int) float64) float64 {
	x := s.sorted[:0]
	for slot, y := range s.y {
		if y == y {
			x = append(x, pick(slot))
		}
	}
	return median(x)
}

// concordance holds the counts of a pixel. Sums over groups of whole numbers are below 2^53 and
// exact.
type concordance struct {
	n, s  float64
	two   float64 // Σ n(n−1)
	five  float64 // Σ n(n−1)(2n+5), less the same sums over runs of equal samples and of equal times
	tiedY float64 // Σ t(t−1)/2
	tiedT float64
	mixed float64 // the terms of the variance for ties both in samples and in times
}

// group adds a group of n observations.
func (c *concordance) group(n float64) {
	c.n += n
	c.two += n * (n - 1)
	c.five += n * (n - 1) * (2*n + 5)
}

// pairs returns the number of pairs of different times.
func (c *concordance) pairs() float64 { return c.two/2 - c.tiedT }

// variance returns the variance of S.
func (c *concordance) variance() float64 {
	v := c.five/18 + c.mixed
	if v < 0 {
		return 0
	}
	return v
}

// put writes the counts to pixel p of dst.
func (c *concordance) put(dst Ranks, p int) {
	s, variance := c.s, c.variance()
	if c.pairs() == 0 {
		s, variance = math.NaN(), math.NaN()
	}
	for _, r := range [...]struct {
		to []float64
		x  float64
	}{{dst.N, c.n}, {dst.Pairs, c.pairs()}, {dst.TiedY, c.tiedY}, {dst.TiedT, c.tiedT}, {dst.S, s}, {dst.Var, variance}} {
		if r.to != nil {
			r.to[p] = r.x
		}
	}
}

func (s *RankScratch) concordance(a RankAxis) concordance {
	var c concordance
	begin := 0
	for _, end := range a.ends {
		var n, ahead, behind int
		for j := begin; j < int(end); j++ {
			y := s.y[j]
			if y != y {
				continue
			}
			n++
			for _, x := range s.y[begin:a.equal[j]] {
				if y > x {
					ahead++
				}
				if y < x {
					behind++
				}
			}
		}
		c.group(float64(n))
		c.s += float64(ahead - behind)
		s.addTies(&c, a, begin, int(end), float64(n))
		begin = int(end)
	}
	return c
}

// addTies adds the ties of the slots [begin, end), which are a group with n observations.
func (s *RankScratch) addTies(c *concordance, a RankAxis, begin, end int, n float64) {
	var y, t tieSums
	sorted := s.sorted[:0]
	for j := begin; j < end; {
		same := j
		run := 0.0
		for ; j < end && a.equal[j] == a.equal[same]; j++ {
			if s.y[j] == s.y[j] {
				sorted = append(sorted, s.y[j])
				run++
			}
		}
		t.add(run)
	}
	slices.Sort(sorted)
	for i := 0; i < len(sorted); {
		same := i
		for i++; i < len(sorted) && sorted[i] == sorted[same]; i++ {
		}
		y.add(float64(i - same))
	}
	c.tiedT += t.two / 2
	if all := n * (n - 1); t.two == all || y.two == all && t.two > 0 {
		// S cannot vary. The terms cancel, but not in the last digit.
		c.tiedY += y.two / 2
		c.five -= all * (2*n + 5)
		return
	}
	c.ties(y)
	c.five -= t.five
	if t.two == 0 || y.two == 0 {
		return
	}
	if n > 2 {
		c.mixed += y.three * t.three / (9 * n * (n - 1) * (n - 2))
	}
	c.mixed += y.two * t.two / (2 * n * (n - 1))
}

// ties adds ties of samples.
func (c *concordance) ties(y tieSums) {
	c.tiedY += y.two / 2
	c.five -= y.five
}

// tieSums are sums over runs of equal numbers.
type tieSums struct {
	two   float64 // Σ t(t−1)
	three float64 // Σ t(t−1)(t−2)
	five  float64 // Σ t(t−1)(2t+5)
}

func (s *tieSums) add(t float64) {
	s.two += t * (t - 1)
	s.three += t * (t - 1) * (t - 2)
	s.five += t * (t - 1) * (2*t + 5)
}

// two returns the numbers that would be x[lower] and x[upper] if x were sorted, and reorders x. upper
// is lower or the next.
func two(x []float64, lower, upper int) (float64, float64) {
	a := selection.Nth(x, lower)
	if upper == lower {
		return a, a
	}
	return a, slices.Min(x[upper:])
}
