package timeaxis

import (
	"fmt"
	"slices"
	"time"
)

// Period is a length of time whose scenes become one composite. The zero Period is none.
type Period uint8

// The periods. Seasons are those of meteorology: December to February, March to May, June to August
// and September to November.
const (
	NoPeriod Period = iota
	EachYear
	EachSeason
	EachMonth
)

var periodNames = []string{"", "annual", "seasonal", "monthly"}

// ParsePeriod reads annual, seasonal or monthly.
func ParsePeriod(s string) (Period, error) {
	if i := slices.Index(periodNames, s); i > 0 {
		return Period(i), nil
	}
	return NoPeriod, fmt.Errorf("%q is no period: write annual, seasonal or monthly", s)
}

// String returns "annual", "seasonal" or "monthly", and "" for none.
func (p Period) String() string { return periodNames[p] }

// Group is the dates of one composite.
type Group struct {
	Date       Date // of the composite: the year, or the first day of the season or month
	First, End int  // indices of the first date and of the one after the last
}

// Groups divides dates, which are ascending, into the composites of a period. Periods without a
// date have no group. months are those that dates were selected by, the empty set for all.
//
// A winter belongs to the year of its January, and so do the months of a selection that runs
// through the end of the year: with November to February, the composite of 2001 begins in November
// 2000.
//
// Years have no seasons and months: these periods of years are [ErrMixed].
func (p Period) Groups(dates []Date, months Months) ([]Group, error) {
	if i := slices.IndexFunc(dates, Date.IsYear); i >= 0 && p != EachYear {
		return nil, &Error{Kind: ErrMixed, Remedy: ComposeYears, Dates: []Date{dates[i]},
			Found: fmt.Sprintf("%v: %s composites need days, and the inputs are dated by the year, such as %v", ErrMixed, p, dates[i])}
	}
	turn := months.turn()
	var groups []Group
	for i, d := range dates {
		of := p.of(d, turn)
		if last := len(groups) - 1; last < 0 || groups[last].Date != of {
			groups = append(groups, Group{Date: of, First: i})
		}
		groups[len(groups)-1].End = i + 1
	}
	return groups, nil
}

// of returns the date of the composite that d belongs to. Months from turn on belong to the next
// year.
func (p Period) of(d Date, turn time.Month) Date {
	switch {
	case p == EachMonth:
		return Date{d.year, d.month, 1}
	case p == EachSeason && d.month < time.March:
		return Date{d.year - 1, time.December, 1}
	case p == EachSeason:
		return Date{d.year, d.month - d.month%3, 1}
	case d.month >= turn:
		return Year(d.year + 1)
	}
	return Year(d.year)
}

// turn returns the month from which on a selection of months belongs to the next year: the first of
// those that run through the end of the year. It is 13 if none do.
func (ms Months) turn() time.Month {
	turn := time.December + 1
	if !ms.Has(time.January) || ms == 1<<13-2 {
		return turn
	}
	for ms.Has(turn - 1) {
		turn--
	}
	return turn
}
