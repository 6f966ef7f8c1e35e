package raster

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/raster/geo"
	"github.com/pixtrend/pixtrend/timeaxis"
)

func inspect(t testing.TB, inputs []string, o Options) *Info {
	t.Helper()
	i, err := Inspect(t.Context(), inputs, o)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// warned checks the warnings: each of want is words that one of them has, in the same order.
func warned(t *testing.T, i *Info, want ...[]string) {
	t.Helper()
	if len(i.Warnings) != len(want) {
		t.Errorf("%d warnings, want %d:\n%s", len(i.Warnings), len(want), strings.Join(i.Warnings, "\n"))
		return
	}
	for n, words := range want {
		for _, word := range words {
			if !strings.Contains(i.Warnings[n], word) {
				t.Errorf("%q does not mention %q", i.Warnings[n], word)
			}
		}
	}
}

// Real stacks. The counts and limits are those of awk over what gdal_translate -of XYZ wrote.
func TestInspectRealStacks(t *testing.T) {
	t.Run("eolearn_s2_ndvi", func(t *testing.T) {
		i := inspect(t, []string{shared(t, "eolearn_s2_ndvi/tif")}, Options{})
		s := i.Survey
		if s.Samples != 686800 || s.NaN != 271633 || s.Gaps() != 271633 || float32(*s.Min) != -0.13793104887008667 || float32(*s.Max) != 0.860242009162902832 {
			t.Errorf("samples %+v", s)
		}
		if s.Share != 1 || s.Pixels != 10100 || s.Rasters != 68 {
			t.Errorf("not all was read: %+v", s)
		}
		if d := i.Dates; d.Every != "" || d.First != "2015-07-11" || d.Last != "2017-12-22" || !slices.Equal(d.Shared, []string{"2015-12-08"}) {
			t.Errorf("dates %+v", d)
		}
		warned(t, i, []string{"share the date 2015-12-08"}, []string{"several seasons", "Select.Months = 6-8"}, []string{"no observation was found in", "S2_NDVI_20150731T100009.tif (and 19 more)"})
		if f := i.Formats; len(f) != 1 || f[0].Type != "Float32" || !f[0].Tiled || f[0].BlockWidth != 64 || f[0].Compression != "DEFLATE" || f[0].Predictor != 3 {
			t.Errorf("formats %+v", f)
		}
		if !i.Fit.Runs || i.Fit.Seconds <= 0 {
			t.Errorf("fit %+v", i.Fit)
		}
	})
	t.Run("yatsm_landsat_p035r032", func(t *testing.T) {
		files := shared(t, "yatsm_landsat_p035r032/*.gtif")
		i := inspect(t, []string{files}, Options{OpenOptions: OpenOptions{Band: 1}})
		if s := i.Survey; s.Samples != 11175 || s.Nodata != 831 || s.Gaps() != 831 || *s.Min != -37 || *s.Max != 16000 || s.Empty != 1 {
			t.Errorf("band 1: %+v", s)
		}
		warned(t, i, []string{"day 366"}, []string{"several seasons"}, []string{"all 8 bands", "8 times as much is read"}, []string{"no observation", "(and 2 more)"})
		// Fmask has 255 where there is no scene, beside codes from 0 to 4: 474 times.
		i = inspect(t, []string{files}, Options{OpenOptions: OpenOptions{Band: 8}})
		if s := i.Survey; s.Nodata != 447 || s.most.count != 474 {
			t.Errorf("band 8: %+v", s)
		}
		warned(t, i, []string{"day 366"}, []string{"several seasons"}, []string{"255 is 4.2 %", "far from all others", "make it -9999 in the files"}, []string{"all 8 bands"})
	})
	t.Run("gdalcubes_L8NY18", func(t *testing.T) {
		i := inspect(t, []string{shared(t, "gdalcubes_L8NY18/*/*_B5.TIF")}, Options{})
		s := i.Survey
		if s.Samples != 112882 || s.zeros != 35096 || *s.Max != 57497 {
			t.Errorf("%+v, zeros %d", s, s.zeros)
		}
		if i.Fit.Runs || !strings.Contains(i.Fit.Why, "one grid") || i.Grids[0].Width != 76 || i.Grids[0].Differs != "" || len(i.Grids) < 3 {
			t.Errorf("%+v, grids %+v", i.Fit, i.Grids)
		}
		for _, g := range i.Grids[1:] {
			if !strings.HasPrefix(g.Differs, "has 77 × 78 pixels") && !strings.HasPrefix(g.Differs, "lies ") {
				t.Errorf("a grid departs by %q", g.Differs)
			}
		}
		if len(i.Dates.Shared) != 2 || !slices.Equal(i.Dates.Sources, []string{"file name: Landsat product id"}) {
			t.Errorf("dates %+v", i.Dates)
		}
		warned(t, i, []string{"share a date (2018-04-28"}, []string{"0 is 31.1 %", "Nodata = 0"})
	})
	t.Run("rtrend_lai_china", func(t *testing.T) {
		file := shared(t, "rtrend_lai_china/MOD15A2_LAI_China_G050_2001-2020.tif")
		i := inspect(t, []string{file}, Options{OpenOptions: OpenOptions{Dates: dates(t, "2001-2020")}})
		// The tags of its first band have 5.69254… as the maximum, and junk as mean and deviation.
		if r := i.Rasters[0]; len(i.Rasters) != 20 || r.Date != "2001" || math.Abs(float64(*r.Samples.Max)-5.69254) > 1e-5 || r.Samples.Gaps() != 0 {
			t.Errorf("%+v", r)
		}
		warned(t, i, []string{"statistics in", "band 1 (and 19 more)", "impossible", "mean -9999, standard deviation -9999"})
		if g := i.Grids[0]; g.Extent != [4]float64{70, 15, 140, 55} || g.CRS != "EPSG:4326" || g.PixelSize != [2]float64{0.5, 0.5} {
			t.Errorf("grid %+v", g)
		}
		if d := i.Dates; d.Every != "year" || len(d.Missing) != 0 {
			t.Errorf("dates %+v", d)
		}
		// Without dates, the rest is told all the same.
		i = inspect(t, []string{file}, Options{})
		if i.Fit.Runs || !strings.Contains(i.Fit.Why, "20 bands") || i.Survey.Rasters != 20 || i.Rasters[0].Date != "" || i.Dates.Error == "" {
			t.Errorf("without dates: %+v, %+v", i.Fit, i.Dates)
		}
	})
	t.Run("rasterio_edge_cases", func(t *testing.T) {
		i := inspect(t, []string{shared(t, "rasterio_edge_cases")}, Options{OpenOptions: OpenOptions{Band: 1}})
		byName := map[string]RasterInfo{}
		for _, r := range i.Rasters {
			byName[filepath.Base(r.Name)] = r
		}
		if r := byName["corrupt.tif"]; !strings.Contains(r.Error, "corrupt.tif at column 512, row 512") {
			t.Errorf("corrupt.tif: %q", r.Error)
		}
		if s := byName["float_raster_with_nodata.tif"].Samples; s.Samples != 156 || s.Nodata != 58 || s.zeros != 95 {
			t.Errorf("-3.4e38: %+v", s)
		}
		if s := byName["all-nodata.tif"].Samples; s.Samples == 0 || s.Observations != 0 || s.Min != nil {
			t.Errorf("all-nodata.tif: %+v", s)
		}
		if g := i.Grids[*byName["rotated.tif"].Grid]; !g.Rotated {
			t.Errorf("rotated.tif: %+v", g)
		}
	})
}

// What will surprise is said, and nothing else is.
func TestInspectWarns(t *testing.T) {
	numbers := newPlanes(40, 30, 5, 100, 900)
	short := func(nodata *float64) func(i int, m *made) {
		return func(i int, m *made) { m.dtype, m.nodata = godal.Int16, nodata }
	}
	value := func(x float64) *float64 { return &x }
	put := func(x float64) planes {
		return numbers.with(func(i, p int, y float64) float64 {
			if (p+i)%10 == 0 {
				return x
			}
			return y
		})
	}
	tests := []struct {
		name     string
		planes   planes
		each     func(i int, m *made)
		warnings [][]string
	}{
		{"nothing", numbers, short(nil), nil},
		{"a nodata value that no sample needs", numbers, short(value(-9999)), nil},
		{"a nodata value that is used", put(-9999), short(value(-9999)), nil},
		{"a nodata value beside another", put(-9999), short(value(0)), [][]string{
			{"nodata of", "y_2001.tif (and 4 more) is 0, which no sample"}, {"-9999 is 10.0 %", "Nodata = -9999"}}},
		{"no nodata value", put(-32768), short(nil), [][]string{{"-32768 is 10.0 %", "far from all others", "Nodata = -32768"}}},
		{"a code of its own", put(20000), short(nil), [][]string{{"20000 is 10.0 %", "far from all others"}}},
		{"a second one", put(-9999).with(func(_, p int, y float64) float64 {
			if p%20 == 3 {
				return -28672
			}
			return y
		}), short(value(-28672)), [][]string{{"-9999 is 10.0 %", "make it -28672 in the files"}}},
		{"a nodata value that cannot be", newPlanes(40, 30, 5, 0, 255), func(i int, m *made) { m.dtype, m.nodata = godal.Byte, value(300) }, [][]string{
			{"nodata of", "is 300, which no sample of UInt8 can be"}}},
		{"zeros", newPlanes(40, 30, 5, 0, 200).with(func(_, p int, y float64) float64 {
			if p%3 == 0 {
				return 0
			}
			return y
		}), func(_ int, m *made) { m.dtype = godal.Byte }, [][]string{{"0 is 33.", "Nodata = 0"}}},
		{"percents beside 255", newPlanes(40, 30, 5, 0, 100).with(func(_, p int, y float64) float64 {
			if p%50 == 0 {
				return 255
			}
			return y
		}), func(_ int, m *made) { m.dtype = godal.Byte }, [][]string{{"255 is 2.0 %"}}},
		{"yes and no", newPlanes(40, 30, 5, 0, 1), func(_ int, m *made) { m.dtype = godal.Byte }, nil},
		{"two classes", newPlanes(40, 30, 5, 1, 2).with(func(_, _ int, y float64) float64 { return 10 * y }), short(nil), nil},
		{"nothing but a usual one", newPlanes(40, 30, 5, 0, 1).with(func(_, _ int, y float64) float64 { return y*10004 - 9999 }), short(nil), [][]string{{"-9999 is ", "Nodata = -9999"}}},
		{"nothing but one", newPlanes(40, 30, 5, -999, -999), short(nil), [][]string{{"-999 is 100.0 %", "as if it were missing"}}},
		{"constants", newPlanes(40, 30, 5, 0, 0), short(nil), nil},
		{"all bytes", newPlanes(40, 30, 5, 0, 255), func(_ int, m *made) { m.dtype = godal.Byte }, nil},
		{"the least float", put(-3.4028234663852886e38).with(func(_, _ int, y float64) float64 { return y / 8 }).with(func(_, _ int, y float64) float64 {
			if y < -1e37 {
				return -math.MaxFloat32
			}
			return y
		}), nil, [][]string{{"-3.4028235e+38 is 10.0 %", "Nodata = -3.4028235e+38"}}},
		{"whole numbers as floats", numbers, nil, [][]string{{"whole numbers from 100 to 900", "as Int16"}}},
		{"fractions", numbers.with(func(_, _ int, y float64) float64 { return y / 1000 }), nil, nil},
		{"infinities", put(math.Inf(1)).with(func(_, _ int, y float64) float64 { return y / 1000 }), nil, [][]string{{"10.0 %", "infinite"}}},
		{"a scale", numbers, func(i int, m *made) { m.dtype, m.scale, m.offset = godal.Int16, 0.0001, -2 }, [][]string{{"value = sample × 0.0001 - 2", "slopes are of the values"}}},
		{"a type of its own", numbers, func(i int, m *made) {
			if m.dtype = godal.Int16; i == 3 {
				m.dtype = godal.UInt16
			}
		}, [][]string{{"one sample type: 4 have Int16, and", "y_2004.tif UInt16"}}},
		{"a scale of its own", numbers.with(func(i, _ int, y float64) float64 {
			if i == 2 {
				return y * 1000
			}
			return y
		}), func(_ int, m *made) { m.dtype = godal.Int32 }, [][]string{{"y_2003.tif go to 900000, those of most others to 900"}}},
		{"a raster of gaps", numbers.with(func(i, _ int, y float64) float64 {
			if i == 1 {
				return -1
			}
			return y
		}), short(value(-1)), [][]string{{"no observation was found in", "y_2002.tif"}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			names := test.planes.files(t, test.each)
			before := listing(filepath.Dir(names[0]))
			i := inspect(t, names, Options{})
			warned(t, i, test.warnings...)
			if !i.Fit.Runs || i.Survey.Share != 1 {
				t.Errorf("fit %+v, survey %+v", i.Fit, i.Survey)
			}
			if after := listing(filepath.Dir(names[0])); after != before {
				t.Errorf("the folder held %s and now %s", before, after)
			}
		})
	}
}

func TestInspectWarnsOfStorage(t *testing.T) {
	numbers := newPlanes(300, 200, 3, 100, 900)
	files := func(creation ...string) []string {
		return numbers.files(t, func(i int, m *made) {
			m.dtype, m.creation = godal.Int16, creation
			m.bands = [][]float64{m.bands[0], m.bands[0], m.bands[0]}
		})
	}
	first := Options{OpenOptions: OpenOptions{Band: 1}}
	warned(t, inspect(t, files("INTERLEAVE=BAND"), first))
	warned(t, inspect(t, files("INTERLEAVE=PIXEL", "COMPRESS=DEFLATE"), first), []string{"all 3 bands", "3 times as much is decoded", "INTERLEAVE=BAND"})
	warned(t, inspect(t, files("INTERLEAVE=BAND", "ALPHA=YES"), first), []string{"band 2 of", "alpha", "not taken as a mask"})
	// The bands of a lone file are its dates: of its blocks nothing is in vain.
	lone := numbers.multiband(t, func(m *made) { m.dtype, m.creation = godal.Int16, []string{"INTERLEAVE=PIXEL", "COMPRESS=DEFLATE"} })
	if i := inspect(t, []string{lone}, Options{}); !i.Fit.Runs || i.Survey.Rasters != 3 || i.Formats[0].Interleave != "PIXEL" || i.Rasters[2].Name != lone+" band 3" {
		t.Errorf("%+v", i)
	} else {
		warned(t, i)
	}

	// Blocks are the work that threads share.
	for rows, want := range map[int][]string{800: {"one block of 800 × 800 pixels is all", "one thread", "of 3 threads", "TILED=YES"}, 700: {"2 blocks of 800 × 700 pixels are all"}, 100: nil} {
		names := newPlanes(800, 800, 2, 100, 900).files(t, func(_ int, m *made) {
			m.dtype, m.creation = godal.Int16, []string{"COMPRESS=DEFLATE", fmt.Sprint("BLOCKYSIZE=", rows)}
		})
		i := inspect(t, names, Options{Fit: pixtrend.Options{Threads: 3}})
		if want == nil {
			warned(t, i)
		} else {
			warned(t, i, want)
		}
	}

	large := newPlanes(2100, 2100, 2, 100, 900).files(t, func(_ int, m *made) {
		m.dtype, m.creation = godal.Int16, []string{"COMPRESS=LZW", "BLOCKYSIZE=2100"}
	})
	i := inspect(t, large, Options{})
	warned(t, i, []string{"2100 × 2100 pixels and 8 MiB each", "TILED=YES"})
	if s := i.Survey; s.Share != 1 || s.Samples != 2*2100*2100 {
		t.Errorf("%+v", s)
	}
	// What a fit refuses is not read here.
	i = inspect(t, large, Options{Memory: 24 << 20})
	if i.Fit.Runs || !strings.Contains(i.Fit.Why, "too large for a memory of 24 MiB: allow ") || i.Survey.Samples != 0 {
		t.Errorf("%+v, %+v", i.Fit, i.Survey)
	}
}

// Statistics that the file has, by tags that GDAL writes.
func TestInspectStatistics(t *testing.T) {
	numbers := newPlanes(20, 20, 3, 1, 9)
	tests := []struct {
		name                 string
		min, max, mean, std  float64
		approximate, warning string
	}{
		{"right", 1, 9, 5, 2, "", ""},
		{"wider", -10, 90, 5, 2, "", ""},
		{"too narrow", 2, 5, 3, 2, "", "say 2 to 5, and its samples go from 1 to 9"},
		{"too narrow by its own word", 2, 5, 3, 2, "YES", ""},
		{"junk", 1, 9, -9999, -9999, "", "impossible, 1 to 9, mean -9999, standard deviation -9999"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			names := numbers.files(t, func(_ int, m *made) { m.dtype = godal.Int16 })
			ds, err := godal.Open(names[1], godal.Update())
			if err != nil {
				t.Fatal(err)
			}
			b := ds.Bands()[0]
			if err := b.SetStatistics(test.min, test.max, test.mean, test.std); err != nil {
				t.Fatal(err)
			}
			if test.approximate != "" {
				if err := b.SetMetadata("STATISTICS_APPROXIMATE", test.approximate); err != nil {
					t.Fatal(err)
				}
			}
			if err := ds.Close(); err != nil {
				t.Fatal(err)
			}
			if i := inspect(t, names, Options{}); test.warning == "" {
				warned(t, i)
			} else {
				warned(t, i, []string{"statistics in " + names[1] + " ", test.warning})
			}
		})
	}
}

