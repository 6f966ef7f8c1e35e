package zones

import (
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/raster/geo"
)

// field is a raster of bands with names.
type field struct {
	width, height int
	transform     [6]float64
	epsg          int
	dtype         godal.DataType
	names         []string
	bands         [][]float64
}

func (f field) write(t *testing.T) string {
	t.Helper()
	if err := gdal.Register(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "trend.tif")
	ds, err := godal.Create(godal.GTiff, path, len(f.bands), f.dtype, f.width, f.height, godal.CreationOption("TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=32"))
	if err != nil {
		t.Fatal(err)
	}
	if f.epsg != 0 {
		sr, err := godal.NewSpatialRefFromEPSG(f.epsg)
		if err != nil {
			t.Fatal(err)
		}
		defer sr.Close()
		if err := ds.SetSpatialRef(sr); err != nil {
			t.Fatal(err)
		}
	}
	err = errors.Join(ds.SetGeoTransform(f.transform), ds.SetNoData(math.NaN()))
	for i, b := range ds.Bands() {
		err = errors.Join(err, b.SetDescription(f.names[i]), b.Write(0, 0, f.bands[i], f.width, f.height))
	}
	if err := errors.Join(err, ds.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// polygon is a feature with one ring.
type polygon struct {
	name string
	ring [][2]float64
}

// geojson writes features in the CRS of an EPSG code.
func geojson(t *testing.T, epsg int, features ...polygon) string {
	t.Helper()
	var parts []string
	for i, f := range features {
		var points []string
		for _, p := range append(f.ring, f.ring[0]) {
			points = append(points, fmt.Sprintf("[%.17g, %.17g]", p[0], p[1]))
		}
		parts = append(parts, fmt.Sprintf(`{"type": "Feature", "properties": {"name": %q, "id": %d}, "geometry": {"type": "Polygon", "coordinates": [[%s]]}}`,
			f.name, i, strings.Join(points, ", ")))
	}
	path := filepath.Join(t.TempDir(), "zones.geojson")
	text := fmt.Sprintf(`{"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": "EPSG:%d"}}, "features": [%s]}`, epsg, strings.Join(parts, ",\n"))
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

var corner = [6]float64{500000, 30, 0, 4600000, 0, -30}

// trends returns a raster with trends that rise and fall, and gaps.
func trends() field {
	rng := rand.New(rand.NewPCG(1, 2))
	f := field{width: 200, height: 150, transform: corner, epsg: 32617, dtype: godal.Float32, names: []string{"slope", "pvalue", "trend_class", "n"}}
	f.bands = make([][]float64, 4)
	for i := range f.bands {
		f.bands[i] = make([]float64, 200*150)
	}
	for p := range f.bands[0] {
		slope, pvalue, class := math.Floor(rng.NormFloat64()*1000), float64(float32(rng.Float64())), 0.0
		if pvalue < 0.3 && slope != 0 {
			class = math.Copysign(1, slope)
		}
		if rng.IntN(9) == 0 {
			slope, pvalue, class = math.NaN(), math.NaN(), math.NaN()
		}
		f.bands[0][p], f.bands[1][p], f.bands[2][p], f.bands[3][p] = slope, pvalue, class, float64(p%7)
	}
	return f
}

// districts are polygons that overlap, one that is a part of another, one without a pixel and one beyond the raster.
var districts = []polygon{
	{"west", [][2]float64{{500011, 4599900}, {503007, 4599950}, {502503, 4596013}, {500107, 4596509}}},
	{"east", [][2]float64{{502011, 4599811}, {507011, 4599313}, {505003, 4595003}}},
	{"lake, “small”", [][2]float64{{501011, 4598917}, {501313, 4598911}, {501307, 4598509}}},
	{"dot", [][2]float64{{501016, 4598979}, {501025, 4598978}, {501022, 4598972}}},
	{"far", [][2]float64{{400000, 4500000}, {401000, 4500000}, {400500, 4501000}}},
}

func in(ring [][2]float64, x, y float64) (inside bool) {
	for i, a := range ring {
		b := ring[(i+1)%len(ring)]
		if (a[1] <= y) != (b[1] <= y) && x < a[0]+(y-a[1])/(b[1]-a[1])*(b[0]-a[0]) {
			inside = !inside
		}
	}
	return inside
}

// valuesIn returns the values of a band at the pixels of a polygon, and their numbers.
func (f field) valuesIn(p polygon, band int) (values []float64, pixels []int) {
	for i, x := range f.bands[band] {
		if in(p.ring, f.transform[0]+(float64(i%f.width)+0.5)*f.transform[1], f.transform[3]+(float64(i/f.width)+0.5)*f.transform[5]) {
			pixels = append(pixels, i)
			if x == x {
				values = append(values, x)
			}
		}
	}
	slices.Sort(values)
	return values, pixels
}

func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	lo := int(at)
	hi := min(lo+1, len(sorted)-1)
	return sorted[lo] + (at-float64(lo))*(sorted[hi]-sorted[lo])
}

// Numbers of zones are those of a plain search of all pixels, with any memory for their values.
func TestZones(t *testing.T) {
	f := trends()
	path, vector := f.write(t), geojson(t, 32617, districts...)
	for _, memory := range []int64{512 << 20, 4 << 15, 4 << 11, 4 << 8, 1} {
		table, err := tableOf(t.Context(), path, Options{Polygons: geo.Vector{File: vector}, Name: "name", Alpha: 0.05, Memory: max(memory, 1<<17)})
		if memory < 1<<17 { // too little for the polygons, but not for the values of zones
			table, err = small(t, path, vector, memory)
		}
		if err != nil {
			t.Fatal(err)
		}
		if table.Band != 1 || table.Field != "slope" || table.Test != "trend_class" || len(table.Zones) != len(districts) {
			t.Fatalf("%+v", table)
		}
		for i, z := range table.Zones {
			values, pixels := f.valuesIn(districts[i], 0)
			rising, falling := int64(0), int64(0)
			for _, p := range pixels {
				switch f.bands[2][p] {
				case 1:
					rising++
				case -1:
					falling++
				}
			}
			if z.Name != districts[i].name || z.Pixels != int64(len(pixels)) || z.Valid != int64(len(values)) || *z.Rising != rising || *z.Falling != falling || z.Tested != z.Valid {
				t.Errorf("memory %d: %+v, want %d pixels, %d valid, %d rising, %d falling", memory, z, len(pixels), len(values), rising, falling)
			}
			if len(values) == 0 {
				if z.Mean != nil || z.Median != nil || z.Rise != nil || *z.Area != 0 && z.Pixels == 0 {
					t.Errorf("memory %d: %+v", memory, z)
				}
				continue
			}
			sum := 0.0
			for _, x := range values {
				sum += x
			}
			for name, got := range map[string][2]float64{"mean": {*z.Mean, sum / float64(len(values))}, "min": {*z.Min, values[0]}, "max": {*z.Max, values[len(values)-1]},
				"p10": {*z.P10, quantile(values, 0.1)}, "median": {*z.Median, quantile(values, 0.5)}, "p90": {*z.P90, quantile(values, 0.9)},
				"rise": {*z.Rise, float64(rising) / float64(len(values))}, "fall": {*z.Fall, float64(falling) / float64(len(values))}} {
				if !(math.Abs(got[0]-got[1]) <= 1e-12*math.Abs(got[1])) {
					t.Errorf("memory %d: %s of %s is %v, want %v", memory, name, z.Name, got[0], got[1])
				}
			}
			// The scale of UTM is 0.9996 on the central meridian, where these pixels lie.
			if want := float64(z.Pixels) * 900 / (0.9996 * 0.9996) / 1e4; !(math.Abs(*z.Area/want-1) < 1e-5) || !(*z.ValidHa <= *z.Area) || !(*z.RiseHa+*z.FallHa <= *z.ValidHa) {
				t.Errorf("%s has %v hectares, want %v; %v are valid, %v rise and %v fall", z.Name, *z.Area, want, *z.ValidHa, *z.RiseHa, *z.FallHa)
			}
		}
		if !slices.ContainsFunc(table.Warnings, func(w string) bool { return strings.Contains(w, "2 of 5 zones have no pixel") }) {
			t.Errorf("warnings: %q", table.Warnings)
		}
	}
}

// small summarizes with little memory for values.
func small(t *testing.T, path, vector string, memory int64) (*Table, error) {
	t.Helper()
	trend, err := raster.OpenTrend(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = trend.Close() }()
	s := &summary{Table: &Table{}, trend: trend, o: Options{Polygons: geo.Vector{File: vector}, Name: "name", Alpha: 0.05, Memory: 1 << 20}}
	if err := s.prepare(t.Context()); err != nil {
		return nil, err
	}
	s.areas = trend.PixelAreas()
	defer s.areas.Close()
	s.o.Memory = memory
	if err := s.read(t.Context()); err != nil {
		return nil, err
	}
	return s.Table, s.describe(t.Context())
}

// Quantiles are exact whatever the values are, and end.
func TestQuantilesOfOddValues(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	square := []polygon{{"all", [][2]float64{{499000, 4601000}, {600000, 4601000}, {600000, 4500000}, {499000, 4500000}}}}
	for name, value := range map[string]func(i int) float64{
		"equal":       func(int) float64 { return 7 },
		"two":         func(i int) float64 { return float64(i % 2) },
		"extremes":    func(int) float64 { return math.Copysign(math.MaxFloat64*rng.Float64(), rng.Float64()-0.5) },
		"outliers":    func(i int) float64 { return map[bool]float64{true: 1e300, false: rng.Float64()}[i%1000 == 0] },
		"tiny":        func(i int) float64 { return float64(i%3) * 5e-324 },
		"neighbours":  func(i int) float64 { return math.Float64frombits(math.Float64bits(1) + uint64(i%5)) },
		"exponential": func(int) float64 { return math.Exp(rng.NormFloat64() * 50) },
		"one":         func(i int) float64 { return map[bool]float64{true: 3, false: math.NaN()}[i == 77] },
	} {
		f := field{width: 60, height: 50, transform: corner, epsg: 32617, dtype: godal.Float64, names: []string{"slope"}, bands: [][]float64{make([]float64, 3000)}}
		for i := range f.bands[0] {
			f.bands[0][i] = value(i)
		}
		values, _ := f.valuesIn(square[0], 0)
		path, vector := f.write(t), geojson(t, 32617, square...)
		for _, memory := range []int64{1 << 20, 1 << 10, 1} {
			table, err := small(t, path, vector, memory)
			if err != nil {
				t.Fatal(err)
			}
			z := table.Zones[0]
			for k, got := range []float64{*z.P10, *z.Median, *z.P90} {
				if want := quantile(values, shares[k]); got != want {
					t.Errorf("%s, memory %d: quantile %v is %v, want %v", name, memory, shares[k], got, want)
				}
			}
		}
	}
}

// All pixels of the earth have its area.
func TestAreasOfZones(t *testing.T) {
	const earth = 510065621.724 // km², of WGS 84 (NIMA TR8350.2, table 3.3, to the digits of its axes)
	world := polygon{"all", [][2]float64{{-180, -90.1}, {180, -90.1}, {180, 90}, {-180, 90}}}
	area := func(f field, vector string) float64 {
		t.Helper()
		f.dtype, f.names, f.bands = godal.Byte, []string{"x"}, [][]float64{make([]float64, f.width*f.height)}
		table, err := Of(t.Context(), f.write(t), Options{Polygons: geo.Vector{File: vector}, Name: "name"})
		if err != nil {
			t.Fatal(err)
		}
		return *table.Zones[0].Area / 100
	}
	for _, f := range []field{
		{width: 360, height: 180, transform: [6]float64{-180, 1, 0, 90, 0, -1}, epsg: 4326},
		{width: 360, height: 181, transform: [6]float64{-180, 1, 0, 90.5, 0, -1}, epsg: 4326}, // centres at the poles
		{width: 720, height: 360, transform: [6]float64{0, 0.5, 0, -90, 0, 0.5}, epsg: 4326},
	} {
		if got := area(f, geojson(t, 4326, world)); !(math.Abs(got/earth-1) < 1e-8) {
			t.Errorf("%d × %d pixels of the earth have %v km², want %v", f.width, f.height, got, earth)
		}
	}
}

// The bands of a test are those of the field that is summarized, and classes come before p-values.
func TestTestsOfZones(t *testing.T) {
	f := trends()
	vector := geojson(t, 32617, districts[0])
	for _, tt := range []struct {
		names []string
		o     Options
		test  string
		band  int
	}{
		{[]string{"slope", "pvalue", "trend_class", "n"}, Options{}, "trend_class", 1},
		{[]string{"slope", "pvalue", "x", "n"}, Options{}, "pvalue < 0.05", 1},
		{[]string{"slope", "pvalue", "x", "n"}, Options{Alpha: 0.3}, "pvalue < 0.3", 1},
		{[]string{"sen_slope", "mk_pvalue", "x", "n"}, Options{}, "mk_pvalue < 0.05", 1},
		{[]string{"sen_slope", "mk_pvalue", "trend_class", "n"}, Options{}, "mk_pvalue < 0.05", 1},
		{[]string{"n", "pvalue", "trend_class", "slope"}, Options{}, "trend_class", 4},
		{[]string{"a", "pvalue", "c", "d"}, Options{}, "", 1},
		{[]string{"a", "b", "c", "d"}, Options{Band: 3}, "", 3},
		{[]string{"a", "b", "c", "d"}, Options{Field: "D"}, "", 4},
	} {
		f.names = tt.names
		o := tt.o
		o.Polygons.File, o.Name = vector, "name"
		table, err := Of(t.Context(), f.write(t), o)
		if err != nil {
			t.Fatal(err)
		}
		if table.Test != tt.test || table.Band != tt.band || (table.Zones[0].Rising == nil) != (tt.test == "") {
			t.Errorf("%v: the test is %q, the band %d", tt.names, table.Test, table.Band)
		}
		if tt.test == "pvalue < 0.3" { // of which the classes are made
			_, pixels := f.valuesIn(districts[0], 0)
			rising := int64(0)
			for _, p := range pixels {
				if f.bands[2][p] == 1 {
					rising++
				}
			}
			if *table.Zones[0].Rising != rising {
				t.Errorf("%d pixels rise, want %d", *table.Zones[0].Rising, rising)
			}
		}
	}
}

func TestZonesThatAreRefused(t *testing.T) {
	f := trends()
	path, vector := f.write(t), geojson(t, 32617, districts...)
	for name, tt := range map[string]struct {
		input string
		o     Options
		words []string
	}{
		"no raster":     {"none.tif", Options{Polygons: geo.Vector{File: vector}, Name: "name"}, []string{"none.tif"}},
		"no polygons":   {path, Options{Polygons: geo.Vector{File: "none.gpkg"}, Name: "name"}, []string{"none.gpkg", "no such file"}},
		"no field":      {path, Options{Polygons: geo.Vector{File: vector}, Name: "district"}, []string{"no field district, but id, name", "Name"}},
		"no layer":      {path, Options{Polygons: geo.Vector{File: vector, Layer: "x"}, Name: "name"}, []string{"no layer x", "Polygons.Layer"}},
		"no name":       {path, Options{Polygons: geo.Vector{File: vector}}, []string{"Name"}},
		"no such band":  {path, Options{Polygons: geo.Vector{File: vector}, Name: "name", Band: 9}, []string{"no band 9"}},
		"another band":  {path, Options{Polygons: geo.Vector{File: vector}, Name: "name", Field: "mean"}, []string{`no band called "mean"`}},
		"no memory":     {path, Options{Polygons: geo.Vector{File: vector}, Name: "name", Memory: 1 << 20}, []string{"Memory"}},
		"an input":      {path, Options{Polygons: geo.Vector{File: vector}, Name: "name", Targets: []string{vector}, Overwrite: true}, []string{"also an input"}},
		"a file exists": {path, Options{Polygons: geo.Vector{File: vector}, Name: "name", Targets: []string{vector}}, []string{"zones.geojson"}},
	} {
		_, err := Of(t.Context(), tt.input, tt.o)
		for _, word := range tt.words {
			if err == nil || !strings.Contains(err.Error(), word) {
				t.Errorf("%s: %v, want %q", name, err, word)
			}
		}
	}
	f.epsg = 0
	if _, err := Of(t.Context(), f.write(t), Options{Polygons: geo.Vector{File: vector}, Name: "name"}); !errors.Is(err, fault.ErrInput) {
		t.Errorf("no CRS: %v", err)
	}
}

// Zones are those of rasterstats, which reads the same files with other programs.
func TestZonesOfRasterstats(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err == nil {
		err = exec.Command(python, "-c", "import rasterstats").Run()
	}
	if err != nil {
		t.Skip("python3 has no package rasterstats")
	}
	rng := rand.New(rand.NewPCG(5, 6))
	features := slices.Clone(districts)
	for i := range 40 {
		x, y := 500000+rng.Float64()*6000, 4600000-rng.Float64()*4500
		p := polygon{name: fmt.Sprint("star ", i)}
		for k := range 20 {
			r := 50 + rng.Float64()*900
			p.ring = append(p.ring, [2]float64{x + r*math.Cos(float64(k)*math.Pi/10), y + r*math.Sin(float64(k)*math.Pi/10)})
		}
		features = append(features, p)
	}
	path, vector := trends().write(t), geojson(t, 32617, features...)
	table, err := Of(t.Context(), path, Options{Polygons: geo.Vector{File: vector}, Name: "name"})
	if err != nil {
		t.Fatal(err)
	}
	text, err := exec.Command(python, "testdata/zonal.py", path, "1", vector, "name").Output()
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	if err != nil || len(rows) != len(table.Zones) {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for i, z := range table.Zones {
		valid := float64(z.Valid)
		for k, got := range []*float64{&valid, z.Mean, z.Min, z.P10, z.Median, z.P90, z.Max} {
			want, err := strconv.ParseFloat(rows[i][k+1], 64)
			if none := err != nil || want != want; none || got == nil {
				if !none || got != nil {
					t.Errorf("column %d of %s is %v, and %q in rasterstats", k+1, z.Name, got, rows[i][k+1])
				}
				continue
			}
			if !(math.Abs(*got-want) <= 1e-6*math.Abs(want)) {
				t.Errorf("column %d of %s is %v, and %v in rasterstats", k+1, z.Name, *got, want)
			}
		}
	}
}
