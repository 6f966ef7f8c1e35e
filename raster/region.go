package raster

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/cover"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/kernel"
)

// Region is a part of a stack: a rectangle, in pixels or on the map, polygons, or the part of polygons that lies in a rectangle.
// The zero Region is the whole stack. The outputs have the pixels of the rectangle, or the smallest one that has all pixels of
// the polygons. Pixels outside the polygons are NaN in all bands, and windows without a pixel of them are not read.
type Region struct {
	Window pixtrend.Window // columns and rows, counted from 0 at the upper left; zero: not given
	// Box is the least and the greatest x, and the least and the greatest y, on the map, in units of
	// the CRS of the rasters. The region has the pixels whose centres lie inside, those on the least
	// x and the greatest y included. nil: not given
	Box *[4]float64
	// BoxCRS is the CRS of the box, such as EPSG:4326, or WKT; "": that of the rasters. The region then has the pixels with their
	// centre in the smallest box in the CRS of the rasters that has all of it.
	BoxCRS   string
	Polygons Vector
}

// ParseWindow reads the column and row of the first pixel, a width and a height, as -srcwin of GDAL
// does, with commas between them.
func ParseWindow(s string) (Region, error) {
	n, err := numbersOf(s)
	w := pixtrend.Window{X: int(n[0]), Y: int(n[1]), Width: int(n[2]), Height: int(n[3])}
	for i, x := range []int{w.X, w.Y, w.Width, w.Height} {
		if err == nil && float64(x) != n[i] || math.Abs(n[i]) > math.MaxInt32 {
			err = fmt.Errorf("%v is no number of pixels", n[i])
		}
	}
	r := Region{Window: w}
	if err == nil {
		err = r.check()
	}
	if err != nil || w == (pixtrend.Window{}) {
		return Region{}, fmt.Errorf("%q is no window: give its first column and row, width and height in pixels, such as 0,0,512,256", s)
	}
	return r, nil
}

// ParseBox reads the least x, least y, greatest x and greatest y of a box, with commas between them.
func ParseBox(s string) (Region, error) {
	n, err := numbersOf(s)
	r := Region{Box: &[4]float64{n[0], n[2], n[1], n[3]}}
	if err != nil || r.check() != nil {
		return Region{}, fmt.Errorf("%q is no box: give its least x, least y, greatest x and greatest y in units of the CRS of the rasters, such as 310000,4680000,320000,4690000", s)
	}
	return r, nil
}

// numbersOf reads four finite numbers with commas between them.
func numbersOf(s string) (n [4]float64, err error) {
	parts := strings.Split(s, ",")
	if len(parts) != len(n) {
		return n, fmt.Errorf("%d numbers", len(parts))
	}
	for i, part := range parts {
		if n[i], err = strconv.ParseFloat(strings.TrimSpace(part), 64); err != nil {
			return n, err
		}
	}
	return n, nil
}

// check returns an error if no stack has the region.
func (r Region) check() error {
	if w := r.Window; w != (pixtrend.Window{}) && (w.X < 0 || w.Y < 0 || w.Width < 1 || w.Height < 1) {
		return fault.Inputf("a region of %d × %d pixels from column %d, row %d is not inside any raster", w.Width, w.Height, w.X, w.Y)
	}
	if r.Box == nil && r.BoxCRS != "" {
		return fault.Inputf("the CRS %s is that of a box, and there is none: give the box, or leave the CRS out", r.BoxCRS)
	}
	if v := r.Polygons; v.File == "" && (v.Layer != "" || v.AllTouched) {
		return fault.Inputf("a layer, or pixels that are touched, are those of polygons, and there are none: give the file of the polygons with %v", Option{Field: "Region.Polygons.File"})
	}
	if b := r.Box; b != nil {
		for _, x := range b {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return fault.Inputf("a region with %v as a limit is no box: give finite numbers", x)
			}
		}
		if !(b[0] < b[1] && b[2] < b[3]) {
			return fault.Inputf("the box from x %v to %v and y %v to %v is empty: give the smaller number first", b[0], b[1], b[2], b[3])
		}
		if r.Window != (pixtrend.Window{}) {
			return fault.Inputf("a window and a box exclude each other: give one of them")
		}
	}
	return nil
}

