package bench

import "testing"

func TestRatioTicks(t *testing.T) {
	for _, c := range []struct{ lo, hi float64 }{{0.97, 1.03}, {0.9, 1.12}, {0.8, 1.5}, {0.6, 1.3}, {0.9, 4}, {0.3, 60}} {
		ticks := ratioTicks(c.lo, c.hi)
		labels := map[string]bool{}
		for _, tick := range ticks {
			if !(tick.Value >= c.lo && tick.Value <= c.hi) || len(tick.Label) > 5 {
				t.Errorf("%v to %v: a tick at %v, labelled %q", c.lo, c.hi, tick.Value, tick.Label)
			}
			labels[tick.Label] = true
		}
		if len(labels) < 3 || len(labels) > 14 || len(labels) != len(ticks) || !labels["1"] && !labels["1.0"] && !labels["1.00"] {
			t.Errorf("%v to %v: ticks %v", c.lo, c.hi, ticks)
		}
	}
}

func TestNumber(t *testing.T) {
	for n, want := range map[float64]string{0: "", 12345678: "12345678", 2.5e6: "2500000", 0.049230685: "0.0492307", 1: "1.00000", 38.0502: "38.0502"} {
		if got := number(n); got != want {
			t.Errorf("%v is %q, want %q", n, got, want)
		}
	}
}
