package stats

import "github.com/pixtrend/pixtrend/kernel"

// Series writes what the lines leave of the samples of t, where Fit writes the lines: residual[i][p] is observation i
// of pixel p less the line there, in units with Scale applied, and detrended[i][p] the same with the mean of the pixel
// in it, so that the trend is gone and the level is kept. NaN stands for gaps, and for pixels that have no line. Either
// may be nil. It panics as Fit does.
func Series[F float32 | float64](p *Plan, s *Scratch, t kernel.Tile, residual, detrended [][]F) {
	if s.sums.N == nil {
		s.sums = kernel.NewSums(blockPixels)
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
		p.k.Sums(s.sums, block, p.axis.Axis, p.valid)
		kernel.Residuals(part(residual, lo, hi), part(detrended, lo, hi), block, s.sums, p.line, p.times.Scale, p.times.Offset, p.valid)
	}
}
