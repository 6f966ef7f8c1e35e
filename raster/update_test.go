package raster

import (
	"context"
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

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/raster/output"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// updateFields are fields of a line, those of second looks and of both ends among them.
var updateFields = []stats.Field{stats.Slope, stats.Intercept, stats.RValue, stats.PValue, stats.Stderr, stats.InterceptStderr, stats.RMSE,
	stats.Mean, stats.N, stats.First, stats.Last, stats.FittedFirst, stats.FittedLast, stats.Change, stats.SlopeLo, stats.TrendClass, stats.Relative}

// updated adds inputs to sums, and returns the output.
func updated(t *testing.T, sums string, inputs []string, o Options) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out.tif")
	if _, err := tryUpdate(t.Context(), sums, inputs, out, o); err != nil {
		t.Fatal(err)
	}
	return out
}

func tryUpdate(ctx context.Context, sums string, inputs []string, out string, o Options) (Summary, error) {
	j, err := PrepareUpdate(ctx, sums, inputs, out, o)
	if err != nil {
		return Summary{}, err
	}
	defer func() { _ = j.Close() }()
	return j.Run(ctx, nil)
}

// keptBySteps fits the first group of inputs and adds the others one after another. Sums are kept at
// each step but the last. It returns the last output.
func keptBySteps(t *testing.T, groups [][]string, o Options) string {
	t.Helper()
	dir, out := t.TempDir(), ""
	for i, inputs := range groups {
		if o.Keep = filepath.Join(dir, fmt.Sprintf("sums%d.tif", i)); i == len(groups)-1 {
			o.Keep = ""
		}
		if i == 0 {
			out = fit(t, inputs, o)
		} else {
			out = updated(t, filepath.Join(dir, fmt.Sprintf("sums%d.tif", i-1)), inputs, o)
		}
	}
	return out
}

// shares divides inputs at random: the first share has two or more, and the shares have any order.
func shares(r *rand.Rand, inputs []string) [][]string {
	inputs = slices.Clone(inputs)
	if r.IntN(3) > 0 {
		r.Shuffle(len(inputs), func(i, j int) { inputs[i], inputs[j] = inputs[j], inputs[i] })
	}
	var groups [][]string
	for at := 0; at < len(inputs); {
		n := min(len(inputs)-at, 1+r.IntN(len(inputs)/2))
		if at == 0 {
			n = max(n, 2)
		}
		groups, at = append(groups, inputs[at:at+n]), at+n
	}
	return groups
}

// An update has the bits of a fit of all rasters, however they lie in files and were divided.
func TestUpdateSameBits(t *testing.T) {
	r := rand.New(rand.NewPCG(18, 18))
	nodata := -9999.0
	s := newPlanes(83, 61, 9, -300, 300).gappy(nodata).with(func(i, p int, y float64) float64 {
		if p%13 == 5 { // a line
			return float64(p%100 + 3*i)
		}
		return y
	})
	tiles := []string{"TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=16"}
	for name, change := range map[string]func(o *Options, m *made){
		"strips": func(_ *Options, m *made) { m.dtype = godal.Int16 },
		"compressed tiles": func(_ *Options, m *made) {
			m.dtype, m.creation = godal.Int16, append(slices.Clone(tiles), "COMPRESS=DEFLATE")
		},
		"compressed strips, kept compressed": func(o *Options, m *made) {
			m.dtype, m.creation, o.Creation = godal.Int16, []string{"COMPRESS=LZW", "BLOCKYSIZE=7"}, []string{"COMPRESS=DEFLATE", "PREDICTOR=3", "BLOCKXSIZE=64", "BLOCKYSIZE=48"}
		},
		"scaled, float64, one thread": func(o *Options, m *made) {
			m.dtype, m.scale, m.offset, o.Fit.Float64, o.Fit.Threads = godal.Int16, 0.0001, 5, true, 1
		},
		"a region, COG": func(o *Options, m *made) {
			m.dtype, m.creation, o.Format = godal.Int16, tiles, output.COG
			o.Region.Window = pixtrend.Window{X: 11, Y: 7, Width: 50, Height: 40}
		},
		"small windows, false discoveries": func(o *Options, m *made) {
			m.dtype, o.Fit.WindowWidth, o.Fit.WindowHeight = godal.Int16, 17, 9
			o.Fit.Significance, o.FDR = 0, 0.2
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := Options{Fit: pixtrend.Options{Fields: updateFields, Significance: 0.05, Confidence: 0.9, InterceptAt: "1990"}}
			inputs := s.files(t, func(_ int, m *made) {
				m.nodata = &nodata
				change(&o, m)
			})
			want := fit(t, inputs, o)
			bands, _ := readAll(t, want)
			for range 2 {
				groups := shares(r, inputs)
				got := keptBySteps(t, groups, o)
				now, _ := readAll(t, got)
				sameBands(t, fmt.Sprintf("%d groups", len(groups)), bands, now)
				for _, item := range []string{"PIXTREND_DATES", "PIXTREND_REGION"} {
					if a, b := header(t, want).Metadata(item), header(t, got).Metadata(item); a != b {
						t.Errorf("%s is %q, and %q of all rasters", item, b, a)
					}
				}
				if a, b := header(t, want).Projection(), header(t, got).Projection(); a != b {
					t.Errorf("the CRS is %s, and %s of all rasters", b, a)
				}
			}
		})
	}
}

