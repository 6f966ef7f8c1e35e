package stats

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/pixtrend/pixtrend/kernel"
)

// disturbed returns series of forests: level with noise, three in four with a loss and a recovery, and
// with that share of gaps.
func disturbed(pixels, dates int, gaps float64) []float32 {
	r := rand.New(rand.NewPCG(7, 11))
	samples := make([]float32, pixels*dates)
	for p := range pixels {
		at, loss, back := r.IntN(dates), 0.1+0.5*r.Float64(), 3+r.IntN(20)
		if r.IntN(4) == 0 {
			loss = 0
		}
		for i := range dates {
			y := 0.7 + float64(0.03*r.NormFloat64())
			if i >= at {
				y -= float64(loss * max(0, 1-float64(i-at)/float64(back)))
			}
			if r.Float64() < gaps {
				y = nan
			}
			samples[i*pixels+p] = float32(y)
		}
	}
	return samples
}

func BenchmarkLandTrendr(b *testing.B) {
	const pixels, dates = 4096, 40
	for _, gaps := range []float64{0, 0.2} {
		b.Run(fmt.Sprintf("n=%d/gaps=%v", dates, gaps), func(b *testing.B) {
			t := kernel.TileOf(disturbed(pixels, dates, gaps), pixels, dates, pixels)
			times := make([]float64, dates)
			for i := range times {
				times[i] = float64(1985 + i)
			}
			k, err := kernel.FromEnv()
			if err != nil {
				b.Fatal(err)
			}
			p, err := NewPlan(k, times, Options{Fields: BreakFields(LandTrendr)})
			if err != nil {
				b.Fatal(err)
			}
			s, out := p.NewScratch(), make([][]float32, len(p.Fields()))
			for i := range out {
				out[i] = make([]float32, pixels)
			}
			for b.Loop() {
				Fit(p, s, t, out)
			}
			b.ReportMetric(float64(pixels)*float64(b.N)/b.Elapsed().Seconds()/1e3, "kseries/s")
		})
	}
}
