package raster

import (
	"fmt"
	"math"

	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
)

// geo is the grid of a raster, and where it lies on the earth.
type geo struct {
	width, height int
	transform     [6]float64
	hasTransform  bool
	place         gdal.Place
	wkt           string
	epoch         float64 // the coordinate epoch of a dynamic CRS; 0: none
}

// geoOf returns the grid of an open raster.
func geoOf(ds *gdal.Dataset) geo {
	g := geo{wkt: ds.WKT(), epoch: ds.Epoch(), place: ds.Place()}
	g.width, g.height = ds.Size()
	if g.transform, g.hasTransform = ds.GeoTransform(); !g.hasTransform {
		g.transform = [6]float64{0, 1, 0, 0, 0, 1}
	}
	return g
}

// samePixel is how far apart pixels of one grid may lie, in pixels.
const samePixel = 1e-3

// gridDifference is how the grid of a raster differs from that of another, in words that follow the
// names of the two. The zero value is none.
type gridDifference struct {
	is        string // such as "has 20 × 10 pixels"
	other     string // what the other raster is or has instead; "" if it goes without saying
	remedy    string
	respelled bool // there is no difference, but the CRS is written in another way
}

// from says what the difference is from another raster; "" if there is none.
func (d gridDifference) from(other string) string {
	if d.other != "" {
		return fmt.Sprintf("%s, where %s, %s", d.is, other, d.other)
	}
	if d.is != "" {
		return d.is + " " + other
	}
	return ""
}

const (
	warpToOne   = "all inputs must share one grid, bring them to one"
	sayItsPlace = "all inputs must share one grid, say where it lies, such as with gdal_edit.py -a_srs and -a_ullr, or leave it out"
)

// difference returns how the grid b differs from a.
func (a geo) difference(b geo) gridDifference {
	switch {
	case a.width != b.width || a.height != b.height:
		return gridDifference{is: fmt.Sprintf("has %d × %d pixels", b.width, b.height), other: fmt.Sprintf("has %d × %d", a.width, a.height), remedy: warpToOne}
	case a.hasTransform && !b.hasTransform:
		return gridDifference{is: "is not georeferenced", other: "is", remedy: sayItsPlace}
	case b.hasTransform && !a.hasTransform:
		return gridDifference{is: "is georeferenced", other: "is not", remedy: sayItsPlace}
	case (a.wkt == "") != (b.wkt == ""):
		return gridDifference{is: "has the CRS " + crsName(b.wkt), other: "has " + crsName(a.wkt), remedy: sayItsPlace}
	case !gdal.SameCRS(a.wkt, b.wkt):
		return a.differenceOfCRS(b)
	}
	most := 0.0
	for _, at := range [][2]float64{{0, 0}, {1, 0}, {0, 1}, {1, 1}} {
		x, y := b.at(at)
		most = max(most, a.pixelsFrom(at, x, y))
	}
	if most <= samePixel || a.transform == b.transform { // without an extent there is no measure
		return gridDifference{}
	}
	return gridDifference{is: fmt.Sprintf("lies %.3g pixels off", most), remedy: warpToOne}
}

// differenceOfCRS is difference for CRSs that PROJ does not take for one. They may still be: two
// spellings of one, such as with and without the name of the datum.
func (a geo) differenceOfCRS(b geo) gridDifference {
	d := gridDifference{is: "has the CRS " + crsName(b.wkt), other: "has " + crsName(a.wkt), remedy: warpToOne}
	pixels, metres, known := a.offset(b)
	if !known {
		return d
	}
	if pixels <= samePixel {
		return gridDifference{respelled: true}
	}
	d.is += ", in which it lies " + distance(metres) + " off"
	return d
}

// offset returns the most that pixels of b lie from those of a, in pixels of a and in metres. known
// is false if PROJ cannot say.
func (a geo) offset(b geo) (pixels, metres float64, known bool) {
	if !a.hasTransform || !b.hasTransform {
		return 0, 0, false
	}
	gdal.OnCRSThread(func() {
		transform, err := gdal.NewTransform(b.wkt, a.wkt)
		if err != nil {
			return
		}
		defer transform.Close()
		unit := transform.MetresPerUnit()
		for i := range 9 { // of which some may lie beyond the edge of the earth
			at := [2]float64{float64(i%3) / 2, float64(i/3) / 2}
			x, y := b.at(at)
			xs, ys := []float64{x, x}, []float64{y, y}
			if transform.Apply(xs[:1], ys[:1]) != nil {
				continue
			}
			known = true
			pixels = max(pixels, a.pixelsFrom(at, xs[0], ys[0]))
			x, y = a.at(at)
			east, north := (xs[0]-x)*unit, (ys[0]-y)*unit
			if unit == 0 { // degrees
				east, north = onEllipsoid(x, y, xs[0], ys[0])
			}
			metres = max(metres, math.Hypot(east, north))
		}
	})
	return pixels, metres, known
}

// at returns the coordinates of a place in the raster, given as shares of its columns and rows.
func (a geo) at(share [2]float64) (x, y float64) {
	column, row := share[0]*float64(a.width), share[1]*float64(a.height)
	t := a.transform
	return t[0] + column*t[1] + row*t[2], t[3] + column*t[4] + row*t[5]
}

// pixelsFrom returns how far x, y lies from a place in the raster, in its pixels.
func (a geo) pixelsFrom(share [2]float64, x, y float64) float64 {
	t := a.transform
	x0, y0 := a.at(share)
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

func crsName(wkt string) (name string) {
	gdal.OnCRSThread(func() { name = gdal.CRSName(wkt) })
	return name
}

// placed returns an error if the raster has a place that is none of a grid.
func (a geo) placed() error {
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

// grids compares grids, each two once, since PROJ takes some ten milliseconds to compare CRSs.
type grids map[[2]geo]gridDifference

func (known grids) difference(a, b geo) gridDifference {
	d, found := known[[2]geo{a, b}]
	if !found {
		d = a.difference(b)
		known[[2]geo{a, b}] = d
	}
	return d
}

// checkGrids returns an error if a raster does not lie on the grid of the first, and warnings about
// what is assumed.
func checkGrids(files []string, geos []geo, o OpenOptions) (warnings []string, err error) {
	known, first := grids{}, "the first input, "+files[0]
	var respelled []int
	placed := len(files) == 1
	for i, g := range geos {
		if err := g.placed(); err != nil {
			return nil, fault.Inputf("cannot use %s: %v", files[i], err)
		}
		d := known.difference(geos[0], g)
		if d.is != "" {
			if d.remedy == warpToOne {
				return nil, fault.Inputf("%s %s: %s with %v, which resamples, or if they are whole pixels apart with %v", files[i], d.from(first), warpToOne,
					Option{Field: "ToGrid", Value: toFirst}, Option{Field: "Extent", Value: ExtentUnion})
			}
			return nil, fault.Inputf("%s %s: %s", files[i], d.from(first), d.remedy)
		}
		if d.respelled {
			respelled = append(respelled, i)
		}
		placed = placed || g.hasTransform
	}
	if len(respelled) > 0 {
		i := respelled[0]
		warnings = append(warnings, fmt.Sprintf("%s%s has its CRS, %s, in another spelling than %s, which has %s: their coordinates agree to a thousandth of a pixel, and they are taken for one",
			files[i], others(len(respelled)-1), crsName(geos[i].wkt), first, crsName(geos[0].wkt)))
	}
	if !placed {
		warnings = append(warnings, fmt.Sprintf("no input says where on the earth it lies, neither %s nor the others: their pixels are taken to be the same ones, and the output has no place either", files[0]))
	}
	return warnings, nil
}
