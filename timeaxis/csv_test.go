package timeaxis

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// reads returns the same bytes for every path.
func reads(csv string) func(string) ([]byte, error) {
	return func(string) ([]byte, error) { return []byte(csv), nil }
}

func TestResolveCSV(t *testing.T) {
	ab := []string{"a.tif", "b.tif"}
	y12 := []string{"2001", "2002"}
	tests := []struct {
		what  string
		spec  string
		csv   string
		names []string
		want  []string
	}{
		{"plain", "@dates.csv", "a.tif,2001\nb.tif,2002\n", ab, y12},
		{"order of the inputs", "@dates.csv", "b.tif,2002\na.tif,2001\n", ab, y12},
		{"days", "@dates.csv", "a.tif,2001-07-15\nb.tif,2001-08-16\n", ab, []string{"2001-07-15", "2001-08-16"}},
		{"header", "@dates.csv", "path,date\na.tif,2001\nb.tif,2002\n", ab, y12},
		{"a file called date is no header", "@dates.csv", "date,2001\nb.tif,2002\n", []string{"date", "b.tif"}, y12},
		{"comments and blank lines", "@dates.csv", "# from the archive\n\npath,date\n\na.tif,2001\n  \n# b follows\nb.tif,2002\n\n", ab, y12},
		{"CRLF and a byte order mark", "@dates.csv", "\xef\xbb\xbfa.tif,2001\r\nb.tif,2002\r\n", ab, y12},
		{"byte order mark, comment", "@dates.csv", "\xef\xbb\xbf# dates\na.tif,2001\nb.tif,2002", ab, y12},
		{"spaces", "@dates.csv", "  a.tif , 2001 \n b.tif,\t2002\n", ab, y12},
		{"quotes and a comma", "@dates.csv", "\"a, b.tif\",\"2001\"\n", []string{"a, b.tif"}, []string{"2001"}},
		{"empty cells of a spreadsheet", "@dates.csv", "a.tif,2001,,\n,,,\nb.tif,2002,,\n", ab, y12},
		{"other files", "@dates.csv", "a.tif,2001\nz.tif,1990-01-01\nb.tif,2002\n", ab, y12},
		{"same row twice", "@dates.csv", "a.tif,2001\nb.tif,2002\na.tif,2001\n", ab, y12},
		{"same input twice", "@dates.csv", "a.tif,2001\n", []string{"a.tif", "a.tif"}, []string{"2001", "2001"}},

		{"cleaned path", "@dates.csv", "./x//a.tif,2001\n", []string{"x/y/../a.tif"}, []string{"2001"}},
		{"from the CSV's folder", "@x/dates.csv", "y1/n.tif,2001\ny2/n.tif,2002\n", []string{"x/y1/n.tif", "x/y2/n.tif"}, y12},
		{"absolute rows", "@x/dates.csv", "/d/y1/n.tif,2001\n/d/y2/n.tif,2002\n", []string{"/d/y1/n.tif", "/d/y2/n.tif"}, y12},
		{"the path as written before that from the CSV's folder", "@x/dates.csv",
			"x/a.tif,2002\na.tif,2001\n", []string{"a.tif", "x/a.tif"}, y12},
		{"base name", "@elsewhere/dates.csv", "a.tif,2001\nold/b.tif,2002\n", []string{"/d/a.tif", "/d/b.tif"}, y12},

		{"one column", "@dates.csv", "2001\n2002\n", ab, y12},
		{"one column with header", "@dates.csv", "date\n2001-07-15\n2001-08-16\n", ab, []string{"2001-07-15", "2001-08-16"}},
	}
	for _, test := range tests {
		got, err := resolveSpec(t, test.spec, inputsOf(test.names...), reads(test.csv))
		if err != nil || !slices.Equal(got, mustParseAll(t, test.want...)) {
			t.Errorf("%s: got %v, %v; want %v", test.what, got, err, test.want)
		}
	}
}

