package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/raster/zones"
	"github.com/pixtrend/pixtrend/timeaxis"
)

func TestSeries(t *testing.T) {
	dir := folder(t)
	before := files(t, dir)
	// The upper left corner of the stack is 321900, 4691940.
	code, stdout, stderr := call(t, dir, "series", "stack", "--at", "321991,4691909")
	if code != 0 || stderr != "" {
		t.Fatalf("exit code %d, %s", code, stderr)
	}
	code, same, _ := call(t, dir, "series", "stack", "--pixel", "3,1")
	if code != 0 || same != stdout {
		t.Errorf("exit code %d, by its place the pixel is\n%s\nand by its column and row\n%s", code, stdout, same)
	}
	// The centre of the pixel, 322005, 4691895 in UTM zone 17, by equations 8-17 to 8-21 of Snyder,
	// "Map projections", 1987.
	code, same, _ = call(t, dir, "series", "stack", "--lonlat", "-83.161383,42.358960")
	if code != 0 || same != stdout {
		t.Errorf("exit code %d, by its longitude and latitude the pixel is\n%s\nand by its place\n%s", code, same, stdout)
	}
	for _, want := range []string{
		`(?m)^pixel     column 3, row 1; centre x 322005, y 4691895, CRS EPSG:32617$`,
		`(?m)^dates     21 years, 1995–2015: (21 observations, no gap|\d+ observations, \d gaps? \(\d NaN\))$`,
		`(?m)^samples   band 1$`,
		`(?m)^t         years; slopes are per year$`,
		`(?m)^date  observed    fitted   residual  raster in stack/$`,
		`(?m)^2015 +(NaN|-?0\.\d+) +-?0\.\d+ +(-?0\.\d+)? +ndvi_2015\.tif$`,
		`(?m)^slope +-?\d\.\d+(e-\d+)? +per year$`,
		`(?m)^intercept +-?\d+\.\d+ +at year 0$`,
		`(?m)^slope_hi +-?\d\.\d+(e-\d+)? +per year \(95 %\)$`,
		`(?m)^n +\d+ +observations$`,
	} {
		if !regexp.MustCompile(want).MatchString(stdout) {
			t.Errorf("%s does not match\n%s", want, stdout)
		}
	}
	checkSame(t, before, dir)
}

// With the same options the fields are those of a fit, to the last bit.
func TestSeriesJSON(t *testing.T) {
	dir := t.TempDir()
	writeScenes(t, filepath.Join(dir, "scenes"))
	options := []string{"scenes/*_stack.tif", "--index", "nd:4,3", "--mask-band", "8", "--mask-keep", "0,1", "--valid-range", ",1350",
		"--confidence", "0.9", "--intercept-at", "2015-01-01", "--min-obs", "3", "--per", "month"}
	if code, _, stderr := call(t, dir, append([]string{"fit", "-o", "all.tif", "--stats", "all,sen_slope,sen_intercept,sen_lo,sen_hi,siegel_slope,mk_s,mk_var,mk_tau,mk_z,mk_pvalue", "--ot", "Float64", "-q"}, options...)...); code != 0 {
		t.Fatal(stderr)
	}
	ds, err := godal.Open(filepath.Join(dir, "all.tif"))
	if err != nil {
		t.Fatal(err)
	}
	defer ds.Close()
	for _, pixel := range [][2]int{{0, 0}, {1, 0}, {9, 7}} {
		code, stdout, stderr := call(t, dir, append([]string{"series", "--json", "--pixel", fmt.Sprintf("%d,%d", pixel[0], pixel[1])}, options...)...)
		var s raster.Series
		if err := json.Unmarshal([]byte(stdout), &s); err != nil || code != 0 || stderr != "" || strings.Count(stdout, "\n") != 1 {
			t.Fatalf("exit code %d, %s, %v in\n%s", code, stderr, err, stdout)
		}
		if s.Index != "nd:4,3" || s.Valid != ",1350" || s.Masks != "band 8, keep 0,1" || s.Per != "month" || s.Origin != "2015-01-01" || s.Confidence != 0.9 ||
			s.MinObs != 3 || len(s.Dates) != 4 || len(s.Fields) != 28 || s.Dates[3].Gap != "out of range in band 4" || s.Dates[0].T != float64(dayOf(t, "2014-07-01")) {
			t.Errorf("%s", stdout)
		}
		if got, want := s.Dates[1].Gap, map[bool]string{true: "masked"}[pixel[0] == 0]; got != want {
			t.Errorf("pixel %v: gap %q, want %q", pixel, got, want)
		}
		for i, b := range ds.Bands() {
			want := make([]float64, 1)
			if err := b.Read(pixel[0], pixel[1], want, 1, 1); err != nil {
				t.Fatal(err)
			}
			f := s.Fields[i]
			if f.Name != b.Description() || (f.Value == nil) != math.IsNaN(want[0]) || f.Value != nil && float64(*f.Value) != want[0] {
				t.Errorf("pixel %v: %s is %v, the fit has %s %v", pixel, f.Name, f.Value, b.Description(), want[0])
			}
		}
	}
}

