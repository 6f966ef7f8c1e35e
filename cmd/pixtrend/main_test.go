package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/raster/output"
	"github.com/pixtrend/pixtrend/raster/report"
)

var (
	program string // the binary under test
	stack   string // a folder with 21 files of 100 × 80 pixels, made by it
)

func TestMain(m *testing.M) {
	if os.Getenv(workerVariable) != "" {
		os.Exit(work())
	}
	os.Exit(testMain(m))
}

func testMain(m *testing.M) int {
	if os.Getenv(blockedEnv) != "" {
		block()
	}
	dir, err := os.MkdirTemp("", "pixtrend-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	program, stack = filepath.Join(dir, "pixtrend"), filepath.Join(dir, "stack")
	tags, _ := exec.Command("../../scripts/link-order.sh").Output() // as make build does; it cannot run on every system
	for _, args := range [][]string{
		{"go", "build", "-buildvcs=false", "-tags", strings.TrimSpace(string(tags)), "-ldflags", "-X main.version=v0.0-test", "-o", program, "."},
		{program, "synth", stack, "--width", "100", "--height", "80", "-q"},
	} {
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n%s", args, err, out)
			return 1
		}
	}
	return m.Run()
}

// folder returns a folder with a copy of the stack in stack/.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "stack"), os.DirFS(stack)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// files maps the names of all files and folders below dir to what is in them.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, sum := path[len(dir):], "a folder"
		if !d.IsDir() {
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			sum = fmt.Sprintf("%x", sha256.Sum256(b))
		}
		found[name] = sum
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// checkSame reports files that came, went or changed in dir.
func checkSame(t *testing.T, before map[string]string, dir string) {
	t.Helper()
	after := files(t, dir)
	for _, name := range slices.Sorted(maps.Keys(after)) {
		if before[name] != after[name] {
			t.Errorf("%s is new or changed", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if after[name] == "" {
			t.Errorf("%s is gone", name)
		}
	}
}

// command returns the program, to be run in dir, with no kernel forced but by env.
func command(dir string, env []string, args ...string) *exec.Cmd {
	c := exec.Command(program, args...)
	c.Dir = dir
	c.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, kernel.EnvISA+"=") })
	c.Env = append(c.Env, env...)
	return c
}

// call runs the program in dir and returns the exit code and what it printed.
func call(t *testing.T, dir string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return start(t, command(dir, nil, args...))
}

func start(t *testing.T, c *exec.Cmd) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	if c.Stdout == nil {
		c.Stdout = &out
	}
	if c.Stderr == nil {
		c.Stderr = &errs
	}
	var exit *exec.ExitError
	if err := c.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return c.ProcessState.ExitCode(), out.String(), errs.String()
}

const dotted = "0...10...20...30...40...50...60...70...80...90...100 - done.\n"

func TestFit(t *testing.T) {
	dir := folder(t)
	code, stdout, stderr := call(t, dir, "fit", "stack/ndvi_*.tif", "-o", "slope.tif")
	if code != 0 || stderr != dotted {
		t.Errorf("exit code %d, standard error %q, want 0 and GDAL's dots", code, stderr)
	}
	for _, want := range []string{"slope.tif: slope of 100 × 80 pixels over 21 years, 1995–2015\n", "8,000 pixels in ",
		"pixel/s", "B/s", "\ntime: ", " to start, ", "\n  threads: ", "slope per year, quintile limits: ", "of the slopes are below zero, "} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in the summary:\n%s", want, stdout)
		}
	}
	if got := len(files(t, dir)) - len(files(t, stack)); got != 2 { // dir itself and the output
		t.Errorf("%d more files and folders than before, want 2", got)
	}
}

func TestFitOutput(t *testing.T) {
	dir := folder(t)
	code, _, stderr := call(t, dir, "fit", "stack", "-o", "trend.tif", "-q", "--stats", "n,slope,intercept",
		"--ot", "float64", "--co", "COMPRESS=DEFLATE", "--threads", "2", "--memory", "64M", "--min-obs", "3", "--window", "33x9", "--pin", "off")
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	if err := godal.RegisterInternalDrivers(); err != nil {
		t.Fatal(err)
	}
	ds, err := godal.Open(filepath.Join(dir, "trend.tif"))
	if err != nil {
		t.Fatal(err)
	}
	defer ds.Close()
	var names []string
	for _, b := range ds.Bands() {
		names = append(names, b.Description())
		if got := b.Structure().DataType; got != godal.Float64 {
			t.Errorf("band %s is of type %v", b.Description(), got)
		}
	}
	if !slices.Equal(names, []string{"n", "slope", "intercept"}) {
		t.Errorf("the bands are %v", names)
	}
	if got := ds.Metadata("COMPRESSION", godal.Domain("IMAGE_STRUCTURE")); got != "DEFLATE" {
		t.Errorf("the compression is %q", got)
	}
	if got := ds.Metadata("TIFFTAG_SOFTWARE"); got != "pixtrend v0.0-test" {
		t.Errorf("the software is %q", got)
	}
}

