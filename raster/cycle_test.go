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

	"github.com/pixtrend/pixtrend/timeaxis"
)

// Sentinel-2 scenes of 2½ years. The numbers are those of numpy 2 and rasterio, by
// numpy.linalg.lstsq of the columns 1, t and those with cos and sin of 2πt and 4πt, t in years of
// 365.2425 days, for pixels with 12 or more observations: for all of them, and for the 256 that a
// survey keeps.
func TestYearlyCycleOfSentinel(t *testing.T) {
	names, dates, planes := sentinel(t)
	var times []float64
	for _, d := range dates {
		times = append(times, yearsSince1970(d))
	}
	same := func(what string, c *YearlyCycle, pixels int, share float64, changed int) {
		t.Helper()
		if c == nil || c.Pixels != pixels || !(math.Abs(c.Share-share) < 1e-9) || c.Signs != float64(changed)/float64(pixels) {
			t.Errorf("%s: %+v, want %d pixels, a share of %v and %d changes of sign", what, c, pixels, share, changed)
		}
	}
	same("all pixels", cycleOf(times, planes), 10100, 0.7697880485872428, 4569)

	i := inspect(t, names, Options{})
	same("info", i.Survey.Cycle, 256, 0.7719586812931125, 118)
	const warning = "the rasters are of several seasons, and a yearly cycle does not average out over their dates"
	const remedy = "fit the months of one season, such as with the option Select.Months = 6-8, one composite a year, such as with the option Composite = median, or ranks within seasons with the option Fit.Rank.Season = month"
	warned(t, i, []string{"share the date"}, []string{warning, remedy}, []string{"no observation"})
	// A fit and a series say the same, word for word.
	job, err := Prepare(t.Context(), names, t.TempDir()+"/x.tif", Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = job.Close() }()
	if !slices.Contains(job.Warnings, i.Warnings[1]) {
		t.Errorf("the fit warns of %q, and info of %q", job.Warnings, i.Warnings[1])
	}
	s, err := ReadSeries(t.Context(), names, Point{X: 50, Y: 50, Pixel: true}, Options{})
	if err != nil || !slices.Contains(s.Warnings, i.Warnings[1]) {
		t.Errorf("the series warns of %q, %v", s.Warnings, err)
	}

	// The remedy works.
	months, err := timeaxis.ParseMonths("6-8")
	if err != nil {
		t.Fatal(err)
	}
	i = inspect(t, names, Options{OpenOptions: OpenOptions{Select: timeaxis.Selection{Months: months}}})
	warned(t, i, []string{"no observation"})
	if i.Survey.Cycle != nil {
		t.Errorf("a yearly cycle is looked for in dates of one season: %+v", i.Survey.Cycle)
	}
}

// Landsat scenes of 29 years, whenever the sky was clear.
func TestSeasonsOfLandsat(t *testing.T) {
	i := inspect(t, []string{shared(t, "yatsm_landsat_p035r032/*.gtif")}, Options{OpenOptions: OpenOptions{Band: 4}})
	if n := slices.IndexFunc(i.Warnings, func(w string) bool { return strings.Contains(w, "several seasons") }); n < 0 || i.Survey.Cycle == nil {
		t.Errorf("%q, %+v", i.Warnings, i.Survey.Cycle)
	}
}

