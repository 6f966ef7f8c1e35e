package geo

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/pixtrend/pixtrend/internal/atomicfile"
	"github.com/pixtrend/pixtrend/internal/cover"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/foreign"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/internal/regular"
)

// Vector names polygons in a local file: GeoPackage, GeoJSON, Shapefile or FlatGeobuf. Their coordinates are brought from the
// CRS of the file to that of the rasters.
//
// A pixel lies in a polygon if its centre does. Of centres on the border, those on a left or an upper side lie inside.
type Vector struct {
	File       string // "": none
	Layer      string // of several; "": the only one that has features
	AllTouched bool   // pixels that share any area with a polygon lie inside too
}

// String describes the polygons for people; "" if there are none.
func (v Vector) String() string {
	text := v.File
	if v.Layer != "" {
		text += ", layer " + v.Layer
	}
	if v.AllTouched {
		text += ", all pixels that are touched"
	}
	return foreign.Printable(text)
}

// VectorFormats names the formats of a Vector for people.
const VectorFormats = gdal.VectorFormats

// Coverage is the pixels of the polygons of a file on a grid.
type Coverage struct {
	Cover    *cover.Cover
	Names    []string // of the features, whose numbers are the zones of the cover; nil unless a field was asked for
	Features int

	Warnings []string // what was left out
}

// Cover finds the pixels of each feature of a file on the grid g of a raster. With a field, each feature is a zone of its own,
// named by the field; else all are one. The result takes memory bytes or less.
func (v Vector) Cover(ctx context.Context, g Grid, name, field string, memory int64) (Coverage, error) {
	fail := func(format string, args ...any) (Coverage, error) {
		return Coverage{}, fault.Inputf("cannot use the polygons of %s: %v", v.File, fault.Errorf(format, args...))
	}
	if err := regular.Check(v.File); err != nil {
		return fail("%v", atomicfile.Reason(err))
	}
	det := g.Transform[1]*g.Transform[5] - g.Transform[2]*g.Transform[4]
	if !g.HasTransform || det == 0 {
		return fail("%s is not georeferenced, so that no pixels of it are known to lie in them: give it a place (gdal_edit.py -a_srs CRS -a_ullr …)", name)
	}
	p := &placer{ctx: ctx, grid: g, apart: field != ""}
	p.Width, p.Height, p.Touched = g.Width, g.Height, v.AllTouched
	p.Most = int(min(memory/(3*cover.RunBytes), math.MaxInt32))
	var unread gdal.Unread
	var err error
	gdal.OnCRSThread(func() {
		defer p.close()
		unread, err = gdal.Polygons{Layer: v.Layer, Field: field}.Read(v.File, p.feature, p.polygon)
	})
	var layer *gdal.LayerError
	var noField *gdal.FieldError
	switch {
	case ctx.Err() != nil:
		return Coverage{}, context.Cause(ctx)
	case errors.As(err, &layer):
		option := "Region.Polygons.Layer"
		if field != "" {
			option = "Polygons.Layer"
		}
		return fail("%v: name one with %v", err, fault.Option{Field: option})
	case errors.As(err, &noField):
		return fail("%v: name one with %v", err, fault.Option{Field: "Name"})
	case errors.Is(err, cover.ErrTooMany):
		return fail("their borders on %d × %d pixels take more than %d MiB of memory: allow more with %v, or simplify them (ogr2ogr -simplify)",
			g.Width, g.Height, memory>>20, fault.Option{Field: "Memory"})
	case err != nil:
		return fail("%v", err)
	case unread.Features == unread.Of:
		return fail("it has none that GDAL can read, in %d features", unread.Of)
	}
	return Coverage{p.Cover(), p.names, p.count, leftOut(unread, v.File, "polygon")}, nil
}

// leftOut says what of a vector file is not read, of which the features are read that have what is named.
func leftOut(u gdal.Unread, file, what string) (warnings []string) {
	file = foreign.Printable(file)
	if u.Features > 0 {
		warnings = append(warnings, fmt.Sprintf("%d of %d features of %s have no %s, or one that GDAL cannot read: "+
			"they are left out", u.Features, u.Of, file, what))
	}
	if u.Parts > 0 {
		warnings = append(warnings, fmt.Sprintf("GDAL leaves out damaged rings or lines of %s, %d in all, so that shapes "+
			"are not those that were meant: repair the file", file, u.Parts))
	}
	return warnings
}

