package bench

import (
	"math"
	"testing"
)

func TestReference(t *testing.T) {
	gap := math.NaN()
	for name, tt := range map[string]struct {
		t, y             []float64
		slope, intercept float64
		n                int
	}{
		"line":            {[]float64{2000, 2001, 2003}, []float64{1, 3, 7}, 2, 1 - 2*2000, 3},
		"gap":             {[]float64{1, 2, 3, 4}, []float64{5, gap, 3, 2}, -1, 6, 3},
		"constant":        {[]float64{1, 2, 3}, []float64{4, 4, 4}, 0, 4, 3},
		"one observation": {[]float64{1, 2}, []float64{gap, 3}, gap, gap, 1},
		"none":            {[]float64{1, 2}, []float64{gap, gap}, gap, gap, 0},
		"one date":        {[]float64{1, 1}, []float64{3, 4}, gap, gap, 2},
	} {
		got := Reference(tt.t, tt.y)
		same := func(a, b, off float64) bool { return math.Abs(a-b) <= off || a != a && b != b }
		if !same(got.Slope, tt.slope, got.SlopeError) || !same(got.Intercept, tt.intercept, got.InterceptError) || got.N != tt.n {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
