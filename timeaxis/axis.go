package timeaxis

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// Axis is what the planes of a stack are fitted against: their dates in order,
// or other numbers in order, and what a regression uses for them.
type Axis struct {
	// Dates of the planes, ascending; scenes that share a date stand side by side.
	// nil where the axis holds other numbers than dates.
	Dates []Date
	// T is the t of each plane: integer years, integer days since 1970-01-01,
	// steps, or the numbers that were given.
	T []float64
	// PerUnit turns a slope per unit of T into one per Unit.
	PerUnit float64

	unit, origin string
	times        []float64 // T with parts of days, whatever T is; nil of whole days
}

// NewAxis sorts dates into an axis with slopes per year. order[i] is the index
// into dates of the axis' i-th plane; equal dates keep the order in which they
// came. dates is neither changed nor kept.
//
// Years beside days are [ErrMixed]; fewer than two different dates are
// [ErrTooFew].
func NewAxis(dates []Date) (axis Axis, order []int, err error) {
	if year, day, mixed := firstOfEach(dates); mixed {
		return Axis{}, nil, &Error{Kind: ErrMixed, Remedy: GiveOneKind, Dates: []Date{dates[year], dates[day]},
			Found: fmt.Sprintf("%v: %v and %v are on one axis", ErrMixed, dates[year], dates[day])}
	}
	if len(dates) < 2 {
		return Axis{}, nil, fmt.Errorf("%w: a trend needs two or more, not %d: name more inputs", ErrTooFew, len(dates))
	}
	order = sortedOrder(dates, Date.Compare)
	axis = Axis{Dates: make([]Date, len(dates)), T: make([]float64, len(dates)), origin: "1970-01-01"}
	for i, from := range order {
		axis.Dates[i] = dates[from]
		axis.T[i] = float64(dates[from].Number())
	}
	first, last := axis.Dates[0], axis.Dates[len(dates)-1]
	if first == last {
		return Axis{}, nil, &Error{Kind: ErrTooFew, Remedy: OtherInputs, Dates: []Date{first},
			Found: fmt.Sprintf("%v: all %d inputs are dated %v, and a trend needs two or more dates", ErrTooFew, len(dates), first)}
	}
	if first.IsYear() {
		axis.origin = "year 0"
	}
	return axis.Per(PerYear), order, nil
}

// NewXAxis sorts numbers that are no dates, such as doses or temperatures, into
// an axis with slopes per unit of them; unit is its name, "" if it has none.
// order is that of [NewAxis], and so is what happens to equal numbers.
//
// Numbers that are not finite, or too far apart for their distance to be
// finite, are an error; fewer than two different ones are [ErrTooFew].
func NewXAxis(xs []float64, unit string) (axis Axis, order []int, err error) {
	for i, x := range xs {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return Axis{}, nil, fmt.Errorf("x of input %d is %v: give finite numbers", i+1, x)
		}
	}
	if len(xs) < 2 {
		return Axis{}, nil, fmt.Errorf("%w: a trend needs two or more, not %d: name more inputs", ErrTooFewX, len(xs))
	}
	order = sortedOrder(xs, cmp.Compare[float64])
	axis = Axis{T: make([]float64, len(xs)), PerUnit: 1, unit: cmp.Or(unit, "x"), origin: "x = 0"}
	for i, from := range order {
		axis.T[i] = xs[from]
	}
	if unit != "" {
		axis.origin += " " + unit
	}
	first, last := axis.T[0], axis.T[len(xs)-1]
	if first == last {
		return Axis{}, nil, fmt.Errorf("%w: x is %s for all %d inputs, and a trend needs two or more values", ErrTooFewX, number(first), len(xs))
	}
	if math.IsInf(last-first, 0) {
		return Axis{}, nil, fmt.Errorf("x runs from %s to %s, too far to be counted: give smaller numbers", number(first), number(last))
	}
	return axis, order, nil
}

// sortedOrder returns the indices of s in ascending order, equal ones as they came.
func sortedOrder[V any](s []V, compare func(a, b V) int) []int {
	order := make([]int, len(s))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return compare(s[i], s[j]) })
	return order
}

