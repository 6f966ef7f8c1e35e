package raster

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// series reads a pixel.
func series(t *testing.T, inputs []string, column, row int, o Options) *Series {
	t.Helper()
	s, err := ReadSeries(t.Context(), inputs, Point{X: float64(column), Y: float64(row), Pixel: true}, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// checkSeries holds pixels of a stack, some of them chosen by chance, against what a fit writes:
// every field and every residual, bit for bit, and gaps where it has gaps.
func checkSeries(t *testing.T, inputs, of []string, o Options, pixels int) {
	t.Helper()
	all := seriesFields(0)
	o.Fit.Fields, o.Fit.Float64, o.Residuals = all, true, filepath.Join(t.TempDir(), "residuals.tif")
	fields, width := readAll(t, fit(t, of, o))
	residuals, _ := readAll(t, o.Residuals)
	o.Residuals = ""
	rng := rand.New(rand.NewPCG(1, 2))
	for k := range pixels {
		p := k // the first ones have pixels without any observation among them
		if k > 2 {
			p = rng.IntN(len(fields[0]))
		}
		s := series(t, inputs, p%width, p/width, o)
		same := func(what string, got *Value, want float64) {
			t.Helper()
			if got == nil && !math.IsNaN(want) || got != nil && math.Float64bits(float64(*got)) != math.Float64bits(want) {
				t.Fatalf("pixel %d: %s is %v, the fit has %v", p, what, got, want)
			}
		}
		if len(s.Fields) != len(fields) || len(s.Dates) != len(residuals) || s.Column != p%width || s.Row != p/width {
			t.Fatalf("%d fields and %d dates of %d,%d", len(s.Fields), len(s.Dates), s.Column, s.Row)
		}
		for i, f := range all {
			same(f.String(), s.Fields[i].Value, fields[i][p])
			if s.Fields[i].Name != f.String() {
				t.Fatalf("field %d is called %s", i, s.Fields[i].Name)
			}
		}
		if n := fields[slices.Index(all, stats.N)][p]; float64(s.Observations()) != n {
			t.Fatalf("pixel %d: %d observations, the fit has %v", p, s.Observations(), n)
		}
		for i, d := range s.Dates {
			same("residual of "+d.Label, d.Residual, residuals[i][p])
			if (d.Gap == "") != (d.Observed != nil) {
				t.Fatalf("pixel %d, %s: observed %v, gap %q", p, d.Label, d.Observed, d.Gap)
			}
			if !s.HasLine() {
				if d.Fitted != nil || d.Residual != nil {
					t.Fatalf("pixel %d, %s: fitted %v without a line", p, d.Label, *d.Fitted)
				}
				continue
			}
			if (d.Gap == "") != (d.Residual != nil) {
				t.Fatalf("pixel %d, %s: gap %q, residual %v", p, d.Label, d.Gap, d.Residual)
			}
			if d.Gap != "" {
				continue
			}
			y, line := float64(*d.Observed), float64(*d.Fitted)+float64(*d.Residual)
			if !(math.Abs(y-line) <= 1e-11*max(1, math.Abs(y))) {
				t.Fatalf("pixel %d, %s: observed %v, and the line with its residual is %v", p, d.Label, y, line)
			}
		}
	}
}

// A pixel's series is what a fit makes of it, however the files hold it.
func TestSeriesIsTheFit(t *testing.T) {
	s := newPlanes(75, 50, 6, -500, 500).gappy(-9999)
	for name, each := range map[string]func(i int, m *made){
		"float32": func(_ int, m *made) { m.nodata = ptr(-9999.0) },
		"int16, scaled": func(_ int, m *made) {
			m.dtype, m.nodata, m.scale, m.offset = godal.Int16, ptr(-9999.0), 1e-4, -0.1
			m.creation = strings.Fields("COMPRESS=DEFLATE PREDICTOR=2 TILED=YES BLOCKXSIZE=16 BLOCKYSIZE=16")
		},
		"mixed types": func(i int, m *made) {
			m.dtype, m.nodata = []godal.DataType{godal.Int16, godal.Int32, godal.Float64}[i%3], ptr(-9999.0)
		},
		"mixed scales": func(i int, m *made) {
			m.dtype, m.nodata, m.scale, m.offset = godal.Int16, ptr(-9999.0), float64(1+i%2)/8, 3
		},
	} {
		t.Run(name, func(t *testing.T) {
			inputs := s.files(t, each)
			checkSeries(t, inputs, inputs, Options{}, 20)
			o := Options{OpenOptions: OpenOptions{Valid: &Range{-300, 400}}}
			o.Fit = pixtrend.Options{MinObs: 4, Confidence: 0.99, InterceptAt: "2003"}
			checkSeries(t, inputs, inputs, o, 20)
		})
	}
	for _, layout := range []string{"INTERLEAVE=PIXEL", "INTERLEAVE=PIXEL COMPRESS=DEFLATE", "INTERLEAVE=BAND", "INTERLEAVE=BAND COMPRESS=LZW TILED=YES"} {
		inputs := []string{s.multiband(t, func(m *made) { m.creation, m.nodata, m.dtype = strings.Fields(layout), ptr(-9999.0), godal.Int32 })}
		checkSeries(t, inputs, inputs, Options{}, 10)
	}
}

func TestSeriesOfScenes(t *testing.T) {
	s := newScenes(75, 50, 5)
	for _, interleave := range []string{"PIXEL", "BAND"} {
		inputs := s.files(t, func(_ int, m *made) { m.creation = []string{"COMPRESS=DEFLATE", "INTERLEAVE=" + interleave} })
		o := Options{}
		o.Index, o.Mask = Index{"nd", 1, 2}, Mask{Band: 3, Keep: keep(t, "0,1")}
		checkSeries(t, inputs, inputs, o, 60)
	}
	// Masks in files of their own, of a stack in one file and of many.
	data := s.a.multiband(t, func(m *made) { m.dtype, m.nodata = godal.Int16, ptr(-9999.0) })
	mask := s.mask.multiband(t, func(m *made) { m.dtype = godal.Byte })
	o := Options{}
	o.Mask = Mask{From: []string{mask}, Drop: bits(t, "1-2")}
	checkSeries(t, []string{data}, []string{data}, o, 30)
}

func TestSeriesOfRemoteFiles(t *testing.T) {
	s := newPlanes(300, 200, 5, -500, 500).gappy(gap)
	for _, layout := range []string{"TILED=YES BLOCKXSIZE=128 BLOCKYSIZE=128 COMPRESS=DEFLATE", "multiband", "scenes"} {
		names := remoteLayout(t, s, layout)
		o := Options{}
		if layout == "scenes" {
			o.Index, o.Mask = Index{"nd", 1, 2}, Mask{Band: 3, Keep: keep(t, "0,1")}
		}
		checkSeries(t, serve(t, names[0]).urls(names, ""), names, o, 6)
	}
}

// Each gap has its reason, the first that applies in the order of docs/gaps.md.
func TestSeriesGaps(t *testing.T) {
	s := planes{1, 1, [][]float64{{1}, {math.NaN()}, {math.Inf(1)}, {-9999}, {300}, {2}}}
	inputs := s.files(t, func(_ int, m *made) { m.nodata = ptr(-9999.0) })
	gapsOf := func(s *Series) string {
		var words []string
		for _, d := range s.Dates {
			words = append(words, d.Gap)
		}
		return strings.Join(words, ", ")
	}
	o := Options{OpenOptions: OpenOptions{Valid: &Range{0, 100}}}
	of := series(t, inputs, 0, 0, o)
	if got := gapsOf(of); got != ", NaN, infinite, nodata, out of range, " {
		t.Errorf("gaps %q", got)
	}
	if kinds, count := of.Gaps(); len(kinds) != 4 || count["nodata"] != 1 || of.Dates[3].Stored[0] != -9999 || of.Dates[3].Label != "2004" {
		t.Errorf("kinds %v, %+v", kinds, of.Dates[3])
	}

	// Masks: that of the options before that of the file.
	masked := planes{1, 1, [][]float64{{5}, {6}, {7}, {8}}}.files(t, func(i int, m *made) {
		m.dtype, m.bands = godal.Int16, append(m.bands, []float64{float64(i % 2)})
	})
	for i, name := range masked {
		addMask(t, name, []byte{byte(255 * min(i/2, 1))}, "YES")
	}
	o = Options{OpenOptions: OpenOptions{Band: 1, Mask: Mask{Band: 2, Keep: keep(t, "0")}}}
	of = series(t, masked, 0, 0, o)
	if got := gapsOf(of); got != "masked by its file, masked, , masked" || float64(*of.Dates[1].Mask) != 1 || of.Dates[2].Observed == nil || *of.Dates[2].Observed != 7 {
		t.Errorf("gaps %q, %+v", got, of.Dates)
	}
	if of.HasLine() || of.Observations() != 1 {
		t.Errorf("a line through %d observations", of.Observations())
	}

	// An index: the band that is a gap is named.
	a := [][]float64{{3}, {-9999}, {3}, {1}, {4}}
	b := [][]float64{{1}, {1}, {-9999}, {-1}, {2}}
	scenes := planes{1, 1, a}.files(t, func(i int, m *made) {
		m.dtype, m.nodata, m.bands = godal.Int16, ptr(-9999.0), append(m.bands, b[i])
	})
	of = series(t, scenes, 0, 0, Options{OpenOptions: OpenOptions{Index: Index{"nd", 1, 2}}})
	if got := gapsOf(of); got != ", nodata in band 1, nodata in band 2, division by 0, " || *of.Dates[0].Observed != 0.5 || of.Dates[0].Stored[1] != 1 {
		t.Errorf("gaps %q, %+v", got, of.Dates[0])
	}
}

// The pixel at a place is the one that holds it, whichever way the raster lies.
func TestSeriesPoint(t *testing.T) {
	s := newPlanes(7, 5, 3, 0, 100)
	for name, transform := range map[string][6]float64{
		"north up":   {500000, 30, 0, 4600000, 0, -30},
		"south up":   {500000, 30, 0, 4600000, 0, 30},
		"rotated":    {500000, 26, 15, 4600000, 15, -26},
		"turned":     {10, 0, 0.25, 50, 0.5, 0},
		"in degrees": {-105.5, 1. / 120, 0, 40.25, 0, -1. / 120},
	} {
		inputs := s.files(t, func(_ int, m *made) { m.transform = &transform })
		at := func(x, y float64) (*Series, error) {
			return ReadSeries(t.Context(), inputs, Point{X: transform[0] + x*transform[1] + y*transform[2], Y: transform[3] + x*transform[4] + y*transform[5]}, Options{})
		}
		for _, of := range [][4]float64{{0.1, 0.1, 0, 0}, {6.9, 4.9, 6, 4}, {3.5, 2.5, 3, 2}, {6.01, 0.99, 6, 0}} {
			got, err := at(of[0], of[1])
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			x, y := of[2]+0.5, of[3]+0.5
			cx, cy := transform[0]+x*transform[1]+y*transform[2], transform[3]+x*transform[4]+y*transform[5]
			if float64(got.Column) != of[2] || float64(got.Row) != of[3] || math.Abs(*got.X-cx) > 1e-9 || math.Abs(*got.Y-cy) > 1e-9 {
				t.Errorf("%s: %v lies in column %d, row %d with the centre %v, %v", name, of, got.Column, got.Row, *got.X, *got.Y)
			}
			if want := s.dates[1][got.Row*7+got.Column]; float64(got.Dates[1].Stored[0]) != want {
				t.Errorf("%s: %v holds %v, want %v", name, of, got.Dates[1].Stored[0], want)
			}
		}
		for _, of := range [][2]float64{{-0.01, 2}, {7.01, 2}, {2, -0.01}, {2, 5.01}, {1e18, 2}} {
			_, err := at(of[0], of[1])
			checkError(t, err, fault.ErrInput, "lies outside "+inputs[0], "units of its CRS (none)")
		}
	}
	// The far corner is still in the raster.
	inputs := s.files(t, func(_ int, m *made) { m.transform = &[6]float64{100, 2, 0, 50, 0, -2} })
	if got, err := ReadSeries(t.Context(), inputs, Point{X: 114, Y: 40}, Options{}); err != nil || got.Column != 6 || got.Row != 4 {
		t.Errorf("the corner: %+v, %v", got, err)
	}
	_, err := ReadSeries(t.Context(), inputs, Point{X: 7, Y: 2, Pixel: true}, Options{})
	checkError(t, err, fault.ErrInput, "the pixel 7,2 lies outside", "7 × 5 pixels", "a column from 0 to 6 and a row from 0 to 4")
	_, err = ReadSeries(t.Context(), s.files(t, func(_ int, m *made) { m.transform = nil }), Point{X: 1, Y: 2}, Options{})
	checkError(t, err, fault.ErrInput, "is not georeferenced", "Point.Pixel")
}

// Limits of the line by hand: y = 1, 3, 2, 6 at 0, 1, 2, 3 have the line 0.9 + 1.4·t, residuals
// with the variance 2.1, the mean time 1.5 and Stt 5; and |t| with 2 degrees of freedom stays below
// q with probability q/√(2+q²).
func TestSeriesLine(t *testing.T) {
	o := Options{OpenOptions: OpenOptions{Dates: dates(t, "2000-2003")}}
	s := series(t, planes{1, 1, [][]float64{{1}, {3}, {2}, {6}}}.files(t, nil), 0, 0, o)
	q := 0.95 * math.Sqrt(2/(1-0.95*0.95))
	for _, of := range []struct{ t, y, off float64 }{
		{2000, 0.9, q * math.Sqrt(2.1*(1./4+1.5*1.5/5))},
		{2001.5, 3, q * math.Sqrt(2.1/4)},
		{2010, 14.9, q * math.Sqrt(2.1*(1./4+8.5*8.5/5))},
	} {
		y, lo, hi := s.Line(of.t)
		if !(math.Abs(y-of.y) <= 1e-12) || !(math.Abs(lo-(of.y-of.off)) <= 1e-11) || !(math.Abs(hi-(of.y+of.off)) <= 1e-11) {
			t.Errorf("at %v the line is %v, %v to %v; want %v ∓ %v", of.t, y, lo, hi, of.y, of.off)
		}
	}
	if lo := s.Dates[0].Lo; lo == nil || float64(*lo) != func() float64 { _, lo, _ := s.Line(2000); return lo }() {
		t.Errorf("the limit in 2000 is %v", lo)
	}
	// Two observations have a line and no limits.
	s = series(t, planes{1, 1, [][]float64{{1}, {3}, {gap}, {gap}}}.files(t, nil), 0, 0, o)
	if y, lo, hi := s.Line(2003); math.Abs(y-7) > 1e-12 || !math.IsNaN(lo) || !math.IsNaN(hi) || s.Dates[3].Lo != nil {
		t.Errorf("the line through two observations is %v, %v to %v", y, lo, hi)
	}
}

// Real pixels: LAI of China, all of whose years count, against lm in R.
func TestSeriesOfLAI(t *testing.T) {
	inputs := []string{shared(t, "rtrend_lai_china/yearly/LAI_*.tif")}
	s := series(t, inputs, 19, 7, Options{})
	if slope := float64(*s.Field(stats.Slope).Value); math.Abs(slope/8.64257852834e-03-1) > 1e-10 || s.Observations() != 20 {
		t.Errorf("slope %v of %d observations", slope, s.Observations())
	}
	checkSeries(t, inputs, inputs, Options{}, 5)
}

// NDVI of the Landsat scenes of three years where Fmask says clear.
func TestSeriesOfLandsat(t *testing.T) {
	inputs := []string{shared(t, "yatsm_landsat_p035r032/L*199[0-2]*_stack.gtif")}
	o := Options{}
	o.Index, o.Mask = Index{"nd", 4, 3}, Mask{Band: 8, Keep: keep(t, "0")}
	checkSeries(t, inputs, inputs, o, 4)
	o.Fit.Rank = pixtrend.RankOptions{Season: timeaxis.Quarterly, SeasonCovariance: true}
	checkSeries(t, inputs, inputs, o, 4)
}

func TestSeriesTargets(t *testing.T) {
	dir := t.TempDir()
	inputs := newPlanes(4, 3, 3, 0, 9).files(t, nil)
	at := Point{Pixel: true}
	there := filepath.Join(dir, "there.png")
	if err := os.WriteFile(there, []byte("mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	_, err := ReadSeries(t.Context(), inputs, at, Options{}, there)
	checkError(t, err, fault.ErrOutput, there+" exists", "the option Overwrite")
	_, err = ReadSeries(t.Context(), inputs, at, Options{Overwrite: true}, there, inputs[1])
	checkError(t, err, fault.ErrOutput, inputs[1]+" is also an input")
	_, err = ReadSeries(t.Context(), inputs, at, Options{Overwrite: true}, there, there)
	checkError(t, err, fault.ErrOutput, "given twice")
	if _, err = ReadSeries(t.Context(), inputs, at, Options{Overwrite: true}, there); err != nil {
		t.Error(err)
	}
}
