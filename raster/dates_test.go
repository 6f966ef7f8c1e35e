package raster

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/tiff"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// opened opens a stack, and closes it at the end of the test.
func opened(t testing.TB, inputs []string, o OpenOptions) *Stack {
	t.Helper()
	s, err := Open(t.Context(), inputs, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// axisOf is what the planes of a stack are fitted against.
func axisOf(s *Stack) string {
	var names []string
	for i := range s.Names() {
		names = append(names, s.Grid().Axis.Label(i))
	}
	return strings.Join(names, " ")
}

// Files that are alike but for their labels have dates of their own, in the order of rank.
func TestDatesInFiles(t *testing.T) {
	dir := t.TempDir()
	var names []string
	for i, name := range []string{"c.tif", "a.tif", "b.tif"} {
		path := filepath.Join(dir, name)
		if err := (made{width: 5, height: 4, bands: newPlanes(5, 4, 3, 0, 9).dates[i : i+1], transform: &usualPlace}).write(path); err != nil {
			t.Fatal(err)
		}
		names = append(names, path)
	}
	check := func(what, dates, source string, spec timeaxis.Spec, warning string) {
		t.Helper()
		s := opened(t, names, OpenOptions{Dates: spec})
		if got := axisOf(s); got != dates || s.Readings()[0].Source != source {
			t.Errorf("%s: dates %s by the %s, want %s by the %s", what, got, s.Readings()[0].Source, dates, source)
		}
		if w := s.Warnings(); strings.Join(w, "") != warning {
			t.Errorf("%s: warnings %q, want %q", what, w, warning)
		}
	}
	for i, name := range names {
		relabel(t, name, acquiredAt(fmt.Sprintf("2001-07-%d 10:20:30", 15-i)))
		relabel(t, name, func(ds *godal.Dataset) error {
			return ds.SetMetadata("TIFFTAG_DATETIME", fmt.Sprintf("2020:01:%02d 00:00:00", i+1))
		})
	}
	check("acquisition", "2001-07-13 2001-07-14 2001-07-15", "acquisition metadata", timeaxis.Spec{}, "")
	check("tag", "2020-01-01 2020-01-02 2020-01-03", "TIFFTAG_DATETIME", dates(t, "tag"), "")
	for i, name := range names {
		relabel(t, name, func(ds *godal.Dataset) error { return describeBands(ds, fmt.Sprintf("ndvi %d-08-01", 2001+i)) })
	}
	check("description", "2001-08-01 2002-08-01 2003-08-01", "band description", timeaxis.Spec{}, fmt.Sprintf(
		"the band description of %q says 2002-08-01, which is used, and its acquisition metadata says 2001-07-14 (and 2 more)", names[1]))

	_, err := Open(t.Context(), names, OpenOptions{Dates: dates(t, "name")})
	checkError(t, err, timeaxis.ErrNoDate, `"`+names[0]+`"`, "path,date")
	relabel(t, names[0], func(ds *godal.Dataset) error { return describeBands(ds, "2003-2020") })
	_, err = Open(t.Context(), names, OpenOptions{})
	checkError(t, err, timeaxis.ErrAmbiguous, names[0], "2003 and 2020")
}

// Remote files are dated by their labels too, without requests for anything beside them.
func TestDatesInRemoteFiles(t *testing.T) {
	names := newPlanes(5, 4, 2, 0, 9).files(t, nil)
	for i, name := range names {
		relabel(t, name, acquiredAt(fmt.Sprintf("2001-07-%d 10:20:30", 15-i)))
	}
	srv := serve(t, names[0])
	if got, want := axisOf(opened(t, srv.urls(names, ""), OpenOptions{})), "2001-07-14 2001-07-15"; got != want {
		t.Errorf("dates %s, want %s", got, want)
	}
	asked, _, _ := srv.seen()
	for _, request := range asked {
		if !strings.Contains(request, ".tif ") {
			t.Errorf("asks for %s", request)
		}
	}
	if len(asked) > 3*len(names) {
		t.Errorf("%d requests for %d files:\n%s", len(asked), len(names), strings.Join(asked, "\n"))
	}
	// A date that the name tells spares the others all requests.
	srv = serve(t, names[0])
	o := OpenOptions{Dates: dates(t, "name"), Select: timeaxis.Selection{From: timeaxis.Year(2003)}}
	if _, err := Open(t.Context(), srv.urls(names, ""), o); err == nil {
		t.Error("no error")
	}
	if asked, _, _ := srv.seen(); len(asked) > 0 {
		t.Errorf("asks %q", asked)
	}
}

// The bands of one raster are dated by themselves: not by what the whole file says.
func TestDatesOfBands(t *testing.T) {
	s := newPlanes(5, 4, 3, 0, 9)
	name := s.multiband(t, func(m *made) { m.descriptions = []string{"X2000.03.05", "X2000.02.18", "ndvi"} })
	relabel(t, name, acquiredAt("2000-02-02 10:20:30"))
	_, err := Open(t.Context(), []string{name}, OpenOptions{})
	checkError(t, err, timeaxis.ErrNoDate, "3 bands", "band 3", `"ndvi"`, "path,date", "the option Band")
	relabel(t, name, func(ds *godal.Dataset) error {
		return ds.Bands()[2].SetMetadata(tiff.AcquiredKey, "2000-02-19 10:20:30", godal.Domain(tiff.Imagery))
	})
	stack := opened(t, []string{name}, OpenOptions{})
	if got, want := axisOf(stack), "2000-02-18 2000-02-19 2000-03-05"; got != want {
		t.Errorf("dates %s, want %s", got, want)
	}
	if got := stack.Readings()[1]; got.String() != "2000-02-19 by acquisition metadata (YYYY-MM-DD)" || stack.Names()[1] != name+" band 3" {
		t.Errorf("band 3 is read as %v, %s", got, stack.Names()[1])
	}
	pattern, err := timeaxis.ParsePattern(`X(?P<year>\d{4}).(?P<month>\d\d)`)
	if err != nil {
		t.Fatal(err)
	}
	relabel(t, name, func(ds *godal.Dataset) error { return describeBands(ds, "X2001.03.05", "X2002.02.18", "X2003.01.01") })
	if got, want := axisOf(opened(t, []string{name}, OpenOptions{Dates: pattern})), "2001-03-01 2002-02-01 2003-01-01"; got != want {
		t.Errorf("dates %s, want %s", got, want)
	}
	middle := OpenOptions{Dates: pattern, MonthDay: timeaxis.MiddleOfMonth}
	if got, want := axisOf(opened(t, []string{name}, middle)), "2001-03-16 2002-02-15 2003-01-16"; got != want {
		t.Errorf("dates %s, want %s", got, want)
	}
	if dated, err := Dates(t.Context(), []string{name}, middle); err != nil || dated[1].Date.String() != "2002-02-15" || !dated[1].Month {
		t.Errorf("dates %v, %v", dated, err)
	}
}

// The middles of months make the same stack as a list of these days, also with masks, and a stack of
// no months has none.
func TestMiddleOfMonths(t *testing.T) {
	dir := t.TempDir()
	s, m := newPlanes(6, 5, 3, 0, 99), newPlanes(6, 5, 3, 0, 1)
	var files, masks, days []string
	for i, month := range []string{"2001-01", "2001-02", "2001-12"} {
		files = append(files, filepath.Join(dir, "ndvi_"+month+".tif"))
		masks = append(masks, filepath.Join(dir, "qa_"+month+".tif"))
		days = append(days, month+[]string{"-16", "-15", "-16"}[i])
		for path, samples := range map[string][]float64{files[i]: s.dates[i], masks[i]: m.dates[i]} {
			if err := (made{width: 6, height: 5, bands: [][]float64{samples}, dtype: godal.Int16}).write(path); err != nil {
				t.Fatal(err)
			}
		}
	}
	o := all()
	o.Mask = Mask{From: masks, Keep: []Values{{1, 1}}}
	o.MonthDay = timeaxis.MiddleOfMonth
	got := fitted(t, files, o)
	var err error
	o.MonthDay, o.Dates = timeaxis.FirstOfMonth, must(timeaxis.ParseSpec(strings.Join(days, ",")))
	want := fitted(t, files, o)
	for f := range want {
		for p, x := range want[f] {
			if math.Float64bits(got[f][p]) != math.Float64bits(x) {
				t.Fatalf("field %d of pixel %d is %v, with days in a list %v", f, p, got[f][p], x)
			}
		}
	}
	o.MonthDay = timeaxis.MiddleOfMonth
	if _, err = Open(t.Context(), files, o.OpenOptions); err == nil || !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), "no input is dated by a month") {
		t.Errorf("a list of days with the middles of months: %v", err)
	}
}