// --significance adds a band, which holds signs alone, and --stats all has every other field.
func TestFitFields(t *testing.T) {
	dir := folder(t)
	for args, want := range map[string]int{
		"--significance 0.05": 2, "--stats all": 18, "--stats all --significance 0.01": 19, "--stats trend_class,n --significance 0.5": 2,
		"--stats slope_lo,slope_hi --confidence 0.5": 2, "--stats intercept --intercept-at 2005": 1,
	} {
		if code, _, stderr := call(t, dir, append([]string{"fit", "stack", "-o", "f.tif", "-q", "--overwrite"}, strings.Fields(args)...)...); code != 0 {
			t.Fatalf("%s: exit code %d: %s", args, code, stderr)
		}
		if err := godal.RegisterInternalDrivers(); err != nil {
			t.Fatal(err)
		}
		ds, err := godal.Open(filepath.Join(dir, "f.tif"))
		if err != nil {
			t.Fatal(err)
		}
		bands := ds.Bands()
		if len(bands) != want {
			t.Errorf("%s: %d bands, want %d", args, len(bands), want)
		}
		for _, b := range bands {
			if b.Description() != "trend_class" {
				continue
			}
			classes := make([]float32, 8000)
			if err := b.Read(0, 0, classes, 100, 80); err != nil {
				t.Fatal(err)
			}
			count := map[float32]int{}
			for _, x := range classes {
				if x == x {
					count[x]++
				}
			}
			if len(count) != 3 || count[-1] == 0 || count[0] == 0 || count[1] == 0 {
				t.Errorf("%s: classes %v", args, count)
			}
		}
		ds.Close()
	}
}

func TestFitJSON(t *testing.T) {
	dir := folder(t)
	code, stdout, _ := call(t, dir, "fit", "stack", "-o", "slope.tif", "--json")
	if code != 0 {
		t.Fatalf("exit code %d", code)
	}
	var s raster.Summary
	d := json.NewDecoder(strings.NewReader(stdout))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil || d.More() || strings.Count(stdout, "\n") != 1 {
		t.Fatalf("not one JSON object on a line (%v):\n%s", err, stdout)
	}
	switch {
	case s.Output != "slope.tif", s.Width != 100, s.Height != 80, s.Pixels != 8000, s.Dates != 21,
		s.Given != 21, s.Unit != "year", s.Fitted < 7000, s.Fitted > 8000, !slices.Equal(s.Fields, []string{"slope"}),
		s.Seconds <= 0, s.BytesRead != 8000*21*4, s.BytesWritten < 32000, s.ISA != kernel.Best().ISA().String(), s.Format != output.GTiff,
		s.Threads < 1, s.Pin == "", len(s.SlopeQuintiles) != 4, !slices.IsSorted(s.SlopeQuintiles), s.QuintilesOf != s.Fitted:
		t.Errorf("something is wrong in %+v", s)
	}
}

func TestFitQuiet(t *testing.T) {
	dir := folder(t)
	if code, stdout, stderr := call(t, dir, "fit", "stack", "-o", "slope.tif", "-q"); code != 0 || stdout+stderr != "" {
		t.Errorf("exit code %d, printed %q and %q, want nothing", code, stdout, stderr)
	}
	// --json is asked for, and so comes all the same.
	if code, stdout, stderr := call(t, dir, "fit", "stack", "-o", "slope.tif", "-q", "--json", "--overwrite"); code != 0 || stdout == "" || stderr != "" {
		t.Errorf("exit code %d, printed %q and %q, want JSON and nothing", code, stdout, stderr)
	}
}

func TestFitDatesWarning(t *testing.T) {
	dir := folder(t)
	code, stdout, stderr := call(t, dir, "fit", "stack", "-o", "slope.tif", "--dates", "1996-2016", "-q")
	if code != 0 || stdout != "" || !strings.HasPrefix(stderr, "pixtrend: warning: ") {
		t.Errorf("exit code %d, printed %q and %q, want a warning about dates that the names contradict", code, stdout, stderr)
	}
}

func TestDryRun(t *testing.T) {
	dir := folder(t)
	before := files(t, dir)
	code, stdout, stderr := call(t, dir, "fit", "stack", "-o", "slope.tif", "--dry-run", "--window", "50x20", "--threads", "1", "--memory", "64M")
	if code != 0 || stderr != "" {
		t.Errorf("exit code %d, standard error %q", code, stderr)
	}
	for _, want := range []string{
		"inputs    21 rasters, ",
		"dates     21 years, 1995–2015\n          1995  stack/ndvi_1995.tif\n",
		"          2015  stack/ndvi_2015.tif\n",
		"slopes    per year; intercepts are at year 0\n",
		"grid      100 × 80 pixels of 30 × 30, CRS EPSG:32617\n",
		"samples   Float32, nodata nan\n",
		"windows   8 of 50 × 20 pixels\n",
		"threads   1, ",
		"kernel    " + kernel.Best().ISA().String() + "\n",
		"memory    at most 64 MiB, ",
		"output    slope.tif, a GeoTIFF of Float32, 32 kB\nfields    slope\n",
	} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in the plan:\n%s", want, stdout)
		}
	}

	code, stdout, _ = call(t, dir, "fit", "stack", "-o", "slope.tif", "--dry-run", "--json", "--nodata", "-9999", "--stats", "n,slope")
	var p report.Plan
	if err := json.Unmarshal([]byte(stdout), &p); code != 0 || err != nil {
		t.Fatalf("exit code %d, %v in:\n%s", code, err, stdout)
	}
	if len(p.Inputs) != 21 || p.Inputs[20] != (report.PlanInput{Date: "2015", Name: "stack/ndvi_2015.tif"}) || p.Width != 100 || p.CRS != "EPSG:32617" ||
		p.Nodata != -9999.0 || !slices.Equal(p.Fields, []string{"n", "slope"}) || p.Memory != 512<<20 || p.OutputBytes != 64000 {
		t.Errorf("something is wrong in %+v", p)
	}
	code, stdout, _ = call(t, dir, "fit", "stack", "-o", "slope.tif", "--dry-run", "--of", "cog")
	if want := "output    slope.tif, a COG of Float32, 32 kB\n          32 kB beside it until it is done\n"; code != 0 || !strings.Contains(stdout, want) {
		t.Errorf("exit code %d, no %q in the plan:\n%s", code, want, stdout)
	}
	checkSame(t, before, dir)
}

