package raster

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// made describes a raster for a test: it is written with godal, not with this package, so that what
// reads is not checked by what writes.
type made struct {
	width, height int
	written       int         // rows that are written at all; 0: every one
	bands         [][]float64 // samples, row by row
	dtype         godal.DataType
	creation      []string
	nodata        *float64
	scale, offset float64 // scale 0: none
	transform     *[6]float64
	epsg          int
	descriptions  []string
	unit          string
}

func (m made) write(path string) error {
	if err := gdal.Register(); err != nil {
		return err
	}
	if m.dtype == godal.Unknown {
		m.dtype = godal.Float32
	}
	ds, err := godal.Create(godal.GTiff, path, len(m.bands), m.dtype, m.width, m.height, godal.CreationOption(m.creation...))
	if err != nil {
		return err
	}
	steps := []func() error{}
	add := func(step func() error) { steps = append(steps, step) }
	if m.transform != nil {
		add(func() error { return ds.SetGeoTransform(*m.transform) })
	}
	if m.epsg != 0 {
		add(func() error {
			sr, err := godal.NewSpatialRefFromEPSG(m.epsg)
			if err != nil {
				return err
			}
			defer sr.Close()
			return ds.SetSpatialRef(sr)
		})
	}
	if m.nodata != nil {
		add(func() error { return ds.SetNoData(*m.nodata, godal.ErrLogger(ignoreWarnings)) })
	}
	rows := m.height
	if m.written > 0 {
		rows = m.written
	}
	signed := strings.Contains(strings.Join(m.creation, " "), "SIGNEDBYTE")
	for i, b := range ds.Bands() {
		if m.scale != 0 {
			add(func() error { return b.SetScaleOffset(m.scale, m.offset) })
		}
		if m.unit != "" {
			add(func() error { return setUnit(b, m.unit) })
		}
		if i < len(m.descriptions) {
			add(func() error { return b.SetDescription(m.descriptions[i]) })
		}
		add(func() error {
			if !signed {
				return b.Write(0, 0, m.bands[i], m.width, rows)
			}
			raw := make([]byte, len(m.bands[i])) // GDAL before 3.7 would clamp what is negative
			for p, y := range m.bands[i] {
				raw[p] = byte(int8(y))
			}
			return b.Write(0, 0, raw, m.width, rows)
		})
	}
	for _, step := range steps {
		if err := step(); err != nil {
			_ = ds.Close()
			return err
		}
	}
	return ds.Close()
}

// planes are the samples of a stack that become files or bands, dated from 2001.
type planes struct {
	width, height int
	dates         [][]float64
}

// newPlanes makes whole numbers from lo to hi without a pattern, the same every time.
func newPlanes(width, height, dates int, lo, hi float64) planes {
	s := planes{width, height, make([][]float64, dates)}
	state := uint64(1)
	for i := range s.dates {
		s.dates[i] = make([]float64, width*height)
		for p := range s.dates[i] {
			state = state*6364136223846793005 + 1442695040888963407
			s.dates[i][p] = lo + math.Floor(float64(state>>40)/(1<<24)*(hi-lo+1))
		}
	}
	return s
}

// with returns a copy in which every sample is f of it; f(i, p, y) sees date i and pixel p.
func (s planes) with(f func(i, p int, y float64) float64) planes {
	c := planes{s.width, s.height, make([][]float64, len(s.dates))}
	for i, plane := range s.dates {
		c.dates[i] = make([]float64, len(plane))
		for p, y := range plane {
			c.dates[i][p] = f(i, p, y)
		}
	}
	return c
}

// gappy puts gap in the place of about a seventh of the samples, another seventh for each date,
// and of whole series.
func (s planes) gappy(gap float64) planes {
	return s.with(func(i, p int, y float64) float64 {
		if (p+3*i)%7 == 0 || p%97 == 0 {
			return gap
		}
		return y
	})
}

// usualPlace is where rasters lie that say nothing else.
var usualPlace = [6]float64{500000, 30, 0, 4600000, 0, -30}

