package raster

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/airbusgeo/godal"
)

// items writes a collection of STAC items and returns its name. Each item is JSON without its type.
func items(t *testing.T, dir string, items ...map[string]any) string {
	t.Helper()
	for _, i := range items {
		i["type"], i["stac_version"] = "Feature", "1.0.0"
	}
	text, err := json.Marshal(map[string]any{"type": "FeatureCollection", "features": items})
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "items.json")
	put(t, name, string(text))
	return name
}

func item(id, datetime string, assets map[string]any) map[string]any {
	return map[string]any{"id": id, "properties": map[string]any{"datetime": datetime}, "assets": assets}
}

type object = map[string]any

// The Landsat scenes of one path and row as STAC items, with their quality bands as masks, give the
// bits of a fit of the files.
func TestItemsOfLandsat(t *testing.T) {
	folder := shared(t, "gdalcubes_L8NY18/LC08_L1TP_013032_20180131_20180207_01_T1")
	bands, err := filepath.Glob(filepath.Join(filepath.Dir(folder), "LC08_L1TP_013032_*", "*_B5.TIF"))
	if err != nil || len(bands) == 0 {
		t.Fatal(bands, err)
	}
	qa := func(name string) string { return strings.Replace(name, "_B5.TIF", "_BQA.TIF", 1) }
	var list []map[string]any
	var masks []string
	for _, name := range bands {
		abs, err := filepath.Abs(name)
		if err != nil {
			t.Fatal(err)
		}
		day := regexp.MustCompile(`_(\d{4})(\d\d)(\d\d)_B5`).FindStringSubmatch(name)
		list = append(list, item(filepath.Base(filepath.Dir(name)), fmt.Sprintf("%s-%s-%sT15:40:23.123456Z", day[1], day[2], day[3]), object{
			"nir08":    object{"href": abs, "type": "image/tiff; application=geotiff", "eo:bands": []object{{"name": "B5", "common_name": "nir"}}},
			"qa_pixel": object{"href": "file://" + qa(abs), "type": "image/tiff"},
			"MTL.txt":  object{"href": "https://example.com/MTL.txt", "type": "text/plain"},
		}))
		masks = append(masks, qa(name))
	}
	slices.Reverse(list) // as a search gives them
	name := items(t, t.TempDir(), list...)
	drop, err := ParseBits("4")
	if err != nil {
		t.Fatal(err)
	}
	plain, o := all(), all()
	plain.Mask = Mask{From: masks, Drop: drop}
	o.Mask, o.Asset = Mask{Asset: "qa_pixel", Drop: drop}, "nir"
	plain.ToGrid, o.ToGrid = toFirst, toFirst // they were cut from scenes on grids of their own
	sameBits(t, "items", fitted(t, []string{name}, o), fitted(t, bands, plain))
	st, err := Open(t.Context(), []string{name}, o.OpenOptions)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = st.Close() }()
	if got := sourcesOf(st.Readings()); !slices.Equal(got, []string{"STAC item"}) {
		t.Errorf("dates come from %q", got)
	}
	if i := inspect(t, []string{name}, o); !i.Fit.Runs {
		t.Errorf("a fit would not run: %+v", i.Fit)
	}
}

