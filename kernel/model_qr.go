package kernel

import "math"

// modelQR is the memory of the second solution of one pixel.
type modelQR struct {
	x    [][]float64 // by column, the numbers of the observations, times the root of the weight
	y    []float64
	size [MaxColumns]float64 // squared lengths of the columns
	diag [MaxColumns]float64 // of R
	b    [MaxColumns]float64
}

func newModelQR(dates, columns int) *modelQR {
	q := &modelQR{x: make([][]float64, columns), y: make([]float64, 0, dates)}
	for j := range q.x {
		q.x[j] = make([]float64, 0, dates)
	}
	return q
}

// again solves lane p again, whose pivots are small or that has fewer observations than columns.
// It writes the lane's results, and R⁻ᵀ as the inverse of its factor.
func (s *ModelScratch) again(m Model, f *modelFactor, p int, w []modelVector) {
	f.pivot[p] = 0
	if f.n[p] >= float64(s.columns) {
		s.stageQR(m, p, w)
		f.pivot[p] = s.qr.factor()
	}
	if f.pivot[p] == 0 {
		s.clear(f, p)
		return
	}
	s.qr.solve()
	for c := range s.columns {
		s.coef[c][p] = s.qr.b[c]
	}
	s.qr.invert(f, p)
}

// clear sets the coefficients of lane p and their variances to NaN.
func (s *ModelScratch) clear(f *modelFactor, p int) {
	nan := math.NaN()
	for c := range s.columns {
		s.coef[c][p] = nan
	}
	for q := range pairs(s.columns) {
		f.inverse[q][p] = nan
	}
}

func (s *ModelScratch) weightOf(m Model, i, p int, w []modelVector) float64 {
	if w != nil {
		return w[i][p]
	}
	return m.weight(i)
}

func (s *ModelScratch) columnOf(m Model, i, j, p int) float64 {
	if j < m.shared {
		return m.x[i*m.shared+j]
	}
	return s.x[(j-m.shared)*m.dates+i][p]
}

// stageQR fills the memory of the second solution with the observations of lane p.
func (s *ModelScratch) stageQR(m Model, p int, w []modelVector) {
	q := s.qr
	q.y = q.y[:0]
	for j := range q.x {
		q.x[j] = q.x[j][:0]
	}
	for i, observed := range s.bits {
		if observed>>p&1 == 0 {
			continue
		}
		root := math.Sqrt(s.weightOf(m, i, p, w))
		q.y = append(q.y, root*s.d[i][p])
		for j := range q.x {
			q.x[j] = append(q.x[j], root*s.columnOf(m, i, j, p))
		}
	}
}

// factor replaces the columns by Householder vectors and R (Golub and Van Loan, Matrix
// Computations, section 5.2) and y by Qᵀy. It returns the smallest ratio of the square of an
// element of the diagonal of R to the squared length of its column, or 0 if the columns are
// dependent.
func (q *modelQR) factor() float64 {
	smallest := 1.0
	for c, x := range q.x {
		q.size[c] = dot(x, x)
	}
	for c, x := range q.x {
		v := x[c:]
		norm := math.Sqrt(dot(v, v))
		ratio := norm * norm / q.size[c]
		if !(ratio >= pivotRank) {
			return 0
		}
		smallest = min(smallest, ratio)
		if v[0] > 0 {
			norm = -norm
		}
		q.diag[c] = norm
		v[0] -= norm
		beta := -1 / float64(norm*v[0]) // 2 / vᵀv
		reflect := func(u []float64) {
			along := -dot(v, u) * beta
			for i := range u {
				u[i] = math.FMA(along, v[i], u[i])
			}
		}
		for _, right := range q.x[c+1:] {
			reflect(right[c:])
		}
		reflect(q.y[c:])
	}
	return smallest
}

func dot(a, b []float64) (sum float64) {
	for i, x := range a {
		sum = math.FMA(x, b[i], sum)
	}
	return sum
}

// solve computes the coefficients by substitution.
func (q *modelQR) solve() {
	for c := len(q.x) - 1; c >= 0; c-- {
		b := q.y[c]
		for k := c + 1; k < len(q.x); k++ {
			b = math.FMA(-q.x[k][c], q.b[k], b)
		}
		q.b[c] = b / q.diag[c]
	}
}

// invert writes R⁻ᵀ into lane p of the inverse of f.
func (q *modelQR) invert(f *modelFactor, p int) {
	for c := range q.x {
		f.inverse[pair(c, c)][p] = 1 / q.diag[c]
		for r := c + 1; r < len(q.x); r++ {
			var v float64
			for k := c; k < r; k++ {
				v = math.FMA(-q.x[r][k], f.inverse[pair(k, c)][p], v)
			}
			f.inverse[pair(r, c)][p] = v / q.diag[r]
		}
	}
}

// refine improves the coefficients of lane p by a step of iterative refinement (Higham, Accuracy and
// Stability of Numerical Algorithms, chapter 12): it solves for XᵀWy − XᵀWX·b, which is computed in
// twice the precision.
func (s *ModelScratch) refine(f *modelFactor, p int) {
	var step [MaxColumns]float64
	for r := range s.columns {
		rest, low := s.h[r][p], 0.0
		for c := range s.columns {
			g := f.g[pair(max(r, c), min(r, c))][p]
			product := float64(-g * s.coef[c][p])
			low += math.FMA(-g, s.coef[c][p], -product)
			sum := rest + product
			part := sum - rest
			low += (rest - (sum - part)) + (product - part)
			rest = sum
		}
		step[r] = rest + low
	}
	for c := range s.columns {
		for k := range c {
			step[c] = math.FMA(-f.l[pair(c, k)][p], step[k], step[c])
		}
		step[c] *= f.scale[c][p]
	}
	for c := s.columns - 1; c >= 0; c-- {
		for k := c + 1; k < s.columns; k++ {
			step[c] = math.FMA(-f.l[pair(k, c)][p], step[k], step[c])
		}
		step[c] *= f.scale[c][p]
		s.coef[c][p] += float64(step[c])
	}
}
