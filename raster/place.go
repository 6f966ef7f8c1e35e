package raster

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/pixtrend/pixtrend/internal/atomicfile"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/internal/regular"
)

// wgs84 is the CRS of longitudes and latitudes.
const wgs84 = "EPSG:4326"

// Edges returns the coordinates in the CRS of the left, bottom, right and upper edge of a raster
// whose north is up, after Flipped. known is false if the raster has no place, or is rotated.
func (t *Trend) Edges() (left, bottom, right, top float64, known bool) {
	g := t.geo
	if !g.hasTransform || g.rotated() {
		return 0, 0, 0, 0, false
	}
	left, top = g.transform[0], g.transform[3]
	right, bottom = left+float64(g.width)*g.transform[1], top+float64(g.height)*g.transform[5]
	return min(left, right), min(bottom, top), max(left, right), max(bottom, top), true
}

// CRSUnit returns the unit of coordinates in the CRS, such as metre or degree; "" if it is not
// known.
func (t *Trend) CRSUnit() (unit string) {
	_ = t.geo.toLonLat(func(transform *gdal.Transform) {
		if unit = transform.LinearUnit(); transform.Geographic() {
			unit = "degree"
		}
	})
	return unit
}

// LonLat replaces coordinates in the CRS by longitudes and latitudes on WGS 84, in place: NaN for
// those that have none.
func (t *Trend) LonLat(xs, ys []float64) error {
	if err := t.geo.toLonLat(func(transform *gdal.Transform) { transform.ApplyEach(xs, ys) }); err != nil {
		return fault.Errorf("no longitudes and latitudes are known for %s: %v", t.Name, err)
	}
	return nil
}

// toLonLat calls use with the transform from the CRS to longitudes and latitudes.
func (g geo) toLonLat(use func(*gdal.Transform)) error {
	if g.wkt == "" {
		return errors.New("it has no CRS")
	}
	return gdal.WithTransform(g.wkt, wgs84, use)
}

// fromLonLat returns the place in the CRS of a longitude and latitude on WGS 84.
func (g geo) fromLonLat(lon, lat float64) (x, y float64, err error) {
	if g.wkt == "" {
		return 0, 0, errors.New("the rasters have no CRS")
	}
	xs, ys := []float64{lon}, []float64{lat}
	if err := gdal.WithTransform(wgs84, g.wkt, func(transform *gdal.Transform) { transform.ApplyEach(xs, ys) }); err != nil {
		return 0, 0, err
	}
	if xs[0] != xs[0] {
		return 0, 0, errors.New("the CRS of the rasters has no such place")
	}
	return xs[0], ys[0], nil
}

// OutlineFormats names the formats that Outlines reads.
const OutlineFormats = gdal.VectorFormats

// mostVertices is the number of vertices of outlines that are kept: 16 MiB.
const mostVertices = 1 << 20

// Outlines reads the lines, and the borders of the areas, of a local vector file: those parts that
// lie within the raster, as columns and rows by turns, whole numbers being the upper left corners
// of pixels. Of vertices closer to each other than a number of pixels, some are left out. warnings say
// what else is left out.
func (t *Trend) Outlines(ctx context.Context, path string, closer float64) (
	lines [][]float64, warnings []string, err error) {
	name := gdal.DisplayName(path)
	fail := func(format string, args ...any) ([][]float64, []string, error) {
		return nil, nil, fault.Inputf("cannot read outlines from %s: %v", name, fault.Errorf(format, args...))
	}
	if err := regular.Check(path); err != nil {
		return fail("%v", atomicfile.Reason(err))
	}
	g := t.geo
	det := g.transform[1]*g.transform[5] - g.transform[2]*g.transform[4]
	if !g.hasTransform || det == 0 || g.wkt == "" {
		return nil, nil, fault.Inputf("the outlines of %s cannot be put on %s, which has no place on the earth: "+
			"give it one (gdal_edit.py -a_srs CRS -a_ullr …)", name, t.Name)
	}
	o := outliner{ctx: ctx, geo: g, closer: closer}
	var unread gdal.Unread
	gdal.OnCRSThread(func() {
		defer o.close()
		unread, err = gdal.ReadLines(path, o.add)
	})
	switch {
	case ctx.Err() != nil:
		return nil, nil, context.Cause(ctx)
	case err != nil:
		return fail("%v", err)
	case unread.Features == unread.Of:
		return fail("it holds neither lines nor areas that GDAL can read, in %d features", unread.Of)
	}
	warnings = leftOut(unread, path, "line or border")
	if o.astray > 0 {
		warnings = append(warnings, fmt.Sprintf("lines of %s, %d in all, have vertices without a place in the CRS "+
			"of %s: the map lacks the parts beside these", name, o.astray, t.Name))
	}
	return o.lines, warnings, nil
}