// What items say of samples holds where the files do not say it.
func TestItemsSayWhatSamplesMean(t *testing.T) {
	s := newPlanes(9, 7, 4, 0, 20)
	names := s.files(t, func(i int, m *made) {
		m.dtype = godal.UInt16
		if i == 3 {
			gap := 7.0
			m.nodata, m.scale, m.offset = &gap, 0.5, 3
		}
	})
	dir := filepath.Dir(names[0])
	var list []map[string]any
	for i, name := range names {
		list = append(list, item(fmt.Sprint("scene", i), fmt.Sprintf("%d-07-01T00:00:00Z", 2001+i), object{
			"red": object{"href": "./" + filepath.Base(name), "type": "image/tiff", "raster:bands": []object{{"nodata": 5, "scale": 2, "offset": 1}}},
		}))
	}
	list[1]["properties"].(object)["earthsearch:boa_offset_applied"] = true
	list[2]["properties"] = object{"datetime": nil, "start_datetime": "2003-07-01T00:00:00Z", "end_datetime": "2003-07-31T00:00:00Z"}
	name := items(t, dir, list...)
	bands := fitted(t, []string{name}, all())
	want := s.with(func(i, p int, y float64) float64 {
		switch {
		case i < 3 && y == 5 || i == 3 && y == 7:
			return math.NaN()
		case i == 3:
			return y/2 + 3
		case i == 1:
			return 2 * y
		}
		return 2*y + 1
	})
	for p := range want.dates[0] {
		n := 0.0
		for i := range want.dates {
			if want.dates[i][p] == want.dates[i][p] {
				n++
			}
		}
		if bands[2][p] != n {
			t.Fatalf("pixel %d has %v observations, want %v", p, bands[2][p], n)
		}
	}
	st, err := Open(t.Context(), []string{name}, OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = st.Close() }()
	warnings := strings.Join(st.Warnings(), "\n")
	for _, w := range []string{"y_2004.tif has the nodata value 7, and its STAC item 5", "scale 0.5 and offset 3", "y_2002.tif has its offset applied already"} {
		if !strings.Contains(warnings, w) {
			t.Errorf("no warning of %q in %q", w, warnings)
		}
	}
	for i, scale := range []float64{2, 2, 2, 0.5} {
		if p := st.planes[i]; p.scale != scale || p.offset != []float64{1, 0, 1, 3}[i] {
			t.Errorf("plane %d is scaled by %v and %v", i, p.scale, p.offset)
		}
	}
	// A nodata value that is given replaces that of the items.
	gap := 11.0
	o := OpenOptions{Nodata: &gap}
	given, err := Open(t.Context(), []string{name}, o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = given.Close() }()
	if given.planes[0].nodata != 11 {
		t.Errorf("the nodata value is %v", given.planes[0].nodata)
	}
}

// Lists on servers name assets beside them.
func TestItemsOnServers(t *testing.T) {
	s := newPlanes(9, 7, 3, 0, 20)
	names := s.files(t, func(i int, m *made) { m.transform = at(float64(i), 0) })
	dir := filepath.Dir(names[0])
	var list []map[string]any
	for i, name := range names {
		list = append(list, item(fmt.Sprint("scene", i), fmt.Sprintf("%d-07-01T00:00:00Z", 2001+i), object{
			"red": object{"href": filepath.Base(name), "type": "image/tiff"}, "blue": object{"href": "none.tif", "type": "image/tiff"}}))
	}
	items(t, dir, list...)
	server := serve(t, names[0])
	o := all()
	o.Asset = "red"
	o.Extent = ExtentUnion
	sameBits(t, "rasters on a server with an extent", fitted(t, []string{server.URL + "/items.json"}, o), fitted(t, []string{filepath.Join(dir, "items.json")}, o))
	_, err := Open(t.Context(), []string{server.URL + "/none.json"}, OpenOptions{})
	checkError(t, err, ErrInput, "none.json", "404")
	put(t, filepath.Join(dir, "cut.json"), `{"type": "FeatureCollection", "features": [`)
	_, err = Open(t.Context(), []string{server.URL + "/cut.json"}, OpenOptions{})
	checkError(t, err, ErrInput, "cut.json", "no JSON")
}

