package main

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/raster/zones"
)

// districts are two polygons in the stack of the tests, one with a hole.
const districts = `{"type": "FeatureCollection", "features": [
 {"type": "Feature", "properties": {"district": "west", "code": 1}, "geometry": {"type": "Polygon", "coordinates":
  [[[-83.160, 42.338], [-83.146, 42.337], [-83.147, 42.352], [-83.155, 42.356], [-83.160, 42.338]]]}},
 {"type": "Feature", "properties": {"district": "=east, \"old\"", "code": 2}, "geometry": {"type": "Polygon", "coordinates":
  [[[-83.146, 42.337], [-83.128, 42.340], [-83.130, 42.354], [-83.147, 42.352], [-83.146, 42.337]],
   [[-83.140, 42.343], [-83.136, 42.343], [-83.136, 42.347], [-83.140, 42.347], [-83.140, 42.343]]]}}]}`

// withDistricts returns a folder with the stack, its trend and districts.
func withDistricts(t *testing.T) string {
	t.Helper()
	dir := folder(t)
	if err := os.WriteFile(filepath.Join(dir, "districts.geojson"), []byte(districts), 0o666); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := call(t, dir, "fit", "stack", "-o", "trend.tif", "--stats", "slope,pvalue,n", "-q"); code != 0 {
		t.Fatal(stderr)
	}
	return dir
}

// Tables, CSV and JSON have the same numbers.
func TestZones(t *testing.T) {
	dir := withDistricts(t)
	zone := func(args ...string) string {
		t.Helper()
		code, stdout, stderr := call(t, dir, append([]string{"zones", "trend.tif", "--zones", "districts.geojson", "--zone-field", "district"}, args...)...)
		if code != 0 || stderr != "" {
			t.Fatalf("%v: exit code %d, %q", args, code, stderr)
		}
		return stdout
	}
	read := func(name string) string {
		t.Helper()
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	table := zone("-o", "zones.csv")
	if !strings.Contains(table, "pvalue < 0.05") || !strings.Contains(table, "west ") || !strings.Contains(table, "written: zones.csv") {
		t.Errorf("the table is %s", table)
	}
	if out := zone("-o", "zones.json", "--quiet"); out != "" {
		t.Errorf("--quiet prints %q", out)
	}
	if text := zone("-o", "-"); text != read("zones.csv") {
		t.Errorf("-o - prints %s", text)
	}
	if text := zone("--json"); text != read("zones.json") {
		t.Errorf("--json prints %s", text)
	}
	var all zones.Table
	if err := json.Unmarshal([]byte(read("zones.json")), &all); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(read("zones.csv"))).ReadAll()
	if err != nil || len(rows) != 3 || len(all.Zones) != 2 {
		t.Fatalf("%d rows, %d zones, %v", len(rows), len(all.Zones), err)
	}
	var asObjects struct{ Zones []map[string]any }
	if err := json.Unmarshal([]byte(read("zones.json")), &asObjects); err != nil {
		t.Fatal(err)
	}
	for i, z := range asObjects.Zones {
		for k, name := range rows[0] {
			want, is := z[name]
			if number, isNumber := want.(float64); isNumber {
				want = strconv.FormatFloat(number, 'g', -1, 64)
				if x, err := strconv.ParseFloat(rows[i+1][k], 64); err == nil && x == number {
					want = rows[i+1][k]
				}
			}
			if !is || want != rows[i+1][k] {
				t.Errorf("column %s of zone %d is %q, and %v in JSON", name, i, rows[i+1][k], want)
			}
		}
	}
	if z := all.Zones[1]; z.Name != `=east, "old"` || z.Pixels < 2000 || !(math.Abs(*z.Area-float64(z.Pixels)*0.09) < 1) {
		t.Errorf("%+v", z)
	}
	// Zones of a fit of their polygons are those of the whole fit.
	if code, _, stderr := call(t, dir, "fit", "stack", "-o", "part.tif", "--region", "districts.geojson", "--srcwin", "0,0,100,80", "--stats", "slope,pvalue,n", "-q"); code != 0 {
		t.Fatal(stderr)
	}
	code, part, stderr := call(t, dir, "zones", "part.tif", "--zones", "districts.geojson", "--zone-field", "district", "-o", "-")
	if code != 0 || part != read("zones.csv") {
		t.Errorf("exit code %d, %q: zones of the fit of their polygons are\n%s, want\n%s", code, stderr, part, read("zones.csv"))
	}
}