// What is not selected is not read, and need not fit the others.
func TestSelection(t *testing.T) {
	s := newPlanes(20, 10, 5, 0, 99)
	files := s.files(t, func(i int, m *made) {
		if i == 4 {
			m.width, m.bands = 10, newPlanes(10, 10, 1, 0, 9).dates
		}
	})
	to, err := timeaxis.Parse("2004")
	if err != nil {
		t.Fatal(err)
	}
	o := all()
	o.Select = timeaxis.Selection{To: to}
	want := fitted(t, files[:4], all())
	sameBands(t, "another grid is left out", want, fitted(t, files, o))
	if err := os.WriteFile(files[4], []byte("no raster"), 0o666); err != nil {
		t.Fatal(err)
	}
	_, err = Open(t.Context(), files, o.OpenOptions) // its description may date it
	checkError(t, err, fault.ErrInput, files[4])
	for _, text := range []string{"name", "2001-2005"} {
		o.Dates = dates(t, text)
		sameBands(t, "no raster is opened", want, fitted(t, files, o))
	}
	stack := opened(t, files, o.OpenOptions)
	if len(stack.Names()) != 4 || stack.Given() != 5 || stack.FileBytes() != sizes(t, files[:4]) {
		t.Errorf("%d of %d rasters with %d bytes", len(stack.Names()), stack.Given(), stack.FileBytes())
	}
	// The order of the arguments, and what they are, shows nowhere.
	mixed := []string{files[3], files[4], files[0], files[2], files[1]}
	o.Dates = dates(t, "name")
	sameBands(t, "in another order", want, fitted(t, mixed, o))

	// The bands of one file.
	o.Dates = timeaxis.Spec{}
	o.Select.From = timeaxis.Year(2002)
	multi := newPlanes(20, 10, 5, 0, 99).multiband(t, nil)
	sameBands(t, "bands", fitted(t, files[1:4], all()), fitted(t, []string{multi}, o))
	if stack := opened(t, []string{multi}, o.OpenOptions); stack.Given() != 5 || len(stack.Names()) != 3 {
		t.Errorf("%d of %d bands", len(stack.Names()), stack.Given())
	}

	o.Select = timeaxis.Selection{From: timeaxis.Year(2004)}
	_, err = Open(t.Context(), files[:4], o.OpenOptions)
	checkError(t, err, timeaxis.ErrTooFew, "from 2004 leaves 1 of 4 rasters", "y_2001.tif … y_2004.tif (4 files)")
}

