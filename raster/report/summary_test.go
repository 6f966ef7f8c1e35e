package report

import (
	"testing"

	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/raster/output"
	"github.com/pixtrend/pixtrend/stats"
)

func TestHistogramText(t *testing.T) {
	both := stats.Histogram{Limits: []float64{-0.004, -0.002, 0, 0.002, 0.004}, Counts: []int{1, 40, 250, 500, 205, 4}, Negative: 290, Zero: 20}
	for _, tt := range []struct {
		name    string
		h       stats.Histogram
		n       int
		unicode bool
		want    string
	}{
		{"unicode", both, 1000, true, `
      below -0.004    0.1 %  ·
  -0.004 to -0.002    4.0 %  ▒▒▒
       -0.002 to 0   25.0 %  ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒
        0 to 0.002   50.0 %  ████████████████████████████████████████
    0.002 to 0.004   20.5 %  ████████████████
     0.004 or more    0.4 %  ·
29.0 % of the slopes are below zero, 69.0 % above, 2.0 % are zero
`},
		{"ASCII", both, 1000, false, `
      below -0.004    0.1 %  .
  -0.004 to -0.002    4.0 %  ---
       -0.002 to 0   25.0 %  --------------------
        0 to 0.002   50.0 %  ++++++++++++++++++++++++++++++++++++++++
    0.002 to 0.004   20.5 %  ++++++++++++++++
     0.004 or more    0.4 %  .
29.0 % of the slopes are below zero, 69.0 % above, 2.0 % are zero
`},
		{"whole numbers, few of many", stats.Histogram{Limits: []float64{100, 150, 200}, Counts: []int{0, 9999, 1, 0}}, 10000, false, `
    below 100    0.0 %
   100 to 150  100.0 %  ++++++++++++++++++++++++++++++++++++++++
   150 to 200   <0.1 %  .
  200 or more    0.0 %
0.0 % of the slopes are below zero, 100.0 % above
`},
		{"tiny", stats.Histogram{Limits: []float64{-2e-12, 0, 2e-12}, Counts: []int{0, 1, 1, 0}, Negative: 1}, 2, false, `
   below -2e-12    0.0 %
    -2e-12 to 0   50.0 %  ----------------------------------------
     0 to 2e-12   50.0 %  ++++++++++++++++++++++++++++++++++++++++
  2e-12 or more    0.0 %
50.0 % of the slopes are below zero, 50.0 % above
`},
		{"large", stats.Histogram{Limits: []float64{-1.0000000000000002e38, -5.000000000000001e37, 0, 5.000000000000001e37}, Counts: []int{0, 1, 1, 2, 0}, Negative: 2}, 4, false, `
      below -1e+38    0.0 %
  -1e+38 to -5e+37   25.0 %  --------------------
       -5e+37 to 0   25.0 %  --------------------
        0 to 5e+37   50.0 %  ++++++++++++++++++++++++++++++++++++++++
     5e+37 or more    0.0 %
50.0 % of the slopes are below zero, 50.0 % above
`},
		{"one value", stats.Histogram{Zero: 7}, 7, true, "\n0.0 % of the slopes are below zero, 0.0 % above, 100.0 % are zero\n"},
	} {
		if got := "\n" + histogramText(tt.h, tt.n, tt.unicode); got != tt.want {
			t.Errorf("%s:%s\nwant%s", tt.name, got, tt.want)
		}
	}
}

func TestTimesText(t *testing.T) {
	s := raster.Summary{Threads: 2, Decoded: true,
		Times: raster.Times{Start: 0.0612, Windows: 10, Read: 12, Fit: 4, Write: 2, Finish: 0.0041}}
	want := "time: 61 ms to start, 10.0 s for the windows, 4.1 ms to finish\n" +
		"  threads: 60 % reading and decoding, 20 % fitting, 10 % writing, 10 % idle\n"
	if got := timesText(s); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	s.Decoded, s.Times.Read, s.Times.Fit = false, 0.01, 16
	want = "time: 61 ms to start, 10.0 s for the windows, 4.1 ms to finish\n" +
		"  threads: 80 % reading and fitting, 10 % writing, 10 % idle\n"
	if got := timesText(s); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	s.Format, s.Decoded, s.Times.Read, s.Times.Fit, s.Times.Write = output.COG, false, 19.95, 0.05, 0
	want = "time: 61 ms to start, 10.0 s for the windows, 4.1 ms to make the COG\n  threads: 100 % reading\n"
	if got := timesText(s); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
