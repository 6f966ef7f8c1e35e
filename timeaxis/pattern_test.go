package timeaxis

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestPattern(t *testing.T) {
	tests := []struct{ pattern, path, want string }{
		{`ndvi_(?P<year>\d{4})`, "demo/ndvi_1995.tif", "1995"},
		{`(?<year>\d{4})/`, "2001/ndvi.tif", "2001"},
		{`(?P<year>\d{4})(?P<doy>\d{3})`, "MOD13Q1.2000049.tif", "2000-02-18"},
		{`geo(?P<year>\d\d)(?P<month>[a-z]{3})`, "geo81jul15a.n07-VI3g", "1981-07-01"},
		{`(?P<day>\d\d)-(?P<month>[A-Z]{3})-(?P<year>\d\d)`, "01-FEB-68.tif", "2068-02-01"},
		{`(?P<month>\w+) (?P<day>\d+), (?P<year>\d{4})`, "July 5, 2001", "2001-07-05"},
		{`(?P<year>\d{4})(?P<month>\d\d)(?P<dekad>\d)`, "vt2001073g.tif", "2001-07-21"},
		{`AETI_(?P<year>\d\d)(?P<dekad>\d\d)`, "L1_AETI_0936.tif", "2009-12-21"},
		{`ea(?P<year>\d\d)(?P<pentad>\d\d)stm`, "ea1511stm.tif", "2015-02-21"},
		{`chirps-v2.0.(?P<year>\d{4}).(?P<month>\d\d).(?P<pentad>\d)`, "chirps-v2.0.1981.01.2.tif", "1981-01-06"},
		{`_(?P<year>\d{4})`, "a_1995/b_1995.tif", "1995"},
		{`x(?P<year>\d{4})`, "x0800.tif", "0800"}, // whatever is asked for
	}
	for _, test := range tests {
		spec, err := ParsePattern(test.pattern)
		if err != nil || spec.String() != test.pattern || spec.LooksInside() {
			t.Errorf("%s: %v, %v", test.pattern, spec, err)
			continue
		}
		got, err := spec.Resolve(inputsOf(test.path), noRead)
		month := strings.HasSuffix(test.pattern, "(?P<month>[a-z]{3})") // the only one without a part of the month
		if want := (Reading{Date: mustParse(t, test.want), Month: month, Source: "path", Rule: "the pattern '" + test.pattern + "'"}); err != nil || got[0] != want {
			t.Errorf("%s in %s: got %v, %v; want %v", test.pattern, test.path, got, err, want)
		}
		// A band is matched by its description.
		got, err = spec.Resolve([]Input{{Name: "stack.tif band 1", Description: test.path}}, noRead)
		if err != nil || got[0].Date.String() != test.want || got[0].Source != "band description" {
			t.Errorf("%s in a description: got %v, %v", test.pattern, got, err)
		}
	}
}

func TestPatternErrors(t *testing.T) {
	tests := []struct {
		pattern, path string
		is            error
		want          string
	}{
		{`_(?P<year>\d{4})`, "ndvi.tif", ErrNoDate, `no date in the path "ndvi.tif": the pattern '_(?P<year>\d{4})' does not match it: change the pattern, or leave the raster out`},
		{`_(?P<year>\d{4})`, "a_1995_2001.tif", ErrAmbiguous, `more than one date in the path "a_1995_2001.tif", 1995 and 2001: make the pattern '_(?P<year>\d{4})' match only one`},
		{`_(?P<year>\d{4})(?P<doy>\d{3})`, "a_1999367.tif", ErrNoDate, `no date in the path "a_1999367.tif": the pattern '_(?P<year>\d{4})(?P<doy>\d{3})' finds "_1999367" there, which is not in the calendar`},
		{`_(?P<year>\d{4})(?P<month>\d\d)?`, "a_1999.tif", ErrNoDate, `no date in the path "a_1999.tif": the pattern '_(?P<year>\d{4})(?P<month>\d\d)?' finds "_1999" there, which is not in the calendar`},
		{`_(?P<year>\d{3})`, "a_199.tif", ErrNoDate, `no date in the path "a_199.tif": the pattern '_(?P<year>\d{3})' finds "_199" there, which is not in the calendar`},
		{`_(?P<year>\d{4})m(?P<month>\d+)d(?P<dekad>\d+)`, "_2001m7d4", ErrNoDate, `no date in the path "_2001m7d4": the pattern '_(?P<year>\d{4})m(?P<month>\d+)d(?P<dekad>\d+)' finds "_2001m7d4" there, which is not in the calendar`},
		{`_(?P<year>\d{4})d(?P<dekad>\d+)`, "_2001d37", ErrNoDate, `no date in the path "_2001d37": the pattern '_(?P<year>\d{4})d(?P<dekad>\d+)' finds "_2001d37" there, which is not in the calendar`},
		{`_(?P<year>\d{4})d(?P<dekad>\d+)`, "_2001d0", ErrNoDate, `no date in the path "_2001d0": the pattern '_(?P<year>\d{4})d(?P<dekad>\d+)' finds "_2001d0" there, which is not in the calendar`},
	}
	for _, test := range tests {
		spec, err := ParsePattern(test.pattern)
		if err != nil {
			t.Errorf("%s: %v", test.pattern, err)
			continue
		}
		if _, err := spec.Resolve(inputsOf(test.path), noRead); !errors.Is(err, test.is) || err.Error() != test.want {
			t.Errorf("error\n%v\nwant\n%s", err, test.want)
		}
	}
}

