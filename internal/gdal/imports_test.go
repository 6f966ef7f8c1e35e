package gdal

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Only this package calls GDAL, and only packages on these lists use cgo. Package bench/pipeline
// measures GDAL itself, cmd/pixtrend calls a BLAS that pixtrend bench compares with, and python/capi is
// the C interface of the library.
func TestWhoCallsGDAL(t *testing.T) {
	allowed := map[string][]string{
		"github.com/airbusgeo/godal": {"internal/gdal", "bench/pipeline"},
		"C":                          {"internal/gdal", "bench/pipeline", "cmd/pixtrend", "python/capi"},
	}
	eachImport(t, func(file, dir, name string) {
		if places, listed := allowed[name]; listed && !slices.Contains(places, dir) {
			t.Errorf("%s imports %q, which only %v may", file, name, places)
		}
	})
}

// root is the folder of the module.
const root = "../.."

// eachImport calls use with each import of each Go file that is no test, and the folder of the file.
func eachImport(t *testing.T, use func(file, dir, name string)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != root || d.Name() == "testdata"):
			return filepath.SkipDir
		case !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		for _, i := range file.Imports {
			name, _ := strconv.Unquote(i.Path.Value)
			use(path, filepath.ToSlash(dir), name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A package imports only packages above it in the table of CONTRIBUTING.md, and packages of internal that
// have no row there. A row is that of the packages below its folders, too.
func TestPackagesImportThoseAbove(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "| folder | content | never contains |\n")
	table, _, _ = strings.Cut(table, "\n\n")
	rows, folder := map[string]int{}, regexp.MustCompile("`([a-z/0-9]+)`")
	for i, line := range strings.Split(table, "\n") {
		first := strings.Split(line, "|")[1]
		if strings.TrimSpace(first) == "the root" {
			rows["."] = i
		}
		for _, name := range folder.FindAllStringSubmatch(first, -1) {
			rows[strings.TrimSuffix(name[1], "/")] = i
		}
	}
	if len(rows) < 30 {
		t.Fatalf("the table has %d folders: is it where it was?", len(rows))
	}
	row := func(dir string) (int, bool) {
		for ; dir != "."; dir = path.Dir(dir) {
			if i, ok := rows[dir]; ok {
				return i, true
			}
		}
		return 0, false
	}
	eachImport(t, func(file, dir, name string) {
		of, ours := strings.CutPrefix(name, "github.com/pixtrend/pixtrend")
		if !ours {
			return
		}
		from, listed := row(dir)
		if dir == "." {
			from, listed = rows["."], true
		}
		to, known := row(strings.TrimPrefix(of, "/"))
		if of == "" {
			to, known = rows["."], true
		}
		if listed && known && to > from {
			t.Errorf("%s imports %q, which is below it in the table of CONTRIBUTING.md", file, name)
		}
		if !known && !strings.HasPrefix(of, "/internal/") {
			t.Errorf("%s imports %q, which is not in the table of CONTRIBUTING.md", file, name)
		}
	})
}
