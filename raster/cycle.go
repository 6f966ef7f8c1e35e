package raster

import (
	"math"
	"slices"

	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// YearlyCycle is what a model with a yearly cycle finds in some pixels that were read, compared
// with a line alone. The model is a line and two harmonics, of 1 and 1/2 year, by least squares.
type YearlyCycle struct {
	Pixels int `json:"pixels"` // that have enough observations
	// Share is the part of the variance about the line that the harmonics explain, 1 − (R₆/(n −
	// 6))/(R₂/(n − 2)) with the sums R of squared residuals of n observations: the median of the
	// pixels, 0 if that is negative.
	Share float64 `json:"variance_share"`
	Signs float64 `json:"sign_changes"` // the part of the pixels whose slope has another sign in the model than in the line
}

// cycleWarning returns the warning about a yearly cycle that was found in the samples of rasters
// whose dates balance it, or "".
func (o OpenOptions) cycleWarning(c *YearlyCycle) string {
	if o.seasonal || c == nil || c.Share < 0.25 {
		return ""
	}
	return o.sentence("a yearly cycle explains %s of the variance about the line: standard errors and p-values take it for noise; %v", share(int64(1e6*c.Share), 1e6), oneSeason)
}

// cycleOf compares both models in each pixel of planes, which are of times in years; NaN is a gap.
// It returns nil where no pixel has 12 observations that determine the model.
func cycleOf(t []float64, planes [][]float64) *YearlyCycle {
	var shares []float64
	changed := 0
	y := make([]float64, len(planes))
	for pixel := range planes[0] {
		for i, plane := range planes {
			y[i] = plane[pixel]
		}
		if share, other, ok := compareCycle(t, y); ok {
			if shares = append(shares, share); other {
				changed++
			}
		}
	}
	n := len(shares)
	if n == 0 {
		return nil
	}
	slices.Sort(shares)
	return &YearlyCycle{Pixels: n, Share: max(0, (shares[(n-1)/2]+shares[n/2])/2), Signs: float64(changed) / float64(n)}
}

// terms is how many terms the model with a yearly cycle has. The first two are those of the line.
const terms = 6

// compareCycle fits one series. other reports whether the slopes have different signs; ok is false
// where the observations are too few, or do not determine the model.
func compareCycle(t, y []float64) (share float64, other, ok bool) {
	// Both are counted from their first value, so that a large offset costs no digit.
	var rows [][terms]float64
	var values []float64
	var t0, y0 float64
	for i, y := range y {
		if math.IsNaN(y) {
			continue
		}
		if len(rows) == 0 {
			t0, y0 = t[i], y
		}
		sin, cos := math.Sincos(2 * math.Pi * t[i])
		rows = append(rows, [terms]float64{1, t[i] - t0, cos, sin, cos*cos - sin*sin, 2 * sin * cos})
		values = append(values, y-y0)
	}
	n := float64(len(rows))
	if n < 2*terms {
		return 0, false, false
	}
	line, lineSquares, ok1 := leastSquares(rows, values, 2)
	model, squares, ok2 := leastSquares(rows, values, terms)
	total := 0.0
	for _, y := range values {
		total += y * y
	}
	if !ok1 || !ok2 || lineSquares <= 1e-12*total { // all on a line
		return 0, false, false
	}
	return 1 - squares/(n-terms)/(lineSquares/(n-2)), (line[1] > 0) != (model[1] > 0), true
}

// leastSquares fits the first k terms of rows to y by the normal equations, and returns the
// coefficients and the sum of squared residuals. ok is false where a pivot of the Cholesky factor
// is less than 1e-7 of its diagonal: the terms are nearly dependent.
func leastSquares(rows [][terms]float64, y []float64, k int) (b [terms]float64, squares float64, ok bool) {
	var l [terms][terms + 1]float64 // the normal equations, and then their factor; the last column is the right-hand side
	for r, row := range rows {
		for i := range k {
			for j := range i + 1 {
				l[i][j] += row[i] * row[j]
			}
			l[i][terms] += row[i] * y[r]
		}
	}
	for i := range k {
		diagonal := l[i][i]
		for j := range i + 1 {
			for m := range j {
				l[i][j] -= l[i][m] * l[j][m]
			}
			if j < i {
				l[i][j] /= l[j][j]
			}
		}
		if !(l[i][i] >= 1e-7*diagonal) {
			return b, 0, false
		}
		l[i][i] = math.Sqrt(l[i][i])
		for m := range i {
			l[i][terms] -= l[i][m] * l[m][terms]
		}
		l[i][terms] /= l[i][i]
	}
	for i := k - 1; i >= 0; i-- {
		b[i] = l[i][terms]
		for m := i + 1; m < k; m++ {
			b[i] -= l[m][i] * b[m]
		}
		b[i] /= l[i][i]
	}
	for r, row := range rows {
		e := y[r]
		for i := range k {
			e -= row[i] * b[i]
		}
		squares += e * e
	}
	return b, squares, true
}

// seriesPixels is how many pixels of a survey are kept as series, at most.
const seriesPixels = 256

// keepSeries chooses the pixels of the windows whose samples of so many dates are kept in so many
// bytes: as many in each window, spread over it.
func (s *survey) keepSeries(dates int, bytes int64) {
	each := int(min(seriesPixels, bytes/8/int64(dates))) / len(s.windows)
	for _, w := range s.windows {
		inside := make([]bool, w.Pixels())
		s.area.each(w, func(first, end int) {
			for i := first; i < end; i++ {
				inside[i] = true
			}
		})
		var pixels []int
		for at := range places(each, w.Width, w.Height) {
			if pixel := at[1]*w.Width + at[0]; inside[pixel] {
				pixels = append(pixels, pixel)
			}
		}
		s.first = append(s.first, s.kept)
		s.pixels, s.kept = append(s.pixels, pixels), s.kept+len(pixels)
	}
}

// keep sets in dst, which holds all pixels that are kept of a raster, those of a window from its
// tile. A gap is NaN.
func (s *survey) keep(dst []float64, window int, tile kernel.Tile, valid kernel.Valid, scale, offset float64) {
	limits, size := valid.Limits(tile.Type), tile.Type.Size()
	for i, pixel := range s.pixels[window] {
		y := number(tile.Type, tile.Data[pixel*size:])
		if !limits.Observation(y) || tile.Mask.Data != nil && tile.Mask.Data[pixel] == 0 {
			y = nan
		}
		dst[s.first[window]+i] = y*scale + offset
	}
}

// yearlyCycle looks for a yearly cycle in the pixels that were kept. It returns nil where the dates
// are of one season, or where nothing can be said.
func (in *inspection) yearlyCycle() *YearlyCycle {
	var times []float64
	var dates []timeaxis.Date
	var planes [][]float64
	for _, e := range in.entries {
		if e.kept != nil && e.reading.Source != "" && !in.o.Dates.IsX() && !e.reading.Date.IsYear() {
			d := e.reading.Date
			times, dates, planes = append(times, yearsSince1970(d)), append(dates, d), append(planes, e.kept)
		}
	}
	if seasonsOf(dates).concentration > severalSeasons {
		return nil
	}
	return cycleOf(times, planes)
}