func TestParsePatternRejects(t *testing.T) {
	tests := []struct{ in, want string }{
		{`(`, "it is no regular expression (missing closing ): `(`): write one such as 'ndvi_(?P<year>\\d{4})'"},
		{``, `the group year is missing: write the year as (?P<year>\d{4})`},
		{`\d{4}`, `the group year is missing: write the year as (?P<year>\d{4})`},
		{`(?P<month>\d\d)`, `the group year is missing: write the year as (?P<year>\d{4})`},
		{`(?P<yeer>\d{4})`, "the group yeer is unknown: name groups year, month, day, doy, dekad, pentad"},
		{`(?P<year>\d{4})(?P<day>\d\d)`, "the groups year, day do not make a date: name year, or year and doy, or year, month and day, dekad or pentad"},
		{`(?P<year>\d{4})(?P<doy>\d\d)(?P<month>\d\d)`, "the groups year, month, doy do not make a date: name year, or year and doy, or year, month and day, dekad or pentad"},
		{`(?P<year>\d{4})(?P<period>\d)`, "the group period is unknown: name groups year, month, day, doy, dekad, pentad"},
	}
	for _, test := range tests {
		if spec, err := ParsePattern(test.in); err == nil || err.Error() != test.want {
			t.Errorf("ParsePattern(%q) = %v, error\n%v\nwant\n%s", test.in, spec, err, test.want)
		}
	}
}

// Every set of groups that is accepted makes a date.
func TestGroupSets(t *testing.T) {
	matches := map[string]string{"year": "2001", "month": "2", "day": "3", "doy": "42", "dekad": "2", "pentad": "3"}
	want := map[string]string{"year": "2001", "year month": "2001-02-01", "year month day": "2001-02-03", "year doy": "2001-02-11",
		"year month dekad": "2001-02-11", "year dekad": "2001-01-11", "year month pentad": "2001-02-11", "year pentad": "2001-01-11"}
	for _, set := range groupSets {
		var names, match []string
		for _, name := range dateGroups {
			if slices.Contains(strings.Fields(set), name) {
				names, match = append(names, name), append(match, matches[name])
			}
		}
		if got, _ := spelled(names, match); len(got) != 1 || got[0].String() != want[set] {
			t.Errorf("%s: got %v, want %s", set, got, want[set])
		}
	}
}

func FuzzPattern(f *testing.F) {
	f.Add(`(?P<year>\d+)\D(?P<month>\w+)\D(?P<day>\d+)`, "2001-jul-15")
	f.Add(`(?P<year>\d+)d(?P<dekad>\d+)`, "2001d36")
	f.Add(`(?P<year>.*)`, "２００１")
	f.Fuzz(func(t *testing.T, pattern, path string) {
		spec, err := ParsePattern(pattern)
		if err != nil {
			return
		}
		readings, err := spec.Resolve(inputsOf(path), noRead)
		if err != nil {
			if errors.Is(err, ErrNoDate) == errors.Is(err, ErrAmbiguous) {
				t.Fatalf("%q in %q: error of no kind, or two: %v", pattern, path, err)
			}
			return
		}
		if back, err := Parse(readings[0].Date.String()); err != nil || back != readings[0].Date {
			t.Fatalf("%q in %q is %v, which parses as %v, %v", pattern, path, readings[0].Date, back, err)
		}
	})
}
