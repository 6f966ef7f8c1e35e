package stats

import (
	"math"

	"github.com/pixtrend/pixtrend/kernel"
)

// seriesOfModel is Series for a model with more terms than a line.
func seriesOfModel[F float32 | float64](m *model, s *modelScratch, t kernel.Tile, rasters []kernel.Raster, residual, detrended, deseasoned [][]F) {
	put := func(planes [][]F, date, pixel int, x float64) {
		if planes != nil {
			planes[date][pixel] = F(kernel.OneNaN(x))
		}
	}
	coef := make([]float64, len(m.basis.terms))
	for lo := 0; lo < t.Pixels; lo += modelPixels {
		block := t.Slice(lo, min(lo+modelPixels, t.Pixels))
		m.solve(s, block, rastersOf(rasters, lo, lo+block.Pixels))
		for p := range block.Pixels {
			for j := range coef {
				coef[j] = s.fits.Coef[j][p]
			}
			m.observations(s, block, p)
			level := m.meanTrend(s, coef, p)
			for i, y := range s.series {
				fitted, trend, season := m.valueOf(s, coef, i, p)
				put(residual, i, lo+p, (y-fitted)*m.scale)
				put(detrended, i, lo+p, math.FMA(y-(trend-level), m.scale, m.offset))
				put(deseasoned, i, lo+p, math.FMA(y-season, m.scale, m.offset))
			}
		}
	}
}

// valueOf returns the value of the model of a pixel at date i, and the parts of it that are the trend without
// its constant, and the season.
func (m *model) valueOf(s *modelScratch, coef []float64, i, pixel int) (fitted, trend, season float64) {
	for j := len(coef) - 1; j >= 0; j-- {
		x := m.column(s, j, i, pixel)
		fitted = math.FMA(coef[j], x, fitted)
		switch m.basis.terms[j].kind {
		case powerTerm, stepTerm:
			trend = math.FMA(coef[j], x, trend)
		case cosineTerm, sineTerm:
			season = math.FMA(coef[j], x, season)
		}
	}
	return fitted, trend, season
}

// meanTrend returns the mean of the trend without its constant over the observations of a pixel.
func (m *model) meanTrend(s *modelScratch, coef []float64, pixel int) float64 {
	n, sum := 0.0, 0.0
	for i, y := range s.series {
		if y == y && m.weight(i) > 0 {
			_, trend, _ := m.valueOf(s, coef, i, pixel)
			n, sum = n+1, sum+trend
		}
	}
	return sum / n
}

// weight returns the weight of date i.
func (m *model) weight(i int) float64 {
	if w := m.basis.model.Weights; w != nil {
		return w[i]
	}
	return 1
}
