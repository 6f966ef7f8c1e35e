package timeaxis

import (
	"fmt"
	"strings"
	"testing"
)

func parsed(t *testing.T, text string) (dates []Date) {
	t.Helper()
	for word := range strings.FieldsSeq(text) {
		d, err := Parse(word)
		if err != nil {
			t.Fatal(err)
		}
		dates = append(dates, d)
	}
	return dates
}

// composites are the days on which MODIS' 16-day composites of a year begin: 1, 17, … 353 for
// Terra, from 9 on for Aqua.
func composites(year, first int) string {
	var words []string
	for day := first; day <= 365; day += 16 {
		words = append(words, Date{year, 1, 1}.plus(day-1).String())
	}
	return strings.Join(words, " ")
}

func TestSpacing(t *testing.T) {
	tests := []struct {
		name, dates  string
		spacing      string // min, median, max, unit
		every        string
		shared, lack string
	}{
		{"nothing", "", "0 0 0 ", "", "", ""},
		{"a year", "2001", "0 0 0 year", "", "", ""},
		{"two years", "2001 2005", "4 4 4 year", "", "", ""},
		{"years", "2003 2001 2002", "1 1 1 year", "year", "", ""},
		{"years with holes", "2001 2002 2004 2005 2008", "1 1.5 3 year", "year", "", "2003 2006 2007"},
		{"every other year", "2001 2003 2005 2009", "2 2 4 year", "2 years", "", "2007"},
		{"decades and a year", "1990 2000 2001 2010", "1 9 10 year", "", "", ""},
		{"years shared", "2001 2002 2002 2003 2003 2003", "1 1 1 year", "year", "2002 2003", ""},
		{"months", "2001-01-01 2001-02-01 2001-04-01", "31 45 59 day", "month", "", "2001-03-01"},
		{"ends of months", "2000-11-30 2000-12-31 2001-02-28 2001-03-31", "31 31 59 day", "month", "", "2001-01-31"},
		{"a day of each year", "1999-07-01 2000-07-01 2002-07-01", "366 548 730 day", "year", "", "2001-07-01"},
		{"quarters", "2001-01-15 2001-04-15 2001-07-15 2001-10-15 2002-01-15", "90 91.5 92 day", "3 months", "", ""},
		{"dekads", "2001-01-21 2001-02-01 2001-02-11 2001-03-01", "10 11 18 day", "dekad", "", "2001-02-21"},
		{"pentads", "2001-02-21 2001-02-26 2001-03-01 2001-03-06", "3 5 5 day", "pentad", "", ""},
		{"Landsat's cycle", "2013-12-20 2014-01-05 2014-01-21 2014-02-22", "16 16 32 day", "16 days", "", "2014-02-06"},
		{"days", "2000-02-27 2000-02-28 2000-02-29 2000-03-02", "1 1 2 day", "day", "", "2000-03-01"},
		{"Terra's composites", composites(2000, 1) + " " + composites(2001, 1), "14 16 16 day", "16 days of each year", "", ""},
		{"Aqua's composites", strings.ReplaceAll(composites(2003, 9)+" "+composites(2004, 9), "2003-07-20", ""), "13 16 32 day", "16 days of each year", "", "2003-07-20"},
		{"scenes", "2015-07-11 2015-07-31 2015-08-20 2015-08-30 2015-12-08 2015-12-08", "10 20 100 day", "", "2015-12-08", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := SpacingOf(parsed(t, test.dates))
			words := func(dates []Date) string { return strings.Trim(fmt.Sprint(dates), "[]") }
			if got := fmt.Sprint(s.Min, s.Median, s.Max, " ", s.Unit); got != test.spacing {
				t.Errorf("distances %q, want %q", got, test.spacing)
			}
			if s.Every != test.every || words(s.Missing) != test.lack {
				t.Errorf("every %q without %q, want every %q without %q", s.Every, words(s.Missing), test.every, test.lack)
			}
			if words(s.Shared) != test.shared {
				t.Errorf("shared %q, want %q", words(s.Shared), test.shared)
			}
		})
	}
}

// Whatever the dates are, what is called missing lies between them, is not there, and makes the
// series regular.
func FuzzSpacing(f *testing.F) {
	f.Add([]byte{0, 16, 16, 16, 32, 16})
	f.Add([]byte{31, 28, 31, 30, 31})
	f.Add([]byte{255, 110, 255, 110, 255, 111})
	f.Fuzz(func(t *testing.T, gaps []byte) {
		if len(gaps) > 500 {
			return
		}
		dates := []Date{{1999, 12, 31}}
		for _, gap := range gaps {
			dates = append(dates, dates[len(dates)-1].plus(int(gap)))
		}
		s := SpacingOf(dates)
		if (s.Every == "") && len(s.Missing) > 0 || len(s.Missing) > len(s.Dates) {
			t.Fatalf("%d missing of %d, every %q", len(s.Missing), len(s.Dates), s.Every)
		}
		has := map[Date]bool{}
		for _, d := range s.Dates {
			has[d] = true
		}
		for _, d := range s.Missing {
			if has[d] || d.Compare(dates[0]) < 0 || d.Compare(dates[len(dates)-1]) > 0 {
				t.Fatalf("%v is missing of %v", d, s.Dates)
			}
		}
		if filled := SpacingOf(append(s.Missing, dates...)); s.Every != "" && len(filled.Missing) > 0 && filled.Every == s.Every {
			t.Fatalf("every %s, and still without %v", filled.Every, filled.Missing)
		}
	})
}
