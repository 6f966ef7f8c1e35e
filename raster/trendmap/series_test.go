package trendmap

import (
	"testing"

	"github.com/pixtrend/pixtrend/raster"
)

func TestSigned(t *testing.T) {
	for v, want := range map[raster.Value]string{12.033: "+12.0", -0.00793: "−0.00793", 345.2: "+345", 1e-7: "+1.00e−07", 0: "+0.00"} {
		if got := signed(v); got != want {
			t.Errorf("%v is written %s, want %s", v, got, want)
		}
	}
}
