package timeaxis

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestParseSpec(t *testing.T) {
	tests := []struct {
		in, canonical string
		n             int // dates of a range or list
		first, last   string
	}{
		{"", "auto", 0, "", ""},
		{"auto", "auto", 0, "", ""},
		{"name", "name", 0, "", ""},
		{"tag", "tag", 0, "", ""},
		{"1995-2015", "1995-2015", 21, "1995", "2015"},
		{"2001-2001", "2001-2001", 1, "2001", "2001"},
		{"0001-9999", "0001-9999", 9999, "0001", "9999"},
		{"2001", "2001", 1, "2001", "2001"},
		{"2001,2003,2004", "2001,2003,2004", 3, "2001", "2004"},
		{" 2004, 2001 ,2001", "2004,2001,2001", 3, "2004", "2001"},
		{"2001-07-15,2001-08-01", "2001-07-15,2001-08-01", 2, "2001-07-15", "2001-08-01"},
		{"2001-07-15", "2001-07-15", 1, "2001-07-15", "2001-07-15"},
		{"@dates.csv", "@dates.csv", 0, "", ""},
		{"@my dates/ndvi,2001.csv", "@my dates/ndvi,2001.csv", 0, "", ""},
	}
	for _, test := range tests {
		spec, err := ParseSpec(test.in)
		if err != nil {
			t.Errorf("ParseSpec(%q): %v", test.in, err)
			continue
		}
		if spec.String() != test.canonical || spec.LooksInside() != (test.canonical == "auto" || test.canonical == "tag") || len(spec.dates) != test.n {
			t.Errorf("ParseSpec(%q) = %q, looks inside %v, %d dates; want %q, %d dates",
				test.in, spec, spec.LooksInside(), len(spec.dates), test.canonical, test.n)
		}
		if n := len(spec.dates); n > 0 && (spec.dates[0].String() != test.first || spec.dates[n-1].String() != test.last) {
			t.Errorf("ParseSpec(%q) is from %v to %v, want %s to %s", test.in, spec.dates[0], spec.dates[n-1], test.first, test.last)
		}
	}
}

func TestParseSpecRejects(t *testing.T) {
	tests := []struct{ in, want string }{
		{"2015-1995", "the range runs backwards: write 1995-2015, and name the inputs in that order"},
		{"0000-1995", `"0000" is no date: write a year such as 2001 or a calendar day such as 2001-07-15`},
		{"@", "no file is named behind @: write @dates.csv"},
		{"2001,20x3", `"20x3" is no date: write auto, name, tag, a range 1995-2015, a list 2001,2003,2004 or 2001-07-15,2001-08-01, or a file @dates.csv`},
		{"2001,", `"" is no date: ` + specForms},
		{"2021-02-30", `"2021-02-30" is no date: ` + specForms},
		{"1995-20150", `"1995-20150" is no date: ` + specForms},
		{"1995..2015", `"1995..2015" is no date: ` + specForms},
		{"dates.csv", `"dates.csv" is no date: ` + specForms},
	}
	for _, test := range tests {
		if spec, err := ParseSpec(test.in); err == nil || err.Error() != test.want {
			t.Errorf("ParseSpec(%q) = %v, error\n%v\nwant\n%s", test.in, spec, err, test.want)
		}
	}
}

// noRead is for specs that need no file.
func noRead(path string) ([]byte, error) { return nil, fmt.Errorf("%s was read", path) }

// inputsOf are files of which only the names are known.
func inputsOf(names ...string) []Input {
	inputs := make([]Input, len(names))
	for i, name := range names {
		inputs[i] = Input{Name: name, Path: name, Listed: true}
	}
	return inputs
}

func resolveSpec(t *testing.T, spec string, inputs []Input, read func(string) ([]byte, error)) ([]Date, error) {
	t.Helper()
	s, err := ParseSpec(spec)
	if err != nil {
		t.Fatal(err)
	}
	readings, err := s.Resolve(inputs, read)
	return datesOf(readings), err
}