// Some of the dates, and numbers in their place, as the plan and the summary tell them.
func TestDateFlags(t *testing.T) {
	dir := folder(t)
	if err := os.WriteFile(filepath.Join(dir, "doses.csv"), []byte("path,dose\nndvi_1996.tif,0.25\nndvi_1995.tif,-1.5\nndvi_1997.tif,12\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		args          []string
		plan, summary string
		dates, given  int
		unit, origin  string
		first         string // of the inputs, as JSON
	}{
		{[]string{"stack", "--from", "2001", "--to", "2010", "--per", "month"},
			"dates     10 years, 2001–2010 (10 of 21 rasters used)\n          2001  stack/ndvi_2001.tif\n",
			"over 10 years, 2001–2010 (10 of 21 rasters used)\n", 10, 21, "month", "year 0", `{"date":"2001","name":"stack/ndvi_2001.tif"}`},
		{[]string{"stack", "--date-pattern", `_(?P<year>\d{4})`, "--per", "step"},
			"dates     21 years, 1995–2015\n          1995  stack/ndvi_1995.tif\n",
			"over 21 years, 1995–2015\n", 21, 21, "step", "step 0, 1995", `{"date":"1995","name":"stack/ndvi_1995.tif"}`},
		{[]string{"stack/ndvi_199[5-7].tif", "--dates", "1995-07-01,1996-08-31,1997-09-01", "--months", "6-8", "--per", "day"},
			"dates     2 dates, 1995-07-01 to 1996-08-31 (2 of 3 rasters used)\n          1995-07-01  stack/ndvi_1995.tif\n",
			"over 2 dates, 1995-07-01 to 1996-08-31 (2 of 3 rasters used)\n", 2, 3, "day", "1970-01-01", `{"date":"1995-07-01","name":"stack/ndvi_1995.tif"}`},
		{[]string{"stack/ndvi_199[5-7].tif", "--x", "@doses.csv", "--x-unit", "Gy"},
			"x         3 values of x, -1.5 to 12 Gy\n          -1.5  stack/ndvi_1995.tif\n          0.25  stack/ndvi_1996.tif\n",
			"over 3 values of x, -1.5 to 12 Gy\n", 3, 3, "Gy", "x = 0 Gy", `{"x":-1.5,"name":"stack/ndvi_1995.tif"}`},
		{[]string{"stack/ndvi_199[5-7].tif", "--x", "3,2,1"},
			"x         3 values of x, 1 to 3\n          1  stack/ndvi_1997.tif\n",
			"over 3 values of x, 1 to 3\n", 3, 3, "x", "x = 0", `{"x":1,"name":"stack/ndvi_1997.tif"}`},
	} {
		args := append([]string{"fit", "-o", "slope.tif", "--overwrite"}, tt.args...)
		code, stdout, stderr := call(t, dir, append(args, "--dry-run")...)
		if want := fmt.Sprintf("slopes    per %s; intercepts are at %s\n", tt.unit, tt.origin); code != 0 || stderr != "" || !strings.Contains(stdout, tt.plan) || !strings.Contains(stdout, want) {
			t.Errorf("%v: exit code %d, %q, no %q and %q in the plan:\n%s", tt.args, code, stderr, tt.plan, want, stdout)
		}
		code, stdout, _ = call(t, dir, append(args, "--dry-run", "--json")...)
		var p report.Plan
		if err := json.Unmarshal([]byte(stdout), &p); code != 0 || err != nil || len(p.Inputs) != tt.dates || p.Given != tt.given || p.Unit != tt.unit || p.Origin != tt.origin ||
			!strings.Contains(stdout, `"inputs":[`+tt.first) {
			t.Errorf("%v: exit code %d, %v, the plan is\n%s", tt.args, code, err, stdout)
		}
		code, stdout, stderr = call(t, dir, args...)
		if want := "slope per " + tt.unit + ", quintile limits: "; code != 0 || stderr != dotted || !strings.Contains(stdout, tt.summary) || !strings.Contains(stdout, want) {
			t.Errorf("%v: exit code %d, %q, no %q and %q in the summary:\n%s", tt.args, code, stderr, tt.summary, want, stdout)
		}
		code, stdout, _ = call(t, dir, append(args, "--json")...)
		var s raster.Summary
		if err := json.Unmarshal([]byte(stdout), &s); code != 0 || err != nil || s.Dates != tt.dates || s.Given != tt.given || s.Unit != tt.unit {
			t.Errorf("%v: exit code %d, %v, the summary is\n%s", tt.args, code, err, stdout)
		}
	}
}

func TestFitCOG(t *testing.T) {
	dir := folder(t)
	code, stdout, stderr := call(t, dir, "fit", "stack", "-o", "slope.tif", "--of", "COG", "--co", "OVERVIEW_COUNT=1", "--stats", "slope,n")
	if code != 0 || stderr != dotted || !strings.HasPrefix(stdout, "slope.tif, a COG: slope and n of 100 × 80 pixels over 21 years, 1995–2015\n") {
		t.Errorf("exit code %d, printed %q and %q", code, stdout, stderr)
	}
	if got := len(files(t, dir)) - len(files(t, stack)); got != 2 {
		t.Errorf("%d more files and folders than before, want 2", got)
	}
	if err := godal.RegisterInternalDrivers(); err != nil {
		t.Fatal(err)
	}
	ds, err := godal.Open(filepath.Join(dir, "slope.tif"))
	if err != nil {
		t.Fatal(err)
	}
	defer ds.Close()
	if got := ds.Metadata("LAYOUT", godal.Domain("IMAGE_STRUCTURE")); got != "COG" {
		t.Errorf("the layout is %q", got)
	}
	for _, b := range ds.Bands() {
		if n := len(b.Overviews()); n != 1 {
			t.Errorf("%d overviews, want 1", n)
		}
	}
}

// Every way to fail ends with one sentence, the right code, and no file that was not there before.
func TestErrors(t *testing.T) {
	tests := []struct {
		name  string
		args  []string
		env   []string
		setUp func(dir string) error
		code  int
		want  []string // in the sentence
	}{
		// What is wrong whatever the files are.
		{name: "nothing", code: 2, want: []string{"no command", "see 'pixtrend --help'"}},
		{name: "unknown command", args: []string{"fti", "stack"}, code: 2, want: []string{"did you mean fit?", "see 'pixtrend --help'"}},
		{name: "no command but options", args: []string{"stack", "-o", "s.tif"}, code: 2, want: []string{"pixtrend fit", "-o is an option of fit"}},
		{name: "unknown option", args: []string{"fit", "stack", "--ouput", "s.tif"}, code: 2, want: []string{"--ouput", "did you mean --output?", "see 'pixtrend fit --help'"}},
		{name: "unknown short option", args: []string{"fit", "stack", "-z"}, code: 2, want: []string{"no option is called -z (see "}},
		{name: "quiet and verbose", args: []string{"fit", "stack", "-o", "s.tif", "-qv"}, code: 2, want: []string{"--quiet and --verbose exclude each other"}},
		{name: "dates", args: []string{"fit", "stack", "-o", "s.tif", "--dates", "soon"}, code: 2, want: []string{`pixtrend: --dates soon: "soon" is no date`, "a range 1995-2015"}},
		{name: "pattern that is none", args: []string{"fit", "stack", "-o", "s.tif", "--date-pattern", "ndvi_("}, code: 2, want: []string{"--date-pattern ndvi_(", "missing closing )", "write one such as"}},
		{name: "one dash", args: []string{"fit", "stack", "-o", "s.tif", "-overwrite"}, code: 2, want: []string{"-overwrite", "two dashes, --overwrite"}},
		{name: "no input", args: []string{"fit", "-o", "s.tif"}, code: 2, want: []string{"no input"}},
		{name: "no output", args: []string{"fit", "stack"}, code: 2, want: []string{"no output", "-o slope.tif"}},
		{name: "option without value", args: []string{"fit", "stack", "-o"}, code: 2, want: []string{"--output needs a value"}},
		{name: "two outputs", args: []string{"fit", "stack", "-o", "s.tif", "-o", "t.tif"}, code: 2, want: []string{"t.tif", "s.tif"}},
		{name: "stats", args: []string{"fit", "stack", "-o", "s.tif", "--stats", "slop"}, code: 2, want: []string{`"slop"`, "slope, intercept, rvalue", "trend_class, quadratic,", "mk_class, and all"}},
		{name: "class without level", args: []string{"fit", "stack", "-o", "s.tif", "--stats", "trend_class"}, code: 2, want: []string{"--significance 0.05"}},
		{name: "significance", args: []string{"fit", "stack", "-o", "s.tif", "--significance", "5"}, code: 2, want: []string{"--significance 5", "between 0 and 1"}},
		{name: "confidence", args: []string{"fit", "stack", "-o", "s.tif", "--confidence", "95%"}, code: 2, want: []string{"--confidence 95%", "between 0 and 1: 95 % is 0.95"}},
		{name: "confidence in percent", args: []string{"fit", "stack", "-o", "s.tif", "--confidence", "95"}, code: 2, want: []string{"--confidence 95:", "95 % is 0.95"}},
		{name: "confidence of 1", args: []string{"fit", "stack", "-o", "s.tif", "--confidence", "1"}, code: 2, want: []string{"such as 0.95"}},
		{name: "a field twice", args: []string{"fit", "stack", "-o", "s.tif", "--stats", "slope,n", "--stats", "n"}, code: 2, want: []string{"--stats slope,n,n: the field n is asked for twice"}},
		{name: "a picture", args: []string{"fit", "stack", "-o", "s.png"}, code: 1, want: []string{"cannot write s.png", "GeoTIFF", "ends in .tif"}},
		{name: "standard output", args: []string{"fit", "stack", "-o", "-"}, code: 1, want: []string{"standard output", "slope.tif"}},
		{name: "intercept-at", args: []string{"fit", "stack", "-o", "s.tif", "--intercept-at", "now"}, code: 2, want: []string{"--intercept-at now", "2005-07-01"}},
		{name: "intercept at a day", args: []string{"fit", "stack", "-o", "s.tif", "--intercept-at", "2005-07-01"}, code: 1, want: []string{"2005-07-01 is a day", "such as 2005"}},
		{name: "memory", args: []string{"fit", "stack", "-o", "s.tif", "--memory", "lots"}, code: 2, want: []string{"--memory lots", "512M"}},
		{name: "co", args: []string{"fit", "stack", "-o", "s.tif", "--co", "DEFLATE"}, code: 2, want: []string{"--co DEFLATE", "KEY=VALUE"}},
		{name: "of", args: []string{"fit", "stack", "-o", "s.tif", "--of", "PNG"}, code: 2, want: []string{"--of PNG", "GTiff, COG, NetCDF or Zarr"}},
		{name: "ot", args: []string{"fit", "stack", "-o", "s.tif", "--ot", "Int16"}, code: 2, want: []string{"--ot Int16", "Float32 or Float64"}},
		{name: "threads", args: []string{"fit", "stack", "-o", "s.tif", "--threads", "0"}, code: 2, want: []string{"--threads 0", "1 or more"}},
		{name: "band", args: []string{"fit", "stack", "-o", "s.tif", "--band", "x"}, code: 2, want: []string{"--band x"}},
		{name: "min-obs", args: []string{"fit", "stack", "-o", "s.tif", "--min-obs", "1"}, code: 2, want: []string{"--min-obs 1", "2 or more"}},
		{name: "nodata", args: []string{"fit", "stack", "-o", "s.tif", "--nodata", "none"}, code: 2, want: []string{"--nodata none"}},
		{name: "window", args: []string{"fit", "stack", "-o", "s.tif", "--window", "64"}, code: 2, want: []string{"--window 64", "512x256"}},
		{name: "pin", args: []string{"fit", "stack", "-o", "s.tif", "--pin", "yes"}, code: 2, want: []string{"--pin yes", "auto, cpu, node or off"}},
		{name: "dates", args: []string{"fit", "stack", "-o", "s.tif", "--dates", "last year"}, code: 2, want: []string{`--dates "last year": `, "1995-2015"}},
		{name: "no dates, only forms", args: []string{"fit", "stack", "-o", "s.tif", "--dates", "none"}, code: 2, want: []string{"auto, name, tag"}},
		{name: "pattern", args: []string{"fit", "stack", "-o", "s.tif", "--date-pattern", `ndvi_\d{4}`}, code: 2, want: []string{`--date-pattern ndvi_\d{4}`, `(?P<year>\d{4})`}},
		{name: "pattern that is none", args: []string{"fit", "stack", "-o", "s.tif", "--date-pattern", `(`}, code: 2, want: []string{"--date-pattern (", "regular expression"}},
		{name: "pattern and dates", args: []string{"fit", "stack", "-o", "s.tif", "--date-pattern", `(?P<year>\d{4})`, "--dates", "auto"}, code: 2, want: []string{"--dates and --date-pattern"}},
		{name: "from", args: []string{"fit", "stack", "-o", "s.tif", "--from", "last year"}, code: 2, want: []string{`--from "last year"`, "2001-07-15"}},
		{name: "from after to", args: []string{"fit", "stack", "-o", "s.tif", "--from", "2003", "--to", "2001"}, code: 2, want: []string{"--from 2001 --to 2003"}},
		{name: "months", args: []string{"fit", "stack", "-o", "s.tif", "--months", "summer"}, code: 2, want: []string{"--months summer", "6-8"}},
		{name: "per", args: []string{"fit", "stack", "-o", "s.tif", "--per", "century"}, code: 2, want: []string{"--per century", "year, decade, month, day or step"}},
		{name: "x", args: []string{"fit", "stack", "-o", "s.tif", "--x", "1,2,nan"}, code: 2, want: []string{`pixtrend: --x 1,2,nan: "nan" is no finite number`, "finite"}},
		{name: "x and per", args: []string{"fit", "stack", "-o", "s.tif", "--x", "1,2", "--per", "year"}, code: 2, want: []string{"--x and --per exclude each other", "--x-unit"}},
		{name: "month day", args: []string{"fit", "stack", "-o", "s.tif", "--month-day", "15"}, code: 2, want: []string{"--month-day 15", "first or middle"}},
		{name: "x and month day", args: []string{"fit", "stack", "-o", "s.tif", "--x", "1,2", "--month-day", "middle"}, code: 2, want: []string{"--x and --month-day"}},
		{name: "middles of years", args: []string{"fit", "stack", "-o", "s.tif", "--month-day", "middle"}, code: 1, want: []string{"no input is dated by a month", "--month-day middle has no effect"}},
		{name: "x and months", args: []string{"fit", "stack", "-o", "s.tif", "--x", "1,2", "--months", "6"}, code: 2, want: []string{"--x and --months"}},
		{name: "x-unit without x", args: []string{"fit", "stack", "-o", "s.tif", "--x-unit", "ppm"}, code: 2, want: []string{"--x-unit", "--x, which is not given"}},
		{name: "x-unit of nothing", args: []string{"fit", "stack", "-o", "s.tif", "--x", "1,2", "--x-unit", ""}, code: 2, want: []string{"--x-unit", "ppm"}},
		{name: "switch with value", args: []string{"fit", "stack", "-o", "s.tif", "--json=7"}, code: 2, want: []string{"--json 7"}},
		{name: "environment", args: []string{"fit", "stack", "-o", "s.tif"}, env: []string{"PIXTREND_ISA=sse"}, code: 2, want: []string{"PIXTREND_ISA", `"sse"`}},
		{name: "synth without folder", args: []string{"synth"}, code: 2, want: []string{"one folder"}},
		{name: "synth width", args: []string{"synth", "new", "--width", "0"}, code: 2, want: []string{"--width 0"}},
		{name: "synth dates", args: []string{"synth", "new", "--dates", "2015-1995"}, code: 2, want: []string{"--dates 2015-1995"}},
		{name: "synth gaps", args: []string{"synth", "new", "--gaps", "nan"}, code: 2, want: []string{"--gaps nan"}},
		{name: "bench of nothing", args: []string{"bench"}, code: 2, want: []string{"pipeline", "see 'pixtrend bench --help'"}},
		{name: "bench of something else", args: []string{"bench", "kernels"}, code: 2, want: []string{`"kernels"`, "pipeline"}},
		{name: "bench cases", args: []string{"bench", "pipeline", "--cases", "f64"}, code: 2, want: []string{"--cases f64", "int16-zstd", "see 'pixtrend bench pipeline --help'"}},
		{name: "bench size", args: []string{"bench", "pipeline", "--size", "1"}, code: 2, want: []string{"--size 1", "from 4"}},
		{name: "bench dates", args: []string{"bench", "pipeline", "--dates", "1000"}, code: 2, want: []string{"--dates 1000", "from 2 to 100"}},
		{name: "bench runs", args: []string{"bench", "pipeline", "--runs", "0"}, code: 2, want: []string{"--runs 0", "1 or more"}},
		{name: "bench folders", args: []string{"bench", "pipeline", "a", "b"}, code: 2, want: []string{"one folder"}},
		{name: "bench environment", args: []string{"bench", "pipeline"}, env: []string{"PIXTREND_ISA=sse"}, code: 2, want: []string{"PIXTREND_ISA"}},
		{name: "version with argument", args: []string{"version", "x"}, code: 2, want: []string{"no argument"}},
		{name: "completion of nothing", args: []string{"completion", "csh"}, code: 2, want: []string{"bash, zsh, fish or powershell"}},
		{name: "help of nothing", args: []string{"help", "ftt"}, code: 2, want: []string{"did you mean fit?"}},
		{name: "help about nothing", args: []string{"help", "date"}, code: 2, want: []string{"did you mean dates?"}},
		{name: "help about what is far off", args: []string{"help", "quantum"}, code: 2, want: []string{"a command, ", "fit", "or a topic, ", "dates, gaps"}},
		{name: "help about two things", args: []string{"help", "fit", "dates"}, code: 2, want: []string{`"fit dates"`}},
		{name: "man pages nowhere", args: []string{"man"}, code: 2, want: []string{"one folder"}},
		{name: "man pages of no date", args: []string{"man", "man"}, env: []string{"SOURCE_DATE_EPOCH=today"}, code: 2, want: []string{`SOURCE_DATE_EPOCH is "today"`, "seconds"}},
		{name: "man pages in a file", args: []string{"man", "stack/ndvi_1995.tif"}, code: 1, want: []string{"stack/ndvi_1995.tif", "folder of the man pages"}},

		// What is wrong with the files.
		{name: "missing file", args: []string{"fit", "stack/ndvi_1994.tif", "-o", "s.tif"}, code: 1, want: []string{"stack/ndvi_1994.tif does not exist"}},
		{name: "pattern without file", args: []string{"fit", "stack/evi_*.tif", "-o", "s.tif"}, code: 1, want: []string{"stack/evi_*.tif"}},
		{name: "text file", args: []string{"fit", "stack", "-o", "s.tif"}, code: 1, want: []string{"stack/ndvi_2016.tif", "not a GeoTIFF"},
			setUp: func(dir string) error {
				return os.WriteFile(filepath.Join(dir, "stack", "ndvi_2016.tif"), []byte("year,ndvi\n2016,0.5\n"), 0o666)
			}},
		{name: "truncated file", args: []string{"fit", "stack", "-o", "s.tif"}, code: 1, want: []string{"stack/ndvi_2003.tif"},
			setUp: func(dir string) error { return os.Truncate(filepath.Join(dir, "stack", "ndvi_2003.tif"), 20000) }},
		{name: "existing target", args: []string{"fit", "stack", "-o", "s.tif"}, code: 1, want: []string{"s.tif exists", "--overwrite"},
			setUp: func(dir string) error { return os.WriteFile(filepath.Join(dir, "s.tif"), []byte("mine"), 0o666) }},
		{name: "target is a folder", args: []string{"fit", "stack", "-o", "stack", "--overwrite"}, code: 1, want: []string{"stack is a folder"}},
		{name: "target in no folder", args: []string{"fit", "stack", "-o", "nowhere/s.tif"}, code: 1, want: []string{"nowhere/s.tif", "the folder nowhere does not exist"}},
		{name: "target is an input", args: []string{"fit", "stack", "-o", "stack/ndvi_1995.tif", "--overwrite"}, code: 1, want: []string{"stack/ndvi_1995.tif", "input"}},
		{name: "no dates", args: []string{"fit", "stack", "-o", "s.tif"}, code: 1, want: []string{"stack/last.tif", "--dates"},
			setUp: func(dir string) error {
				return os.Rename(filepath.Join(dir, "stack", "ndvi_2015.tif"), filepath.Join(dir, "stack", "last.tif"))
			}},
		{name: "co of another format", args: []string{"fit", "stack", "-o", "s.tif", "--of", "COG", "--co", "TILED=YES"}, code: 1, want: []string{"a COG", "TILED"}},
		{name: "co of no format", args: []string{"fit", "stack", "-o", "s.tif", "--co", "COMPRESS=ZIP"}, code: 1, want: []string{"a GTiff", "COMPRESS=ZIP", "compresses with ", "DEFLATE"}},
		{name: "one date", args: []string{"fit", "stack/ndvi_1995.tif", "-o", "s.tif"}, code: 1, want: []string{"stack/ndvi_1995.tif"}},
		{name: "too many dates", args: []string{"fit", "stack", "-o", "s.tif", "--dates", "1990-2015"}, code: 1, want: []string{"26", "21"}},
		{name: "pattern that does not match", args: []string{"fit", "stack", "-o", "s.tif", "--date-pattern", `evi_(?P<year>20\d\d)`}, code: 1, want: []string{"stack/ndvi_1995.tif", "does not match", "change the pattern"}},
		{name: "no such driver", args: []string{"fit", "stack", "-o", "s.tif", "--if", "Cake"}, code: 1, want: []string{`no driver "Cake"`, "gdalinfo --formats"}},
		{name: "no rasters", args: []string{"fit", "new", "-o", "s.tif"}, code: 1, want: []string{"the folder new holds no .tif, .tiff or .gtif file", "a quoted pattern"},
			setUp: func(dir string) error { return os.Mkdir(filepath.Join(dir, "new"), 0o777) }},
		{name: "empty list", args: []string{"fit", "@names.txt", "-o", "s.tif"}, code: 1, want: []string{"names.txt names no file", "on each line"},
			setUp: func(dir string) error {
				return os.WriteFile(filepath.Join(dir, "names.txt"), []byte("# later\n"), 0o666)
			}},
		{name: "no list", args: []string{"fit", "@names.txt", "-o", "s.tif"}, code: 1, want: []string{"cannot read the list names.txt", "check its name"}},
		{name: "target in a file", args: []string{"fit", "stack", "-o", "stack/ndvi_1995.tif/s.tif"}, code: 1, want: []string{"not a directory", "name another"}},
		{name: "months of years", args: []string{"fit", "stack", "-o", "s.tif", "--months", "6-8"}, code: 1, want: []string{"months need days", "--from", "1995"}},
		{name: "nothing left", args: []string{"fit", "stack", "-o", "s.tif", "--from", "2015"}, code: 1, want: []string{"from 2015 leaves 1 of 21 rasters"}},
		{name: "no tag", args: []string{"fit", "stack", "-o", "s.tif", "--dates", "tag"}, code: 1, want: []string{"stack/ndvi_1995.tif", "no TIFFTAG_DATETIME"}},
		{name: "x for others", args: []string{"fit", "stack", "-o", "s.tif", "--x", "1,2"}, code: 1, want: []string{"2 numbers for 21 inputs"}},
		{name: "x that is one", args: []string{"fit", "stack/ndvi_199[56].tif", "-o", "s.tif", "--x", "3,3"}, code: 1, want: []string{"x is 3 for all 2 inputs"}},
		{name: "x that float32 does not hold", args: []string{"fit", "stack/ndvi_199[5-7].tif", "-o", "s.tif", "--x", "1e9,1000000001,1000000003", "--stats", "slope,first"}, code: 1,
			want: []string{"the band first would have 1000000001 as 1000000000 in Float32", "write --ot Float64, or leave the band out"}},
		{name: "no x file", args: []string{"fit", "stack", "-o", "s.tif", "--x", "@x.csv"}, code: 1, want: []string{"cannot read the numbers in x.csv: no such file", "check the name"}},
		{name: "no dates file", args: []string{"fit", "stack", "-o", "s.tif", "--dates", "@dates.csv"}, code: 1, want: []string{"cannot read the dates in dates.csv: no such file", "check the name"}},
		{name: "no such band", args: []string{"fit", "stack", "-o", "s.tif", "--band", "2"}, code: 1, want: []string{"stack/ndvi_1995.tif", "no band 2, only 1", "name one"}},
		{name: "little memory", args: []string{"fit", "stack", "-o", "s.tif", "--memory", "1k"}, code: 1, want: []string{"1.0 KiB", "allow 16 MiB or more with --memory"}},
		{name: "another grid", args: []string{"fit", "stack", "-o", "s.tif"}, code: 1, want: []string{"ndvi_2020.tif", "90 × 80"},
			setUp: func(dir string) error {
				return exec.Command(program, "synth", filepath.Join(dir, "stack"), "--width", "90", "--height", "80", "--dates", "2020-2020", "-q").Run()
			}},
		{name: "synth on existing files", args: []string{"synth", "stack", "--width", "10", "--height", "10", "--dates", "2010-2020"}, code: 1, want: []string{"stack/ndvi_2010.tif exists", "--overwrite"}},
		{name: "bench on a file", args: []string{"bench", "pipeline", "stack/ndvi_1995.tif"}, code: 1, want: []string{"cannot make the folder stack/ndvi_1995.tif"}},
		{name: "synth on a file", args: []string{"synth", "stack/ndvi_1995.tif"}, code: 1, want: []string{"stack/ndvi_1995.tif is a file"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := folder(t)
			if tt.setUp != nil {
				if err := tt.setUp(dir); err != nil {
					t.Fatal(err)
				}
			}
			before := files(t, dir)
			code, stdout, stderr := start(t, command(dir, tt.env, tt.args...))
			if code != tt.code {
				t.Errorf("exit code %d, want %d", code, tt.code)
			}
			if stdout != "" {
				t.Errorf("standard output %q, want nothing", stdout)
			}
			lines := strings.Split(strings.TrimSuffix(stderr, "\n"), "\n")
			sentence := lines[len(lines)-1]
			if len(lines) > 1 && !strings.HasPrefix(lines[0], "0") || len(lines) > 2 { // dots may stand before
				t.Errorf("standard error has %d lines:\n%s", len(lines), stderr)
			}
			if !strings.HasPrefix(sentence, "pixtrend: ") {
				t.Errorf("the sentence does not begin with the program's name: %q", sentence)
			}
			for _, want := range tt.want {
				if !strings.Contains(sentence, want) {
					t.Errorf("no %q in %q", want, sentence)
				}
			}
			checkSame(t, before, dir)
		})
	}
}

// nobody is the number of a user, and of a group, that owns nothing.
const nobody = 65534

// What the system does not let one read or write is told apart from what is damaged.
func TestForbidden(t *testing.T) {
	dir := folder(t)
	run := func(args ...string) (code int, stdout, stderr string) {
		c := command(dir, nil, args...)
		if os.Geteuid() == 0 { // nothing is forbidden to root, so another user tries
			for _, path := range []string{dir, filepath.Dir(dir), filepath.Dir(program)} {
				if err := os.Chmod(path, 0o755); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Chown(dir, nobody, nobody); err != nil {
				t.Fatal(err)
			}
			c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		}
		return start(t, c)
	}
	if err := os.Mkdir(filepath.Join(dir, "closed"), 0o555); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := run("fit", "stack", "-o", "closed/s.tif"); code != 1 || !strings.Contains(stderr, "cannot write closed/s.tif: its folder refuses new files (permission denied), name another") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
	if err := os.Chmod(filepath.Join(dir, "stack", "ndvi_2003.tif"), 0); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := run("fit", "stack", "-o", "s.tif"); code != 1 || !strings.Contains(stderr, "cannot use stack/ndvi_2003.tif: the system does not let you read it") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}

// A signal ends a long run quickly, with the shell's exit code, and leaves nothing behind.
func TestInterrupt(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signals to send here")
	}
	dir := t.TempDir()
	if code, _, stderr := call(t, dir, "synth", "stack", "--dates", "2000-2009", "-q"); code != 0 {
		t.Fatal(stderr)
	}
	for sig, want := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143} {
		if signal.Ignored(sig) {
			t.Logf("%v is ignored here, and so by the program: not tested", sig)
			continue
		}
		before := files(t, dir)
		c := command(dir, nil, "fit", "stack", "-o", "slope.tif", "--window", "1x1")
		stderr, err := c.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := stderr.Read(make([]byte, 1)); err != nil { // the first dot: it is at work
			t.Fatal(err)
		}
		if err := c.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		killer := time.AfterFunc(time.Minute, func() { _ = c.Process.Kill() })
		rest := new(bytes.Buffer)
		_, _ = rest.ReadFrom(stderr)
		_ = c.Wait()
		killer.Stop()
		if got := c.ProcessState.ExitCode(); got != want {
			t.Errorf("after %v the exit code is %d, want %d", sig, got, want)
		}
		if !strings.Contains(rest.String(), "\npixtrend: ") || !strings.Contains(rest.String(), "slope.tif is not written") {
			t.Errorf("after %v standard error ends with %q", sig, rest)
		}
		checkSame(t, before, dir)
	}
}

