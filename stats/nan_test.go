package stats

import (
	"math"
	"testing"

	"github.com/pixtrend/pixtrend/kernel"
)

// Every NaN that is written has the same bits, whatever made it, so that files can be compared byte
// by byte, with those that GDAL has merged too.
func TestOneNaN(t *testing.T) {
	const dates, pixels = 21, 300
	data := make([]float64, dates*pixels)
	for i := range data {
		date, pixel := i/pixels, i%pixels
		y := float64(date*date%7 + pixel%5)
		switch {
		case pixel%8 == 1, pixel%8 == 2 && date != 3, pixel%8 == 3 && date > 1: // 0, 1 and 2 observations
			y = math.NaN()
		case pixel%8 == 4: // a constant
			y = 3
		case pixel%8 == 5: // sums beyond the range
			y = math.MaxFloat64 * float64(date%3-1)
		case pixel%8 == 6: // and below it
			y = math.SmallestNonzeroFloat64 * float64(date%3)
		}
		data[i] = y
	}
	data[7*pixels+8] = math.Float64frombits(0x7ff4dead00000000) // a NaN of another kind
	tile := kernel.TileOf(data, pixels, dates, pixels)
	found := 0
	check := func(k kernel.Kernel, what string, x float64, bits uint64, want uint64) {
		if x == x {
			return
		}
		if found++; bits != want {
			t.Fatalf("%v: %s has a NaN of bits %#x, want %#x", k.ISA(), what, bits, want)
		}
	}
	for _, k := range kernels(t) {
		for _, fields := range [][]Field{{Slope}, {Slope, N}, Fields()} {
			p, err := NewPlan(k, years(1995, 2015), Options{Fields: fields, Significance: 0.05})
			if err != nil {
				t.Fatal(err)
			}
			wide, narrow := planes(len(fields), pixels), make([][]float32, len(fields))
			for f := range narrow {
				narrow[f] = make([]float32, pixels)
			}
			Fit(p, p.NewScratch(), tile, wide)
			Fit(p, p.NewScratch(), tile, narrow)
			for f, field := range fields {
				for _, x := range wide[f] {
					check(k, field.String(), x, math.Float64bits(x), 0x7ff8000000000000)
				}
				for _, x := range narrow[f] {
					check(k, field.String(), float64(x), uint64(math.Float32bits(x)), 0x7fc00000)
				}
			}
			residual, detrended := planes(dates, pixels), planes(dates, pixels)
			Series(p, p.NewScratch(), tile, residual, detrended)
			for i := range residual {
				for pixel := range pixels {
					check(k, "a residual", residual[i][pixel], math.Float64bits(residual[i][pixel]), 0x7ff8000000000000)
					check(k, "a detrended sample", detrended[i][pixel], math.Float64bits(detrended[i][pixel]), 0x7ff8000000000000)
				}
			}
		}
	}
	if found < 1000 {
		t.Errorf("only %d NaNs", found)
	}
}