// in returns the pixels of the region of rasters that lie at g, which name is one of: the rectangle, which is zero if it is the
// whole raster, and those of polygons, which has no cover if there are none. These take polygonMemory bytes or less.
func (r Region) in(ctx context.Context, g geo, name string, polygonMemory int64) (pixtrend.Window, coverage, error) {
	w, err := r.rectangle(g, name)
	if err != nil || r.Polygons.File == "" {
		return w, coverage{}, err
	}
	p, err := r.Polygons.place(ctx, g, name, "", polygonMemory)
	if err != nil {
		return w, p, err
	}
	c, of := p.cover, ""
	given := r.Box != nil || r.Window != (pixtrend.Window{})
	if given && w == (pixtrend.Window{}) {
		w = pixtrend.Window{Width: g.width, Height: g.height}
	}
	if given {
		c, of = c.Within(w.X, w.Y, w.Width, w.Height), " and in the rectangle of the region"
	}
	if c.Pixels == 0 {
		d := describeGrid(g)
		text, remedy := "no pixel of %s lies in a polygon of %s%s; the raster spans x %.9g to %.9g and y %.9g to %.9g (%s): name polygons of this area", []any{}
		if !r.Polygons.AllTouched {
			text, remedy = text+", or take the pixels that they touch with %v", []any{Option{Field: "Region.Polygons.AllTouched"}}
		}
		return w, p, fault.Inputf(text, append([]any{name, r.Polygons.File, of, d.Extent[0], d.Extent[2], d.Extent[1], d.Extent[3], d.CRS}, remedy...)...)
	}
	if !given {
		w = pixtrend.Window{X: c.X, Y: c.Y, Width: c.X1 - c.X, Height: c.Y1 - c.Y}
	}
	p.cover = c
	return g.orWhole(w), p, nil
}

// rectangle returns the pixels of the rectangle of the region.
func (r Region) rectangle(g geo, name string) (pixtrend.Window, error) {
	w := r.Window
	if r.Box != nil {
		box, err := g.boxOf(*r.Box, r.BoxCRS, name)
		if err != nil {
			return w, err
		}
		if w, err = g.inBox(box, name); err != nil {
			return w, err
		}
	}
	if w.X > g.width-w.Width || w.Y > g.height-w.Height {
		return w, fault.Inputf("the region of %d × %d pixels from column %d, row %d on does not lie inside %s, which has %d × %d pixels: give a part of it",
			w.Width, w.Height, w.X, w.Y, name, g.width, g.height)
	}
	return g.orWhole(w), nil
}

// orWhole returns w, or the zero Window if w is the whole raster.
func (g geo) orWhole(w pixtrend.Window) pixtrend.Window {
	if w == (pixtrend.Window{Width: g.width, Height: g.height}) {
		return pixtrend.Window{}
	}
	return w
}

// boxSides is the number of parts of a side of a box, which is a curve in another CRS.
const boxSides = 64

// boxOf returns the smallest box in the CRS of a raster that has all of a box in another CRS.
func (g geo) boxOf(box [4]float64, crs, name string) ([4]float64, error) {
	if crs == "" {
		return box, nil
	}
	if g.wkt == "" {
		return box, fault.Inputf("%s has no CRS, so that the place of a box in %s is not known: give the box in coordinates of the raster, without %v", name, crs, Option{Field: "Region.BoxCRS"})
	}
	var xs, ys []float64
	for i := range boxSides + 1 {
		part := float64(i) / boxSides
		x, y := box[0]+part*(box[1]-box[0]), box[2]+part*(box[3]-box[2])
		xs, ys = append(xs, x, x, box[0], box[1]), append(ys, box[2], box[3], y, y)
	}
	var degrees bool
	err := gdal.WithTransform(crs, g.wkt, func(t *gdal.Transform) {
		t.ApplyEach(xs, ys)
		degrees = t.ToGeographic()
	})
	if err != nil {
		return box, fault.Inputf("the CRS %s of the box cannot be used: %v: name one such as EPSG:4326", crs, err)
	}
	out := [4]float64{math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)}
	for i := range xs {
		if xs[i] != xs[i] {
			return box, fault.Inputf("a part of the box has no place in the CRS of %s (%s): give a smaller box", name, crsName(g.wkt))
		}
		out = [4]float64{min(out[0], xs[i]), max(out[1], xs[i]), min(out[2], ys[i]), max(out[3], ys[i])}
	}
	if degrees { // a raster may count longitudes to 360
		d := describeGrid(g)
		for _, turn := range []float64{-360, 360} {
			if (out[1] <= d.Extent[0] || out[0] >= d.Extent[2]) && out[1]+turn > d.Extent[0] && out[0]+turn < d.Extent[2] {
				out[0], out[1] = out[0]+turn, out[1]+turn
			}
		}
	}
	return out, nil
}

