package timeaxis

import (
	"errors"
	"testing"
)

func TestAt(t *testing.T) {
	day := func(s string) Date {
		d, err := Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	years, _, err := NewAxis([]Date{Year(1995), Year(2015)})
	if err != nil {
		t.Fatal(err)
	}
	days, _, err := NewAxis([]Date{day("2015-07-11"), day("2017-12-22")})
	if err != nil {
		t.Fatal(err)
	}
	doses, _, err := NewXAxis([]float64{0, 0.5, 2}, "Gy")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		axis  Axis
		s     string
		want  float64
		mixed bool
	}{
		{years, "2000", 2000, false},
		{years, "2000-07-01", 0, true},
		{days, "2000-07-01", 11139, false}, // date -d 2000-07-01 +%s over 86400
		{days, "1969-12-31", -1, false},
		{days, "2000", 0, true},
		{days.Per(PerStep), "1.5", 1.5, false},
		{doses, "-2.5", -2.5, false},
	} {
		got, err := row.axis.At(row.s)
		if errors.Is(err, ErrMixed) != row.mixed || !row.mixed && (err != nil || got != row.want) {
			t.Errorf("%s on %v: %v, %v", row.s, row.axis, got, err)
		}
	}
	for _, axis := range []Axis{years, days, days.Per(PerStep), doses} {
		for _, s := range []string{"midsummer", "NaN", "inf"} {
			if _, err := axis.At(s); err == nil {
				t.Errorf("%s is read on %v", s, axis)
			}
		}
	}
	for _, row := range []struct {
		axis Axis
		want string
	}{{years, "years"}, {days, "days since 1970-01-01"}, {days.Per(PerMonth), "days since 1970-01-01"}, {days.Per(PerStep), "steps"}, {doses, "Gy"}} {
		if got := row.axis.Counts(); got != row.want {
			t.Errorf("%v counts %q, want %q", row.axis, got, row.want)
		}
	}
}
