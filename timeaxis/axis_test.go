package timeaxis

import (
	"errors"
	"math"
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
	if axis.PerUnit != 1 || axis.Unit() != "year" || axis.Origin() != "year 0" {
		t.Errorf("per year %v, unit %q, origin %q", axis.PerUnit, axis.Unit(), axis.Origin())
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
	if axis.PerUnit != 365.2425 || axis.Unit() != "year" || axis.Origin() != "1970-01-01" {
		t.Errorf("per year %v, unit %q, origin %q", axis.PerUnit, axis.Unit(), axis.Origin())
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
			"too few dates: all 3 inputs are dated 2001, and a trend needs two or more dates: name inputs of other dates, or " + GiveDates.String()},
		{[]string{"2002-07-15", "2001", "2003"}, ErrMixed,
			"years and days cannot be mixed: 2001 and 2002-07-15 are on one axis: give every input a year, or every input a day, in a CSV with rows of path,date"},
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

// What a slope per unit of t is multiplied by, and where t is zero, for every kind of axis.
func TestUnits(t *testing.T) {
	years, days := mustParseAll(t, "2003", "2001", "2001"), mustParseAll(t, "2000-01-02", "1970-01-02", "2000-01-02")
	tests := []struct {
		unit           string
		dates          []Date
		perUnit        float64
		t              []float64
		origin, string string
	}{
		{"year", years, 1, []float64{2001, 2001, 2003}, "year 0", "3 dates, 2001–2003, 1 date shared by several scenes"},
		{"decade", years, 10, []float64{2001, 2001, 2003}, "year 0", "3 dates, 2001–2003, 1 date shared by several scenes"},
		{"decade", days, 3652.425, []float64{1, 10958, 10958}, "1970-01-01", "3 dates, 1970-01-02 to 2000-01-02, 1 date shared by several scenes"},
		{"month", years, 1.0 / 12, []float64{2001, 2001, 2003}, "year 0", "3 dates, 2001–2003, 1 date shared by several scenes"},
		{"day", years, 1 / 365.2425, []float64{2001, 2001, 2003}, "year 0", "3 dates, 2001–2003, 1 date shared by several scenes"},
		{"step", years, 1, []float64{0, 1, 2}, "step 0, 2001", "3 dates, 2001–2003, 1 date shared by several scenes"},
		{"year", days, 365.2425, []float64{1, 10958, 10958}, "1970-01-01", "3 dates, 1970-01-02 to 2000-01-02, 1 date shared by several scenes"},
		{"month", days, 30.436875, []float64{1, 10958, 10958}, "1970-01-01", "3 dates, 1970-01-02 to 2000-01-02, 1 date shared by several scenes"},
		{"day", days, 1, []float64{1, 10958, 10958}, "1970-01-01", "3 dates, 1970-01-02 to 2000-01-02, 1 date shared by several scenes"},
		{"step", days, 1, []float64{0, 1, 2}, "step 0, 1970-01-02", "3 dates, 1970-01-02 to 2000-01-02, 1 date shared by several scenes"},
	}
	for _, test := range tests {
		u, err := ParseUnit(test.unit)
		if err != nil || u.String() != test.unit {
			t.Fatal(u, err)
		}
		axis, order, err := NewAxis(test.dates)
		if err != nil {
			t.Fatal(err)
		}
		before := slices.Clone(axis.T)
		a := axis.Per(u)
		if a.PerUnit != test.perUnit || !slices.Equal(a.T, test.t) || a.Unit() != test.unit || a.Origin() != test.origin || a.String() != test.string {
			t.Errorf("per %s of %v: %v, t %v, unit %q, origin %q, %q", test.unit, test.dates, a.PerUnit, a.T, a.Unit(), a.Origin(), a)
		}
		if !slices.Equal(axis.T, before) || a.Label(2) != test.dates[order[2]].String() {
			t.Errorf("per %s: the axis it is made from has changed, or plane 2 is called %q", test.unit, a.Label(2))
		}
	}
	if u, err := ParseUnit("century"); err == nil || err.Error() != `"century" is no unit: write year, decade, month, day or step` {
		t.Errorf("century is %v, %v", u, err)
	}
}

func TestNewXAxis(t *testing.T) {
	xs := []float64{338.8, 0.2, -1e-3, 0.2}
	axis, order, err := NewXAxis(xs, "ppm")
	if err != nil {
		t.Fatal(err)
	}
	if want := []int{2, 1, 3, 0}; !slices.Equal(order, want) {
		t.Errorf("order %v, want %v", order, want)
	}
	if want := []float64{-1e-3, 0.2, 0.2, 338.8}; !slices.Equal(axis.T, want) || axis.Dates != nil || axis.Duplicates() != nil {
		t.Errorf("%+v", axis)
	}
	if axis.PerUnit != 1 || axis.Unit() != "ppm" || axis.Origin() != "x = 0 ppm" || axis.Label(3) != "338.8" || axis.String() != "4 values of x, -0.001 to 338.8 ppm" {
		t.Errorf("per unit %v, unit %q, origin %q, %q", axis.PerUnit, axis.Unit(), axis.Origin(), axis)
	}
	axis, _, err = NewXAxis(xs, "")
	if err != nil || axis.Unit() != "x" || axis.Origin() != "x = 0" || axis.String() != "4 values of x, -0.001 to 338.8" {
		t.Errorf("unit %q, origin %q, %q, %v", axis.Unit(), axis.Origin(), axis, err)
	}
	// Months of a calendar of 360 days.
	axis, _, err = NewXAxis([]float64{2001 + 30./360, 2001 + 60./360}, "year")
	if err != nil || axis.String() != "2 values of x, 2001.08333333 to 2001.16666667 year" || axis.Label(0) != "2001.0833333333333" {
		t.Errorf("%q, %q, %v", axis, axis.Label(0), err)
	}
}

func TestNewXAxisErrors(t *testing.T) {
	tests := []struct {
		xs   []float64
		is   error
		want string
	}{
		{[]float64{1, math.NaN()}, nil, "x of input 2 is NaN: give finite numbers"},
		{[]float64{math.Inf(-1), 1}, nil, "x of input 1 is -Inf: give finite numbers"},
		{[]float64{1}, ErrTooFewX, "too few values of x: a trend needs two or more, not 1: name more inputs"},
		{[]float64{0.5, 0.5, 0.5}, ErrTooFewX, "too few values of x: x is 0.5 for all 3 inputs, and a trend needs two or more values"},
		{[]float64{-1e308, 1e308}, nil, "x runs from -1e+308 to 1e+308, too far to be counted: give smaller numbers"},
	}
	for _, test := range tests {
		if axis, _, err := NewXAxis(test.xs, "K"); err == nil || err.Error() != test.want || test.is != nil && !errors.Is(err, test.is) {
			t.Errorf("NewXAxis(%v) = %v, error\n%v\nwant\n%s", test.xs, axis, err, test.want)
		}
	}
}

func TestParseX(t *testing.T) {
	for in, want := range map[string]string{"0.2,338.8": "0.2,338.8", " 1e2 , -3 ": "100,-3", "7": "7", "@x.csv": "@x.csv"} {
		spec, err := ParseX(in)
		if err != nil || spec.String() != want || !spec.IsX() {
			t.Errorf("ParseX(%q) = %v, %v; want %s", in, spec, err, want)
		}
	}
	for in, want := range map[string]string{
		"":        `"" is no finite number: write numbers such as 0.2,338.8,412, or a file @x.csv`,
		"1,nan":   `"nan" is no finite number: write numbers such as 0.2,338.8,412, or a file @x.csv`,
		"1,1e999": `"1e999" is no finite number: write numbers such as 0.2,338.8,412, or a file @x.csv`,
		"1;2":     `"1;2" is no finite number: write numbers such as 0.2,338.8,412, or a file @x.csv`,
		"@":       "no file is named behind @: write @x.csv",
	} {
		if spec, err := ParseX(in); err == nil || err.Error() != want {
			t.Errorf("ParseX(%q) = %v, error\n%v\nwant\n%s", in, spec, err, want)
		}
	}
	spec, err := ParseX("0.2,338.8")
	if err != nil {
		t.Fatal(err)
	}
	readings, err := spec.Resolve(inputsOf("a_2001.tif", "slope.tif"), noRead)
	if err != nil || readings[1] != (Reading{X: 338.8, Source: "the list 0.2,338.8"}) || readings[1].String() != "338.8 by the list 0.2,338.8" {
		t.Errorf("%+v, %v", readings, err)
	}
	if _, err := spec.Resolve(inputsOf("a", "b", "c"), noRead); !errors.Is(err, ErrCountX) ||
		err.Error() != "values of x and inputs differ in number: the list 0.2,338.8 gives 2 numbers for 3 inputs: give one number an input, in the order of the inputs" {
		t.Error(err)
	}
}