// placer brings polygons from the CRS of their file to columns and rows.
type placer struct {
	cover.Builder
	ctx   context.Context
	grid  Grid
	apart bool     // features are zones of their own
	names []string // of these
	count int      // features

	entered    bool
	to         *gdal.Transform // nil: the CRSs are the same
	reach      [4]float64      // as of an outliner
	turns      bool            // the file has longitudes, of which 360° are a full turn
	geographic bool            // the rasters have
}

func (p *placer) close() {
	if p.to != nil {
		p.to.Close()
	}
}

// feature takes the next feature of the file.
func (p *placer) feature(f gdal.Feature, _ int) error {
	if err := p.ctx.Err(); err != nil {
		return err
	}
	if !p.entered {
		if err := p.enter(f.WKT); err != nil {
			return err
		}
	}
	p.count++
	if p.apart {
		p.names = append(p.names, f.Name)
	}
	return nil
}

// enter prepares for polygons in a CRS.
func (p *placer) enter(wkt string) error {
	p.entered = true
	switch {
	case wkt == "":
		return errors.New("it has no CRS, so that its place is not known: give it one (ogr2ogr -a_srs CRS), or add the .prj of a Shapefile")
	case p.grid.WKT == "":
		return errors.New("the rasters have no CRS, so that their place among them is not known: give them one (gdal_edit.py -a_srs CRS)")
	}
	back, err := gdal.NewTransform(p.grid.WKT, wkt)
	if err != nil {
		return err
	}
	defer back.Close()
	if p.to, err = gdal.NewTransform(wkt, p.grid.WKT); err != nil {
		return err
	}
	p.reach = p.grid.reach(back)
	p.geographic, p.turns = back.Geographic(), p.to.Geographic()
	if p.turns && p.reach[3] > 80 { // a pole can lie between the places that were looked at
		p.reach[3] = 90
	}
	if p.turns && p.reach[2] < -80 {
		p.reach[2] = -90
	}
	if wkt == p.grid.WKT {
		p.to.Close()
		p.to = nil
	}
	return nil
}

// polygon takes a polygon of the last feature.
func (p *placer) polygon(rings [][]float64) error {
	if len(rings) == 0 || !p.near(rings[0]) {
		return nil
	}
	vertices := 0
	for _, xy := range rings {
		vertices += len(xy) / 2
	}
	if vertices > p.Most {
		return cover.ErrTooMany
	}
	turned := make([][]float64, 0, len(rings))
	for _, xy := range rings {
		on, err := p.ring(xy)
		if err != nil {
			return err
		}
		turned = append(turned, on)
	}
	if err := p.unwrap(turned); err != nil {
		return err
	}
	zone := 0
	if p.apart {
		zone = len(p.names) - 1
	}
	if !p.geographic {
		return p.on(zone, turned, 0)
	}
	for _, turn := range []float64{-360, 0, 360} {
		if err := p.on(zone, turned, turn); err != nil {
			return err
		}
	}
	return nil
}

// near reports whether a ring may reach the raster.
func (p *placer) near(xy []float64) bool {
	x0, x1, y0, y1 := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for i := 0; i+1 < len(xy); i += 2 {
		x0, x1, y0, y1 = min(x0, xy[i]), max(x1, xy[i]), min(y0, xy[i+1]), max(y1, xy[i+1])
	}
	r := p.reach
	across := func(turn float64) bool { return !(x1+turn < r[0] || x0+turn > r[1]) }
	return !(y1 < r[2] || y0 > r[3]) && (across(0) || p.turns && (across(360) || across(-360)))
}

// sideError is how far a straight side may be from the curve that it is in the CRS of the raster, in pixels.
const sideError = 0.01

// ring returns a ring in the CRS of the raster. A straight side of one CRS is a curve in another, so sides are halved until their
// parts are straight. Halves are the same whichever way round a side is, so that polygons that share it have no pixel
// between them.
func (p *placer) ring(xy []float64) ([]float64, error) {
	xs, ys := make([]float64, len(xy)/2), make([]float64, len(xy)/2)
	for i := range xs {
		xs[i], ys[i] = xy[2*i], xy[2*i+1]
	}
	from := [2][]float64{append([]float64(nil), xs...), append([]float64(nil), ys...)}
	if err := p.transform(xs, ys); err != nil {
		return nil, err
	}
	open := make([]bool, len(xs)) // whether the side to the next vertex may be a curve
	for i := range open {
		open[i] = p.to != nil && i+1 < len(xs)
	}
	for range 16 {
		var midX, midY []float64
		for i, is := range open {
			if is {
				midX, midY = append(midX, (from[0][i]+from[0][i+1])/2), append(midY, (from[1][i]+from[1][i+1])/2)
			}
		}
		if len(midX) == 0 {
			break
		}
		onX, onY := append([]float64(nil), midX...), append([]float64(nil), midY...)
		if err := p.transform(onX, onY); err != nil {
			return nil, err
		}
		var next placedRing
		k := 0
		for i := range xs {
			halve := open[i] && p.curved(xs[i], ys[i], xs[i+1], ys[i+1], onX[k], onY[k])
			next.add(from[0][i], from[1][i], xs[i], ys[i], halve)
			if halve {
				next.add(midX[k], midY[k], onX[k], onY[k], true)
			}
			if open[i] {
				k++
			}
		}
		from, xs, ys, open = next.from, next.xs, next.ys, next.open
	}
	ring := make([]float64, 0, 2*len(xs))
	for i := range xs {
		ring = append(ring, xs[i], ys[i])
	}
	return ring, nil
}

