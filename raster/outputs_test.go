package raster

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend"
)

// Residuals and what is detrended are stacks of their own, in any layout: with the dates of the
// inputs, without a trend, and with the mean of each pixel.
func TestResidualsAndDetrended(t *testing.T) {
	s := newPlanes(70, 45, 6, -500, 500).gappy(gap)
	for _, layout := range []string{"", "COMPRESS=DEFLATE TILED=YES BLOCKXSIZE=32 BLOCKYSIZE=16", "BLOCKYSIZE=7"} {
		for _, creation := range [][]string{nil, {"COMPRESS=DEFLATE"}} {
			dir := t.TempDir()
			inputs := s.files(t, func(_ int, m *made) { m.creation, m.unit = strings.Fields(layout), "K" })
			o := all()
			o.Residuals, o.Detrend, o.Creation = filepath.Join(dir, "residuals.tif"), filepath.Join(dir, "detrended.tif"), creation
			out := filepath.Join(dir, "out.tif")
			summary, err := FitFiles(context.Background(), inputs, out, o)
			if err != nil {
				t.Fatal(err)
			}
			if left := listing(dir); strings.Count(left, ":") != 3 {
				t.Errorf("left behind: %s", left)
			}
			fields, _ := readAll(t, out)
			sameBands(t, layout, fitted(t, inputs, all()), fields)
			residuals, _ := readAll(t, o.Residuals)
			detrended, _ := readAll(t, o.Detrend)
			slope, intercept, n := fields[0], fields[1], fields[2]
			for p := range slope {
				mean := 0.0
				for i := range s.dates {
					if y := s.dates[i][p]; y == y {
						mean += y / n[p]
					}
				}
				for i := range s.dates {
					want := s.dates[i][p] - (intercept[p] + slope[p]*float64(2001+i))
					r, d := residuals[i][p], detrended[i][p]
					if !(math.Abs(r-want) <= 1e-8) && !(r != r && want != want) || !(math.Abs(d-r-mean) <= 1e-8) && !(d != d && want != want) {
						t.Fatalf("pixel %d, date %d: residual %v, want %v, and detrended %v", p, i, r, want, d)
					}
				}
			}
			if summary.Residuals != o.Residuals || summary.Detrend != o.Detrend {
				t.Errorf("the summary names %q and %q", summary.Residuals, summary.Detrend)
			}
			// They are inputs of a fit as they are, and have no trend.
			again, _ := readAll(t, fit(t, []string{o.Detrend}, all()))
			for p, b := range again[0] {
				if b == b && !(math.Abs(b) <= 1e-9) {
					t.Fatalf("pixel %d still has the slope %v", p, b)
				}
			}
			ds, err := openRaster(o.Residuals)
			if err != nil {
				t.Fatal(err)
			}
			if b := ds.Bands()[5]; b.Description() != "2006" || unitOf(b) != "K" || !strings.HasPrefix(ds.Metadata("PIXTREND_CONTENT"), "residuals") {
				t.Errorf("the last band is %q in %q", b.Description(), unitOf(b))
			}
			_ = ds.Close()
		}
	}
}

// Either all outputs appear or none, and none takes the place of another or of an input.
func TestOutputsTogether(t *testing.T) {
	s := newPlanes(40, 30, 4, 0, 99)
	inputs := s.files(t, nil)
	dir := t.TempDir()
	out, residuals := filepath.Join(dir, "out.tif"), filepath.Join(dir, "residuals.tif")
	for _, c := range []struct{ residuals, detrend, want string }{
		{out, "", "given twice"},
		{residuals, filepath.Join(dir, ".", "residuals.tif"), "given twice"},
		{inputs[1], "", "exists"},
		{filepath.Join(dir, "no", "residuals.tif"), "", "does not exist"},
	} {
		if _, err := FitFiles(context.Background(), inputs, out, Options{Residuals: c.residuals, Detrend: c.detrend}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if _, err := FitFiles(context.Background(), inputs, out, Options{Residuals: inputs[1], Overwrite: true}); err == nil || !strings.Contains(err.Error(), "is also an input") {
		t.Errorf("onto an input: %v", err)
	}
	b, err := os.ReadFile(inputs[2])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(inputs[2], b[:len(b)/2], 0o600); err != nil { // found out while it is read
		t.Fatal(err)
	}
	if _, err := FitFiles(context.Background(), inputs, out, Options{Residuals: residuals, Fit: pixtrend.Options{Threads: 1}}); err == nil {
		t.Error("a file cut short is fitted")
	}
	if left := listing(dir); left != "[]" {
		t.Errorf("left behind: %s", left)
	}
}
