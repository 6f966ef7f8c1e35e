package trendmap

import (
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend/raster"
)

// Grey pixels follow from the p-values and classes of the kind of trend that is drawn, the first band
// here, if the file has them, and else from those of the other kind.
func TestMasksOfRanks(t *testing.T) {
	for _, row := range []struct {
		bands string
		o     Options
		want  string // the band that decides, and the rule; "": an error
	}{
		{"slope pvalue mk_pvalue", Options{MaskP: 0.05}, "pvalue: p ≥ 0.05"},
		{"slope mk_pvalue pvalue", Options{MaskP: 0.05}, "pvalue: p ≥ 0.05"},
		{"sen_slope pvalue mk_pvalue", Options{MaskP: 0.05}, "mk_pvalue: mk_p ≥ 0.05"},
		{"sen_slope mk_pvalue pvalue", Options{MaskP: 0.05}, "mk_pvalue: mk_p ≥ 0.05"},
		{"sen_slope pvalue", Options{MaskP: 0.05}, "pvalue: p ≥ 0.05"},
		{"elevation mk_pvalue", Options{MaskP: 0.05}, "mk_pvalue: mk_p ≥ 0.05"},
		{"sen_slope", Options{MaskP: 0.05}, ""},
		{"sen_slope trend_class mk_class", Options{Mask: RankMask}, "mk_class: mk_p ≥ 0.1"},
		{"sen_slope trend_class mk_class", Options{Mask: ClassMask}, "trend_class: p ≥ 0.1"},
		{"sen_slope trend_class", Options{Mask: RankMask}, ""},
		{"sen_slope trend_class mk_class/fdr", Options{Mask: FDRMask}, "mk_class: false discovery rate 0.2"},
		{"slope trend_class/fdr mk_class", Options{Mask: FDRMask}, "trend_class: false discovery rate 0.2"},
		{"slope trend_class mk_class", Options{Mask: FDRMask}, ""},
	} {
		of := &raster.Trend{Name: "t.tif"}
		for _, name := range strings.Fields(row.bands) {
			name, fdr := strings.CutSuffix(name, "/fdr")
			b := raster.TrendBand{Name: name, Significance: "0.1"}
			if fdr {
				b.Significance, b.FDR = "", "0.2"
			}
			of.Bands = append(of.Bands, b)
		}
		r, err := (&drawing{Trend: of, o: row.o}).rule()
		got := ""
		if err == nil {
			got = of.Bands[r.band].Name + ": " + r.text
		}
		if got != row.want {
			t.Errorf("%s, %+v: %q (%v), want %q", row.bands, row.o, got, err, row.want)
		}
	}
}
