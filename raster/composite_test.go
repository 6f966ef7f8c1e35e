package raster

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// sceneDates are the days of scenes: three of 2001, one of 2002 and two of the winter after it.
var sceneDates = []string{"2001-03-01", "2001-07-15", "2001-08-20", "2002-07-01", "2002-12-24", "2003-01-03"}

// datedScenes writes a file for each of sceneDates, in which pixels lack some observations.
func datedScenes(t *testing.T, each func(i int, m *made)) (names []string, s planes) {
	t.Helper()
	s = newPlanes(9, 5, len(sceneDates), -50, 300).gappy(-9999)
	nodata, dir := -9999.0, t.TempDir()
	for i, name := range s.files(t, func(i int, m *made) {
		m.nodata = &nodata
		if each != nil {
			each(i, m)
		}
	}) {
		to := filepath.Join(dir, "ndvi_"+sceneDates[i]+".tif")
		if err := os.Rename(name, to); err != nil {
			t.Fatal(err)
		}
		names = append(names, to)
	}
	return names, s
}

// header opens a raster for its metadata.
func header(t *testing.T, path string) *godal.Dataset {
	t.Helper()
	ds, err := openRaster(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ds.Close() })
	return ds
}

func compositeOf(t *testing.T, period timeaxis.Period, how string) Composite {
	t.Helper()
	by, err := stats.ParseComposite(how)
	if err != nil {
		t.Fatal(err)
	}
	return Composite{period, by}
}

// largest returns the largest observation of each pixel at some dates; NaN without one.
func largest(s planes, dates ...int) []float64 {
	plane := make([]float64, s.width*s.height)
	for p := range plane {
		plane[p] = math.NaN()
		for _, i := range dates {
			if y := s.dates[i][p]; y != -9999 && !(plane[p] >= y) {
				plane[p] = y
			}
		}
	}
	return plane
}

