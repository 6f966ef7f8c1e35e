package stats

import (
	"math"
	"testing"
)

// The values were computed by mpmath 1.3.0 with 50 digits.
func TestNormalTails(t *testing.T) {
	for _, c := range []struct{ z, p float64 }{
		{0, 1}, {1e-10, 0.999999999920211544}, {0.1, 0.920344325445942033}, {0.5, 0.617075077451973793}, {1, 0.317310507862914103},
		{1.959963984540054, 0.0500000000000000218}, {2.5, 0.0124193306515522703}, {3, 0.00269979606326018905}, {4.2, 2.66914980318126558e-5},
		{5, 5.73303143758387823e-7}, {8.3, 1.0411139489780508e-16}, {10, 1.52397060483210521e-23}, {20, 5.50724823721246739e-89},
		{30, 9.81342785429637412e-198}, {37, 1.14511424450491536e-299}, {38.4, 1.3203199708653536e-322}, {40, 0}, {math.Inf(1), 0},
	} {
		for _, z := range []float64{c.z, -c.z} {
			if p := normalTails(z); !(math.Abs(p-c.p) <= 3e-15*c.p+5e-324) {
				t.Errorf("p of %v is %v, not %v", z, p, c.p)
			}
		}
	}
	if p := normalTails(math.NaN()); !math.IsNaN(p) {
		t.Errorf("p of NaN is %v", p)
	}
	for _, c := range []struct{ confidence, z float64 }{{0.5, 0.6744897501960817}, {0.9, 1.6448536269514722}, {0.95, 1.959963984540054}, {0.999, 3.290526731491894}} {
		if z := normalQuantile(c.confidence); !(math.Abs(z-c.z) <= 1e-14) {
			t.Errorf("quantile of %v is %v, not %v", c.confidence, z, c.z)
		}
	}
}
