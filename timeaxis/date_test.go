package timeaxis

import (
	"slices"
	"testing"
	"time"
)

// mustParse is for dates that a test writes down.
func mustParse(t testing.TB, s string) Date {
	t.Helper()
	d, err := Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func mustParseAll(t testing.TB, texts ...string) []Date {
	t.Helper()
	dates := make([]Date, len(texts))
	for i, s := range texts {
		dates[i] = mustParse(t, s)
	}
	return dates
}

func TestParse(t *testing.T) {
	tests := []struct {
		in     string
		isYear bool
		number int
	}{
		{"2001", true, 2001},
		{"0001", true, 1},
		{"9999", true, 9999},
		{"1970-01-01", false, 0},
		{"1969-12-31", false, -1},
		{"2000-01-01", false, 10957},
		{"2000-02-29", false, 11016},
		{"2017-12-22", false, 17522},
		{"0001-01-01", false, -719162},
		{"9999-12-31", false, 2932896},
	}
	for _, test := range tests {
		d, err := Parse(test.in)
		if err != nil {
			t.Errorf("Parse(%q): %v", test.in, err)
			continue
		}
		if d.IsYear() != test.isYear || d.Number() != test.number || d.String() != test.in {
			t.Errorf("Parse(%q) = year %v, number %d, %q; want year %v, number %d",
				test.in, d.IsYear(), d.Number(), d, test.isYear, test.number)
		}
	}
}

func TestParseRejects(t *testing.T) {
	for _, s := range []string{
		"", "auto", "0000", "0000-01-01", "201", "20011", "+201", "-001", " 2001", "2001 ", "2001\n",
		"2001-7-15", "2001-07", "2001-07-15T00:00", "2001-07-15.5", "2001/07/15", "20010715",
		"2021-02-30", "2001-02-29", "1900-02-29", "2001-00-10", "2001-13-01", "2001-01-00", "２００１",
	} {
		if d, err := Parse(s); err == nil {
			t.Errorf("Parse(%q) = %v, want an error", s, d)
		}
	}
	const want = `"2021-02-30" is no date: write a year such as 2001 or a calendar day such as 2001-07-15`
	if _, err := Parse("2021-02-30"); err.Error() != want {
		t.Errorf("error\n%v\nwant\n%s", err, want)
	}
}

func TestDay(t *testing.T) {
	d, err := Day(2020, time.February, 29)
	if err != nil || d != mustParse(t, "2020-02-29") {
		t.Errorf("Day(2020, 2, 29) = %v, %v", d, err)
	}
	for _, bad := range []struct {
		y int
		m time.Month
		d int
	}{{2021, 2, 30}, {2021, 2, 29}, {2021, 0, 1}, {2021, 13, 1}, {2021, 1, 0}, {2021, 1, 32}, {0, 1, 1}, {10000, 1, 1}, {-1, 1, 1}} {
		if d, err := Day(bad.y, bad.m, bad.d); err == nil {
			t.Errorf("Day(%d, %d, %d) = %v, want an error", bad.y, int(bad.m), bad.d, d)
		}
	}
}

// Every day follows the one before it by exactly one, over all leap rules.
func TestNumberCountsDays(t *testing.T) {
	day := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	for want := -719162; want <= 2932896; want++ {
		d, err := Day(day.Date())
		if err != nil || d.Number() != want {
			t.Fatalf("%v has number %d, want %d (%v)", d, d.Number(), want, err)
		}
		day = day.AddDate(0, 0, 1)
	}
}

func TestCompare(t *testing.T) {
	ascending := mustParseAll(t, "1999", "1999-12-31", "2000", "2000-01-01", "2000-01-02", "2000-02-01", "2001")
	for i, a := range ascending {
		for j, b := range ascending {
			if got, want := a.Compare(b), min(1, max(-1, i-j)); got != want {
				t.Errorf("%v.Compare(%v) = %d, want %d", a, b, got, want)
			}
		}
	}
	if !slices.IsSortedFunc(ascending, Date.Compare) {
		t.Error("not sorted")
	}
}
