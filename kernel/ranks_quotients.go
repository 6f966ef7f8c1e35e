package kernel

import (
	"math"

	"github.com/pixtrend/pixtrend/internal/selection"
)

// maxSlopes is the greatest number of quotients of a pixel that are kept in memory together.
const maxSlopes = 1 << 16

// quotients finds the quotients of a pixel by their number in ascending order.
type quotients struct {
	s *RankScratch
	a RankAxis
	n int
}

// newQuotients returns the n quotients of the observations in s.y. If there is room, s.slopes holds
// them.
func (s *RankScratch) newQuotients(a RankAxis, n int) quotients {
	q := quotients{s, a, n}
	if n <= len(s.slopes) {
		q.census(math.Inf(-1), math.Inf(1), 1)
	}
	return q
}

// at returns the quotients number lower and upper, which are the same or neighbours.
//
// If there is no room for all, a sample of them gives two limits between which both should be. The
// quotients between them are counted, and kept if there is room. Otherwise a sample of these gives
// narrower limits. A limit is one of the quotients. The quotients that are equal to it are counted by
// themselves, so that one pass is enough for any number of equal ones.
func (q quotients) at(lower, upper int) (float64, float64) {
	if q.n <= len(q.s.slopes) {
		return two(q.s.slopes[:q.n], lower, upper)
	}
	from, to := math.Inf(-1), math.Inf(1)
	every := 1 + q.n/len(q.s.slopes)
	sample := q.census(from, to, every)
	lo, hi := sample.around(from, to, float64(lower)/float64(q.n))
	for {
		c := q.census(lo, hi, 1)
		l, u := lower-c.less, upper-c.less // among those from lo on
		within := c.low + c.between
		switch {
		case u < 0:
			hi, lo = lo, from
		case l >= within+c.high:
			lo, hi = hi, to
		case u < c.low:
			return lo, lo
		case l >= within:
			return hi, hi
		case l < c.low || u >= within: // two different ones
			a, _ := q.at(lower, lower)
			b, _ := q.at(upper, upper)
			return a, b
		case c.every == 1:
			return two(c.kept, l-c.low, u-c.low)
		default:
			from, to = lo, hi
			lo, hi = c.around(from, to, float64(l-c.low)/float64(c.between))
		}
	}
}

// census is what is known of the quotients with respect to two limits.
type census struct {
	less, low, between, high int       // less than the first, equal to it, between both, equal to the second
	kept                     []float64 // one in every of those between, in s.slopes
	every                    int
}

// census counts quotients with respect to limits, one in stride of them. If the limits are the
// infinities, these are counted as if they were between.
func (q quotients) census(lo, hi float64, stride int) census {
	c := census{kept: q.s.slopes[:0], every: 1}
	y, t := q.s.y, q.a.times
	all := math.IsInf(lo, -1) && math.IsInf(hi, 1)
	for j, yj := range y {
		if yj != yj {
			continue
		}
		for i := int(q.a.begin[j]) + j%stride; i < int(q.a.equal[j]); i += stride {
			x := positive((yj - y[i]) / (t[j] - t[i])) // NaN in a gap
			if x < lo {
				c.less++
			}
			if !(x >= lo && x <= hi) {
				continue
			}
			switch {
			case all:
				c.keep(x)
			case x == lo:
				c.low++
			case x == hi:
				c.high++
			default:
				c.keep(x)
			}
		}
	}
	return c
}

// keep counts a quotient between the limits. If there is no room to keep it, every other one is
// dropped.
func (c *census) keep(x float64) {
	if c.between%c.every == 0 {
		if len(c.kept) == cap(c.kept) {
			for i := range len(c.kept) / 2 {
				c.kept[i] = c.kept[2*i]
			}
			c.kept = c.kept[:len(c.kept)/2]
			c.every *= 2
		}
		c.kept = append(c.kept, x)
	}
	c.between++
}

// around returns two of the quotients kept, between which, most likely, that share of the quotients
// between from and to is less than the one that is sought. It returns from or to if there is none.
func (c *census) around(from, to, share float64) (lo, hi float64) {
	n := float64(len(c.kept))
	away := 0.75*math.Sqrt(n) + 1
	lo, hi = from, to
	if k := share*n - away; k >= 0 && k < n {
		lo = selection.Nth(c.kept, int(k))
	}
	if k := share*n + away; k < n {
		hi = selection.Nth(c.kept, int(k))
	}
	return lo, hi
}
