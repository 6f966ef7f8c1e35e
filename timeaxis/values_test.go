package timeaxis

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
)

// A table gives a number to every plane, by its date, and is refused where it is doubtful.
func TestValues(t *testing.T) {
	days := func(texts ...string) Axis {
		var dates []Date
		for _, text := range texts {
			d, err := Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			dates = append(dates, d)
		}
		axis, _, err := NewAxis(dates)
		if err != nil {
			t.Fatal(err)
		}
		return axis
	}
	xs, _, err := NewXAxis([]float64{0.5, 2}, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name, table string
		axis        Axis
		want        []float64
		wrong       string
	}{
		{"rows of other dates, comments, a header", "\xef\xbb\xbfdate,rain\n# mm\n2001-07-01, 3\n2001-05-01,9\n\n2001-06-01,1.5\n", days("2001-06-01", "2001-07-01"), []float64{1.5, 3}, ""},
		{"years", "2001,1\n2002,2\n", days("2002", "2001"), []float64{1, 2}, ""},
		{"two scenes of a day", "2001-06-01,1\n2001-07-01,2", days("2001-06-01", "2001-07-01", "2001-07-01"), []float64{1, 2, 2}, ""},
		{"numbers in place of dates", "0.50,7\n2,8\n", xs, []float64{7, 8}, ""},
		{"the same number twice", "2001,1\n2002,2\n2002,2.0\n", days("2001", "2002"), []float64{1, 2}, ""},
		{"a date is missing", "2001,1\n", days("2001", "2002"), nil, `no number is given for 2002 in "w.csv": add the row 2002,NUMBER`},
		{"a number that is mistyped is a header", "2001,1O\n2002,2\n", days("2001", "2002"), nil, "line 1, whose last cell is no number, was taken for the header"},
		{"two numbers for a date", "2001,1\n2002,2\n2002,3\n", days("2001", "2002"), nil, "two numbers for 2002, 2 in line 2 and 3 in line 3"},
		{"years for days", "2001,1\n", days("2001-06-01", "2001-07-01"), nil, "2001 in line 1"},
		{"days for years", "2001-06-01,1\n", days("2001", "2002"), nil, "2001-06-01 in line 1"},
		{"no date", "2001,1\nJune,2\n", days("2001", "2002"), nil, "w.csv:2: "},
		{"no number", "2001,1\n2002,two\n", days("2001", "2002"), nil, `w.csv:2: "two" is no finite number`},
		{"not finite", "2001,1\n2002,NaN\n", days("2001", "2002"), nil, `"NaN" is no finite number`},
		{"one cell", "2001,1\n7\n", days("2001", "2002"), nil, "w.csv:2: found 1 cell"},
		{"too many", strings.Repeat("2001,1\n", mostRows+1), days("2001", "2002"), nil, "w.csv has more than 262144 rows"},
		{"empty", "date,rain\n", days("2001", "2002"), nil, "no number is in"},
	} {
		v, err := ReadValues("w.csv", func(string) ([]byte, error) { return []byte(row.table), nil })
		var got []float64
		if err == nil {
			got, err = v.On(row.axis)
		}
		switch {
		case row.wrong != "":
			if err == nil || !strings.Contains(err.Error(), row.wrong) {
				t.Errorf("%s: %v, %v", row.name, got, err)
			}
		case err != nil || !slices.Equal(got, row.want):
			t.Errorf("%s: %v, %v, want %v", row.name, got, err, row.want)
		}
	}
	if _, err := ReadValues(t.TempDir()+"/absent.csv", nil); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}
