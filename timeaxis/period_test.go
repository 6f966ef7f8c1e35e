package timeaxis

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func listOf(t *testing.T, text string) []Date {
	t.Helper()
	var dates []Date
	for s := range strings.FieldsSeq(text) {
		d, err := Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		dates = append(dates, d)
	}
	return dates
}

func TestGroups(t *testing.T) {
	days := "2000-02-29 2000-11-30 2000-12-01 2001-01-31 2001-02-28 2001-03-01 2001-12-31 2003-06-15 2003-06-15"
	for _, c := range []struct {
		period       Period
		dates        string
		months, want string
	}{
		{EachYear, days, "", "2000:0-3 2001:3-7 2003:7-9"},
		{EachYear, "2000 2000 2002", "", "2000:0-2 2002:2-3"},
		{EachMonth, days, "", "2000-02-01:0-1 2000-11-01:1-2 2000-12-01:2-3 2001-01-01:3-4 2001-02-01:4-5 2001-03-01:5-6 2001-12-01:6-7 2003-06-01:7-9"},
		// A winter begins in December of the year before.
		{EachSeason, days, "", "1999-12-01:0-1 2000-09-01:1-2 2000-12-01:2-5 2001-03-01:5-6 2001-12-01:6-7 2003-06-01:7-9"},
		{EachSeason, "2001-02-28 2001-05-31 2001-08-31 2001-11-30", "", "2000-12-01:0-1 2001-03-01:1-2 2001-06-01:2-3 2001-09-01:3-4"},
		// Months through the end of the year are of the year in which they end.
		{EachYear, "2000-01-31 2000-11-30 2000-12-01 2001-01-31 2001-02-28 2001-12-31", "11-2", "2000:0-1 2001:1-5 2002:5-6"},
		{EachYear, "2000-01-31 2000-10-30 2000-12-01", "1,10,12", "2000:0-2 2001:2-3"},
		{EachYear, "2000-01-31 2000-12-01", "1-12", "2000:0-2"},
		{EachYear, "2000-06-30 2000-12-01", "6,12", "2000:0-2"},
	} {
		var months Months
		if c.months != "" {
			var err error
			if months, err = ParseMonths(c.months); err != nil {
				t.Fatal(err)
			}
		}
		groups, err := c.period.Groups(listOf(t, c.dates), months)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, g := range groups {
			got = append(got, fmt.Sprintf("%v:%d-%d", g.Date, g.First, g.End))
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%v of %s, months %q:\n got %s\nwant %s", c.period, c.dates, c.months, s, c.want)
		}
	}
	for _, p := range []Period{EachSeason, EachMonth} {
		if _, err := p.Groups(listOf(t, "2000 2001"), 0); !errors.Is(err, ErrMixed) {
			t.Errorf("%v composites of years: %v", p, err)
		}
	}
}
