package stats

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/pixtrend/pixtrend/kernel"
)

// Models of tiles in cache, with standard errors and p-values.
func BenchmarkModel(b *testing.B) {
	for _, c := range []struct {
		name  string
		dates int
		model Model
	}{
		{"cubic", 21, Model{Degree: 3}},
		{"harmonic3", 240, Model{Harmonics: 3, Period: 12}},
		{"huber", 240, Model{Harmonics: 3, Period: 12, Robust: Robust{Psi: kernel.Huber}}},
		{"ar1", 240, Model{Harmonics: 3, Period: 12, AR1: true}},
	} {
		for _, fields := range [][]Field{{Slope}, {Slope, Stderr, PValue}, c.model.AllFields()} {
			const pixels = 1024
			r := rand.New(rand.NewPCG(1, 2))
			y := make([]float32, pixels*c.dates)
			for i := range y {
				if y[i] = float32(r.NormFloat64()); r.IntN(5) == 0 {
					y[i] = float32(nan)
				}
			}
			p, err := NewPlan(kernel.Best(), years(0, c.dates-1), Options{Fields: fields, Model: c.model})
			if err != nil {
				b.Fatal(err)
			}
			s, out := p.NewScratch(), planesFor(len(fields), pixels)
			b.Run(fmt.Sprintf("model=%s/n=%d/fields=%d", c.name, c.dates, len(fields)), func(b *testing.B) {
				for b.Loop() {
					Fit(p, s, kernel.TileOf(y, pixels, c.dates, pixels), out)
				}
				b.ReportMetric(float64(b.N)*pixels/b.Elapsed().Seconds()/1e6, "Mseries/s")
			})
		}
	}
}