// files writes a file a date into a new folder; each may change what is special about date i.
func (s planes) files(t testing.TB, each func(i int, m *made)) []string {
	t.Helper()
	names, err := s.tryFiles(t.TempDir(), each)
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func (s planes) tryFiles(dir string, each func(i int, m *made)) ([]string, error) {
	var names []string
	for i, plane := range s.dates {
		m := made{width: s.width, height: s.height, bands: [][]float64{plane}, transform: &usualPlace}
		if each != nil {
			each(i, &m)
		}
		name := filepath.Join(dir, fmt.Sprintf("y_%d.tif", 2001+i))
		if err := m.write(name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}

// multiband writes one file with a band a date, dated by its description.
func (s planes) multiband(t testing.TB, change func(m *made)) string {
	t.Helper()
	m := made{width: s.width, height: s.height, bands: s.dates}
	for i := range s.dates {
		m.descriptions = append(m.descriptions, fmt.Sprintf("ndvi %d", 2001+i))
	}
	if change != nil {
		change(&m)
	}
	name := filepath.Join(t.TempDir(), "dates.tif")
	if err := m.write(name); err != nil {
		t.Fatal(err)
	}
	return name
}

// dates reads dates as they are given by option.
func dates(t testing.TB, text string) timeaxis.Spec {
	t.Helper()
	spec, err := timeaxis.ParseSpec(text)
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

// raceDetector says whether the test is built with -race.
var raceDetector = func() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}()

// all are the options of most tests: every field, in the precision that hides nothing.
func all() Options {
	return Options{Fit: pixtrend.Options{Fields: slopeInterceptN, Float64: true}}
}

// fitted returns the slope, intercept and n of every pixel.
func fitted(t *testing.T, inputs []string, o Options) [][]float64 {
	t.Helper()
	bands, _ := readAll(t, fit(t, inputs, o))
	return bands
}

// checkTwoPass compares slope, intercept and n with plain sums over s, where NaN is a gap.
func checkTwoPass(t *testing.T, what string, got [][]float64, s planes) {
	t.Helper()
	times := make([]float64, len(s.dates))
	for i := range times {
		times[i] = float64(2001 + i)
	}
	for p := range s.dates[0] {
		slope, intercept, n := twoPass(times, s.dates, p)
		if got[2][p] != float64(n) {
			t.Fatalf("%s: n of pixel %d is %v, want %d", what, p, got[2][p], n)
		}
		if n < 2 {
			slope, intercept = math.NaN(), math.NaN()
		}
		for f, want := range []float64{slope, intercept} {
			// An intercept lies two thousand years off.
			tolerance := 1e-12 * max(1, math.Abs(want)) * []float64{1, 100}[f]
			if !(math.Abs(got[f][p]-want) <= tolerance) && !(math.IsNaN(want) && math.IsNaN(got[f][p])) {
				t.Fatalf("%s: %v of pixel %d is %v, want %v", what, slopeInterceptN[f], p, got[f][p], want)
			}
		}
	}
}

// fails runs FitFiles, which must fail as the errors of this package do: of the given kind, in one
// line that holds all of words, and with nothing new in the output's folder.
func fails(t *testing.T, inputs []string, output string, o Options, kind error, words ...string) {
	t.Helper()
	before := listing(filepath.Dir(output))
	_, err := FitFiles(t.Context(), inputs, output, o)
	checkError(t, err, kind, words...)
	if after := listing(filepath.Dir(output)); after != before {
		t.Errorf("the output's folder held %s and now %s", before, after)
	}
}

func checkError(t *testing.T, err, kind error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	if kind != nil {
		if !errors.Is(err, kind) {
			t.Errorf("%q is not %q", err, kind)
		}
	}
	if strings.ContainsAny(err.Error(), "\n\r\t") {
		t.Errorf("not one line: %q", err)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%q does not mention %q", err, w)
		}
	}
	if testing.Verbose() {
		t.Log(err) // for people to judge the sentence
	}
}

// listing is the names and sizes in a folder, "" where it does not exist.
func listing(dir string) string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return ""
	}
	var b strings.Builder
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			return err.Error()
		}
		fmt.Fprintf(&b, "%s:%d ", e.Name(), info.Size())
	}
	return "[" + b.String() + "]"
}

// openRaster opens a raster through godal alone.
func openRaster(path string) (*godal.Dataset, error) {
	if err := gdal.Register(); err != nil {
		return nil, err
	}
	return godal.Open(path, godal.RasterOnly(), godal.Drivers("GTiff"), godal.ErrLogger(ignoreWarnings), godal.SiblingFiles())
}

func unitOf(b godal.Band) string { return gdal.BandOf(b).Unit() }

func setUnit(b godal.Band, unit string) error { return gdal.BandOf(b).SetUnit(unit) }

// ignoreWarnings is a handler for calls where warnings do not matter.
func ignoreWarnings(ec godal.ErrorCategory, _ int, text string) error {
	if ec <= godal.CE_Warning {
		return nil
	}
	return errors.New(text)
}
