package timeaxis

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"testing"
)

func TestTimeCoordinate(t *testing.T) {
	for _, test := range []struct{ value, units, calendar, want string }{
		{"0", "days since 1970-01-01", "", "1970-01-01"},
		{"31", "days since 2001-01-01 00:00:00", "proleptic_gregorian", "2001-02-01"},
		{"{31,59}", "days since 2001-01-01", "standard", "2001-02-01"},
		{"1064.5", "Days since 2001-1-1", "gregorian", "2003-12-01"},
		{"-1", "days since 1970-01-01", "", "1969-12-31"},
		{"-0.25", "days since 1970-01-01", "", "1969-12-31"},
		{"36", "hours since 2001-01-01T12:00:00Z", "", "2001-01-03"},
		{"876576", "hours since 1900-01-01 00:00:0.0", "gregorian", "2000-01-01"},
		{"1000000000", "seconds since 1970-01-01", "", "2001-09-09"},
		{"1440", "minutes since 2000-02-28", "", "2000-02-29"},
		{"1000000000000", "milliseconds since 1970-01-01", "", "2001-09-09"},
		{"2", "weeks since 2001-01-01", "", "2001-01-15"},
		{"1", "day since 2001-01-01 00:00", "", "2001-01-02"},
		{"23", "h since 2001-01-01", "", "2001-01-01"},
		{"0", "hours since 2001-01-01 00:30:00 +01:00", "", "2000-12-31"},
		{"0", "hours since 2001-01-01 23:30:00 -1", "", "2001-01-02"},
		{"0", "hours since 2001-01-01 00:00:00 +0530", "", "2000-12-31"},
		{"11322.999999999999", "days since 1970-01-01", "", "2001-01-01"}, // a whole number that was divided
		// In the standard calendar, days before 15 October 1582 are Julian: the difference is 2
		// days in the year 1.
		{"730119", "days since 0001-01-01", "proleptic_gregorian", "2000-01-01"},
		{"730121", "days since 0001-01-01", "standard", "2000-01-01"},
		{"1", "days since 1582-10-04", "standard", "1582-10-15"},
		{"11", "days since 1582-10-04", "proleptic_gregorian", "1582-10-15"},
		{"17522904", "hours since 1-1-1 00:00:0.0", "", "2000-01-01"}, // as in files of NCEP

		{"0", "months since 2001-01-01", "", "have no one length"},
		{"0", "years since 2001-01-01", "", "have no one length"},
		{"0", "days since 2001-01-01", "noleap", "calendar noleap"},
		{"0", "days since 2001-01-01", "360_day", "calendar 360_day"},
		{"0", "days since 2001-01-01", "julian", "calendar julian"},
		{"0", "days", "", "no unit of time"},
		{"0", "K", "", "no unit of time"},
		{"0", "days since 2001-02-30", "", "not in the calendar"},
		{"0", "days since 2001-13-01", "", "not in the calendar"},
		{"0", "days since 2001-01-01 12:60", "", "not in the calendar"},
		{"soon", "days since 2001-01-01", "", "has no number"},
		{"nan", "days since 2001-01-01", "", "has no number"},
		{"1e12", "days since 2001-01-01", "", "outside the years"},
		{"-200000", "days since 1970-01-01", "", "before the Gregorian calendar"},
	} {
		d, err := TimeCoordinate{test.value, test.units, test.calendar}.Date()
		if err != nil {
			if !errors.Is(err, ErrCalendar) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v: %v, want %s", test, err, test.want)
			}
			continue
		}
		if d.String() != test.want {
			t.Errorf("%v: got %v", test, d)
		}
	}
}

