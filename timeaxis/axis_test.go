package timeaxis

import (
	"errors"
	"slices"
	"testing"
)

func TestNewAxisYears(t *testing.T) {
	dates := mustParseAll(t, "2003", "2001", "2004", "2001")
	before := slices.Clone(dates)
	axis, order, err := NewAxis(dates)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(dates, before) {
		t.Errorf("the dates given became %v", dates)
	}
	if want := []int{1, 3, 0, 2}; !slices.Equal(order, want) {
		t.Errorf("order %v, want %v", order, want)
	}
	if want := mustParseAll(t, "2001", "2001", "2003", "2004"); !slices.Equal(axis.Dates, want) {
		t.Errorf("dates %v, want %v", axis.Dates, want)
	}
	if want := []float64{2001, 2001, 2003, 2004}; !slices.Equal(axis.T, want) {
		t.Errorf("t %v, want %v", axis.T, want)
	}
	if axis.PerYear != 1 || axis.Unit() != "year" || axis.Origin() != "year 0" {
		t.Errorf("per year %v, unit %q, origin %q", axis.PerYear, axis.Unit(), axis.Origin())
	}
	if want := []Date{Year(2001)}; !slices.Equal(axis.Duplicates(), want) {
		t.Errorf("duplicates %v, want %v", axis.Duplicates(), want)
	}
}

func TestNewAxisDays(t *testing.T) {
	axis, order, err := NewAxis(mustParseAll(t, "2017-12-22", "1970-01-01", "2000-01-01", "1969-12-31"))
	if err != nil {
		t.Fatal(err)
	}
	if want := []int{3, 1, 2, 0}; !slices.Equal(order, want) {
		t.Errorf("order %v, want %v", order, want)
	}
	if want := []float64{-1, 0, 10957, 17522}; !slices.Equal(axis.T, want) {
		t.Errorf("t %v, want %v", axis.T, want)
	}
	if axis.PerYear != 365.2425 || axis.Unit() != "year" || axis.Origin() != "1970-01-01" {
		t.Errorf("per year %v, unit %q, origin %q", axis.PerYear, axis.Unit(), axis.Origin())
	}
	if axis.Duplicates() != nil {
		t.Errorf("duplicates %v, want none", axis.Duplicates())
	}
}

// Scenes of one date keep the order in which they were named, however many.
func TestNewAxisIsStable(t *testing.T) {
	var dates []Date
	for i := range 1000 {
		dates = append(dates, Year(2020-i%7))
	}
	axis, order, err := NewAxis(dates)
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i < len(order); i++ {
		if axis.Dates[i] != dates[order[i]] {
			t.Fatalf("plane %d is dated %v, its input %v", i, axis.Dates[i], dates[order[i]])
		}
		c := axis.Dates[i-1].Compare(axis.Dates[i])
		if c > 0 || c == 0 && order[i-1] > order[i] {
			t.Fatalf("inputs %d, %d are out of order", order[i-1], order[i])
		}
	}
	if n := len(axis.Duplicates()); n != 7 {
		t.Errorf("%d duplicates, want 7", n)
	}
}

func TestNewAxisErrors(t *testing.T) {
	tests := []struct {
		dates []string
		is    error
		want  string
	}{
		{nil, ErrTooFew, "too few dates: a trend needs two or more, not 0: name more inputs"},
		{[]string{"2001"}, ErrTooFew, "too few dates: a trend needs two or more, not 1: name more inputs"},
		{[]string{"2001", "2001", "2001"}, ErrTooFew,
			"too few dates: all 3 inputs are dated 2001, and a trend needs two or more dates: name inputs of other dates, or " + howToGive},
		{[]string{"2002-07-15", "2001", "2003"}, ErrMixed,
			"years and days cannot be mixed: 2001 and 2002-07-15 are on one axis: give every input a year, or every input a day, with --dates @dates.csv"},
	}
	for _, test := range tests {
		if _, _, err := NewAxis(mustParseAll(t, test.dates...)); !errors.Is(err, test.is) || err.Error() != test.want {
			t.Errorf("NewAxis(%v): error\n%v\nwant\n%s", test.dates, err, test.want)
		}
	}
}

func TestAxisString(t *testing.T) {
	years := func(first, last int) (dates []Date) {
		for y := first; y <= last; y++ {
			dates = append(dates, Year(y))
		}
		return dates
	}
	tests := []struct {
		dates []Date
		want  string
	}{
		{years(1995, 2015), "21 years, 1995–2015"},
		{append(years(2001, 2003), years(2002, 2003)...), "5 dates, 2001–2003, 2 dates shared by several scenes"},
		{mustParseAll(t, "2015-07-11", "2017-12-22"), "2 dates, 2015-07-11 to 2017-12-22"},
		{mustParseAll(t, "2015-07-11", "2015-12-08", "2017-12-22", "2015-12-08", "2015-12-08"),
			"5 dates, 2015-07-11 to 2017-12-22, 1 date shared by several scenes"},
	}
	for _, test := range tests {
		axis, _, err := NewAxis(test.dates)
		if err != nil || axis.String() != test.want {
			t.Errorf("got %q, %v; want %q", axis, err, test.want)
		}
	}
	if got := (Axis{}).String(); got != "no dates" {
		t.Errorf("the empty axis is %q", got)
	}
}