// Slopes and intercepts of y = 7, 1, 4 on days 0, 10 and 40, worked out by hand: against days, t̄ =
// 50/3, Σ(t−t̄)² = 1700 − 2500/3 = 2600/3 and Σ(t−t̄)y = 170 − 200 = −30; against steps, −3/2 and
// 11/2.
func TestUnitsOfSlopes(t *testing.T) {
	s := planes{1, 1, [][]float64{{7}, {1}, {4}}}
	files := s.files(t, func(_ int, m *made) { m.dtype = godal.Float64 })
	days := dates(t, "1970-01-01,1970-01-11,1970-02-10")
	x, err := timeaxis.ParseX("0,2.5,10") // a quarter of the days
	if err != nil {
		t.Fatal(err)
	}
	const perDay, intercept = -9.0 / 260, 4 + 9.0/260*50/3
	for _, c := range []struct {
		o                OpenOptions
		slope, intercept float64
		unit, origin     string
	}{
		{OpenOptions{Dates: days}, perDay * 365.2425, intercept, "per year", "1970-01-01"},
		{OpenOptions{Dates: days, Per: timeaxis.PerMonth}, perDay * 30.436875, intercept, "per month", "1970-01-01"},
		{OpenOptions{Dates: days, Per: timeaxis.PerDay}, perDay, intercept, "per day", "1970-01-01"},
		// As GRASS r.series (its index of maps begins at 0) and CDO trend (and its time steps do)
		// have it.
		{OpenOptions{Dates: days, Per: timeaxis.PerStep}, -1.5, 5.5, "per step", "step 0, 1970-01-01"},
		{OpenOptions{Dates: x, XUnit: "ppm"}, perDay * 4, intercept, "per ppm", "x = 0 ppm"},
		{OpenOptions{Dates: x}, perDay * 4, intercept, "per x", "x = 0"},
		{OpenOptions{Per: timeaxis.PerMonth}, -1.5 / 12, 5.5 + 1.5*2001, "per month", "year 0"},
		{OpenOptions{Per: timeaxis.PerStep}, -1.5, 5.5, "per step", "step 0, 2001"},
	} {
		o := all()
		o.OpenOptions = c.o
		out := fit(t, files, o)
		bands, _ := readAll(t, out)
		ds, err := openRaster(out)
		if err != nil {
			t.Fatal(err)
		}
		if !(math.Abs(bands[0][0]-c.slope) <= 1e-12*math.Abs(c.slope)) || !(math.Abs(bands[1][0]-c.intercept) <= 1e-12*math.Abs(c.intercept)) {
			t.Errorf("%s: slope %v and intercept %v, want %v and %v", c.unit, bands[0][0], bands[1][0], c.slope, c.intercept)
		}
		if got := unitOf(ds.Bands()[0]); got != c.unit {
			t.Errorf("the unit is %q, want %q", got, c.unit)
		}
		if got := ds.Bands()[1].Metadata("TIME_ORIGIN"); got != c.origin {
			t.Errorf("%s: the origin is %q, want %q", c.unit, got, c.origin)
		}
		list, of := ds.Metadata("PIXTREND_DATES"), ds.Metadata("PIXTREND_X")
		if c.o.Dates.IsX() {
			list, of = of, list
		}
		if fields := strings.Fields(list); len(fields) != 3 || of != "" || c.o.Dates.IsX() && list != "0 2.5 10" {
			t.Errorf("%s: the metadata list %q, and %q", c.unit, list, of)
		}
		_ = ds.Close()
	}

	// Scenes of a date are separate steps.
	shared := opened(t, files, OpenOptions{Dates: dates(t, "2001,2002,2001"), Per: timeaxis.PerStep})
	if got := shared.Grid().Axis.T; !slices.Equal(got, []float64{0, 1, 2}) || len(shared.Warnings()) != 2 || !strings.Contains(shared.Warnings()[1], "a step of its own") {
		t.Errorf("t %v, warnings %q", got, shared.Warnings())
	}
}