// inBox returns the pixels whose centres lie in a box.
func (g geo) inBox(box [4]float64, name string) (pixtrend.Window, error) {
	t := g.transform
	if !g.hasTransform || t[1] == 0 || t[5] == 0 {
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
	x0, x1 := side(t[0], t[1], box[0], box[1], g.width)
	y0, y1 := side(t[3], t[5], box[2], box[3], g.height)
	if x0 >= x1 || y0 >= y1 {
		d := describeGrid(g)
		return pixtrend.Window{}, fault.Inputf("no pixel of %s has its centre in the box of x %.9g to %.9g and y %.9g to %.9g; it spans x %.9g to %.9g and y %.9g to %.9g in units of its CRS (%s)",
			name, box[0], box[1], box[2], box[3], d.Extent[0], d.Extent[2], d.Extent[1], d.Extent[3], d.CRS)
	}
	return pixtrend.Window{X: x0, Y: y0, Width: x1 - x0, Height: y1 - y0}, nil
}

// part returns where the region lies.
func (s *Stack) part() geo {
	if s.region == (pixtrend.Window{}) {
		return s.geo
	}
	return s.geo.window(s.region)
}

// window returns where a window of a raster at g lies.
func (g geo) window(w pixtrend.Window) geo {
	x, y := float64(w.X), float64(w.Y)
	t := &g.transform
	t[0], t[3] = t[0]+x*t[1]+y*t[2], t[3]+x*t[4]+y*t[5]
	g.width, g.height = w.Width, w.Height
	return g
}

// region is a part of a stack as a pixtrend.Source.
type region struct {
	*Stack
	window pixtrend.Window
}

// Grid describes the region. Windows are whole blocks of the files.
func (r region) Grid() pixtrend.Grid {
	g := r.Stack.Grid()
	if r.cover != nil {
		g.Region = covered{r.cover, r.window}
	}
	g.Width, g.Height = r.window.Width, r.window.Height
	g.BlockX, g.BlockY = r.window.X%g.BlockWidth, r.window.Y%g.BlockHeight
	return g
}

// Read reads a window of the region.
func (r region) Read(ctx context.Context, worker int, w pixtrend.Window, first int, dst kernel.Tile) error {
	return r.Stack.Read(ctx, worker, r.inStack(w), first, dst)
}

// ReadCovariate reads a window of a covariate.
func (r region) ReadCovariate(ctx context.Context, worker, covariate int, w pixtrend.Window, dst kernel.Tile) error {
	return r.Stack.ReadCovariate(ctx, worker, covariate, r.inStack(w), dst)
}

// covered are the pixels of polygons in a window of a stack.
type covered struct {
	*cover.Cover
	window pixtrend.Window
}

// Runs calls run for the pixels of a part of the window.
func (c covered) Runs(w pixtrend.Window, run func(y, first, end int) bool) {
	c.Each(w.X+c.window.X, w.Y+c.window.Y, w.Width, w.Height, func(r cover.Run) bool {
		return run(int(r.Row)-c.window.Y, int(r.First)-c.window.X, int(r.End)-c.window.X)
	})
}

// inStack returns where a window of the region lies in the stack.
func (r region) inStack(w pixtrend.Window) pixtrend.Window {
	w.X, w.Y = w.X+r.window.X, w.Y+r.window.Y
	return w
}