func TestResolve(t *testing.T) {
	tests := []struct {
		spec  string
		names []string
		want  []string
	}{
		{"auto", []string{"LAI_2002.tif", "LAI_2001.tif"}, []string{"2002", "2001"}},
		{"name", []string{"LAI_2002.tif", "LAI_2001.tif"}, []string{"2002", "2001"}},
		{"1995-1997", []string{"c.tif", "a.tif", "b.tif"}, []string{"1995", "1996", "1997"}},
		{"2004,2001", []string{"a.tif", "b.tif"}, []string{"2004", "2001"}},
		{"2001-07-15", []string{"a.tif"}, []string{"2001-07-15"}},
	}
	for _, test := range tests {
		got, err := resolveSpec(t, test.spec, inputsOf(test.names...), noRead)
		if err != nil || !slices.Equal(got, mustParseAll(t, test.want...)) {
			t.Errorf("--dates %s: got %v, %v; want %v", test.spec, got, err, test.want)
		}
	}
}

func TestResolveErrors(t *testing.T) {
	tests := []struct {
		spec  string
		names []string
		is    error
		want  string
	}{
		{"auto", []string{"slope.tif"}, ErrNoDate,
			`no date in the file name "slope.tif": ` + GiveDates.String()},
		{"1995-2015", make([]string, 20), ErrCount,
			"dates and inputs differ in number: the range 1995-2015 gives 21 dates for 20 inputs: give one date an input, in the order of the inputs"},
		{"2001", []string{"a", "b"}, ErrCount,
			"dates and inputs differ in number: the list 2001 gives 1 date for 2 inputs: give one date an input, in the order of the inputs"},
		{"2001,2001-07-15", []string{"a.tif", "b.tif"}, ErrMixed,
			`years and days cannot be mixed: "a.tif" is dated 2001 and "b.tif" is dated 2001-07-15: give every input a year, or every input a day, in a CSV with rows of path,date`},
		{"@gone.csv", []string{"a.tif"}, fs.ErrNotExist,
			"cannot read the dates in gone.csv: file does not exist: check the name of the file"},
	}
	for _, test := range tests {
		_, err := resolveSpec(t, test.spec, inputsOf(test.names...), func(string) ([]byte, error) { return nil, fs.ErrNotExist })
		if !errors.Is(err, test.is) || err.Error() != test.want {
			t.Errorf("--dates %s: error\n%v\nwant\n%s", test.spec, err, test.want)
		}
	}
}

// The dates handed out are the caller's: changing them leaves the Spec alone.
func TestResolveCopies(t *testing.T) {
	spec, err := ParseSpec("2001,2002")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		readings, err := spec.Resolve(inputsOf("a", "b"), noRead)
		if err != nil || readings[0].Date != Year(2001) {
			t.Fatalf("got %v, %v", readings, err)
		}
		readings[0].Date = Year(1)
	}
}

func TestResolveReadsFiles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "dates.csv")
	if err := os.WriteFile(file, []byte("a.tif,2001\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := resolveSpec(t, "@"+file, inputsOf("a.tif"), nil)
	if err != nil || !slices.Equal(got, []Date{Year(2001)}) {
		t.Errorf("got %v, %v", got, err)
	}
}

func FuzzParseSpec(f *testing.F) {
	for _, s := range []string{
		"", "auto", "1995-2015", "2015-1995", "2001,2003,2004", "2001-07-15,2001-08-01",
		" 2001 , 2002 ", "2001,", "2021-02-30", "@dates.csv", "@", "0000-9999", "2001-2002-2003",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		spec, err := ParseSpec(s)
		if err != nil {
			return
		}
		again, err := ParseSpec(spec.String())
		if err != nil || !reflect.DeepEqual(again, spec) {
			t.Fatalf("ParseSpec(%q) is %q, which parses as %q, %v", s, spec, again, err)
		}
		// What is written in full stands in the text; a range only has its ends there.
		if strings.Contains(s, ",") {
			for _, d := range spec.dates {
				if !strings.Contains(s, d.String()) {
					t.Fatalf("ParseSpec(%q) holds %v", s, d)
				}
			}
		}
	})
}
