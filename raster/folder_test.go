package raster

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// Folders and patterns give their files in the order of numbers, which dates by position need.
func TestOrderOfNumbers(t *testing.T) {
	dir := t.TempDir()
	var files []string
	for i := range 21 {
		files = append(files, filepath.Join(dir, fmt.Sprintf("ndvi_%d.tif", 1+i)))
		if err := (made{width: 2, height: 1, bands: [][]float64{{float64(i), 7}}, transform: &usualPlace}).write(files[i]); err != nil {
			t.Fatal(err)
		}
	}
	column := filepath.Join(t.TempDir(), "dates.csv")
	paired := filepath.Join(t.TempDir(), "paired.csv")
	var years, rows, numbers []string
	for i := range 21 {
		years = append(years, fmt.Sprint(1995+i))
		numbers = append(numbers, fmt.Sprint(1+i))
		rows = append(rows, fmt.Sprintf("ndvi_%d.tif,%d", 1+i, 1995+i))
	}
	put(t, column, strings.Join(years, "\n"))
	put(t, paired, strings.Join(rows, "\n"))
	x, err := timeaxis.ParseX(strings.Join(numbers, ","))
	if err != nil {
		t.Fatal(err)
	}
	warning := fmt.Sprintf("the inputs are taken in the order of their numbers, such as %q before %q", files[8], files[9])
	asText := slices.Sorted(slices.Values(files)) // as a shell gives them
	pattern := []string{filepath.Join(dir, "ndvi_*.tif")}
	for _, test := range []struct {
		what    string
		inputs  []string
		spec    timeaxis.Spec
		warning string
		err     error
	}{
		{"a range for a pattern", pattern, dates(t, "1995-2015"), warning, nil},
		{"a range for a folder", []string{dir}, dates(t, "1995-2015"), warning, nil},
		{"a list", []string{dir}, dates(t, strings.Join(years, ",")), warning, nil},
		{"a column", []string{dir}, dates(t, "@"+column), warning, nil},
		{"numbers", []string{dir}, x, warning, nil},
		{"a range for names", files, dates(t, "1995-2015"), "", nil},
		{"rows of path and date", pattern, dates(t, "@"+paired), "", nil},
		{"rows of path and date for text", asText, dates(t, "@"+paired), "", nil},
		{"a range for text", asText, dates(t, "1995-2015"), "", timeaxis.ErrOrder},
		{"a column for text", asText, dates(t, "@"+column), "", timeaxis.ErrOrder},
		{"numbers for text", asText, x, "", timeaxis.ErrOrder},
	} {
		t.Run(test.what, func(t *testing.T) {
			o := all()
			o.Dates = test.spec
			i := inspect(t, test.inputs, o)
			if test.err != nil {
				fails(t, test.inputs, filepath.Join(t.TempDir(), "out.tif"), o, test.err, "ndvi_19.tif", "ndvi_2.tif", "path,date")
				if _, err := FitFiles(t.Context(), test.inputs, filepath.Join(t.TempDir(), "out.tif"), o); i.Fit.Runs || i.Fit.Why != err.Error() || i.Dates.Error != err.Error() {
					t.Errorf("info says %q and %q, fit %v", i.Fit.Why, i.Dates.Error, err)
				}
				return
			}
			if slopes := fitted(t, test.inputs, o)[0]; !(math.Abs(slopes[0]-1) <= 1e-12) || slopes[1] != 0 {
				t.Errorf("slopes %v, want 1 and 0", slopes)
			}
			s := opened(t, test.inputs, o.OpenOptions)
			if got := strings.Join(s.Warnings(), "; "); got != test.warning || slices.Contains(i.Warnings, warning) != (test.warning != "") {
				t.Errorf("warnings %q, of info %q; want %q", got, i.Warnings, test.warning)
			}
		})
	}
	// Dates that names tell need no order.
	if s := opened(t, []string{dir}, OpenOptions{Dates: dates(t, "@"+paired)}); len(s.Warnings()) > 0 {
		t.Errorf("%q", s.Warnings())
	}
}

