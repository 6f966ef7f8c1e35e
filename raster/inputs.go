package raster

import (
	"bufio"
	"bytes"
	"context"
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
	"github.com/pixtrend/pixtrend/internal/regular"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// Expand returns the names of the rasters that inputs, as people write them, stand for, and
// warnings about files that were left out. An input is
//
//   - a file;
//   - a folder, for the GeoTIFFs in it: names that end in .tif, .tiff, .gtif or .gtiff, and files that
//     one of o.Drivers opens. With o.Recursive, the folders in it are searched too;
//   - a pattern with *, ? or [, for the files whose names match. A part of it that exists is a name;
//   - @list.txt, for the names in a text file, one a line. Empty lines and those that begin with #
//     are skipped. A name that does not exist is looked for in the folder of the list;
//   - a name of GDAL's: one that begins with /vsi, or of a raster inside a file, such as
//     NETCDF:"f.nc":t2m, if one of o.Drivers opens it;
//   - a URL with http, https, s3, gs or az;
//   - a file of STAC items, a name or URL that ends in .json or .geojson: for o.Asset of each item.
//
// Folders and patterns give their files in the order of the numbers in the names: ndvi_2 is before
// ndvi_10. They leave out hidden files and outputs of pixtrend. A pattern, folder or list without a
// file is an error, and so is a file given twice.
func Expand(ctx context.Context, inputs []string, o OpenOptions) (names, warnings []string, err error) {
	found, err := expand(ctx, inputs, o.forInputs(inputs))
	if err != nil {
		return nil, nil, err
	}
	return found.names(), found.warnings, nil
}

// expansion is what inputs stand for.
type expansion struct {
	ctx      context.Context // bounds the reading of lists on servers
	options  OpenOptions
	groups   []group
	pages    bool // the names are pages of the only input
	reads    reads
	warnings []string
	lists    []itemList
	scenes   map[string]*scene // by name; of rasters that STAC items list
}

// group holds names of one origin.
type group struct {
	names []string
	typed bool // a person named them one by one; else a folder or a pattern found them
}

func expand(ctx context.Context, inputs []string, o OpenOptions) (*expansion, error) {
	x := &expansion{ctx: ctx, options: o}
	for _, input := range inputs {
		if err := x.add(input); err != nil {
			return nil, err
		}
	}
	if err := x.checkAssets(); err != nil {
		return nil, err
	}
	return x, x.checkNames()
}

// checkNames returns an error if there is no raster, or if one is given twice.
func (x *expansion) checkNames() error {
	names := x.names()
	if len(names) == 0 {
		return fault.Inputf("no input: name the rasters, a folder, a quoted pattern such as 'ndvi_*.tif' or @list.txt")
	}
	seen := map[string]bool{}
	for _, name := range names {
		key := sameName(name)
		if seen[key] {
			return fault.Inputf("%s is given twice: name each raster once", gdal.DisplayName(name))
		}
		seen[key] = true
	}
	return nil
}

// names returns the names of all groups.
func (x *expansion) names() (names []string) {
	for _, g := range x.groups {
		names = append(names, g.names...)
	}
	return names
}

// listed reports of each name whether a person named it by itself.
func (x *expansion) listed() (listed []bool) {
	for _, g := range x.groups {
		listed = append(listed, slices.Repeat([]bool{g.typed}, len(g.names))...)
	}
	return listed
}

// sameName returns a key that is equal for names of one file.
func sameName(name string) string {
	if gdal.IsRemote(name) || gdal.FilePath(name) != name {
		return name // two slashes in a URL are not one
	}
	if abs, err := filepath.Abs(name); err == nil && !strings.HasPrefix(name, "/vsi") {
		return abs
	}
	return filepath.Clean(name)
}

// add appends what one input stands for.
func (x *expansion) add(input string) error {
	if list, ok := strings.CutPrefix(input, "@"); ok {
		return x.addList(list)
	}
	if input == "" {
		return fault.Inputf("an input has an empty name")
	}
	input = gdal.FromURL(input)
	if strings.HasPrefix(input, "/vsi") && x.isItemList(input) {
		return x.addItems(input)
	}
	if strings.HasPrefix(input, "/vsi") {
		x.addNamed(input)
		return nil
	}
	info, err := os.Stat(input)
	switch {
	case err == nil && info.IsDir() && x.identify(input) == "":
		return x.addFolder(input)
	case err == nil && x.isItemList(input):
		return x.addItems(input)
	case err == nil:
		x.addNamed(input)
		return nil
	case gdal.Subdataset(input) != "":
		return x.addSubdataset(input)
	case strings.ContainsAny(input, "*?["):
		return x.addPattern(input)
	case !errors.Is(err, fs.ErrNotExist):
		return fault.Inputf("cannot read %s: %v", input, atomicfile.Reason(err))
	}
	return fault.Inputf("%s does not exist: check the name, and quote patterns such as 'ndvi_*.tif'", input)
}

// addNamed appends a raster that was named by itself.
func (x *expansion) addNamed(name string) {
	if n := len(x.groups); n > 0 && x.groups[n-1].typed {
		x.groups[n-1].names = append(x.groups[n-1].names, name)
		return
	}
	x.groups = append(x.groups, group{names: []string{name}, typed: true})
}

// addFound appends rasters that a folder or a pattern has found.
func (x *expansion) addFound(names []string) {
	timeaxis.SortNames(names)
	x.groups = append(x.groups, group{names: names})
}

// addSubdataset appends a raster inside a file, such as NETCDF:"f.nc":t2m.
func (x *expansion) addSubdataset(name string) error {
	prefix := gdal.Subdataset(name)
	drivers := x.options.Drivers
	if len(drivers) == 0 {
		drivers = []string{"GTiff"}
	}
	if slices.ContainsFunc(drivers, func(d string) bool { return gdal.HasPrefix(d, prefix) }) {
		x.addNamed(name)
		return nil
	}
	if driver := gdal.PrefixDriver(prefix); driver != "" {
		return fault.Inputf("%s is a raster inside a file that GDAL's driver %s opens: allow that driver with %v",
			gdal.DisplayName(name), driver, Option{Field: "Drivers", Value: driver})
	}
	return fault.Inputf("%s does not exist: check the name; no driver of this GDAL has the prefix %s", gdal.DisplayName(name), prefix)
}

// addPattern appends the files that a pattern matches.
func (x *expansion) addPattern(pattern string) error {
	matches, err := glob(pattern)
	if err != nil {
		return fault.Inputf("the pattern %s is malformed: a [ needs its ]", pattern)
	}
	var names, outputs, lists []string
	for _, name := range matches {
		info, err := os.Stat(name)
		switch {
		case err == nil && info.IsDir() && x.identify(name) == "":
		case err == nil && x.isItemList(name):
			lists = append(lists, name)
		case err == nil && isOutput(name):
			outputs = append(outputs, name)
		default:
			names = append(names, name)
		}
	}
	switch {
	case len(names)+len(lists) == 0 && len(outputs) > 0:
		return fault.Inputf("the pattern %s matches only outputs of pixtrend, such as %s: name the rasters that they were made from", pattern, outputs[0])
	case len(names)+len(lists) == 0:
		return fault.Inputf("no file matches %s: check the pattern and the folder", pattern)
	case len(outputs) > 0:
		x.warnings = append(x.warnings, fmt.Sprintf("of the files that %s matches, %s (%s) are left out",
			pattern, countOf(len(outputs), "output of pixtrend", "outputs of pixtrend"), firstOf(outputs)))
	}
	if len(names) > 0 {
		x.addFound(names)
	}
	for _, list := range lists {
		if err := x.addItems(list); err != nil {
			return err
		}
	}
	return nil
}

// glob returns the paths that a pattern matches. Unlike filepath.Glob, it takes a part of the
// pattern that exists for a name, and matches hidden files only by a pattern with a dot in front,
// as shells do.
func glob(pattern string) (paths []string, err error) {
	if _, err := filepath.Match(pattern, ""); err != nil {
		return nil, err
	}
	paths = []string{""}
	if filepath.IsAbs(pattern) {
		paths = []string{"/"}
	}
	for part := range strings.SplitSeq(pattern, "/") {
		if part == "" {
			continue
		}
		var next []string
		for _, dir := range paths {
			at := filepath.Join(dir, part)
			if _, err := os.Lstat(at); err == nil || !strings.ContainsAny(part, `*?[\`) {
				next = append(next, at)
				continue
			}
			entries, err := os.ReadDir(filepath.Join(dir, "."))
			if err != nil {
				continue // not a folder, or one that cannot be read
			}
			for _, e := range entries {
				hidden := strings.HasPrefix(e.Name(), ".") && !strings.HasPrefix(part, ".")
				if matches, _ := filepath.Match(part, e.Name()); matches && !hidden {
					next = append(next, filepath.Join(dir, e.Name()))
				}
			}
		}
		paths = next
	}
	return slices.DeleteFunc(paths, func(path string) bool { _, err := os.Lstat(path); return err != nil }), nil
}

// addList appends the names in a text file.
func (x *expansion) addList(list string) error {
	err := x.reads.add(list)
	var text []byte
	if err == nil {
		text, err = regular.ReadText(list)
	}
	if err != nil {
		return fault.Inputf("cannot read the list %s: %v: check its name", list, atomicfile.Reason(err))
	}
	empty := true
	lines := bufio.NewScanner(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	for n := 1; lines.Scan(); n++ {
		name := strings.TrimSpace(lines.Text())
		if name == "" || strings.HasPrefix(name, "#") {
			continue
		}
		if strings.HasPrefix(name, "@") {
			return fault.Inputf("line %d of %s names another list, %s: a list holds names of rasters", n, list, name)
		}
		relative := !gdal.IsURL(name) && !filepath.IsAbs(name)
		if inFolder := filepath.Join(filepath.Dir(list), name); relative && !atomicfile.Exists(name) && atomicfile.Exists(inFolder) {
			name = inFolder
		}
		if err := x.add(name); err != nil {
			return fmt.Errorf("line %d of %s: %w", n, list, err)
		}
		empty = false
	}
	if lines.Err() != nil {
		return fault.Inputf("cannot read the list %s: a line of it is too long for a name: is it a text file?", list)
	}
	if empty {
		return fault.Inputf("the list %s names no file: write a name on each line", list)
	}
	return nil
}
