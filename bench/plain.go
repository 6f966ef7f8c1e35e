package bench

import (
	"math"
	"slices"

	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/stats"
)

// plainModel computes the slope of models with powers of time and harmonics, robust or not, as a
// textbook does: it makes the columns orthogonal one after another (Gram and Schmidt).
type plainModel struct {
	columns [][]float64
	half    float64 // of the time between the first and the last date: the unit of the column of time
	psi     kernel.Psi
	root    []float64 // of the weights, 0 in gaps
	r, last []float64 // residuals
	q       [][]float64
	coef    []float64
}

func newPlainModel(m stats.Model, times []float64) *plainModel {
	n := len(times)
	p := &plainModel{half: times[n-1], psi: m.Robust.Psi, root: make([]float64, n), r: make([]float64, n), last: make([]float64, n)}
	column := func(value func(t float64) float64) {
		c := make([]float64, n)
		for i, t := range times {
			c[i] = value(t)
		}
		p.columns = append(p.columns, c)
		p.q = append(p.q, make([]float64, n))
	}
	for d := range max(m.Degree, 1) + 1 {
		column(func(t float64) float64 { return math.Pow(t/p.half, float64(d)) })
	}
	for k := range m.Harmonics {
		turns := 2 * math.Pi * float64(k+1) / m.Period
		column(func(t float64) float64 { return math.Cos(turns * t) })
		column(func(t float64) float64 { return math.Sin(turns * t) })
	}
	p.coef = make([]float64, len(p.columns))
	return p
}

// slope returns the slope of a series. It is NaN unless there are more observations than columns.
func (p *plainModel) slope(y []float64) float64 {
	n := 0
	for i, v := range y {
		if p.root[i] = 0; v == v {
			p.root[i] = 1
			n++
		}
	}
	if n <= len(p.columns) {
		return math.NaN()
	}
	p.solve(y)
	if p.psi != 0 {
		p.reweight(y)
	}
	return p.coef[1] / p.half
}

// solve sets the coefficients and residuals of y by least squares, with the squares of root as weights.
func (p *plainModel) solve(y []float64) {
	for i, v := range y {
		if p.r[i] = 0; v == v {
			p.r[i] = v * p.root[i]
		}
	}
	k := len(p.columns)
	var upper [kernel.MaxColumns][kernel.MaxColumns]float64
	for j, column := range p.columns {
		q := p.q[j]
		for i, x := range column {
			q[i] = x * p.root[i]
		}
		for before := range j {
			upper[before][j] = subtract(q, p.q[before])
		}
		upper[j][j] = math.Sqrt(dot(q, q))
		for i := range q {
			q[i] /= upper[j][j]
		}
		p.coef[j] = subtract(p.r, q)
	}
	for j := k - 1; j >= 0; j-- {
		for c := j + 1; c < k; c++ {
			p.coef[j] -= upper[j][c] * p.coef[c]
		}
		p.coef[j] /= upper[j][j]
	}
	for i, v := range y {
		p.r[i] = v // NaN in gaps
		for j, column := range p.columns {
			p.r[i] -= p.coef[j] * column[i]
		}
	}
}

// subtract subtracts from x its part in the direction of q, and returns the length of that.
func subtract(x, q []float64) float64 {
	length := dot(x, q)
	for i := range x {
		x[i] -= length * q[i]
	}
	return length
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

// reweight goes on from least squares as rlm of R's package MASS does: up to 20 rounds, until the
// residuals change by less than 1e-4 of their size.
func (p *plainModel) reweight(y []float64) {
	for range 20 {
		scale := medianOf(p.r) / 0.6745
		if scale == 0 {
			return
		}
		for i, r := range p.r {
			if p.root[i] = 0; r == r {
				p.root[i] = math.Sqrt(weight(p.psi, math.Abs(r)/scale))
			}
		}
		copy(p.last, p.r)
		p.solve(y)
		change, size := 0.0, 0.0
		for i, r := range p.r {
			if r == r {
				change += (r - p.last[i]) * (r - p.last[i])
				size += p.last[i] * p.last[i]
			}
		}
		if change <= 1e-4*1e-4*size {
			return
		}
	}
}

// weight returns the weight of an observation whose residual is u times the scale.
func weight(psi kernel.Psi, u float64) float64 {
	switch {
	case psi == kernel.Huber:
		return min(1, 1.345/u)
	case u < 4.685:
		w := 1 - u/4.685*u/4.685
		return w * w
	}
	return 0
}

// medianOf returns the median of the absolute values of those that are not NaN.
func medianOf(xs []float64) float64 {
	var all []float64
	for _, x := range xs {
		if x == x {
			all = append(all, math.Abs(x))
		}
	}
	return Median(all)
}

// plainSen computes the slope of Theil and Sen by sorting the slopes of all pairs of observations of
// a season.
type plainSen struct {
	times  []float64
	season []int // of each date
}

func (p plainSen) slope(y []float64) float64 {
	var slopes []float64
	for j, late := range y {
		for i, early := range y[:j] {
			if early == early && late == late && p.season[i] == p.season[j] && p.times[i] < p.times[j] {
				slopes = append(slopes, (late-early)/(p.times[j]-p.times[i]))
			}
		}
	}
	slices.Sort(slopes)
	return medianOfSorted(slopes)
}
