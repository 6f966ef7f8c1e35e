package timeaxis

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// ErrNoSeasons: the axis has no seasons, as years and numbers that are no dates have none.
var ErrNoSeasons = errors.New("no seasons")

// ErrIrregular: the dates are not whole steps apart.
var ErrIrregular = errors.New("irregular dates")

// Seasons says how a year is divided. The zero Seasons does not divide it.
type Seasons struct {
	months int // a season has so many: 1 or 3; 0: days
	days   int
}

// The seasons of months, and of three months: December to February, March to May, June to August,
// September to November.
var (
	Monthly   = Seasons{months: 1}
	Quarterly = Seasons{months: 3}
)

// ParseSeasons reads month, quarter, or a number of days, from 1 to 183, into which the year is
// divided from January 1 on.
func ParseSeasons(s string) (Seasons, error) {
	switch strings.ToLower(s) {
	case "month":
		return Monthly, nil
	case "quarter":
		return Quarterly, nil
	}
	if days, err := strconv.Atoi(s); err == nil && days >= 1 && days <= 183 {
		return Seasons{days: days}, nil
	}
	return Seasons{}, fmt.Errorf("%q is no season: write month, quarter, or a number of days from 1 to 183, such as 16", s)
}

// String returns what ParseSeasons reads, "" for the zero Seasons.
func (s Seasons) String() string {
	switch s {
	case Seasons{}:
		return ""
	case Monthly:
		return "month"
	case Quarterly:
		return "quarter"
	}
	return strconv.Itoa(s.days)
}

// of returns the season of a day, counted from 0, and the year that the season belongs to: of a
// season that spans New Year, that of its January. What is left of the year after the last whole
// number of days is a season of its own if it is half as long or longer, and otherwise belongs to
// the last one.
func (s Seasons) of(d Date) (season, year int) {
	if s.months == 0 {
		last := int(math.Round(daysPerYear/float64(s.days))) - 1
		return min((d.yearDay()-1)/s.days, last), d.year
	}
	month := int(d.month) - 1
	if s == Quarterly {
		month++ // December begins the first season of the next year
	}
	return month % 12 / s.months, d.year + month/12
}

// SeasonsOf returns the season of each plane, counted from 0, and the year that it belongs to. Years
// and numbers that are no dates are ErrNoSeasons, and so are steps, of which no number makes a year.
func (a Axis) SeasonsOf(s Seasons) (season, year []int, err error) {
	switch {
	case a.Dates == nil:
		return nil, nil, fmt.Errorf("%w: the axis counts %s, which are no dates", ErrNoSeasons, a.Counts())
	case a.unit == PerStep.String():
		return nil, nil, fmt.Errorf("%w: slopes are per step, and those of seasons are per unit of time", ErrNoSeasons)
	case a.Dates[0].IsYear():
		return nil, nil, fmt.Errorf("%w: rasters are dated by the year, and seasons need days", ErrNoSeasons)
	}
	for _, d := range a.Dates {
		in, of := s.of(d)
		season, year = append(season, in), append(year, of)
	}
	return season, year, nil
}

// PerYear returns what turns a slope per year into one per Unit. It is for an axis that has seasons.
func (a Axis) PerYear() float64 {
	return Unit(slices.Index(unitNames, a.unit)).perUnit(true)
}

// Steps returns how many steps of a regular series each plane is after the first: years, months,
// dekads, or whatever the dates are steps of. Dates that are not, or that several planes share, are
// ErrIrregular. An axis per step counts its own; numbers that are no dates have to be whole steps
// apart.
func (a Axis) Steps() ([]int, error) {
	switch {
	case a.Dates == nil:
		return stepsOfNumbers(a.T)
	case a.unit == PerStep.String():
		steps := make([]int, len(a.T))
		for i := range steps {
			steps[i] = i
		}
		return steps, nil
	}
	s := SpacingOf(a.Dates)
	switch {
	case len(s.Shared) > 0:
		return nil, fmt.Errorf("%w: several rasters share the date %v", ErrIrregular, s.Shared[0])
	case s.steps == nil:
		return nil, fmt.Errorf("%w: from %v to %v, no step of years, months or days fits all dates", ErrIrregular, a.Dates[0], a.Dates[len(a.Dates)-1])
	}
	return s.steps, nil
}

// stepsOfNumbers returns the steps of ascending numbers.
func stepsOfNumbers(xs []float64) ([]int, error) {
	step := math.Inf(1)
	for i := range xs[1:] {
		step = min(step, xs[i+1]-xs[i])
	}
	steps := make([]int, len(xs))
	for i, x := range xs {
		n := (x - xs[0]) / step
		if !(n == math.Trunc(n) && n < 2*float64(len(xs))) {
			return nil, fmt.Errorf("%w: x from %s to %s, and no step fits all values", ErrIrregular, number(xs[0]), number(xs[len(xs)-1]))
		}
		steps[i] = int(n)
	}
	return steps, nil
}
