package render

import (
	"testing"

	"github.com/pixtrend/pixtrend/stats"
)

// Every field has a kind, and a title that takes the name of what was measured.
func TestKinds(t *testing.T) {
	for _, f := range stats.Fields() {
		if k := KindOf(f.String()); k.Title == "" || k.Title == f.Info().Help || len(k.Classes) > 0 && len(k.Classes) != len(k.Limits)+1 {
			t.Errorf("%v: %+v", f, k)
		}
	}
	for field, want := range map[string]string{
		"slope": "Linear trend of NDVI", "slope_lo": "Linear trend of NDVI, lower confidence limit", "rvalue": "Correlation of NDVI with time", "mean": "Mean of NDVI",
		"fitted_last": "Linear trend of NDVI at the last observation", "r2": "Share of the variance that the linear trend of NDVI explains",
		"sen_lo": "Theil–Sen trend of NDVI, lower confidence limit", "mk_tau": "Rank correlation of NDVI with time", "mk_s": "S of Mann and Kendall of NDVI",
	} {
		if got := KindOf(field).TitleOf("NDVI"); got != want {
			t.Errorf("%s: %q, want %q", field, got, want)
		}
	}
	if k := KindOf("f_pvalue"); k.Title != "" || len(k.Limits) != 3 {
		t.Errorf("another p-value: %+v", k)
	}
	if k := KindOf("elevation"); k.Title != "" || k.Limits != nil {
		t.Errorf("no field: %+v", k)
	}
}