// In calendars whose years have one length, a time is a number of years.
func TestYears(t *testing.T) {
	for _, test := range []struct {
		value, units, calendar string
		want                   float64
		words                  string
	}{
		{"0", "days since 2001-01-01", "noleap", 2001, ""},
		{"365", "days since 2004-01-01", "noleap", 2005, ""},
		{"59", "days since 2004-01-01", "365_day", 2004 + 59./365, ""},
		{"0", "days since 2004-03-01", "noleap", 2004 + 59./365, ""},
		{"0", "days since 2001-02-29", "all_leap", 2001 + 59./366, ""},
		{"366", "days since 2001-01-01", "366_day", 2002, ""},
		{"360", "days since 1850-01-01", "360_day", 1851, ""},
		{"0", "days since 2001-02-30", "360_day", 2001 + 59./360, ""},
		{"12", "hours since 2001-07-01", "360_day", 2001.5 + 0.5/360, ""},
		{"0", "days since 2001-02-29", "noleap", 0, "not in the calendar"},
		{"0", "days since 2001-02-31", "360_day", 0, "not in the calendar"},
		{"0", "days since 2001-13-01", "360_day", 0, "not in the calendar"},
		{"0", "months since 2001-01-01", "360_day", 0, "no one length"},
		{"0", "days since 2001-01-01", "julian", 0, "differ in length"},
		{"0", "days since 2001-01-01", "", 0, "differ in length"},
		{"-1e6", "days since 2001-01-01", "noleap", 0, "outside the years"},
	} {
		x, err := TimeCoordinate{test.value, test.units, test.calendar}.Years()
		switch {
		case test.words != "":
			if !errors.Is(err, ErrCalendar) || !strings.Contains(err.Error(), test.words) {
				t.Errorf("%v: %v, %v, want %s", test, x, err, test.words)
			}
		case err != nil || !(math.Abs(x-test.want) < 1e-9):
			t.Errorf("%v: %v, %v", test, x, err)
		}
	}
}

// Such a calendar takes the place of dates only if all inputs have one.
func TestYearsOfInputs(t *testing.T) {
	in := func(value, calendar string) Input {
		return Input{Name: "f.nc", Time: TimeCoordinate{value, "days since 2001-01-01", calendar}}
	}
	both := []Input{in("0", "noleap"), in("730", "noleap")}
	spec := Spec{}.For(both)
	readings, err := spec.Resolve(both, noRead)
	if err != nil || !spec.IsX() || readings[1].X != 2003 || readings[1].Rule != "calendar noleap" {
		t.Errorf("%v, %v", readings, err)
	}
	for _, inputs := range [][]Input{{both[0], in("1", "standard")}, {both[0], {Name: "g"}}, nil} {
		if (Spec{}).For(inputs).IsX() {
			t.Errorf("%v are numbers", inputs)
		}
	}
	if given, _ := ParseSpec("2001-2002"); given.For(both).IsX() {
		t.Error("dates that are given are numbers")
	}
}

// A time coordinate goes before all else that an input says.
func TestTimeCoordinateOfInput(t *testing.T) {
	in := Input{Name: "one.nc band 2", Time: TimeCoordinate{"31", "days since 2001-01-01", ""}, Description: "t2m"}
	readings, err := Spec{}.Resolve([]Input{in}, noRead)
	if err != nil || readings[0].String() != "2001-02-01 by time coordinate" {
		t.Errorf("got %v, %v", readings, err)
	}
	in.Time.Calendar = "360_day"
	_, err = Spec{}.Resolve([]Input{in}, noRead)
	const want = `no date in the time coordinate "31 days since 2001-01-01, calendar 360_day" of "one.nc band 2" or the band description "t2m" of "one.nc band 2": ` +
		`the time coordinate "31 days since 2001-01-01, calendar 360_day" counts in the calendar 360_day, whose days are not those of the Gregorian one: `
	if err == nil || err.Error() != want+GiveDates.String() {
		t.Errorf("error\n%v\nwant\n%s", err, want)
	}
	in.Description = "t2m 2001-02-03" // what can be read is
	if readings, err := (Spec{}).Resolve([]Input{in}, noRead); err != nil || readings[0].Source != "band description" {
		t.Errorf("got %v, %v", readings, err)
	}
}

func FuzzTimeCoordinate(f *testing.F) {
	f.Add("31", "days since 2001-01-01 00:00:00", "standard")
	f.Add("{1e3}", "hours since 1-1-1 00:00:0.0", "")
	f.Add("-5", "s since 1970-01-01T00:00:00 -05:30", "proleptic_gregorian")
	f.Fuzz(func(t *testing.T, value, units, calendar string) {
		d, err := TimeCoordinate{value, units, calendar}.Date()
		if err != nil {
			if !errors.Is(err, ErrCalendar) {
				t.Fatalf("error of no kind: %v", err)
			}
			return
		}
		if back, err := Parse(d.String()); err != nil || back != d {
			t.Fatalf("%v, which parses as %v, %v", d, back, err)
		}
		// A day more is the next day.
		unit := strings.ToLower(strings.Fields(units)[0])
		if x, err := strconv.ParseFloat(value, 64); err == nil && (unit == "days" || unit == "day") && math.Abs(x) < 1e6 {
			next, err := TimeCoordinate{strconv.FormatFloat(x+1, 'g', -1, 64), units, calendar}.Date()
			if err == nil && next.Number() != d.Number()+1 {
				t.Fatalf("%v and then %v", d, next)
			}
		}
	})
}
