package stats

import (
	"math"

	"github.com/pixtrend/pixtrend/kernel"
)

// covariateRaster is a covariate of some pixels, relative to its mean over the observations of a
// pixel, so that an offset costs no digits.
type covariateRaster struct {
	values []float64 // of date i and pixel p: i·modelPixels + p; NaN in gaps
	center []float64 // of each pixel
}

// observations writes the observations of pixel p of t into s.series, NaN for gaps. Where a covariate
// of the pixel is a gap, there is no observation. The covariates are centred before.
func (m *model) observations(s *modelScratch, t kernel.Tile, p int) {
	t.Series(s.series, p, m.valid)
	for _, r := range s.rasters {
		for i := range s.series {
			if x := r.values[i*modelPixels+p]; x != x {
				s.series[i] = math.NaN()
			}
		}
	}
}

// center reads the covariates of the pixels of t, and subtracts their means over the observations.
func (m *model) center(s *modelScratch, t kernel.Tile, rasters []kernel.Raster) (extra kernel.Extra) {
	if len(rasters) == 0 {
		return extra
	}
	for p := range t.Pixels {
		for c, r := range rasters {
			r.Tile.Series(s.series, p, r.Valid)
			for i, x := range s.series {
				s.rasters[c].values[i*modelPixels+p] = x
			}
		}
		m.observations(s, t, p)
		for _, r := range s.rasters {
			var n, sum, first float64
			for i, y := range s.series {
				x := r.values[i*modelPixels+p]
				if y != y || m.weight(i) == 0 {
					continue
				}
				if n == 0 {
					first = x
				}
				n, sum = n+1, sum+(x-first)
			}
			center := first
			if n > 0 {
				center += sum / n
			}
			r.center[p] = center
			for i := range s.series {
				r.values[i*modelPixels+p] -= center
			}
		}
	}
	for _, r := range s.rasters {
		tile := kernel.TileOf(r.values, modelPixels, len(m.times), t.Pixels)
		tile.InCache = true
		extra.Rasters = append(extra.Rasters, kernel.Raster{Tile: tile})
	}
	return extra
}

// column returns the value of column j of a pixel at a date.
func (m *model) column(s *modelScratch, j, date, pixel int) float64 {
	if shared := len(m.basis.columns); j >= shared {
		return s.rasters[j-shared].values[date*modelPixels+pixel]
	}
	return m.basis.columns[j][date]
}

// zeroOf returns the values of the terms in the intercept of a pixel.
func (m *model) zeroOf(s *modelScratch, pixel int) []float64 {
	copy(s.zero, m.zero)
	for c, r := range s.rasters {
		s.zero[len(m.basis.columns)+c] -= r.center[pixel]
	}
	return s.zero
}
