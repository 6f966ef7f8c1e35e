package stats

import "github.com/pixtrend/pixtrend/kernel"

// Series writes the residuals of the line of every pixel of t: residual[i][p] is observation i of
// pixel p minus the line there, in units with Scale applied, and detrended[i][p] is the residual
// plus the mean of the pixel, so that the trend is removed and the level is kept. Gaps, and pixels
// without a line, are NaN. Either may be nil. Series panics as Fit does.
func Series[F float32 | float64](p *Plan, s *Scratch, t kernel.Tile, residual, detrended [][]F) {
	if s.series.N == nil {
		s.series = kernel.NewSums(blockPixels)
	}
	part := func(planes [][]F, lo, hi int) [][]F {
		if planes == nil {
			return nil
		}
		parts := make([][]F, len(planes))
		for i := range planes {
			parts[i] = planes[i][lo:hi]
		}
		return parts
	}
	for lo := 0; lo < t.Pixels; lo += blockPixels {
		hi := min(lo+blockPixels, t.Pixels)
		block := t.Slice(lo, hi)
		p.k.Sums(s.series, block, p.axis.Axis, p.valid)
		kernel.Residuals(part(residual, lo, hi), part(detrended, lo, hi), block, s.series,
			p.line.line, p.line.times.Scale, p.line.times.Offset, p.valid)
	}
}
