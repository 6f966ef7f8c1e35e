package geo

import (
	"math"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
)

// InBox returns the pixels whose centres lie in a box: the least and the greatest x, and the least and the
// greatest y, in a CRS, or in that of the raster if crs is "". A box in another CRS stands for the smallest
// one in that of the raster that has all of it. name is that of the raster in errors.
func (g Grid) InBox(box [4]float64, crs, name string) (pixtrend.Window, error) {
	box, err := g.boxOf(box, crs, name)
	if err != nil {
		return pixtrend.Window{}, err
	}
	return g.inBox(box, name)
}

// boxSides is the number of parts of a side of a box, which is a curve in another CRS.
const boxSides = 64

// boxOf returns the smallest box in the CRS of a raster that has all of a box in another CRS.
func (g Grid) boxOf(box [4]float64, crs, name string) ([4]float64, error) {
	if crs == "" {
		return box, nil
	}
	if g.WKT == "" {
		return box, fault.Inputf("%s has no CRS, so that the place of a box in %s is not known: give the box in coordinates of the raster, without %v", name, crs, fault.Option{Field: "Region.BoxCRS"})
	}
	var xs, ys []float64
	for i := range boxSides + 1 {
		part := float64(i) / boxSides
		x, y := box[0]+part*(box[1]-box[0]), box[2]+part*(box[3]-box[2])
		xs, ys = append(xs, x, x, box[0], box[1]), append(ys, box[2], box[3], y, y)
	}
	var degrees bool
	err := gdal.WithTransform(crs, g.WKT, func(t *gdal.Transform) {
		t.ApplyEach(xs, ys)
		degrees = t.ToGeographic()
	})
	if err != nil {
		return box, fault.Inputf("the CRS %s of the box cannot be used: %v: name one such as EPSG:4326", crs, err)
	}
	out := [4]float64{math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)}
	for i := range xs {
		if xs[i] != xs[i] {
			return box, fault.Inputf("a part of the box has no place in the CRS of %s (%s): give a smaller box", name, g.CRS())
		}
		out = [4]float64{min(out[0], xs[i]), max(out[1], xs[i]), min(out[2], ys[i]), max(out[3], ys[i])}
	}
	if degrees { // a raster may count longitudes to 360
		e := g.Extent()
		for _, turn := range []float64{-360, 360} {
			if (out[1] <= e[0] || out[0] >= e[2]) && out[1]+turn > e[0] && out[0]+turn < e[2] {
				out[0], out[1] = out[0]+turn, out[1]+turn
			}
		}
	}
	return out, nil
}

// inBox returns the pixels whose centres lie in a box.
func (g Grid) inBox(box [4]float64, name string) (pixtrend.Window, error) {
	t := g.Transform
	if !g.HasTransform || t[1] == 0 || t[5] == 0 {
		return pixtrend.Window{}, fault.Inputf("%s is not georeferenced, so that no pixels of it are known to lie in a box: give their columns and rows", name)
	}
	if t[2] != 0 || t[4] != 0 {
		return pixtrend.Window{}, fault.Inputf("%s is rotated, so that its pixels in a box are no rectangle: give their columns and rows", name)
	}
	side := func(origin, step, least, greatest float64, n int) (first, end int) {
		lo, hi := (least-origin)/step, (greatest-origin)/step
		if step < 0 {
			lo, hi = hi, lo
		}
		whole := func(x float64) int { return int(min(max(math.Ceil(x-0.5), 0), float64(n))) }
		return whole(lo), whole(hi)
	}
	x0, x1 := side(t[0], t[1], box[0], box[1], g.Width)
	y0, y1 := side(t[3], t[5], box[2], box[3], g.Height)
	if x0 >= x1 || y0 >= y1 {
		e := g.Extent()
		return pixtrend.Window{}, fault.Inputf("no pixel of %s has its centre in the box of x %.9g to %.9g and y %.9g to %.9g; it spans x %.9g to %.9g and y %.9g to %.9g in units of its CRS (%s)",
			name, box[0], box[1], box[2], box[3], e[0], e[2], e[1], e[3], g.CRS())
	}
	return pixtrend.Window{X: x0, Y: y0, Width: x1 - x0, Height: y1 - y0}, nil
}
