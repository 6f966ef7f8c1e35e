package raster

import (
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/stats"
)

// Options of a fit that files replace are refused.
func TestFitOptionsThatAreNotUsed(t *testing.T) {
	inputs := newPlanes(7, 5, 4, 0, 99).files(t, func(int, *made) {})
	fields := []stats.Field{stats.PValue, stats.TrendClass}
	for name, o := range map[string]Options{
		"TileMemory":   {Fit: pixtrend.Options{TileMemory: 1 << 20}},
		"Progress":     {Fit: pixtrend.Options{Progress: func(int, int) {}}},
		"Residuals":    {Fit: pixtrend.Options{Residuals: true}},
		"Detrended":    {Fit: pixtrend.Options{Detrended: true}},
		"Significance": {FDR: 0.1, Fit: pixtrend.Options{Fields: fields, Significance: 0.05}},
	} {
		if _, err := FitFiles(t.Context(), inputs, t.TempDir()+"/x.tif", o); err == nil || !strings.Contains(err.Error(), "Options.Fit."+name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	o := Options{FDR: 0.1, Fit: pixtrend.Options{Fields: fields}}
	if _, err := FitFiles(t.Context(), inputs, t.TempDir()+"/x.tif", o); err != nil {
		t.Error(err)
	}
}