// Rasters of days, some of which share a date, in samples of 8 bits with masks.
func TestUpdateOfDays(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	s := newPlanes(40, 30, 8, 0, 250)
	dir := t.TempDir()
	days := []string{"20180105", "20180121", "20180121", "20180206", "20190105", "20200301", "20200301", "20210704"}
	groups := map[string][]string{}
	var inputs []string
	for i, plane := range s.dates {
		name := filepath.Join(dir, fmt.Sprintf("scene%d_%s.tif", i, days[i]))
		clouds := make([]float64, len(plane))
		for p := range clouds {
			clouds[p] = float64(r.IntN(4) / 3)
		}
		m := made{width: 40, height: 30, bands: [][]float64{plane, clouds}, transform: &usualPlace, dtype: godal.Byte}
		if err := m.write(name); err != nil {
			t.Fatal(err)
		}
		inputs = append(inputs, name)
		groups[days[i]] = append(groups[days[i]], name)
	}
	o := Options{Fit: pixtrend.Options{Fields: updateFields[:15]}}
	o.Band, o.Mask = 1, Mask{Band: 2, Keep: keep(t, "0")}
	want, _ := readAll(t, fit(t, inputs, o))
	var steps [][]string
	for _, day := range []string{"20190105", "20180105", "20210704", "20200301", "20180121", "20180206"} {
		if steps = append(steps, groups[day]); len(steps) == 2 {
			steps = [][]string{append(steps[0], steps[1]...)}
		}
	}
	got, _ := readAll(t, keptBySteps(t, steps, o))
	sameBands(t, "days", want, got)
}

// Sums of float samples keep the digits of a fit of all rasters to the last float32 or its neighbour.
func TestUpdateOfFloats(t *testing.T) {
	s := newPlanes(50, 40, 12, 0, 999).with(func(i, p int, y float64) float64 {
		if p%5 == 0 { // nearly a line
			return float64(float32(0.37*float64(i) + 1e-5*y))
		}
		return float64(float32(y*0.0137 + 273.15))
	})
	inputs := s.files(t, nil)
	o := Options{Fit: pixtrend.Options{Fields: updateFields[:8], Float64: true}}
	want, _ := readAll(t, fit(t, inputs, o))
	got, _ := readAll(t, keptBySteps(t, [][]string{inputs[3:9], inputs[9:], inputs[:3]}, o))
	worst := 0.0
	for f := range want {
		for p, x := range want[f] {
			size := max(x, -x)
			if updateFields[f] == stats.PValue {
				size = 1
			}
			off := (got[f][p] - x) / size
			if off = max(off, -off); !(off <= 1e-12) && got[f][p] != x {
				t.Fatalf("%v of pixel %d is %v, and %v of all rasters", updateFields[f], p, got[f][p], x)
			}
			worst = max(worst, off)
		}
	}
	t.Logf("up to %.2g off", worst)
}

