package stats

import "math"

// Histogram counts values in classes of equal width whose limits are round numbers.
type Histogram struct {
	// Limits are ascending multiples of the width, so that zero is one of them if it is in their
	// range.
	Limits []float64 `json:"limits"`
	// Counts holds the number of values below the first limit, from each limit to the next, and
	// from the last limit on.
	Counts   []int `json:"counts"`
	Negative int   `json:"negative"` // values below zero
	Zero     int   `json:"zero"`     // values that are zero
}

// Histogram counts the kept values in four to ten classes from lo to hi, and in one class on either
// side. Quantiles near the ends are a good choice of lo and hi: a few outliers then do not leave
// all others in one class. There are no classes if lo and hi are equal or not finite.
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

// classes have the limits i·per/times, i being the whole numbers from first to last. per and times
// are kept apart because their quotient, a decimal fraction, is no float64: a value that equals a
// limit would be counted in the wrong class.
type classes struct{ first, last, per, times float64 }

// classesFor returns the classes that enclose lo and hi closely, with a width of 1, 2 or 5 times a
// power of ten.
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

// count returns Histogram.Counts of values.
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
