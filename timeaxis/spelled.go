package timeaxis

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// spelled returns the date that the named groups of a match spell, or none if that is no date:
//
//	year             with month and day, with doy, with what follows or alone; of two
//	                 digits, 69 to 99 are 1969 to 1999 and 00 to 68 are 2000 to 2068
//	month            1 to 12 or an English name, July or jul; without day its first day
//	day              1 to 31
//	doy              day of the year, 1 to 366; in a year of 365 days, the last is rolled over to the
//	                 next 1 January, as strptime does: there are scenes with such a name
//	dekad            of a month, 1 to 3, or of a year, 1 to 36: its first day, 1, 11 or 21
//	pentad           of a month, 1 to 6, or of a year, 1 to 72: its first day, 1, 6, … 26
//
// Rules have some that patterns of users do not have:
//
//	quarter          1 to 4: its first day
//	week             of ISO 8601, 1 to 53: its Monday, or with weekday that day of it
//	week7            the week of seven days that NOAA counts from 1 January, 1 to 52: its first day
//	half             of a month, a or b: day 1 or 16
//	months           of a half year, 0106 or 0712: its first day
//	fraction         what stands behind the point of a decimal year: the day that it falls on
//	period           a dekad or a pentad, whichever there is: two dates where both are and differ
//	sep and same     must match the same text
func spelled(names, match []string) (dates []Date, rolled bool) {
	texts := map[string]string{}
	numbers := map[string]int{}
	for i, name := range names {
		if name == "" {
			continue
		}
		texts[name] = match[i]
		n, ok := groupNumber(name, match[i])
		if !ok {
			return nil, false
		}
		numbers[name] = n
	}
	y, m := numbers["year"], numbers["month"]
	one := func(d Date, ok bool) ([]Date, bool) {
		if !ok {
			return nil, false
		}
		return []Date{d}, false
	}
	has := func(name string) bool { _, ok := numbers[name]; return ok }
	newYear, err := Day(y, time.January, 1)
	inCalendar := err == nil
	switch {
	case has("doy"):
		n := numbers["doy"]
		if !inCalendar || n < 1 || n > 366 || y == 9999 {
			return nil, false
		}
		d := newYear.plus(n - 1)
		return []Date{d}, d.year != y
	case has("dekad"):
		return one(firstDay(y, m, numbers["dekad"], 3, 10))
	case has("pentad"):
		return one(firstDay(y, m, numbers["pentad"], 6, 5))
	case has("period"):
		dates, _ := one(firstDay(y, m, numbers["period"], 3, 10))
		if d, ok := firstDay(y, m, numbers["period"], 6, 5); ok && !slices.Contains(dates, d) {
			dates = append(dates, d)
		}
		return dates, false
	case has("quarter"):
		q := numbers["quarter"]
		return one(Date{y, time.Month(3*q - 2), 1}, inCalendar && q >= 1 && q <= 4)
	case has("week"):
		d, ok := isoWeek(y, numbers["week"])
		return one(d.plus(max(numbers["weekday"], 1)-1), ok)
	case has("week7"):
		w := numbers["week7"]
		return one(newYear.plus(7*(w-1)), inCalendar && w >= 1 && w <= 52)
	case has("months"):
		return one(Date{y, time.Month(numbers["months"] / 100), 1}, inCalendar)
	case has("fraction"):
		fraction, err := strconv.ParseFloat("0."+texts["fraction"], 64)
		length := Date{y + 1, time.January, 1}.Number() - newYear.Number()
		return one(newYear.plus(int(math.Floor(fraction*float64(length)))), err == nil && inCalendar)
	case has("month"):
		d := 1
		switch {
		case has("day"):
			d = numbers["day"]
		case strings.EqualFold(texts["half"], "b"):
			d = 16
		}
		date, err := Day(y, time.Month(m), d)
		return one(date, err == nil)
	}
	return one(Year(y), y >= 1)
}

// isoWeek returns the Monday of a week of ISO 8601: that of week 1 is the one before or on 4
// January.
func isoWeek(year, week int) (Date, bool) {
	fourth, err := Day(year, time.January, 4)
	if err != nil || week < 1 {
		return Date{}, false
	}
	t := time.Date(year, time.January, 4, 0, 0, 0, 0, time.UTC)
	monday := fourth.plus(-int(t.Weekday()+6)%7 + 7*(week-1))
	thursday := monday.plus(3)
	return monday, thursday.year == year
}

// firstDay returns the first day of period n, of which a month has so many, of so
// many days but for the last one; m is the month, or 0 where n counts from January.
func firstDay(y, m, n, inMonth, days int) (Date, bool) {
	if m == 0 && n >= 1 {
		m, n = (n-1)/inMonth+1, (n-1)%inMonth+1
	}
	d, err := Day(y, time.Month(m), 1+(n-1)*days)
	return d, err == nil && n >= 1 && n <= inMonth
}

// groupNumber reads what a named group has matched.
func groupNumber(name, text string) (int, bool) {
	switch name {
	case "sep", "same", "half", "fraction":
		return 0, true // no numbers
	case "month":
		if m := monthNamed(text); m != 0 {
			return int(m), true
		}
	}
	n, err := strconv.ParseUint(text, 10, 16)
	if name == "year" {
		switch {
		case len(text) == 2 && n >= 69:
			n += 1900
		case len(text) == 2:
			n += 2000
		case len(text) != 4:
			return 0, false
		}
	}
	return int(n), err == nil
}

// monthNamed returns the month with an English name, in full or of its first three letters, or 0.
func monthNamed(text string) time.Month {
	for m := time.January; m <= time.December; m++ {
		if full := m.String(); strings.EqualFold(text, full) || strings.EqualFold(text, full[:3]) {
			return m
		}
	}
	if strings.EqualFold(text, "sept") {
		return time.September
	}
	return 0
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
