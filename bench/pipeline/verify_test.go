package pipeline

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/bench"
	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/stats"
)

// made makes a stack in a temporary folder.
func made(t *testing.T, s Stack) Stack {
	t.Helper()
	s.dir = t.TempDir()
	if err := makeStacks(t.Context(), []Stack{s}, func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	return s
}

// fitted fits a stack and returns the result.
func fitted(t *testing.T, s Stack, fields string) result {
	t.Helper()
	parsed, err := stats.ParseFields(fields)
	if err != nil {
		t.Fatal(err)
	}
	r := result{filepath.Join(t.TempDir(), "trend.tif"), fields}
	if _, err := raster.FitFiles(context.Background(), s.files(s.Dates), r.path, raster.Options{Fit: pixtrend.Options{Fields: parsed}}); err != nil {
		t.Fatal(err)
	}
	return r
}

// change changes one sample of a result.
func change(t *testing.T, path string, band, x, y int, to func(float32) float32) {
	t.Helper()
	ds, err := godal.Open(path, godal.Update())
	if err != nil {
		t.Fatal(err)
	}
	sample := make([]float32, 1)
	b := ds.Bands()[band]
	if err := b.Read(x, y, sample, 1, 1); err != nil {
		t.Fatal(err)
	}
	sample[0] = to(sample[0])
	if err := errors.Join(b.Write(x, y, sample, 1, 1), ds.Close()); err != nil {
		t.Fatal(err)
	}
}

func small(dtype, samples string, days bool, creation ...string) Stack {
	return Stack{Width: 70, Height: 41, Dates: 6, Days: days, Type: dtype, Samples: samples, Creation: creation}.named("test")
}

func TestVerify(t *testing.T) {
	for name, s := range map[string]Stack{
		"float32":  small("float32", land, false),
		"gaps":     small("float32", landGaps, false),
		"clouds":   small("float32", clouds, false),
		"int16":    small("int16", land, false, "COMPRESS=DEFLATE", "PREDICTOR=2", "TILED=YES", "BLOCKXSIZE=16", "BLOCKYSIZE=16"),
		"uint8":    small("uint8", noise, true),
		"days":     small("float32", noise, true),
		"one date": {Name: "test", Width: 5, Height: 5, Dates: 2, Type: "float32", Samples: landGaps},
	} {
		s = made(t, s)
		results := []result{fitted(t, s, slope), fitted(t, s, three)}
		if n, err := verify(t.Context(), s, s.Dates, results); err != nil || n != int64(s.Width*s.Height) {
			t.Errorf("%s: %d pixels, %v", name, n, err)
		}
	}
}

func TestVerifyFindsWhatIsWrong(t *testing.T) {
	s := made(t, small("float32", landGaps, false))
	good := fitted(t, s, three)
	ulps := func(n int) func(float32) float32 {
		return func(v float32) float32 { return math.Float32frombits(math.Float32bits(v) + uint32(n)) }
	}
	for name, tt := range map[string]struct {
		band int
		to   func(float32) float32
	}{
		"slope two roundings off":     {0, ulps(2)},
		"slope zero":                  {0, func(float32) float32 { return 0 }},
		"slope missing":               {0, func(float32) float32 { return float32(math.NaN()) }},
		"slope infinite":              {0, func(float32) float32 { return float32(math.Inf(1)) }},
		"intercept two roundings off": {1, ulps(2)},
		"one observation more":        {2, func(n float32) float32 { return n + 1 }},
	} {
		bad := result{filepath.Join(t.TempDir(), "bad.tif"), three}
		text, err := os.ReadFile(good.path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(bad.path, text, 0o666); err != nil {
			t.Fatal(err)
		}
		change(t, bad.path, tt.band, 69, 40, tt.to)
		_, err = verify(t.Context(), s, s.Dates, []result{good, bad})
		if !errors.Is(err, bench.ErrWrong) || !strings.Contains(err.Error(), "column 69, row 40") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := verify(t.Context(), s, s.Dates, []result{{good.path, slope}}); !errors.Is(err, bench.ErrWrong) {
		t.Errorf("other bands: %v", err)
	}
}

// A sample of a large stack is compared, in every column and every row.
func TestVerifyOfLargeStacks(t *testing.T) {
	s := made(t, Stack{Name: "test", Width: 2100, Height: 1100, Dates: 2, Type: "uint8", Samples: noise})
	r := fitted(t, s, slope)
	n, err := verify(t.Context(), s, s.Dates, []result{r})
	if err != nil || n != 770000 {
		t.Errorf("%d pixels, %v", n, err)
	}
	change(t, r.path, 0, 3*17, 500, func(v float32) float32 { return v + 1 }) // 500·2100 and 3·17 are multiples of 3
	if _, err := verify(t.Context(), s, s.Dates, []result{r}); !errors.Is(err, bench.ErrWrong) {
		t.Error(err)
	}
}

// A run with another result than the verified one does not count.
func TestMeasureChecksEveryRun(t *testing.T) {
	s := made(t, small("float32", land, false))
	good, err := os.ReadFile(fitted(t, s, slope).path)
	if err != nil {
		t.Fatal(err)
	}
	for wrongRun, want := range map[int]bool{0: true, 2: true, 99: false} {
		g := &group{dir: t.TempDir()}
		run := 0
		a := g.add("test", 0, nil)
		a.verified(&job{output: filepath.Join(g.dir, "slope.tif"), stats: slope}, s, s.Dates)
		a.Run = func(context.Context) (float64, error) {
			err := os.WriteFile(a.job.output, good, 0o666)
			if run == wrongRun {
				change(t, a.job.output, 0, 3, 3, func(v float32) float32 { return v + 1 })
			}
			run++
			return float64(run), err
		}
		measured, err := g.measure(t.Context(), 3, func(int, int) {})
		if errors.Is(err, bench.ErrWrong) != want {
			t.Errorf("run %d is wrong: %v", wrongRun, err)
		}
		if want {
			continue
		}
		if m := measured[0]; len(m.Seconds) != 3 || m.Best() != 2 || m.Median() != 3 || m.Checked != 70*41 {
			t.Errorf("measured %+v", m)
		}
	}
}
