package raster

import (
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// What the fields of ranks were computed with is in the metadata of their bands, and of no others.
func TestItemsOfRanks(t *testing.T) {
	inputs := newPlanes(7, 5, 14, 0, 99).files(t, nil)
	months := "2001-01-01,2001-02-01,2001-03-01,2001-04-01,2001-05-01,2001-06-01,2001-07-01,2002-01-01,2002-02-01,2002-03-01,2002-04-01,2002-05-01,2002-06-01,2002-07-01"
	fields := []stats.Field{stats.Slope, stats.SenSlope, stats.MKVar, stats.MKPValue}
	for _, row := range []struct {
		dates string
		rank  pixtrend.RankOptions
		want  map[string][]string // by field
	}{
		{"auto", pixtrend.RankOptions{}, map[string][]string{"MK_P": {"", "", "", "exact"}}},
		{"auto", pixtrend.RankOptions{NormalP: true}, map[string][]string{"MK_P": {"", "", "", "normal"}}},
		{"auto", pixtrend.RankOptions{Method: stats.HamedRao}, map[string][]string{"MK_METHOD": {"", "", "hamed-rao", "hamed-rao"}, "MK_P": {"", "", "", "normal"}}},
		{"auto", pixtrend.RankOptions{Method: stats.Zhang}, map[string][]string{"MK_METHOD": {"", "zhang", "zhang", "zhang"}, "MK_P": {"", "", "", "normal"}}},
		{months, pixtrend.RankOptions{Season: timeaxis.Monthly, SeasonCovariance: true},
			map[string][]string{"SEASON": {"", "month", "month", "month"}, "MK_COVARIANCE": {"", "", "seasons", "seasons"}, "MK_P": {"", "", "", "normal"}}},
	} {
		out := fit(t, inputs, Options{OpenOptions: OpenOptions{Dates: dates(t, row.dates)}, Fit: pixtrend.Options{Fields: fields, Rank: row.rank}})
		ds, err := openRaster(out)
		if err != nil {
			t.Fatal(err)
		}
		for i, b := range ds.Bands() {
			for _, key := range []string{"MK_METHOD", "MK_P", "SEASON", "MK_COVARIANCE"} {
				want := ""
				if row.want[key] != nil {
					want = row.want[key][i]
				}
				if got := b.Metadata(key); got != want {
					t.Errorf("%+v: %s of %v is %q, want %q", row.rank, key, fields[i], got, want)
				}
			}
		}
		_ = ds.Close()
	}
}

// Options of ranks that do not suit the fields or the dates are refused, with what would.
func TestRankOptionsOfFiles(t *testing.T) {
	inputs := newPlanes(7, 5, 4, 0, 99).files(t, nil)
	irregular := "2001-01-01,2001-01-02,2001-02-17,2003-07-01"
	for _, row := range []struct {
		dates  string
		fields []stats.Field
		rank   pixtrend.RankOptions
		want   string
	}{
		{"auto", []stats.Field{stats.Slope}, pixtrend.RankOptions{Method: stats.TFPW},
			"the option Fit.Rank.Method is set, and none of the fields depends on it: ask for one that does with the option Fit.Fields = mk_pvalue"},
		{irregular, []stats.Field{stats.MKPValue}, pixtrend.RankOptions{Method: stats.TFPW},
			"the option Fit.Rank.Method = tfpw takes dates that are whole steps apart: irregular dates: from 2001-01-01 to 2003-07-01, no step of years, months or days fits all dates: leave it out, or count rasters as steps with the option Per = step"},
		{"auto", []stats.Field{stats.SenSlope}, pixtrend.RankOptions{Season: timeaxis.Monthly},
			"the option Fit.Rank.Season = month does not suit the dates: no seasons: rasters are dated by the year, and seasons need days: leave it out"},
	} {
		o := Options{OpenOptions: OpenOptions{Dates: dates(t, row.dates)}, Fit: pixtrend.Options{Fields: row.fields, Rank: row.rank}}
		if _, err := FitFiles(t.Context(), inputs, t.TempDir()+"/x.tif", o); err == nil || err.Error() != row.want {
			t.Errorf("%v", err)
		}
		if _, err := ReadSeries(t.Context(), inputs, Point{Pixel: true}, o); !strings.HasPrefix(row.want, "the option Fit.Rank.Method is") && (err == nil || err.Error() != row.want) {
			t.Errorf("a series: %v", err)
		}
	}
}

// A yearly cycle does not distort ranks within seasons, and does distort a line beside them.
func TestSeasonsNeedNoWarning(t *testing.T) {
	months := "2001-01-01,2001-04-01,2001-07-01,2001-10-01,2002-01-01,2002-04-01"
	inputs := newPlanes(7, 5, 6, 0, 99).files(t, nil)
	for _, row := range []struct {
		fields []stats.Field
		season timeaxis.Seasons
		warns  bool
	}{
		{[]stats.Field{stats.SenSlope, stats.N, stats.MKPValue}, timeaxis.Quarterly, false},
		{[]stats.Field{stats.SenSlope, stats.Slope}, timeaxis.Quarterly, true},
		{[]stats.Field{stats.SenSlope}, timeaxis.Seasons{}, true},
	} {
		o := Options{OpenOptions: OpenOptions{Dates: dates(t, months)}, Fit: pixtrend.Options{Fields: row.fields, Rank: pixtrend.RankOptions{Season: row.season}}}
		summary, err := FitFiles(t.Context(), inputs, t.TempDir()+"/x.tif", o)
		if err != nil {
			t.Fatal(err)
		}
		if warns := strings.Contains(strings.Join(summary.Warnings, "\n"), "yearly cycle"); warns != row.warns {
			t.Errorf("%v, seasons %q: warnings %q", row.fields, row.season, summary.Warnings)
		}
	}
}

// Both kinds of classes follow from their own p-values at one false discovery rate.
func TestFalseDiscoveryRateOfRanks(t *testing.T) {
	const rate = 0.2
	s := newPlanes(70, 83, 9, 0, 200).gappy(gap).with(func(i, p int, y float64) float64 {
		if p%5 == 0 {
			y += float64(i) * 60 * float64(p%2*2-1)
		}
		return y
	})
	fields := []stats.Field{stats.MKClass, stats.PValue, stats.MKS, stats.MKPValue, stats.TrendClass, stats.Slope}
	out := filepath.Join(t.TempDir(), "out.tif")
	summary, err := FitFiles(t.Context(), s.files(t, nil), out, Options{Fit: pixtrend.Options{Fields: fields}, FDR: rate})
	if err != nil {
		t.Fatal(err)
	}
	bands, _ := readAll(t, out)
	for _, of := range []struct {
		class, p, trend int
		fdr             *FDR
	}{{4, 1, 5, summary.FDR}, {0, 3, 2, summary.MKFDR}} {
		sorted := slices.DeleteFunc(slices.Clone(bands[of.p]), math.IsNaN)
		slices.Sort(sorted)
		found := 0
		for k, p := range sorted {
			if p*float64(len(sorted)) <= float64(k+1)*rate {
				found = k + 1
			}
		}
		if found < 50 || found == len(sorted) {
			t.Fatalf("%v: %d discoveries of %d: the stack is no test", fields[of.class], found, len(sorted))
		}
		for i, class := range bands[of.class] {
			p, want := bands[of.p][i], 0.0
			if p <= sorted[found-1] {
				want = math.Copysign(1, bands[of.trend][i])
			}
			if p == p && class != want || p != p && class == class {
				t.Fatalf("%v of pixel %d is %v, with p %v, want %v", fields[of.class], i, class, p, want)
			}
		}
		if of.fdr == nil || of.fdr.Trends != int64(found) || of.fdr.Of != int64(len(sorted)) {
			t.Errorf("%v: the summary has %+v, want %d of %d", fields[of.class], of.fdr, found, len(sorted))
		}
	}
	if _, err := FitFiles(t.Context(), s.files(t, nil), out, Options{Fit: pixtrend.Options{Fields: fields[:2]}, FDR: rate, Overwrite: true}); err == nil {
		t.Error("a class without its p-values is fitted")
	}
}

// The lines that a series draws meet the fields of its fit.
func TestSenLineOfSeries(t *testing.T) {
	s := newPlanes(7, 5, 9, 0, 99)
	o := Options{Fit: pixtrend.Options{InterceptAt: "2004"}}
	of := series(t, s.files(t, nil), 3, 2, o)
	y, lo, hi := of.SenLine(2004)
	middle, _, _ := of.SenLine(2005)
	later, low, high := of.SenLine(2006)
	value := func(f stats.Field) float64 { return float64(*of.Field(f).Value) }
	for what, x := range map[string][2]float64{
		"intercept": {y, value(stats.SenIntercept)}, "slope": {later - middle, value(stats.SenSlope)},
		"lo": {low - middle, value(stats.SenLo)}, "hi": {high - middle, value(stats.SenHi)},
		"lo before": {middle - lo, value(stats.SenLo)}, "hi before": {middle - hi, value(stats.SenHi)},
	} {
		if !(math.Abs(x[0]-x[1]) <= 1e-9) {
			t.Errorf("%s: %v, not %v", what, x[0], x[1])
		}
	}
	if !of.HasSenLine() {
		t.Error("no line")
	}
}
