package kernel

import (
	"fmt"
	"math"

	"github.com/pixtrend/pixtrend/internal/race"
)

// Psi is a way of giving less weight to observations with great residuals.
type Psi uint8

// The weights as functions of u, the residual over its scale.
const (
	Huber    Psi = iota + 1 // min(1, 1.345/|u|)
	Bisquare                // (1 − (u/4.685)²)², or 0 where |u| > 4.685
)

const (
	huberLimit    = 1.345
	bisquareLimit = 4.685
	// madOfNormal is the median of |u| of a normal distribution with deviation 1, rounded as in
	// MASS::rlm.
	madOfNormal = 0.6745
)

// Robust defines a robust fit.
type Robust struct {
	Psi      Psi
	Rounds   int     // at most; 20 in MASS::rlm
	Accuracy float64 // at which the rounds end; 1e-4 in MASS::rlm
}

// RobustFits is where [Kernel.Robust] writes its results. Var, Cov, RSS and TSS are computed with the
// weights of the model alone, without the weights that the robust fit gives to observations.
type RobustFits struct {
	Fits

	// Variance takes the place of RSS/(N − columns): the square of the standard error of a coefficient
	// is Variance times its Var, as in R's summary.rlm. It is NaN for pixels with no more observations
	// than columns, and for those of which more than half of the residuals are 0 but not all.
	Variance []float64
	Scale    []float64 // of the residuals
	Rounds   []float64 // number of rounds; NaN if the fit did not converge
}

// Robust fits m to the observations of every pixel of t by iteratively reweighted least squares, as
// rlm of R's package MASS does with method "M" (Venables and Ripley, Modern Applied Statistics with
// S, section 6.5): begin with least squares, and then in each round
//
//   - compute the residuals r, times the square roots of the weights if there are any, and their
//     scale, the median of |r| over 0.6745,
//   - fit by least squares with weights times those of Psi at r over scale.
//
// The rounds end when the root of Σ(change of r)²/Σr² is at most Accuracy, when there have been as
// many as Rounds says, or when the scale is 0. Each round solves the normal equations as
// [Kernel.Models] does with Extra.Weights, but leaves out the refinement of small pivots. Robust
// panics if Models would.
func (k Kernel) Robust(dst RobustFits, s *RobustScratch, t Tile, m Model, v Valid, x Extra, r Robust) {
	checkModel(&s.ModelScratch, t, m, x)
	dst.check(m.Columns(), t.Pixels)
	if r.Psi != Huber && r.Psi != Bisquare {
		panic(fmt.Sprintf("kernel: robust fit with psi %d", r.Psi))
	}
	raceRead(t)
	dst.eachSlice(func(f []float64) { race.Write(f[:t.Pixels]) })
	p := lowerModel(t, m, v)
	for from := 0; from < t.Pixels; from += modelLanes {
		count := min(modelLanes, t.Pixels-from)
		w := s.stage(k, &p, t, m, v, &x, from, count)
		f := s.fit(k, m, w, true, count)
		mean := s.h[0]
		s.iterate(k, m, f, w, r, count)
		s.h[0] = mean
		s.squares(k, m, f, w, &dst.Fits)
		s.put(k, dst.Fits, f, from, count)
		for _, o := range [...]struct {
			to []float64
			of *modelVector
		}{{dst.Variance, &s.variance}, {dst.Scale, &s.scale}, {dst.Rounds, &s.rounds}} {
			if o.to != nil {
				copy(o.to[from:from+count], o.of[:])
			}
		}
	}
}

func (d *RobustFits) eachSlice(f func([]float64)) {
	d.Fits.eachSlice(f)
	for _, s := range [...][]float64{d.Variance, d.Scale, d.Rounds} {
		if s != nil {
			f(s)
		}
	}
}

func (d *RobustFits) check(columns, pixels int) {
	d.Fits.check(columns, pixels)
	d.eachSlice(func(s []float64) {
		if len(s) < pixels {
			panic(fmt.Sprintf("kernel: %d numbers of output for a tile of %d pixels", len(s), pixels))
		}
	})
}

// RobustScratch is the memory that a robust fit needs.
type RobustScratch struct {
	best     [MaxColumns]modelVector
	scale    modelVector
	limit    modelVector
	rounds   modelVector
	variance modelVector
	change   modelVector // Σ of the squared changes of the errors
	size     modelVector // Σ of the squares of the errors before
	medians  medianSearch
	spreads  [3]modelVector
	one      modelFactor // of the round

	ModelScratch
	roots    []modelVector // by date
	root     []modelVector // roots of the weights, 0 in gaps: roots, or w if all weights are 0 or 1
	e, last  []modelVector // by date: errors, now and a round ago
	absolute []modelVector // by date
	v        []modelVector // by date: weights of the round
	done     uint32        // bits of the lanes that have ended
	ended    uint32        // bits of those that ended after a round
	sorted   []float64
}