func TestFolders(t *testing.T) {
	root := tree(t, "data/a_10.tif", "data/a_9.TIF", "data/a_2.gtif", "data/b.tiff", "data/b.GTIFF", "data/._a_9.tif", "data/a_9.TIF.aux.xml", "data/a_10.tif.ovr",
		"data/readme.txt", "data/dates.csv", "data/sub/c_1.tif", "data/sub/deep/c_2.tif", "data/.git/d.tif", "data/notes/x.txt", "v [2]/y_1.tif", "v [2]/y_2.tif", "v 2/y_3.tif",
		"w[1]/z[1].tif", "w[1]/z1.tif", "w1/z1.tif", "hollow/x.txt", "hollow/sub/c.tif", ".hidden/a.tif")
	put(t, filepath.Join(root, "data/g_1.asc"), fmt.Sprintf(grid, 1))
	put(t, filepath.Join(root, "data/g_2.asc"), fmt.Sprintf(grid, 2))
	if err := os.Symlink(filepath.Join(root, "data"), filepath.Join(root, "data/sub/loop")); err != nil {
		t.Fatal(err)
	}
	t.Chdir(root)
	recursive, grids := OpenOptions{Recursive: true}, OpenOptions{Drivers: []string{"GTiff", "AAIGrid"}}
	const others = "2 files for other drivers (data/g_1.asc, …; the option Drivers = AAIGrid reads it)"
	for _, test := range []struct {
		input, want, warning string
		o                    OpenOptions
	}{
		{"data", "data/a_2.gtif data/a_9.TIF data/a_10.tif data/b.GTIFF data/b.tiff",
			"of the folder data, " + others + " and 1 folder with rasters (data/sub; the option Recursive searches folders) are left out", OpenOptions{}},
		{"data", "data/a_2.gtif data/a_9.TIF data/a_10.tif data/b.GTIFF data/b.tiff data/sub/c_1.tif data/sub/deep/c_2.tif",
			"of the folder data, " + others + " and 1 folder with rasters (data/sub/loop; the option Recursive searches folders) are left out", recursive},
		{"data", "data/a_2.gtif data/a_9.TIF data/a_10.tif data/b.GTIFF data/b.tiff data/g_1.asc data/g_2.asc",
			"of the folder data, 1 folder with rasters (data/sub; the option Recursive searches folders) are left out", grids},
		{"data/*a_*.tif", "data/a_10.tif", "", OpenOptions{}},
		{"data/.*.tif", "data/._a_9.tif", "", OpenOptions{}},
		{"*/*_1.tif", "v [2]/y_1.tif", "", OpenOptions{}},
		{"v [2]/y_*.tif", "v [2]/y_1.tif v [2]/y_2.tif", "", OpenOptions{}},
		{"v?2*/*.tif", "v 2/y_3.tif", "", OpenOptions{}},
		{"w[1]/z[1].tif", "w[1]/z[1].tif", "", OpenOptions{}},
		{"w[1]/z?.tif", "w[1]/z1.tif", "", OpenOptions{}},
		{"w[2-1]/z?.tif", "!no file matches", "", OpenOptions{}},
		{`w\[1]/z\[*.tif`, "w[1]/z[1].tif", "", OpenOptions{}},
		{"hollow", "!the folder hollow holds no raster that is fitted, but 1 folder with rasters (hollow/sub; the option Recursive searches folders)", "", OpenOptions{}},
		{"hollow", "hollow/sub/c.tif", "", recursive},
		{"data/notes", "!holds no .tif, .tiff or .gtif file", "", OpenOptions{}},
	} {
		names, warnings, err := Expand(t.Context(), []string{test.input}, test.o)
		if what, fails := strings.CutPrefix(test.want, "!"); fails {
			checkError(t, err, fault.ErrInput, what)
			continue
		}
		if got := strings.Join(names, " "); err != nil || got != test.want || strings.Join(warnings, "; ") != test.warning {
			t.Errorf("%s: %s, %q, %v; want %s, %q", test.input, got, warnings, err, test.want, test.warning)
		}
	}
}