// outliner brings lines from the CRS of their file to pixels, and cuts them at the edges of the
// raster.
type outliner struct {
	ctx    context.Context
	geo    geo
	closer float64 // pixels
	lines  [][]float64
	astray int // lines with a vertex that may lie on the raster, but has no place there
	kept   int // vertices

	wkt    string // of what follows
	to     *gdal.Transform
	within [4]float64 // that the raster takes in that CRS: least and greatest x and y
	reach  [4]float64 // the same with a margin
}

func (o *outliner) close() {
	if o.to != nil {
		o.to.Close()
	}
}

// enter prepares for lines in a CRS.
func (o *outliner) enter(wkt string) error {
	if wkt == "" {
		return errors.New("it has no CRS, so that its place is not known: " +
			"give it one (ogr2ogr -a_srs CRS), or add the .prj of a Shapefile")
	}
	o.close()
	o.to = nil
	back, err := gdal.NewTransform(o.geo.wkt, wkt)
	if err != nil {
		return err
	}
	defer back.Close()
	o.within, o.reach = o.geo.within(back), o.geo.reach(back)
	o.to, err = gdal.NewTransform(wkt, o.geo.wkt)
	o.wkt = wkt
	return err
}

// reach is within with a margin.
func (g geo) reach(to *gdal.Transform) [4]float64 {
	r := g.within(to)
	if math.IsInf(r[0], 0) {
		return r
	}
	dx, dy := (r[1]-r[0])/20, (r[3]-r[2])/20
	return [4]float64{r[0] - dx, r[1] + dx, r[2] - dy, r[3] + dy}
}

// within returns the least and greatest x, and the least and greatest y, of the raster in another
// CRS. They are infinite if a part of the raster has no place there.
func (g geo) within(to *gdal.Transform) [4]float64 {
	const n = 32
	var xs, ys []float64
	for i := range n + 1 {
		for j := range n + 1 {
			column, row := float64(g.width)*float64(i)/n, float64(g.height)*float64(j)/n
			xs = append(xs, g.transform[0]+column*g.transform[1]+row*g.transform[2])
			ys = append(ys, g.transform[3]+column*g.transform[4]+row*g.transform[5])
		}
	}
	to.ApplyEach(xs, ys)
	r := [4]float64{math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)}
	for i := range xs {
		if xs[i] != xs[i] {
			return [4]float64{math.Inf(-1), math.Inf(1), math.Inf(-1), math.Inf(1)}
		}
		r = [4]float64{min(r[0], xs[i]), max(r[1], xs[i]), min(r[2], ys[i]), max(r[3], ys[i])}
	}
	return r
}

