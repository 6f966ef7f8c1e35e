package timeaxis

import (
	"fmt"
	"slices"
)

// Axis is the time axis of a stack: its dates in order, and the numbers that a
// regression uses for them.
type Axis struct {
	// Dates of the planes, ascending; scenes that share a date stand side by side.
	Dates []Date
	// T is the t of each date: integer years, or integer days since 1970-01-01.
	T []float64
	// PerYear turns a slope per unit of T into one per year: 1 where T counts
	// years, 365.2425, the days of a mean Gregorian year, where it counts days.
	PerYear float64
}

const daysPerYear = 365.2425

// NewAxis sorts dates into an axis. order[i] is the index into dates of the
// axis' i-th plane; equal dates keep the order in which they came. dates is
// neither changed nor kept.
//
// Years beside days are [ErrMixed]; fewer than two different dates are
// [ErrTooFew].
func NewAxis(dates []Date) (axis Axis, order []int, err error) {
	if year, day, mixed := firstOfEach(dates); mixed {
		return Axis{}, nil, fmt.Errorf("%w: %v and %v are on one axis: give every input a year, or every input a day, with --dates @dates.csv",
			ErrMixed, dates[year], dates[day])
	}
	if len(dates) < 2 {
		return Axis{}, nil, fmt.Errorf("%w: a trend needs two or more, not %d: name more inputs", ErrTooFew, len(dates))
	}
	order = make([]int, len(dates))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return dates[i].Compare(dates[j]) })

	axis = Axis{Dates: make([]Date, len(dates)), T: make([]float64, len(dates)), PerYear: 1}
	for i, from := range order {
		axis.Dates[i] = dates[from]
		axis.T[i] = float64(dates[from].Number())
	}
	first, last := axis.ends()
	if first == last {
		return Axis{}, nil, fmt.Errorf("%w: all %d inputs are dated %v, and a trend needs two or more dates: name inputs of other dates, or %s",
			ErrTooFew, len(dates), first, howToGive)
	}
	if !first.IsYear() {
		axis.PerYear = daysPerYear
	}
	return axis, order, nil
}

func (a Axis) ends() (first, last Date) { return a.Dates[0], a.Dates[len(a.Dates)-1] }

// Unit returns the unit of time that results are given in, once slopes are
// multiplied by PerYear: always "year".
func (a Axis) Unit() string { return "year" }

// Origin says where t is zero: "year 0" or "1970-01-01". An intercept is the
// value there.
func (a Axis) Origin() string {
	if len(a.Dates) > 0 && !a.Dates[0].IsYear() {
		return "1970-01-01"
	}
	return "year 0"
}

// Duplicates returns the dates that several planes share, each once, ascending.
func (a Axis) Duplicates() []Date {
	var shared []Date
	for i := 1; i < len(a.Dates); i++ {
		d := a.Dates[i]
		if d == a.Dates[i-1] && (len(shared) == 0 || shared[len(shared)-1] != d) {
			shared = append(shared, d)
		}
	}
	return shared
}

// String returns a summary to show a person, such as "21 years, 1995–2015" or
// "68 dates, 2015-07-11 to 2017-12-22, 1 date shared by several scenes". The
// number in front counts planes.
func (a Axis) String() string {
	if len(a.Dates) == 0 {
		return "no dates"
	}
	first, last := a.ends()
	shared := len(a.Duplicates())
	noun, to := "date", " to "
	if first.IsYear() {
		to = "–"
		if shared == 0 {
			noun = "year" // as many planes as years
		}
	}
	s := fmt.Sprintf("%s, %v%s%v", count(len(a.Dates), noun), first, to, last)
	if shared > 0 {
		s += fmt.Sprintf(", %s shared by several scenes", count(shared, "date"))
	}
	return s
}