func runComposites(t *testing.T, inputs []string, output string, o Options) Summary {
	t.Helper()
	j, err := PrepareComposites(t.Context(), inputs, output, o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = j.Close() }()
	s, err := j.Run(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestCompositeFiles(t *testing.T) {
	inputs, s := datedScenes(t, nil)
	years := [][]float64{largest(s, 0, 1, 2), largest(s, 3, 4), largest(s, 5)}
	dir := t.TempDir()
	o := Options{OpenOptions: OpenOptions{Composite: compositeOf(t, timeaxis.EachYear, "max")}}
	sum := runComposites(t, inputs, filepath.Join(dir, "max_{year}.tif"), o)
	var names []string
	for i, year := range []string{"2001", "2002", "2003"} {
		name := filepath.Join(dir, "max_"+year+".tif")
		names = append(names, name)
		bands, _ := readAll(t, name)
		ds := header(t, name)
		if len(bands) != 1 || !sameNumbers(bands[0], years[i]) {
			t.Errorf("%s: %v, want %v", year, bands, years[i])
		}
		if b := ds.Bands()[0]; b.Description() != year || ds.Metadata(compositeItem) != "annual max" {
			t.Errorf("%s: the band is %q, the metadata %q", year, b.Description(), ds.Metadatas())
		}
	}
	gaps := int64(0)
	for _, plane := range years {
		for _, y := range plane {
			if y != y {
				gaps++
			}
		}
	}
	if !slices.Equal(sum.Outputs, names) || sum.Dates != 3 || sum.Given != 6 || *sum.Gaps != gaps || sum.Composite != "annual max" {
		t.Errorf("summary %+v, want %d gaps", sum, gaps)
	}

	// One file has a band for each, and is an input like the files.
	whole := filepath.Join(dir, "all.tif")
	runComposites(t, inputs, whole, o)
	if bands, _ := readAll(t, whole); len(bands) != 3 || !sameNumbers(bands[1], years[1]) {
		t.Errorf("all years: %v, want %v", bands, years)
	}
	// A fit of the scenes' composites has the bits of a fit of the files.
	fitOptions := all()
	want := fitted(t, names, fitOptions)
	for f, plane := range fitted(t, []string{whole}, fitOptions) {
		if !sameNumbers(plane, want[f]) {
			t.Errorf("field %d of the fit of one file is %v, want %v", f, plane, want[f])
		}
	}
	fitOptions.Composite = o.Composite
	out := fit(t, inputs, fitOptions)
	bands, _ := readAll(t, out)
	ds := header(t, out)
	for f, plane := range bands {
		if !sameNumbers(plane, want[f]) {
			t.Errorf("field %d of the fit of scenes is %v, want %v", f, plane, want[f])
		}
	}
	if ds.Metadata(datesItem) != "2001 2002 2003" || ds.Metadata(compositeItem) != "annual max" {
		t.Errorf("metadata of the fit: %q", ds.Metadatas())
	}
	checkTwoPass(t, "composites", bands, planes{s.width, s.height, years})
	checkSeries(t, inputs, inputs, Options{OpenOptions: o.OpenOptions}, len(years[0]))
	for p := range years[0] {
		checkComposed(t, series(t, inputs, p%s.width, p/s.width, o), s, years, p)
	}

	// Scenes and composites are no stack, nor are composites of two kinds.
	fails(t, append(slices.Clone(inputs), names[0]), filepath.Join(dir, "mixed.tif"), all(), fault.ErrInput, "annual max", inputs[0])
	other := filepath.Join(dir, "min_{year}.tif")
	o.Composite = compositeOf(t, timeaxis.EachYear, "min")
	runComposites(t, inputs, other, o)
	fails(t, []string{names[0], filepath.Join(dir, "min_2002.tif")}, filepath.Join(dir, "mixed.tif"), all(), fault.ErrInput, "another kind", "annual min")
}

// Composites of months have the day of MonthDay, with masks too, in fits and in files.
func TestCompositesOfMonths(t *testing.T) {
	inputs, _ := datedScenes(t, nil)
	dir := t.TempDir()
	o := all()
	o.Composite, o.MonthDay = compositeOf(t, timeaxis.EachMonth, "max"), timeaxis.MiddleOfMonth
	out := fit(t, inputs, o)
	const middles = "2001-03-16 2001-07-16 2001-08-16 2002-07-16 2002-12-16 2003-01-16"
	if got := header(t, out).Metadata(datesItem); got != middles {
		t.Errorf("dates %s, want %s", got, middles)
	}
	want, _ := readAll(t, out)
	whole := filepath.Join(dir, "months.tif")
	runComposites(t, inputs, whole, Options{OpenOptions: o.OpenOptions})
	for f, plane := range fitted(t, []string{whole}, all()) {
		if !sameNumbers(plane, want[f]) {
			t.Errorf("field %d of the fit of the file is %v, want %v", f, plane, want[f])
		}
	}
	masks, _ := datedScenes(t, func(_ int, m *made) { m.dtype = godal.Int16 })
	o.Mask = Mask{From: masks, Keep: []Values{{-32768, 32767}}}
	if got := header(t, fit(t, inputs, o)).Metadata(datesItem); got != middles {
		t.Errorf("dates %s with masks, want %s", got, middles)
	}
	o.Composite.Period = timeaxis.EachSeason
	fails(t, inputs, filepath.Join(dir, "seasons.tif"), o, fault.ErrInput, "no input is dated by a month")
}

// checkComposed compares the dates of a series, which are years, with the composites of a pixel and
// with its scenes.
func checkComposed(t *testing.T, of *Series, scenes planes, years [][]float64, p int) {
	t.Helper()
	at := 0
	for i, d := range of.Dates {
		if y := years[i][p]; math.IsNaN(y) != (d.Observed == nil) || d.Observed != nil && float64(*d.Observed) != y {
			t.Errorf("pixel %d, %s: observed %v, the composite is %v", p, d.Label, d.Observed, y)
		}
		n := 0
		for _, scene := range d.Scenes {
			y := scenes.dates[at][p]
			gap := y == -9999
			if observed := scene.Observed; gap != (observed == nil) || observed != nil && float64(*observed) != y {
				t.Errorf("pixel %d, scene %s: observed %v, the sample is %v", p, scene.Label, observed, y)
			}
			if at++; !gap {
				n++
			}
		}
		if d.SceneObservations() != n {
			t.Errorf("pixel %d, %s: %d observations in its scenes, want %d", p, d.Label, d.SceneObservations(), n)
		}
	}
	if at != len(scenes.dates) || of.Composite != "annual max" {
		t.Errorf("pixel %d: %d scenes of %d, composite %q", p, at, len(scenes.dates), of.Composite)
	}
}

func sameNumbers(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return x == y || x != x && y != y })
}

