package raster

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend/timeaxis"
)

// namedStack writes rasters of one value each, and returns their folder.
func namedStack(t *testing.T, names []string, value func(i int) float64) string {
	t.Helper()
	dir := t.TempDir()
	for i, name := range names {
		m := made{width: 4, height: 3, bands: [][]float64{slices.Repeat([]float64{value(i)}, 12)}, transform: &usualPlace}
		if err := m.write(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func place(i int) float64 { return float64(i) }

// Folders after public reports, whose slopes were wrong. A slope is right, or the folder is
// refused, and info says so in the same words.
func TestSetsOfNames(t *testing.T) {
	var chelsa, months, years, warp, dekads []string
	for k := range 18 {
		chelsa = append(chelsa, fmt.Sprintf("CHELSA_tas_%02d_%d_V.2.1.tif", (9+k)%12+1, 1985+(9+k)/12))
	}
	for i := 1; i <= 12; i++ {
		months = append(months, fmt.Sprintf("%d.tif", i))
	}
	for i := 1; i <= 21; i++ {
		years = append(years, fmt.Sprintf("ndvi_%d.tif", i))
	}
	for y := 2001; y <= 2003; y++ {
		warp = append(warp, fmt.Sprintf("MODIS_NDVI_%d049_2015%04d.tif", y, 611-y))
	}
	for i := 1901; i <= 1936; i++ {
		dekads = append(dekads, fmt.Sprintf("L2_AETI_%d.tif", i))
	}
	day := func(dates ...string) func(i int) float64 { // grows by 1 in 365.2425 days
		return func(i int) float64 {
			d, err := timeaxis.Parse(dates[i])
			if err != nil {
				t.Fatal(err)
			}
			return float64(d.Number()) / 365.2425
		}
	}
	for _, test := range []struct {
		what   string
		names  []string
		value  func(i int) float64
		option string // as of ParseSpec, or of ParseX behind x
		slope  float64
		refuse string
	}{
		{"months before the year", chelsa, place, "", 12.007, ""},
		{"no zeros", strings.Fields("c_2021_9_9.tif c_2021_12_9.tif c_2022_3_9.tif c_2022_6_9.tif c_2022_9_9.tif"), func(i int) float64 { return float64(10 + 3*i) }, "", 12.01, ""},
		{"day, month, year", strings.Fields("NDVI_02-01-1990.tif NDVI_30-12-1991.tif NDVI_03-01-1993.tif NDVI_29-12-1994.tif"),
			day("1990-01-02", "1991-12-30", "1993-01-03", "1994-12-29"), "", 1, ""},
		{"names of months", strings.Fields("NDVI_Jan_2001.tif NDVI_Apr_2001.tif NDVI_Aug_2001.tif NDVI_Dec_2001.tif NDVI_Jan_2002.tif NDVI_Apr_2002.tif NDVI_Aug_2002.tif NDVI_Dec_2002.tif"),
			place, "", 3.7545, ""},
		{"dekads", dekads, place, "", 36.0219, ""},
		{"months without a year", months, place, "2021-01-01,2021-02-01,2021-03-01,2021-04-01,2021-05-01,2021-06-01,2021-07-01,2021-08-01,2021-09-01,2021-10-01,2021-11-01,2021-12-01", 12.006, ""},
		{"numbers without zeros", years, place, "1995-2015", 1, ""},
		{"numbers without zeros, against numbers", years, place, "x1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21", 1, ""},

		{"months without a year, and no dates", months, place, "", 0, `no date in the file name`},
		{"a date of processing", warp, place, "", 0, "more than one date in the file name"},
		{"seasons", strings.Fields("NDVI_2001_JJA.tif NDVI_2002_JJA.tif"), place, "", 0, `"JJA" may be a part of the date too`},
		{"parts of the years", strings.Fields("a_2001.tif a_2001x.tif b_s1_2001.tif b_s2_2001.tif"), place, "", 0, "too few dates"},
		{"a finer number", strings.Fields("1_LAI_2001.tif 2_LAI_2001.tif 1_LAI_2002.tif 2_LAI_2002.tif"), place, "", 0, "are both of 2001"},
		{"words by position", strings.Fields("dry.tif wet.tif"), place, "2001,2002", 0, "the order of the inputs is in doubt"},
		{"month and year by position", strings.Fields("1_2001.tif 1_2002.tif 2_2001.tif 2_2002.tif"), place, "x1,2,3,4", 0, "which of them comes first is not known"},
	} {
		dir := namedStack(t, test.names, test.value)
		o := all()
		var err error
		if xs, isX := strings.CutPrefix(test.option, "x"); isX {
			o.Dates, err = timeaxis.ParseX(xs)
		} else {
			o.Dates, err = timeaxis.ParseSpec(test.option)
		}
		if err != nil {
			t.Fatal(err)
		}
		info, err := Inspect(t.Context(), []string{dir}, o)
		if err != nil {
			t.Fatal(test.what, err)
		}
		_, err = Open(t.Context(), []string{dir}, o.OpenOptions)
		if test.refuse != "" {
			if err == nil || !strings.Contains(err.Error(), test.refuse) {
				t.Errorf("%s: error %v, want %s", test.what, err, test.refuse)
			} else if info.Fit.Runs || info.Fit.Why != err.Error() {
				t.Errorf("%s: info says %q, fit %q", test.what, info.Fit.Why, err)
			}
			if d := info.Rasters[0].Doubt; d != "" && !strings.Contains(err.Error(), d) && test.what != "months without a year, and no dates" {
				t.Errorf("%s: info shows the doubt %q, fit says %q", test.what, d, err)
			}
			continue
		}
		if err != nil || !info.Fit.Runs {
			t.Errorf("%s: %v, %s", test.what, err, info.Fit.Why)
			continue
		}
		if slope := fitted(t, []string{dir}, o)[0][0]; math.Abs(slope-test.slope) > 1e-3*test.slope {
			t.Errorf("%s: the slope is %v, want %v", test.what, slope, test.slope)
		}
	}
}

// A shell gives names in the order of text, and the order of arguments counts.
func TestOrderOfArguments(t *testing.T) {
	dir := namedStack(t, []string{"a_1.tif", "a_2.tif", "a_10.tif"}, place)
	args := func(names ...string) []string {
		for i := range names {
			names[i] = filepath.Join(dir, names[i])
		}
		return names
	}
	_, err := Open(t.Context(), args("a_1.tif", "a_10.tif", "a_2.tif"), OpenOptions{Dates: dates(t, "2001-2003")})
	checkError(t, err, timeaxis.ErrOrder, "in the order of text", "path,date")
	s := opened(t, args("a_2.tif", "a_1.tif", "a_10.tif"), OpenOptions{Dates: dates(t, "2001-2003")}) // nobody but a person
	if got := filepath.Base(s.Names()[0]); got != "a_2.tif" || len(s.Warnings()) > 0 {
		t.Errorf("%s is the first, %q", got, s.Warnings())
	}
	s = opened(t, args("a_*.tif"), OpenOptions{Dates: dates(t, "2001-2003")})
	if w := strings.Join(s.Warnings(), ""); !strings.Contains(w, "taken in the order of their numbers") {
		t.Errorf("warnings %q", w)
	}
}

// Bands from the newest to the oldest, and dates the other way round.
func TestBandsNewestFirst(t *testing.T) {
	s := newPlanes(4, 3, 21, 0, 9)
	name := s.multiband(t, func(m *made) {
		for i := range m.descriptions {
			m.descriptions[i] = fmt.Sprintf("NDVI_%d", 2015-i)
		}
	})
	_, err := Open(t.Context(), []string{name}, OpenOptions{Dates: dates(t, "1995-2015")})
	checkError(t, err, timeaxis.ErrContradicted, "band 1", "says 2015", "run the other way")
	if got := axisOf(opened(t, []string{name}, OpenOptions{})); !strings.HasPrefix(got, "1995 1996") {
		t.Errorf("dates %s", got)
	}
	relabel(t, name, func(ds *godal.Dataset) error { return describeBands(ds, "NDVI_2001", "NDVI_2002") })
	stack := opened(t, []string{name}, OpenOptions{Dates: dates(t, "1995-2015")})
	if w := strings.Join(stack.Warnings(), ""); !strings.Contains(w, `says 2001, but the date given for it is 1995, which is used`) {
		t.Errorf("warnings %q", w)
	}
}

// Coordinates of time, of the bands of a file and of files of one band.
func TestTimeCoordinates(t *testing.T) {
	s := newPlanes(4, 3, 3, 0, 9)
	name := s.multiband(t, func(m *made) { m.descriptions = []string{"t2m", "t2m", "t2m"} })
	relabel(t, name, timedBy("time", "days since 2001-01-01 00:00:00", "proleptic_gregorian", "0", "31", "{59,}"))
	stack := opened(t, []string{name}, OpenOptions{})
	if got := axisOf(stack); got != "2001-01-01 2001-02-01 2001-03-01" || stack.Readings()[0].Source != "time coordinate" {
		t.Errorf("dates %s of %v", got, stack.Readings()[0])
	}
	relabel(t, name, timedBy("time", "days since 2001-01-01", "360_day", "0", "30", "60"))
	years := opened(t, []string{name}, OpenOptions{})
	if axis := years.Grid().Axis; axis.Unit() != "year" || axis.T[2] != 2001+60./360 || years.Readings()[0].Rule != "calendar 360_day" {
		t.Errorf("%+v of %v", axis, years.Readings()[0])
	}
	relabel(t, name, timedBy("time", "days since 2001-01-01", "julian", "0", "30", "60"))
	_, err := Open(t.Context(), []string{name}, OpenOptions{})
	checkError(t, err, timeaxis.ErrNoDate, "julian", "path,date")

	dir := namedStack(t, []string{"c.tif", "a.tif", "b.tif"}, place)
	var names []string
	for i, base := range []string{"a.tif", "b.tif", "c.tif"} {
		names = append(names, filepath.Join(dir, base))
		relabel(t, names[i], timedBy("valid_time", "hours since 2001-01-01", "", fmt.Sprint(24*(10-i))))
	}
	if got := axisOf(opened(t, names, OpenOptions{})); got != "2001-01-09 2001-01-10 2001-01-11" {
		t.Errorf("dates %s", got)
	}
}
