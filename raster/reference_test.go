package raster

import (
	"encoding/csv"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/stats"
)

// NDVI of 447 Landsat scenes, 1984 to 2013, where Fmask says clear: every field of every pixel as
// scipy.stats.linregress has it (testdata/yatsm.csv, which yatsm.py beside it made).
func TestLandsatAgainstSciPy(t *testing.T) {
	o := Options{Fit: pixtrend.Options{Fields: stats.AllFields, Float64: true}}
	o.Index, o.Mask = Index{"nd", 4, 3}, Mask{Band: 8, Keep: keep(t, "0")}
	out, _ := readAll(t, fit(t, []string{shared(t, "yatsm_landsat_p035r032/*_stack.gtif")}, o))

	f, err := os.Open("testdata/yatsm.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) != 26 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	fitted := 0
	for p, row := range rows[1:] {
		for c, name := range rows[0] {
			fields, err := stats.ParseFields(name)
			if err != nil {
				continue // row and col
			}
			want, err := strconv.ParseFloat(row[c], 64)
			if err != nil {
				t.Fatal(err)
			}
			tolerance := 1e-11
			switch fields[0] {
			case stats.Slope, stats.Stderr, stats.SlopeLo, stats.SlopeHi:
				want *= 365.2425
			case stats.PValue:
				tolerance = 1e-9
			case stats.N:
				tolerance = 0
			}
			got := out[slices.Index(stats.AllFields, fields[0])][p]
			if !(math.Abs(got-want) <= tolerance*math.Abs(want)) && !(math.IsNaN(got) && math.IsNaN(want)) {
				t.Errorf("%s of pixel %d is %.15g, SciPy has %.15g: off by %.1e", name, p, got, want, math.Abs(got/want-1))
			}
			if fields[0] == stats.PValue && want == want {
				fitted++
			}
		}
	}
	if fitted < 20 {
		t.Errorf("only %d pixels with a trend", fitted)
	}
}

// The table of the shared data's README by lm in R, to the twelve digits that it has, and R's
// figures over all pixels.
func TestLAIFieldsAgainstR(t *testing.T) {
	fields := []stats.Field{stats.Slope, stats.Stderr, stats.TValue, stats.PValue, stats.R2, stats.Intercept, stats.TrendClass}
	out := fit(t, []string{shared(t, "rtrend_lai_china/yearly/LAI_*.tif")}, Options{Fit: pixtrend.Options{Fields: fields, Significance: 0.05, Float64: true}})
	bands, width := readAll(t, out)
	near := func(what any, got, want, relative float64) {
		t.Helper()
		if !(math.Abs(got-want) <= relative*math.Abs(want)) {
			t.Errorf("%v is %.12g, R has %.12g", what, got, want)
		}
	}
	for _, row := range []struct {
		row, col int
		want     []float64 // in the order of fields
	}{
		{0, 0, []float64{-5.37432427693e-04, 3.15137815221e-03, -0.170538856886, 8.66488658367e-01, 1.61314365786e-03, 1.66593024634, 0}},
		{7, 19, []float64{8.64257852834e-03, 1.77809379004e-03, 4.86058641944, 1.25655355835e-04, 5.67570687716e-01, -16.8750833991, 1}},
		{21, 59, []float64{6.07556001341e-04, 3.20938794171e-04, 1.89305877748, 7.45420780024e-02, 1.66036233882e-01, -1.21833103315, 0}},
	} {
		for f, want := range row.want {
			near(fields[f], bands[f][row.row*width+row.col], want, 5e-12)
		}
	}
	near("p where the slope is largest", bands[3][43*width+72], 3.2611e-05, 2e-5)
	rise, fall := 0, 0
	for _, class := range bands[6] {
		switch class {
		case 1:
			rise++
		case -1:
			fall++
		}
	}
	if rise != 5280 || fall != 13 {
		t.Errorf("%d pixels rise and %d fall at p < 0.05: in R 5280 and 13", rise, fall)
	}
}