// Files that cannot be used are named, each with its reason, and the others are read.
func TestInspectGoesOn(t *testing.T) {
	numbers := newPlanes(64, 64, 9, 100, 900)
	transform, other := [6]float64{0, 30, 0, 0, 0, -30}, [6]float64{15, 30, 0, 0, 0, -30}
	names := numbers.files(t, func(i int, m *made) {
		m.dtype, m.transform, m.epsg = godal.Int16, &transform, 32617
		switch i {
		case 6:
			m.transform = &other
		case 7:
			m.epsg = 32618
		case 8:
			m.width, m.height, m.bands = 32, 128, [][]float64{m.bands[0]}
		}
	})
	text, err := os.ReadFile(names[3])
	if err != nil {
		t.Fatal(err)
	}
	for i, content := range map[int]string{1: "", 2: "not a raster", 3: string(text[:len(text)/2]), 4: string(text[:100])} {
		if err := os.WriteFile(names[i], []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	i := inspect(t, names, Options{})
	for n, want := range []string{"", "it is empty", "not a GeoTIFF", "", "is it whole?", "", "", "", ""} {
		got := i.Rasters[n].Error
		if n == 3 { // its directory lies before its samples, or behind them
			want = "a part of it is missing"
		}
		if (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", names[n], got, want)
		}
	}
	for n, want := range map[int]string{0: "", 5: "", 6: "lies 0.5 pixels off", 7: "has the CRS EPSG:32618, in which it lies 668 km off", 8: "has 32 × 128 pixels"} {
		if got := i.Grids[*i.Rasters[n].Grid].Differs; got != want {
			t.Errorf("%s departs by %q, want %q", names[n], got, want)
		}
		if s := i.Rasters[n].Samples; s == nil || s.Observations != 64*64 {
			t.Errorf("%s: %+v", names[n], s)
		}
	}
	if i.Fit.Runs || !strings.Contains(i.Fit.Why, names[1]) {
		t.Errorf("%+v", i.Fit)
	}
	if d := i.Dates; d.Every != "year" || d.First != "2001" || d.Last != "2009" {
		t.Errorf("%+v", d)
	}
	// The first that is used gives the grid, and what is not used does not matter.
	i = inspect(t, names, Options{OpenOptions: OpenOptions{Dates: dates(t, "name"), Select: timeaxis.Selection{From: timeaxis.Year(2006), To: timeaxis.Year(2007)}}})
	if i.Dates.Used != 2 || i.Survey.Rasters != 2 || !strings.Contains(i.Fit.Why, "0.5 pixels off the first input, "+names[5]) || i.Rasters[0].Used || i.Rasters[0].Samples != nil {
		t.Errorf("%+v, %+v, %+v", i.Dates, i.Survey, i.Fit)
	}
}

// A file that is damaged where only samples lie makes the fit fail, and that is said.
func TestInspectFindsDamage(t *testing.T) {
	names := newPlanes(100, 100, 4, 100, 900).files(t, func(_ int, m *made) { m.dtype, m.creation = godal.Int16, []string{"COMPRESS=DEFLATE"} })
	ds, err := openRaster(names[2])
	if err != nil {
		t.Fatal(err)
	}
	offset, err := strconv.Atoi(ds.Bands()[0].Metadata("BLOCK_OFFSET_0_1", godal.Domain("TIFF")))
	if err != nil {
		t.Fatal(err)
	}
	_ = ds.Close()
	text, err := os.ReadFile(names[2])
	if err != nil {
		t.Fatal(err)
	}
	for i := range 40 {
		text[offset+i] = 0xff
	}
	if err := os.WriteFile(names[2], text, 0o666); err != nil {
		t.Fatal(err)
	}
	i := inspect(t, names, Options{})
	if i.Fit.Runs || i.Fit.Why != i.Rasters[2].Error || !strings.Contains(i.Fit.Why, "cannot read "+names[2]) || !strings.Contains(i.Fit.Why, "damaged") {
		t.Errorf("%+v, %+v", i.Fit, i.Rasters[2])
	}
	if _, err := FitFiles(t.Context(), names, filepath.Join(t.TempDir(), "o.tif"), Options{}); err == nil {
		t.Error("the fit is done")
	}
	if i.Rasters[3].Samples.Observations != 10000 {
		t.Errorf("%+v", i.Rasters[3])
	}
}

// The numbers do not depend on threads, and are the same over a network.
func TestInspectIsTheSame(t *testing.T) {
	names := newPlanes(300, 200, 6, 0, 900).gappy(-1).files(t, func(i int, m *made) {
		nodata := -1.0
		m.dtype, m.nodata, m.creation = godal.Int16, &nodata, []string{"TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=32", "COMPRESS=DEFLATE", "PREDICTOR=2"}
	})
	text := func(i *Info) string {
		for n := range i.Rasters {
			i.Rasters[n].Name = filepath.Base(i.Rasters[n].Name)
		}
		i.Survey.Seconds, i.Survey.ReadRate, i.Survey.Threads, i.Survey.Bytes = 0, 0, 0, 0
		i.Formats[0].Predictor = 0 // GDAL does not tell it of remote files
		b, err := json.Marshal([]any{i.Dates, i.Rasters, i.Grids, i.Formats, i.Survey, i.Warnings})
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	one := inspect(t, names, Options{Fit: pixtrend.Options{Threads: 1}})
	if s := one.Survey; s.Nodata != s.Gaps() || s.Empty == 0 || s.Full == 0 || s.Rasters != 6 {
		t.Errorf("%+v", s)
	}
	want := text(one)
	if got := text(inspect(t, names, Options{Fit: pixtrend.Options{Threads: 3}})); got != want {
		t.Errorf("with 3 threads:\n%s\nwith one:\n%s", got, want)
	}
	srv := serve(t, names[0])
	remote := inspect(t, srv.urls(names, ""), Options{})
	if remote.RemoteFiles != 6 || remote.FileBytes != sizes(t, names) || !remote.Fit.Runs {
		t.Errorf("%+v", remote)
	}
	if got := text(remote); got != want {
		t.Errorf("over a network:\n%s\nlocal:\n%s", got, want)
	}
}

func TestInspectMasks(t *testing.T) {
	s := newPlanes(50, 40, 4, 0, 255)
	names := s.files(t, func(_ int, m *made) { m.dtype = godal.Byte })
	for i, internal := range []string{"YES", "NO"} {
		visible := make([]byte, 50*40)
		for p := range visible {
			visible[p] = byte(255 * (p % 2))
		}
		addMask(t, names[i], visible, internal)
	}
	i := inspect(t, names, Options{})
	for n, want := range []int64{1000, 1000, 0, 0} {
		if c := i.Rasters[n].Samples; c.Masked != want || c.Observations != 2000-want || i.Formats[*i.Rasters[n].Format].Mask != (want > 0) {
			t.Errorf("%s: %+v", names[n], c)
		}
	}
	warned(t, i, []string{"have a mask", "y_2001.tif (and 1 more)"})
	var sum int64
	for _, f := range i.Formats {
		sum += f.FileBytes
	}
	if sum != sizes(t, names) || sum != i.FileBytes || i.SampleBytes != 4*2000 {
		t.Errorf("%d bytes in formats, %+v", sum, i)
	}
	// GDAL calls the fourth band of bytes alpha.
	lone := s.multiband(t, func(m *made) { m.dtype = godal.Byte })
	if i := inspect(t, []string{lone}, Options{}); !i.Fit.Runs || i.Survey.Masked != 0 || i.Formats[0].FileBytes != i.FileBytes {
		t.Errorf("%+v", i)
	} else {
		warned(t, i, []string{"band 4 is called alpha: it is taken as a date"})
	}
}

// With the options of a fit, as many observations are counted as the fit adds up.
func TestInspectCountsWhatIsFitted(t *testing.T) {
	s := newScenes(75, 50, 5)
	names := s.files(t, nil)
	dir := t.TempDir()
	s.mask.save(t, dir, []string{"qa_2001.tif", "qa_2002.tif", "qa_2003.tif", "qa_2004.tif", "qa_2005.tif"}, godal.Byte, nil)
	from := []string{filepath.Join(dir, "qa_*.tif")}
	limits := &Range{Lo: 1000, Hi: 8000}
	for _, c := range []struct {
		name string
		o    OpenOptions
	}{
		{"a range", OpenOptions{Band: 1, Valid: limits}},
		{"a mask in the files", OpenOptions{Band: 1, Mask: Mask{Band: 3, Keep: keep(t, "0,1")}}},
		{"bits of a mask in the files", OpenOptions{Band: 2, Valid: limits, Mask: Mask{Band: 3, Drop: bits(t, "1")}}},
		{"masks in files", OpenOptions{Band: 1, Mask: Mask{From: from, Keep: keep(t, "0,1")}}},
		{"an index", OpenOptions{Index: Index{"nd", 1, 2}}},
		{"an index, with a range and a mask", OpenOptions{Index: Index{"ratio", 2, 1}, Valid: limits, Mask: Mask{From: from, Keep: keep(t, "0-2")}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := all()
			o.OpenOptions = c.o
			var want float64
			for _, n := range fitted(t, names, o)[2] {
				want += n
			}
			i := inspect(t, names, o)
			if n := i.Survey; !i.Fit.Runs || n.Share != 1 || n.Observations != int64(want) || n.Samples != 75*50*5 ||
				n.Gaps() != n.NaN+n.Nodata+n.Infinite+n.Outside+n.Masked {
				t.Errorf("%+v, fit %+v: want %v observations", n, i.Fit, want)
			}
			if n := i.Survey; (c.o.Valid != nil && c.o.Index.Kind == "") != (n.Outside > 0) || (len(c.o.Mask.Keep)+len(c.o.Mask.Drop) > 0) != (n.Masked > 0) {
				t.Errorf("kinds of gaps: %+v", n)
			}
			if i.Fit.Index != c.o.Index.String() || (i.Fit.Valid != "") != (c.o.Valid != nil) || (i.Fit.Masks != "") != (c.o.Mask.Keep != nil || c.o.Mask.Drop != nil) {
				t.Errorf("fit %+v", i.Fit)
			}
		})
	}
}

func TestInspectPixels(t *testing.T) {
	// Of 4 dates pixel p misses p: 0 to 4 of them.
	s := planes{5, 1, make([][]float64, 4)}
	for i := range s.dates {
		for p := range 5 {
			y := float64(10*i+p) + 0.5
			if i < p {
				y = math.NaN()
			}
			s.dates[i] = append(s.dates[i], y)
		}
	}
	i := inspect(t, s.files(t, nil), Options{})
	if v := i.Survey; v.Pixels != 5 || v.Empty != 1 || v.Full != 1 || v.Fewest != 1 || v.Median != 2 || v.NaN != 10 {
		t.Errorf("%+v", v)
	}
}

func TestInspectAxisOfNumbers(t *testing.T) {
	names := newPlanes(5, 4, 3, 0, 9).files(t, func(_ int, m *made) { m.dtype = godal.Int16 })
	x, err := timeaxis.ParseX("3.5,1,2")
	if err != nil {
		t.Fatal(err)
	}
	i := inspect(t, names, Options{OpenOptions: OpenOptions{Dates: x, XUnit: "ppm"}})
	if d := i.Dates; d.First != "1" || d.Last != "3.5" || d.Unit != "ppm" || d.Min != 1 || d.Max != 1.5 || i.Fit.Unit != "ppm" {
		t.Errorf("%+v, %+v", d, i.Fit)
	}
	if r := i.Rasters[0]; r.Name != names[1] || *r.X != 1 || r.Date != "" {
		t.Errorf("%+v", r)
	}
}

func TestInspectErrors(t *testing.T) {
	dir := t.TempDir()
	names := newPlanes(5, 4, 3, 0, 9).files(t, nil)
	for _, test := range []struct {
		inputs []string
		o      Options
		words  string
	}{
		{nil, Options{}, "no input"},
		{[]string{dir}, Options{}, "holds no .tif, .tiff or .gtif file"},
		{[]string{filepath.Join(dir, "missing.tif")}, Options{}, "does not exist"},
		{names, Options{Memory: 1 << 20}, "allow 16 MiB or more"},
		{names, Options{OpenOptions: OpenOptions{Band: -1}}, "bands count from 1"},
	} {
		_, err := Inspect(t.Context(), test.inputs, test.o)
		checkError(t, err, nil, test.words)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Inspect(ctx, names, Options{}); err == nil {
		t.Error("no error though the context is done")
	}
}

// Windows lie in the grid, apart, and within the bounds, whatever the grid and its blocks are.
func FuzzSurvey(f *testing.F) {
	f.Add(uint32(827), uint32(883), uint32(827), uint32(2), uint8(21), false, false)
	f.Add(uint32(10980), uint32(10980), uint32(512), uint32(512), uint8(200), true, false)
	f.Add(uint32(1<<31-1), uint32(1<<31-1), uint32(1<<31-1), uint32(1), uint8(3), false, false)
	f.Add(uint32(5), uint32(5), uint32(5), uint32(5), uint8(255), true, true)
	f.Add(uint32(1), uint32(1<<31-1), uint32(1), uint32(1), uint8(1), true, false)
	f.Fuzz(func(t *testing.T, width, height, bw, bh uint32, dates uint8, compressed, interleaved bool) {
		side := func(n uint32) int { return int(n%(1<<31-1)) + 1 }
		g := geo.Grid{Width: side(width), Height: side(height)}
		p := plane{dtype: kernel.Float32, blockWidth: min(side(bw), 1<<16), blockHeight: min(side(bh), 1<<16), compressed: compressed, interleaved: interleaved}
		p.direct = !compressed && p.blockWidth >= g.Width
		p.blockBytes = int64(p.blockWidth) * int64(p.blockHeight) * 4
		var planes []*plane
		for i := range int(dates) + 1 {
			q := p
			q.file = i
			planes = append(planes, &q)
		}
		const budget, pixels = surveyBytes, 16 << 20
		s := newSurvey(g, area{Window: pixtrend.Window{Width: g.Width, Height: g.Height}}, planes, budget, pixels)
		if len(s.windows) == 0 || len(s.windows) > surveyWindows || s.every < 1 || s.every > len(planes) {
			t.Fatalf("%d windows of every %d of %d", len(s.windows), s.every, len(planes))
		}
		seen := map[[2]int]bool{}
		total := 0
		for _, w := range s.windows {
			if w.X < 0 || w.Y < 0 || w.Width < 1 || w.Height < 1 || w.X+w.Width > g.Width || w.Y+w.Height > g.Height || w.Pixels() > 2*surveyMostPixels ||
				w.X%s.width != 0 || w.Y%s.height != 0 || seen[[2]int{w.X, w.Y}] {
				t.Fatalf("window %+v of %+v", w, s)
			}
			seen[[2]int{w.X, w.Y}] = true
			total += w.Pixels()
		}
		if n := len(s.windows); n > 1 && int64(total) > pixels {
			t.Fatalf("%d pixels in %d windows", total, n)
		}
		read := s.cost(planes, len(s.windows)) / int64(s.every)
		if one := p.heldBytes(); read > 2*budget+one*int64(surveyWindows) {
			t.Fatalf("%d bytes in windows of %d × %d of every %d of %d", read, s.width, s.height, s.every, len(planes))
		}
		again := newSurvey(g, area{Window: pixtrend.Window{Width: g.Width, Height: g.Height}}, planes, budget, pixels)
		if fmt.Sprint(again.windows) != fmt.Sprint(s.windows) {
			t.Fatal("other windows the second time")
		}
	})
}
