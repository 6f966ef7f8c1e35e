package stats

import (
	"math"

	"github.com/pixtrend/pixtrend/kernel"
)

// Curve is the model of one pixel, with confidence limits.
type Curve struct {
	of     *model
	s      *modelScratch
	margin float64
}

// NewCurve fits the model of o to one series: an observation for each of the times, in stored units,
// NaN for a gap. It returns nil if the series has no fit. Of o it uses Scale, Offset, MinObs,
// Confidence and Model, which is not a line and has no covariates of pixels.
func NewCurve(times, observations []float64, o Options) (*Curve, error) {
	o.Fields = []Field{SlopeLo, InterceptStderr}
	p, err := NewPlan(kernel.Best(), times, o)
	if err != nil {
		return nil, err
	}
	c := &Curve{of: p.terms, s: p.terms.newScratch().(*modelScratch)}
	c.of.solve(c.s, kernel.TileOf(observations, 1, len(times), 1), nil)
	if c.s.fits.Coef[0][0] != c.s.fits.Coef[0][0] {
		return nil, nil
	}
	c.margin = c.of.margin(c.s, 0)
	return c, nil
}

// At returns the value of the model at a time, with covariates at their mean, and confidence limits
// of that mean. With as many observations as coefficients, the limits are NaN.
func (c *Curve) At(time float64) (y, lo, hi float64) {
	return c.value(func(j int) float64 { return c.of.basis.value(c.of.basis.terms[j], time) })
}

// AtDate returns the same at date i, with covariates as they are there.
func (c *Curve) AtDate(i int) (y, lo, hi float64) {
	return c.value(func(j int) float64 { return c.of.basis.columns[j][i] })
}

// Trend returns the value of the model without its season at a time, with covariates at their mean.
func (c *Curve) Trend(time float64) float64 {
	return math.FMA(c.of.trend(c.s, 0, time, math.NaN()), c.of.scale, c.of.offset)
}

// value returns the model where the term of column j has the value of(j).
func (c *Curve) value(of func(j int) float64) (y, lo, hi float64) {
	g := make([]float64, len(c.of.basis.terms))
	for j := range g {
		g[j] = of(j)
	}
	y = math.FMA(c.of.at(c.s, 0, g), c.of.scale, c.of.offset)
	off := float64(c.margin * math.Sqrt(c.of.spread(c.s, 0, g)*c.s.variance[0]) * math.Abs(c.of.scale))
	return y, y - off, y + off
}