func dayOf(t *testing.T, text string) int {
	t.Helper()
	d, err := timeaxis.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return d.Number()
}

// The table for programs, in a file or in the place of the one for people, and the plots.
func TestSeriesFiles(t *testing.T) {
	dir := folder(t)
	args := []string{"series", "stack", "--pixel", "3,1", "--from", "2001"}
	code, table, stderr := call(t, dir, append(args, "--csv", "-")...)
	rows, err := csv.NewReader(strings.NewReader(table)).ReadAll()
	if code != 0 || stderr != "" || err != nil || len(rows) != 16 {
		t.Fatalf("exit code %d, %s, %v in\n%s", code, stderr, err, table)
	}
	if got := strings.Join(rows[0], ","); got != "date,t,raster,stored,mask,observed,gap,fitted,fitted_lo,fitted_hi,residual" || strings.Join(rows[1][:3], ",") != "2001,2001,stack/ndvi_2001.tif" {
		t.Errorf("%s\n%v", got, rows[1])
	}
	for _, row := range rows[1:] {
		var x [11]float64
		for i, cell := range row {
			x[i], _ = strconv.ParseFloat(cell, 64)
		}
		gap := row[6] != ""
		if gap != (row[5] == "") || gap != (row[10] == "") || !(x[8] < x[7] && x[7] < x[9]) || !gap && math.Abs(x[5]-x[7]-x[10]) > 1e-12 {
			t.Errorf("%v", row)
		}
	}

	code, stdout, stderr := call(t, dir, append(args, "--csv", "p.csv", "-o", "p.png")...)
	written, err := os.ReadFile(filepath.Join(dir, "p.csv"))
	if code != 0 || stderr != "" || !strings.HasPrefix(stdout, "pixel ") || !strings.HasSuffix(stdout, "\nwritten   p.png and p.csv\n") || err != nil || string(written) != table {
		t.Errorf("exit code %d, %s, %v in\n%s", code, stderr, err, stdout)
	}
	picture, err := os.ReadFile(filepath.Join(dir, "p.png"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := png.Decode(bytes.NewReader(picture)); err != nil {
		t.Error(err)
	}
	if code, _, stderr := call(t, dir, append(args, "-o", "p.SVG", "--json")...); code != 0 || stderr != "" {
		t.Errorf("exit code %d, %s", code, stderr)
	}
	drawn, err := os.ReadFile(filepath.Join(dir, "p.SVG"))
	for _, want := range []string{"<svg", "column 3, row 1", "slope", "2005"} {
		if err != nil || !bytes.Contains(drawn, []byte(want)) {
			t.Errorf("%v, no %q in the plot", err, want)
		}
	}
	code, _, stderr = call(t, dir, append(args, "-o", "p.pdf", "--label", "NDVI", "--title", "One pixel")...)
	if made, err := os.ReadFile(filepath.Join(dir, "p.pdf")); code != 0 || stderr != "" || err != nil || !bytes.HasPrefix(made, []byte("%PDF-")) {
		t.Errorf("exit code %d, %s, %v", code, stderr, err)
	}
	if code, _, stderr = call(t, dir, append(args, "-o", "p.svg", "--label", "NDVI", "--title", "One pixel")...); code != 0 || stderr != "" {
		t.Errorf("exit code %d, %s", code, stderr)
	}
	drawn, err = os.ReadFile(filepath.Join(dir, "p.svg"))
	for _, want := range []string{">One pixel<", ">NDVI<", "NDVI per year"} {
		if err != nil || !bytes.Contains(drawn, []byte(want)) {
			t.Errorf("%v, no %q in the plot", err, want)
		}
	}
	if code, _, stderr = call(t, dir, append(args, "-o", "p.png", "--overwrite", "--dpi", "300")...); code != 0 || stderr != "" {
		t.Errorf("exit code %d, %s", code, stderr)
	}
	picture, err = os.ReadFile(filepath.Join(dir, "p.png"))
	if config, err2 := png.DecodeConfig(bytes.NewReader(picture)); err != nil || err2 != nil || config.Width != 2362 || !bytes.Contains(picture[:60], []byte("pHYs")) { // 20 cm
		t.Errorf("%v, %v: %+v", err, err2, config)
	}
	if got := len(files(t, dir)) - len(files(t, stack)); got != 6 { // dir itself, and the five
		t.Errorf("%d more files and folders than before, want 4", got)
	}
}

func TestSeriesErrors(t *testing.T) {
	dir := folder(t)
	if err := os.WriteFile(filepath.Join(dir, "there.png"), []byte("mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	before := files(t, dir)
	for _, tt := range []struct {
		args string
		code int
		want []string
	}{
		{"series", 2, []string{"no input"}},
		{"series stack", 2, []string{"no pixel and no region", "--at", "--pixel 0,0", "--region"}},
		{"series stack --srcwin 0,0,9,9 --at 1,2", 2, []string{"--at and --srcwin exclude each other"}},
		{"series stack --bbox 0,0,9,9 --srcwin 0,0,9,9", 2, []string{"--srcwin and --bbox exclude"}},
		{"series stack --pixel 1,2 --of-region median", 2, []string{"--of-region is for the series of a region"}},
		{"series stack --pixel 1,2 --min-share 0.5", 2, []string{"--min-share is for the series of a region"}},
		{"series stack --srcwin 0,0,9,9 --min-share 50", 2, []string{"--min-share 50", "from 0 to 1"}},
		{"series stack --srcwin 0,0,9,9 --of-region count", 2, []string{"--of-region count", "mean, median, min, max or a percentile"}},
		{"series stack --pixel 1,2 --all-touched", 2, []string{"--all-touched belongs to --region"}},
		{"series stack --srcwin 99,0,9,9", 1, []string{"100 × 80 pixels"}},
		{"series stack --bbox 0,0,9,9", 1, []string{"no pixel of", "centre in the box"}},
		{"series stack --srcwin 0,0,9,9 -o there.png", 1, []string{"there.png exists"}},
		{"series stack --lonlat -83.2,42.4 --pixel 1,2", 2, []string{"--lonlat and --pixel exclude each other"}},
		{"series stack --lonlat -83.2,92", 2, []string{"--lonlat -83.2,92", "give LON,LAT", "the longitude first"}},
		{"series stack --lonlat 42.36,-83.16", 1, []string{"longitude and latitude 42.36,-83.16", "lies outside stack/ndvi_1995.tif", "the longitude first"}},
		{"series stack --pixel 1,2 --label NDVI", 2, []string{"--label is for a plot"}},
		{"series stack --pixel 1,2 -o p.png --dpi 0", 2, []string{"from 10 to 2400"}},
		{"series stack --at 1,2 --pixel 1,2", 2, []string{"--at and --pixel exclude each other"}},
		{"series stack --at 322000", 2, []string{"--at 322000", "a comma between"}},
		{"series stack --at 1,nan", 2, []string{"--at 1,nan", "give X,Y"}},
		{"series stack --at 1,2,3", 2, []string{"--at 1,2,3", "give X,Y"}},
		{"series stack --pixel 1.5,2", 2, []string{"--pixel 1.5,2", "whole numbers from 0"}},
		{"series stack --pixel -1,2", 2, []string{"--pixel -1,2", "whole numbers from 0"}},
		{"series stack --pixel 1,2 -o p.jpg", 2, []string{"p.jpg", ".png, .svg or .pdf"}},
		{"series stack --pixel 1,2 -o p.png -o q.png", 2, []string{"q.png", "already, as p.png"}},
		{"series stack --pixel 1,2 --csv - --json", 2, []string{"--json and --csv -"}},
		{"series stack --pixel 1,2 --mask-band 2", 2, []string{"--mask-keep"}},
		{"series stack --pixel 100,2", 1, []string{"100,2 lies outside stack/ndvi_1995.tif", "100 × 80 pixels", "a row from 0 to 79"}},
		{"series stack --at -79.4,43.7", 1, []string{"-79.4,43.7 lies outside stack/ndvi_1995.tif", "x 321900 to 324900", "EPSG:32617"}},
		{"series stack --pixel 1,2 -o there.png", 1, []string{"there.png exists", "--overwrite"}},
		{"series stack --pixel 1,2 -o no/p.png", 1, []string{"no/p.png", "the folder no does not exist"}},
		{"series stack --pixel 1,2 -o p.png --csv no/p.csv", 1, []string{"no/p.csv", "the folder no does not exist"}},
		{"series stack --pixel 1,2 --csv stack --overwrite", 1, []string{"stack is a folder"}},
		{"series stack --pixel 1,2 --csv stack/ndvi_1995.tif --overwrite", 1, []string{"stack/ndvi_1995.tif is also an input"}},
		{"series stack --pixel 1,2 --band 2", 1, []string{"no band 2"}},
		{"series nothing --pixel 1,2", 1, []string{"nothing does not exist"}},
		{"series stack --pixel 1,2 --intercept-at 2001-01-01", 1, []string{"such as 2001"}},
	} {
		code, stdout, stderr := call(t, dir, strings.Fields(tt.args)...)
		if code != tt.code || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.HasPrefix(stderr, "pixtrend: ") {
			t.Errorf("%s: exit code %d, printed %q and %q", tt.args, code, stdout, stderr)
		}
		for _, want := range tt.want {
			if !strings.Contains(stderr, want) {
				t.Errorf("%s: no %q in %q", tt.args, want, stderr)
			}
		}
	}
	checkSame(t, before, dir)
}

// A pixel without a line is told as well, and why it has none.
func TestSeriesWithoutLine(t *testing.T) {
	dir := folder(t)
	for args, want := range map[string]string{
		"--min-obs 22":     "observations, and a line takes 22\n",
		"--valid-range 2,": "no line   0 observations, and a line takes 2\n",
		"--valid-range 3,": "slope             none  per year\n",
	} {
		code, stdout, stderr := call(t, dir, append([]string{"series", "stack", "--pixel", "3,1", "-o", "p.png", "--overwrite"}, strings.Fields(args)...)...)
		if code != 0 || stderr != "" || !strings.Contains(stdout, want) {
			t.Errorf("%s: exit code %d, %s, no %q in\n%s", args, code, stderr, want, stdout)
		}
	}
}

func TestSeriesRemote(t *testing.T) {
	local, list, env, address := serve(t, always, 0)
	code, want, _ := call(t, t.TempDir(), "series", local, "--pixel", "200,150", "--csv", "-")
	if code != 0 {
		t.Fatalf("exit code %d", code)
	}
	code, got, stderr := start(t, command(t.TempDir(), env, "series", "@"+list, "--pixel", "200,150", "--csv", "-"))
	if code != 0 || stderr != "" || strings.ReplaceAll(got, address, local) != want {
		t.Errorf("exit code %d, %q, local files give\n%s\nand remote ones\n%s", code, stderr, want, got)
	}
	if strings.Contains(got, secret) {
		t.Error("the table holds the query")
	}
}

// The values of a region at a date are those of the zone in the raster of that date, in the table,
// as CSV, as JSON and in the plot.
func TestSeriesOfRegion(t *testing.T) {
	dir := folder(t)
	west := `{"type": "Feature", "properties": {"district": "west"}, "geometry": {"type": "Polygon", "coordinates":
 [[[-83.160, 42.338], [-83.146, 42.337], [-83.147, 42.352], [-83.155, 42.356], [-83.160, 42.338]]]}}`
	if err := os.WriteFile(filepath.Join(dir, "west.geojson"), []byte(west), 0o666); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) string {
		t.Helper()
		code, stdout, stderr := call(t, dir, args...)
		if code != 0 || stderr != "" {
			t.Fatalf("%v: exit code %d, %q", args, code, stderr)
		}
		return stdout
	}
	var table zones.Table
	if err := json.Unmarshal([]byte(run("zones", "stack/ndvi_2003.tif", "--zones", "west.geojson", "--zone-field", "district", "--json")), &table); err != nil {
		t.Fatal(err)
	}
	z := table.Zones[0]
	for by, want := range map[string]float64{"mean": *z.Mean, "median": *z.Median, "p90": *z.P90, "min": *z.Min, "max": *z.Max} {
		args := []string{"series", "stack", "--region", "west.geojson", "--of-region", by}
		var s raster.Series
		if err := json.Unmarshal([]byte(run(append(args, "--json")...)), &s); err != nil {
			t.Fatal(err)
		}
		d := s.Dates[2003-1995]
		if got := float64(*d.Observed); !(math.Abs(got-want) <= 1e-14) || d.Pixels != z.Valid || s.Region.Pixels != z.Pixels || s.SeriesPixel != nil || s.Region.By != by {
			t.Errorf("the %s is %v of %d pixels in %+v, want %v of %d in %d", by, got, d.Pixels, s.Region, want, z.Valid, z.Pixels)
		}
		rows, err := csv.NewReader(strings.NewReader(run(append(args, "--csv", "-")...))).ReadAll()
		if err != nil || len(rows) != 22 || strings.Join(rows[0], ",") != "date,t,raster,pixels,share,observed,gap,fitted,fitted_lo,fitted_hi,residual" {
			t.Fatalf("%v, %q", err, rows)
		}
		if got := rows[1+2003-1995]; got[2] != "stack/ndvi_2003.tif" || got[3] != strconv.FormatInt(z.Valid, 10) || got[5] != strconv.FormatFloat(float64(*d.Observed), 'g', -1, 64) {
			t.Errorf("%q", got)
		}
	}
	text := run("series", "stack", "--region", "west.geojson", "--annual", "max", "-o", "west.svg", "--label", "NDVI")
	for _, want := range []string{
		`(?m)^region    mean of 1,834 pixels in the polygons of west.geojson, which count the same$`,
		`(?m)^date +observed +fitted +residual +pixels  of region$`,
		`(?m)^2003 +0\.\d+ .* \d+ +\d\d\.\d %$`,
		`(?m)^slope +-?\d`,
	} {
		if !regexp.MustCompile(want).MatchString(text) {
			t.Errorf("%s does not match\n%s", want, text)
		}
	}
	drawn, err := os.ReadFile(filepath.Join(dir, "west.svg"))
	if err != nil || !bytes.Contains(drawn, []byte("NDVI, mean of 1,834 pixels in the polygons of west.geojson")) {
		t.Errorf("%v, the plot has another title", err)
	}
	text = run("series", "stack", "--srcwin", "10,20,5,4", "--min-share", "1")
	for _, want := range []string{"mean of 20 pixels in columns 10–14 and rows 20–23, which count the same; dates with less than 100 % of them are gaps", "too few pixels"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}
