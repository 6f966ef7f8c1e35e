package stats

import "math"

// test sets the z and p-value of S of the first pixels of a block. A zero S has z 0 and p 1,
// whatever its variance.
func (r *rank) test(s *rankScratch, pixels int) {
	if !r.tests {
		return
	}
	t := &s.test
	for p := range pixels {
		score, variance, n := t.S[p], t.Var[p], t.N[p]
		s.z[p] = r.standard(score, variance)
		switch {
		case !(n > 2): // two observations say nothing of chance
			s.p[p] = math.NaN()
		case r.exact != nil && n <= exactMost && t.TiedY[p] == 0 && t.TiedT[p] == 0 && score == score:
			s.p[p] = r.exact.pvalue(int(n), int(score))
		default:
			s.p[p] = normalTails(s.z[p])
		}
	}
}

// standard returns S, moved by 1 towards 0 because it changes in steps of 2, in units of its standard
// deviation. With the covariance of seasons it is not moved (Hirsch and Slack, Water Resources
// Research 20, 1984).
func (r *rank) standard(score, variance float64) float64 {
	switch {
	case score == 0 && variance == variance:
		return 0
	case !(variance > 0):
		return math.NaN()
	case !r.o.SeasonCovariance:
		score -= math.Copysign(1, score)
	}
	return score / math.Sqrt(variance)
}

// classOf returns the sign of a trend whose p-value is below level, and 0 if it is not.
func classOf(p, trend, level float64) float64 {
	switch {
	case p != p:
		return p
	case !(p < level) || trend == 0:
		return 0
	}
	return math.Copysign(1, trend)
}
