package raster

import (
	"cmp"
	"context"
	"math"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/kernel"
)

// composed is the composites of a pixel. It keeps their values.
type composed struct {
	pixtrend.Source
	values []float64 // by composite; NaN for gaps
}

// fitted returns the source of what is fitted: the scenes of the pixel, or their composites.
func (p *pixel) fitted() (pixtrend.Source, error) {
	if p.groups == nil {
		return p, nil
	}
	c, err := pixtrend.Compose(p, p.groups, p.composites, p.options.Composite.By, 1)
	if err != nil {
		return nil, err
	}
	p.composed = &composed{c, make([]float64, len(p.groups))}
	return p.composed, nil
}

// Read reads the pixel at all dates.
func (c *composed) Read(ctx context.Context, worker int, w pixtrend.Window, first int, dst kernel.Tile) error {
	if err := c.Source.Read(ctx, worker, w, first, dst); err != nil {
		return err
	}
	for i := range dst.Dates {
		c.values[first+i] = number(dst.Type, dst.PlaneBytes(i))
	}
	return nil
}

// dates returns the pixel at the dates that are fitted, without the fit.
func (p *pixel) dates() []SeriesDate {
	scenes := p.sceneDates()
	if p.composed != nil {
		return p.compositeDates(scenes)
	}
	return scenes
}

// sceneDates returns the pixel at the dates of the scenes.
func (p *pixel) sceneDates() (scenes []SeriesDate) {
	grid, names := p.Stack.Grid(), p.Names()
	scale := cmp.Or(grid.Scale, 1)
	for i, of := range p.seen {
		d := SeriesDate{Label: grid.Axis.Label(i), T: grid.Axis.T[i], Raster: names[i], Gap: p.gap(i)}
		d.Stored = append(d.Stored, Value(of.sample))
		if p.planes[i].second != nil {
			d.Stored = append(d.Stored, Value(of.second))
		}
		if p.planes[i].mask != nil {
			mask := Value(of.mask)
			d.Mask = &mask
		}
		if d.Gap == "" {
			y := Value(math.FMA(of.value, scale, grid.Offset))
			d.Observed = &y
		}
		scenes = append(scenes, d)
	}
	return scenes
}

// compositeDates returns the pixel at the dates of its composites.
func (p *pixel) compositeDates(scenes []SeriesDate) (dates []SeriesDate) {
	grid := p.composed.Grid()
	for i, g := range p.groups {
		d := SeriesDate{Label: grid.Axis.Label(i), T: grid.Axis.T[i], Scenes: scenes[g.First:g.End]}
		if y := p.composed.values[i]; math.IsNaN(y) {
			d.Gap = "no observation"
		} else {
			d.Observed = valueOf(math.FMA(y, cmp.Or(grid.Scale, 1), grid.Offset))
		}
		dates = append(dates, d)
	}
	return dates
}

// SceneObservations returns how many scenes of a composite are not gaps.
func (d SeriesDate) SceneObservations() int {
	n := 0
	for _, scene := range d.Scenes {
		if scene.Gap == "" {
			n++
		}
	}
	return n
}
