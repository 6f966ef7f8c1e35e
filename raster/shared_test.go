package raster

import (
	"context"
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
	"github.com/pixtrend/pixtrend/internal/atomicfile"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// The real stacks stand beside the project for its authors and CI, not for users.

// shared returns the path of something in the shared data, and skips the test where there is none.
func shared(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "shared", "data", name)
	if dir := os.Getenv("SHARED"); dir != "" {
		path = filepath.Join(dir, "data", name)
	}
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		t.Skipf("%s is absent: real stacks with reference values stand beside the project, not in it", filepath.Dir(path))
	}
	return path
}

var slopeInterceptN = []stats.Field{stats.Slope, stats.Intercept, stats.N}

// fit runs FitFiles into a new folder and returns the output's path.
func fit(t *testing.T, inputs []string, o Options) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out.tif")
	if _, err := FitFiles(context.Background(), inputs, out, o); err != nil {
		t.Fatal(err)
	}
	return out
}

// readAll returns the bands of a raster as float64, row by row.
func readAll(t testing.TB, path string) (bands [][]float64, width int) {
	t.Helper()
	ds, err := openRaster(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ds.Close() }()
	st := ds.Structure()
	for _, b := range ds.Bands() {
		buf := make([]float64, st.SizeX*st.SizeY)
		if err := b.Read(0, 0, buf, st.SizeX, st.SizeY); err != nil {
			t.Fatal(err)
		}
		bands = append(bands, buf)
	}
	return bands, st.SizeX
}

// sameBands compares rasters bit for bit.
func sameBands(t *testing.T, what string, want, got [][]float64) {
	t.Helper()
	if len(want) != len(got) {
		t.Fatalf("%s: %d bands, want %d", what, len(got), len(want))
	}
	for b := range want {
		for p := range want[b] {
			if math.Float64bits(want[b][p]) != math.Float64bits(got[b][p]) && !(math.IsNaN(want[b][p]) && math.IsNaN(got[b][p])) {
				t.Fatalf("%s: band %d, pixel %d is %v, want %v", what, b+1, p, got[b][p], want[b][p])
			}
		}
	}
}

// The table of the shared data's README, by lm in R, and its figures over all pixels.
func TestLAIAgainstR(t *testing.T) {
	out := fit(t, []string{shared(t, "rtrend_lai_china/yearly/LAI_*.tif")}, Options{Fit: pixtrend.Options{Fields: slopeInterceptN, Float64: true}})
	bands, width := readAll(t, out)
	near := func(what string, got, want, relative float64) {
		t.Helper()
		if err := math.Abs(got-want) / math.Abs(want); !(err <= relative) {
			t.Errorf("%s is %.12g, R has %.12g: off by %.1e", what, got, want, err)
		}
	}
	for _, row := range []struct {
		row, col         int
		slope, intercept float64
	}{
		{0, 0, -5.37432427693e-04, 1.66593024634},
		{7, 19, 8.64257852834e-03, -16.8750833991},
		{21, 59, 6.07556001341e-04, -1.21833103315},
	} {
		p := row.row*width + row.col
		near("slope", bands[0][p], row.slope, 1e-10)
		near("intercept", bands[1][p], row.intercept, 1e-10)
		if bands[2][p] != 20 {
			t.Errorf("n is %v, want 20", bands[2][p])
		}
	}
	var sum float64
	largest := 0
	for p, b := range bands[0] {
		sum += b
		if b > bands[0][largest] {
			largest = p
		}
	}
	near("mean slope", sum/float64(len(bands[0])), 0.00591379009626, 1e-11)
	near("largest slope", bands[0][largest], 0.0452730983, 1e-8)
	if largest != 43*width+72 {
		t.Errorf("the largest slope stands at row %d, column %d: in R at 43, 72", largest/width, largest%width)
	}
	sorted := slices.Sorted(slices.Values(bands[0]))
	for i, want := range []float64{0.000609676, 0.00101519, 0.00498912, 0.0119940} {
		at := float64(i+1) / 5 * float64(len(sorted)-1)
		k := int(at)
		near("quintile", sorted[k]+(at-float64(k))*(sorted[k+1]-sorted[k]), want, 1e-5)
	}
}

// The 20-band file gives the bits of the 20 files.
func TestLAIMultibandIsTheSame(t *testing.T) {
	o := Options{Fit: pixtrend.Options{Fields: slopeInterceptN}}
	want, _ := readAll(t, fit(t, []string{shared(t, "rtrend_lai_china/yearly")}, o))
	file := shared(t, "rtrend_lai_china/MOD15A2_LAI_China_G050_2001-2020.tif")
	spec, err := timeaxis.ParseSpec("2001-2020")
	if err != nil {
		t.Fatal(err)
	}
	o.Dates = spec
	got, _ := readAll(t, fit(t, []string{file}, o))
	sameBands(t, "multiband", want, got)

	o.Dates = timeaxis.Spec{}
	if _, err := FitFiles(context.Background(), []string{file}, filepath.Join(t.TempDir(), "x.tif"), o); err == nil || !strings.Contains(err.Error(), "path,date") {
		t.Errorf("bands without dates: %v", err)
	}
}

// sentinel returns the names, dates and samples of the Sentinel-2 stack.
func sentinel(t *testing.T) (names []string, dates []timeaxis.Date, planes [][]float64) {
	t.Helper()
	names, _, err := Expand(t.Context(), []string{shared(t, "eolearn_s2_ndvi/tif")}, OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		d, err := timeaxis.FromName(name)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := readAll(t, name)
		dates, planes = append(dates, d), append(planes, b[0])
	}
	return names, dates, planes
}

