package timeaxis

import (
	"fmt"
	"slices"
)

// Unit is the unit of time that slopes are given per. The zero Unit is the year.
type Unit int

// A month is a twelfth of a year, and a year is 365.2425 days, the mean of the Gregorian calendar.
// A step is the distance from one raster to the next in date order, however long it is.
const (
	PerYear Unit = iota
	PerMonth
	PerDay
	PerStep
	PerDecade
)

var unitNames = []string{"year", "month", "day", "step", "decade"}

// ParseUnit reads year, decade, month, day or step.
func ParseUnit(s string) (Unit, error) {
	if i := slices.Index(unitNames, s); i >= 0 {
		return Unit(i), nil
	}
	return 0, fmt.Errorf("%q is no unit: write year, decade, month, day or step", s)
}

// String returns "year", "month", "day", "step" or "decade".
func (u Unit) String() string {
	if u < 0 || int(u) >= len(unitNames) {
		return fmt.Sprintf("Unit(%d)", int(u))
	}
	return unitNames[u]
}

const (
	daysPerYear   = 365.2425
	monthsPerYear = 12
)

// perUnit is what turns a slope per year, or per day, into one per u. A step is no unit of either.
func (u Unit) perUnit(ofYears bool) float64 {
	switch {
	case u == PerDecade && ofYears:
		return 10
	case u == PerDecade:
		return 10 * daysPerYear
	case u == PerMonth && ofYears:
		return 1.0 / monthsPerYear
	case u == PerMonth:
		return daysPerYear / monthsPerYear
	case u == PerDay && ofYears:
		return 1 / daysPerYear
	case u == PerDay || ofYears:
		return 1
	}
	return daysPerYear
}
