package render

import (
	"errors"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/pixtrend/pixtrend/stats"
)

// MostClasses is how many classes there may be: colours of more are not told apart.
const MostClasses = 12

// Survey gathers from the values of a raster what the limits of classes are found from.
type Survey struct {
	Values   int64   // pixels that have one
	Min, Max float64 // of the values; +Inf and -Inf where there are none
	Whole    bool    // every value is a whole number
	sampler  *stats.Sampler
}

// NewSurvey returns one of a raster of that many pixels. It keeps a million values at most: quantiles of larger rasters are
// those of a sample, and equal to what a fit of the same pixels tells.
func NewSurvey(pixels int) *Survey {
	return &Survey{Min: math.Inf(1), Max: math.Inf(-1), Whole: true, sampler: stats.NewSampler(pixels)}
}

// Add offers s the values of the pixels from number first on.
func (s *Survey) Add(first int, values []float64) {
	stats.Sample(s.sampler, first, values)
	for _, x := range values {
		if x != x {
			continue
		}
		s.Values++
		s.Min, s.Max = min(s.Min, x), max(s.Max, x)
		if s.Whole && x != math.Trunc(x) {
			s.Whole = false
		}
	}
}

// Classes divides values among intervals: class i holds those above Limits[i-1] and up to Limits[i].
type Classes struct {
	Limits   []float64 // ascending; one less than there are classes
	Min, Max float64   // of the values; NaN where there are none
	Whole    bool      // every value is a whole number
	Given    bool      // the limits are what somebody asked for, and are shown as they are
	Asked    int       // classes that were asked for; 0: as many as there are

	Pixels        []int64 // by class; what Count has seen
	Insignificant int64   // pixels with a value that belong to no class
	Nodata        int64   // pixels without a value
}

func (s *Survey) classes(limits []float64, asked int) *Classes {
	c := &Classes{Limits: limits, Min: s.Min, Max: s.Max, Whole: s.Whole, Asked: asked}
	if s.Values == 0 {
		c.Min, c.Max, c.Limits = math.NaN(), math.NaN(), nil
	}
	c.Pixels = make([]int64, len(c.Limits)+1)
	return c
}

// Quantiles returns n classes of as many pixels each, or fewer where values repeat.
func (s *Survey) Quantiles(n int) *Classes {
	shares := make([]float64, n-1)
	for i := range shares {
		shares[i] = float64(i+1) / float64(n)
	}
	limits := slices.Compact(s.sampler.Quantiles(shares...))
	// Nothing is above the greatest value.
	limits = slices.DeleteFunc(limits, func(x float64) bool { return x >= s.Max })
	return s.classes(limits, n)
}

// Intervals returns n classes as wide as each other, or one where all values are the same.
func (s *Survey) Intervals(n int) *Classes {
	var limits []float64
	for i := 1; i < n && s.Min < s.Max; i++ {
		limits = append(limits, s.Min+(s.Max-s.Min)*float64(i)/float64(n))
	}
	return s.classes(limits, n)
}

// Breaks returns the classes between limits, which ascend, and the two beyond them.
func (s *Survey) Breaks(limits []float64) *Classes {
	c := s.classes(slices.Clone(limits), 0)
	c.Limits, c.Given = limits, true
	c.Pixels = make([]int64, len(limits)+1)
	return c
}

// ParseBreaks reads limits of classes, separated by commas: ascending numbers, fewer than MostClasses.
func ParseBreaks(s string) ([]float64, error) {
	var limits []float64
	for text := range strings.SplitSeq(s, ",") {
		x, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, errors.New("give numbers separated by commas, such as -0.01,0,0.01")
		}
		if n := len(limits); n > 0 && x <= limits[n-1] {
			return nil, errors.New("give numbers that ascend, such as -0.01,0,0.01")
		}
		limits = append(limits, x)
	}
	if len(limits) >= MostClasses {
		return nil, errors.New("give " + strconv.Itoa(MostClasses-1) + " numbers or fewer: colours of more classes are not told apart")
	}
	return limits, nil
}

// Index returns the class of a value.
func (c *Classes) Index(x float64) int { return sort.SearchFloat64s(c.Limits, x) }

// Count counts pixels by class. Where pvalues is not nil, those whose p-value is not below alpha, or is missing, are in none.
func (c *Classes) Count(values, pvalues []float64, alpha float64) {
	for i, x := range values {
		switch {
		case x != x:
			c.Nodata++
		case pvalues != nil && !(pvalues[i] < alpha):
			c.Insignificant++
		default:
			k := 0
			for k < len(c.Limits) && x > c.Limits[k] {
				k++
			}
			c.Pixels[k]++
		}
	}
}

// Merge joins classes without a pixel to the next, which quantiles of few different values leave. Limits that were given stay.
// It is for counts without p-values: of insignificant pixels the class is not known.
func (c *Classes) Merge() {
	for i := len(c.Limits) - 1; i >= 0 && !c.Given; i-- {
		if c.Pixels[i] == 0 {
			c.Limits = slices.Delete(c.Limits, i, i+1)
			c.Pixels = slices.Delete(c.Pixels, i, i+1)
		}
	}
}

// Total returns how many pixels have a value.
func (c *Classes) Total() int64 {
	sum := c.Insignificant
	for _, n := range c.Pixels {
		sum += n
	}
	return sum
}

// ends returns the least and the greatest value of class i: the limits, and beyond them the least and the greatest of all.
func (c *Classes) ends(i int) (lo, hi float64) {
	lo, hi = c.Min, c.Max
	if i > 0 {
		lo = c.Limits[i-1]
	}
	if i < len(c.Limits) {
		hi = c.Limits[i]
	}
	return lo, hi
}
