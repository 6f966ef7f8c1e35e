package timeaxis

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Spacing says how dates follow each other.
type Spacing struct {
	Dates       []Date // each once, ascending
	Shared      []Date // those that came more than once, each once, ascending
	Unit        string // of the distances: "year" or "day"
	Min, Median float64
	Max         float64
	// Every is what the dates are steps of, such as "year", "month", "16 days" or "16 days of each
	// year", and Missing the steps between the first and the last that have no date. "" where they
	// are irregular: where no step fits all dates, or half of the steps would be missing.
	Every   string
	Missing []Date

	steps []int // of Dates, from the first; nil where they are irregular
}

// SpacingOf looks at dates in any order, which are all years or all days.
func SpacingOf(dates []Date) Spacing {
	sorted := slices.SortedFunc(slices.Values(dates), Date.Compare)
	var s Spacing
	for i, d := range sorted {
		switch {
		case i == 0 || d != sorted[i-1]:
			s.Dates = append(s.Dates, d)
		case len(s.Shared) == 0 || s.Shared[len(s.Shared)-1] != d:
			s.Shared = append(s.Shared, d)
		}
	}
	if len(s.Dates) == 0 {
		return s
	}
	s.Unit = "day"
	if s.Dates[0].IsYear() {
		s.Unit = "year"
	}
	if len(s.Dates) < 2 {
		return s
	}
	gaps := distances(s.Dates, Date.Number)
	slices.Sort(gaps)
	n := len(gaps)
	s.Min, s.Max = float64(gaps[0]), float64(gaps[n-1])
	s.Median = float64(gaps[(n-1)/2]+gaps[n/2]) / 2
	if len(s.Dates) > 2 { // two dates are always one step apart
		s.step(commonest(gaps))
	}
	return s
}

// calendar counts dates, so that those of a regular series are whole steps apart.
type calendar struct {
	number func(Date) (n int, ok bool) // ok is false for a date that has no place in it
	date   func(n int) Date
	every  func(step int) string
}

// step sets Every and Missing by the first calendar that the dates are regular in. usual is the
// most frequent distance.
func (s *Spacing) step(usual int) {
	calendars := []calendar{years}
	if s.Unit == "day" {
		calendars = []calendar{
			partsOfMonth(slices.MaxFunc(s.Dates, func(a, b Date) int { return a.day - b.day }).day),
			partsOfMonth(middle),
			partsOfMonth(1, 11, 21),
			partsOfMonth(1, 6, 11, 16, 21, 26),
			days,
			partsOfYear(usual, (s.Dates[0].yearDay()-1)%usual),
		}
	}
	for _, c := range calendars {
		if s.regularIn(c) {
			return
		}
	}
}

func (s *Spacing) regularIn(c calendar) bool {
	has := map[int]bool{}
	for _, d := range s.Dates {
		n, ok := c.number(d)
		if !ok {
			return false
		}
		has[n] = true
	}
	number := func(d Date) int { n, _ := c.number(d); return n }
	gaps := distances(s.Dates, number)
	step := commonest(gaps)
	first, last := number(s.Dates[0]), number(s.Dates[len(s.Dates)-1])
	if step <= 0 || slices.ContainsFunc(gaps, func(gap int) bool { return gap%step != 0 }) || 2*len(s.Dates) <= (last-first)/step {
		return false
	}
	s.Every = c.every(step)
	for _, d := range s.Dates {
		s.steps = append(s.steps, (number(d)-first)/step)
	}
	for n := first; n <= last; n += step {
		if !has[n] {
			s.Missing = append(s.Missing, c.date(n))
		}
	}
	return true
}

// distances returns how far each date is from the one before.
func distances(dates []Date, number func(Date) int) []int {
	gaps := make([]int, len(dates)-1)
	for i := range gaps {
		gaps[i] = number(dates[i+1]) - number(dates[i])
	}
	return gaps
}

// commonest returns the most frequent number, of several the least.
func commonest(numbers []int) int {
	count := map[int]int{}
	best := math.MaxInt
	for _, n := range numbers {
		count[n]++
	}
	for n, times := range count {
		if times > count[best] || times == count[best] && n < best {
			best = n
		}
	}
	return best
}

// steps writes "year", "2 years".
func steps(step int, noun string) string {
	if step == 1 {
		return noun
	}
	return fmt.Sprintf("%d %ss", step, noun)
}

var years = calendar{
	number: func(d Date) (int, bool) { return d.Number(), true },
	date:   Year,
	every:  func(step int) string { return steps(step, "year") },
}

var days = calendar{
	number: func(d Date) (int, bool) { return d.Number(), true },
	date:   Date{1970, time.January, 1}.plus,
	every:  func(step int) string { return steps(step, "day") },
}

// middle is the day of partsOfMonth that stands for MiddleOfMonth.
const middle = 0

// partsOfMonth counts the parts of months that begin at these days: months with one, dekads with
// three, pentads with six. Where a month is too short, its last day is meant.
func partsOfMonth(begin ...int) calendar {
	n := len(begin)
	day := func(year int, month time.Month, part int) int {
		if begin[part] == middle {
			return middleOf(year, month)
		}
		return min(begin[part], lengthOf(year, month))
	}
	noun := map[int]string{1: "month", 3: "dekad", 6: "pentad"}[n]
	return calendar{
		number: func(d Date) (int, bool) {
			for part := range begin {
				if day(d.year, d.month, part) == d.day {
					return (12*d.year+int(d.month)-1)*n + part, true
				}
			}
			return 0, false
		},
		date: func(i int) Date {
			year, month := i/n/12, time.Month(i/n%12+1)
			return Date{year, month, day(year, month, i%n)}
		},
		every: func(step int) string {
			if perYear := 12 * n; step%perYear == 0 {
				return steps(step/perYear, "year")
			}
			if step%n == 0 {
				return steps(step/n, "month")
			}
			return steps(step, noun)
		},
	}
}

// partsOfYear counts periods of so many days that begin anew each year, after the first few, as the
// composites of MODIS do.
func partsOfYear(length, after int) calendar {
	perYear := (364-after)/length + 1
	return calendar{
		number: func(d Date) (int, bool) {
			day := d.yearDay() - 1 - after
			return d.year*perYear + day/length, day >= 0 && day%length == 0 && day/length < perYear
		},
		date: func(i int) Date {
			return Date{i / perYear, time.January, 1}.plus(after + i%perYear*length)
		},
		every: func(step int) string { return steps(step*length, "day") + " of each year" },
	}
}

// yearDay is 1 on January 1.
func (d Date) yearDay() int {
	return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC).YearDay()
}
