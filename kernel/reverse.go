package kernel

import "math"

// reverseCUSUM is the memory of the reverse-ordered CUSUM test of one pixel. Its observations are
// added to a triangular factor by Givens rotations, and what a rotation leaves of an observation is
// its recursive residual (Golub and Van Loan, Matrix Computations, section 5.2; Brown, Durbin and
// Evans, Journal of the Royal Statistical Society B 37, 1975).
type reverseCUSUM struct {
	r     [MaxColumns][MaxColumns]float64 // the factor R, of which elements (c, j ≥ c) are used
	z     [MaxColumns]float64             // Qᵀy
	x     [MaxColumns]float64             // the observation that is being added
	w     []float64                       // recursive residuals
	dates []int                           // of w
}

func (c *reverseCUSUM) init(dates int) {
	c.w, c.dates = make([]float64, 0, dates), make([]int, 0, dates)
}

// add adds an observation y with columns x, and returns its recursive residual.
func (c *reverseCUSUM) add(x []float64, y float64) float64 {
	v := c.x[:copy(c.x[:], x)]
	for i := range v {
		if v[i] == 0 {
			continue
		}
		row := c.r[i][:len(v)]
		length := math.Sqrt(math.FMA(row[i], row[i], float64(v[i]*v[i])))
		cos, sin := row[i]/length, v[i]/length
		row[i] = length
		for j := i + 1; j < len(v); j++ {
			row[j], v[j] = rotate(cos, sin, row[j], v[j])
		}
		c.z[i], y = rotate(cos, sin, c.z[i], y)
	}
	return y
}

// rotate returns cos·a + sin·b and cos·b − sin·a.
func rotate(cos, sin, a, b float64) (float64, float64) {
	return math.FMA(cos, a, float64(sin*b)), math.FMA(cos, b, -float64(sin*a))
}

// cut removes the observations of the history of the count pixels in lanes that are not stable. It
// reports whether there were any.
func (s *MonitorScratch) cut(m *Monitor, f *modelFactor, count int) (any bool) {
	for p := range count {
		if f.pivot[p] == 0 {
			continue
		}
		last := s.unstable(m, p)
		for i := range last + 1 {
			s.bits[i] &^= 1 << p
			s.d[i][p] = 0
		}
		any = any || last >= 0
	}
	if any {
		s.whole = false
		s.findRows(m.history)
	}
	return any
}

// unstable returns the last date of the history of lane p that is not stable, or −1, by the recursive
// CUSUM test on the observations in reverse order (history_roc of R's package bfast). That date is the
// first, going back, at which
//
//	|Σw| > Reverse·(1 + 2q/m)·√(Σ(w−mean)²/(m−1))·√m
//
// where w are the recursive residuals of the m observations after as many as the model has columns,
// and the sum on the left is over q of them, in this order. Σ(w−mean)² counts as at least 2⁻⁸⁰·Σd²,
// where d are the observations minus the first, so that rounding errors of a series without noise are
// stable.
func (s *MonitorScratch) unstable(m *Monitor, p int) int {
	c, columns := &s.reverse, m.Columns()
	c.r, c.z, c.w, c.dates = [MaxColumns][MaxColumns]float64{}, [MaxColumns]float64{}, c.w[:0], c.dates[:0]
	size, seen := 0.0, 0
	for i := m.Start - 1; i >= 0; i-- {
		if s.bits[i]>>p&1 == 0 {
			continue
		}
		y := s.d[i][p]
		size = math.FMA(y, y, size)
		w := c.add(m.history.x[i*columns:][:columns], y)
		if seen++; seen > columns {
			c.w, c.dates = append(c.w, w), append(c.dates, i)
		}
	}
	count := float64(len(c.w))
	if count < 2 {
		return -1
	}
	mean, squares := 0.0, 0.0
	for _, w := range c.w {
		mean += w
	}
	mean /= count
	for _, w := range c.w {
		squares = math.FMA(w-mean, w-mean, squares)
	}
	scale := math.Sqrt(max(squares, 0x1p-80*size)/(count-1)) * math.Sqrt(count)
	sum := 0.0
	for q, w := range c.w {
		sum += w
		part := float64(q+1) / count
		if math.Abs(sum) > float64(m.Reverse*scale)*math.FMA(2, part, 1) {
			return c.dates[q]
		}
	}
	return -1
}
