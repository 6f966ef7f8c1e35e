package raster

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/cover"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/raster/geo"
	"github.com/pixtrend/pixtrend/timeaxis"
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
		other, err := ds.VectorTranslate(path, []string{"-f", string(driver)}, godal.ErrLogger(ignoreWarnings))
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

var utm17 = geo.Grid{Width: 300, Height: 200, HasTransform: true, Transform: usualPlace, WKT: wktOf(32617)}

func wktOf(epsg int) string {
	sr, err := godal.NewSpatialRefFromEPSG(epsg)
	if err != nil {
		panic(err)
	}
	defer sr.Close()
	wkt, err := sr.WKT()
	if err != nil {
		panic(err)
	}
	return wkt
}

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
		got, err := (geo.Vector{File: path}).Cover(t.Context(), utm17, "a.tif", "", 1<<20)
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
	if err := ds.SetGeoTransform(usualPlace); err != nil {
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

// Polygons in another CRS have the pixels whose centres, brought to that CRS, lie in them: their long sides are straight there.
func TestPolygonsOfAnotherCRS(t *testing.T) {
	wide := geo.Grid{Width: 400, Height: 300, HasTransform: true, Transform: [6]float64{200000, 1500, 0, 5000000, 0, -1500}, WKT: wktOf(32617)}
	degrees := geo.Grid{Width: 360, Height: 180, HasTransform: true, Transform: [6]float64{0, 1, 0, 90, 0, -1}, WKT: wktOf(4326)}
	for _, tt := range []struct {
		name string
		g    geo.Grid
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
		got, err := (geo.Vector{File: path}).Cover(t.Context(), tt.g, "a.tif", "", 1<<20)
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

// A fit of polygons has the bits of the whole inside, and NaN outside, for every layout; so do composites.
func TestFitOfPolygons(t *testing.T) {
	s := newPlanes(150, 90, 5, -50, 300).gappy(-9999)
	nodata := -9999.0
	rng := rand.New(rand.NewPCG(7, 8))
	path := vectorOf(t, "GPKG", ".gpkg", 32617, [][]float64{star(rng, 501800, 4598700, 700, 23), star(rng, 501800, 4598700, 100, 5)}, [][]float64{star(rng, 503500, 4597700, 300, 9)})
	for name, creation := range map[string][]string{
		"strips":           nil,
		"compressed tiles": {"TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=16", "COMPRESS=DEFLATE", "PREDICTOR=3"},
		"large tiles":      {"TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=64", "COMPRESS=ZSTD"},
	} {
		inputs := s.files(t, func(_ int, m *made) { m.nodata, m.creation, m.epsg = &nodata, creation, 32617 })
		whole := fitted(t, inputs, all())
		for _, box := range []pixtrend.Window{{}, {X: 30, Y: 20, Width: 60, Height: 50}} {
			for _, touched := range []bool{false, true} {
				o := all()
				o.Region = Region{Window: box, Polygons: geo.Vector{File: path, AllTouched: touched}}
				out := fit(t, inputs, o)
				bands, width := readAll(t, out)
				at := strings.Split(header(t, out).Metadata("PIXTREND_REGION"), ",")
				var w [4]int
				for i := range w {
					if _, err := fmt.Sscan(at[i], &w[i]); err != nil {
						t.Fatal(err)
					}
				}
				placed, err := o.Region.Polygons.Cover(t.Context(), geo.Grid{Width: 150, Height: 90, HasTransform: true, Transform: usualPlace, WKT: wktOf(32617)}, "", "", 1<<20)
				if err != nil {
					t.Fatal(err)
				}
				in, fitted := pixelsOf(placed.Cover, 150, 90), 0
				for f, plane := range bands {
					for p, x := range plane {
						from := (w[1]+p/width)*150 + w[0] + p%width
						want := nan
						if in[from] {
							want = whole[f][from]
							fitted++
						}
						if math.Float64bits(x) != math.Float64bits(want) && !(x != x && want != want) {
							t.Fatalf("%s, %+v: field %d of pixel %d is %v, want %v", name, box, f, p, x, want)
						}
					}
				}
				if fitted == 0 || box.Width > 0 && width != box.Width || box.Width == 0 && int64(fitted) != placed.Cover.Pixels*int64(len(bands)) {
					t.Errorf("%s: %d results of %d columns", name, fitted, width)
				}
			}
		}
		o := Options{OpenOptions: OpenOptions{Composite: compositeOf(t, timeaxis.EachYear, "max"), Region: Region{Window: pixtrend.Window{Width: 150, Height: 90}, Polygons: geo.Vector{File: path}}}}
		part := filepath.Join(t.TempDir(), "part.tif")
		runComposites(t, inputs, part, o)
		bands, _ := readAll(t, part)
		for i, plane := range bands {
			for p, x := range plane {
				if !(x != x) && x != s.dates[i][p] {
					t.Fatalf("%s: composite %d of pixel %d (%d,%d) of %d is %v, want %v", name, i, p, p%150, p/150, len(plane), x, s.dates[i][p])
				}
			}
		}
	}
}

// The summary, the report on the stack and the checks of targets know the region.
func TestRegionInReports(t *testing.T) {
	s := newPlanes(150, 90, 5, 0, 300)
	inputs := s.files(t, func(_ int, m *made) { m.epsg = 32617 })
	path := vectorOf(t, "GPKG", ".gpkg", 32617, [][]float64{{500300, 4599700, 500900, 4599700, 500900, 4599400, 500300, 4599400}})
	o := all()
	o.Region.Polygons.File = path
	summary, err := FitFiles(t.Context(), inputs, filepath.Join(t.TempDir(), "out.tif"), o)
	if err != nil {
		t.Fatal(err)
	}
	if summary.Pixels != 200 || summary.Fitted != 200 || summary.Width != 20 || summary.Height != 10 || summary.Gaps == nil || *summary.Gaps != 0 {
		t.Errorf("the summary has %d pixels, %d fitted, %d × %d, gaps %v", summary.Pixels, summary.Fitted, summary.Width, summary.Height, summary.Gaps)
	}
	info, err := Inspect(t.Context(), inputs, o)
	if err != nil {
		t.Fatal(err)
	}
	if !info.Fit.Runs || info.Survey.Pixels != 200 || info.Survey.Share != 1 || info.Survey.Samples != 1000 {
		t.Errorf("the report has %+v", info.Survey)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	o.Overwrite = true
	fails(t, inputs, path+".tif", with(o, func(o *Options) { o.Others = []string{path} }), fault.ErrOutput, "also an input")
	if after, err := os.ReadFile(path); err != nil || !slices.Equal(before, after) {
		t.Error("the polygons have changed")
	}
	// If the file changes meanwhile, there is no output.
	job, err := Prepare(t.Context(), inputs, filepath.Join(t.TempDir(), "late.tif"), o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = job.Close() }()
	if err := os.WriteFile(path, append(before, 0), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := job.Run(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "no longer the file") {
		t.Errorf("a fit whose polygons have changed: %v", err)
	}
}

func with(o Options, change func(*Options)) Options {
	change(&o)
	return o
}

func TestPolygonsThatAreRefused(t *testing.T) {
	s := newPlanes(150, 90, 3, 0, 9)
	inputs := s.files(t, func(_ int, m *made) { m.epsg = 32617 })
	square := [][]float64{{500300, 4599700, 500900, 4599700, 500900, 4599400, 500300, 4599400}}
	here := vectorOf(t, "GPKG", ".gpkg", 32617, square)
	file := func(name, text string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	shape := vectorOf(t, "ESRI Shapefile", ".shp", 32617, square)
	if err := os.Remove(strings.TrimSuffix(shape, ".shp") + ".prj"); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		region Region
		words  []string
	}{
		"no file":              {Region{Polygons: geo.Vector{File: "none.gpkg"}}, []string{"none.gpkg", "no such file"}},
		"a folder":             {Region{Polygons: geo.Vector{File: t.TempDir()}}, []string{"a folder"}},
		"no vector":            {Region{Polygons: geo.Vector{File: inputs[0]}}, []string{"it is not a GeoJSON, GeoPackage"}},
		"a VRT":                {Region{Polygons: geo.Vector{File: file("a.vrt", "<OGRVRTDataSource><OGRVRTLayer name=\"a\"><SrcDataSource>"+here+"</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>")}}, []string{"it is not a GeoJSON"}},
		"a table":              {Region{Polygons: geo.Vector{File: file("a.csv", "x,y\n1,2\n")}}, []string{"it is not a GeoJSON"}},
		"elsewhere":            {Region{Polygons: geo.Vector{File: vectorOf(t, "GPKG", ".gpkg", 32617, [][]float64{{0, 0, 9, 0, 9, 9}})}}, []string{"no pixel of", "AllTouched"}},
		"not in the rectangle": {Region{Window: pixtrend.Window{X: 100, Y: 50, Width: 9, Height: 9}, Polygons: geo.Vector{File: here}}, []string{"no pixel of", "rectangle"}},
		"no such layer":        {Region{Polygons: geo.Vector{File: here, Layer: "other"}}, []string{"it has no layer other, but polygons", "Region.Polygons.Layer"}},
		"points":               {Region{Polygons: geo.Vector{File: file("p.geojson", `{"type": "Point", "coordinates": [-81, 41]}`)}}, []string{"it has none"}},
		"no CRS":               {Region{Polygons: geo.Vector{File: shape}}, []string{"it has no CRS"}},
		"too small a memory":   {Region{Polygons: geo.Vector{File: vectorOf(t, "GPKG", ".gpkg", 32617, [][]float64{comb(500000, 4600000, 90, 24000)})}}, []string{"take more than", "Memory"}},
		"a layer of no file":   {Region{Polygons: geo.Vector{Layer: "a"}}, []string{"give the file"}},
		"a CRS of no box":      {Region{BoxCRS: "EPSG:4326"}, []string{"there is none"}},
		"no CRS at all":        {Region{Box: &[4]float64{-81, -80, 41, 42}, BoxCRS: "EPSG:nonsense"}, []string{"cannot be used"}},
		"a box elsewhere":      {Region{Box: &[4]float64{10, 11, 41, 42}, BoxCRS: "EPSG:4326"}, []string{"no pixel"}},
	} {
		o := all()
		o.Region, o.Memory = c.region, 16<<20
		_, err := Prepare(t.Context(), inputs, filepath.Join(t.TempDir(), "out.tif"), o)
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		for _, word := range c.words {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%s: %v, want %q", name, err, word)
			}
		}
	}
	// What GDAL leaves out is said.
	for _, f := range []string{file("d.geojson", damaged), file("n.geojson", strings.Replace(damaged, "[-80.9], ", "[-80.9, 41.5], ", 1))} {
		o := all()
		o.Region.Polygons.File = f
		j, err := Prepare(t.Context(), inputs, filepath.Join(t.TempDir(), "out.tif"), o)
		if err != nil {
			t.Fatal(err)
		}
		if want := strings.HasSuffix(f, "d.geojson"); want != slices.ContainsFunc(j.Warnings, func(w string) bool { return strings.Contains(w, "1 of 2 features") }) {
			t.Errorf("%s: the warnings are %q", f, j.Warnings)
		}
		_ = j.Close()
	}
	unplaced := s.files(t, nil)
	o := all()
	o.Region = Region{Box: &[4]float64{-81, -80, 41, 42}, BoxCRS: "EPSG:4326"}
	fails(t, unplaced, filepath.Join(t.TempDir(), "out.tif"), o, fault.ErrInput, "has no CRS")
	o.Region = Region{Polygons: geo.Vector{File: here}}
	fails(t, unplaced, filepath.Join(t.TempDir(), "out.tif"), o, fault.ErrInput, "the rasters have no CRS")
	o.Keep = filepath.Join(t.TempDir(), "sums.tif")
	o.Fit.Fields = nil
	if _, err := Prepare(t.Context(), inputs, filepath.Join(t.TempDir(), "out.tif"), o); err == nil || !strings.Contains(err.Error(), "polygons") {
		t.Errorf("sums of polygons: %v", err)
	}
}

// damaged has a polygon that is one, and one that GDAL leaves out.
const damaged = `{"type": "FeatureCollection", "features": [
 {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [[[-81, 41.5], [-80.9, 41.5], [-80.9, 41.6], [-81, 41.5]]]}},
 {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [[[-81, 41.5], [-80.9], [-80.9, 41.6], [-81, 41.5]]]}}]}`

// comb returns a ring with many teeth down some rows, which are as far apart as pixels are not.
func comb(x, y float64, rows, teeth int) (ring []float64) {
	for i := range teeth {
		at := x + float64(i)*4500/float64(teeth)
		ring = append(ring, at, y, at, y-float64(rows)*30, at+0.05, y-float64(rows)*30, at+0.05, y)
	}
	return append(ring, x, y)
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
	v := geo.Vector{File: one}
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

// A box in another CRS is the smallest one in that of the rasters that has all of it.
func TestBoxOfAnotherCRS(t *testing.T) {
	for _, tt := range []struct {
		name string
		g    geo.Grid
		box  [4]float64
	}{
		{"UTM", geo.Grid{Width: 400, Height: 300, HasTransform: true, Transform: [6]float64{200000, 1500, 0, 5000000, 0, -1500}, WKT: wktOf(32617)}, [4]float64{-84, -79, 41.5, 44.5}},
		{"longitudes to 360", geo.Grid{Width: 360, Height: 180, HasTransform: true, Transform: [6]float64{0, 1, 0, 90, 0, -1}, WKT: wktOf(4326)}, [4]float64{-40, -30, 10, 20}},
	} {
		w, err := (Region{Box: &tt.box, BoxCRS: "EPSG:4326"}).rectangle(tt.g, "a.tif")
		if err != nil {
			t.Fatal(err)
		}
		// The pixels whose centres lie in the box, and those at its sides.
		var xs, ys []float64
		for i := range tt.g.Width * tt.g.Height {
			xs = append(xs, tt.g.Transform[0]+(float64(i%tt.g.Width)+0.5)*tt.g.Transform[1])
			ys = append(ys, tt.g.Transform[3]+(float64(i/tt.g.Width)+0.5)*tt.g.Transform[5])
		}
		if err := gdal.WithTransform(tt.g.WKT, "EPSG:4326", func(tr *gdal.Transform) { tr.ApplyEach(xs, ys) }); err != nil {
			t.Fatal(err)
		}
		x0, x1, y0, y1 := math.MaxInt, 0, math.MaxInt, 0
		for i := range xs {
			x, y := i%tt.g.Width, i/tt.g.Width
			lon := math.Remainder(xs[i], 360)
			if lon >= tt.box[0] && lon <= tt.box[1] && ys[i] >= tt.box[2] && ys[i] <= tt.box[3] {
				x0, x1, y0, y1 = min(x0, x), max(x1, x+1), min(y0, y), max(y1, y+1)
			}
		}
		if near := func(a, b int) bool { return a-b <= 1 && b-a <= 1 }; !near(w.X, x0) || !near(w.Y, y0) || !near(w.X+w.Width, x1) || !near(w.Y+w.Height, y1) {
			t.Errorf("%s: the window is %+v, want %d to %d and %d to %d", tt.name, w, x0, x1, y0, y1)
		}
	}
}