// NewRobustScratch returns the memory for robust fits of m.
func NewRobustScratch(m Model) *RobustScratch {
	s := &RobustScratch{}
	s.init(m)
	for _, to := range []*[]modelVector{&s.roots, &s.e, &s.last, &s.absolute, &s.v} {
		*to = make([]modelVector, m.dates)
	}
	s.sorted = make([]float64, 0, m.dates)
	return s
}

// iterate makes the rounds for the count pixels in lanes, after least squares. f is the factor of
// that.
func (s *RobustScratch) iterate(k Kernel, m Model, f *modelFactor, w []modelVector, r Robust, count int) {
	s.start(k, m, f, w, count)
	for round := 1; round <= r.Rounds && s.done != math.MaxUint32; round++ {
		s.scales(k, &f.n)
		if s.done == math.MaxUint32 {
			break
		}
		for p := range s.limit {
			s.limit[p] = r.Psi.limit(s.scale[p])
		}
		s.refit(k, m, f, r.Psi)
		s.e, s.last = s.last, s.e
		s.errors(k, m)
		s.finish(r, round)
	}
	s.coef = s.best
	s.errors(k, m)
	s.variances(k, &f.n, r.Psi)
}

// start prepares the rounds.
func (s *RobustScratch) start(k Kernel, m Model, f *modelFactor, w []modelVector, count int) {
	s.best = s.coef
	s.scale, s.rounds, s.medians.guess = modelVector{}, modelVector{}, modelVector{}
	s.done, s.ended = math.MaxUint32, 0
	for p := range s.variance {
		s.variance[p] = math.NaN()
		if p < count && f.pivot[p] != 0 && f.n[p] > float64(s.columns) {
			s.done &^= 1 << p
		}
	}
	if w == nil {
		s.unfold(m)
	}
	s.root = s.w
	if w != nil || m.weights != nil {
		s.root = s.roots
		for i := range s.w {
			for p, w := range s.w[i] {
				s.root[i][p] = math.Sqrt(w)
			}
		}
	}
	clear(s.last)
	s.errors(k, m)
	s.drop()
	for p, n := range f.n {
		s.medians.guess[p] = math.Sqrt(s.change[p]/n) * madOfNormal
	}
}

// unfold sets the weights of pixels to those of the model, and to 0 in gaps.
func (s *RobustScratch) unfold(m Model) {
	for i, observed := range s.bits {
		weight := m.weight(i)
		for p := range s.w[i] {
			s.w[i][p] = weight * float64(observed>>p&1)
		}
	}
}

// errors computes the errors, and how much they have changed since the last ones.
func (s *RobustScratch) errors(k Kernel, m Model) {
	s.change, s.size = modelVector{}, modelVector{}
	for i := 0; i < m.dates; i += modelDates {
		end := min(i+modelDates, m.dates)
		r := s.block[:end-i]
		s.residuals(k, r, m, i)
		k.errors(s.e[i:end], s.absolute[i:end], r, s.root[i:end], s.last[i:end], &s.change, &s.size)
	}
}

// drop ends the lanes whose errors are not finite.
func (s *RobustScratch) drop() {
	for p := range s.change {
		if sum := s.change[p] + s.size[p]; s.done>>p&1 == 0 && math.IsNaN(sum-sum) {
			s.done |= 1 << p
			s.rounds[p], s.scale[p], s.variance[p] = math.NaN(), math.NaN(), math.NaN()
			for c := range s.columns {
				s.best[c][p] = math.NaN()
			}
		}
	}
}

// refit fits with the weights of the round.
func (s *RobustScratch) refit(k Kernel, m Model, f *modelFactor, psi Psi) {
	n := pairs(m.shared)
	g, h := s.one.g[:n], s.h[:m.shared]
	clear(g)
	clear(h)
	for i := 0; i < m.dates; i += modelDates {
		end := min(i+modelDates, m.dates)
		v, vd := s.v[i:end], s.wd[i:end]
		k.reweigh(psi, v, vd, s.e[i:end], s.w[i:end], s.d[i:end], &s.limit)
		if m.rasters == 0 {
			k.addDots(g, v, m.products[i*n:], n)
		}
		k.addDots(h, vd, m.x[i*m.shared:], m.shared)
	}
	if m.rasters > 0 {
		s.gramRasters(m, &s.one, s.v)
		s.dotsRasters(m, s.wd)
	}
	s.one.n = f.n // observations of weight 0 still count
	s.one.factor(k, s.columns)
	s.one.solve(k, s.coef[:s.columns], s.h[:s.columns])
	for p := range modelLanes {
		if s.done>>p&1 == 0 && !s.one.usable(p, s.columns) {
			s.again(m, &s.one, p, s.v)
		}
	}
}

