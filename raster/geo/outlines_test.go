package geo

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend/internal/fault"
)

func TestClip(t *testing.T) {
	for _, tt := range []struct {
		a, b, from, to [2]float64
		ok             bool
	}{
		{[2]float64{1, 1}, [2]float64{3, 2}, [2]float64{1, 1}, [2]float64{3, 2}, true},
		{[2]float64{-10, 5}, [2]float64{30, 5}, [2]float64{0, 5}, [2]float64{20, 5}, true},
		{[2]float64{5, -5}, [2]float64{5, 5}, [2]float64{5, 0}, [2]float64{5, 5}, true},
		{[2]float64{-5, 5}, [2]float64{5, 15}, [2]float64{0, 10}, [2]float64{0, 10}, true}, // touches a corner
		{[2]float64{-5, 6}, [2]float64{5, 16}, [2]float64{}, [2]float64{}, false},
		{[2]float64{5, 11}, [2]float64{15, 11}, [2]float64{}, [2]float64{}, false},
		{[2]float64{math.NaN(), 1}, [2]float64{1, 1}, [2]float64{}, [2]float64{}, false},
		{[2]float64{1, 1}, [2]float64{1, math.NaN()}, [2]float64{}, [2]float64{}, false},
	} {
		from, to, ok := clip(tt.a, tt.b, 20, 10)
		if ok != tt.ok || ok && (from != tt.from || to != tt.to) {
			t.Errorf("%v to %v: %v to %v, %v", tt.a, tt.b, from, to, ok)
		}
	}
}

