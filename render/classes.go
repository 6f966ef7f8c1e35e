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

// MostClasses is the largest number of classes. The colours of more classes cannot be told apart.
const MostClasses = 12

// Survey collects the values of a raster and finds the limits of classes.
type Survey struct {
	Values   int64   // number of pixels with a value
	Min, Max float64 // of the values; +Inf and -Inf without any
	Whole    bool    // every value is a whole number
	sampler  *stats.Sampler
}

// NewSurvey returns a survey of a raster with that many pixels. It keeps at most a million values.
// The quantiles of larger rasters are those of a sample, the same sample that a fit uses for the
// quantiles in its summary.
func NewSurvey(pixels int) *Survey {
	return &Survey{Min: math.Inf(1), Max: math.Inf(-1), Whole: true, sampler: stats.NewSampler(pixels)}
}

// Add adds the values of consecutive pixels. first is the number of the first of them.
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

// Classes divides values into intervals. Class i holds the values above Limits[i-1] and up to and
// including Limits[i].
type Classes struct {
	Limits   []float64 // ascending; one fewer than classes
	Min, Max float64   // of the values; NaN without any
	Whole    bool      // every value is a whole number
	Given    bool      // the user gave the limits, which are shown as given
	Asked    int       // number of classes that were requested; 0: as many as there are

	Pixels        []int64 // number of pixels by class, from Count
	Insignificant int64   // pixels with a value that is not significant; they are in no class
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

// Quantiles returns n classes with equal numbers of pixels, or fewer classes if values repeat.
func (s *Survey) Quantiles(n int) *Classes {
	shares := make([]float64, n-1)
	for i := range shares {
		shares[i] = float64(i+1) / float64(n)
	}
	limits := slices.Compact(s.sampler.Quantiles(shares...))
	// A limit at the greatest value would leave an empty class above it.
	limits = slices.DeleteFunc(limits, func(x float64) bool { return x >= s.Max })
	return s.classes(limits, n)
}

// Intervals returns n classes of equal width, or one class if all values are equal.
func (s *Survey) Intervals(n int) *Classes {
	var limits []float64
	for i := 1; i < n && s.Min < s.Max; i++ {
		limits = append(limits, s.Min+(s.Max-s.Min)*float64(i)/float64(n))
	}
	return s.classes(limits, n)
}

// Breaks returns the classes between ascending limits, and the two classes beyond them.
func (s *Survey) Breaks(limits []float64) *Classes {
	c := s.classes(slices.Clone(limits), 0)
	c.Limits, c.Given = limits, true
	c.Pixels = make([]int64, len(limits)+1)
	return c
}

// ParseBreaks parses the limits of classes: ascending numbers separated by commas, fewer than
// MostClasses.
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
		return nil, errors.New("give " + strconv.Itoa(MostClasses-1) + " numbers or fewer: the colours of more classes cannot be told apart")
	}
	return limits, nil
}

// Index returns the class of a value.
func (c *Classes) Index(x float64) int { return sort.SearchFloat64s(c.Limits, x) }

// Count counts the pixels of each class. If pvalues is not nil, a pixel whose p-value is missing or
// not below alpha counts as insignificant and is in no class.
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

// Merge removes empty classes, which quantiles of few different values leave, by joining each with
// the next one. Limits that the user gave stay. Call Merge only after counts without p-values,
// because the classes of insignificant pixels are not counted.
func (c *Classes) Merge() {
	for i := len(c.Limits) - 1; i >= 0 && !c.Given; i-- {
		if c.Pixels[i] == 0 {
			c.Limits = slices.Delete(c.Limits, i, i+1)
			c.Pixels = slices.Delete(c.Pixels, i, i+1)
		}
	}
}

// Total returns the number of pixels with a value.
func (c *Classes) Total() int64 {
	sum := c.Insignificant
	for _, n := range c.Pixels {
		sum += n
	}
	return sum
}

// ends returns the limits of class i. The outer classes end at the least and the greatest of all
// values.
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