// A reader that goes away does not end a run, a full disk behind standard output is said.
func TestBrokenOutput(t *testing.T) {
	dir := folder(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	defer w.Close()
	c := command(dir, nil, "fit", "stack", "-o", "slope.tif")
	c.Stdout, c.Stderr = w, w
	if code, _, _ := start(t, c); code != 0 {
		t.Errorf("exit code %d with a closed pipe, want 0", code)
	}
	if _, err := os.Stat(filepath.Join(dir, "slope.tif")); err != nil {
		t.Error(err)
	}

	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full here")
	}
	defer full.Close()
	c = command(dir, nil, "fit", "stack", "-o", "slope.tif", "--dry-run", "--overwrite")
	c.Stdout = full
	if code, _, stderr := start(t, c); code != 1 || !strings.Contains(stderr, "pixtrend: cannot write to standard output: ") {
		t.Errorf("exit code %d with a full disk: %q", code, stderr)
	}
}

func TestSynth(t *testing.T) {
	dir := t.TempDir()
	args := []string{"synth", "new/stack", "--width", "64", "--height", "70", "--dates", "2001-2003", "--gaps", "0"}
	code, stdout, stderr := call(t, dir, args...)
	if code != 0 || stderr != dotted || !strings.HasPrefix(stdout, "new/stack: 3 files, ndvi_2001.tif … ndvi_2003.tif, 64 × 70 pixels of 30 m, 0.0 % gaps, ") ||
		strings.Count(stdout, "\n") != 1 {
		t.Errorf("exit code %d, printed %q and %q", code, stdout, stderr)
	}
	before := files(t, dir)
	if len(before) != 6 {
		t.Errorf("%d files and folders, want 6", len(before))
	}
	// Once more, on one thread: the same bytes.
	if code, stdout, stderr := call(t, dir, append(args, "--overwrite", "-q", "--threads", "1")...); code != 0 || stdout+stderr != "" {
		t.Errorf("exit code %d, printed %q and %q", code, stdout, stderr)
	}
	checkSame(t, before, dir)
}

func TestVersion(t *testing.T) {
	if code, stdout, _ := call(t, "", "--version"); code != 0 || stdout != "pixtrend v0.0-test\n" {
		t.Errorf("exit code %d, printed %q", code, stdout)
	}
	code, stdout, _ := call(t, "", "version")
	for _, want := range []string{"pixtrend  v0.0-test\n", "Go        1.", "GDAL      ", "reads     GTiff, netCDF, ", "writes    GTiff, COG, NetCDF and Zarr, compressed by ", "DEFLATE", "CPU       ",
		"kernel    " + kernel.Best().ISA().String(), "threads   "} {
		if code != 0 || !strings.Contains(stdout, want) {
			t.Errorf("exit code %d, no %q in:\n%s", code, want, stdout)
		}
	}
	if code, stdout, _ := start(t, command("", []string{"PIXTREND_ISA=generic"}, "version")); code != 0 || !strings.Contains(stdout, "kernel    generic") {
		t.Errorf("with PIXTREND_ISA=generic: exit code %d, printed %q", code, stdout)
	}
}
