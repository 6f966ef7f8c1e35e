package kernel

import "math"

// medianSearch finds medians of 32 columns of numbers at once. Medians are among the numbers, or between
// two of them, so their bits do not depend on how they are found.
type medianSearch struct {
	n       modelVector // how many numbers each lane has
	guess   modelVector // of its median
	spacing modelVector // guess of the distance of neighbouring numbers near it
	median  modelVector // the results
	count   modelVector
	ends    [2]modelVector
}

// find finds the medians of the lanes of todo in rows. Each lane has n finite numbers and infinity in
// its other rows. sorted has room for a number per row.
func (m *medianSearch) find(k Kernel, rows []modelVector, todo uint32, sorted []float64) {
	if k.hasModels() {
		m.byCounting(k, rows, todo)
	} else {
		m.bySelecting(rows, todo, sorted)
	}
}

// scales computes the scales of the lanes that have not ended, from the absolute values of n errors
// each. It ends those with scale 0.
func (s *RobustScratch) scales(k Kernel, n *modelVector) {
	const density = 0.43 // of |u| at its median, times the median, of a normal distribution
	m := &s.medians
	m.n = *n
	for p, guess := range m.guess {
		m.spacing[p] = guess / (density * n[p])
	}
	m.find(k, s.absolute, ^s.done, s.sorted)
	for p, median := range m.median {
		if s.done>>p&1 != 0 {
			continue
		}
		m.guess[p] = median
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

// bySelecting finds medians lane by lane.
func (m *medianSearch) bySelecting(rows []modelVector, todo uint32, sorted []float64) {
	for p := range m.median {
		if todo>>p&1 == 0 {
			continue
		}
		sorted = sorted[:0]
		for i := range rows {
			sorted = append(sorted, rows[i][p])
		}
		m.median[p] = medianOf(sorted, int(m.n[p]))
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

// search is the search for one median. Of the sorted numbers, x[lowAt] = low and x[highAt] = high are
// known, with lowAt < middle <= highAt. A count of the numbers below a limit in between moves one of
// them.
type search struct {
	n, middle     float64
	odd           bool
	low, high     float64
	lowAt, highAt float64
	limit         float64
	spacing       float64
}

// byCounting finds the medians of all lanes at once, by counting the numbers below limits. A limit
// is between the two middle numbers if half of the numbers are below it.
func (m *medianSearch) byCounting(k Kernel, rows []modelVector, todo uint32) {
	var searches [modelLanes]search
	var limits modelVector
	for p := range searches {
		c, n := &searches[p], m.n[p]
		*c = search{n: n, middle: float64(int(n) / 2), odd: int(n)%2 == 1, low: math.Inf(-1), high: math.Inf(1),
			lowAt: -1, highAt: n, limit: m.guess[p], spacing: m.spacing[p]}
		if todo>>p&1 != 0 {
			limits[p] = c.limit
		}
	}
	for pass := 0; todo != 0; pass++ {
		k.countLess(&m.count, &m.ends, rows, &limits)
		for p := range searches {
			if todo>>p&1 == 0 {
				continue
			}
			c := &searches[p]
			if c.narrow(m.count[p], m.ends[0][p], m.ends[1][p]) {
				m.median[p] = c.median()
				todo &^= 1 << p
				continue
			}
			c.next(pass)
			limits[p] = c.limit
		}
	}
}

// narrow takes the number of numbers below the limit, the greatest of them and the least of the
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

// next chooses the next limit, which is above low and not above high.
func (c *search) next(pass int) {
	aim := c.middle - 0.5
	switch {
	case c.lowAt < 0:
		c.limit = c.high - (c.highAt-aim+1)*c.spacing
		c.spacing *= 2
	case c.highAt == c.n:
		c.limit = c.low + (aim-c.lowAt+1)*c.spacing
		c.spacing *= 2
	case pass > 12:
		c.limit = c.low + (c.high-c.low)/2
	default:
		c.limit = c.low + (c.high-c.low)*((aim-c.lowAt)/(c.highAt-c.lowAt))
	}
	if !(c.limit > c.low) || !(c.limit <= c.high) {
		c.limit = c.high
	}
}
