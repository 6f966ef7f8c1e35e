package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/raster/report"
)

// checkReport checks the form of a report, and returns its last row.
func checkReport(t *testing.T, text string) (last string) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for _, line := range lines {
		// A word may be longer than a line, and then stands alone.
		if utf8.RuneCountInString(line) > report.Width && strings.Contains(strings.TrimSpace(line[report.Indent:]), " ") {
			t.Errorf("a line of %d letters: %q", utf8.RuneCountInString(line), line)
		}
		if strings.TrimRight(line, " ") != line || strings.ContainsAny(line, "\t\u00a0") {
			t.Errorf("white space in %q", line)
		}
		if line[0] != ' ' {
			last = ""
		}
		last += strings.TrimSpace(line) + " "
	}
	return strings.Join(strings.Fields(last), " ")
}

func TestInfo(t *testing.T) {
	dir := folder(t)
	before := files(t, dir)
	code, stdout, stderr := call(t, dir, "info", "stack", "--threads", "1")
	if code != 0 || stderr != "" {
		t.Fatalf("exit code %d, %s", code, stderr)
	}
	if last := checkReport(t, stdout); !regexp.MustCompile(`^fit would run: slopes per year, Float32 in [0-9]+ windows? of 100 × [0-9]+ pixels on 1 thread .* at most 512 MiB of memory .*estimated from the`).MatchString(last) {
		t.Errorf("it ends with %q", last)
	}
	// The size is that of the raster, and the grid as gdalinfo has it.
	for _, want := range []string{
		"inputs    21 files in stack/, ",
		"; 672 kB of samples in memory\n",
		"dates     21 rasters, 1995–2015, every year, none missing\n          from file name: year\n",
		"          date ",
		"  ndvi_2015.tif\n",
		"grid      100 × 80 pixels of 30 × 30, CRS EPSG:32617, x 321900 to 324900, y 4689540 to 4691940\n",
		"samples   Float32, nodata nan; GTiff, strips of 100 × 20, not compressed\n",
		"read      every pixel of each raster, 168,000 samples in ",
		" of samples: all NaN",
	} {
		if !strings.Contains(stdout, want) {
			t.Errorf("%q is not in\n%s", want, stdout)
		}
	}
	if strings.Contains(stdout, "warning") {
		t.Errorf("a warning in\n%s", stdout)
	}
	checkSame(t, before, dir)
}

func TestInfoJSON(t *testing.T) {
	dir := folder(t)
	code, stdout, stderr := call(t, dir, "info", "stack/ndvi_2*.tif", "--from", "2003", "--json")
	var i raster.Info
	if err := json.Unmarshal([]byte(stdout), &i); err != nil || code != 0 || stderr != "" || strings.Count(stdout, "\n") != 1 {
		t.Fatalf("exit code %d, %s, %v in\n%s", code, stderr, err, stdout)
	}
	if i.Files != 16 || i.Dates.Used != 13 || i.Dates.Given != 16 || len(i.Rasters) != 16 || !math.IsNaN(float64(*i.Formats[0].Nodata)) ||
		i.Survey.Share != 1 || i.Survey.Samples != 13*8000 || !i.Fit.Runs || i.Warnings == nil {
		t.Errorf("%+v", i)
	}
	if r := i.Rasters[2]; r.Name != "stack/ndvi_2002.tif" || r.Date != "2002" || r.Source != "file name" || r.Rule != "year" || r.Used || r.Samples != nil {
		t.Errorf("%+v", r)
	}
	if r := i.Rasters[3]; !r.Used || r.Samples.Samples != 8000 || r.Samples.Observations+r.Samples.NaN != 8000 {
		t.Errorf("%+v", r)
	}
}

// The exit code says whether a fit would run, and the last row why it would not.
func TestInfoExitCodes(t *testing.T) {
	dir := folder(t)
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"empty", "text"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	write("text/a_1.tif", "hello")
	write("text/a_2000.tif", "hello")
	write("text/a_2001.tif", "")
	tests := []struct {
		args   string
		code   int
		last   string // of the report; "": there is none
		stderr string
	}{
		{"info stack", 0, "fit would run", ""},
		{"info stack --x-unit ppm --x " + strings.Repeat("1,", 20) + "2", 0, "fit would run: slopes per ppm", ""},
		{"info stack/ndvi_2001.tif", 1, "no fit stack/ndvi_2001.tif: too few dates", ""},
		{"info stack --from 2020", 1, "no fit stack/ndvi_1995.tif … ndvi_2015.tif (21 files): too few dates", ""},
		{"info stack --dates 2001-2003", 1, "no fit dates and inputs differ in number", ""},
		{"info stack --band 2", 1, "no fit cannot use stack/ndvi_1995.tif: it has no band 2, only 1", ""},
		{"info text/a_2000.tif text/a_2001.tif", 1, "no fit cannot use text/a_2000.tif: it is not a GeoTIFF", ""},
		{"info text", 1, "no fit cannot use text/a_1.tif", ""},
		{"info empty", 1, "", "the folder empty holds no .tif, .tiff or .gtif file"},
		{"info missing.tif", 1, "", "missing.tif does not exist"},
		{"info stack --memory 1M", 1, "", "allow 16 MiB or more"},
		{"info", 2, "", "no input"},
		{"info stack --json --all", 2, "", "--json and --all exclude each other"},
		{"info stack -o slope.tif", 2, "", "-o"},
		{"info stack --months 13", 2, "", "month"},
		{"info stack --x 1,2 --dates 2001,2002", 2, "", "exclude each other"},
	}
	for _, test := range tests {
		t.Run(test.args, func(t *testing.T) {
			code, stdout, stderr := call(t, dir, strings.Fields(test.args)...)
			if code != test.code || (stderr == "") != (test.stderr == "") || !strings.Contains(stderr, test.stderr) || (stdout == "") != (test.last == "") {
				t.Fatalf("exit code %d, standard error %q, standard output\n%s", code, stderr, stdout)
			}
			if stdout == "" {
				return
			}
			if last := checkReport(t, stdout); !strings.HasPrefix(last, test.last) {
				t.Errorf("it ends with %q", last)
			}
			code, stdout, _ = call(t, dir, append(strings.Fields(test.args), "--json")...)
			var i struct {
				Fit struct {
					Runs bool
					Why  string
				}
			}
			if err := json.Unmarshal([]byte(stdout), &i); err != nil || code != test.code || i.Fit.Runs != (code == 0) || (i.Fit.Why == "") != (code == 0) {
				t.Errorf("as JSON: exit code %d, %v in\n%s", code, err, stdout)
			}
		})
	}
}

