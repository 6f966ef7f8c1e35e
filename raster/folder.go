package raster

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pixtrend/pixtrend/internal/atomicfile"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/internal/regular"
	"github.com/pixtrend/pixtrend/internal/tiff"
)

// contents is what a folder holds: rasters, and what is left out.
type contents struct {
	rasters []string
	formats map[string][]string // rasters of other formats that are read unasked, by their drivers
	outputs []string            // of pixtrend
	unknown map[string][]string // files that no driver in use opens, by the ends of their names
	folders []string            // that hold rasters and are not searched
}

// addFolder appends the rasters in a folder.
func (x *expansion) addFolder(dir string) error {
	c := contents{formats: map[string][]string{}, unknown: map[string][]string{}}
	if err := x.list(dir, &c); err != nil {
		return fault.Inputf("cannot read the folder %s: %v", dir, atomicfile.Reason(err))
	}
	if len(c.rasters) == 0 {
		drivers := slices.Sorted(maps.Keys(c.formats))
		if len(drivers) > 1 {
			return fault.Inputf("the folder %s holds rasters of several formats (%s): name those of one by a quoted pattern, such as '%s'",
				dir, strings.Join(drivers, ", "), filepath.Join(dir, "*"+filepath.Ext(c.formats[drivers[0]][0])))
		}
		if len(drivers) == 1 {
			c.rasters, c.formats = c.formats[drivers[0]], nil
		}
	}
	others := c.leftOut()
	if len(c.rasters) == 0 {
		if len(others) > 0 {
			return fault.Inputf("the folder %s holds no raster that is fitted, but %v: name another folder, or files", dir, enumerated(others))
		}
		return fault.Inputf("the folder %s holds no .tif, .tiff or .gtif file, nor one of another format that is read, such as .nc: name another, or the files by a quoted pattern", dir)
	}
	if len(others) > 0 {
		x.warnings = append(x.warnings, x.options.sentence("of the folder %s, %v are left out", dir, enumerated(others)))
	}
	x.addFound(c.rasters)
	return nil
}

// list adds what a folder holds to c, with the folders in it if they are searched.
func (x *expansion) list(dir string, c *contents) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		info, err := os.Stat(path)
		switch {
		case strings.HasPrefix(e.Name(), "."):
		case err == nil && info.IsDir():
			if err := x.listFolder(path, e.IsDir(), c); err != nil {
				return err
			}
		case !tiff.HasName(path) && len(x.options.Drivers) == 0:
			c.addOther(path, x.identify(path))
		case !tiff.HasName(path) && x.identify(path) == "":
			c.addOther(path, "")
		case err == nil && isOutput(path):
			c.outputs = append(c.outputs, path)
		default: // a link to nothing too, which opening it reports
			c.rasters = append(c.rasters, path)
		}
	}
	return nil
}

// addOther adds a file that is no GeoTIFF by its name. driver is that of its format; "" if it has none.
func (c *contents) addOther(path, driver string) {
	if driver != "" {
		c.formats[driver] = append(c.formats[driver], path)
		return
	}
	end := strings.ToLower(filepath.Ext(path))
	c.unknown[end] = append(c.unknown[end], path)
}

// listFolder adds a folder in a folder to c. real is false for a link, which is not followed: it
// may lead back.
func (x *expansion) listFolder(path string, real bool, c *contents) error {
	switch {
	case len(x.options.Drivers) == 0 && x.identify(path) != "": // such as Zarr, whose rasters are folders
		c.addOther(path, x.identify(path))
	case x.identify(path) != "":
		c.rasters = append(c.rasters, path)
	case x.options.Recursive && real:
		return x.list(path, c)
	case holdsRaster(path):
		c.folders = append(c.folders, path)
	}
	return nil
}

// holdsRaster reports whether a folder holds a file with the name of a GeoTIFF.
func holdsRaster(dir string) bool {
	entries, _ := os.ReadDir(dir)
	return slices.ContainsFunc(entries, func(e os.DirEntry) bool {
		return !strings.HasPrefix(e.Name(), ".") && !e.IsDir() && tiff.HasName(e.Name())
	})
}

// leftOut describes what a folder holds besides its rasters. Files that GDAL has no driver for,
// such as texts, are not mentioned.
func (c *contents) leftOut() (parts []fault.Message) {
	if n := len(c.outputs); n > 0 {
		parts = append(parts, fault.Messagef("%s (%s)", countOf(n, "output of pixtrend", "outputs of pixtrend"), firstOf(c.outputs)))
	}
	for _, driver := range slices.Sorted(maps.Keys(c.formats)) {
		files := c.formats[driver]
		parts = append(parts, fault.Messagef("%s of %s beside GeoTIFFs (%s; a quoted pattern names them)", countOf(len(files), "raster", "rasters"), driver, firstOf(files)))
	}
	var foreign []string
	reader := ""
	for _, end := range slices.Sorted(maps.Keys(c.unknown)) {
		if end == "" || slices.Contains(sidecarNames, end) {
			continue
		}
		if driver := gdal.Identify(c.unknown[end][0], identifying()); driver != "" {
			foreign, reader = append(foreign, c.unknown[end]...), cmp.Or(reader, driver)
		}
	}
	if n := len(foreign); n > 0 {
		parts = append(parts, fault.Messagef("%s for other drivers (%s; %v reads it)", countOf(n, "file", "files"), firstOf(foreign), Option{Field: "Drivers", Value: reader}))
	}
	if n := len(c.folders); n > 0 {
		parts = append(parts, fault.Messagef("%s with rasters (%s; %v searches folders)", countOf(n, "folder", "folders"), firstOf(c.folders), Option{Field: "Recursive"}))
	}
	return parts
}

// sidecarNames are the ends of the names of files that belong to a raster of another name.
var sidecarNames = []string{".aux", ".xml", ".ovr", ".msk", ".hdr"}

// enumerated writes messages as one: "a", "a and b", "a, b and c".
func enumerated(parts []fault.Message) fault.Message {
	format, args := "", []any{}
	for i, p := range parts {
		switch {
		case i > 0 && i == len(parts)-1:
			format += " and "
		case i > 0:
			format += ", "
		}
		format, args = format+"%v", append(args, p)
	}
	return fault.Messagef(format, args...)
}

func countOf(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprint(n, " ", more)
}

// firstOf names the first of some files, and says that there are more.
func firstOf(files []string) string {
	if len(files) > 1 {
		return files[0] + ", …"
	}
	return files[0]
}

// identify returns the one of the drivers that may be used, besides that of GeoTIFF, that opens a file
// or folder; "" if none does.
func (x *expansion) identify(path string) string {
	if len(x.options.Drivers) == 0 {
		if driver := gdal.FormatOf(path); driver != "GTiff" {
			return driver
		}
		return ""
	}
	drivers := slices.DeleteFunc(slices.Clone(x.options.Drivers), func(d string) bool { return strings.EqualFold(d, "GTiff") })
	return gdal.Identify(path, drivers)
}

// isOutput reports whether a file on a disk is an output of pixtrend: its metadata, in the file or
// beside it, has the dates that it was made from.
func isOutput(path string) bool {
	if regular.Check(path) != nil {
		return false
	}
	t, file := tiff.Open(path)
	if t != nil {
		defer func() { _ = file.Close() }()
	}
	if t != nil && slices.ContainsFunc(outputMarks, t.HasItem) {
		return true
	}
	sidecar, err := regular.ReadText(path + ".aux.xml")
	return err == nil && slices.ContainsFunc(outputMarks, func(mark string) bool {
		return bytes.Contains(sidecar, []byte(`key="`+mark+`"`))
	})
}
