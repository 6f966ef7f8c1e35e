package main

import (
	"cmp"
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend/stats"
)

// The help of --stats, its completions and the page of fields name the fields of the table of
// package stats, and no others.
func TestFieldsOfTheTable(t *testing.T) {
	_, help, _ := inside("fit", "--help")
	want := strings.Join(stats.FamilyNames(), ", ") + ", or all;"
	if !strings.Contains(strings.Join(strings.Fields(help), " "), want) {
		t.Errorf("fit --help does not list the fields %q:\n%s", want, help)
	}
	_, offered, _ := inside("__complete", "fit", "--stats", "slope,n,")
	lines := strings.Split(offered, "\n")
	for _, f := range stats.Fields() {
		want := "slope,n," + f.String() + "\t" + f.Info().Help
		found := false
		for _, line := range lines {
			found = found || line == want
		}
		if f.Info().Option == stats.OptionCovariates {
			if found {
				t.Errorf("%q is offered, and options give such names", want)
			}
			continue
		}
		if given := f == stats.Slope || f == stats.N; found == given {
			t.Errorf("%q is offered: %v", want, found)
		}
	}
	_, page, _ := inside("help", "semantics")
	page = strings.Join(strings.Fields(page), " ")
	for _, f := range stats.Fields() {
		// A table on a terminal is wrapped: the first words of the row are enough.
		if !strings.Contains(page, cmp.Or(f.Info().Family, f.String())) || !strings.Contains(page, strings.Join(strings.Fields(f.Info().Help)[:2], " ")) {
			t.Errorf("help semantics does not show %v", f)
		}
	}
}

// Fields may be given in several options, which are joined.
func TestFieldsOfSeveralOptions(t *testing.T) {
	code, stdout, stderr := call(t, folder(t), "fit", "stack", "-o", "s.tif", "--json", "--stats", "slope", "--stats", "pvalue,n")
	if code != 0 || !strings.Contains(stdout, `"fields":["slope","pvalue","n"]`) {
		t.Errorf("exit code %d, %s%s", code, stdout, stderr)
	}
}
