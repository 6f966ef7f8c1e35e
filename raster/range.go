package raster

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Range is the values that observations have, the ends included, in stored units: before scale and offset.
type Range struct{ Lo, Hi float64 } // infinite where it is open

// ParseRange reads LO,HI. Either may be left out: "0," is what is not negative.
func ParseRange(s string) (*Range, error) {
	lo, hi, found := strings.Cut(s, ",")
	if !found || strings.TrimSpace(lo+hi) == "" {
		return nil, errors.New("give LO,HI in stored units, such as 0,10000, or one of them, such as 0, or ,10000")
	}
	r := Range{math.Inf(-1), math.Inf(1)}
	for _, end := range []struct {
		text string
		to   *float64
	}{{lo, &r.Lo}, {hi, &r.Hi}} {
		text := strings.TrimSpace(end.text)
		if text == "" {
			continue
		}
		x, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, fmt.Errorf("%q is no number: give LO,HI in stored units, such as 0,10000", text)
		}
		*end.to = x
	}
	return &r, r.check()
}

// check looks at the range itself.
func (r *Range) check() error {
	switch {
	case r == nil:
		return nil
	case math.IsNaN(r.Lo) || math.IsNaN(r.Hi):
		return errors.New("the valid range has an end that is no number: leave it out where the range is open")
	case r.Lo > r.Hi:
		return fmt.Errorf("the valid range from %g to %g holds nothing: give the lower end first", r.Lo, r.Hi)
	}
	return nil
}

// String writes the range as ParseRange reads it.
func (r Range) String() string {
	end := func(x float64) string {
		if math.IsInf(x, 0) {
			return ""
		}
		return strconv.FormatFloat(x, 'g', -1, 64)
	}
	return end(r.Lo) + "," + end(r.Hi)
}
