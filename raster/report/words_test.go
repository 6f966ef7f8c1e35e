package report

import "testing"

func TestSecondsText(t *testing.T) {
	for s, want := range map[float64]string{0: "0.00 s", 0.0041: "0.00 s", 9.876: "9.88 s", 61.04: "61.0 s", 119.4: "119.4 s", 119.6: "2 min 0 s",
		3599: "59 min 59 s", 7199.7: "2 h 0 min", 90000: "25 h 0 min"} {
		if got := Seconds(s); got != want {
			t.Errorf("secondsText(%v) = %q, want %q", s, got, want)
		}
	}
	for s, want := range map[float64]string{0: "0.0 ms", 0.00042: "0.4 ms", 0.0099: "9.9 ms", 0.00996: "10 ms", 0.9994: "999 ms", 0.9996: "1.00 s", 12: "12.0 s"} {
		if got := DurationText(s); got != want {
			t.Errorf("durationText(%v) = %q, want %q", s, got, want)
		}
	}
}

func TestNumbersText(t *testing.T) {
	tests := []struct {
		xs   []float64
		want string
	}{
		{[]float64{-0.001574, -0.0000123, 0.000745, 0.0016079}, "-0.001574  -0.000012  0.000745  0.001608"},
		{[]float64{-0.0000001, 0.123}, "0.0000  0.1230"},
		{[]float64{-250, 12.34, 1234}, "-250  12  1234"},
		{[]float64{0, 0}, "0  0"},
		{[]float64{1e-14, -2.5e-12}, "1e-14  -2.5e-12"},
		{[]float64{3e12}, "3e+12"},
	}
	for _, tt := range tests {
		if got := numbersText(tt.xs); got != tt.want {
			t.Errorf("numbersText(%v) = %q, want %q", tt.xs, got, tt.want)
		}
	}
}

func TestPercentText(t *testing.T) {
	for _, tt := range []struct {
		part, whole int
		want        string
	}{{0, 100, "0.0 %"}, {1, 1000000, "less than 0.1 %"}, {4, 1000, "0.4 %"}, {999999, 1000000, "more than 99.9 %"}, {5, 5, "100.0 %"}} {
		if got := Percent(tt.part, tt.whole); got != tt.want {
			t.Errorf("percentText(%d, %d) = %q, want %q", tt.part, tt.whole, got, tt.want)
		}
	}
}
