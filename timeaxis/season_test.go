package timeaxis

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func datesIn(t *testing.T, list string) []Date {
	t.Helper()
	var dates []Date
	for _, s := range strings.Fields(list) {
		d, err := Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		dates = append(dates, d)
	}
	return dates
}

func TestParseSeasons(t *testing.T) {
	for _, s := range []string{"month", "quarter", "1", "16", "183"} {
		if got, err := ParseSeasons(s); err != nil || got.String() != s {
			t.Errorf("%q reads as %v: %v", s, got, err)
		}
	}
	for _, s := range []string{"", "0", "-3", "184", "week", "1.5"} {
		if got, err := ParseSeasons(s); err == nil {
			t.Errorf("%q reads as %v", s, got)
		}
	}
	if s := (Seasons{}).String(); s != "" {
		t.Errorf("no seasons: %q", s)
	}
}

// Each case is a day, its season and the year that the season belongs to.
func TestSeasonsOf(t *testing.T) {
	for _, c := range []struct {
		seasons, day string
		season, year int
	}{
		{"month", "2001-01-31", 0, 2001}, {"month", "2001-12-01", 11, 2001},
		{"quarter", "2000-11-30", 3, 2000}, {"quarter", "2000-12-01", 0, 2001}, {"quarter", "2001-02-28", 0, 2001},
		{"quarter", "2001-03-01", 1, 2001}, {"quarter", "2001-08-31", 2, 2001}, {"quarter", "2001-09-01", 3, 2001},
		{"16", "2001-01-16", 0, 2001}, {"16", "2001-01-17", 1, 2001}, {"16", "2001-12-31", 22, 2001},
		{"30", "2001-12-26", 11, 2001}, {"30", "2001-12-27", 11, 2001}, // five days are left
		{"20", "2001-12-26", 17, 2001}, // five days are left
		{"8", "2001-12-27", 45, 2001},  // five of eight are a season
		{"1", "2004-12-31", 364, 2004}, {"183", "2001-07-03", 1, 2001},
	} {
		s, err := ParseSeasons(c.seasons)
		if err != nil {
			t.Fatal(err)
		}
		axis, _, err := NewAxis(datesIn(t, "1990-01-01 "+c.day))
		if err != nil {
			t.Fatal(err)
		}
		season, year, err := axis.SeasonsOf(s)
		if err != nil || season[1] != c.season || year[1] != c.year || season[0] != 0 || year[0] != 1990 {
			t.Errorf("%s of %s: season %d of %d: %v", c.seasons, c.day, season, year, err)
		}
	}
	axis, _, _ := NewAxis(datesIn(t, "1990-01-01 1991-01-01"))
	for unit, want := range map[Unit]float64{PerYear: 1, PerMonth: 1.0 / 12, PerDay: 1 / 365.2425} {
		if got := axis.Per(unit).PerYear(); got != want {
			t.Errorf("a slope of 1 per year is %v per %v", got, unit)
		}
	}
	numbers, _, _ := NewXAxis([]float64{1, 2}, "ppm")
	years, _, _ := NewAxis(datesIn(t, "1990 1991"))
	for _, a := range []Axis{numbers, years, axis.Per(PerStep)} {
		if _, _, err := a.SeasonsOf(Monthly); !errors.Is(err, ErrNoSeasons) {
			t.Errorf("seasons of %v: %v", a, err)
		}
	}
}

func TestSteps(t *testing.T) {
	for list, want := range map[string][]int{
		"1995 1996 1998":                                         {0, 1, 3},
		"1995 1997 1999 2003":                                    {0, 1, 2, 4},
		"2000-01-01 2000-02-01 2000-03-01 2000-05-01":            {0, 1, 2, 4},
		"2000-01-31 2000-02-29 2000-03-31 2000-04-30":            {0, 1, 2, 3},
		"2000-12-18 2001-01-01 2001-01-17 2001-02-02 2001-03-06": {0, 1, 2, 3, 5}, // 16 days of each year
		"2000-01-01 2000-01-02 2000-01-07 2000-02-19":            nil,
		"1995 1996 1996 1997":                                    nil,
		"2000-01-01 2000-02-01 2000-02-01 2000-03-01":            nil,
	} {
		axis, _, err := NewAxis(datesIn(t, list))
		if err != nil {
			t.Fatal(err)
		}
		got, err := axis.Steps()
		if !slices.Equal(got, want) || (err != nil) != (want == nil) || err != nil && !errors.Is(err, ErrIrregular) {
			t.Errorf("%s: %d: %v", list, got, err)
		}
		if got, err := axis.Per(PerStep).Steps(); err != nil || !slices.Equal(got[:3], []int{0, 1, 2}) {
			t.Errorf("%s per step: %d: %v", list, got, err)
		}
	}
	for _, c := range []struct{ xs, want string }{{"1 3 4", "0 2 3"}, {"0.5 1 3", "0 1 5"}, {"1 2 3.5", ""}, {"1 1 2", ""}, {"0 1 50", ""}} {
		var xs []float64
		for _, s := range strings.Fields(c.xs) {
			x, err := strconv.ParseFloat(s, 64)
			if err != nil {
				t.Fatal(err)
			}
			xs = append(xs, x)
		}
		axis, _, err := NewXAxis(xs, "")
		if err != nil {
			t.Fatal(err)
		}
		steps, err := axis.Steps()
		var words []string
		for _, n := range steps {
			words = append(words, number(float64(n)))
		}
		if got := strings.Join(words, " "); got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("x %s: steps %s: %v", c.xs, got, err)
		}
	}
}
