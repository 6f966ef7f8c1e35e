package raster

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/stats"
)

// The classes of a false discovery rate are those of the p-values that are written beside them,
// sorted (Benjamini and Hochberg 1995), in every kind of file.
func TestFalseDiscoveryRate(t *testing.T) {
	const rate = 0.2
	s := newPlanes(70, 83, 6, 0, 200).gappy(gap)
	s = s.with(func(i, p int, y float64) float64 {
		if p%5 == 0 {
			y += float64(i) * 60 * float64(p%2*2-1) // a trend, up or down
		}
		return y
	})
	inputs := s.files(t, nil)
	fields := []stats.Field{stats.TrendClass, stats.Slope, stats.PValue}
	for _, creation := range []string{"", "TILED=YES BLOCKXSIZE=16 BLOCKYSIZE=32", "COMPRESS=DEFLATE", "INTERLEAVE=PIXEL"} {
		for _, float64s := range []bool{false, true} {
			o := Options{Fit: pixtrend.Options{Fields: fields, Float64: float64s, WindowWidth: 33, WindowHeight: 20}, FDR: rate, Creation: strings.Fields(creation)}
			out := filepath.Join(t.TempDir(), "out.tif")
			summary, err := FitFiles(context.Background(), inputs, out, o)
			if err != nil {
				t.Fatal(err)
			}
			bands, _ := readAll(t, out)
			class, slope, p := bands[0], bands[1], bands[2]
			sorted := slices.DeleteFunc(slices.Clone(p), func(p float64) bool { return p != p })
			slices.Sort(sorted)
			found := 0
			for k, p := range sorted {
				if p*float64(len(sorted)) <= float64(k+1)*rate {
					found = k + 1
				}
			}
			if found < 50 || found == len(sorted) {
				t.Fatalf("%d discoveries of %d: the stack is no test", found, len(sorted))
			}
			for i := range class {
				want := 0.0
				switch {
				case p[i] != p[i]:
					want = gap
				case p[i] <= sorted[found-1] && slope[i] > 0:
					want = 1
				case p[i] <= sorted[found-1]:
					want = -1
				}
				if class[i] != want && !(want != want && class[i] != class[i]) {
					t.Fatalf("%q: pixel %d has class %v, slope %v and p %v, want %v", creation, i, class[i], slope[i], p[i], want)
				}
			}
			if f := summary.FDR; f == nil || f.Trends != int64(found) || f.Of != int64(len(sorted)) || f.Rate != rate || !(f.PValue <= sorted[found-1]*(1+1e-6)) {
				t.Errorf("%q: the summary has %+v, want %d of %d", creation, f, found, len(sorted))
			}
			ds, err := openRaster(out)
			if err != nil {
				t.Fatal(err)
			}
			if b := ds.Bands()[0]; b.Metadata("FALSE_DISCOVERY_RATE") != "0.2" || b.Metadata("SIGNIFICANCE") != "" {
				t.Errorf("the band says %v", b.Metadatas())
			}
			_ = ds.Close()
		}
	}
}

// If the p-value of every pixel equals the rate, every pixel is a trend.
func TestEveryPValueIsTheRate(t *testing.T) {
	s := newPlanes(30, 20, 9, 0, 0)
	inputs := s.with(func(i, _ int, _ float64) float64 { return float64(i*i%7) - float64(i)/2 }).files(t, nil)
	fields := []stats.Field{stats.PValue, stats.TrendClass}
	for _, float64s := range []bool{true, false} {
		o := Options{Fit: pixtrend.Options{Fields: fields, Float64: true}, FDR: 0.999}
		out := filepath.Join(t.TempDir(), "out.tif")
		if _, err := FitFiles(t.Context(), inputs, out, o); err != nil {
			t.Fatal(err)
		}
		bands, _ := readAll(t, out)
		o.FDR, o.Fit.Float64, o.Overwrite = bands[0][0], float64s, true
		if !(o.FDR > 0.01 && o.FDR < 0.99) {
			t.Fatalf("a p-value of %v is no test", o.FDR)
		}
		summary, err := FitFiles(t.Context(), inputs, out, o)
		if err != nil {
			t.Fatal(err)
		}
		bands, _ = readAll(t, out)
		if n := int64(len(bands[1])); summary.FDR.Trends != n || slices.Contains(bands[1], 0) {
			t.Errorf("float64 %v: %d of %d at %v, the first pixel has class %v", float64s, summary.FDR.Trends, n, o.FDR, bands[1][0])
		}
	}
}

// Where nothing is significant every class is 0, and the fields must be there.
func TestNoDiscovery(t *testing.T) {
	inputs := newPlanes(30, 20, 5, 0, 3).files(t, nil)
	out := filepath.Join(t.TempDir(), "out.tif")
	o := Options{Fit: pixtrend.Options{Fields: []stats.Field{stats.PValue, stats.TrendClass}}, FDR: 1e-9}
	summary, err := FitFiles(context.Background(), inputs, out, o)
	if err != nil || summary.FDR.Trends != 0 || summary.FDR.PValue != 0 || summary.FDR.Of == 0 {
		t.Fatalf("%+v, %v", summary.FDR, err)
	}
	bands, _ := readAll(t, out)
	if i := slices.IndexFunc(bands[1], func(c float64) bool { return c != 0 && c == c }); i >= 0 {
		t.Errorf("pixel %d has class %v", i, bands[1][i])
	}
	o.Fit.Fields = o.Fit.Fields[:1]
	if _, err := FitFiles(context.Background(), inputs, out+"2", o); err == nil || !strings.Contains(err.Error(), "trend_class") {
		t.Errorf("without the field: %v", err)
	}
}
