package geo

import (
	"fmt"
	"math"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/gdal"
)

// Grid is the grid of a raster, and where it lies on the earth.
type Grid struct {
	Width, Height int
	Transform     [6]float64 // from columns and rows to coordinates, as GDAL has it
	HasTransform  bool       // the raster has it; otherwise Transform leaves columns and rows as they are
	WKT           string     // the CRS; "": none
	Epoch         float64    // the coordinate epoch of a dynamic CRS; 0: none

	place gdal.Place
}

// Of returns the grid of an open raster.
func Of(ds *gdal.Dataset) Grid {
	g := Grid{WKT: ds.WKT(), Epoch: ds.Epoch(), place: ds.Place()}
	g.Width, g.Height = ds.Size()
	if g.Transform, g.HasTransform = ds.GeoTransform(); !g.HasTransform {
		g.Transform = [6]float64{0, 1, 0, 0, 0, 1}
	}
	return g
}

// SamePixel is how far apart pixels of one grid may lie, in pixels.
const SamePixel = 1e-3

// Difference is how the grid of a raster differs from that of another, in words that follow the
// names of the two. The zero value is none.
type Difference struct {
	Is        string // such as "has 20 × 10 pixels"
	other     string // what the other raster is or has instead; "" if it goes without saying
	Remedy    string // such as WarpToOne
	Respelled bool   // there is no difference, but the CRS is written in another way
}

// From says what the difference is from another raster; "" if there is none.
func (d Difference) From(other string) string {
	if d.other != "" {
		return fmt.Sprintf("%s, where %s, %s", d.Is, other, d.other)
	}
	if d.Is != "" {
		return d.Is + " " + other
	}
	return ""
}

// What to do about differences.
const (
	WarpToOne   = "all inputs must share one grid, bring them to one"
	sayItsPlace = "all inputs must share one grid, say where it lies, such as with gdal_edit.py -a_srs and -a_ullr, or leave it out"
)

// Difference returns how the grid b differs from a.
func (a Grid) Difference(b Grid) Difference {
	switch {
	case a.Width != b.Width || a.Height != b.Height:
		return Difference{Is: fmt.Sprintf("has %d × %d pixels", b.Width, b.Height), other: fmt.Sprintf("has %d × %d", a.Width, a.Height), Remedy: WarpToOne}
	case a.HasTransform && !b.HasTransform:
		return Difference{Is: "is not georeferenced", other: "is", Remedy: sayItsPlace}
	case b.HasTransform && !a.HasTransform:
		return Difference{Is: "is georeferenced", other: "is not", Remedy: sayItsPlace}
	case (a.WKT == "") != (b.WKT == ""):
		return Difference{Is: "has the CRS " + b.CRS(), other: "has " + a.CRS(), Remedy: sayItsPlace}
	case !gdal.SameCRS(a.WKT, b.WKT):
		return a.differenceOfCRS(b)
	}
	most := 0.0
	for _, at := range [][2]float64{{0, 0}, {1, 0}, {0, 1}, {1, 1}} {
		x, y := b.At(at)
		most = max(most, a.pixelsFrom(at, x, y))
	}
	if most <= SamePixel || a.Transform == b.Transform { // without an extent there is no measure
		return Difference{}
	}
	return Difference{Is: fmt.Sprintf("lies %.3g pixels off", most), Remedy: WarpToOne}
}

// differenceOfCRS is Difference for CRSs that PROJ does not take for one. They may still be: two
// spellings of one, such as with and without the name of the datum.
func (a Grid) differenceOfCRS(b Grid) Difference {
	d := Difference{Is: "has the CRS " + b.CRS(), other: "has " + a.CRS(), Remedy: WarpToOne}
	pixels, metres, known := a.offset(b)
	if !known {
		return d
	}
	if pixels <= SamePixel {
		return Difference{Respelled: true}
	}
	d.Is += ", in which it lies " + distance(metres) + " off"
	return d
}

// offset returns the most that pixels of b lie from those of a, in pixels of a and in metres. known
// is false if PROJ cannot say.
func (a Grid) offset(b Grid) (pixels, metres float64, known bool) {
	if !a.HasTransform || !b.HasTransform {
		return 0, 0, false
	}
	gdal.OnCRSThread(func() {
		transform, err := gdal.NewTransform(b.WKT, a.WKT)
		if err != nil {
			return
		}
		defer transform.Close()
		unit := transform.MetresPerUnit()
		for i := range 9 { // of which some may lie beyond the edge of the earth
			at := [2]float64{float64(i%3) / 2, float64(i/3) / 2}
			x, y := b.At(at)
			xs, ys := []float64{x, x}, []float64{y, y}
			if transform.Apply(xs[:1], ys[:1]) != nil {
				continue
			}
			known = true
			pixels = max(pixels, a.pixelsFrom(at, xs[0], ys[0]))
			x, y = a.At(at)
			east, north := (xs[0]-x)*unit, (ys[0]-y)*unit
			if unit == 0 { // degrees
				east, north = onEllipsoid(x, y, xs[0], ys[0])
			}
			metres = max(metres, math.Hypot(east, north))
		}
	})
	return pixels, metres, known
}

// At returns the coordinates of a place in the raster, given as shares of its columns and rows.
func (a Grid) At(share [2]float64) (x, y float64) {
	column, row := share[0]*float64(a.Width), share[1]*float64(a.Height)
	t := a.Transform
	return t[0] + column*t[1] + row*t[2], t[3] + column*t[4] + row*t[5]
}

// pixelsFrom returns how far x, y lies from a place in the raster, in its pixels.
func (a Grid) pixelsFrom(share [2]float64, x, y float64) float64 {
	t := a.Transform
	x0, y0 := a.At(share)
	dx, dy := x-x0, y-y0
	det := t[1]*t[5] - t[2]*t[4]
	d := math.Hypot((dx*t[5]-dy*t[2])/det, (dy*t[1]-dx*t[4])/det)
	if math.IsNaN(d) {
		return math.Inf(1)
	}
	return d
}

// distance writes metres for people.
func distance(metres float64) string {
	if metres >= 10000 {
		return fmt.Sprintf("%.0f km", metres/1000)
	}
	return fmt.Sprintf("%.3g m", metres)
}

// Placed returns an error if the raster has a place that is none of a grid.
func (a Grid) Placed() error {
	by, with := "", "gdalwarp"
	switch a.place {
	case gdal.ControlPoints:
		by = "ground control points"
	case gdal.RPC:
		by, with = "rational polynomial coefficients", "gdalwarp -rpc"
	case gdal.Geolocation:
		by, with = "the coordinates of each pixel", "gdalwarp -geoloc"
	default:
		return nil
	}
	return fmt.Errorf("it is placed by %s alone, so that its pixels make no grid on the earth: warp it first, with %s", by, with)
}

// Grids compares grids, each two once, since PROJ takes some ten milliseconds to compare CRSs.
type Grids map[[2]Grid]Difference

// Difference is that of a and b.
func (known Grids) Difference(a, b Grid) Difference {
	d, found := known[[2]Grid{a, b}]
	if !found {
		d = a.Difference(b)
		known[[2]Grid{a, b}] = d
	}
	return d
}

// Window returns where a window of a raster at g lies.
func (g Grid) Window(w pixtrend.Window) Grid {
	x, y := float64(w.X), float64(w.Y)
	t := &g.Transform
	t[0], t[3] = t[0]+x*t[1]+y*t[2], t[3]+x*t[4]+y*t[5]
	g.Width, g.Height = w.Width, w.Height
	return g
}