// vector writes lines as WKT into a vector file.
func vector(t *testing.T, path string, driver godal.DriverName, crs string, lines ...string) {
	t.Helper()
	godal.RegisterAll()
	ds, err := godal.CreateVector(driver, path)
	if err != nil {
		t.Fatal(err)
	}
	var sr *godal.SpatialRef
	if crs != "" {
		if sr, err = godal.NewSpatialRef(crs); err != nil {
			t.Fatal(err)
		}
	}
	kind := godal.GTUnknown
	if driver == "ESRI Shapefile" {
		kind = godal.GTLineString
	}
	layer, err := ds.CreateLayer("lines", sr, kind)
	if err != nil {
		t.Fatal(err)
	}
	for _, wkt := range lines {
		g, err := godal.NewGeometryFromWKT(wkt, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := layer.NewFeature(g); err != nil {
			t.Fatal(err)
		}
	}
	if err := ds.Close(); err != nil {
		t.Fatal(err)
	}
}

// written formats lines with whole columns and rows.
func written(lines [][]float64) string {
	var all []string
	for _, xy := range lines {
		var one []string
		for i := 0; i < len(xy); i += 2 {
			one = append(one, fmt.Sprintf("%.0f,%.0f", xy[i], xy[i+1]))
		}
		all = append(all, strings.Join(one, " "))
	}
	return strings.Join(all, " | ")
}

func TestOutlines(t *testing.T) {
	dir := t.TempDir()
	g := gridOf("EPSG:32617", [6]float64{500000, 30, 0, 4650000, 0, -30})
	long := "LINESTRING (499700 4649700, 500300 4649700, 500300 4649400, 503300 4649400, 503300 4640000, 501500 4640000, 501500 4650300)"
	want := "0,10 10,10 10,20 100,20 | 50,50 50,0"
	for name, driver := range map[string]godal.DriverName{"l.geojson": godal.GeoJSON, "l.gpkg": "GPKG", "l.shp": "ESRI Shapefile", "l.fgb": "FlatGeobuf"} {
		path := filepath.Join(dir, name)
		vector(t, path, driver, "EPSG:32617", long)
		lines, warnings, err := g.Outlines(t.Context(), path, "a.tif", 0.25)
		if got := written(lines); err != nil || got != want {
			// A long segment has vertices between its ends.
			if got = written(straight(lines)); err != nil || got != want {
				t.Errorf("%s: %s, %v, want %s", name, got, err, want)
			}
		}
		if warnings != nil {
			t.Errorf("%s: %q", name, warnings)
		}
	}

	// A parallel is no straight line in UTM: at 81° W it is farthest south.
	path := filepath.Join(dir, "parallel.geojson")
	vector(t, path, godal.GeoJSON, "EPSG:4326", "MULTILINESTRING ((-120 42, 0 42), (-81 -80, -81 80))", "POINT (-81 42)", "POLYGON ((0 0, 1 0, 1 1, 0 0))")
	wide := gridOf("EPSG:32617", [6]float64{200000, 6000, 0, 4800000, 0, -6000})
	lines, warnings, err := wide.Outlines(t.Context(), path, "a.tif", 0.25)
	if err != nil || len(lines) != 2 || len(warnings) != 1 || !strings.Contains(warnings[0], "1 of 3 features") { // the point
		t.Fatalf("%d lines, %v, %q", len(lines), err, warnings)
	}
	parallel, meridian := lines[0], lines[1]
	lowest := 0.0
	for i := 0; i < len(parallel); i += 2 {
		lowest = max(lowest, parallel[i+1])
	}
	if row := (4800000 - 4649776.22) / 6000; math.Abs(lowest-row) > 0.01 {
		t.Errorf("the parallel reaches down to row %v, want %v", lowest, row)
	}
	for i := 0; i < len(meridian); i += 2 {
		if math.Abs(meridian[i]-50) > 1e-6 {
			t.Errorf("the central meridian is in column %v", meridian[i])
		}
	}
	if n := len(meridian); meridian[1]+meridian[n-1] != 50 { // from one edge to the other
		t.Errorf("the meridian ends in rows %v and %v", meridian[1], meridian[n-1])
	}

	for name, content := range map[string]string{"text.geojson": "this is no vector", "cut.geojson": `{"type":"FeatureCollection","features":[{"type"`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	vector(t, filepath.Join(dir, "nocrs.shp"), "ESRI Shapefile", "", long)
	vector(t, filepath.Join(dir, "points.geojson"), godal.GeoJSON, "EPSG:4326", "POINT (1 1)")
	vector(t, filepath.Join(dir, "curves.gpkg"), "GPKG", "EPSG:32617", "CIRCULARSTRING (500000 4649400, 500300 4649700, 500600 4649400)")
	for name, want := range map[string]string{
		"none.geojson":   "no such file",
		"":               "it is a folder",
		"text.geojson":   "it is not a GeoJSON, GeoPackage, Shapefile or FlatGeobuf file",
		"cut.geojson":    "it is not a",
		"nocrs.shp":      "it has no CRS",
		"points.geojson": "neither lines nor areas",
		"curves.gpkg":    "curves",
	} {
		if _, _, err := g.Outlines(t.Context(), filepath.Join(dir, name), "a.tif", 0.25); err == nil || !strings.Contains(err.Error(), want) || !errors.Is(err, fault.ErrInput) {
			t.Errorf("%q: %v, want %q", name, err, want)
		}
	}
	if _, _, err := gridOf("", [6]float64{0, 1, 0, 0, 0, -1}).Outlines(t.Context(), path, "a.tif", 1); err == nil || !strings.Contains(err.Error(), "no place on the earth") {
		t.Errorf("a raster without a CRS: %v", err)
	}
}

// features writes geometries into a GeoJSON file, each as a feature with a number.
func features(t *testing.T, geometries ...string) string {
	t.Helper()
	var all []string
	for i, g := range geometries {
		all = append(all, fmt.Sprintf(`{"type": "Feature", "properties": {"number": %d}, "geometry": %s}`, i, g))
	}
	path := filepath.Join(t.TempDir(), "f.geojson")
	text := `{"type": "FeatureCollection", "features": [` + strings.Join(all, ",\n") + `]}`
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// Rings of polygons in GeoJSON. The damaged ring has a vertex with one coordinate only. The flat ring
// encloses nothing.
const (
	wholeRing   = `[[-81, 41.999], [-80.99, 41.999], [-80.99, 41.998], [-81, 41.999]]`
	damagedRing = `[[-81, 41.999], [-80.99], [-80.99, 41.998], [-81, 41.999]]`
	flatRing    = `[[-81, 41.999], [-80.99, 41.999], [-81, 41.999]]`
)

// geometry returns a geometry of GeoJSON.
func geometry(kind string, parts ...string) string {
	key := "coordinates"
	if kind == "GeometryCollection" {
		key = "geometries"
	}
	return fmt.Sprintf(`{"type": "%s", "%s": [%s]}`, kind, key, strings.Join(parts, ", "))
}

// lineOf returns a line of GeoJSON through the vertices of a ring.
func lineOf(ring string) string { return `{"type": "LineString", "coordinates": ` + ring + `}` }

// checkLeftOut checks that there is a warning for each word, which has it, or else none.
func checkLeftOut(t *testing.T, name string, warnings []string, words ...string) {
	t.Helper()
	ok := len(warnings) == len(words)
	for i := 0; ok && i < len(words); i++ {
		ok = strings.Contains(warnings[i], words[i]) && strings.Contains(warnings[i], "f.geojson")
	}
	if !ok {
		t.Errorf("%s: the warnings are %q, want %q", name, warnings, words)
	}
}

// drawing is a file of geometries, and the words of the warnings about what of them is left out.
type drawing struct {
	name       string
	geometries []string
	words      []string
}

// drawings have whole and damaged polygons.
var drawings = []drawing{
	{"whole", []string{geometry("Polygon", wholeRing)}, nil},
	{"a damaged border", []string{geometry("Polygon", damagedRing), geometry("Polygon", wholeRing)},
		[]string{"1 of 2 features", "1 in all"}},
	{"a damaged hole", []string{geometry("Polygon", wholeRing, damagedRing)}, []string{"1 in all"}},
	{"a damaged part", []string{geometry("MultiPolygon", "["+wholeRing+"]", "["+damagedRing+"]")}, []string{"1 in all"}},
	{"an unknown part", []string{geometry("GeometryCollection", geometry("Circle"), geometry("Polygon", wholeRing))},
		[]string{"1 in all"}},
}

// What GDAL leaves out of outlines is said, and nothing is drawn of a file without a line.
func TestOutlinesThatAreLeftOut(t *testing.T) {
	grid := gridOf("EPSG:32617", [6]float64{500000, 30, 0, 4650000, 0, -30})
	for _, tt := range append(slices.Clone(drawings), []drawing{
		{"damaged lines", []string{geometry("MultiLineString", damagedRing, wholeRing, damagedRing)}, []string{"2 in all"}},
		{"no geometry", []string{"null", lineOf(wholeRing)}, []string{"1 of 2 features"}},
		{"empty ones", []string{geometry("Polygon"), lineOf("[[-81, 41.999]]"), lineOf("[]"), lineOf(wholeRing)},
			[]string{"3 of 4 features"}},
	}...) {
		lines, warnings, err := grid.Outlines(t.Context(), features(t, tt.geometries...), "a.tif", 0.25)
		if err != nil || len(lines) == 0 {
			t.Errorf("%s: %d lines, %v", tt.name, len(lines), err)
		}
		checkLeftOut(t, tt.name, warnings, tt.words...)
	}
	const nothing = "neither lines nor areas that GDAL can read, in 1 features"
	for name, g := range map[string]string{"no geometry": "null", "an empty one": geometry("Polygon"),
		"a damaged one": lineOf(damagedRing), "a point": `{"type": "Point", "coordinates": [-81, 41.999]}`} {
		_, _, err := grid.Outlines(t.Context(), features(t, g), "a.tif", 0.25)
		if err == nil || !strings.Contains(err.Error(), nothing) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Vertices without coordinates are not left out without a word.
func TestOutlinesAstray(t *testing.T) {
	g := gridOf("EPSG:32617", [6]float64{500000, 30, 0, 4650000, 0, -30})
	path := features(t, lineOf("[[-81, 41.999], [NaN, NaN], [-80.99, 41.999]]"), lineOf("[[-81, 41.999], [-80.99, 41.999]]"))
	lines, warnings, err := g.Outlines(t.Context(), path, "a.tif", 0.25)
	want := "lines of " + path + ", 1 in all, have vertices without a place"
	if err != nil || len(lines) != 1 || len(warnings) != 1 || !strings.Contains(warnings[0], want) {
		t.Errorf("%d lines, %q, %v", len(lines), warnings, err)
	}
}

// straight removes the vertices between others that lie on a straight line.
func straight(lines [][]float64) [][]float64 {
	var out [][]float64
	for _, xy := range lines {
		kept := append([]float64{}, xy[:2]...)
		for i := 2; i+3 < len(xy); i += 2 {
			x0, y0, x1, y1, x2, y2 := kept[len(kept)-2], kept[len(kept)-1], xy[i], xy[i+1], xy[i+2], xy[i+3]
			if math.Abs((x1-x0)*(y2-y0)-(x2-x0)*(y1-y0)) > 1e-6 {
				kept = append(kept, x1, y1)
			}
		}
		out = append(out, append(kept, xy[len(xy)-2:]...))
	}
	return out
}