// add takes a line of the file.
func (o *outliner) add(wkt string, xy []float64) error {
	if err := o.ctx.Err(); err != nil {
		return err
	}
	if o.to == nil || wkt != o.wkt {
		if err := o.enter(wkt); err != nil {
			return err
		}
	}
	var xs, ys []float64
	astray := false
	flush := func() error {
		lost, err := o.transformed(xs, ys)
		xs, ys, astray = xs[:0], ys[:0], astray || lost
		return err
	}
	for i := 2; i+1 < len(xy); i += 2 {
		x0, y0, x1, y1 := xy[i-2], xy[i-1], xy[i], xy[i+1]
		r := o.reach
		placed := finite(x0+y0) && finite(x1+y1)
		astray = astray || !placed
		if !placed || max(x0, x1) < r[0] || min(x0, x1) > r[1] || max(y0, y1) < r[2] || min(y0, y1) > r[3] {
			if err := flush(); err != nil {
				return err
			}
			continue
		}
		if len(xs) == 0 {
			xs, ys = append(xs, x0), append(ys, y0)
		}
		// A straight line of one CRS is a curve in another.
		steps := 1
		if long := max(math.Abs(x1-x0)/(r[1]-r[0]), math.Abs(y1-y0)/(r[3]-r[2])); long > 0.01 {
			steps = int(math.Ceil(min(long, 100) * 100))
		}
		for k := 1; k <= steps; k++ {
			part := float64(k) / float64(steps)
			xs, ys = append(xs, x0+part*(x1-x0)), append(ys, y0+part*(y1-y0))
		}
	}
	err := flush()
	if astray {
		o.astray++
	}
	return err
}

// transformed takes a line that is near the raster, and reports whether a vertex that may lie on the
// raster has no place there.
func (o *outliner) transformed(xs, ys []float64) (lost bool, err error) {
	if len(xs) == 0 {
		return false, nil
	}
	w := o.within
	inside := make([]bool, len(xs))
	for i, x := range xs {
		// If a part of the raster has no place in the CRS of the file, so may a part of the file on the raster.
		inside[i] = finite(w[0]) && x >= w[0] && x <= w[1] && ys[i] >= w[2] && ys[i] <= w[3]
	}
	o.to.ApplyEach(xs, ys)
	for i := range xs {
		lost = lost || inside[i] && !finite(xs[i]+ys[i])
		xs[i], ys[i] = o.geo.pixelAt(xs[i], ys[i])
	}
	return lost, o.cut(xs, ys)
}

// cut keeps the parts of a line of columns and rows that lie within the raster.
func (o *outliner) cut(xs, ys []float64) error {
	var line []float64
	end := func() {
		if len(line) > 2 {
			o.lines, o.kept = append(o.lines, line), o.kept+len(line)/2
		}
		line = nil
	}
	for i := 1; i < len(xs); i++ {
		whole := [2][2]float64{{xs[i-1], ys[i-1]}, {xs[i], ys[i]}}
		a, b, within := clip(whole[0], whole[1], float64(o.geo.width), float64(o.geo.height))
		if !within || a != whole[0] {
			end()
		}
		if !within {
			continue
		}
		if len(line) == 0 {
			line = append(line, a[0], a[1])
		}
		leaves := b != whole[1] || i == len(xs)-1
		if n := len(line); leaves || math.Hypot(line[n-2]-b[0], line[n-1]-b[1]) > o.closer {
			line = append(line, b[0], b[1])
		}
		if leaves {
			end()
		}
		if o.kept+len(line)/2 > mostVertices {
			return fmt.Errorf("more than %d of its vertices lie within the raster: simplify it (ogr2ogr -simplify)",
				mostVertices)
		}
	}
	return nil
}

// finite reports whether a number is neither infinite nor NaN.
func finite(x float64) bool { return !math.IsInf(x, 0) && !math.IsNaN(x) }

// clip returns the part of the line from a to b that lies within a raster of some size, in columns
// and rows (Liang and Barsky, "A new concept and method for line clipping", 1984). ok is false if
// there is none, or if an end is NaN.
func clip(a, b [2]float64, width, height float64) (from, to [2]float64, ok bool) {
	first, last := 0.0, 1.0
	for i, most := range [2]float64{width, height} {
		d := b[i] - a[i]
		if d != d || d == 0 && !(a[i] >= 0 && a[i] <= most) {
			return a, b, false
		}
		if d == 0 {
			continue
		}
		enter, leave := -a[i]/d, (most-a[i])/d
		first, last = max(first, min(enter, leave)), min(last, max(enter, leave))
	}
	if !(first <= last) {
		return a, b, false
	}
	at := func(part float64) [2]float64 {
		switch part {
		case 0:
			return a
		case 1:
			return b
		}
		return [2]float64{a[0] + part*(b[0]-a[0]), a[1] + part*(b[1]-a[1])}
	}
	return at(first), at(last), true
}
