package raster

import (
	"math"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/stats"
)

// Gaps are counted where n is, those of masks among them, and slopes by classes; a file that is
// compressed is said to be.
func TestSummaryCounts(t *testing.T) {
	s := newPlanes(70, 50, 6, 0, 99).gappy(-1)
	nodata := -1.0
	inputs := s.files(t, func(_ int, m *made) { m.nodata = &nodata })
	gaps := int64(0)
	for _, plane := range s.dates {
		for _, y := range plane {
			if y == nodata || y > 90 {
				gaps++
			}
		}
	}
	for _, fields := range [][]stats.Field{{stats.Slope}, {stats.Slope, stats.N}, {stats.N}, stats.AllFields} {
		for _, float64s := range []bool{false, true} {
			o := Options{OpenOptions: OpenOptions{Valid: &Range{Lo: math.Inf(-1), Hi: 90}}, Fit: pixtrend.Options{Fields: fields, Float64: float64s}, Began: time.Now().Add(-time.Hour)}
			sum, err := FitFiles(t.Context(), inputs, filepath.Join(t.TempDir(), "s.tif"), o)
			if err != nil {
				t.Fatal(err)
			}
			switch counted := slices.Contains(fields, stats.N); {
			case counted != (sum.Gaps != nil):
				t.Errorf("%v: gaps %v", fields, sum.Gaps)
			case counted && *sum.Gaps != gaps:
				t.Errorf("%v: %d gaps, want %d", fields, *sum.Gaps, gaps)
			}
			h := sum.SlopeHistogram
			if (h != nil) != slices.Contains(fields, stats.Slope) {
				t.Fatalf("%v: histogram %v", fields, h)
			}
			if h != nil {
				all := 0
				for _, n := range h.Counts {
					all += n
				}
				if last := len(h.Counts) - 1; all != sum.QuintilesOf || last < 4 || h.Counts[0] > all/20+1 || h.Counts[last] > all/20+1 || !slices.Contains(h.Limits, 0) {
					t.Errorf("%v: %+v of %d slopes", fields, h, sum.QuintilesOf)
				}
			}
			tm := sum.Times
			workers := tm.Read + tm.Fit + tm.Write
			if tm.Start < 3600 || tm.Read < 0 || tm.Fit <= 0 || tm.Write <= 0 || tm.Finish <= 0 ||
				workers > float64(sum.Threads)*tm.Windows || math.Abs(tm.Windows+tm.Finish-sum.Seconds) > 1e-9 {
				t.Errorf("%v: %+v of %v s on %d threads", fields, tm, sum.Seconds, sum.Threads)
			}
			if sum.Decoded {
				t.Errorf("%v: nothing is compressed", fields)
			}
		}
	}
	packed := s.files(t, func(_ int, m *made) { m.creation = []string{"COMPRESS=DEFLATE"} })
	if sum, err := FitFiles(t.Context(), packed, filepath.Join(t.TempDir(), "s.tif"), Options{}); err != nil || !sum.Decoded || sum.Times.Read <= 0 {
		t.Errorf("compressed files: %+v, %v", sum, err)
	}
}

// Results are counted by the bits of their magnitudes.
func TestCountResults(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	values := []float64{0, math.Copysign(0, -1), 1, -1, nan, math.Copysign(nan, -1), inf, -inf, 1e30, -1e30, 9.99e29, -9.99e29, 1.01e30, 5e-324}
	if numbers, huge := countResults(values); numbers != 12 || huge != 5 {
		t.Errorf("%d numbers, %d huge, want 12 and 5", numbers, huge)
	}
	narrow := make([]float32, len(values))
	for i, x := range values {
		narrow[i] = float32(x)
	}
	if numbers, huge := countResults(narrow); numbers != 12 || huge != 5 {
		t.Errorf("float32: %d numbers, %d huge, want 12 and 5", numbers, huge)
	}
}
