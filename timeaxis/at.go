package timeaxis

import (
	"fmt"
	"math"
	"strconv"
)

// At returns the t of a date written as [Parse] reads it, which need not be one of the axis' own: a
// year where the axis counts years, a day where it counts days. Years where days are counted, or
// the other way round, are [ErrMixed]. Where the axis counts steps, or holds numbers that are no
// dates, it reads a number.
func (a Axis) At(s string) (float64, error) {
	if a.Dates == nil || a.unit == PerStep.String() {
		t, err := strconv.ParseFloat(s, 64)
		if err != nil || math.IsNaN(t) || math.IsInf(t, 0) {
			return math.NaN(), fmt.Errorf("%q is no number, and the axis counts %s: give a number such as %s", s, a.Counts(), number(a.T[0]))
		}
		return t, nil
	}
	d, err := Parse(s)
	if err != nil {
		return math.NaN(), err
	}
	if len(a.Dates) > 0 && a.Dates[0].IsYear() != d.IsYear() {
		if d.IsYear() {
			return math.NaN(), fmt.Errorf("%w: %v is a year and the axis counts days: give a day, such as %v-07-01", ErrMixed, d, d)
		}
		return math.NaN(), fmt.Errorf("%w: %v is a day and the axis counts years: give a year, such as %04d", ErrMixed, d, d.year)
	}
	return float64(d.Number()), nil
}