// Sentinel-2 with 40 % gaps: slope, intercept and n of every pixel against plain two-pass float64
// sums over the observations.
func TestSentinelAgainstTwoPass(t *testing.T) {
	names, dates, planes := sentinel(t)
	var times []float64
	for _, d := range dates {
		times = append(times, float64(d.Number()))
	}
	bands, _ := readAll(t, fit(t, names, Options{Fit: pixtrend.Options{Fields: slopeInterceptN, Float64: true}}))
	gaps := 0
	for p := range planes[0] {
		slope, intercept, n := twoPass(times, planes, p)
		gaps += len(times) - n
		if bands[2][p] != float64(n) {
			t.Fatalf("n of pixel %d is %v, want %d", p, bands[2][p], n)
		}
		if !(math.Abs(bands[0][p]-slope*365.2425) <= 1e-11*max(math.Abs(slope*365.2425), 0.01)) {
			t.Fatalf("slope of pixel %d is %v, want %v", p, bands[0][p], slope*365.2425)
		}
		if !(math.Abs(bands[1][p]-intercept) <= 1e-10*max(1, math.Abs(intercept))) {
			t.Fatalf("intercept of pixel %d is %v, want %v", p, bands[1][p], intercept)
		}
	}
	if share := float64(gaps) / float64(len(times)*len(planes[0])); share < 0.3 {
		t.Errorf("only %.0f %% gaps: this is not the stack the test is for", 100*share)
	}
}

// twoPass fits one pixel as a textbook would.
func twoPass(times []float64, planes [][]float64, p int) (slope, intercept float64, n int) {
	var mt, my float64
	for i := range times {
		if y := planes[i][p]; !math.IsNaN(y) {
			mt, my, n = mt+times[i], my+y, n+1
		}
	}
	mt, my = mt/float64(n), my/float64(n)
	var tt, ty float64
	for i := range times {
		if y := planes[i][p]; !math.IsNaN(y) {
			tt += (times[i] - mt) * (times[i] - mt)
			ty += (times[i] - mt) * (y - my)
		}
	}
	return ty / tt, my - ty/tt*mt, n
}

// Neither the order of the arguments, the threads, the pinning, the ISA nor the windows change a
// bit of the pixels.
func TestNothingButTheSeriesMatters(t *testing.T) {
	names, _, err := Expand(t.Context(), []string{shared(t, "eolearn_s2_ndvi/tif")}, OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	o := func(f func(*pixtrend.Options)) Options {
		fo := pixtrend.Options{Fields: slopeInterceptN, Float64: true}
		f(&fo)
		return Options{Fit: fo}
	}
	want, _ := readAll(t, fit(t, names, o(func(*pixtrend.Options) {})))
	shuffled := slices.Clone(names)
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	check := func(what string, inputs []string, o Options) {
		t.Helper()
		got, _ := readAll(t, fit(t, inputs, o))
		sameBands(t, what, want, got)
	}
	check("shuffled", shuffled, o(func(*pixtrend.Options) {}))
	for _, threads := range []int{1, 2, 3} {
		check(fmt.Sprint("threads ", threads), names, o(func(f *pixtrend.Options) { f.Threads = threads }))
	}
	for _, isa := range kernel.Available() {
		check(isa.String(), names, o(func(f *pixtrend.Options) { f.ISA = isa.String() }))
	}
	for _, w := range [][2]int{{1, 1}, {7, 13}, {100, 1}, {100, 101}, {64, 64}} {
		check(fmt.Sprint("window ", w), names, o(func(f *pixtrend.Options) { f.WindowWidth, f.WindowHeight = w[0], w[1] }))
	}
	small := o(func(*pixtrend.Options) {})
	small.Memory = 16 << 20
	check("small memory", names, small)
}

// Scenes of three path/rows have different grids: the first that differs is named.
func TestGridsThatDiffer(t *testing.T) {
	names, _, err := Expand(t.Context(), []string{shared(t, "gdalcubes_L8NY18/*/*_B5.TIF")}, OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "out.tif")
	_, err = FitFiles(context.Background(), names, out, Options{})
	if err == nil {
		t.Fatal("no error")
	}
	first := ""
	st := func(name string) (godal.DatasetStructure, [6]float64, string) {
		ds, err := openRaster(name)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = ds.Close() }()
		gt, err := ds.GeoTransform()
		if err != nil {
			t.Fatal(err)
		}
		return ds.Structure(), gt, ds.Projection()
	}
	s0, g0, p0 := st(names[0])
	for _, name := range names {
		if s, g, p := st(name); s.SizeX != s0.SizeX || s.SizeY != s0.SizeY || g != g0 || p != p0 {
			first = name
			break
		}
	}
	if !strings.Contains(err.Error(), first) || !strings.Contains(err.Error(), "gdalwarp") {
		t.Errorf("%v: should name %s", err, first)
	}
	if atomicfile.Exists(out) {
		t.Error("an output was left")
	}
}

// A tile that is corrupt ends the fit with the file's name and nothing written.
func TestCorruptTile(t *testing.T) {
	file := shared(t, "rasterio_edge_cases/corrupt.tif")
	spec, err := timeaxis.ParseSpec("2001-2003")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	_, err = FitFiles(context.Background(), []string{file}, filepath.Join(dir, "out.tif"), Options{OpenOptions: OpenOptions{Dates: spec}})
	if err == nil || !strings.Contains(err.Error(), "corrupt.tif") || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("%v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
