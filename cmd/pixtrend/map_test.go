package main

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/raster/trendmap"
)

// trended returns a folder with trend.tif, a fit of the stack with the fields.
func trended(t *testing.T, fields string, more ...string) (dir string, s raster.Summary) {
	t.Helper()
	dir = folder(t)
	code, stdout, stderr := call(t, dir, append([]string{"fit", "stack", "-o", "trend.tif", "--stats", fields, "--json"}, more...)...)
	if code != 0 {
		t.Fatal(stderr)
	}
	if err := json.Unmarshal([]byte(stdout), &s); err != nil {
		t.Fatal(err)
	}
	return dir, s
}

// drawn runs pixtrend map in dir and returns what it prints as JSON.
func drawn(t *testing.T, dir string, args ...string) (m trendmap.Map) {
	t.Helper()
	code, stdout, stderr := call(t, dir, append([]string{"map", "--json", "--overwrite"}, args...)...)
	if code != 0 || stderr != "" && !strings.HasPrefix(stderr, "pixtrend: warning: ") {
		t.Fatalf("%v: exit code %d: %s", args, code, stderr)
	}
	if err := json.Unmarshal([]byte(stdout), &m); err != nil {
		t.Fatalf("%v: %v in %s", args, err, stdout)
	}
	return m
}

// band reads a band, from 1.
func band(t *testing.T, path string, n int) (values []float64, width int) {
	t.Helper()
	if err := godal.RegisterInternalDrivers(); err != nil {
		t.Fatal(err)
	}
	ds, err := godal.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ds.Close() }()
	st := ds.Structure()
	values = make([]float64, st.SizeX*st.SizeY)
	if err := ds.Bands()[n-1].Read(0, 0, values, st.SizeX, st.SizeY); err != nil {
		t.Fatal(err)
	}
	return values, st.SizeX
}

// quantile returns the value below which a share of sorted values lies, as numpy does.
func quantile(sorted []float64, share float64) float64 {
	at := share * float64(len(sorted)-1)
	k := int(at)
	return sorted[k] + (at-float64(k))*(sorted[min(k+1, len(sorted)-1)]-sorted[k])
}

