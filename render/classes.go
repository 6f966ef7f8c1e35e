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
	Zeros    int64   // of them are zero
	Below    int64   // of them are below zero
	Min, Max float64 // of the values; +Inf and -Inf without any
	Whole    bool    // every value is a whole number

	all, below, above *stats.Sampler // of all values, and of those on each side of zero
	highest           float64        // of the values below zero
	side              []float64      // scratch memory of Add
}

// NewSurvey returns a survey of a raster with that many pixels. It keeps at most a million values
// of each sign. The quantiles of larger rasters are those of a sample, the same sample that a fit
// uses for the quantiles in its summary.
func NewSurvey(pixels int) *Survey {
	return &Survey{Min: math.Inf(1), Max: math.Inf(-1), Whole: true, highest: math.Inf(-1),
		all: stats.NewSampler(pixels), below: stats.NewSampler(pixels), above: stats.NewSampler(pixels)}
}

// Keep says whether Quantiles and SignedQuantiles will be asked for, before values are added. If it is
// not called, the survey keeps values for both. The three samples take 8 MiB each of a large raster.
func (s *Survey) Keep(quantiles, signed bool) {
	if !quantiles {
		s.all = nil
	}
	if !signed {
		s.below, s.above = nil, nil
	}
}

// Add adds the values of consecutive pixels. first is the number of the first of them.
func (s *Survey) Add(first int, values []float64) {
	if s.all != nil {
		stats.Sample(s.all, first, values)
	}
	if s.below != nil {
		s.sample(s.below, first, values, func(x float64) bool { return x < 0 })
		s.sample(s.above, first, values, func(x float64) bool { return x > 0 })
	}
	for _, x := range values {
		if x != x {
			continue
		}
		s.Values++
		s.Min, s.Max = min(s.Min, x), max(s.Max, x)
		switch {
		case x < 0:
			s.Below++
			s.highest = max(s.highest, x)
		case x == 0:
			s.Zeros++
		}
		if s.Whole && x != math.Trunc(x) {
			s.Whole = false
		}
	}
}

// sideValues is how many values are sampled at a time.
const sideValues = 1 << 12

// sample samples the values of one sign.
func (s *Survey) sample(to *stats.Sampler, first int, values []float64, keep func(float64) bool) {
	for part := range slices.Chunk(values, sideValues) {
		s.side = append(s.side[:0], part...)
		for i, x := range s.side {
			if !keep(x) {
				s.side[i] = math.NaN()
			}
		}
		stats.Sample(to, first, s.side)
		first += len(part)
	}
}

// Classes divides values into intervals. Class i holds the values above Limits[i-1] and up to and
// including Limits[i].
type Classes struct {
	Limits   []float64 // ascending; one fewer than classes
	Min, Max float64   // of the values; NaN without any
	Whole    bool      // every value is a whole number
	Given    bool      // the user gave the limits, which are shown as given
	Signed   bool      // zero is a limit: no class holds values of both signs
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
func (s *Survey) Quantiles(n int) *Classes { return s.classes(quantiles(s.all, n, s.Max), n) }

// quantiles returns the limits of n classes with equal numbers of the values in a sample. A limit
// at the greatest value would leave an empty class above it.
func quantiles(of *stats.Sampler, n int, greatest float64) []float64 {
	shares := make([]float64, max(0, n-1))
	for i := range shares {
		shares[i] = float64(i+1) / float64(n)
	}
	limits := slices.Compact(of.Quantiles(shares...))
	return slices.DeleteFunc(limits, func(x float64) bool { return x >= greatest })
}

// SignedQuantiles returns n classes with a limit at zero, or fewer classes if values repeat. The
// classes on either side of zero have equal numbers of pixels, and each side has its share of the
// classes, one at least. Zeros are a class of their own if they are not rare and n is 3 or more;
// otherwise they are in the class below zero. If no values, or all, are below zero, SignedQuantiles
// does what Quantiles does with the others.
func (s *Survey) SignedQuantiles(n int) *Classes {
	below, above := s.Below, s.Values-s.Below-s.Zeros
	sides := n
	apart := s.zerosApart(n)
	if apart {
		sides--
	}
	first := int(math.Round(float64(sides) * float64(below) / float64(max(1, below+above))))
	if below > 0 && above > 0 {
		first = min(max(first, 1), sides-1)
	}
	return s.signed(quantiles(s.below, first, s.highest), apart, quantiles(s.above, sides-first, s.Max), n)
}

// SignedIntervals returns n classes of equal width with a limit at zero. The width is the least
// with which n classes reach all values; the outer classes end at the least and the greatest value.
// Zeros are a class as in SignedQuantiles. If all values have one sign, SignedIntervals does what
// Intervals does.
func (s *Survey) SignedIntervals(n int) *Classes {
	if !(s.Min < 0 && s.Max > 0) {
		return s.Intervals(n)
	}
	sides := n
	apart := s.zerosApart(n)
	if apart {
		sides--
	}
	first, width := 0, math.Inf(1)
	for k := 1; k < sides; k++ {
		if w := max(-s.Min/float64(k), s.Max/float64(sides-k)); w < width {
			first, width = k, w
		}
	}
	var below, above []float64
	for i := first - 1; i > 0; i-- {
		below = append(below, -width*float64(i))
	}
	for i := 1; i < sides-first; i++ {
		above = append(above, width*float64(i))
	}
	return s.signed(below, apart, above, n)
}

// rare is the share of zeros below which they have no class of their own.
const rare = 0.001

// zerosApart reports whether zeros are one of n classes.
func (s *Survey) zerosApart(n int) bool {
	return n > 2 && s.Zeros > 0 && float64(s.Zeros) >= rare*float64(s.Values)
}

// belowZero is the largest float64 below zero. It is the upper limit of the class of negative
// values if zero has a class of its own.
const belowZero = -math.SmallestNonzeroFloat64

// signed returns the classes with limits below and above zero, and at zero where it separates
// values.
func (s *Survey) signed(below []float64, zerosApart bool, above []float64, asked int) *Classes {
	limits := slices.Clone(below)
	if zerosApart && s.Min < 0 {
		limits = append(limits, belowZero)
	}
	if s.Max > 0 && (s.Min < 0 || zerosApart) {
		limits = append(limits, 0)
	}
	c := s.classes(append(limits, above...), asked)
	c.Signed = true
	return c
}

// Intervals returns n classes of equal width, or one class if all values are equal.
func (s *Survey) Intervals(n int) *Classes {
	var limits []float64
	for i := 1; i < n && s.Min < s.Max; i++ {
		limits = append(limits, s.Min+(s.Max-s.Min)*float64(i)/float64(n))
	}
	return s.classes(limits, n)
}

// Years returns the classes of whole numbers: one for each, or for every few, so that there are MostClasses at
// most.
func (s *Survey) Years() *Classes {
	var limits []float64
	for width := math.Ceil((s.Max - s.Min + 1) / MostClasses); s.Min+width*float64(len(limits)+1) <= s.Max; {
		limits = append(limits, s.Min+width*float64(len(limits)+1)-1)
	}
	return s.classes(limits, 0)
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

// Count counts the pixels of each class. weak, which may be nil, marks pixels that are not
// significant: they are counted apart, and are in no class.
func (c *Classes) Count(values []float64, weak []bool) {
	for i, x := range values {
		switch {
		case x != x:
			c.Nodata++
		case weak != nil && weak[i]:
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
// the next one. Limits that the user gave stay. Call Merge only if no pixels were marked in Count,
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
