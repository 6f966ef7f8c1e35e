package stats

import "math"

// Histogram counts values by classes of one width, between which round numbers lie.
type Histogram struct {
	Limits   []float64 `json:"limits"`   // ascending, multiples of the width, so that zero is one if it lies among them
	Counts   []int     `json:"counts"`   // of values below the first limit, from each limit to the next, and from the last one on
	Negative int       `json:"negative"` // values below zero
	Zero     int       `json:"zero"`     // values that are zero
}

// Histogram counts the kept values in four to ten classes from lo to hi and one on either side. Where lo and hi are quantiles near the
// ends, a few outliers do not leave all others in one class. There are no classes where lo and hi are not apart,
// or not finite.
func (s *Sampler) Histogram(lo, hi float64) Histogram {
	negative, zero := 0, 0
	for _, x := range s.values {
		sign := int(math.Float32bits(x) >> 31) // without a branch, since signs change from value to value
		negative += sign
		if x == 0 {
			zero++
			negative -= sign
		}
	}
	h := Histogram{Limits: []float64{}, Counts: []int{}, Negative: negative, Zero: zero}
	if c, ok := classesFor(lo, hi); ok {
		h.Limits, h.Counts = c.limits(), c.count(s.values)
	}
	return h
}

// classes lie between the whole numbers from first to last, times a width that is per/times. Both are kept, since a decimal fraction has
// no float64 of its own: so a value that is a limit is in the right class.
type classes struct{ first, last, per, times float64 }

// classesFor returns classes of a width of 1, 2 or 5 times a power of ten that enclose lo and hi, closely.
func classesFor(lo, hi float64) (c classes, ok bool) {
	const about = 8
	width := (hi - lo) / about
	if !(width > 0) || math.IsInf(width, 1) || hi-lo < 1e-12*max(math.Abs(lo), math.Abs(hi)) {
		return c, false
	}
	exponent := int(math.Floor(math.Log10(width)))
	c = classes{per: 10, times: 1}
	for _, digit := range []float64{5, 2, 1} {
		if digit*math.Pow10(exponent) >= width {
			c.per = digit
		}
	}
	if exponent < 0 {
		c.times = math.Pow10(-exponent)
	} else {
		c.per *= math.Pow10(exponent)
	}
	c.first, c.last = math.Floor(lo*c.times/c.per), math.Ceil(hi*c.times/c.per)
	return c, true
}

// n returns the number of classes.
func (c classes) n() int { return int(c.last - c.first) }

func (c classes) limits() []float64 {
	limits := make([]float64, c.n()+1)
	for i := range limits {
		limits[i] = (c.first + float64(i)) * c.per / c.times
	}
	return limits
}

// count returns how many values are below the first limit, in each class, and from the last limit on.
func (c classes) count(values []float32) []int {
	n := c.n()
	counts := make([]int, n+2)
	for _, x := range values {
		switch at := float64(x) * c.times / c.per; {
		case at < c.first:
			counts[0]++
		case at >= c.last:
			counts[n+1]++
		default:
			counts[1+int(at-c.first)]++
		}
	}
	return counts
}
