package stats

import (
	"math"

	"github.com/pixtrend/pixtrend/kernel"
)

// seriesOfModel is Series for a model with more terms than a line.
func seriesOfModel[F float32 | float64](m *model, s *modelScratch, t kernel.Tile, residual, detrended, deseasoned [][]F) {
	put := func(planes [][]F, date, pixel int, x float64) {
		if planes != nil {
			planes[date][pixel] = F(x)
		}
	}
	coef := make([]float64, len(m.basis.terms))
	for lo := 0; lo < t.Pixels; lo += modelPixels {
		block := t.Slice(lo, min(lo+modelPixels, t.Pixels))
		m.solve(s, block)
		for p := range block.Pixels {
			for j := range coef {
				coef[j] = s.fits.Coef[j][p]
			}
			block.Series(s.series, p, m.valid)
			level := m.meanTrend(s.series, coef)
			for i, y := range s.series {
				fitted, trend, season := m.valueOf(coef, i)
				put(residual, i, lo+p, (y-fitted)*m.scale)
				put(detrended, i, lo+p, math.FMA(y-(trend-level), m.scale, m.offset))
				put(deseasoned, i, lo+p, math.FMA(y-season, m.scale, m.offset))
			}
		}
	}
}

// valueOf returns the value of the model at date i, and the parts of it that are the trend without
// its constant, and the season.
func (m *model) valueOf(coef []float64, i int) (fitted, trend, season float64) {
	for j := len(coef) - 1; j >= 0; j-- {
		x := m.basis.columns[j][i]
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
func (m *model) meanTrend(series, coef []float64) float64 {
	n, sum := 0.0, 0.0
	for i, y := range series {
		if y == y && m.weight(i) > 0 {
			_, trend, _ := m.valueOf(coef, i)
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