// What cannot be added is refused, and the error says why.
func TestUpdateRefuses(t *testing.T) {
	nodata, other := -9999.0, -1.0
	s := newPlanes(30, 20, 5, 0, 99)
	write := func(change func(i int, m *made)) []string {
		return s.files(t, func(i int, m *made) {
			m.dtype, m.nodata = godal.Int16, &nodata
			if change != nil {
				change(i, m)
			}
		})
	}
	inputs := write(nil)
	sums, line := filepath.Join(t.TempDir(), "sums.tif"), Options{}
	line.Keep = sums
	fit(t, inputs[:4], line)
	shifted := usualPlace
	shifted[0] += 3
	dayDir := t.TempDir()
	day := filepath.Join(dayDir, "y_20060501.tif")
	data, err := os.ReadFile(inputs[4])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(day, data, 0o666); err != nil {
		t.Fatal(err)
	}
	last := func(change func(m *made)) []string { return write(func(_ int, m *made) { change(m) })[4:] }
	with := func(change func(o *Options)) Options {
		var o Options
		change(&o)
		return o
	}
	for name, c := range map[string]struct {
		sums   string
		inputs []string
		o      Options
		want   string
	}{
		"a date that is there":   {sums, inputs[3:], Options{}, "have the date 2004 already"},
		"another grid":           {sums, last(func(m *made) { m.transform = &shifted }), Options{}, "lies 0.1 pixels off"},
		"another nodata value":   {sums, last(func(m *made) { m.nodata = &other }), Options{}, "nodata -9999 and not nodata -1"},
		"another type":           {sums, last(func(m *made) { m.dtype = godal.Float32 }), Options{}, "Int16 and not Float32"},
		"another scale":          {sums, last(func(m *made) { m.scale = 0.5 }), Options{}, "another scale and offset"},
		"another range":          {sums, inputs[4:], with(func(o *Options) { o.Valid = &Range{Lo: 0, Hi: 50} }), "another nodata value or range"},
		"no masks":               {sums, inputs[4:], with(func(o *Options) { o.NoMask = true }), "another mask"},
		"a unit":                 {sums, last(func(m *made) { m.unit = "K" }), Options{}, "another unit"},
		"days":                   {sums, []string{day}, Options{}, "years and days cannot be mixed"},
		"a region":               {sums, inputs[4:], with(func(o *Options) { o.Region.Window = pixtrend.Window{Width: 10, Height: 10} }), "has 10 × 10 pixels"},
		"numbers":                {sums, inputs[4:], with(func(o *Options) { o.Dates = xs(t, "5") }), "numbers in place of dates"},
		"steps":                  {sums, inputs[4:], with(func(o *Options) { o.Per = timeaxis.PerStep }), "steps"},
		"ranks":                  {sums, inputs[4:], with(func(o *Options) { o.Fit.Fields = []stats.Field{stats.SenSlope} }), "sen_slope, which needs the samples of all dates"},
		"a model":                {sums, inputs[4:], with(func(o *Options) { o.Fit.Model.Degree = 2 }), "a model with more than a line"},
		"residuals":              {sums, inputs[4:], with(func(o *Options) { o.Residuals = "r.tif" }), "needs the samples of all dates"},
		"a raster that is none":  {inputs[0], inputs[4:], Options{}, "it is no file of sums"},
		"an output":              {fit(t, inputs, Options{}), inputs[4:], Options{}, "it is no file of sums"},
		"no file":                {filepath.Join(dayDir, "none.tif"), inputs[4:], Options{}, "none.tif"},
		"the sums as a target":   {sums, inputs[4:], with(func(o *Options) { o.Keep, o.Overwrite = sums, true }), "is also an input"},
		"a lossy file of sums":   {sums, inputs[4:], with(func(o *Options) { o.Keep, o.Creation = filepath.Join(dayDir, "k.tif"), []string{"DISCARD_LSB=3"} }), "lose digits"},
		"sums among the rasters": {sums, []string{inputs[4], sums}, with(func(o *Options) { o.Dates = dates(t, "2005,2006") }), "it is an output of pixtrend"},
	} {
		t.Run(name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out.tif")
			_, err := tryUpdate(t.Context(), c.sums, c.inputs, out, c.o)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("the error is %v, and has to say %q", err, c.want)
			}
			if _, err := os.Stat(out); err == nil {
				t.Error("an output is written")
			}
		})
	}
	// A fit refuses to keep what cannot be added to.
	for name, o := range map[string]Options{
		"numbers":    with(func(o *Options) { o.Dates = xs(t, "1,2,4,8,16") }),
		"composites": with(func(o *Options) { o.Composite = compositeOf(t, timeaxis.EachYear, "max") }),
		"a model":    with(func(o *Options) { o.Fit.Model.AR1 = true }),
	} {
		o.Keep = filepath.Join(dayDir, "k.tif")
		if _, err := FitFiles(t.Context(), inputs, filepath.Join(dayDir, "out.tif"), o); err == nil || !strings.Contains(err.Error(), "cannot keep sums of") {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
}

// A file of sums that is cut, written over or of another version is refused, and leaves no output.
func TestDamagedSums(t *testing.T) {
	s := newPlanes(64, 48, 5, 0, 99)
	inputs := s.files(t, func(_ int, m *made) { m.dtype = godal.Int16 })
	good := filepath.Join(t.TempDir(), "sums.tif")
	fit(t, inputs[:4], Options{Keep: good})
	data, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	edit := func(change func(ds *godal.Dataset) error) func(path string) error {
		return func(path string) error {
			ds, err := godal.Open(path, godal.Update())
			if err != nil {
				return err
			}
			return errors.Join(change(ds), ds.Close())
		}
	}
	poke := func(band int, x float64) func(path string) error {
		return edit(func(ds *godal.Dataset) error { return ds.Bands()[band].Write(33, 21, []float64{x}, 1, 1) })
	}
	item := func(name, text string) func(path string) error {
		return edit(func(ds *godal.Dataset) error { return ds.SetMetadata(name, text) })
	}
	for name, c := range map[string]struct {
		damage func(path string) error
		want   string
	}{
		"cut":               {func(path string) error { return os.Truncate(path, int64(len(data)/2)) }, "cannot"},
		"empty":             {func(path string) error { return os.Truncate(path, 0) }, "it is empty"},
		"too many":          {poke(0, 5), "damaged at column"},
		"a number of dates": {poke(0, 1.5), "damaged at column"},
		"times":             {poke(2, 1e9), "damaged at column"},
		"a sum":             {poke(4, 0.5), "damaged at column"},
		"a first date":      {poke(7, 7), "damaged at column"},
		"another format":    {item(sumsItem, "2"), "have the format 2"},
		"no dates":          {item(sumsDatesItem, ""), "does not have the dates"},
		"dates":             {item(sumsDatesItem, "2001 2001-02-30"), "of which dates"},
		"unsorted dates":    {item(sumsDatesItem, "2003 2001 2002 2004"), "does not have the dates"},
		"an origin":         {item(sumsOriginItem, "x"), "from which date"},
		"bands":             {edit(func(ds *godal.Dataset) error { return ds.Bands()[3].SetDescription("n") }), "are not the 9 of sums"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path, out := filepath.Join(dir, "sums.tif"), filepath.Join(dir, "out.tif")
			if err := os.WriteFile(path, data, 0o666); err != nil {
				t.Fatal(err)
			}
			if err := c.damage(path); err != nil {
				t.Fatal(err)
			}
			_, err := tryUpdate(t.Context(), path, inputs[4:], out, Options{Keep: filepath.Join(dir, "more.tif")})
			if !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("the error is %v, and has to say %q", err, c.want)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 2 { // with a sidecar of the edit
				t.Errorf("files are left: %v", left)
			}
		})
	}
}