// placedRing is a ring whose sides are being halved.
type placedRing struct {
	from   [2][]float64 // x and y in the CRS of the file
	xs, ys []float64    // in that of the raster
	open   []bool
}

func (r *placedRing) add(fromX, fromY, x, y float64, open bool) {
	r.from[0], r.from[1] = append(r.from[0], fromX), append(r.from[1], fromY)
	r.xs, r.ys, r.open = append(r.xs, x), append(r.ys, y), append(r.open, open)
}

// curved reports whether a side, of which (x, y) is the middle, has to be halved: it is a curve, or so long that the middle
// does not show that. Sides that lie above or below the raster with all their parts do not matter.
func (p *placer) curved(x0, y0, x1, y1, x, y float64) bool {
	const long = 512 // pixels
	g := p.grid
	c0, r0 := g.pixelAt(x0, y0)
	c1, r1 := g.pixelAt(x1, y1)
	c, r := g.pixelAt(x, y)
	length := math.Hypot(c1-c0, r1-r0)
	if max(r0, r1, r)+length < 0 || min(r0, r1, r)-length > float64(g.Height) {
		return false
	}
	return length > long || math.Hypot(c-(c0+c1)/2, r-(r0+r1)/2) > sideError
}

// transform replaces coordinates in the CRS of the file by those in the CRS of the raster.
func (p *placer) transform(xs, ys []float64) error {
	if p.to != nil {
		given := append([]float64(nil), xs...)
		p.to.ApplyEach(xs, ys)
		for i, x := range given {
			if p.turns && p.geographic { // PROJ writes 190° as -170°
				xs[i] += 360 * math.Round((x-xs[i])/360)
			}
		}
	}
	for i := range xs {
		if !finite(xs[i] + ys[i]) {
			return fmt.Errorf("feature %d has a vertex with no place in the CRS of the rasters (%s): cut the file to the area of the rasters first (ogr2ogr -clipsrc)",
				p.count, gdal.CRSName(p.grid.WKT))
		}
	}
	return nil
}

// unwrap makes the longitudes of rings of a projected file, and of the first vertices of all rings, follow each other without
// jumps of 360°.
func (p *placer) unwrap(rings [][]float64) error {
	if !p.geographic || p.turns {
		return nil
	}
	for _, xy := range rings {
		before := rings[0][0]
		for i := 0; i < len(xy); i += 2 {
			xy[i] = before + math.Remainder(xy[i]-before, 360)
			before = xy[i]
		}
		if math.Abs(before-xy[0]) > 180 {
			return fmt.Errorf("feature %d goes round a pole, and the rasters have longitudes and latitudes: cut it along a meridian first", p.count)
		}
	}
	return nil
}

// on adds a polygon in the CRS of the raster, moved to the east.
func (p *placer) on(zone int, rings [][]float64, east float64) error {
	moved := make([][]float64, len(rings))
	for k, xy := range rings {
		moved[k] = make([]float64, len(xy))
		for i := 0; i+1 < len(xy); i += 2 {
			moved[k][i], moved[k][i+1] = p.grid.pixelAt(xy[i]+east, xy[i+1])
		}
	}
	return p.Add(zone, moved)
}

// pixelAt returns the column and the row of a place in the CRS. Whole numbers are the upper left corners of pixels.
func (g Grid) pixelAt(x, y float64) (column, row float64) {
	t := g.Transform
	dx, dy := x-t[0], y-t[3]
	if t[2] == 0 && t[4] == 0 {
		return dx / t[1], dy / t[5]
	}
	det := t[1]*t[5] - t[2]*t[4]
	return (dx*t[5] - dy*t[2]) / det, (dy*t[1] - dx*t[4]) / det
}
