package raster

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pixtrend/pixtrend/internal/atomicfile"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// Expand turns the inputs as people write them into names of rasters: a file stands for itself, a
// folder for the .tif and .tiff files in it, a pattern with *, ? or [ for the files that it matches,
// and @list.txt for the names in a text file, one a line (empty lines and those that begin with #
// are skipped; a name that does not exist is looked for beside the list). Names that begin with
// /vsi are GDAL's, and are taken as they are; a URL with http or https is taken as /vsicurl/. Folders and patterns give their files in the order of
// their names, with numbers in them as numbers: ndvi_2.tif is before ndvi_10.tif. A pattern, folder or list without a file is an error, and so is a file given twice.
func Expand(args []string) ([]string, error) {
	names, _, err := expandAll(args)
	return names, err
}

// expandAll is Expand. It reports, too, whether a person named each file by itself, in an argument or in a list.
func expandAll(args []string) (names []string, listed []bool, err error) {
	for _, arg := range args {
		more, err := expand(arg)
		if err != nil {
			return nil, nil, err
		}
		names = append(names, more...)
		itself := strings.HasPrefix(arg, "@") || len(more) == 1
		listed = append(listed, slices.Repeat([]bool{itself}, len(more))...)
	}
	if len(names) == 0 {
		return nil, nil, fault.Inputf("no input: name the rasters, a folder, a quoted pattern such as 'ndvi_*.tif' or @list.txt")
	}
	seen := map[string]bool{}
	for _, name := range names {
		key := sameName(name)
		if seen[key] {
			return nil, nil, fault.Inputf("%s is given twice: name each raster once", gdal.DisplayName(name))
		}
		seen[key] = true
	}
	return names, listed, nil
}

// sameName returns what is equal for names of one file.
func sameName(name string) string {
	if abs, err := filepath.Abs(name); err == nil && !strings.HasPrefix(name, "/vsi") {
		return abs
	}
	if gdal.IsRemote(name) {
		return name // two slashes in a URL are not one
	}
	return filepath.Clean(name)
}

func expand(arg string) ([]string, error) {
	if list, ok := strings.CutPrefix(arg, "@"); ok {
		return readList(list)
	}
	if arg == "" {
		return nil, fault.Inputf("an input has an empty name")
	}
	if arg = gdal.FromURL(arg); strings.HasPrefix(arg, "/vsi") {
		return []string{arg}, nil
	}
	info, err := os.Stat(arg)
	switch {
	case err == nil && info.IsDir():
		return folder(arg)
	case err == nil:
		return []string{arg}, nil
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fault.Inputf("cannot read %s: %v", arg, atomicfile.Reason(err))
	case !strings.ContainsAny(arg, "*?["):
		return nil, fault.Inputf("%s does not exist: check the name, and quote patterns such as 'ndvi_*.tif'", arg)
	}
	names, err := filepath.Glob(arg)
	if err != nil {
		return nil, fault.Inputf("the pattern %s is malformed: a [ needs its ]", arg)
	}
	names = slices.DeleteFunc(names, func(name string) bool {
		info, err := os.Stat(name)
		return err == nil && info.IsDir()
	})
	if len(names) == 0 {
		return nil, fault.Inputf("no file matches %s: check the pattern and the folder", arg)
	}
	timeaxis.SortNames(names)
	return names, nil
}

func folder(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fault.Inputf("cannot read the folder %s: %v", dir, atomicfile.Reason(err))
	}
	var names []string
	for _, e := range entries {
		ext := strings.ToLower(filepath.Ext(e.Name()))
		if !e.IsDir() && !strings.HasPrefix(e.Name(), ".") && (ext == ".tif" || ext == ".tiff") {
			names = append(names, filepath.Join(dir, e.Name()))
		}
	}
	if len(names) == 0 {
		return nil, fault.Inputf("the folder %s holds no .tif file: name another, or the files by a quoted pattern", dir)
	}
	timeaxis.SortNames(names)
	return names, nil
}

func readList(list string) ([]string, error) {
	text, err := os.ReadFile(list)
	if err != nil {
		return nil, fault.Inputf("cannot read the list %s: %v: check its name", list, atomicfile.Reason(err))
	}
	var names []string
	lines := bufio.NewScanner(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	for n := 1; lines.Scan(); n++ {
		name := strings.TrimSpace(lines.Text())
		if name == "" || strings.HasPrefix(name, "#") {
			continue
		}
		if strings.HasPrefix(name, "@") {
			return nil, fault.Inputf("line %d of %s names another list, %s: a list holds names of rasters", n, list, name)
		}
		if beside := filepath.Join(filepath.Dir(list), name); !gdal.HTTPURL.MatchString(name) && !filepath.IsAbs(name) && !atomicfile.Exists(name) && atomicfile.Exists(beside) {
			name = beside
		}
		more, err := expand(name)
		if err != nil {
			return nil, fmt.Errorf("line %d of %s: %w", n, list, err)
		}
		names = append(names, more...)
	}
	if lines.Err() != nil {
		return nil, fault.Inputf("cannot read the list %s: a line of it is too long for a name: is it a text file?", list)
	}
	if len(names) == 0 {
		return nil, fault.Inputf("the list %s names no file: write a name on each line", list)
	}
	return names, nil
}