// An href opens nothing that an input of the same name would not.
func TestHrefs(t *testing.T) {
	dir := t.TempDir()
	local, remote, s3 := filepath.Join(dir, "items.json"), "/vsicurl/https://example.com/a/items.json?token=x", "/vsis3/bucket/a/items.json"
	put(t, filepath.Join(dir, "a b.tif"), "")
	for _, test := range []struct{ list, href, want string }{
		{local, "x.tif", filepath.Join(dir, "x.tif")},
		{local, "../x.tif", filepath.Join(filepath.Dir(dir), "x.tif")},
		{local, "/data/x.tif", "/data/x.tif"},
		{local, "file:///data/x.tif", "/data/x.tif"},
		{local, "a%20b.tif", filepath.Join(dir, "a b.tif")},
		{local, "https://example.com/x.tif?sig=1", "/vsicurl/https://example.com/x.tif?sig=1"},
		{local, "S3://bucket/x.tif", "/vsis3/bucket/x.tif"},
		{local, "@list.txt", filepath.Join(dir, "@list.txt")},
		{remote, "x.tif", "/vsicurl/https://example.com/a/x.tif"},
		{remote, "../x.tif", "/vsicurl/https://example.com/x.tif"},
		{remote, "gs://bucket/x.tif", "/vsigs/bucket/x.tif"},
		{s3, "b/x.tif", "/vsis3/bucket/a/b/x.tif"},
		{remote, "/etc/passwd", ""},
		{remote, "file:///etc/passwd", ""},
		{remote, "//other.example.com/x.tif", ""},
		{s3, "/etc/passwd", ""},
		{local, "", ""},
		{local, "/vsicurl/http://localhost/x.tif", ""},
		{local, "file:///vsistdin/", ""},
		{local, "/vsimem/x.tif", ""},
		{local, "NETCDF:x.nc:y", ""},
		{local, "GTIFF_DIR:2:x.tif", ""},
		{local, "ftp://example.com/x.tif", ""},
		{local, "WMS:http://example.com", ""},
		{remote, "PG:dbname=x", ""},
		{local, "x\x00.tif", ""},
	} {
		got, err := locate(test.list, test.href)
		if got != test.want || (err != nil) != (test.want == "") {
			t.Errorf("%q in %s is %q (%v), want %q", test.href, test.list, got, err, test.want)
		}
	}
}

func TestItemsRefused(t *testing.T) {
	s := newPlanes(5, 4, 3, 0, 9)
	names := s.files(t, nil)
	dir := filepath.Dir(names[0])
	asset := func(name string) object { return object{"href": filepath.Base(name), "type": "image/tiff"} }
	list := items(t, dir,
		item("one", "2001-01-01T00:00:00Z", object{"red": asset(names[0]), "nir08": object{"href": "n.tif", "type": "image/tiff", "eo:bands": []object{{"common_name": "nir"}}}}),
		item("two", "2002-01-01T00:00:00Z", object{"red": asset(names[1])}))
	out := filepath.Join(t.TempDir(), "out.tif")
	o := func(asset string, mask string) Options {
		return Options{OpenOptions: OpenOptions{Asset: asset, Mask: Mask{Asset: mask, Keep: map[bool][]Values{true: {{1, 1}}}[mask != ""]}}}
	}
	fails(t, []string{list}, out, o("", ""), ErrInput, "items.json", "2 rasters", "Asset", "nir08 (nir), red")
	fails(t, []string{list}, out, o("green", ""), ErrInput, "item one", `"green"`, "nir08 (nir), red")
	fails(t, []string{list}, out, o("nir", ""), ErrInput, "item two", `"nir"`)
	fails(t, []string{list}, out, o("red", "qa"), ErrInput, "the masks", `"qa"`)
	fails(t, names, out, o("red", ""), ErrInput, "no input is a file of STAC items")
	fails(t, names, out, o("", "qa"), ErrInput, "no input is a file of STAC items")
	both := o("red", "qa")
	both.Mask.From = []string{"x.tif"}
	fails(t, []string{list}, out, both, ErrInput, "exclude each other")
	put(t, filepath.Join(dir, "other.geojson"), `{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}}]}`)
	fails(t, []string{filepath.Join(dir, "other.geojson")}, out, Options{}, ErrInput, "other.geojson", "neither datetime")
	if err := os.Truncate(filepath.Join(dir, "other.geojson"), mostItemText+1); err != nil {
		t.Fatal(err)
	}
	fails(t, []string{filepath.Join(dir, "other.geojson")}, out, Options{}, ErrInput, "64 MiB")
}

