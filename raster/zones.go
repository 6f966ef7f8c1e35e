package raster

import (
	"context"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/cover"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/raster/geo"
)

// Zones are the pixels of a raster in the polygons of each feature of a file. Features may overlap.
type Zones struct {
	Names []string // of the features, in the order of the file
	cover *cover.Cover
}

// Zones finds the pixels of each feature of v, which field names. It takes memory bytes or less. The file is then read with the
// raster, for CheckTargets and Unchanged.
func (t *Trend) Zones(ctx context.Context, v geo.Vector, field string, memory int64) (*Zones, error) {
	if err := t.reads.addFiles(gdal.VectorFiles(v.File)); err != nil {
		return nil, fault.Inputf("cannot use the polygons of %s: %v", v.File, err)
	}
	p, err := v.Cover(ctx, t.Grid, t.Name, field, memory)
	if err != nil {
		return nil, err
	}
	t.Warnings = append(t.Warnings, p.Warnings...)
	return &Zones{p.Names, p.Cover}, nil
}

// Each calls use for each run of pixels of a zone in a window: from number first to before end, counted row by row in the
// window.
func (z *Zones) Each(w pixtrend.Window, use func(zone, first, end int)) {
	z.cover.Each(w.X, w.Y, w.Width, w.Height, func(r cover.Run) bool {
		row := (int(r.Row)-w.Y)*w.Width - w.X
		use(int(r.Zone), row+int(r.First), row+int(r.End))
		return true
	})
}

// In reports whether a window has a pixel of any zone.
func (z *Zones) In(w pixtrend.Window) bool {
	return !z.cover.Each(w.X, w.Y, w.Width, w.Height, func(cover.Run) bool { return false })
}