// Sums that change during an update are noticed, and no output appears.
func TestSumsThatChange(t *testing.T) {
	s := newPlanes(64, 48, 5, 0, 99)
	inputs := s.files(t, func(_ int, m *made) { m.dtype = godal.Int16 })
	dir := t.TempDir()
	sums, out, more := filepath.Join(dir, "sums.tif"), filepath.Join(dir, "out.tif"), filepath.Join(dir, "more.tif")
	fit(t, inputs[:4], Options{Keep: sums})
	j, err := PrepareUpdate(t.Context(), sums, inputs[4:], out, Options{Keep: more})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = j.Close() }()
	file, err := os.OpenFile(sums, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.Write([]byte{0}); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := j.Run(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "no longer the file that was checked") {
		t.Errorf("the error is %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 1 {
		t.Errorf("files are left: %v", left)
	}
}

// xs reads numbers in place of dates.
func xs(t *testing.T, text string) timeaxis.Spec {
	t.Helper()
	spec, err := timeaxis.ParseX(text)
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

// Real stacks: scenes of Landsat with clouds as whole numbers, and NDVI of Sentinel-2 and leaf area of
// MODIS, to which the last dates are added.
func TestUpdateOfRealStacks(t *testing.T) {
	for _, c := range []struct {
		pattern string
		o       OpenOptions
		first   int // rasters of each step but the last
		exact   bool
	}{
		{"yatsm_landsat_p035r032/*.gtif", OpenOptions{Band: 4, Valid: &Range{Lo: 0, Hi: 10000}}, 200, true},
		{"rtrend_lai_china/yearly/LAI_*.tif", OpenOptions{}, 9, false},
	} {
		inputs, err := filepath.Glob(shared(t, c.pattern))
		if err != nil || len(inputs) == 0 {
			t.Fatal(inputs, err)
		}
		dated, err := Dates(t.Context(), inputs, c.o)
		if err != nil {
			t.Fatal(err)
		}
		slices.SortStableFunc(dated, func(a, b Dated) int { return a.Date.Compare(b.Date) })
		var groups [][]string
		for i, d := range dated {
			if i == 0 || len(groups[len(groups)-1]) >= c.first && d.Date != dated[i-1].Date {
				groups = append(groups, nil)
			}
			groups[len(groups)-1] = append(groups[len(groups)-1], d.Name)
		}
		o := Options{OpenOptions: c.o, Fit: pixtrend.Options{Fields: updateFields[:15], Float64: true}}
		o.seasonal = true
		want, _ := readAll(t, fit(t, inputs, o))
		got, _ := readAll(t, keptBySteps(t, groups, o))
		if c.exact {
			sameBands(t, c.pattern, want, got)
			continue
		}
		for f := range want {
			for p, x := range want[f] {
				if off := math.Abs(got[f][p] - x); !(off <= 1e-9*math.Max(1, math.Abs(x))) && !(x != x && got[f][p] != got[f][p]) {
					t.Fatalf("%s: %v of pixel %d is %v, and %v of all rasters", c.pattern, updateFields[f], p, got[f][p], x)
				}
			}
		}
	}
}
