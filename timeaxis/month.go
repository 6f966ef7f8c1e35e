package timeaxis

import (
	"fmt"
	"slices"
	"time"
)

// MonthDay is the day that a month without a day is taken for. The zero MonthDay is the first.
type MonthDay int

// The middle of a month is the 16th, or the 15th in February.
const (
	FirstOfMonth MonthDay = iota
	MiddleOfMonth
)

var monthDayNames = []string{"first", "middle"}

// ParseMonthDay reads first or middle.
func ParseMonthDay(s string) (MonthDay, error) {
	if i := slices.Index(monthDayNames, s); i >= 0 {
		return MonthDay(i), nil
	}
	return 0, fmt.Errorf("%q is no day of a month: write first or middle", s)
}

// MiddleOfMonths moves readings of months without a day from the first day to the middle, and returns
// how many there are.
func MiddleOfMonths(readings []Reading) (months int) {
	for i := range readings {
		r := &readings[i]
		if r.Month {
			r.Date = r.Date.MiddleOfMonth()
			months++
		}
	}
	return months
}

// MiddleOfMonth returns the day in the middle of the month of d, which is no year.
func (d Date) MiddleOfMonth() Date { return Date{d.year, d.month, middleOf(d.year, d.month)} }

// middleOf returns the day that MiddleOfMonth stands for.
func middleOf(year int, month time.Month) int { return 1 + lengthOf(year, month)/2 }

// lengthOf returns the number of days of a month.
func lengthOf(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}