// Scale and offset are applied, and counts have neither.
func TestCompositesAreScaled(t *testing.T) {
	inputs, s := datedScenes(t, func(_ int, m *made) { m.scale, m.offset, m.unit = 0.5, 10, "K" })
	for how, unit := range map[string]string{"max": "K", "count": "observations"} {
		name := filepath.Join(t.TempDir(), "c.tif")
		runComposites(t, inputs, name, Options{OpenOptions: OpenOptions{Composite: compositeOf(t, timeaxis.EachSeason, how)}})
		bands, _ := readAll(t, name)
		ds := header(t, name)
		var dates []string
		for _, b := range ds.Bands() {
			dates = append(dates, b.Description())
		}
		if want := []string{"2001-03-01", "2001-06-01", "2002-06-01", "2002-12-01"}; !slices.Equal(dates, want) {
			t.Fatalf("%s: %v, want %v", how, dates, want)
		}
		if got := unitOf(ds.Bands()[0]); got != unit {
			t.Errorf("%s: the unit is %q, want %q", how, got, unit)
		}
		winter := largest(s, 4, 5)
		for p, y := range winter {
			want := 0.5*y + 10
			if how == "count" {
				want = 0
				for _, i := range []int{4, 5} {
					if s.dates[i][p] != -9999 {
						want++
					}
				}
			}
			if got := bands[3][p]; got != want && !(got != got && want != want) {
				t.Errorf("%s of pixel %d is %v, want %v", how, p, got, want)
			}
		}
	}
}

// One period is enough for composites, and not for a trend.
func TestOneComposite(t *testing.T) {
	inputs, s := datedScenes(t, nil)
	name := filepath.Join(t.TempDir(), "one.tif")
	o := Options{OpenOptions: OpenOptions{Composite: compositeOf(t, timeaxis.EachYear, "max")}}
	runComposites(t, inputs[:3], name, o)
	if bands, _ := readAll(t, name); len(bands) != 1 || !sameNumbers(bands[0], largest(s, 0, 1, 2)) {
		t.Errorf("one composite: %v", bands)
	}
	fails(t, inputs[:3], filepath.Join(t.TempDir(), "fit.tif"), o, fault.ErrInput, "annual", "2001", "two or more")
}

func TestCompositesRefuse(t *testing.T) {
	inputs, _ := datedScenes(t, nil)
	dir := t.TempDir()
	years := newPlanes(4, 4, 3, 0, 9).files(t, nil)
	for name, c := range map[string]struct {
		inputs []string
		output string
		of     Composite
		words  []string
	}{
		"no period":             {inputs, "a.tif", Composite{}, []string{"Composite"}},
		"one name for two":      {inputs, "a_{year}.tif", compositeOf(t, timeaxis.EachMonth, "max"), []string{"2001-03-01", "2001-07-01", "{date}"}},
		"months of years":       {years, "a.tif", compositeOf(t, timeaxis.EachMonth, "max"), []string{"years and days"}},
		"an existing file":      {inputs, "b_{year}.tif", compositeOf(t, timeaxis.EachYear, "max"), []string{"b_2002.tif", "exists"}},
		"not a GeoTIFF's name":  {inputs, "a_{year}.nc", compositeOf(t, timeaxis.EachYear, "max"), []string{".nc"}},
		"an input as an output": {inputs, inputs[3][:len(inputs[3])-len("2002-07-01.tif")] + "{date}.tif", compositeOf(t, timeaxis.EachMonth, "max"), []string{"input"}},
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(filepath.Join(dir, "b_2002.tif"), nil, 0o666); err != nil {
				t.Fatal(err)
			}
			before, output := listing(dir), c.output
			if !filepath.IsAbs(output) {
				output = filepath.Join(dir, output)
			}
			j, err := PrepareComposites(t.Context(), c.inputs, output, Options{OpenOptions: OpenOptions{Composite: c.of}})
			if err == nil {
				_ = j.Close()
			}
			checkError(t, err, nil, c.words...)
			if after := listing(dir); after != before {
				t.Errorf("the folder held %s and now %s", before, after)
			}
		})
	}
	x := Options{OpenOptions: OpenOptions{Dates: specX(t, "1,2,3,4,5,6"), Composite: compositeOf(t, timeaxis.EachYear, "max")}}
	if _, err := PrepareComposites(t.Context(), inputs, filepath.Join(dir, "x.tif"), x); err == nil {
		t.Error("numbers in place of dates have composites")
	}
}