// finish ends the lanes whose errors have changed little, or all in the last round.
func (s *RobustScratch) finish(r Robust, round int) {
	s.drop()
	for p := range s.change {
		if s.done>>p&1 != 0 {
			continue
		}
		for c := range s.columns {
			s.best[c][p] = s.coef[c][p]
		}
		s.rounds[p] = float64(round)
		converged := math.Sqrt(s.change[p]/max(1e-20, s.size[p])) <= r.Accuracy
		if !converged && round < r.Rounds {
			continue
		}
		if !converged {
			s.rounds[p] = math.NaN()
		}
		s.done |= 1 << p
		s.ended |= 1 << p
	}
}

// limit returns the number from which weights follow: with Huber's weights the greatest error of
// weight 1, else the reciprocal of the least error of weight 0.
func (psi Psi) limit(scale float64) float64 {
	if psi == Huber {
		return huberLimit * scale
	}
	return 1 / (bisquareLimit * scale)
}

// weight returns the weight of an error.
func (psi Psi) weight(e, limit float64) float64 {
	if psi == Huber {
		return upToOne(limit / math.Abs(e))
	}
	u := e * limit
	part := 1 - upToOne(float64(u*u))
	return part * part
}

// slope returns the derivative of u·weight(u), where u is the error over its scale.
func (psi Psi) slope(e, limit float64) float64 {
	if psi == Huber {
		if e <= limit {
			return 1
		}
		return 0
	}
	u := e * limit
	u = upToOne(float64(u * u))
	return float64((1 - u) * (1 - float64(5*u)))
}

// upToOne returns the lesser of x and 1, and 1 if x is NaN, as VMINPD does.
func upToOne(x float64) float64 {
	if x < 1 {
		return x
	}
	return 1
}

// variances computes the Variance of the lanes that ended after a round.
func (s *RobustScratch) variances(k Kernel, n *modelVector, psi Psi) {
	k.spreads(psi, &s.spreads, s.e, s.absolute, &s.limit)
	squares, slopes, slopes2 := &s.spreads[0], &s.spreads[1], &s.spreads[2]
	if psi == Huber {
		*slopes2 = *slopes
	}
	columns := float64(s.columns)
	for p, n := range n {
		if s.ended>>p&1 == 0 {
			continue
		}
		mean := slopes[p] / n
		spread := slopes2[p] - float64(mean*slopes[p])
		kappa := 1 + columns*(spread/(n-1))/float64(n*float64(mean*mean))
		s.variance[p] = squares[p] / (n - columns) * float64(kappa/mean*float64(kappa/mean))
	}
}

// errorsGeneric implements Kernel.errors.
func errorsGeneric(e, absolute, r, root, last []modelVector, change, size *modelVector) {
	for i := range e {
		for p := range e[i] {
			before, now := last[i][p], float64(r[i][p]*root[i][p])
			e[i][p], absolute[i][p] = now, math.Abs(now)
			if root[i][p] == 0 {
				absolute[i][p] = math.Inf(1)
			}
			change[p] = math.FMA(now-before, now-before, change[p])
			size[p] = math.FMA(before, before, size[p])
		}
	}
}

// reweighGeneric implements Kernel.reweigh.
func reweighGeneric(psi Psi, v, vd, e, w, d []modelVector, limit *modelVector) {
	for i := range v {
		for p := range v[i] {
			v[i][p] = psi.weight(e[i][p], limit[p]) * w[i][p]
			vd[i][p] = v[i][p] * d[i][p]
		}
	}
}

// spreadsGeneric implements Kernel.spreads.
func spreadsGeneric(psi Psi, out *[3]modelVector, e, absolute []modelVector, limit *modelVector) {
	*out = [3]modelVector{}
	for i := range e {
		for p, e := range e[i] {
			x := math.Abs(e)
			if psi == Huber && !(x < limit[p]) {
				x = limit[p]
			} else if psi == Bisquare {
				x = e * psi.weight(absolute[i][p], limit[p])
			}
			out[0][p] = math.FMA(x, x, out[0][p])
			slope := psi.slope(absolute[i][p], limit[p])
			out[1][p] += slope
			out[2][p] = math.FMA(slope, slope, out[2][p])
		}
	}
}
