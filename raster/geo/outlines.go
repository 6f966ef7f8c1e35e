package geo

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

// mostVertices is the number of vertices of outlines that are kept: 16 MiB.
const mostVertices = 1 << 20

// Outlines reads the lines, and the borders of the areas, of a local vector file: those parts that
// lie within the raster, as columns and rows by turns, whole numbers being the upper left corners
// of pixels. Of vertices closer to each other than a number of pixels, some are left out. warnings say
// what else is left out. Errors and warnings call the raster by its name.
func (g Grid) Outlines(ctx context.Context, path, name string, closer float64) (
	lines [][]float64, warnings []string, err error) {
	file := gdal.DisplayName(path)
	fail := func(format string, args ...any) ([][]float64, []string, error) {
		return nil, nil, fault.Inputf("cannot read outlines from %s: %v", file, fault.Errorf(format, args...))
	}
	if err := regular.Check(path); err != nil {
		return fail("%v", atomicfile.Reason(err))
	}
	det := g.Transform[1]*g.Transform[5] - g.Transform[2]*g.Transform[4]
	if !g.HasTransform || det == 0 || g.WKT == "" {
		return nil, nil, fault.Inputf("the outlines of %s cannot be put on %s, which has no place on the earth: "+
			"give it one (gdal_edit.py -a_srs CRS -a_ullr …)", file, name)
	}
	o := outliner{ctx: ctx, grid: g, closer: closer}
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
			"of %s: the map lacks the parts beside these", file, o.astray, name))
	}
	return o.lines, warnings, nil
}

// outliner brings lines from the CRS of their file to pixels, and cuts them at the edges of the
// raster.
type outliner struct {
	ctx    context.Context
	grid   Grid
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
	back, err := gdal.NewTransform(o.grid.WKT, wkt)
	if err != nil {
		return err
	}
	defer back.Close()
	o.within, o.reach = o.grid.within(back), o.grid.reach(back)
	o.to, err = gdal.NewTransform(wkt, o.grid.WKT)
	o.wkt = wkt
	return err
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
		xs[i], ys[i] = o.grid.pixelAt(xs[i], ys[i])
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
		a, b, within := clip(whole[0], whole[1], float64(o.grid.Width), float64(o.grid.Height))
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