func TestOptionsThatExcludeEachOther(t *testing.T) {
	files := newPlanes(5, 4, 2, 0, 9).files(t, nil)
	x, err := timeaxis.ParseX("1,2")
	if err != nil {
		t.Fatal(err)
	}
	for want, o := range map[string]OpenOptions{
		"numbers in place of dates have a unit of their own": {Dates: x, Per: timeaxis.PerDay},
		"and no calendar":    {Dates: x, Select: timeaxis.Selection{Months: 1 << 6}},
		`"K" is a unit`:      {XUnit: "K"},
		"bands count from 1": {Band: -1},
		"from 2003 to 2001":  {Select: timeaxis.Selection{From: timeaxis.Year(2003), To: timeaxis.Year(2001)}},
	} {
		if _, err := Open(t.Context(), files, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", o, err, want)
		}
	}
	x, _ = timeaxis.ParseX("3,3")
	_, err = Open(t.Context(), files, OpenOptions{Dates: x})
	checkError(t, err, timeaxis.ErrTooFewX, "x is 3 for all 2 inputs")
	x, _ = timeaxis.ParseX("3,4,5")
	_, err = Open(t.Context(), files, OpenOptions{Dates: x})
	checkError(t, err, timeaxis.ErrCountX, "3 numbers for 2 inputs")
}

// Real stacks: every date is the one that the names spell, and is read by the rule that is for it.
func TestRealDates(t *testing.T) {
	summers := timeaxis.Months(1<<6 | 1<<7 | 1<<8)
	for _, c := range []struct {
		inputs, source, rule string
		o                    OpenOptions
		from                 int    // where the date stands in a name
		layout               string // of package time
		given, used          int
	}{
		{"yatsm_landsat_p035r032/*.gtif", "file name", "Landsat scene id", OpenOptions{Band: 1}, 9, "2006002", 447, 447},
		{"yatsm_landsat_p035r032/*.gtif", "file name", "Landsat scene id", OpenOptions{Band: 4, Select: timeaxis.Selection{From: timeaxis.Year(1990), To: timeaxis.Year(1999), Months: summers}}, 9, "2006002", 447, 46},
		{"eolearn_s2_ndvi/tif", "band description", "YYYY-MM-DD", OpenOptions{}, 8, "20060102", 68, 68},
		{"eolearn_s2_ndvi/tif", "file name", "YYYYMMDD", OpenOptions{Dates: dates(t, "name"), Select: timeaxis.Selection{Months: summers}}, 8, "20060102", 68, 23},
		{"rtrend_lai_china/yearly", "file name", "year", OpenOptions{}, 4, "2006", 20, 20},
	} {
		s := opened(t, []string{shared(t, c.inputs)}, c.o)
		if s.Given() != c.given || len(s.Readings()) != c.used {
			t.Errorf("%s: %d of %d used, want %d of %d", c.inputs, len(s.Readings()), s.Given(), c.used, c.given)
		}
		for i, r := range s.Readings() {
			name := filepath.Base(s.Names()[i])
			if odd := strings.HasPrefix(name, "LE70350321999366"); odd != (r.Warning != "") || odd && r.Date.String() != "2000-01-01" {
				t.Errorf("%s is read as %v, %s", name, r, r.Warning)
			} else if odd {
				continue // 1999 had 365 days
			}
			want, err := time.Parse(c.layout, name[c.from:c.from+len(c.layout)])
			if err != nil {
				t.Fatal(err)
			}
			layout := time.DateOnly
			if c.rule == "year" {
				layout = c.layout
			}
			if r.Source != c.source || r.Rule != c.rule || r.Date != s.Grid().Axis.Dates[i] || r.Date.String() != want.Format(layout) {
				t.Errorf("%s is read as %v, %s", name, r, r.Warning)
			}
		}
	}
}