// Per returns the axis with slopes per u. t stays what it is, years or days, so
// that the intercept does too; only per step, t is 0, 1, 2, … in date order, as
// in GRASS r.series and CDO trend: there, scenes that share a date are separate
// steps. It is not for an axis of [NewXAxis], which has a unit of its own.
func (a Axis) Per(u Unit) Axis {
	if a.Dates == nil {
		panic("timeaxis: an axis of numbers that are no dates has no unit of time")
	}
	a.unit = u.String()
	if u != PerStep {
		a.PerUnit = u.perUnit(a.Dates[0].IsYear())
		return a
	}
	a.T, a.PerUnit = make([]float64, len(a.Dates)), 1
	for i := range a.T {
		a.T[i] = float64(i)
	}
	a.origin = fmt.Sprintf("step 0, %v", a.Dates[0])
	return a
}

// Unit returns the unit that slopes are per, once they are multiplied by
// PerUnit: "year", "month", "day", "step" or "decade", or that of the numbers that are
// no dates, "x" where it has no name.
func (a Axis) Unit() string { return a.unit }

// Origin says where t is zero: "year 0", "1970-01-01", "step 0, 1995-07-01" or
// "x = 0 ppm". An intercept is the value there.
func (a Axis) Origin() string { return a.origin }

// Counts returns what T counts: "years", "days since 1970-01-01", "steps", or the unit of the
// numbers that are no dates.
func (a Axis) Counts() string {
	switch {
	case a.Dates == nil:
		return a.unit
	case a.unit == PerStep.String():
		return "steps"
	case a.Dates[0].IsYear():
		return "years"
	}
	return "days since " + a.origin
}

// CountsDays reports whether T counts days.
func (a Axis) CountsDays() bool {
	return len(a.Dates) > 0 && a.unit != PerStep.String() && !a.Dates[0].IsYear()
}

// PeriodUnit returns what a period of the axis counts: Counts without its origin.
func (a Axis) PeriodUnit() string {
	if a.CountsDays() {
		return "days"
	}
	return a.Counts()
}

// Whole reports whether T has whole numbers only.
func (a Axis) Whole() bool {
	return !slices.ContainsFunc(a.T, func(t float64) bool { return t != math.Trunc(t) })
}

// Label returns the date of plane i, with the time of day if the axis has parts of days, or its number
// where it has no date.
func (a Axis) Label(i int) string {
	switch {
	case a.Dates == nil:
		return number(a.T[i])
	case a.times == nil:
		return a.Dates[i].String()
	}
	return instant(a.Dates[i], a.times[i]-math.Floor(a.times[i]))
}

// instant writes a time of a day, such as 2021-01-31T06:00.
func instant(d Date, part float64) string {
	second := min(int(math.Round(part*86400)), 86399)
	text := fmt.Sprintf("%vT%02d:%02d", d, second/3600, second/60%60)
	if second%60 > 0 {
		text += fmt.Sprintf(":%02d", second%60)
	}
	return text
}

// Duplicates returns the dates that several planes share, each once, ascending. Planes of different times
// of one day share none. Numbers that are no dates may be shared, and are not listed.
func (a Axis) Duplicates() []Date {
	var shared []Date
	for i := 1; i < len(a.Dates); i++ {
		d := a.Dates[i]
		if a.times != nil && a.times[i] != a.times[i-1] {
			continue
		}
		if d == a.Dates[i-1] && (len(shared) == 0 || shared[len(shared)-1] != d) {
			shared = append(shared, d)
		}
	}
	return shared
}

// String returns a summary to show a person, such as "21 years, 1995–2015",
// "68 dates, 2015-07-11 to 2017-12-22, 1 date shared by several scenes" or
// "4 values of x, 0.2 to 338.8 ppm". The number in front counts planes.
func (a Axis) String() string {
	if len(a.T) == 0 {
		return "no dates"
	}
	last := len(a.T) - 1
	if a.Dates == nil {
		s := fmt.Sprintf("%s of x, %s to %s", count(len(a.T), "value"), Brief(a.T[0]), Brief(a.T[last]))
		if a.unit != "x" {
			s += " " + a.unit
		}
		return s
	}
	shared := len(a.Duplicates())
	noun, to := "date", " to "
	if a.Dates[0].IsYear() {
		to = "–"
		if shared == 0 {
			noun = "year" // as many planes as years
		}
	}
	s := fmt.Sprintf("%s, %s%s%s", count(len(a.T), noun), a.Label(0), to, a.Label(last))
	if shared > 0 {
		s += fmt.Sprintf(", %s shared by several scenes", count(shared, "date"))
	}
	return s
}

// Brief writes a number in place of a date for people: with twelve digits, which tell a second from the next in
// years, and without those that only a float64 has.
func Brief(x float64) string { return strconv.FormatFloat(x, 'g', 12, 64) }

// number writes a number as briefly as it can be read back.
func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