// Series whose share is known: with the cycle and the line of least squares orthogonal to what is
// left, none is.
func TestCycleOf(t *testing.T) {
	monthly := everyMonths(t, 2001, 1, 15, 120, 1)
	times := make([]float64, len(monthly))
	for i, d := range monthly {
		times[i] = yearsSince1970(d)
	}
	noise := newPlanes(120, 1, 1, -100, 100).dates[0]
	cycle := func(i int) float64 { return 30 * math.Cos(2*math.Pi*times[i]) }
	for _, tt := range []struct {
		name     string
		of       func(i int) float64
		lo, hi   float64
		nothing  bool
		opposite float64 // part of the pixels; NaN: any
	}{
		{name: "a cycle and a line", of: func(i int) float64 { return 290e3 + cycle(i) + times[i] }, lo: 1 - 1e-12, hi: 1},
		{name: "the second harmonic", of: func(i int) float64 { return math.Sin(4*math.Pi*times[i]) + 5*times[i] }, lo: 1 - 1e-12, hi: 1},
		// Uniform noise of ±100 has the variance 3350, and the cycle 450.
		{name: "noise and a cycle", of: func(i int) float64 { return noise[i] + cycle(i) }, lo: 0.05, hi: 0.2, opposite: nan},
		{name: "noise", of: func(i int) float64 { return noise[i] }, lo: 0, hi: 0.05, opposite: nan},
		{name: "half a year of gaps", of: func(i int) float64 {
			if i%12 < 3 || i%12 > 8 {
				return nan
			}
			return cycle(i) + times[i]
		}, lo: 1 - 1e-9, hi: 1},
		// The line through sines of whole years falls, if the trend rises less.
		{name: "a trend that the cycle turns", of: func(i int) float64 { return 30*math.Sin(2*math.Pi*times[i]) + 0.01*times[i] }, lo: 1 - 1e-9, hi: 1, opposite: 1},
		{name: "eleven observations", of: func(i int) float64 {
			if i%11 > 0 {
				return nan
			}
			return cycle(i)
		}, nothing: true},
		{name: "one month", of: func(i int) float64 {
			if i%12 != 6 && i%12 != 7 || i > 90 {
				return nan
			}
			return noise[i]
		}, nothing: true},
		{name: "a constant", of: func(int) float64 { return 7 }, nothing: true},
		{name: "a line", of: func(i int) float64 { return 290 + 0.1*times[i] }, nothing: true},
		{name: "gaps", of: func(int) float64 { return nan }, nothing: true},
	} {
		planes := make([][]float64, len(times))
		for i := range planes {
			planes[i] = []float64{tt.of(i)}
		}
		c := cycleOf(times, planes)
		if tt.nothing {
			if c != nil {
				t.Errorf("%s: %+v, want nothing", tt.name, c)
			}
			continue
		}
		if c == nil || c.Pixels != 1 || !(c.Share >= tt.lo && c.Share <= tt.hi) || !math.IsNaN(tt.opposite) && c.Signs != tt.opposite {
			t.Errorf("%s: %+v, want a share from %v to %v, and %v changes of sign", tt.name, c, tt.lo, tt.hi, tt.opposite)
		}
	}
}

// A cycle that dates balance is found in the samples, as a fit takes them: with gaps, and each
// raster with its own scale.
func TestInspectFindsYearlyCycle(t *testing.T) {
	dated := func(names []string) (renamed []string) {
		for i, d := range everyMonths(t, 2001, 1, 15, len(names), 1) {
			renamed = append(renamed, filepath.Join(filepath.Dir(names[i]), d.String()+".tif"))
			if err := os.Rename(names[i], renamed[i]); err != nil {
				t.Fatal(err)
			}
		}
		return renamed
	}
	noise := newPlanes(20, 20, 72, -100, 100)
	cycle := noise.with(func(i, _ int, y float64) float64 { return y + 200*math.Cos(2*math.Pi*(float64(i)+0.5)/12) })
	nodata := -9999.
	// The noise has the variance 3350 and the cycle 20000: the share is 0.857 but for chance.
	const share, chance = 20000. / 23350, 0.02
	const warning = "of the variance about the line: standard errors and p-values take it for noise; fit the months of one season"
	for _, tt := range []struct {
		name  string
		files []string
		found bool
	}{
		{"noise", noise.files(t, func(_ int, m *made) { m.dtype = godal.Int16 }), false},
		{"a cycle", cycle.files(t, func(_ int, m *made) { m.dtype = godal.Int16 }), true},
		{"a cycle with gaps", cycle.gappy(nodata).files(t, func(_ int, m *made) { m.dtype, m.nodata = godal.Float64, &nodata }), true},
		{"a cycle, scaled by date", cycle.with(func(i, _ int, y float64) float64 { return (y - 5) / float64(1+i%2) }).files(t, func(i int, m *made) {
			m.dtype, m.scale, m.offset = godal.Float32, float64(1+i%2), 5
		}), true},
	} {
		names := dated(tt.files)
		i := inspect(t, names, Options{})
		c := i.Survey.Cycle
		if c == nil || c.Pixels < 200 || tt.found && math.Abs(c.Share-share) > chance || !tt.found && c.Share > chance {
			t.Errorf("%s: %+v", tt.name, c)
		}
		if found := strings.Contains(fmt.Sprint(i.Warnings), warning); found != tt.found || strings.Contains(fmt.Sprint(i.Warnings), "several seasons") {
			t.Errorf("%s: %q", tt.name, i.Warnings)
		}
		job, err := Prepare(t.Context(), names, t.TempDir()+"/x.tif", Options{})
		if err != nil {
			t.Fatal(err)
		}
		if len(job.Warnings) > 0 {
			t.Errorf("%s: a fit warns of %q", tt.name, job.Warnings)
		}
		_ = job.Close()
	}
	// A stack of years has no cycle to look for.
	if i := inspect(t, noise.files(t, nil), Options{}); i.Survey.Cycle != nil {
		t.Errorf("%+v", i.Survey.Cycle)
	}
}
