package timeaxis

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// tagPattern is the notation of TIFFTAG_DATETIME (TIFF 6.0, section 8).
var tagPattern = whenUsed(`^(?P<year>\d{4}):(?P<month>\d\d):(?P<day>\d\d)(?:\D|$)`)

// dateGroups are the named groups that a pattern may have.
var dateGroups = []string{"year", "month", "day", "doy", "dekad", "pentad"}

// groupSets are those of them that fix a date together.
var groupSets = []string{"year", "year month", "year month day", "year doy", "year month dekad", "year dekad", "year month pentad", "year pentad"}

// ParsePattern reads a pattern of names: a regular expression of package
// regexp whose named groups spell the date, such as
//
//	ndvi_(?P<year>\d{4})
//	(?P<year>\d{4})(?P<doy>\d{3})
//	geo(?P<year>\d\d)(?P<month>[a-z]{3})
//
// The groups are year, month, day, doy (day of the year), dekad and pentad: a
// year alone, a year with a month and with or without a day, a year with doy, or
// a year with a dekad or pentad of the month or, without one, of the year. A year
// of two digits is one of 1969 to 2068; a month is a number or an English name;
// without a day, the first day of the period is meant ([MiddleOfMonths] makes
// that of a month its middle).
//
// The pattern is looked for in the whole path as it was given, or in the
// description of a band where the bands of one raster are its dates. A path
// that does not match is [ErrNoDate], and several matches of different dates
// are [ErrAmbiguous].
func ParsePattern(s string) (Spec, error) {
	pattern, err := regexp.Compile(s)
	if err != nil {
		return Spec{}, fmt.Errorf(`it is no regular expression (%s): write one such as 'ndvi_(?P<year>\d{4})'`, strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	var groups []string
	for _, name := range pattern.SubexpNames() {
		switch {
		case name == "":
		case !slices.Contains(dateGroups, name):
			return Spec{}, fmt.Errorf("the group %s is unknown: name groups %s", name, strings.Join(dateGroups, ", "))
		case slices.Contains(groups, name):
			return Spec{}, fmt.Errorf("the group %s stands in it twice: name it once", name)
		default:
			groups = append(groups, name)
		}
	}
	slices.SortFunc(groups, func(a, b string) int { return slices.Index(dateGroups, a) - slices.Index(dateGroups, b) })
	switch {
	case !slices.Contains(groups, "year"):
		return Spec{}, fmt.Errorf(`the group year is missing: write the year as (?P<year>\d{4})`)
	case !slices.Contains(groupSets, strings.Join(groups, " ")):
		return Spec{}, fmt.Errorf("the groups %s do not make a date: name year, or year and doy, or year, month and day, dekad or pentad", strings.Join(groups, ", "))
	}
	return Spec{mode: byPattern, text: s, pattern: pattern}, nil
}

// matched returns the date that the pattern finds in an input.
func (s Spec) matched(in Input) (Reading, error) {
	c := cell{source: "path", text: in.Path}
	if in.Path == "" {
		c = cell{source: "band description", text: in.Description}
	}
	matches := s.pattern.FindAllStringSubmatch(c.text, -1)
	if len(matches) == 0 {
		return Reading{}, fmt.Errorf("%w in %s: %s does not match it: change the pattern, or leave the raster out", ErrNoDate, in.named(c), s.given())
	}
	for _, match := range matches {
		dates, rolled := spelled(s.pattern.SubexpNames(), match)
		if len(dates) == 0 {
			return Reading{}, fmt.Errorf("%w in %s: %s finds %q there, which is not in the calendar", ErrNoDate, in.named(c), s.given(), match[0])
		}
		if !slices.ContainsFunc(c.dates, func(f found) bool { return f.date == dates[0] }) {
			c.dates = append(c.dates, found{date: dates[0], rolled: rolled})
		}
	}
	if len(c.dates) > 1 {
		return Reading{}, fmt.Errorf("%w in %s, %v and %v: make %s match only one", ErrAmbiguous, in.named(c), c.dates[0].date, c.dates[1].date, s.given())
	}
	r := Reading{Date: c.dates[0].date, Month: areMonth(s.pattern.SubexpNames()), Source: c.source, Rule: s.given()}
	if c.dates[0].rolled {
		r.Warning = in.rolled(r)
	}
	return r, nil
}
