package timeaxis

import (
	"cmp"
	"fmt"
	"time"
)

// The two ways of writing a date, as layouts of package time.
const (
	yearLayout = "2006"
	dayLayout  = "2006-01-02"
)

// Date is a year or a calendar day. Dates can be compared with == and used as
// map keys. The zero Date is the year 0.
type Date struct {
	year  int
	month time.Month // 0: the Date is a year
	day   int
}

// Year returns the Date of a whole year. Only the years 1 to 9999 can be
// written in a form that [Parse] reads.
func Year(y int) Date { return Date{year: y} }

// Day returns the Date of a calendar day in the years 1 to 9999. A day that is
// not in the calendar, such as 2021-02-30, is an error.
func Day(y int, m time.Month, d int) (Date, error) {
	t := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	// time.Date carries what overflows into the next month or year.
	if y < 1 || y > 9999 || t.Year() != y || t.Month() != m || t.Day() != d {
		return Date{}, fmt.Errorf("%04d-%02d-%02d is no day of the calendar's years 0001 to 9999", y, int(m), d)
	}
	return Date{y, m, d}, nil
}

// Parse reads a Date written exactly as a year, "2001", or as a day,
// "2001-07-15", in the years 0001 to 9999. Anything else, and a day that is
// not in the calendar, is an error.
func Parse(s string) (Date, error) {
	for _, layout := range []string{yearLayout, dayLayout} {
		if d, ok := parseLayout(layout, s); ok {
			return d, nil
		}
	}
	return Date{}, fmt.Errorf("%q is no date: write a year such as 2001 or a calendar day such as 2001-07-15", s)
}

// parseLayout reads a Date in a layout of package time that holds a year, or a
// year and what fixes its day.
func parseLayout(layout, s string) (Date, bool) {
	t, err := time.Parse(layout, s)
	if err != nil || t.Year() < 1 {
		return Date{}, false
	}
	if layout == yearLayout {
		return Year(t.Year()), true
	}
	return Date{t.Year(), t.Month(), t.Day()}, true
}

// IsYear reports whether the Date is a year and not a day.
func (d Date) IsYear() bool { return d.month == 0 }

// Number returns the Date on the time axis: the year of a year, or the days
// from 1970-01-01 (which is 0; earlier days are negative) of a day.
func (d Date) Number() int {
	if d.IsYear() {
		return d.year
	}
	const secondsPerDay = 24 * 60 * 60
	// UTC midnights are whole multiples of a day, so the division is exact.
	return int(time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay)
}

// String returns "2001" for a year and "2001-07-15" for a day.
func (d Date) String() string {
	if d.IsYear() {
		return fmt.Sprintf("%04d", d.year)
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.year, int(d.month), d.day)
}

// plus returns the day so many days later.
func (d Date) plus(days int) Date {
	t := time.Date(d.year, d.month, d.day+days, 0, 0, 0, 0, time.UTC)
	return Date{t.Year(), t.Month(), t.Day()}
}

// agree reports whether two dates can both be right about one file: a year
// agrees with every day in it.
func agree(a, b Date) bool {
	if a.IsYear() || b.IsYear() {
		return a.year == b.year
	}
	return a == b
}

// Compare returns -1 if d is before e, 0 if they are equal, and 1 if d is after
// e. A year comes before its own days.
func (d Date) Compare(e Date) int {
	return cmp.Or(
		cmp.Compare(d.year, e.year),
		cmp.Compare(d.month, e.month),
		cmp.Compare(d.day, e.day),
	)
}

// firstOfEach returns the index of the first year and of the first day among
// dates; mixed is false, and the indices mean nothing, if all are of one kind.
func firstOfEach(dates []Date) (year, day int, mixed bool) {
	year, day = -1, -1
	for i, d := range dates {
		switch {
		case d.IsYear() && year < 0:
			year = i
		case !d.IsYear() && day < 0:
			day = i
		}
	}
	return year, day, year >= 0 && day >= 0
}