// Scenes on several grids make no stack, but each has its date: the fourth part of its folder's
// name.
func TestRealDatesOfScenes(t *testing.T) {
	inputs := filepath.Join(filepath.Dir(shared(t, "gdalcubes_L8NY18/LICENSE.upstream")), "*", "*_B5.TIF")
	for _, text := range []string{"auto", "name"} {
		dated, err := Dates(t.Context(), []string{inputs}, OpenOptions{Dates: dates(t, text)})
		if err != nil || len(dated) != 19 {
			t.Fatalf("%d scenes, %v", len(dated), err)
		}
		for _, d := range dated {
			want := strings.Split(filepath.Base(filepath.Dir(d.Name)), "_")[3]
			if strings.ReplaceAll(d.Date.String(), "-", "") != want || d.Source != "file name" || d.Rule != "Landsat product id" || d.Warning != "" {
				t.Errorf("%s is read as %v, %s", d.Name, d.Reading, d.Warning)
			}
		}
	}
}

// What Dates says of a stack that is not complete, of files and of bands.
func TestDates(t *testing.T) {
	files := newPlanes(5, 4, 3, 0, 9).files(t, func(i int, m *made) {
		if m.descriptions = []string{"ndvi"}; i == 2 {
			m.width, m.bands = 4, newPlanes(4, 4, 1, 0, 9).dates
		}
	})
	lost := filepath.Join(filepath.Dir(files[1]), "lost.tif")
	if err := os.Rename(files[1], lost); err != nil {
		t.Fatal(err)
	}
	files[1] = lost
	dated, err := Dates(t.Context(), files, OpenOptions{Select: timeaxis.Selection{From: timeaxis.Year(2003)}})
	checkError(t, err, timeaxis.ErrNoDate, `"ndvi"`, lost)
	want := []Dated{
		{files[0], timeaxis.Reading{Date: timeaxis.Year(2001), Source: "file name", Rule: "year"}},
		{lost, timeaxis.Reading{Doubt: fmt.Sprintf(`no date in the band description "ndvi" of %q or the file name %[1]q`, lost)}},
		{files[2], timeaxis.Reading{Date: timeaxis.Year(2003), Source: "file name", Rule: "year"}},
	}
	if !slices.Equal(dated, want) {
		t.Errorf("got %+v, want %+v", dated, want)
	}
	multi := newPlanes(5, 4, 2, 0, 9).multiband(t, nil)
	dated, err = Dates(t.Context(), []string{multi}, OpenOptions{Dates: dates(t, "1998,1999")})
	if err != nil || len(dated) != 2 || dated[1].Name != multi+" band 2" || dated[1].String() != "1999 by the list 1998,1999" {
		t.Errorf("got %+v, %v", dated, err)
	}
	if _, err := Dates(t.Context(), []string{filepath.Join(t.TempDir(), "none.tif")}, OpenOptions{}); err == nil {
		t.Error("no error")
	}
}

// What GDAL keeps beside a file says as much as what is in it.
func TestDatesBesideFiles(t *testing.T) {
	files := newPlanes(5, 4, 3, 0, 9).files(t, nil)
	for i, name := range files {
		aux := fmt.Sprintf(`<PAMDataset>
  <Metadata domain="IMAGERY"><MDI key="ACQUISITIONDATETIME">2011-07-%d 10:20:30</MDI></Metadata>
  <PAMRasterBand band="1"><Description>%s</Description></PAMRasterBand>
</PAMDataset>`, 15+i, []string{"", "2001-06-01", "2011"}[i])
		if err := os.WriteFile(name+".aux.xml", []byte(aux), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	s := opened(t, files, OpenOptions{})
	if got, want := axisOf(s), "2001-06-01 2011-07-15 2011-07-17"; got != want {
		t.Errorf("dates %s, want %s", got, want)
	}
	for i, want := range []string{"band description", "acquisition metadata", "acquisition metadata"} {
		if got := s.Readings()[i].Source; got != want {
			t.Errorf("date %d is from the %s, want the %s", i, got, want)
		}
	}
}
