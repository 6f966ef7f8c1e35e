package stats

import (
	"math"
	"strconv"
)

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
	if s.wide != nil {
		return histogram(counted(s, s.wide), lo, hi)
	}
	return histogram(counted(s, s.narrow), lo, hi)
}

func histogram[F float32 | float64](kept byKey[F], lo, hi float64) Histogram {
	h := Histogram{Limits: []float64{}, Counts: []int{}}
	if c, ok := classesFor(lo, hi); ok {
		h.Limits = c.limits()
	}
	below := kept.below(append([]float64{0, math.SmallestNonzeroFloat64}, h.Limits...))
	h.Negative, h.Zero = below[0], below[1]-below[0]
	if len(h.Limits) > 0 {
		from := 0
		for _, n := range below[2:] {
			h.Counts = append(h.Counts, n-from)
			from = n
		}
		h.Counts = append(h.Counts, len(kept.values)-from)
	}
	return h
}

// classes have the limits i·digit·10^exponent, i being the whole numbers from first to last.
type classes struct {
	first, last float64
	digit       float64
	exponent    int
}

// classesFor returns the classes that enclose lo and hi closely, with a width of 1, 2 or 5 times a
// power of ten.
func classesFor(lo, hi float64) (c classes, ok bool) {
	const about = 8
	width := (hi - lo) / about
	if !(width > 0) || math.IsInf(width, 1) || hi-lo < 1e-12*max(math.Abs(lo), math.Abs(hi)) {
		return c, false
	}
	c = classes{digit: 10, exponent: int(math.Floor(math.Log10(width)))}
	for _, digit := range []float64{5, 2, 1} {
		if digit*math.Pow10(c.exponent) >= width {
			c.digit = digit
		}
	}
	c.first, c.last = math.Floor(c.at(lo)), math.Ceil(c.at(hi))
	return c, true
}

// at returns i of the limit that x is, nearly.
func (c classes) at(x float64) float64 {
	if c.exponent < 0 {
		return x * math.Pow10(-c.exponent) / c.digit
	}
	return x / (c.digit * math.Pow10(c.exponent))
}

// n returns the number of classes.
func (c classes) n() int { return int(c.last - c.first) }

// limits returns the numbers nearest to the limits, which are the ones that look round. Products of
// powers of ten would be off in the last digit.
func (c classes) limits() []float64 {
	limits := make([]float64, c.n()+1)
	for i := range limits {
		whole := strconv.FormatFloat((c.first+float64(i))*c.digit, 'f', 0, 64)
		limits[i], _ = strconv.ParseFloat(whole+"e"+strconv.Itoa(c.exponent), 64) // in range
	}
	return limits
}
