package stats

import (
	"github.com/pixtrend/pixtrend/internal/regress"
	"github.com/pixtrend/pixtrend/kernel"
)

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
		lines := &p.line.lines
		kernel.Residuals(part(residual, lo, hi), part(detrended, lo, hi), block, s.series,
			lines.Line, lines.Times.Scale, lines.Times.Offset, p.valid)
		for i := range block.Pixels {
			if lines.Crowded(&s.series, i) {
				secondSeries(p, s, block, i, residual, detrended, lo+i)
			}
		}
	}
}

// secondSeries writes the residuals of pixel i of t, whose slope is computed a second time, to pixel
// at of the planes.
func secondSeries[F float32 | float64](p *Plan, s *Scratch, t kernel.Tile, i int, residual, detrended [][]F, at int) {
	lines := &p.line.lines
	if s.ofPixel == nil {
		s.ofPixel = make([]float64, p.Dates())
	}
	var results [regress.Outs][]F
	look := regress.Begin(lines, &results, &s.series, i)
	p.line.lookAt(&look, t, i, 0, s.ofPixel)
	mean := lines.Residuals(&look, p.at, s.ofPixel)
	for date, r := range s.ofPixel {
		r *= lines.Times.Scale
		if residual != nil {
			residual[date][at] = F(kernel.OneNaN(r))
		}
		if detrended != nil {
			detrended[date][at] = F(kernel.OneNaN(mean + r))
		}
	}
}
