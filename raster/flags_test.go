package raster

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// flag is a flag of a command line, as a sentence names it.
var flag = regexp.MustCompile(`(^|[^-\w])--[a-z][a-z-]+`)

// The library names no flags of the command. Its errors and warnings name options, which cmd turns
// into flags. The flags of other programs, such as gdalinfo, may be named.
func TestLibraryNamesNoFlags(t *testing.T) {
	const root = ".."
	others := []string{"gdalinfo --formats"}
	skipped := []string{".git", ".cache", "bin", "bench", "cmd", "docs", "examples", "internal/manual", "packaging", "scripts", "testdata",
		"job/script.go"} // which writes command lines
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		skip := slices.Contains(skipped, filepath.ToSlash(rel))
		if d.IsDir() {
			if skip || d.Name() == "testdata" {
				return filepath.SkipDir
			}
			return nil
		}
		if skip || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			l, ok := n.(*ast.BasicLit)
			if !ok || l.Kind != token.STRING {
				return true
			}
			text, _ := strconv.Unquote(l.Value)
			if flag.MatchString(text) && !slices.ContainsFunc(others, func(o string) bool { return strings.Contains(text, o) }) {
				t.Errorf("%s names the flag of a command: %q", files.Position(l.Pos()), text)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
