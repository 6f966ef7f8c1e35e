package geo

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend/internal/cover"
	"github.com/pixtrend/pixtrend/internal/gdal"
)

// vectorOf writes polygons, each with its rings, and a name for each, with a driver of GDAL.
func vectorOf(t testing.TB, driver godal.DriverName, suffix string, epsg int, polygons ...[][]float64) string {
	t.Helper()
	if err := gdal.Register(); err != nil {
		t.Fatal(err)
	}
	if err := godal.RegisterVector("GeoJSON", "GeoPackage", "Shape", "FlatGeobuf"); err != nil {
		t.Fatal(err)
	}
	sr, err := godal.NewSpatialRefFromEPSG(epsg)
	if err != nil {
		t.Fatal(err)
	}
	defer sr.Close()
	path := filepath.Join(t.TempDir(), "polygons.gpkg")
	ds, err := godal.CreateVector("GPKG", path)
	if err != nil {
		t.Fatal(err)
	}
	layer, err := ds.CreateLayer("polygons", sr, godal.GTPolygon, godal.NewFieldDefinition("name", godal.FTString), godal.NewFieldDefinition("number", godal.FTInt))
	if err != nil {
		t.Fatal(err)
	}
	for i, rings := range polygons {
		g, err := godal.NewGeometryFromWKT(polygonWKT(rings), sr)
		if err != nil {
			t.Fatal(err)
		}
		f, err := layer.NewFeature(g)
		if err != nil {
			t.Fatal(err)
		}
		fields := f.Fields()
		err = f.SetFieldValue(fields["name"], fmt.Sprintf("zone %c", 'A'+i%26))
		if err == nil {
			err = f.SetFieldValue(fields["number"], i)
		}
		if err == nil {
			err = layer.UpdateFeature(f)
		}
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
		g.Close()
	}
	if suffix != ".gpkg" {
		path = filepath.Join(t.TempDir(), "polygons"+suffix)
		other, err := ds.VectorTranslate(path, []string{"-f", string(driver)}, godal.ErrLogger(func(ec godal.ErrorCategory, _ int, text string) error {
			if ec > godal.CE_Warning {
				return errors.New(text)
			}
			return nil
		}))
		if err != nil {
			t.Fatal(err)
		}
		if err := other.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := ds.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func polygonWKT(rings [][]float64) string {
	var parts []string
	for _, xy := range rings {
		var points []string
		for i := 0; i < len(xy); i += 2 {
			points = append(points, fmt.Sprintf("%.17g %.17g", xy[i], xy[i+1]))
		}
		parts = append(parts, "("+strings.Join(append(points, points[0]), ", ")+")")
	}
	return "POLYGON (" + strings.Join(parts, ", ") + ")"
}

// star returns a ring about a place, with corners at different distances.
func star(rng *rand.Rand, x, y, size float64, corners int) (ring []float64) {
	for i := range corners {
		angle, r := 2*math.Pi*float64(i)/float64(corners), size*(0.3+0.7*rng.Float64())
		ring = append(ring, x+r*math.Cos(angle), y+r*math.Sin(angle))
	}
	return ring
}

// pixelsOf returns which pixels lie in a cover.
func pixelsOf(c *cover.Cover, width, height int) []bool {
	in := make([]bool, width*height)
	c.Each(0, 0, width, height, func(r cover.Run) bool {
		for x := r.First; x < r.End; x++ {
			in[int(r.Row)*width+int(x)] = true
		}
		return true
	})
	return in
}

var utm17 = Grid{Width: 300, Height: 200, HasTransform: true, Transform: utm, WKT: wktOf(32617)}

// Polygons of every format have the pixels that GDAL burns, holes and parts beyond the raster included.
func TestPolygonsAreGDALs(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	var polygons [][][]float64
	for range 9 {
		x, y := 500000+rng.Float64()*9000, 4600000-rng.Float64()*6000
		polygons = append(polygons, [][]float64{star(rng, x, y, 1500, 3+rng.IntN(40)), star(rng, x, y, 300, 7)})
	}
	want := burned(t, polygons)
	for _, format := range []struct {
		driver godal.DriverName
		suffix string
	}{{"GPKG", ".gpkg"}, {"FlatGeobuf", ".fgb"}, {"ESRI Shapefile", ".shp"}, {"GeoJSON", ".geojson"}} {
		path := vectorOf(t, format.driver, format.suffix, 32617, polygons...)
		got, err := (Vector{File: path}).Cover(t.Context(), utm17, "a.tif", "", 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		if c := got.Cover; c.Pixels == 0 || got.Features != 9 {
			t.Fatalf("%s: %d features, %d pixels", format.driver, got.Features, c.Pixels)
		}
		for i, in := range pixelsOf(got.Cover, 300, 200) {
			if want := want[i]; in != want {
				t.Fatalf("%s: pixel %d,%d lies inside: %v, want %v", format.driver, i%300, i/300, in, want)
			}
		}
	}
}

// burned returns the pixels of utm17 that GDAL burns polygons into.
func burned(t *testing.T, polygons [][][]float64) []bool {
	t.Helper()
	if err := gdal.Register(); err != nil {
		t.Fatal(err)
	}
	ds, err := godal.Create(godal.Memory, "", 1, godal.Byte, 300, 200)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ds.Close() }()
	if err := ds.SetGeoTransform(utm); err != nil {
		t.Fatal(err)
	}
	for _, rings := range polygons {
		g, err := godal.NewGeometryFromWKT(polygonWKT(rings), nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := ds.RasterizeGeometry(g, godal.Values(1)); err != nil {
			t.Fatal(err)
		}
		g.Close()
	}
	pixels := make([]byte, 300*200)
	if err := ds.Bands()[0].Read(0, 0, pixels, 300, 200); err != nil {
		t.Fatal(err)
	}
	in := make([]bool, len(pixels))
	for i, x := range pixels {
		in[i] = x != 0
	}
	return in
}

// If polygons have another CRS, the centres of pixels are transformed to that CRS. A long side of a polygon is
// straight in the CRS of the polygon.
func TestPolygonsOfAnotherCRS(t *testing.T) {
	wide := Grid{Width: 400, Height: 300, HasTransform: true, Transform: [6]float64{200000, 1500, 0, 5000000, 0, -1500}, WKT: wktOf(32617)}
	degrees := Grid{Width: 360, Height: 180, HasTransform: true, Transform: [6]float64{0, 1, 0, 90, 0, -1}, WKT: wktOf(4326)}
	for _, tt := range []struct {
		name string
		g    Grid
		epsg int
		ring []float64
	}{
		{"long sides in degrees", wide, 4326, []float64{-84.5, 41.2, -78.6, 41.3, -78.4, 44.7, -84.3, 44.9}},
		{"a side through the middle", wide, 4326, []float64{-84.6, 41.1, -77.9, 44.8, -84.6, 44.9}},
		{"Web Mercator", wide, 3857, []float64{-9400000, 5050000, -8750000, 5070000, -8740000, 5550000, -9350000, 5500000}},
		{"longitudes to 360", degrees, 4326, []float64{-20.3, -30.2, 40.4, -30.1, 40.2, 35.7, -20.1, 35.8}},
		{"across 180° west", degrees, 4326, []float64{170.3, -30.2, 200.4, -30.1, 200.2, 35.7, 170.1, 35.8}},
		{"across 180° in metres", degrees, 32601, []float64{100000, 1000000, 900000, 1000000, 900000, 7000000, 100000, 7000000}},
	} {
		path := vectorOf(t, "GPKG", ".gpkg", tt.epsg, [][]float64{tt.ring})
		got, err := (Vector{File: path}).Cover(t.Context(), tt.g, "a.tif", "", 1<<20)
		if err != nil {
			t.Fatal(tt.name, err)
		}
		xs, ys := make([]float64, tt.g.Width*tt.g.Height), make([]float64, tt.g.Width*tt.g.Height)
		for i := range xs {
			xs[i] = tt.g.Transform[0] + (float64(i%tt.g.Width)+0.5)*tt.g.Transform[1]
			ys[i] = tt.g.Transform[3] + (float64(i/tt.g.Width)+0.5)*tt.g.Transform[5]
		}
		if err := gdal.WithTransform(tt.g.WKT, wktOf(tt.epsg), func(tr *gdal.Transform) { tr.ApplyEach(xs, ys) }); err != nil {
			t.Fatal(err)
		}
		wrong, all := 0, 0
		for i, in := range pixelsOf(got.Cover, tt.g.Width, tt.g.Height) {
			want := false
			for _, turn := range []float64{-360, 0, 360} {
				if tt.epsg != 4326 {
					turn = 0
				}
				want = want || pointIn(tt.ring, xs[i]+turn, ys[i])
			}
			if want {
				all++
			}
			if in != want {
				wrong++
			}
		}
		// Centres nearer to a side than sideError may lie on either side of it.
		if all < 500 || wrong > all/1000 {
			t.Errorf("%s: %d pixels of %d are wrong", tt.name, wrong, all)
		}
	}
}

func pointIn(ring []float64, x, y float64) (in bool) {
	for i := 0; i < len(ring); i += 2 {
		j := (i + 2) % len(ring)
		x0, y0, x1, y1 := ring[i], ring[i+1], ring[j], ring[j+1]
		if (y0 <= y) != (y1 <= y) && x < x0+(y-y0)/(y1-y0)*(x1-x0) {
			in = !in
		}
	}
	return in
}

// What GDAL leaves out of the polygons of a region, or of zones, is said, and a file without a polygon is
// refused.
func TestPolygonsThatAreLeftOut(t *testing.T) {
	others := []string{"null", geometry("Polygon"), lineOf(wholeRing), geometry("Polygon", flatRing), geometry("Polygon", wholeRing)}
	for _, tt := range append(slices.Clone(drawings), drawing{"others", others, []string{"4 of 5 features"}}) {
		for _, field := range []string{"", "number"} {
			c, err := (Vector{File: features(t, tt.geometries...)}).Cover(t.Context(), utm17, "a.tif", field, 1<<20)
			if err != nil || c.Features != len(tt.geometries) {
				t.Errorf("%s: %d features, %v", tt.name, c.Features, err)
			}
			checkLeftOut(t, tt.name, c.Warnings, tt.words...)
		}
	}
	for name, g := range map[string]string{"no geometry": "null", "an empty one": geometry("Polygon"),
		"a damaged one": geometry("Polygon", damagedRing), "a flat one": geometry("Polygon", flatRing), "a line": lineOf(wholeRing)} {
		_, err := (Vector{File: features(t, g)}).Cover(t.Context(), utm17, "a.tif", "", 1<<20)
		if err == nil || !strings.Contains(err.Error(), "it has none that GDAL can read, in 1 features") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Several layers of a file need the name of one.
func TestLayersOfPolygons(t *testing.T) {
	square := [][]float64{{500300, 4599700, 500900, 4599700, 500900, 4599400, 500300, 4599400}}
	one := vectorOf(t, "GPKG", ".gpkg", 32617, square)
	ds, err := godal.Open(one, godal.VectorOnly(), godal.Update())
	if err != nil {
		t.Fatal(err)
	}
	sr, err := godal.NewSpatialRefFromEPSG(32617)
	if err != nil {
		t.Fatal(err)
	}
	defer sr.Close()
	layer, err := ds.CreateLayer("lakes", sr, godal.GTPolygon)
	if err != nil {
		t.Fatal(err)
	}
	v := Vector{File: one}
	add := func() {
		g, err := godal.NewGeometryFromWKT(polygonWKT([][]float64{{500000, 4600000, 500060, 4600000, 500060, 4599940, 500000, 4599940}}), sr)
		if err != nil {
			t.Fatal(err)
		}
		defer g.Close()
		f, err := layer.NewFeature(g)
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	add()
	if err := ds.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Cover(t.Context(), utm17, "a.tif", "", 1<<20); err == nil || !strings.Contains(err.Error(), "polygons, lakes") {
		t.Errorf("two layers: %v", err)
	}
	v.Layer = "lakes"
	if c, err := v.Cover(t.Context(), utm17, "a.tif", "", 1<<20); err != nil || c.Cover.Pixels != 4 {
		t.Errorf("lakes: %+v, %v", c, err)
	}
}

// A Shapefile without its .prj has no CRS.
func TestPolygonsWithoutCRS(t *testing.T) {
	path := vectorOf(t, "ESRI Shapefile", ".shp", 32617, [][]float64{{500300, 4599700, 500900, 4599700, 500900, 4599400}})
	if err := os.Remove(strings.TrimSuffix(path, ".shp") + ".prj"); err != nil {
		t.Fatal(err)
	}
	if _, err := (Vector{File: path}).Cover(t.Context(), utm17, "a.tif", "", 1<<20); err == nil || !strings.Contains(err.Error(), "it has no CRS") {
		t.Error(err)
	}
}
