package timeaxis

import (
	"os"
	"strings"
	"testing"
)

// The tables of names in docs/dates.md have a row for each rule, in their order, with its example.
// Those of products have a source.
func TestDocsListTheRules(t *testing.T) {
	page, err := os.ReadFile("../docs/dates.md")
	if err != nil {
		t.Fatal(err)
	}
	for head, rules := range map[string][]rule{"| rule and source of the convention | made for |\n|---|---|\n": products, "| rule | made for | |\n|---|---|---|\n": notations} {
		_, table, _ := strings.Cut(string(page), head)
		table, _, _ = strings.Cut(table, "\n\n")
		rows := strings.Split(table, "\n")
		if len(rows) != len(rules) {
			t.Fatalf("%d rows for %d rules below %s", len(rows), len(rules), head)
		}
		for i, r := range rules {
			begin := "| " + r.name + " | "
			if !r.notation {
				begin = "| " + r.name + " ("
			}
			if !strings.HasPrefix(rows[i], begin) || !strings.Contains(rows[i], "| `"+r.example+"` |") {
				t.Errorf("row %d is %s\nwant the rule %q with %s", i, rows[i], r.name, r.example)
			}
		}
	}
}