func TestResolveCSVErrors(t *testing.T) {
	ab := []string{"a.tif", "b.tif"}
	tests := []struct {
		what  string
		spec  string
		csv   string
		names []string
		is    error // nil: any
		want  string
	}{
		{"missing row", "@dates.csv", "a.tif,2001\n", ab, ErrNoDate,
			`no date for the input "b.tif" in "dates.csv": add the row b.tif,YYYY-MM-DD or b.tif,YYYY`},
		{"mistyped first row", "@dates.csv", "a.tif,20O1\nb.tif,2002\n", ab, nil,
			`dates.csv:1: "20O1" is no date: write a year such as 2001 or a calendar day such as 2001-07-15, or a header without digits`},
		{"a first row that is not in the calendar", "@dates.csv", "other.tif,2021-02-30\na.tif,2001\nb.tif,2002\n", ab, nil,
			`dates.csv:1: "2021-02-30" is no date: write a year such as 2001 or a calendar day such as 2001-07-15, or a header without digits`},
		{"a first row in another notation", "@dates.csv", "a.tif,15 Jul 2001\nb.tif,2002\n", ab, nil,
			`dates.csv:1: "15 Jul 2001" is no date: write a year such as 2001 or a calendar day such as 2001-07-15, or a header without digits`},
		{"a first row of an unknown date", "@dates.csv", "a.tif,n/a\nb.tif,2002\n", ab, ErrNoDate,
			`no date for the input "a.tif" in "dates.csv" (line 1, which holds no date, was taken for the header): add the row a.tif,YYYY-MM-DD or a.tif,YYYY`},
		{"base name of two inputs", "@dates.csv", "n.tif,2001\n", []string{"y1/n.tif", "y2/n.tif"}, ErrNoDate,
			`no date for the input "y1/n.tif" in "dates.csv": add the row y1/n.tif,YYYY-MM-DD or y1/n.tif,YYYY`},
		{"base name of two rows", "@dates.csv", "y1/n.tif,2001\ny2/n.tif,2001\n", []string{"n.tif"}, ErrNoDate,
			`no date for the input "n.tif" in "dates.csv": add the row n.tif,YYYY-MM-DD or n.tif,YYYY`},
		{"one row, two inputs by different likeness", "@x/dates.csv", "a.tif,2001\n", []string{"x/a.tif", "a.tif"}, ErrNoDate,
			`no date for the input "x/a.tif" in "x/dates.csv": add the row x/a.tif,YYYY-MM-DD or x/a.tif,YYYY`},
		{"two dates", "@dates.csv", "path,date\na.tif,2001\nb.tif,2002\n./a.tif,2003\n", ab, ErrAmbiguous,
			`more than one date for the input "a.tif" in "dates.csv", 2001 in line 2 and 2003 in line 4: keep one of the rows`},
		{"two dates by base name", "@dates.csv", "a.tif,2001\na.tif,2003\n", []string{"d/a.tif"}, ErrAmbiguous,
			`more than one date for the input "d/a.tif" in "dates.csv", 2001 in line 1 and 2003 in line 2: keep one of the rows`},
		{"bad date", "@dates.csv", "# c\na.tif,2001\nb.tif,2021-02-30\n", ab, nil,
			`dates.csv:3: "2021-02-30" is no date: write a year such as 2001 or a calendar day such as 2001-07-15`},
		{"bad date of another file", "@dates.csv", "a.tif,2001\nz.tif,x\nb.tif,2002\n", ab, nil,
			`dates.csv:2: "x" is no date: write a year such as 2001 or a calendar day such as 2001-07-15`},
		{"three columns", "@dates.csv", "a.tif,2001,5\n", ab, nil,
			"dates.csv:1: found 3 cells: write path,YYYY-MM-DD or path,YYYY in every row, or a date alone in every row"},
		{"no date cell", "@dates.csv", "a.tif,2001\nb.tif,\n", ab, nil,
			"dates.csv:2: found 1 cell: write path,YYYY-MM-DD or path,YYYY in every row, or a date alone in every row"},
		{"no path", "@dates.csv", "a.tif,2001\n,2002\n", ab, nil,
			"dates.csv:2: the path before 2002 is empty: write path,2002"},
		{"semicolons", "@dates.csv", "a.tif;2001\nb.tif;2002\n", ab, nil,
			`dates.csv:1: "a.tif;2001" is no date: write a year such as 2001 or a calendar day such as 2001-07-15, or a header without digits`},
		{"empty", "@dates.csv", "", ab, ErrNoDate,
			`no date in "dates.csv": write path,YYYY-MM-DD or path,YYYY in every row`},
		{"only a header", "@dates.csv", "path,date\n", ab, ErrNoDate,
			`no date in "dates.csv" (line 1, which holds no date, was taken for the header): write path,YYYY-MM-DD or path,YYYY in every row`},
		{"a bare quote", "@dates.csv", "a.tif,2001\nb\".tif,2002\n", ab, nil,
			`cannot read the dates in "dates.csv": parse error on line 2, column 2: bare " in non-quoted-field: write path,YYYY-MM-DD or path,YYYY in every row`},
		{"one column, wrong count", "@dates.csv", "2001\n2002\n2003\n", ab, ErrCount,
			"dates and inputs differ in number: dates.csv gives 3 dates for 2 inputs: give one date an input, in the order of the inputs"},
		{"one column, mistyped first row", "@dates.csv", "2001-7-15\n2001\n2002\n", ab, nil,
			`dates.csv:1: "2001-7-15" is no date: write a year such as 2001 or a calendar day such as 2001-07-15, or a header without digits`},
		{"one column with a header, wrong count", "@dates.csv", "date\n2002\n", ab, ErrCount,
			"dates and inputs differ in number: dates.csv gives 1 date (line 1, which holds no date, was taken for the header) for 2 inputs: give one date an input, in the order of the inputs"},
		{"mixed", "@dates.csv", "a.tif,2001-07-15\nb.tif,2002\n", ab, ErrMixed,
			`years and days cannot be mixed: "b.tif" is dated 2002 and "a.tif" is dated 2001-07-15: give every input a year, or every input a day, in a CSV with rows of path,date`},
	}
	for _, test := range tests {
		got, err := resolveSpec(t, test.spec, inputsOf(test.names...), reads(test.csv))
		if err == nil || err.Error() != test.want || test.is != nil && !errors.Is(err, test.is) {
			t.Errorf("%s: got %v, error\n%v\nwant\n%s", test.what, got, err, test.want)
		}
	}
}

