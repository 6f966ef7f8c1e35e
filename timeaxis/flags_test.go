package timeaxis

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// The package is for any program: its texts name no flags of a command.
func TestTextsNameNoFlags(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	texts := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				texts++
				// --P1Y is a part of names of DEA, and DEA's only.
				if strings.Contains(strings.ReplaceAll(lit.Value, "--P1Y", ""), "--") {
					t.Errorf("%s: %s", file, lit.Value)
				}
			}
			return true
		})
	}
	if texts < 100 {
		t.Errorf("%d texts were looked at", texts)
	}
}
