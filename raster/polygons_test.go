package raster

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/cover"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/raster/geo"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// polygonsFile writes polygons in UTM zone 17, each with its rings.
func polygonsFile(t testing.TB, polygons ...[][]float64) string {
	t.Helper()
	var features []string
	for _, rings := range polygons {
		var parts []string
		for _, xy := range rings {
			var points []string
			for i := 0; i <= len(xy); i += 2 {
				points = append(points, fmt.Sprintf("[%.17g, %.17g]", xy[i%len(xy)], xy[(i+1)%len(xy)]))
			}
			parts = append(parts, "["+strings.Join(points, ", ")+"]")
		}
		features = append(features, `{"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [`+strings.Join(parts, ", ")+`]}}`)
	}
	path := filepath.Join(t.TempDir(), "polygons.geojson")
	put(t, path, `{"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": "EPSG:32617"}}, "features": [`+strings.Join(features, ",\n")+`]}`)
	return path
}

// ring returns a ring about a place, with a corner at each of the distances.
func ring(x, y float64, distances ...float64) (xy []float64) {
	for i, r := range distances {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(len(distances)))
		xy = append(xy, x+r*cos, y+r*sin)
	}
	return xy
}

// island is a polygon with a hole.
var island = [][]float64{ring(501800, 4598700, 700, 310, 650, 420, 560, 240, 690, 510, 380, 640, 270), ring(501800, 4598700, 100, 60, 90, 40, 95)}

// pixelsOf returns which pixels lie in a cover.
func pixelsOf(c *cover.Cover, width, height int) []bool {
	in, whole := make([]bool, width*height), pixtrend.Window{Width: width, Height: height}
	covered{c, whole}.Runs(whole, func(y, first, end int) bool {
		for x := first; x < end; x++ {
			in[y*width+x] = true
		}
		return true
	})
	return in
}

// utm17 is the grid of the rasters of these tests.
var utm17 = geo.Grid{Width: 150, Height: 90, HasTransform: true, Transform: usualPlace, WKT: wktOf(32617)}

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

// A fit of polygons has the bits of the whole inside, and NaN outside, for every layout; so do composites.
func TestFitOfPolygons(t *testing.T) {
	s := newPlanes(150, 90, 5, -50, 300).gappy(-9999)
	nodata := -9999.0
	path := polygonsFile(t, island, [][]float64{ring(503500, 4597700, 290, 110, 240, 300, 160, 270, 95, 220, 280)})
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
				placed, err := o.Region.Polygons.Cover(t.Context(), utm17, "", "", 1<<20)
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
	path := polygonsFile(t, [][]float64{{500300, 4599700, 500900, 4599700, 500900, 4599400, 500300, 4599400}})
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
	here := polygonsFile(t, square)
	file := func(name, text string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
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
		"elsewhere":            {Region{Polygons: geo.Vector{File: polygonsFile(t, [][]float64{{0, 0, 9, 0, 9, 9}})}}, []string{"no pixel of", "AllTouched"}},
		"not in the rectangle": {Region{Window: pixtrend.Window{X: 100, Y: 50, Width: 9, Height: 9}, Polygons: geo.Vector{File: here}}, []string{"no pixel of", "rectangle"}},
		"no such layer":        {Region{Polygons: geo.Vector{File: here, Layer: "other"}}, []string{"it has no layer other, but polygons", "Region.Polygons.Layer"}},
		"points":               {Region{Polygons: geo.Vector{File: file("p.geojson", `{"type": "Point", "coordinates": [-81, 41]}`)}}, []string{"it has none"}},
		"too small a memory":   {Region{Polygons: geo.Vector{File: polygonsFile(t, [][]float64{comb(500000, 4600000, 90, 24000)})}}, []string{"take more than", "Memory"}},
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
