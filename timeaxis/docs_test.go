package timeaxis

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// The table of names in docs/dates.md has a row for each rule, in their order, with its example.
func TestDocsListTheRules(t *testing.T) {
	page, err := os.ReadFile("../docs/dates.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "| rule | made for |\n|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	rows := strings.Split(table, "\n")
	rules := slices.Concat(products, notations)
	if len(rows) != len(rules) {
		t.Fatalf("%d rows for %d rules", len(rows), len(rules))
	}
	for i, r := range rules {
		if !strings.HasPrefix(rows[i], "| "+r.name) || !strings.Contains(rows[i], "`"+r.example+"`") {
			t.Errorf("row %d is %s\nwant the rule %q with %s", i, rows[i], r.name, r.example)
		}
	}
}
