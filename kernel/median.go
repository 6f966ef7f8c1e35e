package kernel

import "math"

// scales computes the scales of the lanes that have not ended, from the absolute values of n errors
// each. It ends those with scale 0. Medians are among the errors, or between two of them, so their
// bits do not depend on how they are found.
func (s *RobustScratch) scales(k Kernel, n *modelVector) {
	var medians modelVector
	if k.hasModels() {
		s.countMedians(k, n, &medians)
	} else {
		s.selectMedians(n, &medians)
	}
	for p, median := range medians {
		if s.done>>p&1 != 0 {
			continue
		}
		s.guess[p] = median
		s.scale[p] = median / madOfNormal
		if median == 0 {
			s.done |= 1 << p
			if s.isExact(p) {
				s.variance[p] = 0
			}
		}
	}
}

// isExact reports whether all errors of lane p are 0.
func (s *RobustScratch) isExact(p int) bool {
	for i := range s.e {
		if s.e[i][p] != 0 {
			return false
		}
	}
	return true
}

// selectMedians finds medians lane by lane.
func (s *RobustScratch) selectMedians(n, medians *modelVector) {
	for p := range medians {
		if s.done>>p&1 != 0 {
			continue
		}
		s.sorted = s.sorted[:0]
		for i := range s.absolute {
			s.sorted = append(s.sorted, s.absolute[i][p])
		}
		medians[p] = medianOf(s.sorted, int(n[p]))
	}
}

// medianOf returns the median of the least n ≥ 1 of xs. It changes the order of xs.
func medianOf(xs []float64, n int) float64 {
	upper := selectNth(xs, n/2)
	if n%2 == 1 {
		return upper
	}
	lower := xs[0]
	for _, x := range xs[1 : n/2] {
		lower = max(lower, x)
	}
	return (lower + upper) / 2
}

// selectNth returns the number that would be at index k if xs were sorted, and moves smaller ones
// before it and greater ones behind it (Hoare's algorithm).
func selectNth(xs []float64, k int) float64 {
	lo, hi := 0, len(xs)-1
	for lo < hi {
		pivot := xs[k]
		i, j := lo, hi
		for i <= j {
			for xs[i] < pivot {
				i++
			}
			for pivot < xs[j] {
				j--
			}
			if i <= j {
				xs[i], xs[j] = xs[j], xs[i]
				i++
				j--
			}
		}
		if j < k {
			lo = i
		}
		if k < i {
			hi = j
		}
	}
	return xs[k]
}

// search is the search for one median. Of the sorted errors, x[lowAt] = low and x[highAt] = high are
// known, with lowAt < middle <= highAt. A count of the errors below a limit in between moves one of
// them.
type search struct {
	n, middle     float64
	odd           bool
	low, high     float64
	lowAt, highAt float64
	limit         float64
}

// countMedians finds the medians of all lanes at once, by counting the errors below limits. A limit
// is between the two middle errors if half of the errors are below it.
func (s *RobustScratch) countMedians(k Kernel, n, medians *modelVector) {
	var searches [modelLanes]search
	var limits modelVector
	todo := ^s.done
	for p := range searches {
		c := &searches[p]
		*c = search{n: n[p], middle: float64(int(n[p]) / 2), odd: int(n[p])%2 == 1, low: -1, high: math.Inf(1), lowAt: -1, highAt: n[p], limit: s.guess[p]}
		if todo>>p&1 != 0 {
			limits[p] = c.limit
		}
	}
	for pass := 0; todo != 0; pass++ {
		k.countLess(&s.count, &s.ends, s.absolute, &limits)
		for p := range searches {
			if todo>>p&1 == 0 {
				continue
			}
			c := &searches[p]
			if c.narrow(s.count[p], s.ends[0][p], s.ends[1][p]) {
				medians[p] = c.median()
				todo &^= 1 << p
				continue
			}
			c.next(pass)
			limits[p] = c.limit
		}
	}
}

// narrow takes the number of errors below the limit, the greatest of them and the least of the
// others. It reports whether the median is now known.
func (c *search) narrow(below, greatest, least float64) bool {
	switch {
	case below == c.middle:
		c.low, c.high = greatest, least
		if c.odd {
			c.low = least
		}
		return true
	case below < c.middle:
		c.low, c.lowAt = least, below
	default:
		c.high, c.highAt = greatest, below-1
	}
	return c.low == c.high
}

func (c *search) median() float64 { return (c.low + c.high) / 2 }

// next chooses the next limit, which is above low and not above high. At first, the density of the
// errors is taken to be that of a normal distribution.
func (c *search) next(pass int) {
	const density = 0.43 // of |u| at its median, times the median
	aim := c.middle - 0.5
	switch {
	case pass > 12:
		c.limit = c.low + (c.high-c.low)/2
		if math.IsInf(c.high, 1) {
			c.limit = 2 * c.low
		}
	case c.lowAt < 0:
		c.limit = c.high * max(0.5, 1-(c.highAt-aim+1)/(density*c.n))
	case c.highAt == c.n:
		c.limit = c.low * (1 + (aim-c.lowAt+1)/(density*c.n))
	default:
		c.limit = c.low + (c.high-c.low)*((aim-c.lowAt)/(c.highAt-c.lowAt))
	}
	if !(c.limit > c.low) || !(c.limit <= c.high) {
		c.limit = c.high
	}
}
