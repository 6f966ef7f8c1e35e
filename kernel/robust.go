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

// RobustFits is where [Kernel.Robust] writes its results, as [Fits]. Var and Cov are of the weights
// without those of the robust fit, RSS and TSS too.
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
// It ends when the root of Σ(change of r)²/Σr² is at most Accuracy, after that many Rounds, or when
// the scale is 0. Otherwise it is as [Kernel.Models], with weights of each pixel: sums are in
// float64, by fused multiply-adds in date order. It panics as Models does.
func (k Kernel) Robust(dst RobustFits, s *RobustScratch, t Tile, m Model, v Valid, x Extra, r Robust) {
	checkModel(&s.ModelScratch, t, m, x)
	dst.check(m.Columns(), t.Pixels)
	if r.Psi != Huber && r.Psi != Bisquare {
		panic(fmt.Sprintf("kernel: robust fit with psi %d", r.Psi))
	}
	raceRead(t)
	dst.eachSlice(func(f []float64) { race.Write(f[:t.Pixels]) })
	for from := 0; from < t.Pixels; from += modelLanes {
		count := min(modelLanes, t.Pixels-from)
		w := s.stage(k, t, m, v, &x, from, count)
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
	rounds   modelVector
	variance modelVector
	one      modelFactor // of the round

	ModelScratch
	r, last []modelVector // by date: residuals times the root of the weight, now and a round ago
	v       []modelVector // by date: weights of the round
	done    uint32        // bits of the lanes that have ended
	sorted  []float64
}

// NewRobustScratch returns the memory for robust fits of m.
func NewRobustScratch(m Model) *RobustScratch {
	s := &RobustScratch{}
	s.init(m)
	s.r = make([]modelVector, m.dates)
	s.last = make([]modelVector, m.dates)
	s.v = make([]modelVector, m.dates)
	s.sorted = make([]float64, 0, m.dates)
	return s
}

// iterate makes the rounds for the count pixels in lanes, after least squares. f is the factor of
// that.
func (s *RobustScratch) iterate(k Kernel, m Model, f *modelFactor, w []modelVector, r Robust, count int) {
	s.best = s.coef
	s.scale, s.rounds, s.variance = modelVector{}, modelVector{}, modelVector{}
	s.done = math.MaxUint32
	for p := range count {
		s.variance[p] = math.NaN()
		if f.pivot[p] != 0 && f.n[p] > float64(s.columns) {
			s.done &^= 1 << p
		}
	}
	s.errors(k, s.r, m, w)
	for round := 1; round <= r.Rounds && s.done != math.MaxUint32; round++ {
		s.median(count)
		if s.done == math.MaxUint32 {
			break
		}
		s.reweigh(m, w, r.Psi)
		s.gram(k, m, &s.one, s.v)
		s.one.n = f.n // an observation of weight 0 still counts
		s.one.factor(k, s.columns)
		s.dots(k, m, s.v)
		s.one.solve(k, s.coef[:s.columns], s.h[:s.columns])
		for p := range count {
			if s.done>>p&1 == 0 && !s.one.usable(p, s.columns) {
				s.again(m, &s.one, p, s.v)
			}
		}
		s.r, s.last = s.last, s.r
		s.errors(k, s.r, m, w)
		s.finish(m, f, r, round)
	}
	s.coef = s.best
}

// errors computes the residuals times the root of the weight. They are 0 in gaps.
func (s *RobustScratch) errors(k Kernel, r []modelVector, m Model, w []modelVector) {
	s.residuals(k, r, m, 0)
	for i := range r {
		for p := range r[i] {
			switch {
			case s.bits[i]>>p&1 == 0:
				r[i][p] = 0
			case w != nil || m.weights != nil:
				r[i][p] *= math.Sqrt(s.weightOf(m, i, p, w))
			}
		}
	}
}

// median computes the scale of the lanes that have not ended, and ends those with scale 0.
func (s *RobustScratch) median(count int) {
	for p := range count {
		if s.done>>p&1 != 0 {
			continue
		}
		s.sorted = s.sorted[:0]
		for i, observed := range s.bits {
			if observed>>p&1 != 0 {
				s.sorted = append(s.sorted, math.Abs(s.r[i][p]))
			}
		}
		s.scale[p] = median(s.sorted) / madOfNormal
		if s.scale[p] == 0 {
			s.done |= 1 << p
			if s.isExact(p) {
				s.variance[p] = 0
			}
		}
	}
}

// isExact reports whether all residuals of lane p are 0.
func (s *RobustScratch) isExact(p int) bool {
	for i := range s.r {
		if s.r[i][p] != 0 {
			return false
		}
	}
	return true
}

// reweigh computes the weights of the round.
func (s *RobustScratch) reweigh(m Model, w []modelVector, psi Psi) {
	for i := range s.v {
		v, r := &s.v[i], &s.r[i]
		for p := range v {
			if s.bits[i]>>p&1 == 0 {
				v[p] = 0
				continue
			}
			v[p] = psi.weight(r[p]/s.scale[p]) * s.weightOf(m, i, p, w)
		}
	}
}

// weight returns the weight of an observation.
func (psi Psi) weight(u float64) float64 {
	if psi == Huber {
		if u = math.Abs(u); u > huberLimit {
			return huberLimit / u
		}
		return 1
	}
	u /= bisquareLimit
	part := 1 - min(1, float64(u*u))
	return float64(part * part)
}

// slope returns the derivative of u·weight(u).
func (psi Psi) slope(u float64) float64 {
	if psi == Huber {
		if math.Abs(u) > huberLimit {
			return 0
		}
		return 1
	}
	u /= bisquareLimit
	u *= u
	if u >= 1 {
		return 0
	}
	return (1 - u) * (1 - float64(5*u))
}

// finish ends the lanes whose residuals have changed little, or all in the last round.
func (s *RobustScratch) finish(m Model, f *modelFactor, r Robust, round int) {
	var change, size modelVector
	for i := range s.r {
		now, before := &s.r[i], &s.last[i]
		for p := range now {
			d := now[p] - before[p]
			change[p] = math.FMA(d, d, change[p])
			size[p] = math.FMA(before[p], before[p], size[p])
		}
	}
	for p := range change {
		if s.done>>p&1 != 0 {
			continue
		}
		for c := range s.columns {
			s.best[c][p] = s.coef[c][p]
		}
		s.rounds[p] = float64(round)
		converged := math.Sqrt(change[p]/max(1e-20, size[p])) <= r.Accuracy
		if !converged && round < r.Rounds {
			continue
		}
		if !converged {
			s.rounds[p] = math.NaN()
		}
		s.done |= 1 << p
		s.variance[p] = s.varianceOf(p, f.n[p], r.Psi)
	}
}

// varianceOf returns the Variance of lane p with n observations.
func (s *RobustScratch) varianceOf(p int, n float64, psi Psi) float64 {
	scale := s.scale[p]
	var squares, slopes float64
	s.sorted = s.sorted[:0]
	for i, observed := range s.bits {
		if observed>>p&1 == 0 {
			continue
		}
		r := s.r[i][p]
		e := r * psi.weight(r/scale)
		squares = math.FMA(e, e, squares)
		slope := psi.slope(r / scale)
		s.sorted = append(s.sorted, slope)
		slopes += slope
	}
	mean := slopes / n
	var spread float64
	for _, slope := range s.sorted {
		spread = math.FMA(slope-mean, slope-mean, spread)
	}
	columns := float64(s.columns)
	kappa := 1 + columns*(spread/(n-1))/float64(n*float64(mean*mean))
	return squares / (n - columns) * float64(kappa/mean*float64(kappa/mean))
}

// median returns the median of xs, the mean of the two middle ones if their number is even, and 0
// of none. It changes their order.
func median(xs []float64) float64 {
	if len(xs) == 0 {
		return 0
	}
	k := len(xs) / 2
	upper := selectNth(xs, k)
	if len(xs)%2 == 1 {
		return upper
	}
	lower := xs[0]
	for _, x := range xs[1:k] {
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
