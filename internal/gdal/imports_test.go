package gdal

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
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
	const root = "../.."
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
			if places, listed := allowed[name]; listed && !slices.Contains(places, filepath.ToSlash(dir)) {
				t.Errorf("%s imports %q, which only %v may", path, name, places)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