// The limits of a map of slopes are zero and the quantiles on each side of it, and each class has
// the pixels of the raster between its limits.
func TestMap(t *testing.T) {
	dir, _ := trended(t, "slope,pvalue,n")
	m := drawn(t, dir, "trend.tif", "-o", "map.png", "--mask-p", "0.05")
	if len(m.Classes) != 5 || m.Field != "slope" || m.Band != 1 || m.Width != 100 || m.Height != 80 || m.Mask != "p ≥ 0.05" || m.Alpha != 0.05 {
		t.Fatalf("%+v", m)
	}
	slopes, _ := band(t, filepath.Join(dir, "trend.tif"), 1)
	pvalues, _ := band(t, filepath.Join(dir, "trend.tif"), 2)
	var below, above []float64
	for _, x := range slopes {
		if x < 0 {
			below = append(below, x)
		} else if x > 0 {
			above = append(above, x)
		}
	}
	slices.Sort(below)
	slices.Sort(above)
	limits := []float64{quantile(below, 1./2), 0, quantile(above, 1./3), quantile(above, 2./3)} // 42 % of the slopes are below zero
	counts, unsure, missing := make([]int64, 5), int64(0), int64(0)
	for p, x := range slopes {
		switch {
		case x != x:
			missing++
		case !(pvalues[p] < 0.05):
			unsure++
		default:
			k := 0
			for k < 4 && x > limits[k] {
				k++
			}
			counts[k]++
		}
	}
	if unsure == 0 || unsure == int64(len(slopes)) || m.NotSure != unsure || m.Nodata != missing {
		t.Errorf("%d pixels are not significant and %d missing, want %d and %d", m.NotSure, m.Nodata, unsure, missing)
	}
	for i, c := range m.Classes {
		if i < 4 && (c.UpTo == nil || math.Abs(*c.UpTo-limits[i]) > 1e-12) || c.Pixels != counts[i] {
			t.Errorf("class %d: %+v, want %d pixels and the limits %v", i, c, counts[i], limits)
		}
	}
	file, err := os.Open(filepath.Join(dir, "map.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	img, err := png.Decode(file)
	if err != nil || img.Bounds().Dx() < 1000 || img.Bounds().Dy() < 800 {
		t.Errorf("the picture is %v, %v", img.Bounds(), err)
	}

	code, stdout, stderr := call(t, dir, "map", "trend.tif", "-o", "n.svg", "--field", "n", "--method", "equal", "--classes", "3")
	if code != 0 || stderr != "" || !strings.HasPrefix(stdout, "n.svg: n (observations) of trend.tif, 3 classes of equal width\n  ") || strings.Count(stdout, "%") != 3 {
		t.Errorf("exit code %d, %q, %q", code, stderr, stdout)
	}
	if code, stdout, stderr = call(t, dir, "map", "trend.tif", "-o", "quiet.png", "-q"); code != 0 || stdout+stderr != "" {
		t.Errorf("exit code %d, %q, %q", code, stdout, stderr)
	}
}

// The classes of p-values have limits that are usual, and others if one asks for them.
func TestMapPValues(t *testing.T) {
	dir, _ := trended(t, "pvalue")
	pvalues, _ := band(t, filepath.Join(dir, "trend.tif"), 1)
	var want [4]int64
	for _, p := range pvalues {
		switch {
		case p <= 0.01:
			want[0]++
		case p <= 0.05:
			want[1]++
		case p <= 0.1:
			want[2]++
		case p > 0.1:
			want[3]++
		}
	}
	m := drawn(t, dir, "trend.tif", "-o", "map.png")
	for i, label := range []string{"p ≤ 0.01", "0.01 < p ≤ 0.05", "0.05 < p ≤ 0.1", "p > 0.1"} {
		if c := m.Classes[i]; len(m.Classes) != 4 || c.Label != label || c.Pixels != want[i] || c.Pixels == 0 {
			t.Errorf("class %d of %d: %+v, want %s with %d pixels", i, len(m.Classes), c, label, want[i])
		}
	}
	if first, last := m.Classes[0].Color, m.Classes[3].Color; first > last { // as hexadecimal numbers, dark before light
		t.Errorf("the smallest p-values are %s, and the largest %s", first, last)
	}
	if m = drawn(t, dir, "trend.tif", "-o", "map.png", "--classes", "4"); m.Method != "quantile" || strings.Contains(m.Classes[0].Label, "p") {
		t.Errorf("four classes by quantile: %+v", m)
	}
}

// A map can be grey where the fit found no trend, without the limit being given again.
func TestMapMask(t *testing.T) {
	dir, _ := trended(t, "slope", "--fdr", "0.05")
	classes, _ := band(t, filepath.Join(dir, "trend.tif"), 3)
	none := int64(0)
	for _, c := range classes {
		if c == 0 {
			none++
		}
	}
	for _, mask := range []string{"fdr", "trend_class"} {
		m := drawn(t, dir, "trend.tif", "-o", "map.png", "--mask", mask)
		last := m.Classes[len(m.Classes)-1]
		if m.NotSure != none || none == 0 || m.Mask != "false discovery rate 0.05" || last.Pixels == 0 {
			t.Errorf("%s: %d pixels are not significant (%s), want %d", mask, m.NotSure, m.Mask, none)
		}
	}
	dir, _ = trended(t, "slope,pvalue", "--significance", "0.1")
	by := drawn(t, dir, "trend.tif", "-o", "map.png", "--mask", "trend_class")
	if p := drawn(t, dir, "trend.tif", "-o", "map.png", "--mask-p", "0.1"); by.NotSure != p.NotSure || by.Mask != p.Mask || by.Mask != "p ≥ 0.1" {
		t.Errorf("%d pixels are not significant by class (%s), and %d by p-value (%s)", by.NotSure, by.Mask, p.NotSure, p.Mask)
	}
	code, _, stderr := call(t, dir, "map", "trend.tif", "-o", "m.png", "--mask", "fdr")
	if code != 1 || !strings.Contains(stderr, "without a false discovery rate: fit it again with --fdr 0.05, or use --mask trend_class") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}

// Coordinates, outlines, resolution and the name of what was measured, in every format.
func TestMapForPrint(t *testing.T) {
	dir, _ := trended(t, "slope,mean")
	outline := `{"type":"Polygon","coordinates":[[[-83.15,42.3],[-83.1,42.3],[-83.1,42.4],[-83.15,42.4],[-83.15,42.3]]]}`
	if err := os.WriteFile(filepath.Join(dir, "area.geojson"), []byte(outline), 0o666); err != nil {
		t.Fatal(err)
	}
	args := []string{"trend.tif", "--size", "500", "--dpi", "200", "--label", "NDVI", "--outline", "area.geojson"}
	svg := func(more ...string) string {
		t.Helper()
		m := drawn(t, dir, append(append([]string{"-o", "map.svg"}, args...), more...)...)
		if len(m.Warnings) > 0 {
			t.Errorf("%v: %q", more, m.Warnings)
		}
		data, err := os.ReadFile(filepath.Join(dir, "map.svg"))
		if err != nil {
			t.Fatal(err)
		}
		return strings.ReplaceAll(string(data), "\u2009", " ")
	}
	for _, tt := range []struct {
		args         []string
		with, absent []string
	}{
		{nil, []string{">322 000<", ">4 690 000<", ">Linear trend of NDVI, 1995 to 2015<", ">slope, NDVI per year<", "coordinates in metres · outlines of area.geojson", "in\" viewBox"}, []string{"° W"}},
		{[]string{"--lonlat", "--field", "mean"}, []string{">83.16° W<", ">42.35° N<", ">Mean of NDVI, 1995 to 2015<", ">mean, NDVI<", "longitudes and latitudes on WGS 84"}, []string{">322 000<"}},
		{[]string{"--no-frame", "--title", "A map"}, []string{">A map<"}, []string{"° W", ">322 000<", "coordinates"}},
	} {
		text := svg(tt.args...)
		for _, w := range tt.with {
			if !strings.Contains(text, w) {
				t.Errorf("%v: no %q", tt.args, w)
			}
		}
		for _, w := range tt.absent {
			if strings.Contains(text, w) {
				t.Errorf("%v: there is %q", tt.args, w)
			}
		}
	}
	for _, name := range []string{"map.png", "map.pdf"} {
		drawn(t, dir, append([]string{"-o", name}, args...)...)
	}
	data, err := os.ReadFile(filepath.Join(dir, "map.pdf"))
	if err != nil || !strings.HasPrefix(string(data), "%PDF-") {
		t.Errorf("%v, %.10q", err, data)
	}
	if m := drawn(t, dir, "trend.tif", "-o", "map.png", "--palette", "RdYlGn"); len(m.Warnings) != 1 || !strings.Contains(m.Warnings[0], "confuses red and green") {
		t.Errorf("%q", m.Warnings)
	}
	if err := os.WriteFile(filepath.Join(dir, "far.geojson"), []byte(`{"type":"LineString","coordinates":[[10,10],[20,20]]}`), 0o666); err != nil {
		t.Fatal(err)
	}
	if m := drawn(t, dir, "trend.tif", "-o", "map.png", "--outline", "far.geojson"); len(m.Warnings) != 1 || m.Warnings[0] != "no line of far.geojson lies within the raster" {
		t.Errorf("%q", m.Warnings)
	}
}

// The style and the colour table give every pixel the colour of its class.
func TestMapStyles(t *testing.T) {
	dir, _ := trended(t, "n,slope")
	m := drawn(t, dir, "trend.tif", "-o", "map.png", "--qgis", "--colors", "colors.txt", "--classes", "7")
	if m.QGIS != "trend.qml" || m.Band != 2 {
		t.Errorf("%+v", m)
	}
	data, err := os.ReadFile(filepath.Join(dir, "trend.qml"))
	if err != nil {
		t.Fatal(err)
	}
	var style struct {
		Renderer struct {
			Band  int `xml:"band,attr"`
			Items []struct {
				Label string `xml:"label,attr"`
				Color string `xml:"color,attr"`
			} `xml:"rastershader>colorrampshader>item"`
		} `xml:"pipe>rasterrenderer"`
	}
	if err := xml.Unmarshal(data, &style); err != nil || style.Renderer.Band != 2 || len(style.Renderer.Items) != len(m.Classes) {
		t.Fatalf("%v, %+v", err, style)
	}
	for i, c := range m.Classes {
		if got := style.Renderer.Items[i]; got.Label != c.Label || got.Color != c.Color {
			t.Errorf("item %d is %+v, the class %+v", i, got, c)
		}
	}
	trend, err := godal.Open(filepath.Join(dir, "trend.tif"))
	if err != nil {
		t.Fatal(err)
	}
	colored, err := trend.Dem(filepath.Join(dir, "colored.tif"), "color-relief", filepath.Join(dir, "colors.txt"), []string{"-alpha", "-b", "2"})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(colored.Close(), trend.Close()); err != nil {
		t.Fatal(err)
	}
	slopes, _ := band(t, filepath.Join(dir, "trend.tif"), 2)
	var rgba [4][]float64
	for i := range rgba {
		rgba[i], _ = band(t, filepath.Join(dir, "colored.tif"), i+1)
	}
	for p, x := range slopes {
		want := "no data"
		for _, c := range m.Classes {
			if (c.Above == nil || x > *c.Above) && (c.UpTo == nil || x <= *c.UpTo) {
				want = c.Color
			}
		}
		got := fmt.Sprintf("#%02x%02x%02x", int(rgba[0][p]), int(rgba[1][p]), int(rgba[2][p]))
		if rgba[3][p] == 0 {
			got = "no data"
		}
		if got != want || (x != x) != (want == "no data") {
			t.Fatalf("pixel %d, %v, is %s, want %s", p, x, got, want)
		}
	}
}

// Rasters of other programs, and odd ones.
func TestMapOdd(t *testing.T) {
	dir := t.TempDir()
	if err := godal.RegisterInternalDrivers(); err != nil {
		t.Fatal(err)
	}
	write := func(name string, dtype godal.DataType, w, h int, values any, more func(ds *godal.Dataset) error) {
		t.Helper()
		ds, err := godal.Create(godal.GTiff, filepath.Join(dir, name), 1, dtype, w, h)
		if err == nil {
			err = ds.Bands()[0].Write(0, 0, values, w, h)
		}
		if err == nil && more != nil {
			err = more(ds)
		}
		if err == nil {
			err = ds.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	nan := float32(math.NaN())
	write("tiny.tif", godal.Float32, 2, 2, []float32{-1, nan, 0, 1}, nil)
	write("bytes.tif", godal.Byte, 3, 2, []byte{0, 1, 2, 3, 4, 255}, nil)
	write("empty.tif", godal.Float32, 2, 2, []float32{nan, nan, nan, nan}, nil)
	write("rotated.tif", godal.Float32, 2, 2, []float32{1, 2, 3, 4}, func(ds *godal.Dataset) error {
		return ds.SetGeoTransform([6]float64{0, 1, 0.5, 0, 0.5, -1})
	})
	write("colors.tif", godal.Byte, 2, 1, []byte{0, 1}, func(ds *godal.Dataset) error {
		return ds.Bands()[0].SetColorTable(godal.ColorTable{PaletteInterp: godal.RGBPalette, Entries: [][4]int16{{255, 0, 0, 255}, {0, 0, 255, 255}}})
	})
	code, _, stderr := call(t, dir, "map", "colors.tif", "-o", "map.png")
	if code != 1 || !strings.Contains(stderr, "band 1 of colors.tif holds numbers of colours") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
	for _, tt := range []struct {
		name    string
		args    []string
		pixels  []int64
		warning string
	}{
		{"tiny.tif", nil, []int64{1, 1, 1}, ""},
		{"tiny.tif", []string{"--breaks", "-50,50"}, []int64{0, 3, 0}, ""},
		{"bytes.tif", []string{"--palette", "Blues_r", "--classes", "3"}, []int64{2, 2, 2}, ""},
		{"empty.tif", nil, nil, "no pixel of band 1 of empty.tif has a value"},
		{"empty.tif", []string{"--breaks", "0"}, []int64{0, 0}, "no pixel"},
		{"rotated.tif", []string{"--classes", "2"}, []int64{2, 2}, ""},
	} {
		for _, out := range []string{"map.png", "map.svg"} {
			m := drawn(t, dir, append([]string{tt.name, "-o", out, "--qgis", "--colors", "colors.txt"}, tt.args...)...)
			var pixels []int64
			for _, c := range m.Classes {
				pixels = append(pixels, c.Pixels)
			}
			if !slices.Equal(pixels, tt.pixels) || !strings.Contains(strings.Join(m.Warnings, " "), tt.warning) || tt.warning == "" && len(m.Warnings) > 0 {
				t.Errorf("%s %v: %v pixels, want %v; %q", tt.name, tt.args, pixels, tt.pixels, m.Warnings)
			}
		}
	}
}

func TestFitMap(t *testing.T) {
	dir := folder(t)
	code, stdout, stderr := call(t, dir, "fit", "stack", "-o", "trend.tif", "--map", "trend.png", "--stats", "n,slope")
	if code != 0 || stderr != dotted || !strings.Contains(stdout, "\ntrend.png: slope (") || !strings.Contains(stdout, "5 classes, by quantile on each side of zero\n") {
		t.Errorf("exit code %d, %q, %q", code, stderr, stdout)
	}
	if _, err := os.Stat(filepath.Join(dir, "trend.png")); err != nil {
		t.Error(err)
	}
	var printed struct {
		Output string       `json:"output"`
		Map    trendmap.Map `json:"map"`
	}
	code, stdout, _ = call(t, dir, "fit", "stack", "-o", "trend.tif", "--map", "trend.png", "--overwrite", "--json")
	if err := json.Unmarshal([]byte(stdout), &printed); err != nil || code != 0 || printed.Output != "trend.tif" || printed.Map.Output != "trend.png" || len(printed.Map.Classes) != 5 {
		t.Errorf("exit code %d, %v, %q", code, err, stdout)
	}
	before := files(t, dir)
	code, _, stderr = call(t, dir, "fit", "stack", "-o", "other.tif", "--map", "trend.png")
	if code != 1 || !strings.Contains(stderr, "trend.png exists") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
	checkSame(t, before, dir)
	code, stdout, _ = call(t, dir, "fit", "stack", "-o", "other.tif", "--map", "other.svg", "--dry-run")
	if code != 0 || !strings.Contains(stdout, "other.svg, a map of it\n") {
		t.Errorf("exit code %d, %q", code, stdout)
	}
	checkSame(t, before, dir)
}

// Every way to fail ends with one sentence, the right code, and no file that was not there before.
func TestMapErrors(t *testing.T) {
	dir, _ := trended(t, "slope,n")
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("there.png", "mine")
	write("text.tif", "this is no raster")
	whole, err := os.ReadFile(filepath.Join(dir, "trend.tif"))
	if err != nil {
		t.Fatal(err)
	}
	write("cut.tif", string(whole[:len(whole)/16]))
	before := files(t, dir)
	for _, tt := range []struct {
		args string
		code int
		want []string
	}{
		{"map -o m.png", 2, []string{"no input", "trend.tif"}},
		{"map trend.tif", 2, []string{"no output", "-o map.png"}},
		{"map trend.tif text.tif -o m.png", 2, []string{"one raster", "2"}},
		{"map trend.tif -o m.png -o n.png", 2, []string{"m.png", "already"}},
		{"map trend.tif -o m.jpg", 2, []string{"m.jpg", "PNG, SVG or PDF", "map.png"}},
		{"map trend.tif -o m.png --dpi 5", 2, []string{"from 10 to 2400"}},
		{"map trend.tif -o m.png --lonlat --no-frame", 2, []string{"--lonlat and --no-frame"}},
		{"map trend.tif -o m.png --outline none.geojson", 1, []string{"none.geojson", "no such file"}},
		{"map trend.tif -o m.png --outline text.tif", 1, []string{"text.tif", "not a GeoJSON, GeoPackage, Shapefile or FlatGeobuf"}},
		{"map trend.tif -o m.png --size 20000", 1, []string{"20000 × 16000 pixels", "than the memory of 512 MiB", "--size", "--memory"}},
		{"map trend.tif -o m.png --field slope --band 1", 2, []string{"--field and --band"}},
		{"map trend.tif -o m.png --classes 1", 2, []string{"from 2 to 12"}},
		{"map trend.tif -o m.png --classes 13", 2, []string{"from 2 to 12"}},
		{"map trend.tif -o m.png --method jenks", 2, []string{"quantile or equal"}},
		{"map trend.tif -o m.png --breaks 1,0", 2, []string{"ascend"}},
		{"map trend.tif -o m.png --breaks 0 --classes 3", 2, []string{"--breaks"}},
		{"map trend.tif -o m.png --palette jet", 2, []string{"jet", "BrBG", "YlGnBu", "viridis"}},
		{"map trend.tif -o m.png --mask-p 5", 2, []string{"between 0 and 1"}},
		{"map trend.tif -o m.png --mask pvalue", 2, []string{"trend_class, mk_class or fdr"}},
		{"map trend.tif -o m.png --mask fdr --mask-p 0.05", 2, []string{"--mask and --mask-p"}},
		{"map trend.tif -o m.png --mask fdr", 1, []string{"--mask fdr needs a band called trend_class", "--fdr 0.05 or --significance 0.05"}},
		{"map trend.tif -o m.png --size 10", 2, []string{"from 100 to 60000"}},
		{"map trend.tif -o m.png --size 4k", 2, []string{"from 100 to 60000"}},
		{"map trend.tif -o m.png --json -q", 2, []string{"--json and --quiet"}},
		{"map trend.tif -o m.png --field pvalue", 1, []string{"no band called pvalue", "slope, n"}},
		{"map trend.tif -o m.png --band 3", 1, []string{"no band 3", "slope, n"}},
		{"map trend.tif -o m.png --mask-p 0.05", 1, []string{"--mask-p", "pvalue", "--stats slope,pvalue"}},
		{"map none.tif -o m.png", 1, []string{"none.tif"}},
		{"map text.tif -o m.png", 1, []string{"text.tif", "not a GeoTIFF"}},
		{"map cut.tif -o m.png", 1, []string{"cut.tif"}},
		{"map stack -o m.png", 1, []string{"stack"}},
		{"map trend.tif -o there.png", 1, []string{"there.png exists", "--overwrite"}},
		{"map trend.tif -o none/m.png", 1, []string{"none does not exist"}},
		{"map trend.tif -o m.png --colors none/c.txt", 1, []string{"none does not exist"}},
		{"map trend.tif -o m.png --colors there.png", 1, []string{"there.png exists"}},
		{"map trend.tif -o m.png --colors m.png", 1, []string{"m.png is given twice"}},
		{"map trend.tif -o m.png --overwrite --colors trend.tif", 1, []string{"trend.tif is also an input"}},
		{"fit stack -o s.tif --map s.tif", 2, []string{"s.tif", "map.png"}},
		{"fit stack -o s.png --map s.png", 2, []string{"given twice"}},
		{"fit stack -o s.tif --map there.png", 1, []string{"there.png exists"}},
	} {
		code, stdout, stderr := call(t, dir, strings.Fields(tt.args)...)
		if code != tt.code || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.HasPrefix(stderr, "pixtrend: ") {
			t.Errorf("%s: exit code %d, want %d; %q and %q", tt.args, code, tt.code, stdout, stderr)
		}
		for _, w := range tt.want {
			if !strings.Contains(stderr, w) {
				t.Errorf("%s: %q does not mention %q", tt.args, stderr, w)
			}
		}
		checkSame(t, before, dir)
	}
}
