package geo

import (
	"fmt"
	"math"

	"github.com/pixtrend/pixtrend/internal/gdal"
)

// Lattice finds out where rasters begin on the grid of another, each grid once.
type Lattice struct {
	Of    Grid
	known map[Grid]Origin
}

// Origin is the pixel of a grid where a raster begins. It may lie outside of the raster of the grid.
type Origin struct {
	X, Y  int
	Whole bool // pixels of the raster are pixels of the grid
}

// Origin returns where g begins.
func (l *Lattice) Origin(g Grid) Origin {
	c, found := l.known[g]
	if !found {
		c = l.find(g)
		if l.known == nil {
			l.known = map[Grid]Origin{}
		}
		l.known[g] = c
	}
	return c
}

func (l *Lattice) find(g Grid) (c Origin) {
	if (l.Of.WKT == "") != (g.WKT == "") {
		return Origin{}
	}
	var xs, ys []float64
	var shares [][2]float64
	for i := range 9 {
		at := [2]float64{float64(i%3) / 2, float64(i/3) / 2}
		x, y := g.At(at)
		shares, xs, ys = append(shares, at), append(xs, x), append(ys, y)
	}
	if !gdal.SameCRS(l.Of.WKT, g.WKT) && gdal.WithTransform(g.WKT, l.Of.WKT, func(t *gdal.Transform) { t.ApplyEach(xs, ys) }) != nil {
		return Origin{}
	}
	columns, rows := l.Of.pixels(xs, ys)
	x, y := math.Round(columns[0]), math.Round(rows[0])
	for i, at := range shares {
		dx, dy := columns[i]-x-at[0]*float64(g.Width), rows[i]-y-at[1]*float64(g.Height)
		if !(math.Hypot(dx, dy) <= SamePixel) {
			return Origin{}
		}
	}
	if math.Abs(x) > math.MaxInt32 || math.Abs(y) > math.MaxInt32 {
		return Origin{}
	}
	return Origin{int(x), int(y), true}
}

// pixels returns the columns and rows of places on the map, whole numbers being the corners of
// pixels.
func (g Grid) pixels(xs, ys []float64) (columns, rows []float64) {
	t := g.Transform
	det := t[1]*t[5] - t[2]*t[4]
	for i := range xs {
		dx, dy := xs[i]-t[0], ys[i]-t[3]
		columns, rows = append(columns, (dx*t[5]-dy*t[2])/det), append(rows, (dy*t[1]-dx*t[4])/det)
	}
	return columns, rows
}

// ScaleTo returns how many columns and rows of the grid to a pixel in the middle of g takes; 1 where it
// is no smaller than a pixel there. The filter of a method is wider in a coarser grid.
func (g Grid) ScaleTo(to Grid) (scale [2]float64, err error) {
	var xs, ys []float64
	for _, at := range [][2]float64{{0, 0}, {1, 0}, {0, 1}} {
		x, y := g.At([2]float64{0.5 + at[0]/float64(g.Width), 0.5 + at[1]/float64(g.Height)})
		xs, ys = append(xs, x), append(ys, y)
	}
	if g.WKT == "" || to.WKT == "" {
		return scale, fmt.Errorf("it, or the grid, has no CRS: give it one, such as with gdal_edit.py -a_srs")
	}
	if err := gdal.WithTransform(g.WKT, to.WKT, func(t *gdal.Transform) { t.ApplyEach(xs, ys) }); err != nil {
		return scale, err
	}
	columns, rows := to.pixels(xs, ys)
	scale[0] = max(math.Abs(columns[1]-columns[0]), math.Abs(columns[2]-columns[0]))
	scale[1] = max(math.Abs(rows[1]-rows[0]), math.Abs(rows[2]-rows[0]))
	for i, x := range scale {
		switch {
		case !(x > 0) || math.IsInf(x, 0):
			return scale, fmt.Errorf("its middle has no place in %s: leave it out, or name another CRS", to.CRS())
		case x > 0.95: // as GDAL has it
			scale[i] = 1
		}
	}
	return scale, nil
}
