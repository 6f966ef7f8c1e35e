package stats

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend/kernel"
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
	units := map[Unit]string{UnitNone: "1", UnitSamples: "u", UnitPerTime: "u/p", UnitTime: "date", UnitCount: "observations", UnitClass: "class",
		UnitPerTime2: "u/p²", UnitPerTime3: "u/p³", UnitPerTime4: "u/p⁴", UnitPerCovariate: "u per unit of NAME", UnitPhase: "day", UnitPercent: "%/p"}
	var rows []string
	seen := map[string]bool{"": true}
	for _, f := range Fields() {
		info := f.Info()
		unit := units[info.Unit]
		if info.part == stderrPart {
			unit = "as TERM"
		}
		if seen[info.Family] && info.Family != "" {
			continue
		}
		seen[info.Family] = true
		rows = append(rows, fmt.Sprintf("| `%s` | %s | %s |", cmp.Or(info.Family, info.Name), unit, strings.ReplaceAll(info.Help, "|", `\|`)))
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
		model := modelOf(info)
		if model.FieldName(f) != strings.Replace(info.Name, "covariate", "name", 1) {
			t.Errorf("%v is called %s", f, model.FieldName(f))
		}
		if fields, err := model.ParseFields(" " + model.FieldName(f)); err != nil || len(fields) != 1 || fields[0] != f || f.String() != info.Name {
			t.Errorf("%q reads as %v: %v", info.Name, fields, err)
		}
		// A field is in "all" if it is of the line and needs no option, and if its dates may come in
		// parts.
		_, err := NewPlan(kernels(t)[0], years(2001, 2003), Options{Fields: []Field{f}})
		if (err != nil || info.AllDates) != info.NotInAll {
			t.Errorf("%v without options: %v", f, err)
		}
		if class := info.Option == OptionSignificance; class != (info.Unit == UnitClass) || class && info.PValue.Info().Estimator != info.Estimator {
			t.Errorf("%v follows from %v", f, info.PValue)
		}
		p, err := NewPlan(kernels(t)[0], years(2001, 2024), Options{Fields: []Field{f}, Model: model, Significance: 0.05})
		if err != nil {
			t.Errorf("%v with its options: %v", f, err)
		}
		if err == nil && p.AllDates() != info.AllDates {
			t.Errorf("%v needs all dates together: %v", f, p.AllDates())
		}
		if info.Unit == UnitPhase || info.Unit == UnitClass || info.Unit == UnitCount || info.Unit == UnitTime {
			if !info.Nearest {
				t.Errorf("overviews average %v", f)
			}
		}
	}
}

// modelOf returns a model that has a field.
func modelOf(info FieldInfo) Model {
	switch info.Option {
	case OptionDegree:
		return Model{Degree: info.Number}
	case OptionHarmonics:
		return Model{Harmonics: info.Number, Period: 9.5}
	case OptionRobust:
		return Model{Robust: Robust{Psi: kernel.Huber}}
	case OptionAR1:
		return Model{AR1: true}
	case OptionStep:
		at := 2002.0
		return Model{Step: &at}
	case OptionCovariates:
		var m Model
		for i := range info.Number {
			c, r := Covariate{Name: fmt.Sprint("name", i+1)}, rand.New(rand.NewPCG(uint64(i), 1))
			for range 24 {
				c.Values = append(c.Values, r.Float64())
			}
			m.Covariates = append(m.Covariates, c)
		}
		return m
	}
	return Model{}
}
