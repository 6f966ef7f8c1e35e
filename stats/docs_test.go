package stats

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// docs/semantics.md shows the table of fields as it is here. Where it does not, the rows that it
// should have are printed.
func TestDocsShowTheTable(t *testing.T) {
	page, err := os.ReadFile("../docs/semantics.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(page), "\n| field | unit | what it is |\n|---|---|---|\n")
	got, _, end := strings.Cut(rest, "\n\n")
	if !found || !end {
		t.Fatal("docs/semantics.md has no table of fields")
	}
	units := map[Unit]string{UnitNone: "1", UnitSamples: "u", UnitPerTime: "u/p", UnitTime: "date", UnitCount: "observations", UnitClass: "class"}
	var rows []string
	for _, f := range Fields() {
		info := f.Info()
		rows = append(rows, fmt.Sprintf("| `%s` | %s | %s |", info.Name, units[info.Unit], strings.ReplaceAll(info.Help, "|", `\|`)))
	}
	if want := strings.Join(rows, "\n"); got != want {
		t.Errorf("the table in docs/semantics.md has to be\n%s", want)
	}
}

// Every row of the table is complete, and true of what a plan does.
func TestTableOfFields(t *testing.T) {
	seen := map[string]bool{"all": true}
	for _, f := range Fields() {
		info := f.Info()
		if info.Name == "" || seen[info.Name] || strings.ContainsAny(info.Name, ", ") || info.Name != strings.ToLower(info.Name) {
			t.Errorf("field %d is called %q", f, info.Name)
		}
		seen[info.Name] = true
		if info.Help == "" || strings.Contains(info.Help, "\n") || strings.Contains(info.Help, "--") || len([]rune(info.Help)) > 80 {
			t.Errorf("the help of %v is %q", f, info.Help)
		}
		if fields, err := ParseFields(" " + info.Name); err != nil || len(fields) != 1 || fields[0] != f || f.String() != info.Name {
			t.Errorf("%q reads as %v: %v", info.Name, fields, err)
		}
		// A field is in "all" if it is of the line and needs no option.
		p, err := NewPlan(kernels(t)[0], years(2001, 2003), Options{Fields: []Field{f}})
		if (err != nil || info.Estimator != Linear) != info.NotInAll || (err != nil) != (info.Option == OptionSignificance) {
			t.Errorf("%v without options: %v", f, err)
		}
		if class := info.Option == OptionSignificance; class != (info.Unit == UnitClass) || class && info.PValue.Info().Estimator != info.Estimator {
			t.Errorf("%v follows from %v", f, info.PValue)
		}
		if err == nil && p.AllDates() != info.AllDates {
			t.Errorf("%v needs all dates together: %v", f, p.AllDates())
		}
		if info.Unit == UnitClass || info.Unit == UnitCount || info.Unit == UnitTime {
			if !info.Nearest {
				t.Errorf("overviews average %v", f)
			}
		}
	}
}