// Long lists lose their middle, and long names their beginning.
func TestInfoText(t *testing.T) {
	grid := 0
	i := &raster.Info{Files: 60, Dates: raster.DatesInfo{Given: 60, Used: 60, First: "2001-01-01", Last: "2003-08-13", Unit: "day", Min: 16, Median: 16, Max: 32, Every: "16 days"},
		Grids: []raster.GridInfo{{Width: 10, Height: 10, CRS: "none"}}, Formats: []raster.FormatInfo{{Driver: "GTiff", Bands: 1, Type: "Int16", Scale: 1, Rasters: 60}},
		Fit: raster.FitInfo{Runs: true, Unit: "year", Windows: 1, Threads: 1}, Warnings: []string{strings.Repeat("a warning of 20 % and 3 × 4 pixels, ", 9)}}
	for n := range 60 {
		name := fmt.Sprintf("/data/%s/scene_%02d.tif", strings.Repeat(string(rune('a'+n%26)), 100), n)
		i.Rasters = append(i.Rasters, raster.RasterInfo{Name: name, Date: "2001-01-01", Source: "file name", Rule: []string{"year", "MODIS product id"}[n%2], Used: true, Grid: &grid, Format: &grid})
	}
	for n := range 20 {
		i.Dates.Missing = append(i.Dates.Missing, fmt.Sprintf("2002-01-%02d", n+1))
	}
	i.Dates.Sources = []string{"file name: year", "file name: MODIS product id"}
	short, long := report.Info(i, "--all shows them"), report.Info(i, "")
	checkReport(t, short)
	checkReport(t, long)
	if !strings.Contains(short, "20 missing: 2002-01-01, 2002-01-02") || !strings.Contains(short, "… 40 more (--all shows them) …") || strings.Contains(short, "scene_30.tif") ||
		!strings.Contains(short, "scene_09.tif") || !strings.Contains(short, "scene_50.tif") || strings.Contains(short, "2002-01-10") {
		t.Errorf("in short:\n%s", short)
	}
	if strings.Contains(long, "more (") || !strings.Contains(long, "scene_30.tif") || !strings.Contains(long, "2002-01-10") || !strings.Contains(long, "file name: MODIS product id\n") {
		t.Errorf("in full:\n%s", long)
	}
}

// Scenes of all seasons have a warning that names the remedy, in the same words wherever the stack
// is used, and the remedy works.
func TestSeasonWarning(t *testing.T) {
	dir := folder(t)
	names, err := filepath.Glob(filepath.Join(dir, "stack", "*.tif"))
	if err != nil || len(names) != 21 {
		t.Fatalf("%d rasters, %v", len(names), err)
	}
	months := []int{1, 7, 6, 11, 8, 3, 7}
	for i, name := range names {
		if err := os.Rename(name, filepath.Join(dir, "stack", fmt.Sprintf("ndvi_%d-%02d-%02d.tif", 2001+i/3, months[i%7], 1+i))); err != nil {
			t.Fatal(err)
		}
	}
	const want = "a yearly cycle does not average out over their dates: it distorts slopes, standard errors and p-values; " +
		"fit the months of one season, such as with --months 6-8, one composite a year, such as with --annual median, or ranks within seasons with --season month"
	for _, args := range []string{"info stack", "fit stack -o trend.tif -q", "series stack --pixel 10,10"} {
		code, stdout, stderr := call(t, dir, strings.Fields(args)...)
		if said := strings.Join(strings.Fields(stdout+stderr), " "); code != 0 || strings.Count(said, want) != 1 {
			t.Errorf("%s: exit code %d, no single warning in %s", args, code, said)
		}
		if season := strings.Contains(stdout, "\nseason    a yearly cycle explains "); season != strings.HasPrefix(args, "info") {
			t.Errorf("%s prints\n%s", args, stdout)
		}
		code, stdout, stderr = call(t, dir, strings.Fields(strings.Replace(args, "trend.tif", "summer.tif", 1)+" --months 6-8")...)
		if code != 0 || strings.Contains(stdout+stderr, "cycle") {
			t.Errorf("%s --months 6-8: exit code %d, %s%s", args, code, stdout, stderr)
		}
	}
}