func TestZoneErrors(t *testing.T) {
	dir := withDistricts(t)
	before := files(t, dir)
	for _, tt := range []struct {
		args string
		code int
		want []string
	}{
		{"zones", 2, []string{"no input"}},
		{"zones trend.tif", 2, []string{"no zones", "--zones"}},
		{"zones trend.tif --zones districts.geojson", 2, []string{"--zone-field"}},
		{"zones a.tif b.tif --zones districts.geojson --zone-field district", 2, []string{"a.tif and b.tif"}},
		{"zones trend.tif --zones districts.geojson --zone-field district --field n --band 2", 2, []string{"--field and --band exclude"}},
		{"zones trend.tif --zones districts.geojson --zone-field district -o zones.txt", 2, []string{"zones.txt", ".csv or .json"}},
		{"zones trend.tif --zones districts.geojson --zone-field district --json -o -", 2, []string{"--json and -o -"}},
		{"zones trend.tif --zones districts.geojson --zone-field district --alpha 5", 2, []string{"--alpha 5"}},
		{"zones trend.tif --zones districts.geojson --zone-field name", 1, []string{"no field name, but code, district", "--zone-field"}},
		{"zones trend.tif --zones districts.geojson --zone-field district --zone-layer x", 1, []string{"no layer x", "--zone-layer"}},
		{"zones trend.tif --zones trend.tif --zone-field district", 1, []string{"trend.tif", "it is not a GeoJSON"}},
		{"zones trend.tif --zones none.gpkg --zone-field district", 1, []string{"none.gpkg", "no such file"}},
		{"zones trend.tif --zones districts.geojson --zone-field district -o none/zones.csv", 1, []string{"none/zones.csv"}},
		{"fit stack -o out.tif --bbox-crs EPSG:4326", 2, []string{"--bbox-crs belongs to --bbox"}},
		{"fit stack -o out.tif --all-touched", 2, []string{"--all-touched belongs to --region"}},
		{"info stack --region-layer a", 2, []string{"--region-layer belongs to --region"}},
		{"fit stack -o out.tif --srcwin 0,0,9,9 --bbox 1,2,3,4", 2, []string{"--srcwin and --bbox exclude"}},
		{"fit stack -o out.tif --region districts.geojson --region b.gpkg", 2, []string{"given already, as districts.geojson"}},
		{"fit stack -o out.tif --region districts.geojson --region-layer x", 1, []string{"no layer x", "--region-layer"}},
		{"fit stack -o out.tif --region districts.geojson --srcwin 99,0,1,1", 1, []string{"no pixel of", "--all-touched"}},
		{"fit stack -o out.tif --region districts.geojson --keep sums.tif", 1, []string{"cannot keep sums of pixels in polygons"}},
		{"composite stack -o out.tif --annual max --region none.shp", 1, []string{"none.shp", "no such file"}},
		{"job plan job stack -o out.tif --region districts.geojson --parts 99", 1, []string{"of which there are 1", "--parts"}},
		{"fit stack -o out.tif --bbox -83.2,42.3,-83.1,42.4 --bbox-crs EPSG:0", 1, []string{"EPSG:0", "cannot be used"}},
		{"fit stack -o out.tif --bbox 10,42.3,11,42.4 --bbox-crs EPSG:4326", 1, []string{"no pixel of"}},
		{"series stack --pixel 1,1 --region districts.geojson", 2, []string{"--pixel and --region exclude each other"}},
	} {
		code, stdout, stderr := call(t, dir, strings.Fields(tt.args)...)
		if code != tt.code || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.HasPrefix(stderr, "pixtrend: ") {
			t.Errorf("%s: exit code %d, printed %q and %q", tt.args, code, stdout, stderr)
		}
		for _, want := range tt.want {
			if !strings.Contains(stderr, want) {
				t.Errorf("%s: %q, want %q", tt.args, stderr, want)
			}
		}
	}
	checkSame(t, before, dir)
}

// A region is the same in every command, and a box in degrees has the pixels of the box.
func TestRegions(t *testing.T) {
	dir := withDistricts(t)
	size := func(args ...string) (width, height int) {
		t.Helper()
		code, stdout, stderr := call(t, dir, append(args, "--json")...)
		var s raster.Summary
		if err := json.Unmarshal([]byte(stdout), &s); code != 0 || err != nil {
			t.Fatalf("%v: exit code %d, %q, %v", args, code, stderr, err)
		}
		return s.Width, s.Height
	}
	w, h := size("fit", "stack", "-o", "part.tif", "--region", "districts.geojson")
	if cw, ch := size("composite", "stack", "-o", "max.tif", "--annual", "max", "--region", "districts.geojson"); cw != w || ch != h || w > 99 || w < 50 {
		t.Errorf("%d × %d pixels of a fit, %d × %d of composites", w, h, cw, ch)
	}
	if w, h := size("fit", "stack", "-o", "box.tif", "--bbox", "-83.15,42.34,-83.14,42.35", "--bbox-crs", "EPSG:4326"); w < 26 || w > 30 || h < 36 || h > 39 {
		t.Errorf("a hundredth of a degree is %d × %d pixels", w, h)
	}
	if code, stdout, _ := call(t, dir, "fit", "stack", "-o", "plan.tif", "--region", "districts.geojson", "--dry-run"); code != 0 || !strings.Contains(stdout, "4,253 of them in the polygons of districts.geojson") {
		t.Errorf("exit code %d: the plan is %s", code, stdout)
	}
	code, stdout, stderr := call(t, dir, "info", "stack", "--region", "districts.geojson", "--json")
	var info raster.Info
	if err := json.Unmarshal([]byte(stdout), &info); code != 0 || err != nil || !info.Fit.Runs || info.Survey.Pixels >= w*h || info.Survey.Pixels == 0 {
		t.Errorf("exit code %d, %q, %v: %+v", code, stderr, err, info.Survey)
	}
	for _, args := range []string{"job plan job stack -o merged.tif --region districts.geojson -q", "job run job -q", "job merge job -q"} {
		if code, _, stderr := call(t, dir, strings.Fields(args)...); code != 0 {
			t.Fatalf("%s: exit code %d, %q", args, code, stderr)
		}
	}
	one, err := os.ReadFile(filepath.Join(dir, "part.tif"))
	if err != nil {
		t.Fatal(err)
	}
	if other, err := os.ReadFile(filepath.Join(dir, "merged.tif")); err != nil || string(one) != string(other) {
		t.Errorf("a merge is not a fit, %v", err)
	}
}
