package raster

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Range is the range of values that observations may have, limits included, in stored units: before
// scale and offset. A limit that is infinite is none.
type Range struct{ Lo, Hi float64 }

// ParseRange reads LO,HI. Either may be left out: "0," means no negative values.
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
			return nil, fmt.Errorf("%q is not a number: give LO,HI in stored units, such as 0,10000", text)
		}
		*end.to = x
	}
	return &r, r.check()
}

// check returns an error if no value is in the range.
func (r *Range) check() error {
	switch {
	case r == nil:
		return nil
	case math.IsNaN(r.Lo) || math.IsNaN(r.Hi):
		return errors.New("a limit of the valid range is not a number: leave it out if there is no limit")
	case r.Lo > r.Hi:
		return fmt.Errorf("the valid range from %g to %g is empty: give the lower limit first", r.Lo, r.Hi)
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

// MarshalText returns the range as ParseRange reads it.
func (r Range) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads a range as ParseRange does. The text of a range without limits is ",".
func (r *Range) UnmarshalText(text []byte) error {
	if string(text) == "," {
		*r = Range{math.Inf(-1), math.Inf(1)}
		return nil
	}
	read, err := ParseRange(string(text))
	if err == nil {
		*r = *read
	}
	return err
}
