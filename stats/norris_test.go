package stats

import (
	"math"
	"testing"
)

// The set Norris of NIST's Statistical Reference Datasets
// (https://www.itl.nist.gov/div898/strd/lls/lls.shtml), the calibration of ozone monitors, with the
// certified values. docs/measured.md has the log relative errors. 1−r² is 6e-6, so that fields that
// follow from the residuals would have six digits less than float64 without a second look.
func TestNorris(t *testing.T) {
	x := []float64{0.2, 337.4, 118.2, 884.6, 10.1, 226.5, 666.3, 996.3, 448.6, 777.0, 558.2, 0.4, 0.6, 775.5, 666.9, 338.0, 447.5, 11.6, 556.0, 228.1, 995.8, 887.6, 120.2, 0.3, 0.3, 556.8, 339.1, 887.2, 999.0, 779.0, 11.1, 118.3, 229.2, 669.1, 448.9, 0.5}
	y := []float64{0.1, 338.8, 118.1, 888.0, 9.2, 228.1, 668.5, 998.5, 449.1, 778.9, 559.2, 0.3, 0.1, 778.1, 668.8, 339.3, 448.9, 10.8, 557.7, 228.3, 998.0, 888.8, 119.6, 0.3, 0.6, 557.6, 339.3, 888.0, 998.5, 778.9, 10.2, 117.6, 228.9, 668.4, 449.2, 0.2}
	const degrees = 34
	for _, k := range kernels(t) {
		out := fitSeries[float64](t, k, x, [][]float64{y}, Options{Fields: AllFields})
		for _, row := range []struct {
			field     Field
			factor    float64
			certified float64
			least     float64 // log relative error
		}{
			{Slope, 1, 1.00211681802045, 12},
			{Intercept, 1, -0.262323073774029, 12},
			{R2, 1, 0.999993745883712, 12},
			{Stderr, 1, 0.429796848199937e-03, 13.5},
			{InterceptStderr, 1, 0.232818234301152, 13.5},
			{RMSE, math.Sqrt(36. / degrees), 0.884796396144373, 13.5}, // the residual standard deviation
		} {
			got := out[row.field][0] * row.factor
			lre := min(15, -math.Log10(math.Abs(got-row.certified)/math.Abs(row.certified)))
			if t.Logf("%v: %v: %.1f", k.ISA(), row.field, lre); !(lre >= row.least) {
				t.Errorf("%v: %v is %.15g, certified %.15g: a log relative error of %.1f, not %v", k.ISA(), row.field, got, row.certified, lre, row.least)
			}
		}
	}
}
