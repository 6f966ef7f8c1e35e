package raster

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/raster/output"
	"github.com/pixtrend/pixtrend/stats"
)

func TestOutputIsDescribed(t *testing.T) {
	s := newPlanes(300, 270, 3, 0, 99).gappy(gap)
	inputs := s.files(t, func(_ int, m *made) { m.transform, m.epsg = &utm, 32617 })
	o := Options{Fit: pixtrend.Options{Fields: slopeInterceptN}, Software: "tester 1.2"}
	out := fit(t, inputs, o)

	ds, err := openRaster(out)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ds.Close() }()
	if st := ds.Structure(); st.NBands != 3 || st.DataType != godal.Float32 || st.BlockSizeX != 256 || st.BlockSizeY != 256 {
		t.Errorf("%+v: want 3 bands of Float32 in tiles of 256 × 256", st)
	}
	for key, want := range map[string]string{"COMPRESSION": "", "INTERLEAVE": "BAND"} {
		if got := ds.Metadata(key, godal.Domain("IMAGE_STRUCTURE")); got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	for key, want := range map[string]string{"TIFFTAG_SOFTWARE": "tester 1.2", "PIXTREND_DATES": "2001 2002 2003",
		"PIXTREND_INPUTS": inputs[0] + " … y_2003.tif (3 files)", "AREA_OR_POINT": "Area"} {
		if got := ds.Metadata(key); got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	units := []string{"per year", "", "observations"}
	for i, b := range ds.Bands() {
		if got, want := b.Description(), slopeInterceptN[i].String(); got != want {
			t.Errorf("band %d is %q, want %q", i+1, got, want)
		}
		if nodata, ok := b.NoData(); !ok || !math.IsNaN(nodata) {
			t.Errorf("nodata of band %d is %v, %v: want NaN", i+1, nodata, ok)
		}
		if got := unitOf(b); got != units[i] {
			t.Errorf("unit of band %d is %q, want %q", i+1, got, units[i])
		}
	}
	if got := ds.Bands()[1].Metadata("TIME_ORIGIN"); got == "" {
		t.Error("nothing says at which time the intercept is")
	}

	// float32 is float64 rounded once, and other ways to store it hold the same numbers.
	bands, _ := readAll(t, out)
	exact := fitted(t, inputs, all())
	for _, band := range exact {
		for p, y := range band {
			band[p] = float64(float32(y))
		}
	}
	sameBands(t, "Float64", exact, bands)
	for _, creation := range [][]string{
		{"COMPRESS=DEFLATE"}, {"compress=deflate", "PREDICTOR=3"}, {"COMPRESS=LZW", "INTERLEAVE=PIXEL"}, {"TILED=NO"}, {"TILED=NO", "BLOCKYSIZE=7"},
		{"BLOCKXSIZE=64", "BLOCKYSIZE=16"}, {"BIGTIFF=YES"}, {"ENDIANNESS=BIG"}, {"INTERLEAVE=PIXEL"}, {"SPARSE_OK=FALSE"},
	} {
		o.Creation = creation
		out := fit(t, inputs, o)
		got, _ := readAll(t, out)
		sameBands(t, strings.Join(creation, " "), bands, got)
		ds, err := openRaster(out)
		if err != nil {
			t.Fatal(err)
		}
		_, compress, _ := strings.Cut(strings.ToUpper(creation[0]), "COMPRESS=")
		if got := ds.Metadata("COMPRESSION", godal.Domain("IMAGE_STRUCTURE")); got != compress {
			t.Errorf("%v: compressed with %q", creation, got)
		}
		if st := ds.Structure(); creation[0] == "BLOCKXSIZE=64" && (st.BlockSizeX != 64 || st.BlockSizeY != 16) {
			t.Errorf("%v: blocks of %d × %d", creation, st.BlockSizeX, st.BlockSizeY)
		}
		_ = ds.Close()
		if left := listing(filepath.Dir(out)); strings.Count(left, ":") != 1 {
			t.Errorf("%v: left beside the output: %s", creation, left)
		}
	}
}

func TestUnitOfInputs(t *testing.T) {
	s := newPlanes(5, 4, 3, 0, 99)
	out := fit(t, s.files(t, func(_ int, m *made) { m.unit = "K" }), all())
	ds, err := openRaster(out)
	if err != nil {
		t.Fatal(err)
	}
	defer ds.Close()
	for i, want := range []string{"K/year", "K", "observations"} {
		if got := unitOf(ds.Bands()[i]); got != want {
			t.Errorf("unit of band %d is %q, want %q", i+1, got, want)
		}
	}
}

// The bands of one file are named as what they are, and a long list of dates by its ends.
func TestProvenanceOfBands(t *testing.T) {
	s := newPlanes(3, 2, 50, 0, 99)
	name := s.multiband(t, func(m *made) {
		for i := range m.descriptions {
			m.descriptions[i] = fmt.Sprintf("ndvi %d", 1971+i)
		}
	})
	ds, err := openRaster(fit(t, []string{name}, all()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ds.Close() }()
	if got, want := ds.Metadata("PIXTREND_INPUTS"), name+" (50 bands)"; got != want {
		t.Errorf("PIXTREND_INPUTS is %q, want %q", got, want)
	}
	if got, want := ds.Metadata("PIXTREND_DATES"), "50 years, 1971–2020"; got != want {
		t.Errorf("PIXTREND_DATES is %q, want %q", got, want)
	}
}

// A result without a single number is a whole file of NaN, not a sparse one.
func TestOutputOfGapsOnly(t *testing.T) {
	s := newPlanes(300, 20, 3, 0, 0).with(func(int, int, float64) float64 { return gap })
	out := filepath.Join(t.TempDir(), "out.tif")
	summary, err := FitFiles(t.Context(), s.files(t, nil), out, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if summary.Fitted != 0 || summary.QuintilesOf != 0 || len(summary.SlopeQuintiles) != 0 {
		t.Errorf("%+v: nothing could be fitted", summary)
	}
	if n := len(summary.Warnings); n == 0 || !strings.HasPrefix(summary.Warnings[n-1], "no pixel has a result: ") {
		t.Errorf("the warnings are %q", summary.Warnings)
	}
	bands, _ := readAll(t, out)
	for p, y := range bands[0] {
		if !math.IsNaN(y) {
			t.Fatalf("pixel %d is %v", p, y)
		}
	}
	if info, err := os.Stat(out); err != nil || info.Size() < 300*20*4 {
		t.Errorf("%v, %v", info, err)
	}
}

func TestTargets(t *testing.T) {
	s := newPlanes(8, 6, 3, 0, 99)
	inputs := s.files(t, nil)
	in := func(t *testing.T, name string) string { return filepath.Join(t.TempDir(), name) }

	t.Run("none", func(t *testing.T) { fails(t, inputs, "", Options{}, fault.ErrOutput, "no name") })
	t.Run("exists", func(t *testing.T) {
		out := in(t, "out.tif")
		put(t, out, "precious")
		fails(t, inputs, out, Options{}, fault.ErrOutput, out, "the option Overwrite")
		if got, _ := os.ReadFile(out); string(got) != "precious" {
			t.Errorf("it now holds %q", got)
		}
	})
	t.Run("folder", func(t *testing.T) {
		out := t.TempDir()
		for _, o := range []Options{{}, {Overwrite: true}} {
			fails(t, inputs, out, o, fault.ErrOutput, out, "is a folder")
		}
	})
	t.Run("device", func(t *testing.T) {
		fails(t, inputs, os.DevNull, Options{Overwrite: true}, fault.ErrOutput, os.DevNull)
	})
	t.Run("folder missing", func(t *testing.T) {
		fails(t, inputs, in(t, "no/out.tif"), Options{}, fault.ErrOutput, "does not exist")
	})
	t.Run("folder is a file", func(t *testing.T) {
		out := in(t, "out.tif")
		put(t, out, "")
		fails(t, inputs, filepath.Join(out, "out.tif"), Options{}, fault.ErrOutput, out)
	})
	t.Run("name too long", func(t *testing.T) {
		fails(t, inputs, in(t, strings.Repeat("x", 300)), Options{}, fault.ErrOutput, "file name too long")
		// The longest name that there is leaves no room for a temporary one that has all of it.
		for _, longest := range []string{strings.Repeat("x", 255), strings.Repeat("é", 127)} {
			out := in(t, longest)
			if _, err := FitFiles(t.Context(), inputs, out, Options{Creation: []string{"COMPRESS=DEFLATE"}}); err != nil || len(listing(filepath.Dir(out))) < 255 {
				t.Error(err)
			}
		}
	})
	t.Run("name of another format", func(t *testing.T) {
		for name, words := range map[string]string{"-": "standard output", "a.png": "end .png", "a.nc": "end .nc", "trend.v2.PDF": "end .PDF", ".json": "end .json"} {
			out := name
			if name != "-" {
				out = in(t, name)
			}
			fails(t, inputs, out, Options{}, fault.ErrOutput, words)
			fails(t, inputs, in(t, "out.tif"), Options{Residuals: out}, fault.ErrOutput, words)
		}
		for _, name := range []string{"a.TIF", "a.tiff", "a.gtif", "trend", "trend.2020", "p<0.05"} {
			if _, err := FitFiles(t.Context(), inputs, in(t, name), Options{}); err != nil {
				t.Error(err)
			}
		}
	})
	t.Run("read-only folder", func(t *testing.T) {
		if os.Geteuid() == 0 {
			t.Skip("root may write anywhere")
		}
		dir := t.TempDir()
		if err := os.Chmod(dir, 0o555); err != nil {
			t.Fatal(err)
		}
		fails(t, inputs, filepath.Join(dir, "out.tif"), Options{}, fault.ErrOutput, dir, "permission denied")
	})
	t.Run("an input", func(t *testing.T) {
		before, err := os.ReadFile(inputs[1])
		if err != nil {
			t.Fatal(err)
		}
		link := in(t, "link.tif")
		if err := os.Symlink(inputs[1], link); err != nil {
			t.Skip(err)
		}
		for _, out := range []string{inputs[1], filepath.Dir(inputs[1]) + "/./y_2002.tif", link} {
			fails(t, inputs, out, Options{Overwrite: true}, fault.ErrOutput, out, "also an input")
		}
		if after, err := os.ReadFile(inputs[1]); err != nil || !slices.Equal(before, after) {
			t.Errorf("the input has changed (%v)", err)
		}
	})
	t.Run("a link to nothing", func(t *testing.T) {
		out := in(t, "out.tif")
		if err := os.Symlink("nowhere.tif", out); err != nil {
			t.Skip(err)
		}
		fails(t, inputs, out, Options{}, fault.ErrOutput, out, "the option Overwrite")
	})
	t.Run("comes meanwhile", func(t *testing.T) {
		out := in(t, "out.tif")
		job, err := Prepare(t.Context(), inputs, out, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = job.Close() }()
		_, err = job.Run(t.Context(), func(done, total int) {
			if done == total {
				put(t, out, "precious")
			}
		})
		checkError(t, err, fault.ErrOutput, out)
		if got, want := listing(filepath.Dir(out)), "[out.tif:8 ]"; got != want {
			t.Errorf("left: %s, want %s", got, want)
		}
	})
	for _, creation := range []string{"COMPRESS=NOPE", "NO_SUCH_OPTION=1", "COMPRESS", "=x", "BLOCKXSIZE=17", "INTERLEAVE=LINE", "COMPRESS=JPEG"} {
		t.Run(creation, func(t *testing.T) {
			fails(t, inputs, in(t, "out.tif"), Options{Creation: []string{creation}}, fault.ErrOutput)
		})
	}
}

// What a GeoTIFF profile has no room for goes to a sidecar, which must not stay beside the output
// under the temporary name, but come along.
func TestProfiles(t *testing.T) {
	inputs := newPlanes(8, 6, 3, 0, 99).files(t, func(_ int, m *made) { m.transform, m.epsg = &utm, 32617 })
	for _, profile := range []string{"BASELINE", "GeoTIFF"} {
		out := filepath.Join(t.TempDir(), "out.tif")
		if _, err := FitFiles(t.Context(), inputs, out, Options{Creation: []string{"PROFILE=" + profile}}); err != nil {
			t.Fatal(err)
		}
		for _, e := range strings.Fields(strings.Trim(listing(filepath.Dir(out)), "[]")) {
			if !strings.HasPrefix(e, "out.tif") {
				t.Errorf("%s: %s is left", profile, e)
			}
		}
		ds, err := openRaster(out)
		if err != nil {
			t.Fatal(err)
		}
		if nodata, ok := ds.Bands()[0].NoData(); !ok || !math.IsNaN(nodata) || ds.Bands()[0].Description() != "slope" {
			t.Errorf("%s: nodata %v, %v and description %q have not come along", profile, nodata, ok, ds.Bands()[0].Description())
		}
		_ = ds.Close()
	}
}

func TestOverwrite(t *testing.T) {
	s := newPlanes(8, 6, 3, 0, 99)
	out := filepath.Join(t.TempDir(), "out.tif")
	put(t, out, "old")
	put(t, out+".aux.xml", "<PAMDataset><PAMRasterBand band=\"1\"><NoDataValue>7</NoDataValue></PAMRasterBand></PAMDataset>")
	inputs := s.files(t, nil)
	if _, err := FitFiles(t.Context(), inputs, out, Options{Overwrite: true, Fit: all().Fit}); err != nil {
		t.Fatal(err)
	}
	got, _ := readAll(t, out)
	sameBands(t, "over an old file", fitted(t, inputs, all()), got)
	if left := listing(filepath.Dir(out)); strings.Count(left, ":") != 1 {
		t.Errorf("left beside the output: %s", left)
	}

	// A fit that fails leaves the old file as it is, and its sidecar.
	before, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	put(t, out+".aux.xml", "<PAMDataset/>")
	cut(t, inputs[2], 0.9)
	fails(t, inputs, out, Options{Overwrite: true}, fault.ErrInput, inputs[2])
	if after, err := os.ReadFile(out); err != nil || !slices.Equal(before, after) {
		t.Errorf("the old file has changed (%v)", err)
	}
}

// The output is as readable as any new file, not only to its owner as temporary files often are.
func TestOutputMode(t *testing.T) {
	out := fit(t, newPlanes(8, 6, 3, 0, 99).files(t, nil), Options{})
	plain := filepath.Join(t.TempDir(), "plain")
	put(t, plain, "")
	mode := func(path string) fs.FileMode {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info.Mode()
	}
	if got, want := mode(out), mode(plain); got != want {
		t.Errorf("mode %v, want %v", got, want)
	}
}

func TestCancelLeavesNothing(t *testing.T) {
	inputs := newPlanes(200, 200, 4, 0, 99).files(t, nil)
	why := errors.New("enough")
	for name, at := range map[string]int{"before": -1, "at the first window": 1, "half way": 20000} {
		t.Run(name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out.tif")
			o := Options{Fit: pixtrend.Options{WindowWidth: 10, WindowHeight: 10}}
			job, err := Prepare(t.Context(), inputs, out, o)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = job.Close() }()
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			if at < 0 {
				cancel(why)
			}
			_, err = job.Run(ctx, func(done, total int) {
				if done >= at {
					cancel(why)
				}
			})
			if !errors.Is(err, why) && !errors.Is(err, context.Canceled) {
				t.Errorf("%v, want %v", err, why)
			}
			if left := listing(filepath.Dir(out)); left != "[]" {
				t.Errorf("left behind: %s", left)
			}
		})
	}
}

func TestSummaryAndProgress(t *testing.T) {
	// Slopes 0…9 a year, one pixel without any.
	s := newPlanes(11, 1, 3, 0, 0).with(func(i, p int, _ float64) float64 {
		if p == 10 {
			return -1
		}
		return float64(i * p)
	})
	inputs := s.files(t, func(_ int, m *made) { m.dtype, m.nodata = godal.Int16, ptr(-1.0) })
	out := filepath.Join(t.TempDir(), "out.tif")
	job, err := Prepare(t.Context(), inputs, out, Options{Fit: pixtrend.Options{Threads: 2, WindowWidth: 3, WindowHeight: 1, ISA: "generic", Fields: []stats.Field{stats.N, stats.Slope}}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = job.Close() }()
	if size := job.FileBytes; size < 3*11*2 {
		t.Errorf("the inputs have %d bytes", size)
	}
	var heard []int
	summary, err := job.Run(t.Context(), func(done, total int) {
		heard = append(heard, done)
		if total != 11 {
			t.Errorf("%d of %d pixels, want 11", done, total)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(heard) != 4 || !slices.IsSorted(heard) || heard[3] != 11 {
		t.Errorf("progress %v: want one step for each of 4 windows, up to 11", heard)
	}
	info, err := os.Stat(out)
	if err != nil {
		t.Fatal(err)
	}
	// numpy.histogram(range(10), [0, 2, 4, 6, 8, 10]), and what is outside.
	slopes := stats.Histogram{Limits: []float64{0, 2, 4, 6, 8, 10}, Counts: []int{0, 2, 2, 2, 2, 2, 0}, Zero: 1}
	if summary.SlopeHistogram == nil || !reflect.DeepEqual(*summary.SlopeHistogram, slopes) || summary.Gaps == nil || *summary.Gaps != 3 {
		t.Errorf("histogram %+v, gaps %v, want %+v and 3", summary.SlopeHistogram, summary.Gaps, slopes)
	}
	summary.Seconds, summary.Times, summary.SlopeHistogram, summary.Gaps = 0, Times{}, nil, nil
	want := Summary{Output: out, Format: output.GTiff, Width: 11, Height: 1, Pixels: 11, Dates: 3, Given: 3, Unit: "year", Fitted: 10, Fields: []string{"n", "slope"},
		BytesRead: 11 * 3 * 2, BytesWritten: info.Size(), ISA: "generic", Threads: summary.Threads, Pin: summary.Pin, Unbound: summary.Unbound,
		// numpy.percentile(range(10), [20, 40, 60, 80])
		SlopeQuintiles: []float64{1.8, 3.6, 5.4, 7.2}, QuintilesOf: 10}
	for i, q := range summary.SlopeQuintiles {
		if math.Abs(q-want.SlopeQuintiles[i]) < 1e-12 {
			summary.SlopeQuintiles[i] = want.SlopeQuintiles[i]
		}
	}
	if got, want := fmt.Sprintf("%+v", summary), fmt.Sprintf("%+v", want); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if summary.Threads < 1 || summary.Threads > 2 {
		t.Errorf("%d threads, 2 were asked for", summary.Threads)
	}
}
