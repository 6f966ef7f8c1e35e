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
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/raster/geo"
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
	Polygons geo.Vector
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
func (r Region) in(ctx context.Context, g geo.Grid, name string, polygonMemory int64) (pixtrend.Window, geo.Coverage, error) {
	w, err := r.rectangle(g, name)
	if err != nil || r.Polygons.File == "" {
		return w, geo.Coverage{}, err
	}
	p, err := r.Polygons.Cover(ctx, g, name, "", polygonMemory)
	if err != nil {
		return w, p, err
	}
	c, of := p.Cover, ""
	given := r.Box != nil || r.Window != (pixtrend.Window{})
	if given && w == (pixtrend.Window{}) {
		w = pixtrend.Window{Width: g.Width, Height: g.Height}
	}
	if given {
		c, of = c.Within(w.X, w.Y, w.Width, w.Height), " and in the rectangle of the region"
	}
	if c.Pixels == 0 {
		e := g.Extent()
		text, remedy := "no pixel of %s lies in a polygon of %s%s; the raster spans x %.9g to %.9g and y %.9g to %.9g (%s): name polygons of this area", []any{}
		if !r.Polygons.AllTouched {
			text, remedy = text+", or take the pixels that they touch with %v", []any{Option{Field: "Region.Polygons.AllTouched"}}
		}
		return w, p, fault.Inputf(text, append([]any{name, r.Polygons.File, of, e[0], e[2], e[1], e[3], g.CRS()}, remedy...)...)
	}
	if !given {
		w = pixtrend.Window{X: c.X, Y: c.Y, Width: c.X1 - c.X, Height: c.Y1 - c.Y}
	}
	p.Cover = c
	return orWhole(g, w), p, nil
}

// rectangle returns the pixels of the rectangle of the region.
func (r Region) rectangle(g geo.Grid, name string) (pixtrend.Window, error) {
	w := r.Window
	if r.Box != nil {
		var err error
		if w, err = g.InBox(*r.Box, r.BoxCRS, name); err != nil {
			return w, err
		}
	}
	if w.X > g.Width-w.Width || w.Y > g.Height-w.Height {
		return w, fault.Inputf("the region of %d × %d pixels from column %d, row %d on does not lie inside %s, which has %d × %d pixels: give a part of it",
			w.Width, w.Height, w.X, w.Y, name, g.Width, g.Height)
	}
	return orWhole(g, w), nil
}

// orWhole returns w, or the zero Window if w is the whole raster.
func orWhole(g geo.Grid, w pixtrend.Window) pixtrend.Window {
	if w == (pixtrend.Window{Width: g.Width, Height: g.Height}) {
		return pixtrend.Window{}
	}
	return w
}

// part returns where the region lies.
func (s *Stack) part() geo.Grid {
	if s.region == (pixtrend.Window{}) {
		return s.geo
	}
	return s.geo.Window(s.region)
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
