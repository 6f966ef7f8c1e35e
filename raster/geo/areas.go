package geo

import (
	"math"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/gdal"
)

// PixelAreas computes the areas of the pixels of a raster on the ellipsoid of WGS 84, whatever its CRS.
//
// The corners of a pixel are brought to longitudes λ and latitudes φ. Its area is that of the quadrilateral of the corners in the
// cylindrical equal-area projection x = λ, y = a²·q(φ)/2, where q is that of Snyder ("Map projections: a working manual", 1987,
// equation 3-12). That is exact for pixels with sides along meridians and parallels. Areas are computed for pixels up to
// areaSpacing apart, and interpolated between them, which changes them by less than a hundred-thousandth.
type PixelAreas struct {
	grid   Grid
	to     *gdal.Transform
	stepX  int // pixels from one node to the next
	stepY  int
	areas  []float64
	xs, ys []float64
}

const (
	areaSpacing = 50e3 // metres
	areaStep    = 64   // the most pixels between nodes
)

// PixelAreas returns the areas of the pixels; nil if the raster has no place on the earth. The caller closes them.
func (g Grid) PixelAreas() *PixelAreas {
	if g.WKT == "" || !g.HasTransform {
		return nil
	}
	a := &PixelAreas{grid: g}
	var err error
	gdal.OnCRSThread(func() { a.to, err = gdal.NewTransform(g.WKT, wgs84) })
	if err != nil {
		return nil
	}
	unit := a.to.SourceMetresPerUnit()
	if unit == 0 {
		unit = 111e3 // degrees
	}
	step := func(dx, dy float64) int {
		return int(min(max(1, areaSpacing/(math.Hypot(dx, dy)*unit)), areaStep))
	}
	a.stepX, a.stepY = step(g.Transform[1], g.Transform[4]), step(g.Transform[2], g.Transform[5])
	return a
}

// Geographic reports whether the raster has longitudes and latitudes.
func (a *PixelAreas) Geographic() (is bool) {
	gdal.OnCRSThread(func() { is = a.to.Geographic() })
	return is
}

// Close frees the transform.
func (a *PixelAreas) Close() { gdal.OnCRSThread(a.to.Close) }

// nodes returns the columns at which areas are computed: every step-th one, so that the columns from first
// to end-1 lie between two of them. There are n columns. It does the same for rows.
func nodes(first, end, n, step int) (at []int) {
	for i := first / step; ; i++ {
		at = append(at, min(i*step, n-1))
		if last := at[len(at)-1]; last >= end-1 || last == n-1 {
			return at
		}
	}
}

// Of returns the areas of the pixels of a window in square metres, row by row: NaN for those that have no place on the earth.
// The slice is valid until the next call.
func (a *PixelAreas) Of(w pixtrend.Window) []float64 {
	columns, rows := nodes(w.X, w.X+w.Width, a.grid.Width, a.stepX), nodes(w.Y, w.Y+w.Height, a.grid.Height, a.stepY)
	at := a.at(columns, rows)
	if cap(a.areas) < w.Pixels() {
		a.areas = make([]float64, w.Pixels())
	}
	a.areas = a.areas[:w.Pixels()]
	j := 0
	for y := range w.Height {
		var down float64
		j, down = between(rows, j, w.Y+y)
		above, below := at[j*len(columns):], at[min(j+1, len(rows)-1)*len(columns):]
		i := 0
		for x := range w.Width {
			var right float64
			i, right = between(columns, i, w.X+x)
			next := min(i+1, len(columns)-1)
			upper, lower := mix(above[i], above[next], right), mix(below[i], below[next], right)
			a.areas[y*w.Width+x] = mix(upper, lower, down)
		}
	}
	return a.areas
}

// between returns the last node at or before a pixel, from node i on, and how far the pixel is on the way to the next.
func between(nodes []int, i, pixel int) (int, float64) {
	for i+1 < len(nodes) && nodes[i+1] <= pixel {
		i++
	}
	if i+1 == len(nodes) {
		return i, 0
	}
	return i, float64(pixel-nodes[i]) / float64(nodes[i+1]-nodes[i])
}

// mix returns the value a share of the way from a to b.
func mix(a, b, share float64) float64 {
	if share == 0 {
		return a
	}
	return a + share*(b-a)
}

// at computes the areas of pixels.
func (a *PixelAreas) at(columns, rows []int) []float64 {
	a.xs, a.ys = a.xs[:0], a.ys[:0]
	t := a.grid.Transform
	for _, row := range rows {
		for _, column := range columns {
			for _, corner := range [][2]int{{0, 0}, {1, 0}, {1, 1}, {0, 1}} {
				c, r := float64(column+corner[0]), float64(row+corner[1])
				a.xs, a.ys = append(a.xs, t[0]+c*t[1]+r*t[2]), append(a.ys, t[3]+c*t[4]+r*t[5])
			}
		}
	}
	gdal.OnCRSThread(func() { a.to.ApplyEach(a.xs, a.ys) })
	areas := make([]float64, len(a.xs)/4)
	for i := range areas {
		areas[i] = areaOnEllipsoid(a.xs[4*i:4*i+4], a.ys[4*i:4*i+4])
	}
	return areas
}

// areaOnEllipsoid returns the area of a quadrilateral of longitudes and latitudes in square metres, as PixelAreas says.
func areaOnEllipsoid(lons, lats []float64) float64 {
	const a, e2 = 6378137.0, 0.00669437999014
	e := math.Sqrt(e2)
	q := func(lat float64) float64 {
		sin := math.Sin(min(max(lat, -90), 90) * math.Pi / 180) // rasters may end beyond a pole
		return (1 - e2) * (sin/(1-e2*sin*sin) + math.Atanh(e*sin)/e)
	}
	var x, y [4]float64
	for i := range x {
		x[i], y[i] = math.Remainder(lons[i]-lons[0], 360)*math.Pi/180, q(lats[i])-q(lats[0])
		if lats[i] != lats[i] { // which min and max would hide
			return math.NaN()
		}
	}
	sum := 0.0
	for i := range x {
		j := (i + 1) % 4
		sum += x[i]*y[j] - x[j]*y[i]
	}
	return math.Abs(sum) / 2 * a * a / 2
}
