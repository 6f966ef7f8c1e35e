package timeaxis

import (
	"fmt"
	"math"
)

// At returns the t of a date written as [Parse] reads it, which need not be one of the axis' own: a year where the axis
// counts years, a day where it counts days. Years where days are counted, or the other way round, are [ErrMixed].
func (a Axis) At(s string) (float64, error) {
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
