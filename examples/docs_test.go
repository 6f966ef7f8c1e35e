// Package examples_test compares the guides in docs/ with the code that they describe.
package examples_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// guides are the pages that this test is for.
var guides = []string{"embedding.md", "inside.md", "performance.md"}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The program in docs/embedding.md is the one that is compiled and tested.
func TestProgramOfTheGuide(t *testing.T) {
	program := read(t, "embedding/main.go")
	if page := read(t, "../docs/embedding.md"); !strings.Contains(page, "```go\n"+program+"```\n") {
		t.Error("docs/embedding.md does not show examples/embedding/main.go as it is: copy the file into the page")
	}
}

var link = regexp.MustCompile(`\]\(([^)#]+)[^)]*\)`)

// Relative links of the guides lead to files.
func TestLinksOfTheGuides(t *testing.T) {
	for _, guide := range guides {
		links := link.FindAllStringSubmatch(read(t, "../docs/"+guide), -1)
		if len(links) == 0 {
			t.Errorf("%s has no link", guide)
		}
		for _, l := range links {
			if strings.Contains(l[1], "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join("../docs", l[1])); err != nil {
				t.Errorf("%s links to %s: %v", guide, l[1], err)
			}
		}
	}
}

// The tests that the guides name exist.
func TestTestsOfTheGuides(t *testing.T) {
	funcs := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark|Example)\w+)\(`)
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != ".." {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		for _, m := range declared.FindAllStringSubmatch(read(t, path), -1) {
			funcs[m[1]] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`((?:Test|Fuzz|Benchmark)[A-Z]\\w+)`")
	found := 0
	for _, guide := range guides {
		for _, m := range named.FindAllStringSubmatch(read(t, "../docs/"+guide), -1) {
			found++
			if !funcs[m[1]] {
				t.Errorf("%s names %s, and there is no such test", guide, m[1])
			}
		}
	}
	if found == 0 {
		t.Error("no guide names a test")
	}
}