// The same rows give numbers in place of dates.
func TestResolveXCSV(t *testing.T) {
	ab := []string{"x/a.tif", "x/b.tif"}
	tests := []struct {
		csv  string
		want []float64
		is   error
		text string
	}{
		{csv: "path,ppm\na.tif,338.8\nb.tif,0.2\n", want: []float64{338.8, 0.2}},
		{csv: "b.tif,-1e-3\nx/a.tif,2001\nother.tif,7\n", want: []float64{2001, -1e-3}},
		{csv: "dose\n0.5\n0.25\n", want: []float64{0.5, 0.25}},
		{csv: "path,CO2\na.tif,0.5\nb.tif,0.25\n", want: []float64{0.5, 0.25}},
		{csv: "0,5\na.tif,1\nb.tif,2\n", is: nil, want: []float64{1, 2}}, // the path 0
		{csv: "a.tif,l.5\nb.tif,2\n", text: `doses.csv:1: "l.5" is no finite number: write one such as 338.8, or a header without digits`},
		{csv: "1.2.3\n1\n2\n", text: `doses.csv:1: "1.2.3" is no finite number: write one such as 338.8, or a header without digits`},
		{csv: "nan\n1\n2\n", text: `doses.csv:1: "nan" is no finite number: write one such as 338.8, or a header without digits`},
		{csv: "1e999\n1\n2\n", text: `doses.csv:1: "1e999" is no finite number: write one such as 338.8, or a header without digits`},
		{csv: "a.tif,1\n", is: ErrNoX, text: `no x for the input "x/b.tif" in "doses.csv": add the row x/b.tif,NUMBER`},
		{csv: "a.tif,1\nb.tif,NaN\n", text: `doses.csv:2: "NaN" is no finite number: write one such as 338.8`},
		{csv: "a.tif,1\nb.tif,inf\n", text: `doses.csv:2: "inf" is no finite number: write one such as 338.8`},
		{csv: "a.tif,1\nb.tif,2\na.tif,3\n", is: ErrAmbiguousX, text: `more than one x for the input "x/a.tif" in "doses.csv", 1 in line 1 and 3 in line 3: keep one of the rows`},
		{csv: "1\n2\n3\n", is: ErrCountX, text: "values of x and inputs differ in number: doses.csv gives 3 numbers for 2 inputs: give one number an input, in the order of the inputs"},
		{csv: "path,dose\n", is: ErrNoX, text: `no x in "doses.csv" (line 1, which holds no number, was taken for the header): write path,NUMBER in every row`},
	}
	for _, test := range tests {
		spec, err := ParseX("@doses.csv")
		if err != nil || !spec.IsX() || spec.LooksInside() {
			t.Fatal(spec, err)
		}
		readings, err := spec.Resolve(inputsOf(ab...), reads(test.csv))
		var xs []float64
		for _, r := range readings {
			xs = append(xs, r.X)
		}
		if test.text == "" && (err != nil || !slices.Equal(xs, test.want)) ||
			test.text != "" && (err == nil || err.Error() != test.text || test.is != nil && !errors.Is(err, test.is)) {
			t.Errorf("%q: got %v, error\n%v\nwant %v\n%s", test.csv, xs, err, test.want, test.text)
		}
	}
}

func FuzzCSV(f *testing.F) {
	for _, csv := range []string{
		"path,date\nS2_NDVI_20150711T100008.tif,2015-07-11\nS2_NDVI_20150731T100009.tif,2015-07-31\n",
		"\xef\xbb\xbf# yearly\r\nyearly/LAI_2001.tif,2001\r\n\r\nyearly/LAI_2002.tif,2002\r\n",
		"2001\n2002\n",
		"\"a, b.tif\",2001\nx/./a.tif, 2002 ,,\n",
		"a.tif,2001\na.tif,2002\n",
		"a.tif;2001\n\"",
		",2001\n,,\n\xff,20159999",
	} {
		f.Add(csv, "yearly/LAI_2001.tif", "x/a.tif")
		f.Add(csv, "S2_NDVI_20150711T100008.tif", "data/S2_NDVI_20150731T100009.tif")
	}
	f.Fuzz(func(t *testing.T, csv, name1, name2 string) {
		spec, err := ParseSpec("@x/dates.csv")
		if err != nil {
			t.Fatal(err)
		}
		names := []string{name1, name2}
		readings, err := spec.Resolve(inputsOf(names...), reads(csv))
		if err != nil {
			return
		}
		dates := datesOf(readings)
		if len(dates) != len(names) || dates[0].IsYear() != dates[1].IsYear() {
			t.Fatalf("dates %v for %q", dates, names)
		}
		for _, d := range dates {
			if !strings.Contains(csv, d.String()) {
				t.Fatalf("%v is not in %q", d, csv)
			}
		}
	})
}