func specX(t *testing.T, numbers string) timeaxis.Spec {
	t.Helper()
	spec, err := timeaxis.ParseX(numbers)
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

// A composite of each year has no season, and a composite of each month has them.
func TestSeasonWarningOfComposites(t *testing.T) {
	inputs, _ := datedScenes(t, nil)
	for how, warned := range map[timeaxis.Period]bool{timeaxis.NoPeriod: true, timeaxis.EachYear: false, timeaxis.EachMonth: true} {
		s := opened(t, inputs, OpenOptions{Composite: Composite{Period: how}})
		got := slices.ContainsFunc(s.Warnings(), func(w string) bool { return len(w) > 40 })
		if got != warned {
			t.Errorf("%v composites: warnings %q", how, s.Warnings())
		}
	}
}

// Composites take the place of nothing that they are made from, whether they are in one file or in
// several, and nothing stale beside a target is read with them.
func TestTargetsOfComposites(t *testing.T) {
	inputs, _ := datedScenes(t, nil)
	dir := filepath.Dir(inputs[0])
	list := filepath.Join(dir, "list")
	put(t, list, strings.Join(inputs, "\n"))
	o := Options{Overwrite: true, OpenOptions: OpenOptions{Composite: compositeOf(t, timeaxis.EachYear, "max")}}
	if err := os.Symlink(inputs[3], filepath.Join(dir, "max_2002.tif")); err != nil {
		t.Skip(err)
	}
	before := listing(dir)
	for _, output := range []string{inputs[1], list, filepath.Join(dir, "max_{year}.tif"), filepath.Join(dir, "max_2002.tif")} {
		_, err := PrepareComposites(t.Context(), []string{"@" + list}, output, o)
		checkError(t, err, fault.ErrOutput, "is also an input")
	}
	if after := listing(dir); after != before {
		t.Errorf("the folder held %s and now %s", before, after)
	}
	o.Overwrite = false
	stale := t.TempDir()
	put(t, filepath.Join(stale, "max_2003.tif.msk"), "stale")
	for _, output := range []string{filepath.Join(stale, "max_{year}.tif"), filepath.Join(stale, "max_2003.tif")} {
		_, err := PrepareComposites(t.Context(), inputs, output, o)
		checkError(t, err, fault.ErrOutput, "max_2003.tif.msk", "the option Overwrite")
	}
	o.Overwrite = true
	runComposites(t, inputs, filepath.Join(stale, "max_{year}.tif"), o)
	if got := listing(stale); strings.Count(got, ":") != 3 {
		t.Errorf("the folder holds %s", got)
	}
}

// Composites are made of one version of their scenes, and all files of them appear or none.
func TestCompositesFailTogether(t *testing.T) {
	for what, spoil := range map[string]func(t *testing.T, input, output string){
		"an input is rewritten": func(t *testing.T, input, _ string) {
			text, err := os.ReadFile(input)
			if err != nil {
				t.Error(err)
			}
			put(t, input, string(text))
		},
		"a target becomes a folder": func(t *testing.T, _, output string) {
			put(t, filepath.Join(folderAt(t, output), "file"), "")
		},
	} {
		t.Run(what, func(t *testing.T) {
			inputs, _ := datedScenes(t, nil)
			old := time.Now().Add(-time.Hour)
			for _, name := range inputs {
				if err := os.Chtimes(name, old, old); err != nil {
					t.Fatal(err)
				}
			}
			dir := t.TempDir()
			last := filepath.Join(dir, "max_2003.tif")
			j, err := PrepareComposites(t.Context(), inputs, filepath.Join(dir, "max_{year}.tif"),
				Options{OpenOptions: OpenOptions{Composite: compositeOf(t, timeaxis.EachYear, "max")}})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = j.Close() }()
			_, err = j.Run(t.Context(), func(done, total int) {
				if done == total {
					spoil(t, inputs[0], last)
				}
			})
			checkError(t, err, nil)
			if err := os.RemoveAll(last); err != nil {
				t.Fatal(err)
			}
			if left := listing(dir); left != "[]" {
				t.Errorf("left behind: %s", left)
			}
		})
	}
}
