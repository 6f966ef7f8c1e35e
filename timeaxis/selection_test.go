package timeaxis

import (
	"errors"
	"slices"
	"testing"
	"time"
)

func TestParseMonths(t *testing.T) {
	tests := []struct {
		in   string
		want []time.Month
	}{
		{"7", []time.Month{7}},
		{"6-8", []time.Month{6, 7, 8}},
		{"11-2", []time.Month{1, 2, 11, 12}},
		{"12-1", []time.Month{1, 12}},
		{"6,7,8", []time.Month{6, 7, 8}},
		{" 3 - 5 , 09-11,4", []time.Month{3, 4, 5, 9, 10, 11}},
		{"1-12", []time.Month{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}},
		{"3-2", []time.Month{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}},
		{"5-5", []time.Month{5}},
	}
	for _, test := range tests {
		set, err := ParseMonths(test.in)
		var got []time.Month
		for m := time.January; m <= time.December; m++ {
			if set.Has(m) {
				got = append(got, m)
			}
		}
		if err != nil || !slices.Equal(got, test.want) || set.Has(0) || set.Has(13) {
			t.Errorf("ParseMonths(%q) = %v, %v; want %v", test.in, got, err, test.want)
		}
		if again, err := ParseMonths(set.String()); err != nil || again != set {
			t.Errorf("%q is written %q, and read back as %v, %v", test.in, set, again, err)
		}
	}
	for in, part := range map[string]string{"": "", "0": "0", "13": "13", "6-": "6-", "6-8-9": "6-8-9", "june": "june", "6,,8": "", "1-13": "1-13", "-1": "-1"} {
		want := `"` + part + `" is no month: write 7, 6-8, 11-2 or 3-5,9-11`
		if set, err := ParseMonths(in); err == nil || err.Error() != want {
			t.Errorf("ParseMonths(%q) = %v, error\n%v\nwant\n%s", in, set, err, want)
		}
	}
}

func FuzzParseMonths(f *testing.F) {
	for _, s := range []string{"6-8", "11-2", "3-5,9-11", "13", "-"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		set, err := ParseMonths(s)
		if err != nil {
			return
		}
		if again, err := ParseMonths(set.String()); err != nil || again != set || set == 0 || set&^(1<<13-2) != 0 {
			t.Fatalf("ParseMonths(%q) is %v, read back as %v, %v", s, set, again, err)
		}
	})
}

func selection(t *testing.T, from, to, months string) (s Selection) {
	t.Helper()
	if from != "" {
		s.From = mustParse(t, from)
	}
	if to != "" {
		s.To = mustParse(t, to)
	}
	if months != "" {
		var err error
		if s.Months, err = ParseMonths(months); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func TestSelect(t *testing.T) {
	days := []string{"1999-12-31", "2000-01-01", "2000-07-15", "2000-12-31", "2001-01-01", "2001-02-28", "2002-06-30"}
	years := []string{"2003", "2001", "2002", "2001"}
	tests := []struct {
		dates            []string
		from, to, months string
		want             []int
	}{
		{days, "", "", "", []int{0, 1, 2, 3, 4, 5, 6}},
		{days, "2000", "", "", []int{1, 2, 3, 4, 5, 6}},
		{days, "", "2000", "", []int{0, 1, 2, 3}},
		{days, "2000", "2000", "", []int{1, 2, 3}},
		{days, "2000-07-15", "2001-02-28", "", []int{2, 3, 4, 5}},
		{days, "2000-07-16", "2001", "", []int{3, 4, 5}},
		{days, "", "", "6-8", []int{2, 6}},
		{days, "", "", "12-2", []int{0, 1, 3, 4, 5}},
		{days, "2000", "2001", "1,7", []int{1, 2, 4}},
		{years, "", "", "", []int{0, 1, 2, 3}},
		{years, "2002", "", "", []int{0, 2}},
		{years, "", "2002", "", []int{1, 2, 3}},
	}
	for _, test := range tests {
		s := selection(t, test.from, test.to, test.months)
		got, err := s.Select(mustParseAll(t, test.dates...))
		if err != nil || !slices.Equal(got, test.want) || s.All() != (test.from+test.to+test.months == "") {
			t.Errorf("%v: got %v, %v; want %v", s, got, err, test.want)
		}
	}
}

func TestSelectErrors(t *testing.T) {
	days, years := []string{"2000-01-01", "2000-07-15", "2000-07-15"}, []string{"2001", "2002"}
	tests := []struct {
		dates            []string
		from, to, months string
		is               error
		want             string
	}{
		{days, "2001", "2000", "", nil, "the selection runs backwards, from 2001 to 2000: exchange the two"},
		{days, "2000-07-15", "2000-07-14", "", nil, "the selection runs backwards, from 2000-07-15 to 2000-07-14: exchange the two"},
		{days, "2001", "", "", ErrTooFew, "too few dates: the selection from 2001 leaves 0 of 3 rasters, with 0 dates: a trend needs two or more dates, use more of them"},
		{days, "", "2000-06-30", "", ErrTooFew, "too few dates: the selection to 2000-06-30 leaves 1 of 3 rasters, with 1 date: a trend needs two or more dates, use more of them"},
		{days, "", "", "6-8", ErrTooFew, "too few dates: the selection months 6,7,8 leaves 2 of 3 rasters, with 1 date: a trend needs two or more dates, use more of them"},
		{years, "", "", "6-8", ErrMixed, "years and days cannot be mixed: months need days, and the inputs are dated by the year, such as 2001: select by years, or give the days in a CSV with rows of path,date"},
		{years, "2001-01-01", "", "", ErrMixed, "years and days cannot be mixed: bounds that are days need days, and the inputs are dated by the year, such as 2001: select by years, or give the days in a CSV with rows of path,date"},
		{years, "", "2001-01-01", "", ErrMixed, "years and days cannot be mixed: bounds that are days need days, and the inputs are dated by the year, such as 2001: select by years, or give the days in a CSV with rows of path,date"},
	}
	for _, test := range tests {
		got, err := selection(t, test.from, test.to, test.months).Select(mustParseAll(t, test.dates...))
		if err == nil || err.Error() != test.want || test.is != nil && !errors.Is(err, test.is) {
			t.Errorf("got %v, error\n%v\nwant\n%s", got, err, test.want)
		}
	}
}