// Scenes of one day that do not overlap are read as one raster, and have the bits of several.
func TestItemsOfTiles(t *testing.T) {
	s := newPlanes(24, 16, 4, 0, 99)
	dir := t.TempDir()
	var list []map[string]any
	for i := range s.dates {
		for tile := range 2 {
			part := s.with(func(_, p int, y float64) float64 { return y })
			var samples []float64
			for p, y := range part.dates[i] {
				if p%24/12 == tile {
					samples = append(samples, y)
				}
			}
			name := fmt.Sprintf("tile%d_%d.tif", tile, i)
			if err := (made{width: 12, height: 16, bands: [][]float64{samples}, transform: at(float64(12*tile), 0)}).write(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
			qa := made{width: 12, height: 16, bands: [][]float64{make([]float64, 12*16)}, dtype: godal.Byte, transform: at(float64(12*tile), 0)}
			qa.bands[0][5] = 1
			if err := qa.write(filepath.Join(dir, "qa_"+name)); err != nil {
				t.Fatal(err)
			}
			list = append(list, item(name, fmt.Sprintf("2001-0%d-01T00:00:00Z", 1+i), object{"red": object{"href": name, "type": "image/tiff"}, "qa": object{"href": "qa_" + name}}))
		}
	}
	name := items(t, dir, list...)
	o := all()
	o.Extent, o.Asset = ExtentUnion, "red"
	o.Mask = Mask{Asset: "qa", Keep: []Values{{0, 0}}}
	got := fitted(t, []string{name}, o)
	o.Asset = ""
	o.Mask = Mask{From: []string{filepath.Join(dir, "qa_*.tif")}, Keep: []Values{{0, 0}}}
	o.Dates = dates(t, "@"+filepath.Join(dir, "dates.csv"))
	var rows []string
	for i := range s.dates {
		for tile := range 2 {
			for _, prefix := range []string{"", "qa_"} {
				rows = append(rows, fmt.Sprintf("%stile%d_%d.tif,2001-0%d-01", prefix, tile, i, 1+i))
			}
		}
	}
	put(t, filepath.Join(dir, "dates.csv"), "path,date\n"+strings.Join(rows, "\n"))
	sameBits(t, "tiles", got, fitted(t, []string{filepath.Join(dir, "tile*.tif")}, o))
	if got[2][5] != 0 || got[2][17] != 0 || got[2][6] != 4 {
		t.Errorf("%v, %v and %v observations where masks hide all, all and none", got[2][5], got[2][17], got[2][6])
	}
	st, err := Open(t.Context(), []string{name}, OpenOptions{Asset: "red", Extent: ExtentUnion})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = st.Close() }()
	if n := len(st.Grid().Axis.T); n != 4 {
		t.Errorf("there are %d planes, want a plane for each of 4 days", n)
	}
}

// A list on a server is a file that a job reads: its content is compared, since servers need not say when
// it changed.
func TestListsOnServersAreInputs(t *testing.T) {
	names := newPlanes(6, 5, 2, 0, 9).files(t, nil)
	dir := filepath.Dir(names[0])
	list := func(scale float64) InputFile {
		t.Helper()
		var features []string
		for i, name := range names {
			features = append(features, fmt.Sprintf(`{"type": "Feature", "id": "%d", "properties": {"datetime": "%d-07-01T10:00:00Z"},
				"assets": {"ndvi": {"href": %q, "raster:bands": [{"scale": %v}]}}}`, i, 2001+i, filepath.Base(name), scale))
		}
		put(t, filepath.Join(dir, "items.json"), `{"type": "FeatureCollection", "features": [`+strings.Join(features, ",")+`]}`)
		server := httptest.NewServer(http.FileServer(http.Dir(dir)))
		defer server.Close()
		o := all()
		o.Asset = "ndvi"
		job, err := Prepare(t.Context(), []string{server.URL + "/items.json"}, filepath.Join(t.TempDir(), "out.tif"), o)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = job.Close() }()
		files, err := job.InputFiles(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		at := slices.IndexFunc(files, func(f InputFile) bool { return strings.HasSuffix(f.Name, "items.json") })
		if len(files) != 3 || at < 0 {
			t.Fatalf("the job reads %+v", files)
		}
		files[at].Name = "items.json" // of a server that has another port each time
		return files[at]
	}
	first, same, changed := list(0.25), list(0.25), list(0.75)
	if !first.Same(same) {
		t.Errorf("%+v and %+v are one list", first, same)
	}
	if first.Same(changed) {
		t.Errorf("%+v and %+v differ in a scale", first, changed)
	}
}
