package stats

// moments are sums over some observations, of which x is the time and y the value.
type moments struct{ n, x, xx, y, xy, yy float64 }

// moments returns the sums over the observations from i to j, with times that count from that of i.
// Products are rounded before they are added.
func (s *segmenter) moments(i, j int) moments {
	a, b, from := &s.prefix[i], &s.prefix[j+1], s.x[i]
	m := moments{n: float64(j - i + 1), x: b.x - a.x, xx: b.xx - a.xx, y: b.y - a.y, xy: b.xy - a.xy, yy: b.yy - a.yy}
	m.xx = m.xx - float64(2*from*m.x) + float64(m.n*from*from)
	m.x -= float64(m.n * from)
	m.xy -= float64(from * m.y)
	return m
}

// regression returns the line of least squares: its value at the first observation, and its slope.
func (m *moments) regression() (a, slope float64) {
	slope = (float64(m.n*m.xy) - float64(m.x*m.y)) / (float64(m.n*m.xx) - float64(m.x*m.x))
	return (m.y - float64(slope*m.x)) / m.n, slope
}

// errorOf returns the sum of the squared residuals about the line that has the value a at the first
// observation. Rounding errors may leave it below zero, and it is zero then.
func (m moments) errorOf(a, slope float64) float64 {
	e := m.yy - float64(2*a*m.y) - float64(2*slope*m.xy)
	e += float64(m.n*a*a) + float64(2*a*slope*m.x) + float64(slope*slope*m.xx)
	return max(e, 0)
}

// tridiagonal is a symmetric system of equations whose matrix has a diagonal and one number on each side
// of it.
type tridiagonal struct{ diagonal, beside, right []float64 }

func newTridiagonal(n int) tridiagonal {
	return tridiagonal{make([]float64, n), make([]float64, n), make([]float64, n)}
}

// begin returns a system of n equations that is zero, in the memory of t.
func (t *tridiagonal) begin(n int) tridiagonal {
	of := tridiagonal{t.diagonal[:n], t.beside[:n], t.right[:n]}
	clear(of.diagonal)
	clear(of.beside)
	clear(of.right)
	return of
}

// solve solves the system by elimination from the first equation on, which needs no pivots if the matrix
// is positive definite. It overwrites t.
func (t tridiagonal) solve(to []float64) {
	n := len(t.diagonal)
	for i := 1; i < n; i++ {
		by := t.beside[i-1] / t.diagonal[i-1]
		t.diagonal[i] -= float64(by * t.beside[i-1])
		t.right[i] -= float64(by * t.right[i-1])
	}
	to[n-1] = t.right[n-1] / t.diagonal[n-1]
	for i := n - 2; i >= 0; i-- {
		to[i] = (t.right[i] - float64(t.beside[i]*to[i+1])) / t.diagonal[i]
	}
}
